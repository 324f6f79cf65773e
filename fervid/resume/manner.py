"""Check that two runs are made in the same way, by their run files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any

from fervid.errors import UsageError
from fervid.write.run_file import run_json

_SAME = ("schema_version", "fervid_version", "root", "detector", "model", "options")
"""What of a run file decides about the rows."""

_FREE_OPTIONS = frozenset(
    {
        *("batch_size", "decode_threads", "memory_bytes", "device", "decode_device", "isolate"),
        *("limits", "charts", "report", "thumbnails", "overwrite", "resume", "trust_model"),
        *("engine", "cluster", "stage_disk_bytes"),
        *("since", "until"),
    }
)
"""Options that may differ: the rows are the same, to the devices' precision, or as good."""


_TOLD = ("run_id", "fervid_version", "started_at", "settings")
"""What a run file says of each earlier run: when, and on which device."""


def read_run_file(path: Path) -> dict[str, Any]:
    """Read how an earlier run was made.

    Raises:
        UsageError: It does not say so.
    """
    try:
        facts = json.loads(path.read_bytes())
        return {**facts, "earlier_runs": [dict(run) for run in facts.get("earlier_runs", ())]}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} does not say how the run before was made ({error}).",
            "It cannot be resumed: start again with --overwrite, or give another --out.",
        ) from error


def check_same(before: Mapping[str, Any], facts: Mapping[str, object], where: str) -> None:
    """Check that this run is made as the one before was.

    Args:
        before: The run file of that one.
        facts: This one's.
        where: Path or URL of what that one left.

    Raises:
        UsageError: It is not; says in what.
    """
    changed = changed_manner(before, json.loads(run_json(facts)))
    if changed:
        raise UsageError(
            f"{where} was made in another way: {'; '.join(changed)}.",
            "Resume it in the same way, start again with --overwrite, or give another --out.",
        )


def changed_manner(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say in what two run files differ that decides about the rows, a line each."""
    return differences(_flat(_decisive(before)), _flat(_decisive(now)))


def kept_facts(before: Mapping[str, Any]) -> dict[str, object]:
    """Return what the run file of a resumed run keeps of the one before."""
    return {"settings": before.get("settings"), "earlier_runs": told_runs(before)}


def told_runs(before: Mapping[str, Any]) -> list[dict[str, object]]:
    """List the runs that a run file tells of: earlier ones, then its own."""
    return [*before["earlier_runs"], {name: before.get(name) for name in _TOLD}]


def differences(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Say what differs, a line each."""
    names = sorted(before.keys() | now.keys())
    return [
        f"{name} was {_short(before.get(name))}, now {_short(now.get(name))}"
        for name in names
        if before.get(name) != now.get(name)
    ]


def _short(value: object) -> str:
    return "not set" if value is None else shorten(str(value), 200)


def _decisive(facts: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {name: facts.get(name) for name in _SAME}
    options = chosen["options"] if isinstance(chosen["options"], dict) else {}
    chosen["options"] = {key: options[key] for key in options if key not in _FREE_OPTIONS}
    return chosen


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Join nested names by dots, without what is null."""
    flat: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[f"{prefix}{name}"] = value
    return flat
