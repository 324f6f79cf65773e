"""Write down how a run was made, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from fervid.json_text import json_text
from fervid.labels import EMOTIONS
from fervid.schema import SCHEMA_VERSION


def run_json(facts: Mapping[str, object]) -> str:
    """Make the run file's text.

    Args:
        facts: Version, presets, options, device, runtime, threads, start, end, `run_id`; nested
            dataclasses, paths, times and fractions are fine.

    Returns:
        JSON, ASCII only, with the schema's version and the label order in front.
    """
    whole = {"schema_version": SCHEMA_VERSION, "labels": EMOTIONS, **facts}
    return json_text(whole, default=_plain)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"A run's facts hold a {type(value).__name__}, which JSON has no word for.")
