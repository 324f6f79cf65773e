"""What was not there to be measured has a dash, and no figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from fervid.labels import EMOTIONS
from training.evaluation import plots
from training.evaluation.bootstrap import share_interval
from training.evaluation.markdown import document
from training.evaluation.notes import notes
from training.evaluation.score import Figures, score
from training.metrics import wilson_interval

DISGUST = EMOTIONS.index("disgust")


@pytest.fixture
def without_disgust() -> Figures:
    """Two rows of each class but disgust, all seen right."""
    labels = np.array([label for label in range(7) if label != DISGUST]).repeat(2)
    return score(np.eye(7, dtype=np.float32)[labels], None, labels)


def test_a_class_without_rows_has_dashes_in_the_confusion_matrix(
    without_disgust: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(plots, "save", lambda figure, _: drawn.append(figure))
    plots.draw_confusion("a", without_disgust, tmp_path / "confusion.png")
    cells = [text.get_text() for text in drawn[0].axes[0].texts]
    rows = np.reshape(cells, (7, 7))
    assert rows[DISGUST].tolist() == ["-"] * 7
    assert rows[0].tolist() == ["2\n100%", *["0\n0%"] * 6]


def test_a_class_without_rows_has_dashes_in_the_table(without_disgust: Figures) -> None:
    scores = {"validation": {"plain": without_disgust}, "temperature": {}}
    report: Figures = {
        "split": "validation",
        "classifiers": [{"what": "a", "head": "fer", **scores}],
        "notes": [],
        "time": [],
        "timed": "On a machine.",
    }
    lines = document(report, {}).splitlines()
    assert "| disgust | - | - | - | 0 |" in lines
    assert "| angry | 100.0% | 100.0% | 1.000 | 2 |" in lines


def test_a_report_says_which_intervals_it_has_and_which_a_card() -> None:
    assert any("bootstrap" in note and "Wilson's" in note for note in notes("test", tta=False))
    right = np.arange(3589) < 2400
    np.testing.assert_allclose(share_interval(right), wilson_interval(2400, 3589), atol=1e-3)
