"""The units, as systemd reads them."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.schedules.placed import BIN, INSTALLED, SCHEDULES, moved

UNITS = ("fervid-night.service", "fervid-night.timer", "fervid-failed@.service")
MOST_EXPOSED = 2.0
"""Of 10; a service without any hardening has 9.6."""

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd here: its units were not checked"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the program where it lies here: systemd looks whether it can be run."""
    for name in UNITS:
        text = (SCHEDULES / "systemd" / name).read_text()
        if name == "fervid-night.service":
            text = moved(text, {INSTALLED: BIN})
        (tmp_path / name).write_text(text)
    return tmp_path


def ask(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_systemd_finds_nothing_wrong_with_the_units(units: Path) -> None:
    done = ask("verify", "--man=no", *(units / name for name in UNITS))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_wrong_line_in_a_unit_is_found(units: Path) -> None:
    service = units / "fervid-night.service"
    service.write_text(service.read_text().replace("ProtectSystem=strict", "ProtectSystem=tight"))
    done = ask("verify", "--man=no", service)
    assert "protect system value" in done.stderr


def test_the_timer_comes_every_night() -> None:
    timer = configparser.ConfigParser(strict=False)
    timer.read(SCHEDULES / "systemd/fervid-night.timer")
    done = ask("calendar", "--iterations=2", timer["Timer"]["OnCalendar"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("02:15:00") >= 2


def test_the_service_may_do_little(units: Path) -> None:
    security = ["security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}"]
    done = ask(*security, units / "fervid-night.service")
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_the_user_can_be_made(tmp_path: Path) -> None:
    if shutil.which("systemd-sysusers") is None:
        pytest.skip("no systemd-sysusers here: the file of the user was not read")
    folder = tmp_path / "etc/sysusers.d"
    folder.mkdir(parents=True)
    shutil.copy(SCHEDULES / "systemd/fervid.sysusers.conf", folder / "fervid.conf")
    made = ["systemd-sysusers", f"--root={tmp_path}"]
    done = subprocess.run(made, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "etc/passwd").read_text().startswith("fervid:")
