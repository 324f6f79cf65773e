"""Draw a result onto the clip or photo that it was made of.

```python
from fervid.annotate import annotate

annotate("clip.mp4", "results.parquet", "annotated.mp4", blur_faces=True)
```
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from fervid.annotate import film, photo
from fervid.annotate.match import check_length, check_size, source_of
from fervid.annotate.sightings import COLUMNS, Sightings
from fervid.errors import FervidError, UsageError
from fervid.picture import Picture
from fervid.results import read_table
from fervid.store import Location, is_url
from fervid.types import Source

_SPARSE_S = 0.45
"""Faces that come and go between samples that lie further apart may be missed altogether. Below the
half second of `--fps 2`, which times that are rounded to frames shift by some hundredths."""

_logger = logging.getLogger("fervid")

__all__ = ["annotate"]


def annotate(
    clip: str | os.PathLike[str],
    results: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    source: str | None = None,
    blur_faces: bool = False,
    overwrite: bool = False,
) -> str:
    """Write a copy of a clip with what was seen in it: boxes, labels, a chart along time.

    Every frame keeps its time, and the sound stays. Between sampled frames a box moves on a
    straight line along its track; what it says is that of the nearest sampled frame.

    Args:
        clip: A video or photo of the result.
        results: The result, as `--out` of `fervid analyze` named it.
        out: The copy: `.mp4`, `.m4v`, `.mov`, `.mkv`, `.webm`; of a photo `.png`, `.jpg`, `.jpeg`.
        source: Name of the source that the clip is; by default found by path and name.
        blur_faces: Make the faces that were detected unrecognisable, in all frames. Faces that the
            detector missed or that the analysis left out (`min_face`, `max_faces`) stay as they
            are; so does what else tells who it is: clothes, voice, place.
        overwrite: Whether an existing copy may be replaced.

    Returns:
        A line that says what was written.

    Raises:
        UsageError: The copy exists or has another ending, or the source is ambiguous.
        FervidError: The clip is not in the result, or cannot be read, or the copy not be written.
    """
    _check_files(clip, results, out)
    path, target, result = Path(clip), Path(out), Path(results)
    _check_clip(os.fspath(clip))
    row = source_of(path, read_table(result, "sources"), result, source)
    _check_target(target, path, str(row["kind"]), overwrite=overwrite)
    sightings = _sightings(result, row)
    if blur_faces:
        _warn_of_gaps(sightings, row)
    facts = path.stat()
    here = Source(
        row["source"],
        path.absolute(),
        row["kind"],
        facts.st_size,
        datetime.fromtimestamp(facts.st_mtime, UTC),
    )
    check_length(here, row)
    check = partial(check_size, row=row, clip=path)
    growing = target.with_name(f".{target.name}.partial")
    try:
        ending = target.suffix.lower()
        line = _draw(here, sightings, growing, ending, check=check, blur_faces=blur_faces)
        growing.replace(target)
    except OSError as error:  # FFmpeg's errors of that kind are OSErrors, too
        raise FervidError(
            f"Cannot write {target}: {error.strerror or error}.",
            "Free some space, or give a path in a folder that is writable.",
        ) from error
    finally:
        growing.unlink(missing_ok=True)
    return f"{target}: {line}"


def _draw(
    source: Source,
    sightings: Sightings,
    path: Path,
    ending: str,
    *,
    check: Callable[[Picture], None],
    blur_faces: bool,
) -> str:
    faces = f"{len(sightings.frames):,} sightings of a face"
    if blur_faces:
        faces += ". Faces that the analysis missed are not covered: look at the copy"
    if source.kind == "image":
        photo.draw_photo(source, sightings, path, ending, check=check, blur_faces=blur_faces)
        return faces
    from fervid.annotate.video import draw_video

    drawn = draw_video(source, sightings, path, ending, check=check, blur_faces=blur_faces)
    last = int(max(sightings.frames, default=0))
    if not drawn.missing and drawn.frames <= last:
        raise FervidError(
            f"{source.path} has {drawn.frames:,} frames; in what was analysed as {source.id} there "
            f"is a face in frame {last:,}.",
            "Give the file that was analysed, or analyse this one.",
        )
    if drawn.missing:
        _logger.warning("%s is not whole: %s", source.path.name, drawn.missing)
    return f"{drawn.frames:,} frames ({drawn.encoder}), {drawn.sound}, {faces}"


def _sightings(result: Path, row: dict[str, Any]) -> Sightings:
    rows = read_table(result, "observations", columns=COLUMNS)
    rows = rows.filter(pc.equal(rows["source"], row["source"]))
    if not len(rows):
        why = f" ({row['status']}: {row['error']})" if row["error"] else f" ({row['status']})"
        raise FervidError(
            f"{result} has no rows of {row['source']}{why}.", "There is nothing to draw."
        )
    return Sightings.of(rows)


def _check_files(*given: str | os.PathLike[str]) -> None:
    remedies = (
        "Download it and give the file: it is found in the result by its name and size.",
        "Fetch the result with fervid compact URL --out FOLDER, and give the folder.",
        "Give a path here, and upload the copy from there.",
    )
    for one, remedy in zip(given, remedies, strict=True):
        if is_url(os.fspath(one)):
            url = Location.of(os.fspath(one)).url
            raise UsageError(f"{url} is an address, and annotate works on files.", remedy)


def _check_clip(clip: str) -> None:
    if os.path.isdir(clip):
        raise UsageError(f"{clip} is a folder.", "Give one video or photo, to draw on it.")
    if not os.path.isfile(clip):
        raise UsageError(f"There is no file {clip}.", "Check the spelling.")


def _check_target(target: Path, clip: Path, kind: str, *, overwrite: bool) -> None:
    endings = list(photo.FORMATS if kind == "image" else film.FORMATS)
    if target.suffix.lower() not in endings:
        what = "photo" if kind == "image" else "video"
        raise UsageError(
            f"Cannot write a {what} as {target.name}.", f"Give a name in {', '.join(endings)}."
        )
    if target.exists() and target.samefile(clip):
        raise UsageError(f"{target} is the clip itself.", "Give the copy another name.")
    if target.exists() and not overwrite:
        raise UsageError(f"{target} exists.", "Replace it with --overwrite, or give another --out.")
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}.", "Create it first.")


def _warn_of_gaps(sightings: Sightings, row: dict[str, Any]) -> None:
    if row["kind"] == "video" and sightings.step_s > _SPARSE_S:
        _logger.warning(
            "%s was looked at every %.3g s: who comes and goes in between is not blurred. "
            "Analyse it with --fps 5 or more.",
            row["source"],
            sightings.step_s,
        )
