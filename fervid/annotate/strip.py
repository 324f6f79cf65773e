"""Draw what the faces show along time, under the picture, with a line at the present."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fervid.annotate.lettering import BLACK, WHITE, letters, put_text, rgb_of
from fervid.annotate.marks import COLOURS
from fervid.annotate.sightings import Floats, Sightings
from fervid.charts.palette import FAINT, GAP_COLOUR, QUIET
from fervid.labels import EMOTIONS
from fervid.picture import Rgb

PAGE_S = 30.0
"""Seconds that are seen at once; a longer video turns pages."""

_MOST_LANES = 3
_NO_FACE = rgb_of(GAP_COLOUR)
_LINE = rgb_of(FAINT)
_INK = rgb_of(QUIET)


class Strip:
    """The chart under a video: a lane per face, the class probabilities piled up to 1.

    Lanes belong to the tracks that are seen most on a page; without tracks there is one, of the
    largest face.

    Args:
        sightings: Of the source.
        width: In pixels.
        size: Of the letters, in pixels.
        duration_s: Of the video, as far as known.
    """

    def __init__(self, sightings: Sightings, width: int, size: int, duration_s: float) -> None:
        self._sightings = sightings
        self._size = size
        self._width = width
        last_s = float(sightings.looked_s[-1]) if len(sightings.looked_s) else 0.0
        self._page_s = min(max(duration_s, last_s, 1e-3), PAGE_S)
        self._lanes = max(1, *(len(self._tracks(page)) for page in self._pages(last_s)))
        self._lane_height = 3 * size
        self._left = self._gap + letters("face ", size).shape[1]
        self._keys = _wrapped(size, width)
        self._number = -1
        self._page: Rgb = np.empty((0, width, 3), np.uint8)

    @property
    def height(self) -> int:
        """In pixels."""
        rows = 1 + len(self._keys)
        return self._lanes * (self._lane_height + self._gap) + self._gap + rows * self._row

    @property
    def _gap(self) -> int:
        return max(self._size // 4, 2)

    @property
    def _row(self) -> int:
        return letters("0", self._size).shape[0]

    def draw(self, pixels: Rgb, time_s: float) -> None:
        """Draw the chart as it is at a time.

        Args:
            pixels: uint8 RGB `(height, width, 3)`, overwritten.
            time_s: Where the line stands.
        """
        number = max(int(time_s / self._page_s - 1e-9), 0)
        if number != self._number:
            self._number, self._page = number, self._drawn(number)
        pixels[:] = self._page
        x = self._left + (time_s - number * self._page_s) / self._page_s * self._chart_width
        line = max(self._size // 8, 1)
        left = min(max(round(x), self._left), self._width - line)
        bottom = self._lanes * (self._lane_height + self._gap) + self._gap
        pixels[:bottom, max(left - line, 0) : left + 2 * line] = WHITE
        pixels[:bottom, left : left + line] = BLACK

    @property
    def _chart_width(self) -> int:
        return max(self._width - self._left - self._gap, 1)

    def _pages(self, last_s: float) -> range:
        return range(int(last_s / self._page_s) + 1)

    def _on(self, page: int) -> npt.NDArray[np.bool_]:
        times_s = self._sightings.times_s
        start_s = page * self._page_s
        is_on = (times_s >= start_s) & (times_s <= start_s + self._page_s)
        return is_on & ~self._sightings.low_quality

    def _tracks(self, page: int) -> list[int]:
        """The tracks with the most sightings on a page, by number; -1 stands for no track."""
        numbers, counts = np.unique(self._sightings.tracks[self._on(page)], return_counts=True)
        return sorted(numbers[np.argsort(-counts, kind="stable")[:_MOST_LANES]].tolist())

    def _drawn(self, page: int) -> Rgb:
        pixels = np.full((self.height, self._width, 3), 255, np.uint8)
        top = self._gap
        tracks = self._tracks(page)
        for lane in range(self._lanes):
            track = tracks[lane] if lane < len(tracks) else None
            name = "" if track is None else f"#{track}" if track >= 0 else "face"
            centre = top + (self._lane_height - self._row) // 2
            put_text(pixels, name, self._gap, centre, self._size, _INK)
            chart = pixels[top : top + self._lane_height, self._left :][:, : self._chart_width]
            chart[:] = self._piled(page, track)
            top += self._lane_height + self._gap
        self._put_times(pixels, page, top)
        for keys in self._keys:
            top += self._row
            _put_keys(pixels, keys, top, self._size)
        return pixels

    def _piled(self, page: int, track: int | None) -> Rgb:
        """Colour each point of a lane by the class that reaches to its height."""
        height, width = self._lane_height, self._chart_width
        times_s = (page + (np.arange(width) + 0.5) / width) * self._page_s
        pixels = np.full((height, width, 3), 255, np.uint8)
        reach_s = 0.75 * max(self._sightings.step_s, self._page_s / width)
        # Looked at without finding this face: grey, paler than any class. Not looked at: white.
        pixels[:, _near(self._sightings.looked_s, times_s, reach_s)[1]] = _NO_FACE
        pixels[-1] = _LINE
        rows = self._rows(track)
        nearest, is_seen = _near(self._sightings.times_s[rows], times_s, reach_s)
        if not is_seen.any():
            return pixels
        probabilities = self._sightings.probabilities[rows[nearest[is_seen]]]
        tops = np.cumsum(probabilities, axis=1)
        heights = 1 - (np.arange(height) + 0.5) / height
        label = (heights[:, None, None] * tops[:, -1:] > tops).sum(axis=2)
        pixels[:, is_seen] = np.array(COLOURS, np.uint8)[label.clip(max=len(EMOTIONS) - 1)]
        return pixels

    def _rows(self, track: int | None) -> npt.NDArray[np.int64]:
        """The sightings of a lane, one a frame, in order of time."""
        sightings = self._sightings
        rows = np.flatnonzero((sightings.tracks == track) & ~sightings.low_quality)
        _, first = np.unique(sightings.frames[rows], return_index=True)
        return np.asarray(rows[first])

    def _put_times(self, pixels: Rgb, page: int, top: int) -> None:
        start_s, end_s = page * self._page_s, (page + 1) * self._page_s
        put_text(pixels, _clock(start_s), self._left, top, self._size, _INK)
        end = _clock(end_s)
        right = self._width - self._gap - letters(end, self._size).shape[1]
        if right > self._left + 2 * letters(end, self._size).shape[1]:
            put_text(pixels, end, right, top, self._size, _INK)


def _near(
    stamps_s: Floats, times_s: Floats, reach_s: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The nearest of sorted stamps for each time, and whether it is within reach."""
    if not len(stamps_s):
        return np.zeros(len(times_s), np.int64), np.zeros(len(times_s), bool)
    after = np.searchsorted(stamps_s, times_s).clip(1, max(len(stamps_s) - 1, 1))
    before = after - 1
    after = after.clip(max=len(stamps_s) - 1)
    is_before = times_s - stamps_s[before] <= stamps_s[after] - times_s
    nearest = np.where(is_before, before, after)
    return nearest, np.abs(stamps_s[nearest] - times_s) <= reach_s


def _wrapped(size: int, width: int) -> list[list[str]]:
    """Break the names of the classes into rows that fit."""
    rows: list[list[str]] = [[]]
    for emotion in EMOTIONS:
        if rows[-1] and _keys_width([*rows[-1], emotion], size) > width:
            rows.append([])
        rows[-1].append(emotion)
    return rows


def _keys_width(names: list[str], size: int) -> int:
    return sum(2 * size + letters(name, size).shape[1] for name in names)


def _put_keys(pixels: Rgb, names: list[str], top: int, size: int) -> None:
    left = size // 2
    height = letters("0", size).shape[0]
    for name in names:
        low = top + (height - size) // 2
        pixels[low : low + size, left : left + size] = COLOURS[EMOTIONS.index(name)]
        put_text(pixels, name, left + size + size // 3, top, size, BLACK)
        left += 2 * size + letters(name, size).shape[1]


def _clock(seconds: float) -> str:
    """Say a time as on a clock, with a tenth where it is no whole second."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    part = f"{rest:04.1f}" if rest % 1 else f"{rest:02.0f}"
    return f"{hours}:{minutes:02d}:{part}" if hours else f"{minutes}:{part}"
