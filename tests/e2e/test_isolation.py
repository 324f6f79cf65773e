"""A whole run with decoders that die: what is good is done, what is not is named."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import fervid
from fervid.types import Progress
from tests.decoders import nurseries, workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")


@pytest.fixture
def copies(demo_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    for number in range(3):
        shutil.copy(demo_folder / "astronaut.mp4", folder / f"{number}.mp4")
    return folder


def test_a_decoder_that_is_killed_costs_one_source_and_the_exit_code_says_so(
    copies: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_once(_: Progress) -> None:
        if not killed and (alive := workers()):
            killed.extend(alive)
            os.kill(alive[0], signal.SIGSEGV)

    report = fervid.analyze(
        copies, tmp_path / "out.parquet", on_progress=kill_once, charts=False,
        all_frames=True, decode_threads=1, memory=1,
    )  # fmt: skip
    assert killed
    assert nurseries() == []
    assert report.exit_code == 3
    sources = report.sources().set_index("source")
    assert sorted(sources["status"]) == ["ok", "ok", "partial"]
    hurt = sources[sources["status"] == "partial"].iloc[0]
    assert hurt["error_type"] == "DecoderDied"
    assert "SIGSEGV" in hurt["error"]
    assert hurt["remedy"]
    rows = report.observations().groupby("source", observed=True)["frame"].nunique()
    assert (rows == sources["frames_sampled"]).all()


def test_the_parent_never_loads_a_video_decoder(copies: Path, tmp_path: Path) -> None:
    program = (
        "import sys, fervid\n"
        f"fervid.analyze({str(copies)!r}, {str(tmp_path / 'out.parquet')!r}, charts=False,"
        " on_progress=lambda _: None)\n"
        "print([name for name in ('av', 'PIL.JpegImagePlugin') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.split() == [b"[]"]
    settings = json.loads((tmp_path / "out.run.json").read_text())["settings"]
    assert settings["decoding"]["isolated"]


def test_rows_are_the_same_with_processes_and_without(copies: Path) -> None:
    (copies / "cut.mp4").write_bytes((copies / "0.mp4").read_bytes()[:40_000])
    both = [fervid.analyze(copies, isolate=isolate) for isolate in (True, False)]
    rows = [report.observations() for report in both]
    assert rows[0].equals(rows[1])
