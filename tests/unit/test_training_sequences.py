"""Made-up sequences, the comparison on them, and the command as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fervid.options import DEFAULT_MODEL
from tests.pictured import pictures, write_fer2013
from training.__main__ import group
from training.evaluation import nets
from training.sequences import comparison, heads
from training.sequences.comparison import RAW, REFERENCE, Method, judge
from training.sequences.disturbance import show
from training.sequences.heads import HEADS, Head, inputs_of
from training.sequences.kernels import best_paths, smooth_log_odds, smooth_probabilities
from training.sequences.synthesis import Sequences
from training.sequences.timeline import FRAMES, ImagePool, Timeline, make_timeline

LABELS = np.repeat(np.arange(7), 20)


def timelines(count: int, seed: int = 0) -> list[Timeline]:
    rng = np.random.default_rng(seed)
    pool = ImagePool(LABELS, rng)
    return [make_timeline(pool, rng) for _ in range(count)]


def noisy(count: int = 24) -> Sequences:
    """Two classes held for eight frames each, seen through much noise that is not correlated."""
    rng = np.random.default_rng(0)
    labels = np.tile(np.repeat([3, 6], 8), (count, 4))
    logits = 1.5 * np.eye(7)[labels] + rng.normal(size=(*labels.shape, 7))
    probabilities = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    times = np.tile(np.arange(64) * 0.2, (count, 1))
    return Sequences(times, labels, probabilities.astype(np.float32), np.zeros((count, 64, 4)))


def test_a_timeline_shows_images_of_the_class_that_it_says() -> None:
    for timeline in timelines(30):
        assert timeline.times.shape == (FRAMES,)
        assert (np.diff(timeline.times) > 0).all()
        assert ((timeline.shares >= 0) & (timeline.shares <= 1)).all()
        shown = np.where(timeline.shares >= 0.5, timeline.images[:, 1], timeline.images[:, 0])
        np.testing.assert_array_equal(LABELS[shown], timeline.labels)


def test_images_change_within_an_expression_too() -> None:
    within = across = 0
    for timeline in timelines(30):
        changed = np.diff(timeline.images[:, 1]) != 0
        same = np.diff(LABELS[timeline.images[:, 1]]) == 0
        within, across = within + (changed & same).sum(), across + (changed & ~same).sum()
    assert 0.3 < within / across < 0.7


def test_no_image_is_given_twice_before_all_of_its_class_were() -> None:
    pool = ImagePool(LABELS, np.random.default_rng(0))
    first, second = ({pool.image(2) for _ in range(20)} for _ in range(2))
    assert first == second == set(range(40, 60))
    assert {pool.other_class(2) for _ in range(200)} == {0, 1, 3, 4, 5, 6}


def test_the_same_seed_shows_the_same_crops_and_frames_differ() -> None:
    (timeline,) = timelines(1)
    images = pictures(len(LABELS), 0)
    crops, again = (show(timeline, images, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(crops, again)
    assert (crops.shape, crops.dtype) == ((FRAMES, 48, 48), np.uint8)
    assert (np.abs(np.diff(crops.astype(int), axis=0)).max(axis=(1, 2)) > 0).all()


def test_each_way_of_smoothing_helps_where_noise_is_not_correlated() -> None:
    seen = noisy()
    raw = (seen.probabilities.argmax(-1) == seen.labels).mean()
    for smooth in (smooth_probabilities, smooth_log_odds):
        values = smooth(seen.times, seen.probabilities, 0.3)
        np.testing.assert_allclose(values.sum(-1), 1, atol=1e-5)
        assert (values.argmax(-1) == seen.labels).mean() > raw + 0.1
    assert (best_paths(seen.times, seen.probabilities, 0.5) == seen.labels).mean() > raw + 0.1


def test_a_method_is_judged_against_the_kernel_sequence_by_sequence() -> None:
    seen = noisy()
    methods = [
        Method(RAW, lambda one: one.probabilities),
        Method(REFERENCE, lambda one: smooth_probabilities(one.times, one.probabilities, 0.3), 0.3),
        Method(
            "truth",
            lambda one: np.eye(7, dtype=np.float32)[one.labels],
            probable=False,
            control=RAW,
        ),
    ]
    raw, reference, truth = judge(methods, seen)
    assert reference["accuracy_less_reference"] == {"mean": 0, "interval_95": [0, 0]}
    assert raw["accuracy_less_reference"]["interval_95"][1] < 0
    assert raw["nll_less_reference"]["interval_95"][0] > 0
    assert raw["changes_a_minute"] > reference["changes_a_minute"]
    assert truth["accuracy"]["mean"] == truth["macro_recall"] == 1
    assert "nll" not in truth
    gained = truth["accuracy_less_control"]["mean"]
    assert gained == pytest.approx(1 - raw["accuracy"]["mean"], abs=1e-3)


@pytest.mark.parametrize("embeddings", [False, True])
def test_a_head_sees_the_gaps_on_both_sides(embeddings: bool) -> None:
    seen = noisy(2)
    seen.times[:, 10:] += 3
    inputs = inputs_of(Head("", recurrent=True, embeddings=embeddings), seen)
    assert ("embeddings" in inputs) == embeddings
    gaps = np.exp(inputs["gaps"])
    np.testing.assert_allclose(gaps[:, 9], [[0.2, 3.2]] * 2, rtol=1e-5)
    np.testing.assert_allclose(gaps[:, [0, 63]], np.full((2, 2, 2), 0.2), rtol=1e-5)


@pytest.mark.slow
def test_the_command_compares_ways_without_the_test_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two of the heads, for an epoch: Keras takes five seconds to compile one."""
    monkeypatch.setattr(comparison, "HEADS", HEADS[1::2])
    monkeypatch.setattr(heads, "_EPOCHS", 1)
    # The preset that ships saw FER2013's validation, but nothing of what is drawn here.
    monkeypatch.setattr(nets, "holds_out", lambda _: True)
    usages = ["Training"] * 210 + ["PublicTest"] * 7
    labels = [row % 7 for row in range(217)]
    archive, votes = write_fer2013(tmp_path / "data", pictures(217, 3), usages, labels)
    out = tmp_path / "out"
    data = ("--archive", archive, "--votes", votes, "--count", 2, "--out", out)
    done = CliRunner().invoke(group, ["sequences", "--model", DEFAULT_MODEL, *map(str, data)])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in out.iterdir()) == ["sequences.json", "sequences.md"]
    report = json.loads((out / "sequences.json").read_text())
    assert report["images"]["held out"] == 2 * report["images"]["choice"]
    methods = report["compared_on"]["held out"]["methods"]
    text = (out / "sequences.md").read_text()
    assert len(methods) == 7
    for method in methods:
        assert f"| {method['method']} |" in text
        assert ("accuracy_less_control" in method) == method["method"].startswith("recurrent")
        assert 0 <= method["accuracy"]["mean"] <= 1
    again = CliRunner().invoke(group, ["sequences", "--model", DEFAULT_MODEL, *map(str, data)])
    assert again.exit_code == 2
    assert "is there already" in again.output
