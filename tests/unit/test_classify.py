"""From the logits of two heads to probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from fervid.classify import Classifier, blend_heads
from fervid.runtime import Batch, Outputs


class Brightness:
    """A network whose heads see the brightness: FER2013's class 0, the crowd's class 1."""

    runtime = "litert"

    def run(self, batch: Batch) -> Outputs:
        light = batch.mean(axis=(1, 2, 3), dtype=np.float32) / 255
        fer, crowd = (np.outer(light, np.eye(7)[number]).astype(np.float32) for number in (0, 1))
        return fer, crowd, light[:, None]


def plain(share: float) -> np.ndarray:
    return np.concatenate([(1 - share) * np.eye(7), share * np.eye(7)])


def logits(rows: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    fer, crowd = generator.normal(0, 9, (2, rows, 7)).astype(np.float32)
    return fer, crowd


def test_a_blend_is_the_softmax_of_all_logits_times_a_matrix() -> None:
    fer, crowd = logits(50)
    blend = np.random.default_rng(1).normal(0, 0.3, (14, 7))
    raised = np.exp((fer.astype(float) @ blend[:7] + crowd.astype(float) @ blend[7:]) / 1.5)
    expected = raised / raised.sum(axis=1, keepdims=True)
    found = blend_heads(fer, crowd, blend, 1.5)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("head", [0, 1])
def test_a_pure_head_says_exactly_what_it_says_alone(head: int) -> None:
    both = logits(50)
    raised = np.exp(both[head] - both[head].max(axis=1, keepdims=True))
    found = blend_heads(*both, plain(float(head)), 1.0)
    np.testing.assert_array_equal(found, raised / raised.sum(axis=1, keepdims=True))


def test_logits_beyond_the_range_of_exp_still_give_probabilities() -> None:
    fer, crowd = logits(5)
    found = blend_heads(fer * 1000, crowd, plain(0), 1.0)
    assert (found.max(axis=1) == 1).all()


def test_a_temperature_softens_and_keeps_the_order() -> None:
    fer, crowd = logits(50)
    sharp, soft = (blend_heads(fer, crowd, plain(0.3), temperature) for temperature in (1, 3))
    assert (soft.max(axis=1) < sharp.max(axis=1)).all()
    assert (soft.argmax(axis=1) == sharp.argmax(axis=1)).all()


@pytest.mark.parametrize("count", [0, 1, 4, 9])
def test_every_crop_gets_the_row_in_its_place(count: int) -> None:
    crops = [np.full((48, 48), 20 * number, np.uint8) for number in range(count)]
    seen = Classifier(Brightness(), plain(0.25), 0.5, network_batch=4).classify(crops).probabilities
    assert seen.shape == (count, 7)
    for number, row in enumerate(seen):
        light = 20 * number / 255
        expected = np.exp([1.5 * light, 0.5 * light, 0, 0, 0, 0, 0])
        np.testing.assert_allclose(row, expected / expected.sum(), atol=1e-6)
