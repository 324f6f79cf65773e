"""What of the machine a process may use, as its cgroups say."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fervid import machine

Limit = Callable[[str, str], None]
MIB = 1 << 20


@pytest.fixture
def limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Files of cgroups, of which this process is in a service of systemd."""
    groups = tmp_path / "cgroup"
    (groups / "system.slice/fervid.service").mkdir(parents=True)
    (tmp_path / "own").write_text("0::/system.slice/fervid.service\n")
    monkeypatch.setattr(machine, "_CGROUP", groups)
    monkeypatch.setattr(machine, "_OWN", tmp_path / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)

    def write(name: str, text: str) -> None:
        (groups / name).write_text(f"{text}\n")

    return write


@pytest.mark.parametrize("group", ["", "system.slice/", "system.slice/fervid.service/"])
def test_a_limit_counts_wherever_it_stands(limit: Limit, group: str) -> None:
    limit(f"{group}cpu.max", "250000 100000")
    limit(f"{group}memory.max", str(64 * MIB))
    assert (machine.cores(), machine.memory_bytes()) == (3, 64 * MIB)


def test_the_tightest_limit_counts(limit: Limit) -> None:
    limit("system.slice/memory.max", str(64 * MIB))
    limit("system.slice/fervid.service/memory.max", str(96 * MIB))
    limit("system.slice/fervid.service/memory.high", str(48 * MIB))
    assert machine.memory_bytes() == 48 * MIB


def test_no_limit_is_none(limit: Limit) -> None:
    limit("system.slice/fervid.service/cpu.max", "max 100000")
    limit("system.slice/fervid.service/memory.max", "max")
    assert machine.cores() == 16
    assert machine.memory_bytes() > 512 * MIB


def test_a_group_that_cannot_be_seen_limits_nothing(limit: Limit, tmp_path: Path) -> None:
    limit("cpu.max", "200000 100000")
    (tmp_path / "own").write_text("12:cpu,cpuacct:/user\n0::/../../elsewhere\n")
    assert machine.cores() == 2
