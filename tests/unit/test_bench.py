"""Real runs, measured: the figures add up, and stand in a table and in JSON."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid import stages
from fervid.bench.child import run_child
from fervid.bench.decoding import decode
from fervid.bench.rounds import Benchmark, bench
from fervid.bench.surroundings import in_a_line, surroundings
from fervid.bench.table import columns, table
from fervid.errors import FervidError, UsageError
from fervid.frame_queue import weight
from fervid.reader_pool import DecodePlan, read_all
from fervid.stages import STAGES
from tests.drawn import ALL_FRAMES, read, source_of


@pytest.fixture(scope="module")
def measured() -> Benchmark:
    """The demo clip, which has 200 frames and a face for most of the time."""
    return bench(rounds=2, fps=2, smooth=0.5)


def test_every_stage_of_a_run_is_measured(measured: Benchmark) -> None:
    for analysis in measured.analyses:
        assert tuple(sorted(analysis.stages, key=STAGES.index)) == STAGES
        assert (analysis.frames, analysis.frames_total) == (16, 200)
        assert (analysis.frames_with_face, analysis.faces) == (14, 14)
        assert analysis.stages["convert"].units == 16
        assert analysis.stages["align"].units == analysis.stages["classify"].units == 14
        assert all(stage.wall_s > 0 for stage in analysis.stages.values())


def test_the_cpu_of_the_stages_and_of_none_is_that_of_the_process(measured: Benchmark) -> None:
    for analysis in measured.analyses:
        claimed_s = sum(stage.cpu_s for stage in analysis.stages.values())
        assert 0 <= analysis.unclaimed_cpu_s < analysis.cpu_s
        assert claimed_s + analysis.unclaimed_cpu_s == pytest.approx(analysis.cpu_s)
        assert analysis.loading_cpu_s < analysis.first_row_cpu_s < analysis.process_cpu_s
        assert analysis.loading_cpu_s + analysis.cpu_s <= analysis.process_cpu_s * 1.01


def test_batches_and_gets_are_counted(measured: Benchmark) -> None:
    detect = measured.best.stages["detect"]
    assert detect.units == 16
    assert detect.places == detect.calls * measured.best.settings["batch_size"]
    assert measured.best.queue.gets == 16 + 1 + 1  # the end of the source, and that of all
    assert measured.best.queue.most_bytes <= measured.best.settings["memory_bytes"]


def test_a_slow_consumer_finds_the_queue_full(clips: Path) -> None:
    room = 5 * weight(read(clips / "h264.mp4")[0][0])
    with stages.recording() as recorder:
        items = read_all([source_of(clips / "h264.mp4")], ALL_FRAMES, DecodePlan(1, 1), room)
        for _ in items:
            time.sleep(0.02)
    queue = recorder.queue
    assert (queue.gets, queue.most_items, queue.most_bytes) == (20 + 1 + 1, 5, room)
    assert queue.items > 5 * 10
    assert 1 <= queue.empty_gets <= 5


def test_decoding_alone_sees_every_frame(measured: Benchmark) -> None:
    for decoding in measured.decodings:
        assert (decoding.frames, decoding.failed) == (200, 0)
    assert 0 < measured.speed < 1 < measured.cpu_ratio


def test_the_table_shows_the_best_round_with_machine_and_versions(measured: Benchmark) -> None:
    shown = table(measured)
    lines = shown.splitlines()
    starts = [line.split()[0] for line in lines[1 : len(STAGES) + 1]]
    assert tuple(starts) == STAGES
    best = measured.best
    assert best.cpu_s == min(one.cpu_s for one in measured.analyses)
    assert f"{1000 * best.cpu_s / best.frames:.2f}  100.0%" in shown
    assert lines[len(STAGES) + 3].startswith("decoding alone")
    assert "1 ok; 200 frames, 16 sampled, 14 faces" in shown
    assert measured.surroundings["machine"]["processor"] in lines[-1]
    assert "numpy 2" in lines[-1]


def test_gpus_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "0000:19:00.0").mkdir()
    (tmp_path / "0000:19:00.0" / "information").write_text(
        "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ:   \t\t 104\nGPU UUID: \t GPU-5c2b\n"
    )
    monkeypatch.setattr("fervid.bench.surroundings._GPUS", tmp_path)
    facts = surroundings()
    assert facts["machine"]["gpus"] == ["NVIDIA A100-SXM4-40GB"]
    assert "cores, NVIDIA A100-SXM4-40GB; fervid" in in_a_line(facts)


def test_json_has_all_rounds(measured: Benchmark, tmp_path: Path) -> None:
    measured.save(tmp_path / "bench.json")
    saved = json.loads((tmp_path / "bench.json").read_text())
    assert list(tmp_path.iterdir()) == [tmp_path / "bench.json"]
    assert len(saved["analyses"]) == len(saved["decodings"]) == 2
    assert saved["analyses"][0]["stages"]["detect"]["units"] == 16
    assert saved["ratios"] == {"speed": measured.speed, "cpu_ratio": measured.cpu_ratio}
    assert saved["options"] == {"fps": 2, "smooth": 0.5}
    assert saved["surroundings"]["versions"].keys() >= {"fervid", "python", "av", "tensorflow"}


def test_good_and_bad_sources_are_measured_together(clips: Path, tmp_path: Path) -> None:
    shutil.copy(clips / "h264.mp4", tmp_path)
    shutil.copy(clips / "small.gif", tmp_path)
    (tmp_path / "garbage.mp4").write_bytes(bytes(range(256)) * 8)
    Image.fromarray(np.full((30, 40, 3), 90, np.uint8)).save(tmp_path / "grey.png")
    measured = bench([tmp_path], rounds=1, all_frames=True)
    assert measured.best.sources == {"ok": 3, "failed": 1}
    assert (measured.best.frames, measured.best.faces) == (41, 0)
    assert (measured.decodings[0].frames, measured.decodings[0].failed) == (41, 1)


def test_decoding_alone_decodes_every_source_once(clips: Path) -> None:
    assert decode([str(clips)], DecodePlan(workers=3, threads_per_source=1)).frames == 20 * 18


def test_nothing_to_measure_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "garbage.mp4").write_bytes(b"no film")
    with pytest.raises(FervidError, match="no frame to measure"):
        bench([tmp_path / "garbage.mp4"], rounds=1)


def test_wrong_usage_is_told_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rounds=0"):
        bench(rounds=0)
    with pytest.raises(UsageError, match="nowhere"):
        bench([tmp_path / "nowhere"], rounds=1)
    with pytest.raises(UsageError, match="min_face"):
        bench(rounds=1, min_face=1)


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(FervidError, match="status 3: out of luck"):
        run_child([sys.executable, "-c", "import sys; print('out of luck', file=sys.stderr); "
                   "sys.exit(3)"], {})  # fmt: skip


def test_a_childs_time_is_its_own() -> None:
    program = (
        "import json, sys, time\n"
        "request = json.load(sys.stdin)\n"
        "while time.process_time() < request['cpu_s']: pass\n"
        "print(json.dumps({'heard': request}))"
    )
    spent = run_child([sys.executable, "-c", program], {"cpu_s": 0.3})
    assert spent.said == {"heard": {"cpu_s": 0.3}}
    assert 0.3 <= spent.cpu_s < 0.5
    assert spent.wall_s >= 0.3


def test_a_childs_peak_memory_is_not_its_parents() -> None:
    held = np.ones(300_000_000, np.uint8)
    program = (
        "import json; from fervid.bench.child import peak_memory_bytes;"
        "print(json.dumps({'peak': peak_memory_bytes()}))"
    )
    assert run_child([sys.executable, "-c", program], {}).said["peak"] < held.nbytes


def test_columns_line_up() -> None:
    assert columns([("a", "b"), ("long", "1"), ("x", "")]) == "a     b\nlong  1\nx"
