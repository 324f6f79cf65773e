"""Make sequences, and look at each of their frames with a classifier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.classify import Classifier
from training.sequences.disturbance import show
from training.sequences.timeline import ImagePool, make_timeline


@dataclass(frozen=True, slots=True)
class Sequences:
    """`s` sequences of `n` frames.

    Args:
        times: `(s, n)` seconds, rising.
        labels: `(s, n)` class numbers.
        probabilities: `(s, n, 7)` float32: the classifier's.
        embeddings: `(s, n, d)` float32: its last but one layer's.
    """

    times: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]


def make_sequences(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    count: int,
    classifier: Classifier,
    seed: int,
) -> Sequences:
    """Walk between labelled images.

    Args:
        images: `(m, 48, 48)` grey; none is shown twice before all of its class were.
        labels: `(m,)` class numbers.
        count: Of sequences.
        classifier: Looks at each frame.
        seed: Of everything drawn.

    Returns:
        The sequences.
    """
    rng = np.random.default_rng(seed)
    pool = ImagePool(labels, rng)
    timelines = [make_timeline(pool, rng) for _ in range(count)]
    seen = [classifier.classify(list(show(one, images, rng))) for one in timelines]
    return Sequences(
        times=np.stack([one.times for one in timelines]),
        labels=np.stack([one.labels for one in timelines]),
        probabilities=np.stack([one.probabilities for one in seen]),
        embeddings=np.stack([one.embeddings for one in seen]),
    )
