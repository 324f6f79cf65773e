"""fervid under the service's own filter of system calls, where systemd is not process 1."""

from __future__ import annotations

import ctypes.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fervid.demo import make_clip
from tests.schedules.placed import BIN, SCHEDULES

SERVICE = SCHEDULES / "systemd/fervid-night.service"
CONFINED = """
import ctypes, os, sys
library, numbers = ctypes.CDLL(sys.argv[1]), map(int, sys.argv[2].split(","))
library.seccomp_init.restype = ctypes.c_void_p
REFUSED, ALLOWED = 0x00050001, 0x7FFF0000  # EPERM, and let through
rules = ctypes.c_void_p(library.seccomp_init(REFUSED))
for number in numbers:
    library.seccomp_rule_add(rules, ALLOWED, number, 0)
NO_NEW_PRIVILEGES = 38
ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
assert library.seccomp_load(rules) == 0
os.execv(sys.argv[3], sys.argv[3:])
"""
LIBRARY = ctypes.util.find_library("seccomp")

pytestmark = pytest.mark.skipif(
    LIBRARY is None or shutil.which("systemd-analyze") is None,
    reason="no systemd or libseccomp here: fervid was not run under the service's filter",
)


def members(name: str) -> set[str]:
    """Resolve a group of system calls as systemd does."""
    if not name.startswith("@"):
        return {name}
    command = ["systemd-analyze", "syscall-filter", name]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    inner = [line.strip() for line in told.splitlines()[1:]]
    return {call for line in inner if line and line[0] != "#" for call in members(line)}


@pytest.fixture(scope="module")
def allowed() -> str:
    """The numbers of the system calls that the service may make."""
    rules = [
        line.partition("=")[2]
        for line in SERVICE.read_text().splitlines()
        if line.startswith("SystemCallFilter=")
    ]
    calls: set[str] = set()
    for rule in rules:
        calls = calls - members(rule[1:]) if rule.startswith("~") else calls | members(rule)
    resolve = ctypes.CDLL(LIBRARY).seccomp_syscall_resolve_name
    numbers = (resolve(call.encode()) for call in sorted(calls))
    return ",".join(str(number) for number in numbers if number >= 0)


def confined(allowed: str, *command: object) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-c", CONFINED, str(LIBRARY), allowed, *map(str, command)]
    return subprocess.run(start, capture_output=True, text=True, timeout=150, check=False)


def test_fervid_needs_no_call_that_the_service_refuses(allowed: str, tmp_path: Path) -> None:
    make_clip(tmp_path / "in/demo.mp4")
    out = tmp_path / "results.parquet"
    done = confined(allowed, BIN / "fervid", "analyze", tmp_path / "in", "--out", out, "--fps", 1)
    assert done.returncode == 0, done.stderr
    assert out.exists()


def test_the_filter_refuses_what_fervid_never_needs(allowed: str) -> None:
    mount = "import ctypes; ctypes.CDLL(None, use_errno=True).mount(0, b'/x', 0, 0, 0); "
    said = confined(allowed, sys.executable, "-c", f"{mount}print(ctypes.get_errno())")
    assert said.stdout == "1\n", said.stderr
