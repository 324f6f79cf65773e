"""What of the machine this process may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")

_share: tuple[int, int] | None = None
"""Cores and bytes that this process was told to keep to."""


def keep_to(share: tuple[int, int] | None) -> None:
    """Have this process use a share of the machine only, from now on.

    A scheduler such as Ray hands out numbers, but binds no process to processors.

    Args:
        share: Cores, and bytes of memory; None for all there is.
    """
    global _share  # noqa: PLW0603 (a share is the process's, as an affinity is)
    _share = share


def cores() -> int:
    """Return the processors this process may run on, at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for group in _groups():
        quota = _read(group / "cpu.max").split()
        if len(quota) == 2 and quota[0].isdecimal():
            allowed = min(allowed or 1, -(-int(quota[0]) // int(quota[1])))
    if _share is not None:
        allowed = min(allowed or 1, _share[0])
    return max(1, allowed or 1)


def memory_bytes() -> int:
    """Return the memory this process may use: the machine's, or less where a cgroup says so."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    names = ("memory.max", "memory.high", "memory/memory.limit_in_bytes")
    for path in (group / name for group in _groups() for name in names):
        text = _read(path).strip()
        if text.isdecimal():
            limits.append(int(text))
    if _share is not None:
        limits.append(_share[1])
    return min(limits)


def _groups() -> Iterator[Path]:
    """Give the cgroups that bound this process: systemd puts a service into one within others.

    A container sees its own as the topmost.
    """
    yield _CGROUP
    lines = _read(_OWN).splitlines()
    own = next((line.removeprefix("0::") for line in lines if line.startswith("0::/")), "/")
    group = _CGROUP
    for name in own.split("/"):
        group /= name
        if name:
            yield group


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
