"""Figures of several rounds on a machine that is not always the same."""

from __future__ import annotations

from tests.cluster.scale import medians


def test_ways_are_compared_within_a_round_and_a_wrong_round_falsifies_nothing() -> None:
    rounds = [
        {"local": {"cpu_s": 15.0}, "workers": {"cpu_s": 16.5}},
        {"local": {"cpu_s": 7.5}, "workers": {"cpu_s": 16.5}},
        {"local": {"cpu_s": 30.0}, "workers": {"cpu_s": 33.0}},
    ]
    assert medians(rounds) == {
        "local": {"cpu_s": 15.0, "cpu_s over local": 1.0},
        "workers": {"cpu_s": 16.5, "cpu_s over local": 1.1},
    }
