"""Metrics are what Prometheus' own parser reads back, whatever stands in a label."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from fervid.metrics.exposition import Family, exposition
from fervid.metrics.families import State, families
from tests.metered import whole_state

PRINTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)


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
