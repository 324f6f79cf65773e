"""Say what a reader must know: how a summary was made, what is left out, what columns mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from fervid.counted import counted
from fervid.summary.bootstrap import FEWEST_UNITS, LEAST_STRETCH_S, MOST_STRETCHES, RESAMPLES
from fervid.summary.choices import SummaryChoices
from fervid.summary.counts import Counts
from fervid.summary.figures import Figures
from fervid.summary.groups import Groups
from fervid.summary.runs import Bools

_RUN = ("run_id", "model", "detector", "fervid_version", "analyzed_at")
_SHORTEST_S = FEWEST_UNITS * LEAST_STRETCH_S

MEANINGS = {
    "sources_valid": "sources with a valid face",
    "frames_sampled": "frames looked at; of a track: from its first frame to its last",
    "frames_failed": "of these, not decoded",
    "frames_with_face": "of these, with a face",
    "frames_valid": "of these, with a face of enough quality",
    "validity": "frames_valid / frames_sampled; the result's valid_fraction is frames_with_face / "
    "frames_sampled, whatever the quality",
    "presence": "share of the source's sampled frames in which the track was seen",
    "faces": "rows with a face; several in a frame count each",
    "faces_low_quality": "of these, left out of everything else",
    "dominant_emotion": "class with the largest mean probability",
    "mean_confidence": "mean of the valid faces' largest probability: how sure the classifier was",
    "share_*": "share of the valid faces whose most probable class it is, 0 to 1; all faces of a "
    "source or group weigh the same",
    "mean_*": "mean probability of the emotion over the valid faces",
    "*_low, *_high": f"95% interval by bootstrap ({RESAMPLES:,} resamples). Of a source or track "
    f"{FEWEST_UNITS} to {MOST_STRETCHES} stretches of its time are drawn, of at least "
    f"{LEAST_STRETCH_S:g} s, because neighbouring frames are no independent draws; of a group its "
    f"sources, taken as independent. Empty below {_SHORTEST_S:g} s or {FEWEST_UNITS} sources with "
    "a valid face, and for a class never or always seen. It knows nothing of false labels",
    "entropy_of_mean_bits": "entropy of the mean probabilities: 0 one class only, 2.81 all alike",
    "mean_entropy_bits": "mean over faces of the entropy of their probabilities: how undecided the "
    "classifier was; what entropy_of_mean_bits has more is change along time",
    "onset_s": "when the probability reached the onset's threshold",
    "offset_s": "when it fell below the offset's, or the track was lost",
    "peak_s": "when the probability was largest",
    "peak_probability, mean_probability": "of the episode's emotion, over its valid frames",
    "onset_seen, offset_seen": "false where the episode was under way before the track could be "
    "followed, or was when it could no more: it may have been longer",
    "followed_s": "time from row to row of the track without gaps",
    "transitions_per_min, per_min": "transitions / followed_s * 60",
}
"""What a column means whose name does not say it."""


def notes(
    sources: pa.Table, counts: Counts, groups: Groups, *, tracks: int, falls: int, smoothed: bool
) -> list[str]:
    """Say what is left out or empty, and why, a sentence each.

    Args:
        sources: The sources table.
        counts: Of the sources.
        groups: Of the sources.
        tracks: How many there are.
        falls: Sources in which a frame has an earlier time than the one before.
        smoothed: Whether the run smoothed over time.
    """
    found = list(groups.notes)
    statuses = sources["status"].to_pylist()
    found += [
        f"{counted(statuses.count(status), 'source')} {status}: no figures; the result says why."
        for status in ("failed", "skipped")
        if status in statuses
    ]
    if number := statuses.count("partial"):
        found.append(f"{counted(number, 'source')} partial: figures of what could be read.")
    if falls:
        found.append(
            f"{counted(falls, 'source')} whose times begin anew within the file, as in files put "
            "end to end: times are as the file has them, and episodes end there."
        )
    if number := int(((counts.frames_sampled > 0) & (counts.faces == 0)).sum()):
        found.append(f"{counted(number, 'source')} without any face.")
    faces, low = int(counts.faces.sum()), int(counts.faces_low_quality.sum())
    if low:
        found.append(f"{low:,} of {faces:,} faces are of low quality and left out.")
    if tracks:
        found.append(
            "All figures are of raw probabilities."
            if not smoothed
            else "Episodes and transitions are of smoothed probabilities, all else of raw ones."
        )
    elif counts.faces[_videos(sources)].any():
        found.append(
            "The result has no tracks, so there are neither tracks nor episodes nor transitions. "
            "Analyze again with --track (the default since schema 1.1)."
        )
    return found


def interval_notes(sources: pa.Table, without_interval: Bools, of_groups: Figures) -> list[str]:
    """Say which intervals are empty, and why, a sentence each.

    Args:
        sources: The sources table.
        without_interval: `(sources,)` whether a source has valid faces, but too little to resample.
        of_groups: Figures of the groups.
    """
    found = []
    if number := int((without_interval & _videos(sources)).sum()):
        found.append(
            f"{counted(number, 'video')} with valid faces over less than "
            f"{_SHORTEST_S:g} s: no intervals."
        )
    if number := int(of_groups.without_interval.sum()):
        found.append(
            f"{counted(number, 'group')} with valid faces in fewer than "
            f"{FEWEST_UNITS} sources: no intervals."
        )
    return found


def about(
    path: Path, sources: pa.Table, choices: SummaryChoices, groups: Groups, told: list[str]
) -> pa.Table:
    """Make the table that explains the others.

    Returns:
        Columns `about` and `value`, both text.
    """
    lines = [*_made(path, sources, choices, groups), *(("note", note) for note in told)]
    lines += MEANINGS.items()
    return pa.table({"about": [name for name, _ in lines], "value": [text for _, text in lines]})


def _made(
    path: Path, sources: pa.Table, choices: SummaryChoices, groups: Groups
) -> Iterator[tuple[str, str]]:
    yield "result", path.name
    for name in _RUN:
        if len(sources) and sources[name][0].as_py() is not None:
            yield name, str(sources[name][0])
    if groups.given:
        yield "groups by", ", ".join(groups.columns)
    for name, value in asdict(choices).items():
        yield name, f"{value:g}"


def _videos(sources: pa.Table) -> Bools:
    return np.array([kind == "video" for kind in sources["kind"].to_pylist()], np.bool_)
