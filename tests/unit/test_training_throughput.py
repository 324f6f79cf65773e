"""The command that says which part of training starves."""

from __future__ import annotations

import pytest

from training import throughput
from training.model import two_headed
from training.throughput import Throughput, measure


@pytest.mark.parametrize(
    ("pipeline", "words"),
    [(900, "The step starves"), (2500, "less than 3 times"), (3000, "nothing starves")],
)
def test_the_verdict_names_who_waits(pipeline: float, words: str) -> None:
    assert words in Throughput(pipeline, step=1000, together=800).verdict()


def test_nothing_comes_after_prefetching_which_a_gpu_demands() -> None:
    prepared = throughput._batches(throughput._noise(16), side=32, batch_size=8)
    assert type(prepared).__name__ == "_PrefetchDataset"
    images, _ = next(iter(prepared))
    assert images.shape == (8, 32, 32, 1)


@pytest.mark.slow
def test_the_pipeline_makes_at_least_three_times_what_the_step_takes() -> None:
    found = measure(two_headed("residual-se-half"), side=32, batch_size=32, batches=8)
    assert found.ratio > 3
    assert found.together < found.pipeline
