"""What the log says of a run, for people and for programs, and that no file name can forge it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import fervid
from tests.e2e.conftest import Fervid

FORGED = (
    "a\nError: everything is lost.mp4",
    'b\r{"level": "error", "message": "forged"}.mp4',
    "c\x1b[2J\x1b]0;owned\x07.mp4",
    "d\u202egpj.mp4",
    "e\u2028f.mp4",
)


@pytest.fixture
def strange_folder(demo_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "strange"
    folder.mkdir()
    for name in FORGED:
        (folder / name).write_bytes(b"no video")
    (folder / os.fsdecode(b"g\xff.mp4")).write_bytes(b"no video")
    shutil.copy(demo_folder / "wall.png", folder)
    return folder


def objects(said: str) -> list[dict[str, Any]]:
    """Read a log: each line of it is an object, and there is nothing else."""
    assert said.isascii()
    return [json.loads(line) for line in said.splitlines()]


def test_each_line_of_the_log_is_an_object_with_the_facts(
    run_fervid: Fervid, strange_folder: Path
) -> None:
    done = run_fervid("analyze", strange_folder, "-o", "r.csv", "--log-json", "--hash")
    assert done.returncode == 3, done.stderr
    log = objects(done.stderr)
    for record in log:
        assert {"time", "level", "logger", "message", "run_id"} <= record.keys()
    assert len({record["run_id"] for record in log}) == 1
    run, *ends = [record for record in log if "event" in record]
    last = ends.pop()
    assert (run["event"], run["sources"], run["out"]) == ("run_started", 7, "r.csv")
    assert last["event"] == "run_ended"
    assert (last["ok"], last["failed"], last["exit_code"]) == (1, 6, 3)
    assert last["run_id"] == run["run_id"]
    assert {end["source"] for end in ends} == {*FORGED, "g%FF.mp4", "wall.png"}
    for end in ends:
        is_good = end["source"] == "wall.png"
        assert end["level"] == ("info" if is_good else "warning")
        assert end["status"] == ("ok" if is_good else "failed")
        assert all((end[name] is None) == is_good for name in ("error_type", "error", "remedy"))
        assert len(end["sha256"]) == 64
        assert end["seconds"] is None or end["seconds"] >= 0
    assert last["seconds"] > 0


def test_a_run_that_breaks_says_that_it_ended_and_why(
    run_fervid: Fervid, strange_folder: Path
) -> None:
    done = run_fervid(
        "analyze", strange_folder, "-o", "r.csv", "--log-json", "--decode-device", "gpu:99"
    )
    assert done.returncode == 1
    started, *_, ended, error = objects(done.stderr)
    assert (started["event"], ended["event"]) == ("run_started", "run_ended")
    assert (ended["exit_code"], ended["error_type"]) == (1, error["error_type"])
    assert ended["run_id"] == error["run_id"] == started["run_id"]
    assert error["remedy"]


def test_no_name_of_a_file_forges_a_line_or_speaks_to_the_terminal(
    run_fervid: Fervid, strange_folder: Path
) -> None:
    done = run_fervid("analyze", strange_folder, "-o", "r.csv", "-v")
    assert done.returncode == 3, done.stderr
    listed = run_fervid("analyze", strange_folder, "-o", "s.csv", "--dry-run")
    assert len(listed.stdout.splitlines()) == 7
    report = run_fervid("report", "r.csv", "-o", "r.html")
    for said in (done.stderr, done.stdout, listed.stdout, listed.stderr, report.stderr):
        assert not any(line.startswith(("Error", "{")) for line in said.splitlines())
        assert all(each.isprintable() or each in "\n\t" for each in said)
    assert r"c\x1b[2J\x1b]0;owned\x07.mp4" in done.stderr
    assert r"d\u202egpj.mp4" in done.stderr


def test_quiet_json_tells_what_failed_alone(run_fervid: Fervid, strange_folder: Path) -> None:
    done = run_fervid("analyze", strange_folder, "-o", "r.csv", "--log-json", "-q")
    assert done.stdout == ""
    assert {record["level"] for record in objects(done.stderr)} == {"warning"}
    assert len(objects(done.stderr)) == 6


@pytest.mark.parametrize(
    ("arguments", "error_type", "code"),
    [
        (["nowhere", "-o", "r.csv"], "UsageError", 2),
        (["nowhere", "-o", "r.csv", "--x\nError: forged"], "NoSuchOption", 2),
        (["."], "MissingParameter", 2),
        ([".", "-o", "r.csv", "--config", "none"], "UsageError", 2),
    ],
)
def test_errors_are_objects_too(
    run_fervid: Fervid, arguments: list[str], error_type: str, code: int
) -> None:
    done = run_fervid("analyze", *arguments, "--log-json")
    assert done.returncode == code
    (error,) = objects(done.stderr)
    assert (error["level"], error["error_type"]) == ("error", error_type)
    assert error["remedy"]


def test_an_option_that_a_shell_took_a_file_name_for_forges_no_line(run_fervid: Fervid) -> None:
    said = run_fervid("analyze", "--x\nAll is well\x1b[2J").stderr
    assert "All is well" in said
    assert not any(line.startswith("All is well") for line in said.splitlines())
    assert "\x1b" not in said


def test_a_file_can_ask_for_json_and_hashes(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "night.toml").write_text(
        f"[analyze]\ninputs = {json.dumps(str(demo_folder / 'wall.png'))}\nout = 'r.parquet'\n"
        "log-json = true\nhash = true\nfps = 2\n"
    )
    done = run_fervid("analyze", "--config", "night.toml", "--all-frames")
    assert done.returncode == 0, done.stderr
    assert "run_ended" in [record.get("event") for record in objects(done.stderr)]
    assert fervid.read_results(tmp_path / "r.parquet", "sources")["sha256"].str.len().tolist() == [
        64
    ]
    options = json.loads((tmp_path / "r.run.json").read_text())["options"]
    assert options["sampling"]["all_frames"] is True
    assert options["hash"] is True


def test_a_hash_is_missed_of_what_was_a_file_alone(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    shutil.copy(demo_folder / "wall.png", folder)
    os.mkfifo(folder / "pipe.mp4")
    (folder / "zero.mp4").symlink_to("/dev/zero")
    (folder / "dead.mp4").symlink_to("nowhere.mp4")
    done = run_fervid("analyze", folder, "-o", "r.csv", "--hash")
    assert done.returncode == 3, done.stderr
    assert "No sha256" not in done.stderr
