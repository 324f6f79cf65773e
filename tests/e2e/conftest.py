"""A folder of good and bad sources, and the program itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid.demo import make_clip

Fervid = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run_fervid(tmp_path: Path) -> Fervid:
    """Run `python -m fervid ...` in an empty folder, with warnings as errors."""

    def run(
        *arguments: object, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "fervid", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip with a face, a still of it, and a photo without one."""
    folder = tmp_path_factory.mktemp("demo")
    make_clip(folder / "astronaut.mp4")
    Image.fromarray(np.full((120, 160, 3), 90, np.uint8)).save(folder / "wall.png")
    return folder


@pytest.fixture(scope="session")
def mixed_folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip among what strangers send."""
    folder = tmp_path_factory.mktemp("mixed")
    clip = (demo_folder / "astronaut.mp4").read_bytes()
    (folder / "good.mp4").write_bytes(clip)
    (folder / "cut.mp4").write_bytes(clip[: len(clip) * 6 // 10])
    (folder / "garbage.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("file 'good.mp4'\n")
    (folder / "LICENSE.txt").write_text("Do what you like.\n")
    return folder
