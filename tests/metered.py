"""Read metrics as Prometheus does, by a parser that is not ours."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

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
