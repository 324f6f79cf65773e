"""Read metrics as Prometheus does, by a parser that is not ours."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from fervid.metrics.families import State
from fervid.metrics.tally import Tally
from fervid.stages import STAGES, StageTime

Samples = dict[str, float]


def metrics(path: Path) -> Samples:
    """Read a file of metrics.

    Returns:
        Values by name, with the labels that are not the file's own in brackets: `a[status=ok]`.
    """
    found: Samples = {}
    text = path.read_text(encoding="utf-8")
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.type in ("counter", "gauge")
        for sample in family.samples:
            assert sample.name.startswith("fervid_")
            assert sample.name.endswith("_total") is (family.type == "counter")
            assert sample.labels.pop("name") == path.stem
            pairs = ",".join(f"{name}={value}" for name, value in sample.labels.items())
            key = f"{sample.name}[{pairs}]" if pairs else sample.name
            assert key not in found
            found[key] = sample.value
    assert found
    return found


def of(samples: Samples, name: str) -> Samples:
    """Return the samples of a family by their labels."""
    return {
        key.removeprefix(name).strip("[]"): value
        for key, value in samples.items()
        if key.partition("[")[0] == name
    }


def whole_state() -> State:
    """A state with something of everything."""
    tally = Tally(frames=4, faces=3, frames_failed=1)
    tally.sources["ok"] = tally.failures["DecodeError"] = 2
    return State(
        started_s=1.0,
        updated_s=3.5,
        ended_s=3.5,
        last_success_s=3.5,
        exit_code=0,
        info=dict.fromkeys(("run_id", "version", "engine", "detector", "model", "out"), "x"),
        found=2,
        outside=1,
        resumed=0,
        progress=0.25,
        tally=tally,
        result={"ok": 2},
        stages={stage: StageTime(wall_s=1.25, cpu_s=1.0) for stage in STAGES},
    )
