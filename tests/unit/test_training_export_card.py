"""What an exported network says of itself: recipe, figures, warnings, looks at the test folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from fervid import presets
from fervid.labels import EMOTIONS
from fervid.networks.registry import ARCHITECTURES
from tests.exported import ARCHITECTURE, COMPARED, RECIPE, export, write_data, write_run
from tests.tiny_network import tiny
from training.archive import read_archive
from training.blend_record import NAME
from training.checkpoint import save_averaged
from training.evaluation.card_look import log_look
from training.evaluation.faces import Faces
from training.evaluation.look import Seen
from training.evaluation.material import Material, RowsOfTest
from training.model import two_headed
from training.provenance import fingerprint


@pytest.fixture(scope="module", autouse=True)
def _tiny_is_an_architecture() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARCHITECTURES, ARCHITECTURE, tiny)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def exported(data: list[str], run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("weights") / "tiny"
    done = export(data, run_dir, out)
    assert done.exit_code == 0, done.output
    return out


def test_a_card_holds_recipe_and_figures_of_every_preset_by_class(exported: Path) -> None:
    card = json.loads((exported / "card.json").read_text())
    assert {"data", "licence", "limits", "sha256", "parameters", "multiply_adds"} <= set(card)
    assert card["training"]["epochs_done"] == 1
    assert RECIPE.items() <= card["training"].items()
    assert card["data"].endswith(RECIPE["note"])
    assert "may have been trained on more of them" in card["data"]
    assert card["chosen_on"].startswith(
        "the default's blend: fitted, photographs weigh 0.2, the be"
    )
    assert card["blend_comparison"]["compared"] == COMPARED["compared"]
    assert "Wilson" in card["intervals"]
    for preset in card["presets"].values():
        for against in ("labels", "crowd"):
            figures = preset["validation"][against]
            assert set(figures["classes"]) == set(EMOTIONS)
            assert 0 <= figures["accuracy"] <= 1
        assert preset["validation"]["labels"]["rows"] == 14


def test_figures_on_rows_that_a_blend_was_fitted_to_say_so(exported: Path) -> None:
    default, fer, _ = presets.read_classifiers(exported.parent).values()
    assert all(", which the blend was fitted to (" in what for what in default.figures)
    assert "FER2013's labels, validation (14 rows)" in fer.figures


def test_what_speaks_against_using_a_network_is_said_and_stands_in_its_card(
    data: list[str], run_dir: Path, exported: Path, tmp_path: Path
) -> None:
    done = export(data, run_dir, tmp_path / "tiny")
    unfinished = "Its training has not ended: 1 of 2 epochs."
    assert f"Warning: {unfinished}" in done.stderr.splitlines()
    assert json.loads((exported / "card.json").read_text())["warnings"] == [unfinished]


def test_no_folder_of_the_machine_that_trained_reaches_a_card(
    data: list[str], run_dir: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(run_dir, run)
    (run / "facts.json").unlink()
    config = {
        "architecture": ARCHITECTURE,
        "seed": 1,
        "policy": "float32",
        "start": str(tmp_path / "weights" / "start.npz"),
        "rows": {"share": 1.0, "fold": 0},
        "schedule": {"epochs": 2, "batch_size": 8},
        "distillation": {"teachers": [str(tmp_path / "teacher-2"), "runs/teacher-3"]},
    }
    rows = {"training_rows": 126, "validation_rows": 14}
    facts = {
        "config": config,
        "data_sha256": fingerprint(read_archive(Path(data[1]), Path(data[3]))),
        "rows": rows,
        "note": f"from {tmp_path}/runs/b",
    }
    (run / "run.json").write_text(json.dumps(facts))
    done = export(data, run, tmp_path / "tiny")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "tiny" / "card.json").read_text()
    assert str(tmp_path.parent) not in text
    training = json.loads(text)["training"]["run"]
    assert training["config"]["start"] == "start.npz"
    assert training["config"]["distillation"]["teachers"] == ["teacher-2", "teacher-3"]
    assert training["note"] == "from b"
    assert "finer audit of twins; from b" in text


def test_weights_that_saw_validation_are_calibrated_by_those_that_had_not(
    data: list[str], run_dir: Path, exported: Path, tmp_path: Path
) -> None:
    last = tmp_path / "last"
    config = {
        "architecture": ARCHITECTURE,
        "seed": 1,
        "policy": "float32",
        "start": str(run_dir),
        "rows": {"share": 1.0, "fold": 0, "hold_out": False},
        "schedule": {"epochs": 1, "batch_size": 8},
    }
    sha256 = fingerprint(read_archive(Path(data[1]), Path(data[3])))
    rows = {"training_rows": 140, "validation_rows": 14}
    last.mkdir()
    (last / "run.json").write_text(
        json.dumps({"config": config, "data_sha256": sha256, "rows": rows})
    )
    keras.utils.set_random_seed(2)
    save_averaged(last, two_headed(ARCHITECTURE), epoch=1)
    shutil.copy(run_dir / NAME, last)
    done = export(data, last, tmp_path / "tiny")
    assert done.exit_code == 0, done.output
    before, after = (
        json.loads((folder / "card.json").read_text()) for folder in (exported, tmp_path / "tiny")
    )
    assert after["sha256"] != before["sha256"], "the weights are those of the last training"
    for name, preset in after["presets"].items():
        assert preset["validation"] == before["presets"][name]["validation"]
        assert preset["temperature"] == before["presets"][name]["temperature"]
    assert "is so of the weights that it started from" in after["chosen_on"]
    assert RECIPE.items() <= after["training"]["started_from"].items()
    assert after["data"].endswith(RECIPE["note"])
    for preset in presets.read_classifiers(tmp_path).values():
        told = [what for what in preset.figures if "validation" in what]
        assert all("of the weights before they were trained on it" in what for what in told)


def test_another_export_keeps_the_looks_at_test_and_says_what_looked_if_it_is_no_more(
    data: list[str], run_dir: Path, exported: Path, tmp_path: Path
) -> None:
    out, run = tmp_path / "tiny", tmp_path / "run"
    shutil.copytree(exported, out)
    shutil.copytree(run_dir, run)
    before = json.loads((out / "card.json").read_text())
    pure = {"preset": "tiny-crowd", "date": "2026-01-03"}
    looks = [{"weights": "those before", "date": "2026-01-01"}, {"date": "2026-01-02"}, pure]
    (out / "card.json").write_text(json.dumps({**before, "looks_at_test": looks}))
    (run / NAME).unlink()
    assert export(data, run, out).exit_code == 0
    card = json.loads((out / "card.json").read_text())
    assert "plain, 0.3 of the crowd's head, not fitted" in card["chosen_on"]
    assert card["sha256"] == before["sha256"]
    others, default, crowd = card["looks_at_test"]
    assert others == looks[0]
    assert default == {
        "weights": before["sha256"]["weights.safetensors"],
        "blend": COMPARED["blend"],
        "temperature": before["presets"]["tiny"]["temperature"],
        "date": "2026-01-02",
    }
    assert crowd == pure, "the same weights, read out as before"


def test_a_logged_look_at_test_reaches_the_figures_of_its_preset_alone(
    exported: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tiny"
    shutil.copytree(exported, out)
    card = json.loads((out / "card.json").read_text())
    (out / "card.json").write_text(json.dumps({**card, "looks_at_test": [{"weights": "others"}]}))
    labels = np.arange(28) % 7
    alone = np.ones(28, bool)
    rows = RowsOfTest(Faces(np.zeros((28, 48, 48), np.uint8), labels), alone, {0: 0})
    right_but_for_7 = np.eye(7, dtype=np.float32)[np.where(np.arange(28) < 7, 0, labels)]
    seen = Seen("tiny-crowd", "shipped", 0, True, {("test", "plain"): right_but_for_7})
    log_look(out / "card.json", seen, Material({}, {}, rows, None, None), warnings=[])
    *others, crowd = presets.read_classifiers(tmp_path).values()
    assert crowd.figures["FER2013's labels, test folder (28 rows)"].startswith("78.6% (95%: ")
    assert not any("test folder" in what for preset in others for what in preset.figures)


def test_a_card_that_is_none_is_named_before_its_looks_are_lost(
    data: list[str], run_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "card.json").write_text("{broken")
    done = export(data, run_dir, tmp_path)
    assert done.exit_code == 1
    assert "card.json is no model card" in done.output
