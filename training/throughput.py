"""Measure how many images a second the input pipeline, the training step and both together make."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import keras
import numpy as np
import tensorflow as tf

from fervid.labels import EMOTIONS
from training.curriculum import Curriculum
from training.model import compile_for_training
from training.pipeline import training_batches
from training.rows import Examples

ENOUGH = 3.0
"""As many times the step's rate the pipeline must make, so that it never holds the step up."""

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Throughput:
    """Images a second of each part alone and of both together, the best of three rounds."""

    pipeline: float
    step: float
    together: float

    @property
    def ratio(self) -> float:
        """How many times the step's rate the pipeline makes."""
        return self.pipeline / self.step

    def verdict(self) -> str:
        """Say which part waits for the other."""
        if self.ratio < 1:
            return "The step starves: the pipeline makes fewer images than it could train on."
        if self.ratio < ENOUGH:
            return (
                f"The pipeline holds, but at less than {ENOUGH:g} times the step's rate it takes "
                "processors away from it."
            )
        return "The pipeline waits for the step: nothing starves."


def measure(model: keras.Model, side: int, batch_size: int, batches: int) -> Throughput:
    """Measure the three rates on pictures of noise; what they show doesn't matter.

    Args:
        model: As `training.model.two_headed` returns; its weights are changed.
        side: Side of the pictures in pixels, one of those that a run goes through.
        batch_size: Pictures a step.
        batches: Steps of a round.

    Returns:
        The rates.
    """
    examples = _noise(batch_size * batches)
    compile_for_training(model, batches)
    prepared = _batches(examples, side, batch_size)
    again = tf.data.Dataset.from_tensors(next(iter(prepared))).repeat(batches)

    def fit(source: tf.data.Dataset) -> None:
        model.fit(source, steps_per_epoch=batches, shuffle=False, verbose=0)

    images = batch_size * batches
    return Throughput(
        pipeline=images / _best(lambda: _drain(prepared, batches)),
        step=images / _best(lambda: fit(again)),
        together=images / _best(lambda: fit(prepared)),
    )


def _best(work: Callable[[], None]) -> float:
    """Return the seconds of the quickest round, after one that isn't counted."""
    work()
    seconds = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _drain(prepared: tf.data.Dataset, batches: int) -> None:
    for _ in islice(prepared, batches):
        pass


def _batches(examples: Examples, side: int, batch_size: int) -> tf.data.Dataset:
    """Make batches from an epoch in the middle of a run on, that has pictures of this side.

    More than one epoch's: what prefetches to a GPU must come last, so whoever takes them counts.
    """
    curriculum = Curriculum(epochs=20, batch_size=batch_size, seed=0)
    whole = (epoch for epoch in range(20) if not curriculum.weak(epoch))
    first = next(epoch for epoch in whole if curriculum.side(epoch) == side)
    return training_batches(examples, curriculum, first)


def _noise(rows: int) -> Examples:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, len(EMOTIONS), rows)
    return Examples(
        images=generator.integers(0, 256, (rows, 48, 48), np.uint8),
        fer=np.eye(len(EMOTIONS), dtype=np.float32)[labels],
        crowd=np.eye(len(EMOTIONS) + 1, dtype=np.float32)[labels],
        labels=labels,
    )
