"""The benchmarks run, in miniature; their figures at this size mean nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.bench import against_decoding, against_fer, clips, memory, photos, start_up
from tests.bench.figures import in_turn
from tests.drawn import bar, encode


def run(script: Any, *arguments: object) -> list[list[str]]:
    """Run a script; return the words of the lines it printed."""
    done = CliRunner().invoke(script.main, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [line.split() for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    source = encode(folder / "bars.mp4", (bar(number) for number in range(20)))
    out = folder / "clips"
    run(clips, "--out", out, "--source", source, "--seconds", 1, "--short", 3, "--photos", 2)
    return out


def facts(path: Path) -> tuple[int, int, int, float]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        return stream.width, stream.height, frames, float(stream.average_rate or 0)


def test_clips_have_the_sizes_and_lengths_that_are_compared(made: Path) -> None:
    for name, (width, height) in clips.SIZES.items():
        assert facts(made / f"{name}.mp4") == (width, height, 30, 30)
    assert facts(made / "minute.mp4") == (640, 360, 90, 30)
    short = sorted((made / "short").iterdir())
    assert [facts(path)[2] for path in short] == [30, 30, 30]
    assert facts(made / "5-minutes.mp4") == (640, 360, 5 * 90, 30)


def test_short_clips_show_what_the_long_one_shows(made: Path) -> None:
    def shown(path: Path) -> list[np.ndarray[Any, Any]]:
        with av.open(str(path)) as container:
            return [
                frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)
            ]

    pieces = [picture for path in sorted((made / "short").iterdir()) for picture in shown(path)]
    whole = shown(made / "minute.mp4")
    assert len(pieces) == len(whole)
    for piece, picture in zip(pieces, whole, strict=True):
        assert np.abs(piece - picture).mean() < 3


def test_photos_have_12_megapixels_and_are_no_copies(made: Path) -> None:
    pictures = []
    for path in sorted((made / "photos").iterdir()):
        with Image.open(path) as image:
            assert (image.format, image.size) == ("JPEG", (4000, 3000))
            pictures.append(np.asarray(image.reduce(8), dtype=float))
    assert np.abs(pictures[0] - pictures[1]).mean() > 1


def test_against_decoding(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    lines = run(against_decoding, "--clips", made, "--size", "360p", "--rounds", 1, "--json", out)
    assert [line[:3] for line in lines[1:3]] == [
        ["360p", "--fps", "5"],
        ["360p", "--all-frames", "30/30"],
    ]
    assert lines[1][3] == "5/30"
    assert [line[:2] for line in lines[-2:]] == [["one", "long"], ["short", ":"]]
    figures = json.loads(out.read_text())
    assert figures["surroundings"]["versions"]["av"]
    assert figures["sizes"]["360p --fps 5"]["decodings"][0]["frames"] == 30
    assert figures["short and long"]["short clips"][0]["frames"] == 15


def test_memory(made: Path, tmp_path: Path) -> None:
    lines = run(memory, "--clips", made, "--fps", "0.1", "--rounds", 1, "--json", tmp_path / "m")
    assert [line[:2] for line in lines[1:3]] == [["5", "minutes"], ["60", "minutes"]]
    assert lines[2][2] == "18/5400"
    assert float(lines[3][-1]) == pytest.approx(1, abs=0.5)
    assert (tmp_path / "m").exists()


def test_photos(made: Path) -> None:
    lines = run(photos, "--photos", made / "photos", "--rounds", 1)
    assert [line[-1] for line in lines[:2]] == ["analysis", "1.00"]
    assert [line[-4] for line in lines[2:5]] == ["1/1", "1/2", "1/4"]


def test_start_up(made: Path) -> None:
    lines = run(start_up, "--clip", made / "360p.mp4", "--rounds", 1)
    loaded, first_row, end = (float(line[-1]) for line in lines[1:4])
    assert 0.1 < loaded < first_row < end


def test_programs_run_in_turn() -> None:
    order: list[str] = []

    def program(name: str) -> Callable[[], int]:
        def counted() -> int:
            order.append(name)
            return len(order)

        return counted

    runs = in_turn(3, {name: program(name) for name in "ab"})
    assert "".join(order) == "ababab"
    assert runs == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_against_fer_compares_the_least_of_the_rounds() -> None:
    def took(cpu_s: float, wall_s: float, frames_timed: int) -> dict[str, Any]:
        figures = {"frames": 100, "frames_with_face": 90, "faces": 95}
        times = {"process_cpu_s": 2 * cpu_s, "process_wall_s": 2 * wall_s}
        one = {**figures, **times, "cpu_s": cpu_s, "wall_s": wall_s}
        return against_fer.with_costs(one, frames_timed)

    runs = {"fer": [took(5.94, 7.92, 99), took(4.95, 8.91, 99)], "fervid": [took(1, 2, 100)]}
    _, fer, fervid, shares = against_fer.table(runs)
    assert fer == ("fer", "100", "90", "95", "50.00", "80.00", "99.00", "158.40")
    assert fervid == ("fervid", "100", "90", "95", "10.00", "20.00", "20.00", "40.00")
    assert shares == ("fervid : fer", "", "", "", "1/5.00", "1/4.00", "1/4.95", "1/3.96")
