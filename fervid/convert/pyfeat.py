"""Write what Py-Feat's `Detector` saves and `read_feat` reads: a CSV file per video or photo.

Columns are those of its `Fex` table: face box, 68 landmarks, pose, emotions, identity. Landmarks
and position, which fervid does not estimate, are there but empty, because the accessors of a `Fex`
ask for them by name; action units are left out, of which it takes what there is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from fervid.convert.target import Facts, Target
from fervid.spreadsheet import harmless_throughout

_EMOTIONS = {
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "happiness": "happy",
    "sadness": "sad",
    "surprise": "surprise",
    "neutral": "neutral",
}
_LANDMARKS = [f"{axis}_{point}" for axis in "xy" for point in range(68)]


def files(rows: pd.DataFrame, source: Facts) -> Iterator[tuple[str, str]]:
    """Make the file of a source, as `Target.files` says; a frame without a face is a row of NaN."""
    columns: dict[str, object] = {
        "FaceRectX": rows["x1"],
        "FaceRectY": rows["y1"],
        "FaceRectWidth": rows["x2"] - rows["x1"],
        "FaceRectHeight": rows["y2"] - rows["y1"],
        "FaceScore": rows["det_score"],
        **dict.fromkeys(_LANDMARKS, np.nan),
        # Radians; signs as Py-Feat's own drawing of the pose takes them: up, and to the subject's
        # right.
        "Pitch": np.radians(rows["pitch"]),
        "Roll": np.radians(rows["roll"]),
        "Yaw": np.radians(-rows["yaw"]),
        **dict.fromkeys("XYZ", np.nan),
        **{theirs: rows[ours] for theirs, ours in _EMOTIONS.items()},
        "Identity": rows["track"].map(lambda track: f"Person_{track}", na_action="ignore"),
        "input": harmless_throughout(str(source["source"])),
        "frame": rows["frame"],
    }
    if source["kind"] == "video":
        columns["approx_time"] = rows["time_s"].map(_approximate, na_action="ignore")
    table = pd.DataFrame(columns, index=rows.index)
    yield ".csv", table.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def _approximate(time_s: float) -> str:
    """Write a time as Py-Feat does: whole minutes and seconds."""
    minutes, seconds = divmod(int(time_s), 60)
    return f"{minutes:02d}:{seconds:02d}"


PYFEAT = Target(
    title="Py-Feat",
    lost="no action units; landmarks and position are empty; approx_time has whole seconds (the "
    "exact times are in fervid's result); rows of low quality are not marked; only sampled frames",
    takes_photos=True,
    files=files,
)
