"""Refuse pictures of more pixels than a run is ready for."""

from __future__ import annotations

from pathlib import Path

from fervid.errors import SourceError


def check(width: int, height: int, path: Path, max_pixels: int) -> None:
    """Refuse a picture that is too large, before its pixels are read.

    Args:
        width: In pixels, as its header says.
        height: Likewise.
        path: Of the file.
        max_pixels: As many are allowed.

    Raises:
        SourceError: There are more.
    """
    if width * height > max_pixels:
        raise SourceError(
            f"{path.name} has {width} x {height} pixels; {max_pixels / 1e6:.4g} megapixels at most "
            "are read.",
            "Scale it down first, or raise --max-pixels.",
        )
