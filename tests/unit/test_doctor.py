"""The doctor outlives what it exists to find."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys

import pytest

from fervid import doctor

BLOCKED = """
import sys
sys.modules[sys.argv[1]] = None
from fervid.doctor import examine
for check in examine():
    print(check.state, check.name, check.finding, check.remedy, sep="|")
"""


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("ai_edge_litert", "ai-edge-litert"),
        ("av", "av"),
        ("cv2", "opencv-python-headless"),
        ("lz4", "lz4"),
        ("matplotlib", "matplotlib"),
        ("numpy", "numpy"),
        ("pandas", "pandas"),
        ("PIL", "pillow"),
        ("pyarrow", "pyarrow"),
    ],
)
def test_a_package_that_cannot_be_imported_is_named_with_its_pip_line(
    module: str, package: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, module],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    checks = [line.split("|") for line in done.stdout.splitlines()]
    found = next(check for check in checks if check[:2] == ["error", package])
    assert module in found[2]
    assert found[3] == f"pip install --force-reinstall {package}"
    assert checks[-1][1] == "tiny run"


def test_a_library_that_cannot_be_loaded_is_a_finding() -> None:
    def check() -> doctor.Check:
        raise OSError("libGL.so.1: cannot open shared object file")

    found = doctor._guarded("codecs", check, "av")
    assert (found.state, found.remedy) == ("error", "pip install --force-reinstall av")
    assert "libGL.so.1" in found.finding


def test_all_missing_packages_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.metadata.version

    def version(name: str) -> str:
        if name in ("lz4", "tqdm"):
            raise importlib.metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = doctor._packages()
    assert (found.state, found.remedy) == ("error", "pip install lz4 tqdm")


def test_every_package_that_fervid_asks_for_is_looked_at() -> None:
    required = importlib.metadata.requires("fervid") or []
    names = {re.split(r"[^\w.-]", each)[0].lower() for each in required if "extra ==" not in each}
    assert names <= doctor.PACKAGES.keys()
    assert len(names) > 10
