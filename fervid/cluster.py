"""What of a Ray cluster a run takes; what is not said follows from the cluster."""

from __future__ import annotations

from dataclasses import dataclass

from fervid.errors import UsageError


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which cluster, and what workers.

    Args:
        address: As Ray takes it; None for that in `RAY_ADDRESS`, the one that runs on this
            machine, or a new one there.
        workers: At the same time; None for as many as there is room for.
        worker_cpus: Processors of each; None for those of the smallest node, but 4 at most.
        worker_gpus: GPUs of each, below 1 where several share one; None for one if there are any.
    """

    address: str | None = None
    workers: int | None = None
    worker_cpus: int | None = None
    worker_gpus: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("workers", "worker_cpus"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and value >= 1):
                raise UsageError(
                    f"{name} must be a whole number, at least 1.", f"Received: {name}={value!r}."
                )
        gpus = self.worker_gpus
        if gpus is None:
            return
        if not isinstance(gpus, (int, float)) or not (0 <= gpus <= 1 or gpus == gpus // 1 > 0):
            raise UsageError(
                "worker_gpus must be a share of a GPU, or a whole number of them.",
                f"Received: worker_gpus={gpus!r}.",
            )
