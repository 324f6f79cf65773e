"""The line for cron: its time as cron reads it, its command as cron's shell runs it."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cronsim import CronSim

import fervid
from fervid.demo import make_clip
from tests.schedules.placed import BIN, INSTALLED, SCHEDULES, moved

FILE = SCHEDULES / "cron/fervid"
FIELDS = 6
"""Five of time, and the user, before the command."""

needs_flock = pytest.mark.skipif(
    shutil.which("flock") is None, reason="no flock here: the line of cron was not run"
)


def entries(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_line_is_due_every_night_and_names_its_user() -> None:
    *due, user, command = entries(FILE.read_text())[-1].split(maxsplit=FIELDS)
    times = itertools.islice(CronSim(" ".join(due), datetime(2026, 11, 23)), 3)
    assert [f"{each:%d %H:%M}" for each in times] == ["23 02:15", "24 02:15", "25 02:15"]
    assert (user, command.split()[0]) == ("fervid", "flock")
    assert "%" not in command, "where cron would end it"
    assert FILE.read_text().endswith("\n"), "or cron passes over the last line"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a clip in the inbox."""
    make_clip(tmp_path / "inbox/demo.mp4")
    (tmp_path / "state").mkdir()
    config = moved(
        (SCHEDULES / "night.toml").read_text(),
        {"/data/inbox": tmp_path / "inbox", "/var/lib/fervid": tmp_path / "state"},
    )
    (tmp_path / "night.toml").write_text(config)
    return tmp_path


def run_the_line(machine: Path) -> subprocess.CompletedProcess[str]:
    """Run what cron would: by the shell of the file, in nothing but its environment."""
    places = {
        INSTALLED: BIN,
        "/var/lib/fervid": machine / "state",
        "/etc/fervid/night.toml": machine / "night.toml",
    }
    *settings, line = entries(moved(FILE.read_text(), places))
    environment = dict(each.split("=", 1) for each in settings)
    # Models are prepared once for each user, who is another one here.
    environment["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    command = [environment.pop("SHELL"), "-c", line.split(maxsplit=FIELDS)[FIELDS]]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=150, check=False
    )


@needs_flock
def test_the_line_analyses_what_is_new_and_cron_has_nothing_to_mail(machine: Path) -> None:
    done = run_the_line(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    sources = fervid.read_results(machine / "state/results", "sources")
    assert list(sources["status"]) == ["ok"]
    assert "fervid" in (machine / "state/night.prom").read_text()


@needs_flock
def test_a_night_that_still_runs_is_not_joined_by_a_second_one(machine: Path) -> None:
    with (machine / "state/night.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run_the_line(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (machine / "state/results").exists()
