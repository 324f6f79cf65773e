"""A card says what was measured, and what speaks against a network."""

from __future__ import annotations

import numpy as np

from training.card import data_in_words, judge, warnings
from training.rows import Examples


def test_a_trial_and_a_temperature_at_its_bound_are_warned_of() -> None:
    whole = {"epochs": 3, "epochs_done": 3}
    assert warnings(whole, {"a": 0.99, "b": 19.9}) == []
    trial = {**whole, "run": {"config": {"rows": {"share": 0.03}}}}
    of_trial, of_a, of_b = warnings(trial, {"a": 20.0, "b": 0.05, "c": 1.0})
    assert of_trial == "A trial: it was trained on 3.0% of the training rows."
    assert of_a.startswith("a: no temperature calibrates it; 20 is where the search ends")
    assert of_b.startswith("b: ")
    assert data_in_words(trial).startswith("the first 3.0% of FER2013 training rows")
    stopped = {"epochs": 3, "epochs_done": 2, "run": {"config": {"early_stopping": {}}}}
    assert warnings(stopped, {}) == []


def test_a_crowd_without_a_first_answer_is_left_out_of_accuracy() -> None:
    shares = np.zeros((3, 8), np.float32)
    shares[:, 0] = 0.5
    shares[0, 1] = shares[2, 7] = 0.5  # a tie, and `other`, which is none of the seven
    shares[1, 3] = 0.4
    probabilities = np.full((3, 7), 0.05, np.float32)
    probabilities[:, 0] = 0.7
    validation = Examples(np.zeros((3, 48, 48), np.uint8), shares, shares, np.array([0, 3, 1]))
    crowd = judge(probabilities, validation)["crowd"]
    assert (crowd["rows"], crowd["accuracy"], crowd["votes"]) == (2, 1.0, 24)
