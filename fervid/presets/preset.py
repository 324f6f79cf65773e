"""What a preset is: a detector or classifier with its files, where they come from, and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Preset:
    """A detector or classifier.

    Args:
        name: What `--detector` or `--model` takes.
        kind: Which of the two.
        summary: One line.
        home: Where its files lie: a folder, in the `mtcnn` package, or in the user's weights
            folder.
        files: Name to sha256.
        licence: Of the weights.
        source: Where the weights come from.
        url: Where to download the one file from, for `home="user"`.
        size_bytes: Of that file.
        figures: What was measured, name to value.
    """

    name: str
    kind: Literal["detector", "classifier"]
    summary: str
    home: Path | Literal["mtcnn", "user"]
    files: Mapping[str, str]
    licence: str
    source: str
    url: str = ""
    size_bytes: int = 0
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierPreset(Preset):
    """A classifier: a network, and how its two heads become probabilities.

    Several share one network, and with it `home` and `files`.

    Args:
        architecture: A name of `networks.registry`.
        blend: `(14, 7)`: what the logits of both heads, FER2013's first, are multiplied with.
        temperature: What the product is divided by.
    """

    architecture: str
    blend: tuple[tuple[float, ...], ...]
    temperature: float
