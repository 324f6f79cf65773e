"""Models that do not ship with fervid: downloaded by name, or brought along and trusted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fervid
from fervid import presets
from fervid.errors import FervidError, UsageError
from tests.drawn_yunet import drawn_yunet
from tests.e2e.conftest import Fervid
from tests.served import Server, raw, whole

YUNET = presets.DETECTORS["yunet"]
((FILENAME, DIGEST),) = YUNET.files.items()


@pytest.fixture(autouse=True)
def _own_weights_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERVID_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def yunet(shared: Path) -> bytes:
    return (shared / "data" / "models" / FILENAME).read_bytes()


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """A picture of what the drawn YuNet takes for two faces."""
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[64:128, 128:192] = pixels[256:320, 448:512] = 255
    path = tmp_path / "squares.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.onnx"
    path.write_bytes(drawn_yunet())
    return path


@pytest.mark.shared
def test_a_preset_is_fetched_ahead_from_a_mirror_once(
    run_fervid: Fervid, tmp_path: Path, yunet: bytes
) -> None:
    with Server(whole(yunet)) as server:
        for _ in range(2):
            done = run_fervid("models", "--fetch", "yunet", FERVID_MODEL_MIRROR=f"{server.url}/a/")
            assert done.returncode == 0, done.stderr
            assert done.stdout == f"{tmp_path / 'weights' / FILENAME}\n"
    assert [request.line for request in server.requests] == [f"GET /a/{FILENAME} HTTP/1.1"]
    assert (tmp_path / "weights" / FILENAME).read_bytes() == yunet


@pytest.mark.shared
def test_the_first_run_with_a_preset_downloads_it_and_the_next_needs_no_network(
    demo_folder: Path, tmp_path: Path, yunet: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(whole(yunet)) as server:
        monkeypatch.setenv("FERVID_MODEL_MIRROR", server.url)
        out = tmp_path / "r.parquet"
        first = fervid.analyze([demo_folder], out, detector="yunet", fps=1, charts=False)
    again = fervid.analyze([demo_folder], detector="yunet", fps=1)
    assert (first.observations()["status"] == "ok").sum() >= 5
    assert first.observations().equals(again.observations())
    run = json.loads((tmp_path / "r.run.json").read_text())
    assert run["detector"] == {"name": "yunet", "sha256": {FILENAME: DIGEST}}


@pytest.mark.shared
def test_a_tampered_download_is_refused_and_fetched_anew_when_asked(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path, yunet: bytes
) -> None:
    path = tmp_path / "weights" / FILENAME
    path.parent.mkdir()
    path.write_bytes(yunet[:-1] + b"x")
    with pytest.raises(FervidError, match="is not the pinned file") as caught:
        fervid.analyze([demo_folder], detector="yunet", fps=1)
    assert "fervid models --fetch yunet" in caught.value.remedy
    with Server(whole(yunet)) as server:
        done = run_fervid("models", "--fetch", "yunet", FERVID_MODEL_MIRROR=server.url)
    assert done.returncode == 0
    assert path.read_bytes() == yunet


def test_without_a_network_it_is_said_what_to_get_and_where_to_put_it(
    run_fervid: Fervid, tmp_path: Path, squares: Path
) -> None:
    with Server(raw()) as server:
        pass  # nobody listens there any more
    done = run_fervid(
        *("analyze", squares, "--out", "r.csv", "--detector", "yunet"),
        FERVID_MODEL_MIRROR=server.url,
    )
    assert done.returncode == 1
    assert f"Cannot download {server.url}/{FILENAME}: the server cannot be reached" in done.stderr
    assert YUNET.url in done.stderr
    assert str(tmp_path / "weights" / FILENAME) in done.stderr
    assert "FERVID_MODEL_MIRROR" in done.stderr
    assert "HTTPS_PROXY" in done.stderr
    assert not list(tmp_path.glob("r.*"))


def test_what_a_mirror_sends_instead_is_not_kept(run_fervid: Fervid, tmp_path: Path) -> None:
    with Server(whole(bytes(YUNET.size_bytes))) as server:
        done = run_fervid("models", "--fetch", "yunet", FERVID_MODEL_MIRROR=server.url)
    assert done.returncode == 1
    assert "what came is another file: its sha256 is" in done.stderr
    assert list((tmp_path / "weights").iterdir()) == []


@pytest.mark.parametrize(
    "mirror",
    [
        "models.lab",
        "file:///srv",
        "ftp://lab/a",
        "https://",
        "https://u:secret@lab",
        "https://[",
        "https://a?b",
    ],
)
def test_an_address_that_is_no_mirror_is_refused_and_not_repeated(
    mirror: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FERVID_MODEL_MIRROR", mirror)
    with pytest.raises(UsageError, match="FERVID_MODEL_MIRROR must be") as caught:
        presets.fetch(YUNET)
    assert "secret" not in str(caught.value)


def test_a_mirror_is_said_by_models_and_an_unknown_name_lists_the_known_ones(
    run_fervid: Fervid, tmp_path: Path
) -> None:
    done = run_fervid("models", FERVID_MODEL_MIRROR="https://lab.example/fervid")
    assert f"https://lab.example/fervid/{FILENAME}" in done.stdout
    assert str(tmp_path / "weights" / FILENAME) in done.stdout
    done = run_fervid("models", "--fetch", "yolo")
    assert done.returncode == 2
    assert "Valid: mtcnn, yunet, residual" in done.stderr
    assert run_fervid("models", "--fetch", "mtcnn").stdout.count("\n") == 3


def test_a_detector_of_ones_own_runs_when_it_is_trusted_and_its_sha256_is_kept(
    run_fervid: Fervid, tmp_path: Path, squares: Path, mine: Path
) -> None:
    arguments = ("analyze", squares, "--out", "r.csv", "--detector", mine, "--no-charts")
    done = run_fervid(*arguments)
    assert done.returncode == 2
    assert "add --trust-model" in done.stderr
    assert not list(tmp_path.glob("r.*"))
    done = run_fervid(*arguments, "--trust-model")
    assert done.returncode == 0, done.stderr
    rows = fervid.read_results(tmp_path / "r.csv")
    assert rows[["x1", "y1", "x2", "y2"]].to_numpy().tolist() == [
        [128, 64, 192, 128],
        [448, 256, 512, 320],
    ]
    run = json.loads((tmp_path / "r.run.json").read_text())
    digest = hashlib.sha256(drawn_yunet()).hexdigest()
    assert run["detector"] == {"name": str(mine), "sha256": {"mine.onnx": digest}}
    assert run["options"]["trust_model"] is True


def test_a_detector_whose_name_is_not_utf8_gives_rows_too(squares: Path, mine: Path) -> None:
    odd = mine.rename(mine.with_name(os.fsdecode(b"mine\xff.onnx")))
    report = fervid.analyze([squares], detector=str(odd), trust_model=True)
    assert report.sources()["detector"].str.endswith("mine%FF.onnx").all()


def test_a_file_that_is_no_yunet_is_named_though_it_is_trusted(squares: Path, mine: Path) -> None:
    mine.write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(FervidError, match=r"mine\.onnx is no YuNet detector"):
        fervid.analyze([squares], detector=str(mine), trust_model=True)


def test_a_model_of_ones_own_has_to_be_trusted_before_anything_is_done(
    run_fervid: Fervid, tmp_path: Path, squares: Path
) -> None:
    shutil.copytree(presets.path_of(presets.classifier("residual-se-half"), ""), tmp_path / "own")
    done = run_fervid("analyze", squares, "--out", "r.csv", "--model", "own", "--dry-run")
    assert done.returncode == 2
    assert "add --trust-model" in done.stderr
