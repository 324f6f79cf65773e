"""Read a result's observations source by source, never all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.results import column_names, read_batches
from fervid.schema import BOX_COLUMNS, SMOOTH_COLUMNS
from fervid.write import Place
from fervid.write.existing import check_parts

Array = npt.NDArray[np.generic]

_SEEN = ("frame", "time_s", "status", "face", "track", "emotion", "low_quality")
_LOOKS = ("quality", "det_score", *BOX_COLUMNS)


@dataclass(frozen=True, slots=True, eq=False)
class SourceRows:
    """The rows of one source, ordered by frame.

    Args:
        source: Its name.
        frame: `(n,)` int64.
        time_s: `(n,)` float64, NaN where there is none.
        status: `(n,)` number in `FRAME_STATUSES`.
        face: `(n,)` -1 without a face.
        track: `(n,)` -1 without one.
        emotion: `(n,)` number in `EMOTIONS`, -1 without a face.
        low_quality: `(n,)` bool; false where nobody judged.
        probabilities: `(n, 7)` float32, NaN without a face.
        smoothed: The same smoothed over time; None where nobody asked.
        looks: `(n, 6)` quality, detector's score and box; None unless asked for.
    """

    source: str
    frame: npt.NDArray[np.int64]
    time_s: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]
    face: npt.NDArray[np.int32]
    track: npt.NDArray[np.int32]
    emotion: npt.NDArray[np.int8]
    low_quality: npt.NDArray[np.bool_]
    probabilities: npt.NDArray[np.float32]
    smoothed: npt.NDArray[np.float32] | None
    looks: npt.NDArray[np.float32] | None


def rows_by_source(place: Place, *, looks: bool) -> Iterator[SourceRows]:
    """Read the observations of a result.

    Args:
        place: Where it lies.
        looks: Whether to read what tells which face of a track is the best one to show.

    Yields:
        The rows of each source, in the order of the result; within it by frame, whoever edited it.

    Raises:
        FervidError: It cannot be read, columns are missing, or a source's rows lie apart.
    """
    waiting: list[dict[str, Array]] = []
    begun: set[str] = set()
    name = ""
    wanted = ["source", *_SEEN, *EMOTIONS, *(_LOOKS if looks else ())]
    wanted += SMOOTH_COLUMNS if has_smoothed(place) else ()
    check_parts(place)
    for rows in read_batches(place, wanted):
        names, columns = rows["source"].combine_chunks(), _arrays(rows, wanted)
        codes = names.indices.to_numpy()
        starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
        for start, stop in zip(starts, [*starts[1:], len(codes)], strict=True):
            found = names.dictionary[codes[start]].as_py()
            if waiting and found != name:
                yield _joined(name, waiting)
                waiting = []
            if not waiting and found in begun:
                raise FervidError(
                    f"{place.observations} is not in the order that fervid writes: after rows of "
                    f"other sources, {found} comes again.",
                    "Sort it by source and frame.",
                )
            begun.add(found)
            name = found
            waiting.append({key: values[start:stop] for key, values in columns.items()})
    if waiting:
        yield _joined(name, waiting)


def has_smoothed(place: Place) -> bool:
    """Tell whether a result has smoothed probabilities."""
    return set(SMOOTH_COLUMNS) <= set(column_names(place))


def _joined(name: str, pieces: list[dict[str, Array]]) -> SourceRows:
    """Put the stretches of a source, which row groups cut, together and in order."""
    whole = {
        key: pieces[0][key] if len(pieces) == 1 else np.concatenate([one[key] for one in pieces])
        for key in pieces[0]
    }
    if (np.diff(whole["frame"]) < 0).any():
        order = np.argsort(whole["frame"], kind="stable")
        whole = {key: values[order] for key, values in whole.items()}
    return SourceRows(source=name, **{"smoothed": None, "looks": None, **whole})  # type: ignore[arg-type]


def _arrays(rows: pa.Table, names: Sequence[str]) -> dict[str, Array]:
    """Turn columns into NumPy."""
    arrays = {
        "frame": rows["frame"].to_numpy(),
        "time_s": rows["time_s"].to_numpy(),
        "face": _integers(rows["face"]),
        "track": _integers(rows["track"]),
        "low_quality": pc.fill_null(rows["low_quality"], False).to_numpy(),
        "probabilities": _floats(rows, EMOTIONS),
        "status": _codes(rows["status"]),
        "emotion": _codes(rows["emotion"]),
    }
    if set(SMOOTH_COLUMNS) <= set(names):
        arrays["smoothed"] = _floats(rows, SMOOTH_COLUMNS)
    if set(_LOOKS) <= set(names):
        arrays["looks"] = _floats(rows, _LOOKS)
    return arrays


def _integers(column: pa.ChunkedArray) -> Array:
    return pc.fill_null(column, -1).to_numpy()


def _floats(rows: pa.Table, names: Sequence[str]) -> Array:
    columns = [rows[name].to_numpy() for name in names]
    return np.column_stack(columns).astype(np.float32, copy=False)


def _codes(column: pa.ChunkedArray) -> Array:
    """Give the place of each value in the full dictionary, -1 for null."""
    return _integers(column.combine_chunks().indices)
