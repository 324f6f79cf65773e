"""All hostile and unusual files in one folder, each group in its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.hostile.bombs import BOMBS
from tests.hostile.damaged import DAMAGED
from tests.hostile.expected import Bad, Good, Hostile
from tests.hostile.films import FILMS
from tests.hostile.lists import lists
from tests.hostile.names import make_names
from tests.hostile.photos import PHOTOS
from tests.hostile.places import PLACES
from tests.hostile.references import REFERENCES
from tests.hostile.times import TIMES
from tests.hostile.witness import make_witnesses

_GROUPS: dict[str, Sequence[Hostile]] = {
    "bombs": BOMBS,
    "damaged": DAMAGED,
    "films": FILMS,
    "lists": lists(),
    "photos": PHOTOS,
    "places": PLACES,
    "references": REFERENCES,
    "times": TIMES,
}


def make_corpus(folder: Path) -> list[Hostile]:
    """Write the corpus.

    Args:
        folder: Exists, and is empty.

    Returns:
        What is expected of each file, its name relative to the folder. The witnesses, in `lists`
        and `references`, are not among them.
    """
    made: list[Hostile] = []
    for name, cases in _GROUPS.items():
        group = folder / name
        group.mkdir()
        if name in ("lists", "references"):
            make_witnesses(group)
        for case in cases:
            case.make(group / case.name)
            made.append(replace(case, name=f"{name}/{case.name}"))
    names = folder / "names"
    names.mkdir()
    made.extend(replace(case, name=f"names/{case.name}") for case in make_names(names))
    return made


def bad(corpus: Sequence[Hostile]) -> list[Bad]:
    """Return those that cannot be read, or not to their end."""
    return [case for case in corpus if isinstance(case, Bad)]


def good(corpus: Sequence[Hostile]) -> list[Good]:
    """Return those that are fine."""
    return [case for case in corpus if isinstance(case, Good)]
