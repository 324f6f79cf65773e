"""Write what ELAN imports as tab-delimited text: a file per video, a tier per track.

An annotation is a stretch of sampled frames of one track with the same label. In ELAN: File,
Import, CSV / Tab-delimited Text; the first row holds the names of the columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from fervid.convert.target import Facts, Target, trusted

_COLUMNS = {
    "tier": "Tier",
    "begin_s": "Begin Time - ss.msec",
    "end_s": "End Time - ss.msec",
    "duration_s": "Duration - ss.msec",
    "annotation": "Annotation",
}
_LONGEST_STEPS = 1.5
"""A track that is not seen for longer, in sampling steps, ends its annotation."""


def files(rows: pd.DataFrame, source: Facts) -> Iterator[tuple[str, str]]:
    """Make the file of a source, as `Target.files` says; without tracks, of the largest face.

    Where time falls, as in files that were joined, other tiers begin: ELAN has no place for two
    annotations of a tier at the same time.
    """
    rows = rows[rows["time_s"].notna()]
    times_s = rows["time_s"].drop_duplicates().to_numpy(np.float64)
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
    if step_s <= 0:
        step_s = 1 / (source["frame_rate"] if source["frame_rate"] > 0 else 25)
    falls = rows["time_s"].diff().lt(0).cumsum()
    parts = [
        (tier if fall == 0 else f"{tier}, part {fall + 1}", part)
        for tier, seen in _tiers(rows[trusted(rows)])
        for fall, part in seen.groupby(falls)
    ]
    end_s = float(source["duration_s"] if pd.notna(source["duration_s"]) else np.inf)
    stretches = [_stretches(name, part, step_s, end_s) for name, part in parts]
    table = pd.concat(stretches) if stretches else pd.DataFrame(columns=list(_COLUMNS))
    text = table.rename(columns=_COLUMNS)
    yield ".txt", text.to_csv(index=False, sep="\t", float_format="%.3f", lineterminator="\n")


def _tiers(seen: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    if seen["track"].notna().any():
        return [(f"track {track}", part) for track, part in seen.groupby("track")]
    return [("face", seen.drop_duplicates("frame"))]


def _stretches(tier: str, seen: pd.DataFrame, step_s: float, end_s: float) -> pd.DataFrame:
    """Join neighbouring frames with the same label; each stands until the next, or for a step."""
    times_s = seen["time_s"].to_numpy(np.float64)
    labels = seen["smooth_emotion" if _is_smoothed(seen) else "emotion"].astype(str).to_numpy()
    following_s = np.append(times_s[1:], np.inf)[: len(times_s)]
    until_s = np.where(
        following_s - times_s <= _LONGEST_STEPS * step_s,
        following_s,
        np.minimum(times_s + step_s, np.maximum(end_s, times_s)),
    )
    begins = np.ones(len(times_s), bool)
    begins[1:] = (labels[1:] != labels[:-1]) | (until_s[:-1] < times_s[1:])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(times_s))[: len(first)] - 1
    begin_s, stop_s = np.round(times_s[first], 3), np.round(until_s[last], 3)
    is_long = stop_s > begin_s
    return pd.DataFrame(
        {
            "tier": tier,
            "begin_s": begin_s[is_long],
            "end_s": stop_s[is_long],
            "duration_s": (stop_s - begin_s)[is_long],
            "annotation": labels[first][is_long],
        },
        columns=list(_COLUMNS),
    )


def _is_smoothed(rows: pd.DataFrame) -> bool:
    return "smooth_emotion" in rows and bool(rows["smooth_emotion"].notna().any())


ELAN = Target(
    title="ELAN",
    lost="labels alone, without probabilities, boxes and pose; times rounded to milliseconds; "
    "without tracks the largest face alone; nothing for frames of low quality; no photos",
    takes_photos=False,
    files=files,
)
