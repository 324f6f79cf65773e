"""PyAV is loaded by one thread at a time.

Its modules import each other. Of two threads, one with a film and one with a photo, one met them
half made in 1 of 12 runs, and said so of a file that was fine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.drawn import corners

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path

import fervid.decode
from fervid.options import Sampling
from fervid.types import Source

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("av", "PIL") and not fervid.decode._loading.locked():
            print(name)

sys.meta_path.insert(0, Watch())
path, kind = Path(sys.argv[1]), sys.argv[2]
source = Source(path.name, path, kind, 1, datetime.now(UTC))
*_, end = fervid.decode.read_source(source, Sampling(), 1)
print(end.status)
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [("film.mp4", "video"), ("film.mts", "video"), ("film.gif", "video"), ("photo.jpg", "image"),
     ("photo.png", "image")],
)  # fmt: skip
def test_nothing_of_pyav_or_pillow_is_loaded_by_two_threads_at_once(
    clips: Path, tmp_path: Path, name: str, kind: str
) -> None:
    if kind == "image":
        path = tmp_path / name
        Image.fromarray(corners()).save(path)
    else:
        path = next(clips.glob(f"*{Path(name).suffix}"))
    run = [sys.executable, "-c", PROGRAM, str(path), kind]
    said = subprocess.run(run, capture_output=True, check=True, text=True, timeout=60)
    assert said.stdout.split() == ["ok"]
