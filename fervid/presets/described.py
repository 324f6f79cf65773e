"""Say in words what a preset is."""

from __future__ import annotations

from collections.abc import Iterator

from fervid.presets.fetch import url_of
from fervid.presets.files import path_of
from fervid.presets.preset import ClassifierPreset, Preset


def described(preset: Preset) -> Iterator[str]:
    """Describe a preset.

    Args:
        preset: Any.

    Yields:
        Lines: its name, and indented source, licence, figures and files with sha256.
    """
    yield f"{preset.name}: {preset.summary}"
    yield f"  source: {preset.source}"
    yield f"  licence: {preset.licence}"
    if isinstance(preset, ClassifierPreset):
        yield f"  network: {preset.architecture}, temperature {preset.temperature:g}"
    for name, value in preset.figures.items():
        yield f"  {name}: {value}"
    for filename, digest in preset.files.items():
        yield f"  {filename}  sha256 {digest}"
        if preset.url:
            path = path_of(preset, filename)
            verb = "lies" if path.exists() else "will lie"
            yield f"    {verb} at {path}, from {url_of(preset)}"
