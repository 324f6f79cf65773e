"""Read a result's observations source by source, never all of them at once."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.schema import (
    BOX_COLUMNS,
    FRAME_STATUSES,
    LATER_COLUMNS,
    SMOOTH_COLUMNS,
    SMOOTHED_OBSERVATIONS,
)
from fervid.write import Place

Array = npt.NDArray[np.generic]

_SEEN = ("frame", "time_s", "status", "face", "track", "emotion", "low_quality")
_LOOKS = ("quality", "det_score", *BOX_COLUMNS)
_CATEGORIES = {"status": FRAME_STATUSES, "emotion": EMOTIONS}
BATCH_ROWS = 131_072
"""Rows held as Arrow at a time; a source's own rows are held as NumPy until they are drawn."""


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
    for names, columns in _batches(place, looks):
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
    return set(SMOOTH_COLUMNS) <= set(_column_names(place))


def _column_names(place: Place) -> list[str]:
    path = place.observations
    if place.kind.startswith("csv"):
        with (gzip.open if place.kind == "csv.gz" else open)(path, "rt", encoding="utf-8") as file:
            return str(file.readline()).rstrip("\n").replace('"', "").split(",")
    first = next(iter(_parts(path)), None)
    return list(pq.read_schema(first).names) if first else []


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


def _batches(place: Place, looks: bool) -> Iterator[tuple[pa.DictionaryArray, dict[str, Array]]]:
    """Read columns of some rows at a time: the sources' names, and all else as NumPy."""
    try:
        for batch in _csv(place) if place.kind.startswith("csv") else _parquet(place, looks):
            names = batch["source"]
            if not pa.types.is_dictionary(names.type):
                names = names.dictionary_encode()
            yield names, _arrays(batch, looks)
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        raise FervidError(
            f"{place.observations} cannot be read: {error}.",
            "Was it written by fervid, and copied completely?",
        ) from error


def _wanted(present: list[str], looks: bool) -> list[str]:
    """Name the columns to read, of those that are there."""
    wanted = ["source", *_SEEN, *EMOTIONS, *SMOOTH_COLUMNS, *(_LOOKS if looks else ())]
    missing = [name for name in wanted if name not in present and name not in LATER_COLUMNS]
    if missing:
        raise FervidError(
            f"This is no table of observations: it has no column {', '.join(missing)}.",
            "Give a result that fervid wrote.",
        )
    return [name for name in wanted if name in present]


def _parquet(place: Place, looks: bool) -> Iterator[pa.RecordBatch]:
    for part in _parts(place.observations):
        with pq.ParquetFile(part) as file:
            columns = _wanted(file.schema_arrow.names, looks)
            yield from file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False)


def _parts(path: Path) -> list[Path]:
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def _csv(place: Place) -> Iterator[pa.RecordBatch]:
    types = {
        field.name: pa.string() if pa.types.is_dictionary(field.type) else field.type
        for field in SMOOTHED_OBSERVATIONS
    }
    with pacsv.open_csv(
        place.observations,
        read_options=pacsv.ReadOptions(block_size=1 << 24),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ) as reader:
        for batch in reader:
            _wanted(batch.schema.names, looks=True)
            yield batch


def _arrays(batch: pa.RecordBatch, looks: bool) -> dict[str, Array]:
    present = batch.schema.names
    arrays: dict[str, Array] = {
        "frame": batch["frame"].to_numpy(zero_copy_only=False),
        "time_s": batch["time_s"].to_numpy(zero_copy_only=False),
        "face": _integers(batch["face"]),
        "track": _later(batch, "track", -1, np.int32),
        "low_quality": _later(batch, "low_quality", False, np.bool_),
        "probabilities": _floats(batch, EMOTIONS),
        **{name: _codes(batch[name], names) for name, names in _CATEGORIES.items()},
    }
    if set(SMOOTH_COLUMNS) <= set(present):
        arrays["smoothed"] = _floats(batch, SMOOTH_COLUMNS)
    if looks:
        names = [name for name in _LOOKS if name in present]
        found = dict(zip(names, _floats(batch, names).T, strict=True))
        absent = np.full(len(batch), np.nan, np.float32)
        arrays["looks"] = np.column_stack([found.get(name, absent) for name in _LOOKS])
    return arrays


def _integers(column: pa.Array) -> Array:
    return pc.fill_null(column, -1).to_numpy(zero_copy_only=False)


def _later(batch: pa.RecordBatch, name: str, absent: object, kind: type[np.generic]) -> Array:
    """Read a column that an older result does not have."""
    if name not in batch.schema.names:
        return np.full(len(batch), absent, kind)
    return pc.fill_null(batch[name], absent).to_numpy(zero_copy_only=False)


def _floats(batch: pa.RecordBatch, names: tuple[str, ...] | list[str]) -> Array:
    columns = [batch[name].to_numpy(zero_copy_only=False) for name in names]
    return np.column_stack(columns).astype(np.float32, copy=False)


def _codes(column: pa.Array, names: tuple[str, ...]) -> Array:
    codes = pc.index_in(column.cast(pa.string()), value_set=pa.array(names, pa.string()))
    return _integers(codes).astype(np.int8)
