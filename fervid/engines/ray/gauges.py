"""Show how far a run is among the metrics of the Ray cluster, which its dashboard draws."""

from __future__ import annotations

from ray.util.metrics import Gauge

from fervid.types import Progress

_FIGURES = {
    "sources": "Sources of the run, without those that an earlier one had done.",
    "sources_done": "Of these, ended.",
    "frames": "Frames looked at so far.",
    "faces": "Faces found in them.",
}


class Gauges:
    """Figures of one run, labelled with its `run_id`; Ray puts `ray_` before their names.

    Args:
        run_id: Of the run.
    """

    def __init__(self, run_id: str) -> None:
        self._gauges = {
            name: Gauge(f"fervid_{name}", about, tag_keys=("run_id",))
            for name, about in _FIGURES.items()
        }
        self._tags = {"run_id": run_id}

    def show(self, progress: Progress) -> None:
        """Tell Ray how far the run is; the cluster's metrics have it seconds later."""
        values = {
            "sources": progress.sources_total,
            "sources_done": progress.sources_done,
            "frames": progress.frames,
            "faces": progress.faces,
        }
        for name, value in values.items():
            self._gauges[name].set(value, self._tags)
