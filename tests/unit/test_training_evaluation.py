"""An evaluation compares like with like, and never looks at the test rows unasked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid.errors import UsageError
from fervid.labels import EMOTIONS
from training.config import Config, Rows
from training.config_file import config_values
from training.evaluation.card_look import log_look
from training.evaluation.evaluate import evaluate, find_all
from training.evaluation.faces import Faces
from training.evaluation.look import Seen, ensemble
from training.evaluation.markdown import document, summary
from training.evaluation.material import Material, RowsOfTest
from training.evaluation.nets import Candidate, Choice, require_held_out
from training.evaluation.notes import foreign_rows
from training.evaluation.write import check_out, write
from training.photos import Photos
from training.provenance import write_run

ROWS = 140

HELD_OUT = Choice(fold=0, held_out=True)


def faces(seed: int) -> Faces:
    generator = np.random.default_rng(seed)
    crops = generator.integers(0, 256, (ROWS, 48, 48), np.uint8)
    return Faces(crops, np.arange(ROWS) % len(EMOTIONS))


def material(*, test: bool = False, photos: Photos | None = None) -> Material:
    """Two folds, and test rows of which every other has a twin in training."""
    alone = np.arange(ROWS) % 2 == 0
    return Material(
        training={HELD_OUT: faces(1).crops, Choice(1, held_out=True): faces(2).crops},
        validation={0: faces(3), 1: faces(4)},
        test=RowsOfTest(faces(5), alone, {0: 0, 1: 3}) if test else None,
        folder=None,
        photos=photos,
    )


def confident(labels: np.ndarray, right: np.ndarray, confidence: float) -> np.ndarray:
    """Probabilities that put `confidence` on the label where right, else on the next class."""
    chosen = np.where(right, labels, (labels + 1) % 7)
    others = (1 - confidence) / 6
    return np.where(np.eye(7, dtype=bool)[chosen], confidence, others).astype(np.float32)


def is_right(one_in: int) -> np.ndarray:
    """Which rows a classifier gets right that is wrong in one of so many, here and there."""
    return np.random.default_rng(one_in).permutation(ROWS) >= ROWS // one_in


def seen(what: str, fold: int, one_in: int, *, rows: tuple[str, ...]) -> Seen:
    probabilities = confident(np.arange(ROWS) % 7, is_right(one_in), 0.9)
    return Seen(what, "blend", fold, True, {(name, "plain"): probabilities for name in rows})


def two_seeds() -> list[list[Seen]]:
    rows = ("validation",)
    return [[seen("a", 0, 4, rows=rows)], [seen("b", 0, 5, rows=rows)]]


def test_on_validation_the_test_rows_cannot_be_reached() -> None:
    with pytest.raises(UsageError, match="--split test"):
        material().test_rows()
    with pytest.raises(UsageError, match="--split test"):
        evaluate([[seen("a", 0, 4, rows=("validation", "test"))]], material(), "test")


def test_one_classifier_has_its_figures_and_no_company() -> None:
    report = evaluate(two_seeds()[:1], material(), "validation")
    (entry,) = report["classifiers"]
    scores = entry["validation"]["plain"]
    assert scores["accuracy"] == 0.75
    assert scores["rows"] == ROWS
    assert np.trace(scores["confusion"]) == 105
    assert scores["ece"] == pytest.approx(0.15, abs=1e-3)
    assert scores["calibrated"]["ece"] < 0.1  # halves of 70 rows differ by chance
    assert scores["calibrated"]["nll"] < scores["nll"]
    assert entry["temperature"]["plain"] > 1
    assert report.keys().isdisjoint({"spread", "comparison", "pooled"})


def test_two_seeds_have_mean_deviation_comparison_and_ensemble() -> None:
    report = evaluate(two_seeds(), material(), "validation")
    first, second, together = report["classifiers"]
    accuracies = [entry["validation"]["plain"]["accuracy"] for entry in (first, second)]
    assert accuracies == [0.75, 0.8]
    spread = report["spread"]["plain"]["accuracy"]
    assert spread == {"mean": 0.775, "sd": pytest.approx(0.0354, abs=1e-4)}
    pair = report["comparison"]["plain"]
    assert pair["only_first"] == (is_right(4) & ~is_right(5)).sum()
    assert pair["only_second"] - pair["only_first"] == 7
    assert pair["difference"] == 0.05
    assert (together["what"], together["fold"]) == ("ensemble", 0)
    assert "pooled" not in report


def test_an_ensemble_is_the_mean_of_probabilities() -> None:
    (one,), (other,) = two_seeds()
    together = ensemble([one, other], "validation")
    assert together is not None
    key = ("validation", "plain")
    expected = (one.probabilities[key] + other.probabilities[key]) / 2
    np.testing.assert_allclose(together.probabilities[key], expected)


def test_folds_are_pooled_each_on_its_own_validation_rows() -> None:
    rows = ("validation",)
    folds = [[seen("a", 0, 4, rows=rows)], [seen("b", 1, 5, rows=rows)]]
    report = evaluate(folds, material(), "validation")
    pooled = report["pooled"]["plain"]
    assert pooled["rows"] == 2 * ROWS
    assert pooled["accuracy"] == 0.775
    assert "comparison" not in report  # their rows differ
    assert [entry["what"] for entry in report["classifiers"]] == ["a", "b"]


def test_on_the_test_rows_folds_form_an_ensemble_without_a_temperature() -> None:
    rows = ("validation", "test")
    folds = [[seen("a", 0, 4, rows=rows)], [seen("b", 1, 5, rows=rows)]]
    report = evaluate(folds, material(test=True), "test")
    first, _, together = report["classifiers"]
    assert first["test"]["plain"]["calibrated"] is not None
    assert together["test"]["plain"]["calibrated"] is None
    assert together["temperature"] == {}
    assert together["test_rows_with_a_twin_among_the_rows_trained_on"] == 3
    assert "comparison" in report
    report |= {"notes": [], "time": [], "timed": "On a machine."}
    assert "| ensemble | mean | plain | 140 |" in document(report, {})


def test_rows_without_a_twin_are_reported_apart() -> None:
    one = seen("a", 0, 4, rows=("validation", "test"))
    (entry,) = evaluate([[one]], material(test=True), "test")["classifiers"]
    assert entry["test_without_twins"]["plain"]["rows"] == ROWS // 2
    expected = pytest.approx(is_right(4)[::2].mean(), abs=1e-4)
    assert entry["test_without_twins"]["plain"]["accuracy"] == expected
    assert entry["test_rows_with_a_twin_among_the_rows_trained_on"] == 0


def test_a_photograph_without_a_face_counts_as_wrong() -> None:
    labels = np.arange(8) % 7
    found = np.arange(8) != 7
    photos = Photos(np.zeros((8, 48, 48), np.uint8), found, labels, np.arange(8) % 2 == 1)
    right = np.array([True, True, False, True, True, True, True])
    of_photos = {("photographs", "plain"): confident(labels[:7], right, 0.9)}
    one = seen("a", 0, 4, rows=("validation",))
    one = replace(one, probabilities={**one.probabilities, **of_photos})
    (entry,) = evaluate([[one]], material(photos=photos), "validation")["classifiers"]
    scores = entry["photographs"]
    assert scores["accuracy"] == 0.75
    assert scores["accuracy_of_those_with_a_face"] == pytest.approx(6 / 7, abs=1e-4)
    assert scores["accuracy_at_odd_places"] == 0.75
    assert scores["per_class"]["angry"] == {"rows": 2, "found": 1, "recall": 0.5}


def test_a_classifier_that_was_trained_on_other_rows_is_warned_of() -> None:
    trained_and_validated = {
        "a": (ROWS, ROWS),
        "b": (ROWS, 9),
        "c": (ROWS + 5, ROWS),
        "d": None,
    }
    candidates = [
        Candidate(name, None, None, HELD_OUT, 1.0, rows)
        for name, rows in trained_and_validated.items()
    ]
    of_b, of_c, of_d = foreign_rows(candidates, material())
    assert of_b.startswith("b was validated on 9 rows")
    assert of_c.startswith("c was trained on 145 rows, of which the audit of twins leaves 140")
    assert of_d == "d: nobody wrote down how many rows it was trained on."


def test_what_was_trained_on_validation_is_not_judged_there(tmp_path: Path) -> None:
    config = replace(Config(), start=tmp_path / "start", rows=Rows(hold_out=False))
    rows = {"training_rows": 54, "validation_rows": 6}
    write_run(tmp_path, {"config": config_values(config), "rows": rows, "sessions": []})
    (candidate,) = find_all([str(tmp_path)])
    assert candidate.validated_on is None
    assert set(material(test=True).crops(candidate.validated_on)) == {"test"}
    with pytest.raises(UsageError, match="was trained on validation"):
        require_held_out(candidate)
    unseen = replace(seen("a", 0, 4, rows=("test",)), fold=None)
    (entry,) = evaluate([[unseen]], material(test=True), "test")["classifiers"]
    assert entry["temperature"] == {}, "there are no rows to fit one on"
    assert entry["test"]["plain"]["accuracy"] == 0.75


def test_a_report_is_complete_and_written_once(tmp_path: Path) -> None:
    report = evaluate(two_seeds(), material(), "validation") | {
        "notes": ["A note."],
        "time": [{"network": "n", "runtime": "litert", "batch_1_ms": 2.0, "batch_64_ms": 1.5}],
        "timed": "On a machine.",
    }
    out = tmp_path / "a" / "report"
    check_out(out)
    write(report, out)
    assert json.loads((out / "evaluation.json").read_text()) == report
    text = (out / "evaluation.md").read_text()
    assert summary(report) in text
    assert len(list(out.glob("*.png"))) == 6
    for picture in out.glob("*.png"):
        assert f"({picture.name})" in text
        with Image.open(picture) as image:
            assert min(image.size) > 500
    assert not list(out.parent.glob("*.partial"))
    with pytest.raises(UsageError, match="there already"):
        check_out(out)


def test_every_line_of_a_table_has_the_same_columns() -> None:
    lines = summary(evaluate(two_seeds(), material(), "validation")).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert len(lines) == 2 + 3


def test_a_look_is_added_to_the_card_and_to_no_other(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text(json.dumps({"name": "a", "looks_at_test": [{"date": "before"}]}))
    one = seen("a", 0, 4, rows=("validation", "test"))
    log_look(card, one, material(test=True), warnings=[])
    before, look = json.loads(card.read_text())["looks_at_test"]
    assert before == {"date": "before"}
    assert look["test"]["accuracy"] == 0.75
    assert look["test_without_twins_in_the_archive's_training"]["rows"] == ROWS // 2
    assert look["test_rows_with_a_twin_among_the_rows_trained_on"] == 0
    assert "warnings" not in look
    with pytest.raises(UsageError, match="is the card of a"):
        log_look(card, seen("b", 0, 4, rows=("test",)), material(test=True), warnings=[])


def test_where_training_had_other_rows_no_count_of_its_twins_is_claimed(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"name": "a"}')
    one = replace(seen("a", 0, 4, rows=("validation", "test")), same_rows=False)
    log_look(card, one, material(test=True), warnings=["a was trained on 9 rows."])
    (look,) = json.loads(card.read_text())["looks_at_test"]
    assert look["test_rows_with_a_twin_among_the_rows_trained_on"] is None
    assert look["warnings"] == ["a was trained on 9 rows."]
    report = evaluate([[one]], material(test=True), "test")
    report |= {"notes": [], "time": [], "timed": "On a machine."}
    text = document(report, {})
    assert "an unknown number of test rows have a twin among the rows trained on" in text
    assert "Rows without a twin in the archive's training (finer audit):" in text
    known = replace(one, what="b", same_rows=True)
    together = ensemble([one, known], "test")
    assert together is not None
    assert not together.same_rows
