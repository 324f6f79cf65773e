"""Write what FaceReader exports as its detailed log: a text file per video and person.

Eight lines of header, then columns separated by tabs, the 28 up to `Identity` that published
scripts name. Those that fervid does not estimate are there but empty: scripts ask for them by name,
or count them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from fervid.convert.target import Facts, Target, trusted

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
_MEASURED = [*_EMOTIONS, "Valence", *_POSE, "Quality"]
_NOT_FOUND, _NOT_FITTED = "FIND_FAILED", "FIT_FAILED"


def files(rows: pd.DataFrame, source: Facts) -> Iterator[tuple[str, str]]:
    """Make the files of a source, as `Target.files` says: one per track.

    FaceReader follows one face, with one row per time. Without tracks that is the largest.
    """
    frames = rows.drop_duplicates("frame")
    tracks = sorted(rows["track"].dropna().unique())
    if not tracks:
        yield "_detailed.txt", _log(frames, frames["status"].eq("ok"), "", source)
    for track in tracks:
        theirs = rows[rows["track"].eq(track).fillna(False)]
        log = frames[["frame", "time_s"]].merge(theirs.drop(columns="time_s"), "left", "frame")
        name = "_detailed.txt" if len(tracks) == 1 else f"_track{track}_detailed.txt"
        yield name, _log(log, log["status"].eq("ok"), f"track {track}", source)


def _log(rows: pd.DataFrame, is_found: pd.Series[bool], identity: str, source: Facts) -> str:
    table = pd.DataFrame("", index=rows.index, columns=_COLUMNS, dtype=object)
    table["Video Time"] = rows["time_s"].map(_clock)
    for theirs, ours in {**_EMOTIONS, **_POSE, "Quality": "quality"}.items():
        table[theirs] = _four_digits(rows[ours])
    # FaceReader's own definition: happy minus the strongest of the negative expressions.
    valence = rows["happy"] - rows[_NEGATIVE].max(axis=1)
    table["Valence"] = _four_digits(valence)
    table["Identity"] = identity
    table.loc[~is_found, _MEASURED] = _NOT_FOUND
    table.loc[is_found & ~trusted(rows), _MEASURED] = _NOT_FITTED
    table.loc[~is_found, "Identity"] = ""
    return _header(source) + table.to_csv(index=False, sep="\t", lineterminator="\n")


def _four_digits(values: pd.Series[float]) -> list[str]:
    return ["" if pd.isna(value) else f"{value:.4f}" for value in values]


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
    return "".join(f"{line}\n" for line in lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _clock(time_s: float) -> str:
    """Write a time as `hh:mm:ss.mmm`."""
    seconds, thousandths = divmod(round(1000 * time_s), 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{thousandths:03d}"


FACEREADER = Target(
    title="FaceReader",
    lost="the seven values are probabilities that add up to 1, not intensities; Valence is "
    "computed from them by FaceReader's definition; no Arousal, action units, gaze or states; head "
    "orientation and Quality are fervid's; without tracks the largest face alone; only sampled "
    "frames; no photos",
    takes_photos=False,
    files=files,
)
