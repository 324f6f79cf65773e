"""Run a measured program in a fresh process, so that one round leaves nothing to the next."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fervid.errors import FervidError


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took, start-up and end included.

    Args:
        wall_s: From its start to its end.
        cpu_s: User and system time, its own children included.
        said: The JSON that it left on stdout.
    """

    wall_s: float
    cpu_s: float
    said: dict[str, Any]


def run_child(command: Sequence[str], request: Mapping[str, object]) -> Spent:
    """Run a program that reads JSON from stdin and leaves JSON on stdout.

    Args:
        command: The program and its arguments.
        request: What it reads.

    Returns:
        What it took, and what it said.

    Raises:
        FervidError: It failed.
    """
    with tempfile.TemporaryFile("w+") as asked, tempfile.TemporaryFile("w+") as complaints:
        json.dump(request, asked, default=str)
        asked.seek(0)
        started_s = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 (its callers name programs of their own)
            command, stdin=asked, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process:
            if process.stdout is None:
                raise RuntimeError("A child without stdout.")
            said = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - started_s
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            lines = complaints.read().strip().splitlines() or ["it said nothing"]
            raise FervidError(
                f"A measured run ended with status {process.returncode}: {lines[-1]}",
                "`fervid doctor` checks the installation.",
            )
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, json.loads(said))


def peak_memory_bytes() -> int:
    """Return the most memory (RSS) that this process has held since it began its program.

    Linux counts in `ru_maxrss` what the parent held when it forked; its `VmHWM` does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
