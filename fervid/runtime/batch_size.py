"""Find out by trial how large batches should be."""

from __future__ import annotations

import logging
import time

import numpy as np

from fervid.errors import FervidError
from fervid.runtime.contract import Network

SMALLEST, LARGEST = 16, 1024

GAIN = 1.15
"""What twice the batch must bring, in items a second, to be worth the wait until it is full."""

_CALLS = 3

log = logging.getLogger("fervid")


def fastest_batch_size(network: Network, item_shape: tuple[int, int, int]) -> int:
    """Double the batch as long as that makes a network faster and its device has the memory.

    Args:
        network: In TensorFlow.
        item_shape: Of its input: height, width, channels.

    Returns:
        Items per call, a power of two.
    """
    import tensorflow as tf

    size, found, speed = SMALLEST, SMALLEST, 0.0
    while size <= LARGEST:
        try:
            items_per_s = size / _seconds(network, (size, *item_shape))
        except FervidError as error:
            if not isinstance(error.__cause__, tf.errors.ResourceExhaustedError):
                raise
            # Detection wants memory, too.
            found = max(1, found // 2)
            break
        log.debug("batches of %d: %.0f items/s", size, items_per_s)
        if items_per_s < GAIN * speed:
            break
        size, found, speed = 2 * size, size, items_per_s
    return found


def _seconds(network: Network, shape: tuple[int, ...]) -> float:
    """Seconds of a call, the least of some, after one that sets things up."""
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    network.run(pixels)
    taken = []
    for _ in range(_CALLS):
        began_s = time.perf_counter()
        network.run(pixels)
        taken.append(time.perf_counter() - began_s)
    return min(taken)
