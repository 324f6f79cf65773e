"""What every engine does with the same sources: the same rows, progress, and an end when told."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fervid
from fervid.api import RunReport
from fervid.demo import make_clip
from fervid.types import Progress
from tests.drawn import bar, encode
from tests.same_rows import differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Analyze = Callable[..., RunReport]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips and photos with a face and without, whole and broken."""
    folder = tmp_path_factory.mktemp("sources")
    make_clip(folder / "astronaut.mp4")
    clip = (folder / "astronaut.mp4").read_bytes()
    (folder / "garbage.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / "headless.mp4").write_bytes(clip[: len(clip) // 2])
    for number in range(4):
        encode(folder / f"bar-{number}.mp4", (bar(each) for each in range(20 + number)))
        Image.fromarray(np.full((120, 160, 3), 60 * number, np.uint8)).save(
            folder / f"wall-{number}.png"
        )
    shutil.copy(Path(fervid.demo.__file__).with_name("astronaut.jpg"), folder / "face.jpg")
    (folder / "cut.jpg").write_bytes((folder / "face.jpg").read_bytes()[:3000])
    return folder


@pytest.fixture(scope="module")
def reference(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reference") / "results.parquet"
    fervid.analyze(sources, out, charts=False)
    return out


@pytest.fixture(params=["local", "ray"])
def analyze(request: pytest.FixtureRequest, sources: Path) -> Analyze:
    options: dict[str, object] = {"engine": request.param, "charts": False}
    if request.param == "ray":
        cluster = request.getfixturevalue("cluster")
        options |= {"ray_address": cluster.address, "worker_cpus": 1}
    return lambda *arguments, **more: fervid.analyze(sources, *arguments, **options, **more)


def test_it_makes_the_same_rows(analyze: Analyze, reference: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    report = analyze(tmp_path / "results.parquet", on_progress=told.append)
    assert differences(tmp_path / "results.parquet", reference) == []
    assert report.statuses() == {"ok": 10, "failed": 3}
    assert told[-1].sources_done == told[-1].sources_total == 13
    assert told[-1].faces == report.observations()["face"].count()
    assert told[-1].media_s == pytest.approx(told[-1].total_media_s)


def test_what_it_finished_before_it_was_stopped_is_kept(
    analyze: Analyze, reference: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.parquet"
    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        analyze(out, on_progress=lambda _: stop.set(), stop=stop)
    assert not out.exists()
    analyze(out, resume=True)
    assert differences(out, reference) == []
    assert json.loads(out.with_suffix(".run.json").read_text())["settings"]


def test_its_rows_can_stay_in_memory(analyze: Analyze, reference: Path) -> None:
    found = analyze(fps=1).sources()
    assert found["source"].tolist() == fervid.read_results(reference, "sources")["source"].tolist()
