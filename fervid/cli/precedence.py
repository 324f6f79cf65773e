"""Settle what excludes each other by where it stands: flag before variable before file."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import click
from click.core import ParameterSource

from fervid.keywords import OptionKeywords

_NEAREST_FIRST = (
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
    ParameterSource.DEFAULT,
)


def keep_nearest(options: MutableMapping[str, Any], *alternatives: str) -> None:
    """Drop, of options that exclude each other, those that stand farther away.

    Args:
        options: Of the command that runs.
        alternatives: Names among them; those that stand equally near are left to whoever checks.
    """
    given = {
        name: _distance(name)
        for name in alternatives
        if options.get(name) is not None and options[name] is not False
    }
    for name, distance in given.items():
        if distance > min(given.values()):
            options[name] = None


def settle(options: OptionKeywords) -> None:
    """Drop what an option that stands nearer excludes, of those of an analysis."""
    mutable: MutableMapping[str, Any] = options  # type: ignore[assignment]
    keep_nearest(mutable, "fps", "every", "all_frames")
    keep_nearest(mutable, "overwrite", "resume")
    if options.get("track") is False:
        for name in ("smooth", "smooth_labels"):
            if _distance(name) > _distance("track"):
                mutable.pop(name, None)


def _distance(name: str) -> int:
    source = click.get_current_context().get_parameter_source(name)
    return _NEAREST_FIRST.index(source) if source in _NEAREST_FIRST else len(_NEAREST_FIRST)
