"""Metrics are what Prometheus' own parser reads back, whatever stands in a label."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from fervid.metrics.exposition import Family, exposition
from fervid.metrics.families import State, families
from fervid.metrics.tally import Tally
from fervid.stages import STAGES, StageTime

PRINTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)


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
        info={"run_id": "r"},
        found=2,
        outside=1,
        resumed=0,
        progress=0.25,
        tally=tally,
        result={"ok": 2},
        stages={stage: StageTime(wall_s=1.25, cpu_s=1.0) for stage in STAGES},
    )


@given(label=PRINTED, value=st.floats(0, 1e12).map(lambda value: round(value, 6)))
def test_any_label_and_value_is_read_back(label: str, value: float) -> None:
    family = Family("fervid_a_total", "counter", "What it is.", (({"status": label}, value),))
    (found,) = text_string_to_metric_families(exposition([family], {"name": label}))
    (sample,) = found.samples
    assert (found.type, found.documentation) == ("counter", "What it is.")
    assert sample.labels == {"name": label, "status": label}
    assert abs(sample.value - value) <= 1e-6 * max(1, value)


def test_bytes_that_are_no_text_and_ends_of_lines_break_no_line() -> None:
    family = Family("fervid_a", "gauge", "It\nis.", (({"out": "a\udcff\r\nb\\"}, 1.0),))
    text = exposition([family], {})
    assert text.encode().decode().splitlines()[-1] == r'fervid_a{out="a%FF\n\nb\\"} 1'


def test_names_and_units_are_as_prometheus_asks() -> None:
    text = exposition(families(whole_state()), {"name": "night"})
    names = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    assert len({name for name, _ in names}) == len(names)
    for name, kind in names:
        assert re.fullmatch(r"fervid_[a-z_]+", name)
        assert (kind == "counter") is name.endswith("_total")
        assert not re.search(r"_(ms|minutes|percent|count|millis)\b", name)
    assert text.endswith("\n")


def test_what_is_not_known_yet_is_left_out() -> None:
    text = exposition(families(State(started_s=1.0)), {"name": "night"})
    assert "fervid_run_active" in text
    for name in ("exit_code", "end_timestamp", "last_success", "info", "result"):
        assert name not in text
