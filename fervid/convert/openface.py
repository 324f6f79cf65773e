"""Write what OpenFace 2 writes: a CSV file per video, a row per face and frame.

Columns and their order are those of its `RecorderCSV`, with the names as version 2.2 writes them,
without blanks. OpenFace leaves out the groups of columns that it was not asked for; here these are
gaze, the 68 landmarks, shape parameters and action units, which fervid does not estimate.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from fervid.convert.target import Facts, Target, trusted
from fervid.labels import EMOTIONS

_POSE_T = ("pose_Tx", "pose_Ty", "pose_Tz")


def files(rows: pd.DataFrame, source: Facts) -> Iterator[tuple[str, str]]:
    """Make the file of a source, as `Target.files` says.

    A photo's has the columns that `FaceLandmarkImg` writes, and a row per face.
    """
    is_photo = source["kind"] == "image"
    if is_photo:
        rows = rows[rows["status"].eq("ok")]
        table = pd.DataFrame({"face": rows["face"], "confidence": rows["det_score"]})
    else:
        success = trusted(rows)
        table = pd.DataFrame(
            {
                "frame": rows["frame"] + 1,
                "face_id": rows["track"].fillna(rows["face"]).fillna(0),
                "timestamp": rows["time_s"].map("{:.6f}".format, na_action="ignore"),
                "confidence": rows["det_score"].fillna(0),
                "success": success.astype(int),
            }
        )
    for name in _POSE_T:
        table[name] = np.nan
    # R = Rx Ry Rz with x to the right, y down, z away from the camera: above 0 are a nod down, a
    # turn to the subject's right, a tilt to the subject's left.
    table["pose_Rx"] = np.radians(-rows["pitch"])
    table["pose_Ry"] = np.radians(-rows["yaw"])
    table["pose_Rz"] = np.radians(rows["roll"])
    for emotion in EMOTIONS:
        table[emotion] = rows[emotion]
    yield ".csv", table.to_csv(index=False, float_format="%.6g", lineterminator="\n")


OPENFACE = Target(
    title="OpenFace",
    lost="no action units, gaze, landmarks or position; the class probabilities, which OpenFace "
    "does not have, stand behind its columns; only sampled frames",
    takes_photos=True,
    files=files,
)
