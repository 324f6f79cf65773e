"""The run file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from fervid.labels import EMOTIONS
from fervid.options import AnalyzeOptions, Sampling
from fervid.write.run_file import run_json


def test_it_leads_with_schema_and_labels() -> None:
    facts = json.loads(run_json({"run_id": "x"}))
    assert list(facts) == ["schema_version", "labels", "run_id"]
    assert tuple(facts["labels"]) == EMOTIONS


def test_options_are_written_as_people_give_them() -> None:
    options = AnalyzeOptions(sampling=Sampling(fps=Fraction(30000, 1001), start_s=Fraction(3)))
    facts = json.loads(
        run_json(
            {
                "options": options,
                "root": Path("/a/\udcff"),
                "started_at": datetime(2024, 1, 2, 3, tzinfo=UTC),
            }
        )
    )
    assert facts["options"]["sampling"]["fps"] == "30000/1001"
    assert facts["options"]["sampling"]["start_s"] == 3
    assert facts["root"] == "/a/\udcff"
    assert facts["started_at"] == "2024-01-02T03:00:00+00:00"


def test_what_json_cannot_say_is_an_error() -> None:
    @dataclass
    class Facts:
        what: object

    with pytest.raises(TypeError, match="set"):
        run_json({"facts": Facts({1})})
