"""Turn observations of one source into a table, column by column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fervid.labels import EMOTIONS
from fervid.schema import (
    BOX_COLUMNS,
    FRAME_STATUSES,
    LANDMARK_COLUMNS,
    QUALITY_COLUMNS,
    SMOOTH_COLUMNS,
)
from fervid.types import Face, FaceQuality, Observation, Smoothed

_STATUS_CODES = {status: code for code, status in enumerate(FRAME_STATUSES)}


def observation_table(
    source_id: str, observations: Sequence[Observation], schema: pa.Schema
) -> pa.Table:
    """Make rows of observations.

    Args:
        source_id: The source of all of them.
        observations: In order of frame and face.
        schema: `OBSERVATIONS`, or `SMOOTHED_OBSERVATIONS` when they are smoothed.

    Returns:
        One row per observation, of that schema.
    """
    count = len(observations)
    with_face = [row for row, each in enumerate(observations) if each.detected is not None]
    faces = [each.detected for each in observations if each.detected is not None]
    probabilities = np.array(
        [observations[row].probabilities for row in with_face], np.float32
    ).reshape(-1, len(EMOTIONS))
    columns = {
        "source": _dictionary(np.zeros(count, np.int32), [source_id]),
        "frame": pa.array([each.frame for each in observations], pa.int64()),
        "time_s": pa.array([each.time_s for each in observations], pa.float64()),
        "status": _dictionary(
            np.array([_STATUS_CODES[each.status] for each in observations], np.int8),
            FRAME_STATUSES,
        ),
        "face": pa.array([each.face for each in observations], pa.int32()),
        **_spread(_face_columns(faces), with_face, count),
        "emotion": _emotions(probabilities, with_face, count),
        **_spread({"confidence": probabilities.max(axis=1, initial=0)}, with_face, count),
        **_spread(dict(zip(EMOTIONS, probabilities.T, strict=True)), with_face, count),
        "track": pa.array([each.track for each in observations], pa.int32()),
        **_quality_columns([each.quality for each in observations]),
        "low_quality": pa.array([each.low_quality for each in observations], pa.bool_()),
        **_smooth_columns([each.smoothed for each in observations]),
    }
    return pa.table([columns[field.name] for field in schema], schema=schema)


def _face_columns(faces: Sequence[Face]) -> dict[str, npt.NDArray[np.float32]]:
    boxes = np.array([face.box for face in faces], np.float32).reshape(-1, 4)
    landmarks = np.array([face.landmarks for face in faces], np.float32).reshape(-1, 10)
    scores = np.array([face.score for face in faces], np.float32)
    names = (*BOX_COLUMNS, "det_score", *LANDMARK_COLUMNS)
    return dict(zip(names, np.column_stack([boxes, scores, landmarks]).T, strict=True))


def _quality_columns(qualities: Sequence[FaceQuality | None]) -> dict[str, pa.Array]:
    known = [row for row, each in enumerate(qualities) if each is not None]
    found = [each for each in qualities if each is not None]
    values = np.array([[getattr(each, name) for name in QUALITY_COLUMNS] for each in found])
    columns = values.astype(np.float32).reshape(-1, len(QUALITY_COLUMNS)).T
    return _spread(dict(zip(QUALITY_COLUMNS, columns, strict=True)), known, len(qualities))


def _smooth_columns(smoothed: Sequence[Smoothed | None]) -> dict[str, pa.Array]:
    known = [row for row, each in enumerate(smoothed) if each is not None]
    found = [each for each in smoothed if each is not None]
    values = np.array([each.probabilities for each in found], np.float32).reshape(-1, len(EMOTIONS))
    codes = np.zeros(len(smoothed), np.int8)
    codes[known] = [each.emotion for each in found]
    missing = np.ones(len(smoothed), np.bool_)
    missing[known] = False
    columns = dict(zip(SMOOTH_COLUMNS, values.T, strict=True))
    return {
        **_spread(columns, known, len(smoothed)),
        "smooth_emotion": _dictionary(codes, EMOTIONS, missing),
    }


def _emotions(
    probabilities: npt.NDArray[np.float32], with_face: Sequence[int], count: int
) -> pa.DictionaryArray:
    codes = np.zeros(count, np.int8)
    missing = np.ones(count, np.bool_)
    codes[with_face] = probabilities.argmax(axis=1)
    missing[with_face] = False
    return _dictionary(codes, EMOTIONS, missing)


def _spread(
    columns: dict[str, npt.NDArray[np.float32]], rows: Sequence[int], count: int
) -> dict[str, pa.Array]:
    """Put values at their rows, null elsewhere."""
    missing = np.ones(count, np.bool_)
    missing[rows] = False
    spread = {}
    for name, values in columns.items():
        column = np.zeros(count, np.float32)
        column[rows] = values
        spread[name] = pa.array(column, mask=missing)
    return spread


def _dictionary(
    codes: npt.NDArray[np.integer],
    names: Sequence[str],
    missing: npt.NDArray[np.bool_] | None = None,
) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=missing), pa.array(names, pa.string())
    )
