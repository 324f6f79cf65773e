"""Short films acted out on the spot: faces on known paths, and who is where in each frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image

from tests.drawn import Pixels, encode

WIDTH, HEIGHT, RATE = 480, 270, 25
HEAD = 68
"""Width of a head in pixels; a detector's box has about 0.76 of it."""

SEEN = 0.7
"""Share of a face that is neither covered nor outside, from which it counts as there."""

Walk = Callable[[float], tuple[float, float]]
"""From seconds to the centre of the head in pixels."""


@dataclass(frozen=True)
class Actor:
    """One person: a name, a photograph of a head, a coat, and where they go."""

    who: int
    head: Pixels
    coat: tuple[int, int, int]
    walk: Walk


@dataclass(frozen=True)
class Film:
    """Shots of so many seconds with their actors, the later ones in front.

    Args:
        shots: Each on a set of its own.
        pillar: Columns from which to which something stands in front of all.
        ticks: Number of a frame to its time in 1/25 s.
    """

    shots: Sequence[tuple[float, Sequence[Actor]]]
    pillar: tuple[int, int] | None = None
    ticks: Callable[[int], int] = lambda number: number


def walk(start_x: float, stop_x: float, begin_s: float, end_s: float, y: float = 110) -> Walk:
    """Walk from one place to another; stand before and after, never quite still."""

    def at(time_s: float) -> tuple[float, float]:
        share = min(max((time_s - begin_s) / (end_s - begin_s), 0.0), 1.0)
        return start_x + share * (stop_x - start_x), y + 3 * math.sin(7 * time_s)

    return at


def away_and_back(home_x: float, far_x: float, leave_s: float, return_s: float) -> Walk:
    """Leave within 0.8 seconds, come back within as many."""
    out = walk(home_x, far_x, leave_s, leave_s + 0.8)
    back = walk(far_x, home_x, return_s, return_s + 0.8)
    return lambda time_s: out(time_s) if time_s < return_s else back(time_s)


def demo_heads() -> list[Pixels]:
    """Three heads made of the one that comes with fervid: it; mirrored, wider; longer, darker."""
    with resources.files("fervid.demo").joinpath("astronaut.jpg").open("rb") as file:
        head = np.asarray(Image.open(file).convert("RGB"))[42:186, 100:220]
    mirrored = cv2.resize(head[:, ::-1], None, fx=1.15, fy=0.95)
    longer = cv2.resize((head * 0.55).astype(np.uint8), None, fx=0.85, fy=1.1)
    return [head, mirrored, longer]


def play(film: Film, path: Path) -> pd.DataFrame:
    """Encode a film.

    Returns:
        A row per face that can be seen in a frame: `frame`, `who`, `x1`, `y1`, `x2`, `y2`. Who is
        another in each shot, as tracks are: 10 more.
    """
    truth: list[dict[str, float]] = []

    def pictures() -> Iterator[Pixels]:
        grain = np.random.default_rng(0).integers(0, 7, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        number = 0
        for shot, (seconds, actors) in enumerate(film.shots):
            scenery, began = scenery_of(shot), film.ticks(number)
            for _ in range(round(seconds * RATE)):
                time_s = (film.ticks(number) - began) / RATE
                picture, seen = picture_of(scenery, actors, time_s, film.pillar)
                rows = [{"frame": number, **each} for each in seen]
                truth.extend({**row, "who": 10 * shot + row["who"]} for row in rows)
                yield cv2.add(picture, np.roll(grain, 37 * number))
                number += 1

    fast = {"preset": "ultrafast", "crf": "18"}
    encode(path, pictures(), "libx264", rate=RATE, ticks=film.ticks, options=fast)
    return pd.DataFrame(truth)


def scenery_of(shot: int) -> Pixels:
    """A room with a few things in it; each shot in another one."""
    rng = np.random.default_rng(100 + shot)
    wall = [(205, 200, 180), (50, 70, 110), (120, 40, 40)][shot % 3]
    room = np.full((HEIGHT, WIDTH, 3), wall, np.uint8)
    for _ in range(14):
        x, y = (int(each) for each in rng.integers(0, (WIDTH, HEIGHT)))
        shade = (np.array(wall) * rng.uniform(0.5, 1.2, 3)).clip(0, 255).tolist()
        cv2.rectangle(room, (x - 40, y - 25), (x + 40, y + 25), shade, -1)
    return cv2.GaussianBlur(room, (9, 9), 0)


def picture_of(
    scenery: Pixels, actors: Sequence[Actor], time_s: float, pillar: tuple[int, int] | None
) -> tuple[Pixels, list[dict[str, float]]]:
    """Draw one frame; say whose face can be seen where."""
    picture = scenery.copy()
    owner = np.full((HEIGHT, WIDTH), -1)
    boxes = {actor.who: _put(picture, owner, actor, time_s) for actor in actors}
    if pillar is not None:
        picture[:, slice(*pillar)] = (70, 60, 50)
        owner[:, slice(*pillar)] = -1
    seen = []
    for who, (x1, y1, x2, y2) in boxes.items():
        face = owner[max(round(y1), 0) : round(y2), max(round(x1), 0) : max(round(x2), 0)]
        if (face == who).sum() >= SEEN * (x2 - x1) * (y2 - y1):
            seen.append({"who": who, "x1": x1, "y1": y1, "x2": x2, "y2": y2})
    return cv2.convertScaleAbs(picture, alpha=1 + 0.05 * math.sin(2 * time_s)), seen


def _put(
    picture: Pixels, owner: np.ndarray, actor: Actor, time_s: float
) -> tuple[float, float, float, float]:
    """Draw a coat and a head on top; return the box of the face."""
    phase = 1.3 * time_s + actor.who
    width = HEAD * (1 + 0.06 * math.sin(phase))
    rows, columns = actor.head.shape[:2]
    height = width * rows / columns
    x, y = actor.walk(time_s)
    shoulders = (round(x), round(y + 0.55 * height + 0.8 * HEAD))
    cv2.ellipse(picture, shoulders, (HEAD, round(0.9 * HEAD)), 0, 0, 360, actor.coat, -1)
    covered = np.zeros(owner.shape, np.uint8)
    cv2.ellipse(covered, shoulders, (HEAD, round(0.9 * HEAD)), 0, 0, 360, 1, -1)
    owner[covered > 0] = -1
    left, top = round(x) - 2 * HEAD, round(y) - 2 * HEAD
    turn = cv2.getRotationMatrix2D(
        (columns / 2, rows / 2), 5 * math.sin(2 * phase), width / columns
    )
    turn[:, 2] += (x - left - columns / 2, y - top - rows / 2)
    head = cv2.warpAffine(actor.head, turn, (4 * HEAD, 4 * HEAD), flags=cv2.INTER_AREA)
    oval = cv2.ellipse(
        np.zeros((rows, columns), np.uint8),
        (columns // 2, rows // 2),
        (columns // 2 - 1, rows // 2 - 1),
        *(0, 0, 360, 255, -1),
    )
    there = cv2.warpAffine(oval, turn, (4 * HEAD, 4 * HEAD)) > 127
    inside = _overlap(left, top)
    stage = np.s_[
        inside[0].start + top : inside[0].stop + top, inside[1].start + left : inside[1].stop + left
    ]
    picture[stage][there[inside]] = head[inside][there[inside]]
    owner[stage][there[inside]] = actor.who
    return x - 0.38 * width, y - 0.4 * height, x + 0.38 * width, y + 0.42 * height


def _overlap(left: int, top: int) -> tuple[slice, slice]:
    """The part of a square of 4 heads at this place that lies in the picture."""
    return (
        slice(min(max(-top, 0), 4 * HEAD), max(min(4 * HEAD, HEIGHT - top), 0)),
        slice(min(max(-left, 0), 4 * HEAD), max(min(4 * HEAD, WIDTH - left), 0)),
    )
