"""Fitting the blend of both heads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from fervid.errors import FervidError
from tests.drawn_examples import drawn
from training import fit_blend, linear_blend
from training.__main__ import group
from training.blend import plain_blend, votes_of
from training.blend_record import blend_of, read_comparison
from training.card import chosen_on
from training.checkpoint import save_averaged
from training.fit_blend import Outcome, choose
from training.linear_blend import Judged, cross_validated, fit
from training.model import two_headed
from training.photos import Photos
from training.rows import Examples

FACES = drawn(8, 3)


def looked_at(rows: int, seed: int, mistaken: float) -> Judged:
    """Rows whose first head takes class 5 for class 2 so often; the other head knows better."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 7, rows)
    wrong = (labels == 5) & (generator.random(rows) < mistaken)
    heads = 2 * np.eye(7)[np.where(wrong, 2, labels)], 0.5 * np.eye(7)[labels]
    return Judged(np.concatenate(heads, axis=1) + generator.normal(0, 0.3, (rows, 14)), labels)


VALIDATION, PHOTOGRAPHS = looked_at(700, 1, 0.0), looked_at(140, 2, 0.9)


def test_a_fit_says_what_one_heads_class_tells_about_anothers() -> None:
    others = looked_at(700, 3, 0.9)
    plain = max(others.right(plain_blend(share)).mean() for share in (0.1, 0.2, 0.3, 0.4))
    fitted = fit(VALIDATION, PHOTOGRAPHS, 0.3)
    assert others.right(fitted).mean() > plain + 0.04
    assert VALIDATION.right(fitted).mean() > 0.98


def test_the_weight_of_the_photographs_decides_between_them_and_validation() -> None:
    other = Judged(PHOTOGRAPHS.logits, (PHOTOGRAPHS.labels + 1) % 7)
    ignored, alone = fit(VALIDATION, other, 0.0), fit(VALIDATION, other, 1.0)
    assert VALIDATION.right(ignored).mean() > 0.98
    assert other.right(ignored).mean() < 0.1
    assert other.right(alone).mean() > 0.9


def test_rows_are_judged_by_fits_that_they_were_not_part_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear_blend, "ROUNDS", 1)
    chance = Judged(np.random.default_rng(0).normal(0, 1, (210, 14)), np.arange(210) % 7)
    validation, photographs = cross_validated(chance, PHOTOGRAPHS, 0.1)
    assert set(validation) == set(photographs) == {0.0, 1.0}
    assert chance.right(fit(chance, PHOTOGRAPHS, 0.1)).mean() > 0.3
    assert validation.mean() < 0.2
    of_other_noise = np.random.default_rng(1).permutation(210)
    shuffled = Judged(chance.logits, chance.labels[of_other_noise])
    _, photographs = cross_validated(VALIDATION, shuffled, 1.0)
    assert photographs.mean() < 0.2


def test_the_rule_takes_the_best_on_both() -> None:
    few, both, more = Outcome("", 0.7, 0.6), Outcome("", 0.69, 0.63), Outcome("", 0.67, 0.64)
    assert choose([few, both, more]) == 1


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Result]:
    """Fit a blend on drawn faces, of which the first two are photographs without a face."""
    (tmp_path / "facts.json").write_text(json.dumps({"architecture": "cnn-lstm"}))
    save_averaged(tmp_path, two_headed("cnn-lstm"), epoch=1)
    monkeypatch.setattr(fit_blend, "read_run_rows", lambda *_: (drawn(300, 1), drawn(40, 2)))
    odd, found = np.arange(8) % 2 == 1, np.arange(8) > 1
    photos = Photos(FACES.images, found, FACES.labels, odd)
    monkeypatch.setattr(fit_blend, "read_photos", lambda *_: photos)
    monkeypatch.setattr(linear_blend, "ROUNDS", 1)
    monkeypatch.setattr(fit_blend, "WEIGHTS", (0.0, 0.2))
    arguments = ("--archive", "a", "--votes", "v", "--run", tmp_path, "--photos", tmp_path)
    return lambda: CliRunner().invoke(group, ["fit-blend", *map(str, arguments)])


def test_blends_are_judged_on_validation_and_on_odd_photographs_alone(
    command: Callable[[], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    heads = fit_blend.head_logits
    monkeypatch.setattr(
        fit_blend, "head_logits", lambda net, images: seen.append(images) or heads(net, images)
    )
    done = command()
    assert done.exit_code == 0, done.output
    _, *lines, chosen = done.output.splitlines()
    assert len(lines) == len(fit_blend.SHARES) + len(fit_blend.WEIGHTS)
    np.testing.assert_array_equal(seen[1], FACES.images[[3, 5, 7]])
    assert all(float(line.split()[-1]) in (0, 0.25, 0.5, 0.75) for line in lines)  # of 4, not 3
    assert chosen.startswith("Chosen: fitted, photographs weigh 0")


def test_weights_that_saw_validation_look_at_the_photographs_alone(
    command: Callable[[], Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del command
    last = tmp_path / "last"
    last.mkdir()
    rows = {"share": 1.0, "fold": 0, "hold_out": False}
    config = {
        "architecture": "cnn-lstm",
        "seed": 1,
        "policy": "float32",
        "start": str(tmp_path),
        "rows": rows,
        "schedule": {"epochs": 1, "batch_size": 8},
    }
    (last / "run.json").write_text(json.dumps({"config": config, "rows": {}}))
    save_averaged(last, two_headed("cnn-lstm"), epoch=1)
    looked: list[tuple[Path, int]] = []
    network, heads = fit_blend._network, fit_blend.head_logits

    def loaded(run_dir: Path, examples: Examples) -> Any:
        looked.append((run_dir, 0))
        return network(run_dir, examples)

    def noted(net: Any, images: Any) -> Any:
        looked[-1] = (looked[-1][0], len(images))
        return heads(net, images)

    monkeypatch.setattr(fit_blend, "_network", loaded)
    monkeypatch.setattr(fit_blend, "head_logits", noted)
    fit_blend.fit_blend(last, Path("a"), Path("v"), tmp_path)
    assert looked == [(tmp_path, 40), (last, 3)]
    assert read_comparison(last) is not None


def test_photographs_without_a_face_are_said_before_the_work(
    command: Callable[[], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    none = np.zeros(8, bool)
    photos = Photos(FACES.images, none, FACES.labels, ~none)
    monkeypatch.setattr(fit_blend, "read_photos", lambda *_: photos)
    done = command()
    assert done.exit_code == 1
    assert "No photograph at an odd place" in done.output


def test_what_was_fitted_stays_with_the_weights_that_it_was_fitted_for(
    command: Callable[[], Result], tmp_path: Path
) -> None:
    assert read_comparison(tmp_path) is None
    command()
    compared = read_comparison(tmp_path)
    assert compared is not None
    assert (compared["validation_rows"], compared["photographs_at_odd_places"]) == (40, 4)
    assert blend_of(compared).shape == (14, 7)
    assert not np.array_equal(blend_of(compared), blend_of(None))
    assert not list(tmp_path.glob("*.partial"))
    save_averaged(tmp_path, two_headed("cnn-lstm"), epoch=2)
    assert read_comparison(tmp_path) is None


def test_a_card_claims_no_comparison_that_was_not_made(
    command: Callable[[], Result], tmp_path: Path
) -> None:
    assert "plain, 0.3 of the crowd's head, not fitted to these weights" in chosen_on(None)
    assert "photographs" not in chosen_on(None)
    command()
    said = "40 rows of validation and 4 photographs at odd places, see blend_comparison;"
    assert said in chosen_on(read_comparison(tmp_path))
    assert "its figures there are too good" in chosen_on(read_comparison(tmp_path))


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize("content", ["{}", '{"epochs_done": 1, "blend": [[1]]}', "[]"])
def test_a_comparison_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "blend.json").write_text(content)
    with pytest.raises(FervidError, match=r"blend\.json is no comparison of blends"):
        read_comparison(tmp_path)


def test_votes_of_the_seven_classes_are_taken_apart() -> None:
    shares = np.array([[0.2, 0, 0, 0, 0, 0, 0.1, 0.7], [0] * 7 + [1]], np.float32)
    rows, classes = votes_of(shares)
    assert rows.tolist() == [0, 0, 0]
    assert classes.tolist() == [0, 0, 6]
