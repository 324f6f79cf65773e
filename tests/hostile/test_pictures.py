"""What each file shows: its own pictures, in the right colours, at their times, or nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from fervid.decode import read_source
from fervid.options import Sampling
from fervid.sources import discover
from fervid.types import Frame, SourceEnd
from tests.drawn import ALL_FRAMES, Pixels
from tests.hostile.conftest import Corpus
from tests.hostile.corpus import bad, good
from tests.hostile.expected import Good
from tests.hostile.times import spliced
from tests.hostile.witness import shows_witness

_CORNERS = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)])


def read(path: Path, sampling: Sampling = ALL_FRAMES) -> tuple[list[Frame], SourceEnd]:
    """Read a file as the kind of source that it is found as."""
    (source,) = discover([path]).sources
    *frames, end = read_source(source, sampling, 2)
    assert isinstance(end, SourceEnd)
    return [frame for frame in frames if isinstance(frame, Frame)], end


def corner_colours(rgb: Pixels) -> np.ndarray:
    """Mean colour of each quarter, its borders left out: `(4, 3)`."""
    rows, columns = ([0, size // 2, size] for size in rgb.shape[:2])
    return np.array(
        [
            rgb[top + 2 : bottom - 2, left + 2 : right - 2].reshape(-1, 3).mean(axis=0)
            for top, bottom in pairwise(rows)
            for left, right in pairwise(columns)
        ]
    )


def wrong_with(case: Good, path: Path) -> list[str]:
    """Say what of a file that is fine came out wrong."""
    frames, end = read(path)
    if end.status != "ok":
        return [f"{end.status}: {end.failure}"]
    wrong = []
    if (len(frames), end.frames_total) != (case.frames, case.frames):
        wrong.append(f"{len(frames)} frames")
    times_s = tuple(frame.time_s for frame in frames)
    if case.times_s is not None and times_s != case.times_s:
        wrong.append(f"times {times_s}")
    if (end.width, end.height) != case.size:
        wrong.append(f"{end.width} x {end.height}")
    for frame in frames:
        assert frame.picture is not None
        if case.colours is not None:
            off = np.abs(corner_colours(frame.picture.rgb) - _CORNERS).max()
            wrong += [f"colours of {frame.index} off by {off:.0f}"] * int(off > case.colours)
    return wrong


def test_unusual_files_show_all_their_frames_in_their_colours_at_their_times(
    corpus: Corpus,
) -> None:
    folder, cases = corpus
    wrong = {case.name: wrong_with(case, folder / case.name) for case in good(cases)}
    assert {name: said for name, said in wrong.items() if said} == {}


def test_no_file_shows_the_pictures_of_another(corpus: Corpus) -> None:
    folder, cases = corpus
    for case in bad(cases):
        if case.name.startswith("places/"):
            continue
        frames, _ = read(folder / case.name)
        shown = [frame.picture.rgb for frame in frames if frame.picture is not None]
        assert case.pictures or not shown, case.name
        assert not any(map(shows_witness, shown)), case.name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lists/ffconcat", {"safe": "0"}),
        ("lists/ffconcat-list.mp4", {"safe": "0"}),
        ("lists/concat.txt-list.ts", {"safe": "0", "format": "concat"}),
        ("lists/hls.m3u8", {}),
        ("references/alias.mov", {"enable_drefs": "1", "use_absolute_path": "1"}),
        ("references/alias-as.mp4", {"enable_drefs": "1", "use_absolute_path": "1"}),
    ],
)
def test_left_to_itself_ffmpeg_would_show_them(
    corpus: Corpus, name: str, options: dict[str, str]
) -> None:
    format_name = options.pop("format", None)
    with av.open(str(corpus[0] / name), format=format_name, options=options) as container:
        frame = next(container.decode(video=0))
    assert shows_witness(frame.to_ndarray(format="rgb24"))


def test_recordings_that_were_joined_are_sampled_to_their_end(tmp_path: Path) -> None:
    spliced(tmp_path / "spliced.ts", parts=3)
    frames, end = read(tmp_path / "spliced.ts", Sampling(every=5))
    assert [frame.index for frame in frames] == list(range(0, 60, 5))
    frames, end = read(tmp_path / "spliced.ts", Sampling())
    assert [frame.index for frame in frames] == list(range(0, 60, 5))
    assert (end.status, end.frames_total) == ("ok", 60)
