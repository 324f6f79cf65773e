"""Comparing shares of the crowd head."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from fervid.errors import FervidError
from tests.drawn_examples import drawn
from training import choose_blend
from training.__main__ import group
from training.blend_record import read_comparison
from training.card import chosen_on
from training.checkpoint import save_averaged
from training.model import two_headed
from training.photos import Photos

FACES = drawn(8, 3)


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Result]:
    """Compare shares on drawn faces, of which the first two are photographs without a face."""
    (tmp_path / "facts.json").write_text(json.dumps({"architecture": "cnn-lstm"}))
    save_averaged(tmp_path, two_headed("cnn-lstm"), epoch=1)
    monkeypatch.setattr(choose_blend, "read_run_rows", lambda *_: (drawn(300, 1), drawn(40, 2)))
    odd, found = np.arange(8) % 2 == 1, np.arange(8) > 1
    photos = Photos(FACES.images, found, FACES.labels, odd)
    monkeypatch.setattr(choose_blend, "read_photos", lambda _: photos)
    arguments = ("--archive", "a", "--votes", "v", "--run", tmp_path, "--photos", tmp_path)
    return lambda: CliRunner().invoke(group, ["choose-blend", *map(str, arguments)])


def test_every_share_is_judged_on_validation_and_on_odd_photographs_alone(
    choose: Callable[[], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    heads = choose_blend.head_logits
    monkeypatch.setattr(
        choose_blend,
        "head_logits",
        lambda net, images: looked_at.append(images) or heads(net, images),
    )
    done = choose()
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()[1:]
    assert [float(line.split()[0]) for line in lines] == list(choose_blend.SHARES)
    np.testing.assert_array_equal(looked_at[1], FACES.images[[3, 5, 7]])
    assert all(float(line.split()[-1]) in (0, 0.25, 0.5, 0.75) for line in lines)  # of 4, not 3


def test_what_was_compared_stays_with_the_weights_that_it_was_compared_for(
    choose: Callable[[], Result], tmp_path: Path
) -> None:
    assert read_comparison(tmp_path) is None
    printed = choose().output.splitlines()[1:]
    compared = read_comparison(tmp_path)
    assert compared is not None
    assert (compared["validation_rows"], compared["photographs_at_odd_places"]) == (40, 4)
    for line, outcome in zip(printed, compared["shares"], strict=True):
        assert float(line.split()[2]) == pytest.approx(outcome["accuracy"], abs=1e-4)
    assert not list(tmp_path.glob("*.partial"))
    save_averaged(tmp_path, two_headed("cnn-lstm"), epoch=2)
    assert read_comparison(tmp_path) is None


def test_a_card_claims_no_comparison_that_was_not_made(
    choose: Callable[[], Result], tmp_path: Path
) -> None:
    assert "0.3: not compared with others for these weights" in chosen_on(0.3, None)
    assert "photographs" not in chosen_on(0.3, None)
    choose()
    compared = read_comparison(tmp_path)
    said = "on 40 rows of validation and 4 photographs at odd places, see blend_comparison"
    assert f"{said};" in chosen_on(0.3, compared)
    assert f"{said}; this one is not among them" in chosen_on(0.25, compared)


def test_a_comparison_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "blend.json").write_text("{}")
    with pytest.raises(FervidError, match=r"blend\.json is no comparison of shares"):
        read_comparison(tmp_path)
