"""What stands beside every figure: the machine, and the versions of what did the work."""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path
from typing import Any

import fervid
from fervid import machine

_GPUS = Path("/proc/driver/nvidia/gpus")
_PACKAGES = (
    "ai-edge-litert",
    "av",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pyarrow",
    "tensorflow",
)


def surroundings() -> dict[str, Any]:
    """Return machine and versions as plain values."""
    return {
        "machine": {
            "processor": _processor(),
            "cores": machine.cores(),
            "gpus": _gpus(),
            "memory_bytes": machine.memory_bytes(),
            "system": platform.platform(),
        },
        "versions": {
            "fervid": fervid.__version__,
            "python": platform.python_version(),
            **{name: _version(name) for name in _PACKAGES},
        },
    }


def in_a_line(facts: dict[str, Any]) -> str:
    """Say them for people.

    Args:
        facts: As `surroundings` returns them.
    """
    computer = facts["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    parts = (computer["processor"], f"{computer['cores']} cores", *computer["gpus"])
    return f"{', '.join(parts)}; {versions}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _gpus() -> list[str]:
    """Return the names of NVIDIA's GPUs, as their driver tells them."""
    return [
        line.partition(":")[2].strip()
        for path in sorted(_GPUS.glob("*/information"))
        for line in path.read_text().splitlines()
        if line.startswith("Model:")
    ]


def _processor() -> str:
    """Return the processor's name; Linux tells it in a file alone."""
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
