"""Read `preset.json`, the classifiers on one network, as `python -m training export` writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.presets.preset import ClassifierPreset

NAME = "preset.json"

MOST_BYTES = 1 << 20


def read_entry(folder: Path, remedy: str) -> list[ClassifierPreset]:
    """Read the classifiers on the network that lies in a folder.

    Args:
        folder: With a `preset.json`: what the presets on this network share, and under `presets`
            what is each one's own.
        remedy: What to do where it is damaged.

    Returns:
        The classifiers, the default first.

    Raises:
        FervidError: The file cannot be read or is damaged.
    """
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            shared = json.loads(stream.read(MOST_BYTES))  # of a longer one no JSON is left
        first, *others = shared["presets"]
        found = [_classifier(folder, shared, own) for own in (first, *others)]
    except OSError as error:
        raise FervidError(f"Cannot read {path}: {error.strerror}.", remedy) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FervidError(f"{path} is damaged: {error!r}.", remedy) from error
    return found


def _classifier(
    folder: Path, shared: Mapping[str, Any], own: Mapping[str, Any]
) -> ClassifierPreset:
    return ClassifierPreset(
        name=_text(own["name"]),
        kind="classifier",
        summary=_text(own["summary"]),
        home=folder,
        files=_texts(shared["files"]),
        licence=_text(shared["licence"]),
        source=_text(shared["source"]),
        figures=_texts(own.get("figures", {})),
        architecture=_text(shared["architecture"]),
        blend=_blend(own["blend"]),
        temperature=_number(own["temperature"], 1e-3, 1e3),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(f"{value!r} is no line of text")
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no table")
    return {_text(name): _text(text) for name, text in value.items()}


def _blend(value: object) -> tuple[tuple[float, ...], ...]:
    classes = len(EMOTIONS)
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise TypeError(f"{value!r} is no table of numbers")
    if [len(row) for row in value] != 2 * classes * [classes]:
        raise ValueError(f"a blend is {2 * classes} rows of {classes} numbers")
    return tuple(tuple(_number(one, -1e3, 1e3) for one in row) for row in value)


def _number(value: object, least: float, most: float) -> float:
    if not isinstance(value, (int, float)) or not least <= value <= most:  # NaN is neither
        raise ValueError(f"{value!r} is no number from {least:g} to {most:g}")
    return float(value)
