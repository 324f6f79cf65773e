"""Cut one small face per track out of the sources, where someone asked to see people."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from fervid.decode import read_source
from fervid.decode.account import Account
from fervid.decode.digest import digest_of
from fervid.decode_worker.obituary import DEATHS
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.report.rows import SourceRows
from fervid.sources import is_remote, path_of_uri
from fervid.sources.change import mtime_of
from fervid.types import Box, Frame, Source

SIDE = 72
"""Pixels of a thumbnail's side; shown at half of it, for sharp displays."""
MARGIN = 1.35
"""Side of what is shown over that of the face."""
MOST = 1500
"""On a page; 4 MB of JPEG as text."""
_QUALITY = 80
_TOLERANCE_S = Fraction(1, 1000)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Best:
    """Where a track is seen best.

    Args:
        identity: The track's, or the face's number in a source without tracks.
        faces: Of the track.
        frame: Index of the frame.
        time_s: Its time; None for a photo.
        box: Of the face in it.
    """

    identity: int
    faces: int
    frame: int
    time_s: float | None
    box: Box


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """What could be shown.

    Args:
        of: By source and identity: a JPEG as base64.
        missing: Why a source has none, by source.
        left_out: Tracks beyond `MOST`.
    """

    of: dict[str, dict[int, str]]
    missing: dict[str, str]
    left_out: int


def best_faces(rows: SourceRows, identities: Sequence[int] | np.ndarray) -> list[Best]:
    """Find the best face of each track: by `quality`, in older results by score and size.

    Args:
        rows: Of one source, with looks.
        identities: `(n,)` of each row.
    """
    if rows.looks is None:
        raise ValueError("The rows were read without what tells a good face.")
    quality, score, x1, y1, x2, y2 = rows.looks.T
    worth = np.where(np.isnan(quality), -1 + 1e-9 * score * (x2 - x1) * (y2 - y1), quality)
    seen = np.flatnonzero(rows.face >= 0)
    # Stable, so that of equally good faces the first is taken.
    seen = seen[np.argsort(np.asarray(identities)[seen], kind="stable")]
    numbers = np.asarray(identities)[seen]
    starts = np.flatnonzero(np.diff(numbers, prepend=-2))
    found = []
    for start, own in zip(starts, np.split(seen, starts)[1:], strict=True):
        identity = int(numbers[start])
        row = own[np.argmax(worth[own])]
        time_s = float(rows.time_s[row])
        box = tuple(float(side) for side in rows.looks[row, 2:])
        found.append(
            Best(
                identity,
                len(own),
                int(rows.frame[row]),
                None if np.isnan(time_s) else time_s,
                (box[0], box[1], box[2], box[3]),
            )
        )
    return found


def cut_out(
    best: Mapping[str, Iterable[Best]],
    sources: Mapping[str, Mapping[str, object]],
    limits: Limits | None = None,
) -> Thumbnails:
    """Open the sources again and cut the best faces out.

    Args:
        best: By source.
        sources: Rows of the sources table by source.
        limits: What a source may cost; the default ones if None.
    """
    limits = limits or Limits()
    wanted = sorted(
        ((name, one) for name, several in best.items() for one in several),
        key=lambda pair: -pair[1].faces,
    )
    cut: dict[str, dict[int, str]] = {}
    missing: dict[str, str] = {}
    for name, one in sorted(wanted[:MOST], key=lambda pair: (pair[0], pair[1].frame)):
        if name in missing:
            continue
        source = _source(sources[name])
        # Once for each source: its file may have to be hashed.
        fault = None if name in cut else _why_not(source, sources[name])
        face = None if fault else _face(source, one, limits)
        if face is None:
            missing[name] = fault or f"frame {one.frame} could not be read again"
            _logger.warning("No thumbnail of %s: %s.", name, missing[name])
        else:
            cut.setdefault(name, {})[one.identity] = face
    return Thumbnails(cut, missing, max(len(wanted) - MOST, 0))


def _source(row: Mapping[str, object]) -> Source:
    path: Path = path_of_uri(str(row["uri"]))
    return Source(str(row["source"]), path, row["kind"], row["size_bytes"], row["mtime"])  # type: ignore[arg-type]


def _why_not(source: Source, row: Mapping[str, object]) -> str | None:
    if is_remote(str(row["uri"])):
        return "it lies in an object store, and is not fetched again for its faces"
    return _danger(row) or _fault(source, row)


def _fault(source: Source, row: Mapping[str, object]) -> str | None:
    """Say why a file cannot be the one that was analysed: another's faces are not to be shown."""
    try:
        facts = source.path.stat()
    except OSError:
        return "its file is no longer where it was"
    same = facts.st_size == source.size_bytes
    if same and row.get("sha256"):  # a copy has another time
        digest = digest_of(source.path, lambda: None)
        same = digest is not None and digest.sha256 == row["sha256"]
    elif same and source.mtime:
        same = mtime_of(facts) == source.mtime
    return None if same else "its file has changed since"


def _danger(row: Mapping[str, object]) -> str | None:
    """Say why a file is not read in this process, whose memory nothing bounds."""
    error_type = str(row.get("error_type"))
    return "its decoder came to grief" if error_type in {*DEATHS, "MemoryError"} else None


def _face(source: Source, best: Best, limits: Limits) -> str | None:
    sampling = Sampling()
    if best.time_s is not None:
        time_s = Fraction(best.time_s)
        start_s, end_s = max(time_s - _TOLERANCE_S, Fraction(0)), time_s + _TOLERANCE_S
        if end_s <= start_s:
            return None
        sampling = Sampling(all_frames=True, start_s=start_s, end_s=end_s)
    account = Account(source, limits)
    with closing(read_source(source, sampling, thread_count=1, account=account)) as frames:
        for frame in frames:
            if isinstance(frame, Frame) and frame.index == best.frame and frame.picture:
                return _jpeg(frame.picture.crop(_square(best.box), SIDE))
    return None


def _square(box: Box) -> Box:
    x1, y1, x2, y2 = box
    half = MARGIN * max(x2 - x1, y2 - y1) / 2
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    return x - half, y - half, x + half, y + half


def _jpeg(rgb: np.ndarray) -> str:
    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray(rgb).save(packed, "JPEG", quality=_QUALITY)
    return base64.b64encode(packed.getvalue()).decode()
