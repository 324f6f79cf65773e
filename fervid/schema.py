"""The tables fervid writes: columns, types, order, version.

Adding a column raises the minor version, changing one the major version.
"""

from __future__ import annotations

import pyarrow as pa

from fervid.labels import EMOTIONS

SCHEMA_VERSION = "1.0"

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
    ]
)
"""A row per face per sampled frame, and one for a sampled frame without a face."""

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
        pa.field("valid_fraction", pa.float64()),
        *(pa.field(name, pa.float64()) for name in MEAN_COLUMNS),
        pa.field("dominant_emotion", CATEGORY),
        pa.field("size_bytes", pa.int64()),
        pa.field("mtime", UTC),
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

CATEGORIES: dict[str, tuple[str, ...]] = {
    "status": FRAME_STATUSES,
    "emotion": EMOTIONS,
}
"""The full dictionaries of the observations' category columns, in order."""

SOURCE_CATEGORIES: dict[str, tuple[str, ...]] = {
    "kind": SOURCE_KINDS,
    "status": SOURCE_STATUSES,
    "time_source": TIME_SOURCES,
    "dominant_emotion": EMOTIONS,
}
"""The full dictionaries of the sources' category columns, in order."""
