"""The comparison of runtimes runs, in miniature, with what is there; its figures mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from fervid.demo import make_clip
from tests.bench import runtime_networks, runtimes, runtimes_child


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stills of the demo clip."""
    import av

    folder = tmp_path_factory.mktemp("photos")
    make_clip(folder / "demo.mp4")
    with av.open(str(folder / "demo.mp4")) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 60 == 0:
                Image.fromarray(frame.to_ndarray(format="rgb24")).save(folder / f"{number}.png")
    return folder


def run(*arguments: object) -> list[str]:
    done = CliRunner().invoke(runtimes.main, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


@pytest.mark.slow
def test_each_runtime_is_timed_and_held_against_litert(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    chosen = ("--runtime", "TensorFlow", "--runtime", "TensorFlow, bfloat16")
    where = ("--photos", photos, "--packages", tmp_path / "none")
    lines = run(*where, "--network", "rnet", *chosen, "--rounds", 1, "--json", out)
    assert [line.split("  ")[0] for line in lines[1:4]] == [
        "rnet, LiteRT",
        "rnet, TensorFlow",
        "rnet, TensorFlow, bfloat16",
    ]
    runs: dict[str, Any] = json.loads(out.read_text())["networks"]["rnet"]
    apart = {name: several[0]["difference"] for name, several in runs.items()}
    assert apart["LiteRT"] == 0 < apart["TensorFlow"] < 1e-3 < apart["TensorFlow, bfloat16"]
    for several in runs.values():
        assert list(several[0]["cpu_ms"]) == ["1", "16", "64"]
        assert min(several[0]["cpu_ms"].values()) > 0
    assert not (tmp_path / "none").exists(), "nothing was to be fetched"


@pytest.mark.slow
def test_the_classifier_in_8_bits_is_nearly_the_classifier(photos: Path, tmp_path: Path) -> None:
    where = ("--photos", photos, "--packages", tmp_path / "none")
    chosen = ("--network", "classifier", "--runtime", "LiteRT, 8 bits")
    out = tmp_path / "figures.json"
    run(*where, *chosen, "--rounds", 1, "--json", out)
    (figures,) = json.loads(out.read_text())["networks"]["classifier"]["LiteRT, 8 bits"]
    assert 1e-4 < figures["difference"] < 0.2


def test_every_network_gets_pixels_of_its_size(photos: Path) -> None:
    shapes = {name: runtime_networks.inputs(name, photos).shape for name in ("pnet", "screen")}
    assert shapes["pnet"] == (256, 14, 14, 3)
    assert shapes["screen"][0] == 16
    crops = runtime_networks.inputs("classifier", photos)
    assert crops.shape == (256, 48, 48, 1)
    assert crops.dtype == np.uint8
    assert crops.std() > 20, "faces, not flat squares"


def test_standardisation_without_keras_is_that_of_the_network(photos: Path) -> None:
    from fervid.networks.standardize import standardize

    crops = runtime_networks.inputs("classifier", photos)[:4]
    ours, theirs = runtimes_child._standardized(crops), np.asarray(standardize(crops))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_least_of_the_rounds_is_shown() -> None:
    def took(cost_ms: float, apart: float) -> dict[str, Any]:
        return {
            "cpu_ms": {"1": cost_ms, "16": 2 * cost_ms},
            "first_call_ms": 10 * cost_ms,
            "start_up_cpu_s": cost_ms,
            "memory_bytes": cost_ms * 1e6,
            "difference": apart,
        }

    (row,) = runtimes.table("screen", {"LiteRT": [took(3, 0.5), took(2, 0.25)]})
    assert row == ("screen, LiteRT", "2.000", "4.000", "", "20", "2.00", "2", "5.0e-01", "")
