"""`python -m training evaluate`, from an archive to a report."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from training.__main__ import group
from training.archive import VOTE_COLUMNS
from training.blend import plain_blend
from training.checkpoint import save_averaged
from training.evaluation import nets, request
from training.model import two_headed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """210 rows to train on, 14 to test on, and a run that was not trained at all."""
    folder = tmp_path_factory.mktemp("fer2013")
    coarse = np.random.default_rng(0).integers(0, 256, (224, 6, 6))
    votes = []
    for row, picture in enumerate(np.kron(coarse, np.ones((1, 8, 8))).astype(np.uint8)):
        usage, split = ("Training", "train") if row < 210 else ("PublicTest", "test")
        path = folder / split / EMOTIONS[row % 7] / f"{usage}_{row:05}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
        votes.append([row, usage, *(10 * (number == row % 7) for number in range(10))])
    with (folder / "votes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["row", "usage", *VOTE_COLUMNS], *votes])
    for name in ("happy", "Sadness"):
        (folder / "photos" / name).mkdir(parents=True)
        Image.new("RGB", (90, 60), "white").save(folder / "photos" / name / "a.jpg")
    (folder / "run").mkdir()
    facts = {"architecture": "cnn-lstm", "training_rows": 189, "validation_rows": 21}
    (folder / "run" / "facts.json").write_text(json.dumps(facts))
    save_averaged(folder / "run", two_headed("cnn-lstm"), epoch=1)
    return folder


@pytest.fixture(autouse=True)
def _held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The preset that ships saw FER2013's validation, but nothing of what is drawn here."""
    monkeypatch.setattr(nets, "holds_out", lambda _: True)


@pytest.fixture
def evaluate(data: Path) -> Callable[..., Result]:
    def run(*arguments: object) -> Result:
        paths = ("--archive", data, "--votes", data / "votes.csv")
        return CliRunner().invoke(group, list(map(str, ("evaluate", *arguments, *paths))))

    return run


def test_a_preset_that_was_trained_on_validation_is_evaluated_on_the_test_folder_alone(
    evaluate: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    done = evaluate("residual-se-half", "--out", tmp_path / "report")
    assert done.exit_code == 2
    assert "residual-se-half was trained on validation" in done.output
    assert not (tmp_path / "report").exists()


def test_a_preset_and_a_run_become_a_report(
    evaluate: Callable[..., Result], data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    photos = data / "photos"
    options = ("--tta", "--photos", photos, "--folder", photos)
    done = evaluate("residual-se-half", data / "run", "--out", out, *options)
    assert done.exit_code == 0, done.output
    report = json.loads((out / "evaluation.json").read_text())
    heads = [(entry["what"], entry["head"]) for entry in report["classifiers"]]
    of_run = [("run", "blend"), ("run", "fer"), ("run", "crowd")]
    assert heads == [("residual-se-half", "shipped"), *of_run, ("ensemble", "mean")]
    for entry in report["classifiers"]:
        assert list(entry["validation"]) == ["plain", "flip", "ten-crop"]
        assert entry["validation"]["flip"]["rows"] == 21
        assert "test" not in entry
        assert entry["photographs"]["with_a_face"] == 0
        assert entry["folder"]["rows"] == 2
    timed = [(each["network"], each["runtime"]) for each in report["time"]]
    assert timed == [
        ("residual-se-half", "litert"),
        ("residual-se-half", "tensorflow"),
        ("cnn-lstm", "tensorflow"),
    ]
    assert all(each["batch_1_ms"] > 0 for each in report["time"])
    assert "| ensemble | mean | ten-crop |" in done.stdout
    # not on this archive
    assert "residual-se-half was validated on 2,668 rows" in report["notes"][0]
    assert not any(note.startswith("run was") for note in report["notes"])


def test_a_look_at_the_test_rows_is_logged_in_the_card(
    evaluate: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "time_all", lambda _: [])  # timed above; it takes ten seconds
    card = tmp_path / "card.json"
    card.write_text('{"name": "residual-se-half"}')
    out = tmp_path / "report"
    done = evaluate("residual-se-half", "--split", "test", "--out", out, "--card", card)
    assert done.exit_code == 0, done.output
    (look,) = json.loads(card.read_text())["looks_at_test"]
    report = json.loads((out / "evaluation.json").read_text())
    assert look["test"]["rows"] == 14
    assert look["test_rows_with_a_twin_among_the_rows_trained_on"] is None  # on another archive
    assert look["warnings"][0].startswith("residual-se-half was validated on 2,668 rows")
    assert look["test"]["accuracy"] == report["classifiers"][0]["test"]["plain"]["accuracy"]


def test_a_runs_looks_at_the_test_rows_are_logged_in_its_folder(
    evaluate: Callable[..., Result], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "time_all", lambda _: [])
    run_dir = tmp_path / "run"
    shutil.copytree(data / "run", run_dir)
    (run_dir / "looks_at_test.json").write_text('[{"date": "before"}]')
    done = evaluate(run_dir, "--split", "test", "--out", tmp_path / "report")
    assert done.exit_code == 0, done.output
    before, *looks = json.loads((run_dir / "looks_at_test.json").read_text())
    assert before == {"date": "before"}
    assert [look["head"] for look in looks] == ["blend", "fer", "crowd"]
    assert [look.get("blend") for look in looks] == [plain_blend(0.3).tolist(), None, None]
    assert all(look["epochs_done"] == 1 and look["test"]["rows"] == 14 for look in looks)
    assert looks[0]["test_rows_with_a_twin_among_the_rows_trained_on"] == 0
    assert not list(run_dir.glob("*.partial"))


def test_a_timing_that_fails_comes_before_the_look(
    evaluate: Callable[..., Result], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise FervidError("Timing failed.", "Run `fervid doctor`.")

    monkeypatch.setattr(request, "time_all", fails)
    done = evaluate(data / "run", "--split", "test", "--out", tmp_path / "report")
    assert done.exit_code == 1
    assert "Timing failed" in done.output
    assert not (data / "run" / "looks_at_test.json").exists()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["no-such-net"], "neither a preset nor a folder"),
        (["residual-se-half", "--card", "card.json"], "Give --split test and a preset"),
        (["residual-se-half", "--split", "test"], "Give --card, the card.json beside the weights"),
        (["residual-se-half", "--split", "test", "--card", "absent.json"], "no model card"),
        (["residual-se-half", "--photos", "absent"], "is no folder"),
    ],
)
def test_what_is_off_is_said_before_the_work(
    evaluate: Callable[..., Result], tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    done = evaluate(*arguments, "--out", tmp_path / "report")
    assert done.exit_code in {1, 2}
    assert complaint in " ".join(done.output.split())
    assert not list(tmp_path.iterdir())
