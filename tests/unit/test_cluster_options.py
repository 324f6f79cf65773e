"""What may be said of a Ray cluster, and when."""

from __future__ import annotations

import pytest

from fervid.errors import UsageError
from fervid.keywords import make_options


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 0},
        {"worker_cpus": 0},
        {"worker_cpus": 1.5},
        {"worker_gpus": -1.0},
        {"worker_gpus": 1.5},
        {"worker_gpus": float("nan")},
        {"worker_gpus": float("inf")},
        {"device": "gpu:1"},
    ],
)
def test_what_no_cluster_can_do_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        make_options(engine="ray", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("gpus", [0, 0.25, 1, 2.0])
def test_gpus_are_shared_or_whole(gpus: float) -> None:
    assert make_options(engine="ray", worker_gpus=gpus).cluster.worker_gpus == gpus


def test_a_cluster_is_not_asked_for_by_accident() -> None:
    with pytest.raises(UsageError, match="--engine ray"):
        make_options(workers=3)


def test_an_unknown_engine_is_told_from_the_known() -> None:
    with pytest.raises(UsageError, match="local, ray"):
        make_options(engine="spark")  # type: ignore[arg-type]
