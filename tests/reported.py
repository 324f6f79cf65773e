"""Made-up results of every kind that a page must tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from fervid.schema import LATER_COLUMNS
from fervid.types import Failure, Observation, SourceEnd
from fervid.write import Place
from tests.big_result import write_big_result
from tests.observed import Item, end, failed, probabilities, seen, unseen, write_to

HOSTILE = (
    "<script>document.title='owned'</script>.mp4",
    "</script><script>document.title='owned'</script>.mp4",
    '"><img src=x onerror="document.title=\'owned\'">.mp4',
    "'); document.title='owned'; ('.mp4",
    "<b>bold</b> &lt; %{x} {{ 7*7 }}.mp4",
    "a\nb\r\t\u202egpj.mp4",
    "表情/情绪 😀.mp4",
    "a" * 180 + ".mp4",
)
EMOTION_AT = ("happy", "sad", "neutral", "angry")
"""What face 0 of `people` shows in turn, .7 sure."""


def people(name: str = "a.mp4", frames: int = 120, *, tracked: bool = True) -> Iterator[Item]:
    """Two people in a film, the second one in every third frame less; gaps of each kind."""
    for frame in range(frames):
        if 40 <= frame < 50:
            yield unseen(name, frame)
        elif frame == 60:
            yield unseen(name, frame, "decode_failed")
        elif not 80 <= frame < 90:
            yield _face(name, frame, 0, EMOTION_AT[frame % 4], tracked)
            if frame % 3:
                yield _face(name, frame, 1, "surprise", tracked)
    tracks = 2 if tracked else None
    yield replace(end(name, frames - 10), duration_s=frames / 5, tracks=tracks)


def _face(name: str, frame: int, number: int, best: str, tracked: bool) -> Observation:
    face = seen(name, frame, number=number, best=best)
    return replace(face, track=number if tracked else None)


def photos(count: int = 6) -> Iterator[Item]:
    """Photos with no, one or two faces in turn."""
    for photo in range(count):
        name = f"photos/{photo:02}.jpg"
        if photo % 3 == 0:
            yield replace(unseen(name, 0), time_s=None)
        for number in range(photo % 3):
            face = seen(name, 0, number=number, best=EMOTION_AT[photo % 4])
            yield replace(face, time_s=None)
        yield end(name, 1, "image")


def hostile() -> Iterator[Item]:
    """Names and messages that want to be more than text."""
    for name in HOSTILE:
        yield from people(name, 12)
    fault = Failure("Error", "<script>document.title='owned'</script>", 'Use <b>this</b> & "that"')
    yield replace(failed("<i>broken</i>.mp4"), failure=fault)


def faceless() -> Iterator[Item]:
    """A film without any face."""
    for frame in range(30):
        yield unseen("a.mp4", frame, "decode_failed" if frame == 20 else "no_face")
    yield replace(end("a.mp4", 30), frames_failed=1)


def one_frame() -> Iterator[Item]:
    """A film of which one frame was sampled."""
    yield _face("a.mp4", 0, 0, "happy", tracked=True)
    yield replace(end("a.mp4", 1), tracks=1)


def spliced() -> Iterator[Item]:
    """A file put end to end with itself: its times begin anew. Some faces are of low quality."""
    for frame in range(40):
        shown = _face("a.mp4", frame, 0, EMOTION_AT[frame % 4], tracked=True)
        yield replace(shown, time_s=frame % 20 / 5, low_quality=frame < 10)
    yield replace(end("a.mp4", 40), tracks=1)


def crowd(name: str = "a.mp4", people: int = 14) -> Iterator[Item]:
    """More tracks than there is room for buttons."""
    for frame in range(2 * people):
        number = frame % people
        yield replace(seen(name, frame), track=number)
    yield replace(end(name, 2 * people), tracks=people)


def all_failed() -> Iterator[Item]:
    """Nothing could be read."""
    yield from (failed(f"{number}.mp4") for number in range(3))


def nothing() -> Iterator[Item]:
    """No source at all."""
    yield from ()


CASES: dict[str, Callable[[], Iterator[Item]]] = {
    "people": people,
    "photos": photos,
    "hostile": hostile,
    "faceless": faceless,
    "one_frame": one_frame,
    "crowd": crowd,
    "spliced": spliced,
    "all_failed": all_failed,
    "nothing": nothing,
}


def write_case(folder: Path, case: str, ending: str = ".parquet") -> Path:
    """Write one of `CASES`, or `old`, `smoothed`, `long`."""
    out = folder / f"{case}{ending}"
    if case == "smoothed":
        return write_big_result(out, sources=3, rows=900, smoothed=True)
    if case == "long":
        return write_big_result(out, sources=1, rows=260_000)
    if case == "old":
        write_to(out, people(tracked=False))
        _take_later_columns_away(Place.of(out))
    else:
        write_to(out, CASES[case]())
    return out


def _take_later_columns_away(place: Place) -> None:
    """Make a result what fervid wrote before schema 1.1."""
    for path in (place.observations, place.sources):
        table = pq.read_table(path)
        later = [name for name in table.column_names if name in LATER_COLUMNS]
        pq.write_table(table.drop_columns(later), path)


def wandering(source: str, frames: int, seed: int = 0) -> list[Observation | SourceEnd]:
    """A face whose probabilities are random, but known."""
    rng = np.random.default_rng(seed)
    items: list[Observation | SourceEnd] = []
    for frame in range(frames):
        drawn = rng.dirichlet(np.ones(len(probabilities()))).astype(np.float32)
        items.append(replace(seen(source, frame), probabilities=drawn, track=0))
    return [*items, replace(end(source, frames), tracks=1)]
