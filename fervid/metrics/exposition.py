"""Write figures in Prometheus' text format, as version 0.0.4 of it says.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from fervid.sources import readable

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """Figures of one name.

    Args:
        name: With the base unit; of a counter it ends in `_total`.
        kind: A counter only grows while a run goes on; the next run begins it anew.
        about: What it is, a line.
        samples: Labels and value of each; without any, nothing of the family is written.
    """

    name: str
    kind: Literal["counter", "gauge"]
    about: str
    samples: tuple[tuple[Labels, float], ...]


def exposition(families: Iterable[Family], everywhere: Labels) -> str:
    """Write families of figures.

    Args:
        families: Each name once.
        everywhere: Labels of every sample.

    Returns:
        The text, with a line end at its end.
    """
    lines = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# HELP {family.name} {_escaped(family.about)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for labels, value in family.samples:
            text = ",".join(
                f'{name}="{_label(value)}"' for name, value in {**everywhere, **labels}.items()
            )
            lines.append(f"{family.name}{{{text}}} {_number(value)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _label(text: str) -> str:
    # Some readers take a carriage return for the end of a line, too.
    return _escaped(readable(text)).replace('"', r"\"").replace("\r", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6f}"
