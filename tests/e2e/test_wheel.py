"""What `pip install fervid` brings: an editable install hides what the wheel lacks."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fervid
from fervid import presets

ROOT = Path(fervid.__file__).parents[1]
PARTS = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
PACKAGES = ("fervid", "training", "jobs", "tests")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout, built from a copy and without a network."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in PARTS:
        shutil.copy(ROOT / name, copy / name)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", out, copy]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *build]
    # Not every warning is an error here: the build runs pip's and setuptools' own code.
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = out.glob("fervid-*.whl")
    return built


def test_the_wheel_holds_the_package_and_its_data_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        pinned = {
            f"fervid/weights/{preset.home.name}/{filename}": digest
            for preset in presets.CLASSIFIERS.values()
            if isinstance(preset.home, Path)
            for filename, digest in preset.files.items()
        }
        assert pinned
        others = (
            "py.typed",
            "demo/astronaut.jpg",
            "report/page/report.html.j2",
            "report/page/main.js",
        )
        assert {*pinned, *(f"fervid/{name}" for name in others)} <= {*names}
        found = {name: hashlib.sha256(packed.read(name)).hexdigest() for name in pinned}
    assert found == pinned
    assert {name.split("/")[0] for name in names} == {
        "fervid",
        f"fervid-{fervid.__version__}.dist-info",
    }


def test_the_wheel_analyses_the_demo_clip(wheel: Path, demo_folder: Path, tmp_path: Path) -> None:
    unpacked, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(unpacked)

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(unpacked)},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert run("-c", "import fervid; print(fervid.__file__)") == str(
        unpacked / "fervid" / "__init__.py"
    )
    run("-m", "fervid", "analyze", str(demo_folder), "--fps", "1", "-o", "r.csv", "--no-charts")
    assert ',"ok",0,' in (elsewhere / "r.csv").read_text()
