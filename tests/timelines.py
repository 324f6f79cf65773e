"""Made-up rows of tracks, and what a summary of them must say, worked out one by one."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from hypothesis import strategies as st

from fervid.labels import EMOTIONS
from fervid.types import Observation, Smoothed
from fervid.write import open_output
from tests.observed import FACTS, RUN, Item, end, face, probabilities

STEP_S = 0.2
Key = tuple[str, int]


def row(
    source: str,
    frame: int,
    *,
    best: str = "happy",
    value: float = 0.7,
    track: int | None = 0,
    low: bool | None = None,
    number: int = 0,
    smooth: tuple[str, float] | None = None,
    photo: bool = False,
) -> Observation:
    """A face of a track in a frame; the other classes share what `best` leaves."""
    smoothed = smooth and Smoothed(probabilities(*smooth), EMOTIONS.index(smooth[0]))
    return Observation(
        source,
        frame,
        None if photo else frame * STEP_S,
        "ok",
        number,
        face(size=80 - number),
        probabilities(best, value),
        None if photo else track,
        None,
        low,
        smoothed,
    )


def write_result(path: Path, items: Iterable[Item], *, smoothed: bool = False) -> Path:
    """Write a result as a run would."""
    with open_output(path, overwrite=True, smoothed=smoothed) as output:
        output.write(items, RUN)
        output.finish(FACTS)
    return path


def happy_curve(path: Path, values: Sequence[float | None], **options: object) -> Path:
    """Write a video of one track whose probability of happy follows `values`; None: no face."""
    items: list[Item] = []
    for frame, value in enumerate(values):
        if value is None:
            items.append(Observation("a.mp4", frame, frame * STEP_S, "no_face"))
        else:
            items.append(row("a.mp4", frame, value=value, **options))  # type: ignore[arg-type]
    return write_result(path, [*items, end("a.mp4", len(values))])


@dataclass
class Plain:
    """Sums of one source, track or group, added up row by row."""

    frames: set[tuple[str, int]] = field(default_factory=set)
    valid_frames: set[tuple[str, int]] = field(default_factory=set)
    faces: int = 0
    low: int = 0
    rows: list[Observation] = field(default_factory=list)

    def add(self, item: Observation) -> None:
        self.frames.add((item.source_id, item.frame))
        if item.status != "ok":
            return
        self.faces += 1
        if item.low_quality:
            self.low += 1
        else:
            self.valid_frames.add((item.source_id, item.frame))
            self.rows.append(item)

    @property
    def validity(self) -> float | None:
        return len(self.valid_frames) / len(self.frames) if self.frames else None

    def shares(self) -> list[float | None]:
        labels = Counter(int(np.argmax(item.probabilities)) for item in self.rows)
        return [labels[code] / len(self.rows) if self.rows else None for code in range(7)]

    def means(self) -> list[float | None]:
        columns = [[float(item.probabilities[code]) for item in self.rows] for code in range(7)]
        return [sum(column) / len(column) if column else None for column in columns]

    def confidence(self) -> float | None:
        largest = [float(max(item.probabilities)) for item in self.rows]
        return sum(largest) / len(largest) if largest else None

    def entropies(self) -> tuple[float | None, float | None]:
        """Of the mean, and the mean of the rows'."""
        if not self.rows:
            return None, None
        each = [_entropy([float(value) for value in item.probabilities]) for item in self.rows]
        return _entropy([value or 0.0 for value in self.means()]), sum(each) / len(each)


def by_source(items: Iterable[Item]) -> dict[str, Plain]:
    found: dict[str, Plain] = defaultdict(Plain)
    for item in items:
        if isinstance(item, Observation):
            found[item.source_id].add(item)
        else:
            found.setdefault(item.source.id, Plain())
    return found


def tracks_of(items: Iterable[Item]) -> dict[Key, list[Observation]]:
    """The faces of each track, in order."""
    found: dict[Key, list[Observation]] = defaultdict(list)
    for item in items:
        if isinstance(item, Observation) and item.track is not None:
            found[item.source_id, item.track].append(item)
    return {key: sorted(rows, key=lambda each: each.frame) for key, rows in found.items()}


def segments_of(items: Sequence[Item], max_gap_s: float) -> list[tuple[Key, list[Observation]]]:
    """The stretches of each track in which its valid faces follow each other."""
    segments: list[tuple[Key, list[Observation]]] = []
    for key, rows in sorted(tracks_of(items).items()):
        frames = _frames(items, key[0])
        step = _step(frames)
        failed = [each.frame for each in frames if each.status == "decode_failed"]
        valid = [each for each in rows if not each.low_quality]
        for before, each in pairwise([None, *valid]):
            assert each is not None
            if (
                before is None
                or each.time_s - before.time_s - step > max_gap_s + 1e-6  # type: ignore[operator]
                or any(before.frame < frame < each.frame for frame in failed)
            ):
                segments.append((key, []))
            segments[-1][1].append(each)
    return segments


def episodes_of(
    items: Sequence[Item], onset: float, offset: float, min_duration: float, max_gap: float
) -> list[tuple[object, ...]]:
    """Follow each emotion of each segment with a switch that is on or off."""
    found: list[tuple[object, ...]] = []
    for key, rows in segments_of(items, max_gap):
        for code, emotion in enumerate(EMOTIONS):
            spans: list[list[int]] = []
            on = False
            for place, each in enumerate(rows):
                value = _followed(each)[code]
                if on and value < np.float32(offset):
                    on = False
                elif not on and value >= np.float32(onset):
                    on = True
                    spans.append([])
                if on:
                    spans[-1].append(place)
            for span in spans:
                episode = _episode(items, key, rows, span, code)
                if episode[1] - episode[0] >= min_duration - 1e-6:
                    found.append((*key, emotion, *episode))
    return sorted(found, key=lambda each: (each[0], each[1], each[3], EMOTIONS.index(each[2])))  # type: ignore[arg-type]


def transitions_of(items: Sequence[Item], max_gap: float) -> tuple[Counter[object], Counter[Key]]:
    """Count changes by track, label before and label after, and seconds by track."""
    changes: Counter[object] = Counter()
    seconds: Counter[Key] = Counter()
    for key, rows in segments_of(items, max_gap):
        for before, after in pairwise(rows):
            seconds[key] += after.time_s - before.time_s  # type: ignore[operator, assignment]
            labels = _label(before), _label(after)
            if labels[0] != labels[1]:
                changes[*key, *labels] += 1
    return changes, seconds


def _episode(
    items: Sequence[Item], key: Key, rows: list[Observation], span: list[int], code: int
) -> tuple[float, float, float, float, float, int, bool, bool]:
    values = [float(_followed(rows[place])[code]) for place in span]
    first, last = rows[span[0]], rows[span[-1]]
    peak = rows[span[values.index(max(values))]]
    frames = _frames(items, key[0])
    later = [each.time_s for each in frames if each.frame > last.frame]
    assert first.time_s is not None
    assert last.time_s is not None
    assert peak.time_s is not None
    until = min([last.time_s + _step(frames), *(each for each in later if each is not None)])
    return (
        first.time_s,
        until,
        peak.time_s,
        max(values),
        sum(values) / len(values),
        len(span),
        span[0] > 0,
        span[-1] < len(rows) - 1,
    )


def _frames(items: Iterable[Item], source: str) -> list[Observation]:
    """The first row of each frame of a source."""
    rows = [each for each in items if isinstance(each, Observation) and each.source_id == source]
    return [each for each in rows if not each.face]


def _step(frames: Sequence[Observation]) -> float:
    times = [each.time_s for each in frames if each.time_s is not None]
    return median(after - before for before, after in pairwise(times)) if len(times) > 1 else 0.0


def _followed(item: Observation) -> np.ndarray:
    values = item.smoothed.probabilities if item.smoothed else item.probabilities
    assert values is not None
    return values


def _label(item: Observation) -> str:
    return EMOTIONS[item.smoothed.emotion if item.smoothed else int(np.argmax(item.probabilities))]


def _entropy(distribution: Sequence[float]) -> float:
    return -sum(value * math.log2(value) for value in distribution if value > 0)


_values = st.sampled_from([0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.9])
_labels = st.sampled_from(EMOTIONS)


@st.composite
def timelines(draw: st.DrawFn) -> tuple[list[Item], bool]:
    """A few sources with what happens in real ones, and whether they are smoothed."""
    smoothed = draw(st.booleans())
    items: list[Item] = []
    for name in draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)):
        photo = draw(st.integers(0, 4)) == 0
        frames = sorted(draw(st.sets(st.integers(0, 30), max_size=1 if photo else 14)))
        for frame in frames:
            tracks = draw(st.lists(st.sampled_from([0, 1, 2, None]), max_size=3, unique=True))
            if not tracks:
                status = draw(st.sampled_from(["no_face", "decode_failed"]))
                items.append(Observation(name, frame, None if photo else frame * STEP_S, status))
            for number, track in enumerate(tracks):
                smooth = (draw(_labels), draw(_values)) if smoothed else None
                low = draw(st.sampled_from([None, False, False, True]))
                best, value = draw(_labels), draw(_values)
                items.append(
                    row(
                        name,
                        frame,
                        best=best,
                        value=value,
                        track=track,
                        low=low,
                        number=number,
                        smooth=smooth,
                        photo=photo,
                    )
                )
        items.append(end(name, len(frames), "image" if photo else "video"))
    return items, smoothed
