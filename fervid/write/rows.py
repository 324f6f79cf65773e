"""Turn observations of one source into a table, column by column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fervid.labels import EMOTIONS
from fervid.schema import BOX_COLUMNS, FRAME_STATUSES, LANDMARK_COLUMNS, OBSERVATIONS
from fervid.types import Face, Observation

_STATUS_CODES = {status: code for code, status in enumerate(FRAME_STATUSES)}


def observation_table(source_id: str, observations: Sequence[Observation]) -> pa.Table:
    """Make rows of observations.

    Args:
        source_id: The source of all of them.
        observations: In order of frame and face.

    Returns:
        One row per observation, of schema `OBSERVATIONS`.
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
    }
    return pa.table([columns[field.name] for field in OBSERVATIONS], schema=OBSERVATIONS)


def _face_columns(faces: Sequence[Face]) -> dict[str, npt.NDArray[np.float32]]:
    boxes = np.array([face.box for face in faces], np.float32).reshape(-1, 4)
    landmarks = np.array([face.landmarks for face in faces], np.float32).reshape(-1, 10)
    scores = np.array([face.score for face in faces], np.float32)
    names = (*BOX_COLUMNS, "det_score", *LANDMARK_COLUMNS)
    return dict(zip(names, np.column_stack([boxes, scores, landmarks]).T, strict=True))


def _emotions(
    probabilities: npt.NDArray[np.float32], with_face: Sequence[int], count: int
) -> pa.DictionaryArray:
    codes = np.zeros(count, np.int8)
    missing = np.ones(count, np.bool_)
    codes[with_face] = probabilities.argmax(axis=1)
    missing[with_face] = False
    return _dictionary(codes, EMOTIONS, missing)


def _spread(
    columns: dict[str, npt.NDArray[np.float32]], with_face: Sequence[int], count: int
) -> dict[str, pa.Array]:
    """Put values of the faces at the rows of the faces, null elsewhere."""
    missing = np.ones(count, np.bool_)
    missing[with_face] = False
    spread = {}
    for name, values in columns.items():
        column = np.zeros(count, np.float32)
        column[with_face] = values
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
