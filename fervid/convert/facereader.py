"""Write what FaceReader exports as its detailed log: a text file per video and person.

Eight lines of header, then columns separated by tabs, the 28 up to `Identity` that published
scripts name. Those that fervid does not estimate are there but empty: scripts ask for them by name,
or count them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from fervid.convert.target import Facts, Target, trusted
from fervid.spreadsheet import harmless_throughout

_EMOTIONS = {
    "Neutral": "neutral",
    "Happy": "happy",
    "Sad": "sad",
    "Angry": "angry",
    "Surprised": "surprise",
    "Scared": "fear",
    "Disgusted": "disgust",
}
_NEGATIVE = ["sad", "angry", "fear", "disgust"]
_POSE = {
    "Y - Head Orientation": "yaw",
    "X - Head Orientation": "pitch",
    "Z - Head Orientation": "roll",
}
_COLUMNS = [
    "Video Time",
    *_EMOTIONS,
    "Valence",
    "Arousal",
    *("Gender", "Age", "Beard", "Moustache", "Glasses", "Ethnicity"),
    *_POSE,
    "Landmarks",
    "Quality",
    *("Mouth", "Left Eye", "Right Eye", "Left Eyebrow", "Right Eyebrow", "Gaze Direction"),
    "Identity",
]
_NOT_FOUND, _NOT_FITTED = "FIND_FAILED", "FIT_FAILED"


def files(rows: pd.DataFrame, source: Facts) -> Iterator[tuple[str, str]]:
    """Make the files of a source, as `Target.files` says: one per track.

    FaceReader follows one face, with one row per time. Without tracks that is the largest. The file
    of a track begins and ends with it: with all frames in each, the files of a video would grow
    with the square of its length.
    """
    frames = rows.drop_duplicates("frame")
    tracks = list(rows.groupby("track"))
    if not tracks:
        yield "_detailed.txt", _log(frames, frames["status"].eq("ok"), "", source)
    numbers = frames["frame"].to_numpy(np.int64)
    for track, theirs in tracks:
        first, last = theirs["frame"].iloc[[0, -1]]
        during = frames.iloc[np.searchsorted(numbers, first) : np.searchsorted(numbers, last) + 1]
        log = during[["frame", "time_s"]].merge(theirs.drop(columns="time_s"), "left", "frame")
        name = "_detailed.txt" if len(tracks) == 1 else f"_track{track}_detailed.txt"
        yield name, _log(log, log["status"].eq("ok"), f"track {track}", source)


def _log(rows: pd.DataFrame, is_found: pd.Series[bool], identity: str, source: Facts) -> str:
    # FaceReader's own definition: happy minus the strongest of the negative expressions.
    valence = rows["happy"] - rows[_NEGATIVE].max(axis=1)
    measured = {
        **{theirs: rows[ours] for theirs, ours in _EMOTIONS.items()},
        "Valence": valence,
        **{theirs: rows[ours] for theirs, ours in _POSE.items()},
        "Quality": rows["quality"],
    }
    failure = np.where(is_found, np.where(trusted(rows), "", _NOT_FITTED), _NOT_FOUND).tolist()
    columns = {
        "Video Time": _clocks(rows["time_s"]),
        **{name: _values(values, failure) for name, values in measured.items()},
        "Identity": [identity if each else "" for each in is_found],
    }
    nothing = [""] * len(rows)
    lines = zip(*(columns.get(name, nothing) for name in _COLUMNS), strict=True)
    return "".join(f"{line}\n" for line in (_header(source), *map("\t".join, [_COLUMNS, *lines])))


def _values(values: pd.Series[float], failure: list[str]) -> list[str]:
    """Write figures with four digits, and why there is none."""
    figures = values.astype(float).tolist()
    return [
        why or ("" if math.isnan(value) else f"{value:.4f}")
        for value, why in zip(figures, failure, strict=True)
    ]


def _clocks(times_s: pd.Series[float]) -> list[str]:
    """Write times as `hh:mm:ss.mmm`; nothing where there is none."""
    return [
        ""
        if math.isnan(time_s)
        else f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        for time_s in times_s.astype(float).tolist()
        for ms in (0 if math.isnan(time_s) else round(1000 * time_s),)
    ]


def _header(source: Facts) -> str:
    started, rate = source["analyzed_at"], source["frame_rate"]
    started = "-" if pd.isna(started) else f"{started:%m/%d/%Y %H:%M:%S.000}"
    lines = (
        "Video analysis detailed log",
        "",
        "Face Model\tGeneral",
        "Calibration\t-",
        f"Start time\t{started}",
        f"Filename\t{_one_line(str(source['source']))}",
        f"Frame rate\t{'' if pd.isna(rate) else f'{rate:.9f}'}",
        "",
    )
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return harmless_throughout(" ".join(text.split()))


FACEREADER = Target(
    title="FaceReader",
    lost="the seven values are probabilities that add up to 1, not intensities; Valence is "
    "computed from them by FaceReader's definition; no Arousal, action units, gaze or states; head "
    "orientation and Quality are fervid's; without tracks the largest face alone; only sampled "
    "frames; no photos",
    takes_photos=False,
    files=files,
)
