"""The sources that runs are broken on: short clips, photos, a longer clip, bad files; all drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.acted import Actor, Film, demo_heads, picture_of, play, scenery_of, walk
from tests.drawn import bar, encode

_COATS = ((60, 80, 140), (30, 120, 60), (150, 60, 40))


def draw_sources(folder: Path, clips: int = 22, photos: int = 14) -> Path:
    """Draw sources; with the numbers given, 40, of which 36 are sound.

    Args:
        folder: Is made.
        clips: Of 1 to 2 seconds with one to three people; each fourth shows none.
        photos: Each third of a wall.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True)
    for number in range(clips):
        path = folder / f"clip-{number:02d}.mp4"
        if number % 4 == 3:
            encode(path, (bar(each, 160, 120) for each in range(30)), "mpeg4")
        else:
            play(Film([(1 + number % 3 / 2, _people(number, 1 + number % 3))]), path)
    play(Film([(6, _people(0, 2)), (4, _people(1, 1))]), folder / "longer.mp4")
    for number in range(photos):
        picture, _ = picture_of(scenery_of(number), _people(number, 1 + number % 2), number, None)
        pixels = scenery_of(number) if number % 3 == 2 else picture
        Image.fromarray(pixels).save(folder / f"photo-{number:02d}.{('jpg', 'png')[number % 2]}")
    _draw_bad(folder)
    return folder


def _people(seed: int, count: int) -> list[Actor]:
    heads = demo_heads()
    return [
        Actor(
            who,
            heads[(seed + who) % len(heads)],
            _COATS[(seed + 2 * who) % len(_COATS)],
            walk(80 + 150 * who, 130 + 150 * who - 9 * (seed % 4), 0, 2),
        )
        for who in range(count)
    ]


def _draw_bad(folder: Path) -> None:
    """Add what cannot be read at all, and what ends too early."""
    (folder / "garbage.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    whole = (folder / "photo-00.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    encode(folder / "early.mkv", (bar(number) for number in range(50)), "mpeg4")
    video = (folder / "early.mkv").read_bytes()
    (folder / "early.mkv").write_bytes(video[: len(video) * 6 // 10])
