"""What Ray's dashboard is told of a run."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

pytest.importorskip("ray")

from ray.util.metrics import Gauge

from fervid.engines.ray.gauges import Gauges
from fervid.types import Progress


def test_every_figure_of_a_run_carries_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, tuple[float, Mapping[str, str]]] = {}

    def note(gauge: Gauge, value: float, tags: Mapping[str, str]) -> None:
        told[gauge.info["name"]] = (value, tags)

    monkeypatch.setattr(Gauge, "set", note)
    Gauges("night").show(Progress(2, 9, 40, 31, 5.0, 20.0))
    assert {name: value for name, (value, _) in told.items()} == {
        "fervid_sources": 9,
        "fervid_sources_done": 2,
        "fervid_frames": 40,
        "fervid_faces": 31,
    }
    assert all(tags == {"run_id": "night"} for _, tags in told.values())
