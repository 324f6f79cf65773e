"""The stage: which rows get a track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.errors import UsageError
from fervid.keywords import make_options
from fervid.track import track
from fervid.track.appearance import LENGTH
from fervid.types import ClassifiedFrame, Observation, SourceEnd
from tests.observed import end, seen, unseen

Stream = list[ClassifiedFrame | SourceEnd]
DARK, BRIGHT = np.full((18, 32, 3), 20, np.uint8), np.full((18, 32, 3), 230, np.uint8)


def frame(
    source: str, number: int, faces: int = 1, scene: np.ndarray | None = DARK, seed: int = 0
) -> ClassifiedFrame:
    """A sampled frame in which the same people stand, one beside the other."""
    if not faces:
        return ClassifiedFrame((unseen(source, number),), scene)
    rows = []
    for each in range(faces):
        row = seen(source, number, number=each)
        assert row.detected is not None
        x1, y1, x2, y2 = row.detected.box
        there = replace(row.detected, box=(x1 + 200 * each, y1, x2 + 200 * each, y2))
        rows.append(replace(row, detected=there))
    looks = np.random.default_rng(seed).normal(size=(9, LENGTH))[:faces].astype(np.float32)
    return ClassifiedFrame(tuple(rows), scene, looks)


def tracks(stream: Stream) -> list[int | None]:
    return [row.track for row in track(iter(stream)) if isinstance(row, Observation)]


def test_a_row_comes_out_for_each_that_goes_in_and_at_once() -> None:
    def one_by_one() -> Iterator[ClassifiedFrame | SourceEnd]:
        for number, faces in enumerate((2, 0, 3)):
            given_out.append(number)
            yield frame("a.mp4", number, faces)

    given_out: list[int] = []
    rows = [(row.frame, row.face, len(given_out)) for row in track(one_by_one()) if row]  # type: ignore[union-attr]
    assert rows == [(0, 0, 1), (0, 1, 1), (1, None, 2), (2, 0, 3), (2, 1, 3), (2, 2, 3)]


def test_tracks_are_numbered_in_order_of_first_appearance() -> None:
    stream: Stream = [frame("a.mp4", 0, 1), frame("a.mp4", 1, 0), frame("a.mp4", 2, 3)]
    assert tracks(stream) == [0, None, 0, 1, 2]


def test_a_photo_has_no_tracks() -> None:
    photo = frame("a.jpg", 0, 2)
    rows = tuple(replace(row, time_s=None) for row in photo.observations)
    *seen_rows, last = track(
        iter([replace(photo, observations=rows, scene=None, looks=None), end("a.jpg", 1, "image")])
    )
    assert [row.track for row in seen_rows if isinstance(row, Observation)] == [None, None]
    assert isinstance(last, SourceEnd)
    assert last.tracks is None


def test_the_end_of_a_video_tells_how_many_tracks_there_were() -> None:
    stream = track(
        iter([frame("a.mp4", 0, 2), frame("b.mp4", 0, 0), end("a.mp4", 1), end("b.mp4", 1)])
    )
    assert [item.tracks for item in stream if isinstance(item, SourceEnd)] == [2, 0]


def test_a_cut_ends_tracks() -> None:
    scenes = (DARK, DARK, BRIGHT, BRIGHT)
    stream: Stream = [frame("a.mp4", n, 2, scene) for n, scene in enumerate(scenes)]
    assert tracks(stream) == [0, 1, 0, 1, 2, 3, 2, 3]


def test_a_frame_that_could_not_be_decoded_is_passed_over() -> None:
    failed = ClassifiedFrame((unseen("a.mp4", 1, "decode_failed"),))
    assert tracks([frame("a.mp4", 0), failed, frame("a.mp4", 2)]) == [0, None, 0]


def test_a_source_begins_anew_after_its_end() -> None:
    """The cut would end the first's track, and the second's be number 1."""
    stream: Stream = [frame("a.mp4", 0), end("a.mp4", 1), frame("a.mp4", 1, scene=BRIGHT)]
    assert tracks(stream) == [0, 0]


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_interleaved_sources_get_the_tracks_they_get_one_by_one(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    streams: dict[str, Stream] = {
        name: [
            *(frame(name, n, int(rng.integers(0, 4)), seed=int(rng.integers(2))) for n in range(5)),
            end(name, 5),
        ]
        for name in ("a.mp4", "b.mp4", "c.mp4")
    }
    alone = {name: tracks(stream) for name, stream in streams.items()}
    mixed: Stream = []
    waiting = {name: list(stream) for name, stream in streams.items()}
    while waiting:
        name = data.draw(st.sampled_from(sorted(waiting)))
        mixed.append(waiting[name].pop(0))
        if not waiting[name]:
            del waiting[name]
    together: dict[str, list[int | None]] = {name: [] for name in streams}
    for row in track(iter(mixed)):
        if isinstance(row, Observation):
            together[row.source_id].append(row.track)
    assert together == alone


def test_smoothing_without_tracks_is_refused() -> None:
    with pytest.raises(UsageError, match="--smooth follows the tracks"):
        make_options(smooth=1.0, track=False)
