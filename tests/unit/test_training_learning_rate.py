"""The learning rate, and the weights of classes, are what a configuration says."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from training.config import AdamW, Config, Cosine, Plateau, Schedule, Sgd, Sgdr
from training.model import WeightedCrossentropy, inverse_frequencies
from training.optimizers import optimizer_for
from training.patience import epochs_since_best, reductions


def rates(config: Config, epoch_steps: int) -> list[float]:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    optimizer = optimizer_for(config, model, epoch_steps)
    optimizer.build(model.trainable_variables)
    found = []
    for step in range(config.schedule.epochs * epoch_steps):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    return found


def test_a_cosine_warms_up_for_its_share_and_ends_at_a_thousandth() -> None:
    config = Config(schedule=Schedule(epochs=10), learning_rate=Cosine(warm_up_share=0.1))
    found = rates(config, 10)
    assert found[0] == pytest.approx(1.4e-3 / 25)
    assert np.argmax(found) == 10
    assert found[10] == pytest.approx(1.4e-3)
    assert found[55] == pytest.approx(0.7e-3, rel=0.01)
    assert found[-1] < 0.01 * 1.4e-3


def test_sgdr_starts_again_after_each_longer_cosine() -> None:
    config = Config(
        schedule=Schedule(epochs=7),
        optimizer=AdamW(learning_rate=1.0),
        learning_rate=Sgdr(first_epochs=1, longer=2.0),
    )
    found = rates(config, 10)
    assert [step for step, rate in enumerate(found) if rate == 1.0] == [0, 10, 30]


def test_kernels_alone_decay() -> None:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones")])
    config = Config(optimizer=Sgd(learning_rate=0.1, weight_decay=0.5), learning_rate=Plateau())
    optimizer = optimizer_for(config, model, 1)
    kernel, bias = (np.array(variable) for variable in model.trainable_variables)
    optimizer.apply([np.zeros_like(kernel), np.zeros_like(bias)], model.trainable_variables)
    np.testing.assert_allclose(model.trainable_variables[0], kernel * 0.95, rtol=1e-5)
    np.testing.assert_allclose(model.trainable_variables[1], bias)


def test_every_stretch_without_a_new_best_counts_once() -> None:
    nlls = [2.0, 1.5, 1.6, 1.5, 1.4, 1.5, 1.5, 1.5, 1.5]
    assert [reductions(nlls[:epochs], 2) for epochs in range(1, 10)] == [0, 0, 0, 1, 1, 1, 2, 2, 3]
    assert [epochs_since_best(nlls[:epochs]) for epochs in (1, 2, 4, 5, 9)] == [0, 0, 2, 0, 4]


def test_weighed_classes_count_alike() -> None:
    targets = np.eye(3, dtype=np.float32)[[0, 0, 0, 1]]
    weights = inverse_frequencies(targets)
    np.testing.assert_allclose(weights, [2 / 3, 2, 0])
    assert (targets @ weights).mean() == pytest.approx(1)
    logits = np.zeros((4, 3), np.float32)
    plain = WeightedCrossentropy().call(targets, logits)
    weighed = WeightedCrossentropy(weights).call(targets, logits)
    np.testing.assert_allclose(weighed, plain * (targets @ weights), rtol=1e-6)


def test_smoothed_labels_ask_for_less() -> None:
    targets = np.eye(7, dtype=np.float32)[[2]]
    sure = 20 * targets
    assert float(WeightedCrossentropy(label_smoothing=0.1).call(targets, sure)[0]) > 1
    assert float(WeightedCrossentropy().call(targets, sure)[0]) < 0.01
