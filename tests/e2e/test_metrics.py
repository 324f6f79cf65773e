"""The metrics of a run say what its result says, however it ended."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import fervid
from fervid import stages
from fervid.errors import FervidError, UsageError
from fervid.metrics import run_metrics
from fervid.types import Progress
from tests.e2e.conftest import Fervid
from tests.metered import metrics, of

LAST = "fervid_run_last_success_timestamp_seconds"


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    """A clip, a photo, and two files that are none."""
    folder = tmp_path / "media"
    shutil.copytree(demo_folder, folder)
    for name in ("bad.mp4", "worse.jpg"):
        (folder / name).write_bytes(b"nothing")
    return folder


def test_metrics_agree_with_the_result(run_fervid: Fervid, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "node").mkdir()
    done = run_fervid("analyze", folder, "-o", "r.parquet", "--metrics", "node/night.prom")
    assert done.returncode == 3, done.stderr
    assert [path.name for path in (tmp_path / "node").iterdir()] == ["night.prom"]
    found = metrics(tmp_path / "node/night.prom")
    sources = fervid.read_results(tmp_path / "r.parquet", "sources")
    expected = {"ok": 2, "partial": 0, "failed": 2, "skipped": 0}
    for name in ("fervid_sources_total", "fervid_result_sources"):
        assert of(found, name) == {f"status={status}": n for status, n in expected.items()}
    failures = sources["error_type"].value_counts().to_dict()
    assert of(found, "fervid_source_failures_total") == {
        f"error_type={name}": count for name, count in failures.items()
    }
    assert found["fervid_frames_total"] == sources["frames_sampled"].sum() > 0
    assert found["fervid_faces_total"] == sources["faces"].sum() > 0
    assert (found["fervid_run_exit_code"], found["fervid_run_active"]) == (3, 0)
    assert found["fervid_run_sources"] == 4
    assert found["fervid_run_start_timestamp_seconds"] < found[LAST]
    assert found[LAST] == found["fervid_run_end_timestamp_seconds"]
    (info,) = of(found, "fervid_run_info")
    assert f"run_id={sources['run_id'][0]}" in info


def test_the_stages_that_ran_have_their_seconds(folder: Path, tmp_path: Path) -> None:
    fervid.analyze(folder, tmp_path / "r.parquet", metrics=tmp_path / "m.prom", charts=False)
    seconds = of(metrics(tmp_path / "m.prom"), "fervid_stage_seconds_total")
    expected = {"open", "decode", "convert", "detect", "align", "classify", "quality", "write"}
    assert expected <= {key.removeprefix("stage=") for key in seconds}
    assert all(value > 0 for value in seconds.values())
    assert not stages.is_recording()


def test_while_someone_else_times_the_stages_metrics_go_without(
    folder: Path, tmp_path: Path
) -> None:
    with stages.recording() as recorder:
        fervid.analyze(folder, tmp_path / "r.csv", metrics=tmp_path / "m.prom", charts=False)
    assert recorder.times
    found = metrics(tmp_path / "m.prom")
    assert not of(found, "fervid_stage_seconds_total")
    assert found["fervid_sources_total[status=ok]"] == 2


def test_a_run_counts_what_it_did_and_not_what_runs_before_it_did(
    folder: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        fervid.analyze(
            folder, tmp_path / "r.csv", metrics=tmp_path / "m.prom", charts=False, resume=True
        )
    found = metrics(tmp_path / "m.prom")
    assert found["fervid_run_sources_resumed"] == 2
    assert found["fervid_sources_total[status=ok]"] == found["fervid_frames_total"] == 0
    assert found["fervid_sources_total[status=failed]"] == 2
    assert found["fervid_result_sources[status=ok]"] == 2


def interrupted(folder: Path, tmp_path: Path) -> None:
    """Run until something is committed, and stop."""
    stop = threading.Event()

    def on_progress(progress: Progress) -> None:
        if progress.sources_done >= 3:
            stop.set()

    fervid.analyze(
        folder,
        tmp_path / "r.csv",
        metrics=tmp_path / "m.prom",
        all_frames=True,
        stop=stop,
        on_progress=on_progress,
    )


def broken(folder: Path, tmp_path: Path) -> None:
    """Run with a GPU to decode on that is not there."""
    fervid.analyze(folder, tmp_path / "r.csv", metrics=tmp_path / "m.prom", decode_device="gpu:99")


def misused(folder: Path, tmp_path: Path) -> None:
    """Run with a value that is none."""
    fervid.analyze(folder, tmp_path / "r.csv", metrics=tmp_path / "m.prom", batch_size=0)


@pytest.mark.parametrize(
    ("run", "error", "exit_code"),
    [(interrupted, KeyboardInterrupt, 130), (broken, FervidError, 1), (misused, UsageError, 2)],
)
def test_a_run_that_ends_early_says_so_and_keeps_when_the_last_good_one_ended(
    folder: Path,
    tmp_path: Path,
    run: Callable[[Path, Path], None],
    error: type[BaseException],
    exit_code: int,
) -> None:
    fervid.analyze(folder / "wall.png", tmp_path / "w.csv", metrics=tmp_path / "m.prom")
    before = metrics(tmp_path / "m.prom")
    with pytest.raises(error):
        run(folder, tmp_path)
    found = metrics(tmp_path / "m.prom")
    assert (found["fervid_run_exit_code"], found["fervid_run_active"]) == (exit_code, 0)
    assert found[LAST] == before[LAST] < found["fervid_run_end_timestamp_seconds"]
    assert not stages.is_recording()
    if run is interrupted:  # what it had committed counts
        assert found["fervid_sources_total[status=failed]"] >= 1


def test_while_a_run_goes_on_its_file_is_whole_and_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_metrics, "INTERVAL_S", 0.0)
    seen = []

    def on_progress(_: Progress) -> None:
        seen.append(metrics(tmp_path / "m.prom"))

    fervid.analyze(folder, tmp_path / "r.csv", metrics=tmp_path / "m.prom", on_progress=on_progress)
    assert seen
    for found in seen:
        assert found["fervid_run_active"] == 1
        assert "fervid_run_exit_code" not in found
        assert 0 <= found["fervid_run_progress_ratio"] <= 1
    totals = [sum(of(found, "fervid_sources_total").values()) for found in seen]
    assert totals == sorted(totals)


@pytest.mark.parametrize("text", [b"my thesis\n", b"", b"# HELP node_load1 1m load average.\n"])
def test_nothing_is_replaced_but_metrics_of_fervid(
    folder: Path, tmp_path: Path, text: bytes
) -> None:
    mine = tmp_path / "mine.prom"
    mine.write_bytes(text)
    if not text:
        mine.unlink()
        mine.mkdir()
    with pytest.raises(UsageError, match="no file of metrics"):
        fervid.analyze(folder, tmp_path / "r.csv", metrics=mine)
    assert not (tmp_path / "r.csv").exists()
    assert mine.is_dir() or mine.read_bytes() == text


def test_metrics_that_cannot_be_written_are_said_before_the_work(
    folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="Cannot write metrics"):
        fervid.analyze(folder, tmp_path / "r.csv", metrics=folder / "wall.png" / "m.prom")
    assert not (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("s3://key:secret@bucket/m.prom", "not an address: s3://..."),
        ("file:///tmp/m.prom", "not an address: file://..."),
        ("node/new/m.prom", "there is no folder node/new"),
    ],
)
def test_an_address_or_a_folder_that_is_not_there_is_wrong_usage_and_leaves_nothing(
    run_fervid: Fervid, folder: Path, tmp_path: Path, place: str, said: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = run_fervid("analyze", folder, "-o", "r.csv", "--metrics", place)
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret" not in done.stderr
    assert "--metrics" in done.stderr.splitlines()[-1]
    assert sorted(tmp_path.rglob("*")) == before


def test_metrics_that_cannot_be_written_any_more_cost_a_warning_and_no_run(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "node/m.prom"
    place.parent.mkdir()

    def on_progress(_: Progress) -> None:
        shutil.rmtree(place.parent, ignore_errors=True)

    report = fervid.analyze(folder, tmp_path / "r.csv", metrics=place, on_progress=on_progress)
    assert report.exit_code == 3
    assert [r.message for r in caplog.records if "No metrics any more" in r.message]
