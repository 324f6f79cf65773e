"""What a hostile file is called, how it is made, and what its row has to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Make = Callable[[Path], object]


@dataclass(frozen=True)
class Bad:
    """A file that cannot be read, or not to its end.

    Args:
        name: Relative to its folder.
        make: Writes it to a path.
        error: Pattern that the error's text matches.
        status: Of its row.
        pictures: Whether rows may come of it: pictures of its own.
    """

    name: str
    make: Make
    error: str
    status: str = "failed"
    pictures: bool = False


@dataclass(frozen=True)
class Good:
    """A file that is unusual, and nothing is wrong with it.

    Args:
        name: Relative to its folder.
        make: Writes it to a path.
        frames: That it shows.
        times_s: Of these; None for a photo.
        size: Width and height of the first.
        colours: Whether it shows what `drawn.corners` does; how far its mean colours may be off.
    """

    name: str
    make: Make
    frames: int = 1
    times_s: tuple[float, ...] | None = None
    size: tuple[int, int] = (64, 48)
    colours: int | None = 12


Hostile = Bad | Good
