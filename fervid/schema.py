"""The tables fervid writes: columns, types, order, version.

Adding a column raises the minor version, changing one the major version.
"""

from __future__ import annotations

import json
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from fervid.labels import EMOTIONS

SCHEMA_VERSION = "1.2"

FRAME_STATUSES = ("ok", "no_face", "decode_failed")
SOURCE_STATUSES = ("ok", "partial", "failed", "skipped")
SOURCE_KINDS = ("video", "image")
TIME_SOURCES = ("pts", "interpolated")

LANDMARK_COLUMNS = tuple(
    f"{point}_{axis}"
    for point in ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
    for axis in ("x", "y")
)
BOX_COLUMNS = ("x1", "y1", "x2", "y2")
MEAN_COLUMNS = tuple(f"mean_{emotion}" for emotion in EMOTIONS)
QUALITY_COLUMNS = ("yaw", "pitch", "roll", "sharpness", "brightness", "quality")
SMOOTH_COLUMNS = tuple(f"smooth_{emotion}" for emotion in EMOTIONS)

CATEGORY = pa.dictionary(pa.int8(), pa.string(), ordered=False)
NAME = pa.dictionary(pa.int32(), pa.string())
UTC = pa.timestamp("us", tz="UTC")

OBSERVATIONS = pa.schema(
    [
        pa.field("source", NAME, nullable=False),
        pa.field("frame", pa.int64(), nullable=False),
        pa.field("time_s", pa.float64()),
        pa.field("status", CATEGORY, nullable=False),
        pa.field("face", pa.int32()),
        *(pa.field(name, pa.float32()) for name in BOX_COLUMNS),
        pa.field("det_score", pa.float32()),
        *(pa.field(name, pa.float32()) for name in LANDMARK_COLUMNS),
        pa.field("emotion", CATEGORY),
        pa.field("confidence", pa.float32()),
        *(pa.field(name, pa.float32()) for name in EMOTIONS),
        pa.field("track", pa.int32()),
        *(pa.field(name, pa.float32()) for name in QUALITY_COLUMNS),
        pa.field("low_quality", pa.bool_()),
    ]
)
"""A row per face per sampled frame, and one for a sampled frame without a face."""

SMOOTHED_OBSERVATIONS = pa.schema(
    [
        *OBSERVATIONS,
        *(pa.field(name, pa.float32()) for name in SMOOTH_COLUMNS),
        pa.field("smooth_emotion", CATEGORY),
    ]
)
"""The same of a run that smoothed over time."""

SOURCES = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("kind", CATEGORY, nullable=False),
        pa.field("status", CATEGORY, nullable=False),
        pa.field("error_type", pa.string()),
        pa.field("error", pa.string()),
        pa.field("remedy", pa.string()),
        pa.field("container", pa.string()),
        pa.field("codec", pa.string()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("rotation", pa.int16()),
        pa.field("frame_rate", pa.float64()),
        pa.field("duration_s", pa.float64()),
        pa.field("start_time_s", pa.float64()),
        pa.field("time_source", CATEGORY),
        pa.field("frames_total", pa.int64()),
        pa.field("frames_sampled", pa.int64()),
        pa.field("frames_failed", pa.int64()),
        pa.field("frames_with_face", pa.int64()),
        pa.field("faces", pa.int64()),
        pa.field("tracks", pa.int32()),
        pa.field("valid_fraction", pa.float64()),
        *(pa.field(name, pa.float64()) for name in MEAN_COLUMNS),
        pa.field("dominant_emotion", CATEGORY),
        pa.field("size_bytes", pa.int64()),
        pa.field("mtime", UTC),
        pa.field("sha256", pa.string()),
        pa.field("recorded_at", UTC),
        pa.field("seconds", pa.float64()),
        pa.field("run_id", pa.string()),
        pa.field("model", pa.string()),
        pa.field("detector", pa.string()),
        pa.field("fervid_version", pa.string()),
        pa.field("analyzed_at", UTC),
    ]
)
"""A row per source."""

LATER_COLUMNS = frozenset(
    {
        "track",
        *QUALITY_COLUMNS,
        "low_quality",
        *SMOOTH_COLUMNS,
        "smooth_emotion",
        "tracks",
        "sha256",
    }
)
"""Those that a result of an older minor version, or of a run without the option, may lack."""

TableName = Literal["observations", "sources"]
TABLES: dict[TableName, pa.Schema] = {"observations": OBSERVATIONS, "sources": SOURCES}

CATEGORIES: dict[TableName, dict[str, tuple[str, ...]]] = {
    "observations": {
        "status": FRAME_STATUSES,
        "emotion": EMOTIONS,
        "smooth_emotion": EMOTIONS,
    },
    "sources": {
        "kind": SOURCE_KINDS,
        "status": SOURCE_STATUSES,
        "time_source": TIME_SOURCES,
        "dominant_emotion": EMOTIONS,
    },
}
"""The full dictionaries of the category columns of each table, in order."""

_PANDAS_NAMES = {
    pa.string(): ("unicode", "object"),
    pa.bool_(): ("bool", "boolean"),
    pa.int16(): ("int16", "Int16"),
    pa.int32(): ("int32", "Int32"),
    pa.int64(): ("int64", "int64"),
    pa.float32(): ("float32", "float32"),
    pa.float64(): ("float64", "float64"),
    UTC: ("datetimetz", "datetime64[us]"),
}
"""pandas' and NumPy's name of each Arrow type; where values may be missing, the nullable one."""


def category(values: pa.Array | pa.ChunkedArray, names: tuple[str, ...]) -> pa.DictionaryArray:
    """Turn strings into a category column that carries every name, used or not, in order.

    Args:
        values: Strings or a dictionary of strings, nulls allowed.
        names: The categories, in order.

    Returns:
        Of type `CATEGORY`, the dictionary being exactly `names`.

    Raises:
        ValueError: A value is none of the names.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    values = values.cast(pa.string())
    codes = pc.index_in(values, value_set=pa.array(names, pa.string()))
    if codes.null_count != values.null_count:
        unknown = sorted(set(pc.unique(values).to_pylist()) - {*names, None})
        raise ValueError(f"Unknown category {unknown}; known: {', '.join(names)}.")
    return pa.DictionaryArray.from_arrays(codes.cast(pa.int8()), pa.array(names, pa.string()))


def file_schema(name: TableName, schema: pa.Schema, run_json: str) -> pa.Schema:
    """Add what a Parquet file says about itself: the run, and how pandas should read each column.

    Args:
        name: Of the table.
        schema: Its columns in this run.
        run_json: The run file's text.

    Returns:
        The schema with the metadata keys `fervid` and `pandas`.
    """
    pandas = {
        "index_columns": [],
        "column_indexes": [],
        "columns": [_pandas_column(field, CATEGORIES[name]) for field in schema],
        "creator": {"library": "fervid", "version": SCHEMA_VERSION},
        "pandas_version": "2.2.3",
    }
    return schema.with_metadata({"fervid": run_json, "pandas": json.dumps(pandas)})


def _pandas_column(field: pa.Field, categories: dict[str, tuple[str, ...]]) -> dict[str, object]:
    metadata: dict[str, object] | None = None
    if pa.types.is_dictionary(field.type):
        names = ("categorical", str(field.type.index_type))
        count = len(categories.get(field.name, ()))
        metadata = {"num_categories": count, "ordered": False}
    else:
        names = _PANDAS_NAMES[field.type]
    if field.type == UTC:
        metadata = {"timezone": "UTC"}
    return {
        "name": field.name,
        "field_name": field.name,
        "pandas_type": names[0],
        "numpy_type": names[1],
        "metadata": metadata,
    }
