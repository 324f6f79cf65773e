"""Make faces unrecognisable, in every frame, also between those that were looked at."""

from __future__ import annotations

import cv2
import numpy as np

from fervid.annotate.following import Following, Place
from fervid.annotate.sightings import Floats, Sightings
from fervid.picture import Rgb

MARGIN = 0.4
"""Of the box's size, added on each side: a detector's box ends at brow and chin, and hair and ears
tell people apart. With it all of the head lay inside in the clips that were looked at."""

GROWTH = 3.0
"""Of the box's size, added on each side for every second to the nearest sighting: faces do not keep
their pace. Of 1,201 faces in six clips looked at 5 times a second, without it 29 lay partly bare,
with 1.5 there were 14, with 3.0 seven, of which six were not seen in the samples around them."""

CELLS = 6
"""Cells of the mosaic across a grown box, so three or four across the face: people cease to
recognise faces below some 18 (Bachmann, 1991, European Journal of Cognitive Psychology 3)."""

_LONGEST_S = 3.0
_LONGEST_STEPS = 3.0
_HOLD_STEPS = 1.5
"""How far around its sightings, in sampling steps, a face is taken to be where it was."""


class Privacy:
    """Blurs the faces of a source along its frames.

    A face is covered along the line between two sightings, and for one and a half sampling steps
    before its first and after its last around where it was and where its movement takes it. The
    margin grows with what it moves and with the time to the nearest sighting. A frame that is
    further than that from any sampled frame is blurred as a whole: nobody looked for faces.

    Args:
        sightings: Of the source.
    """

    def __init__(self, sightings: Sightings) -> None:
        step_s = sightings.step_s
        self._looked_s = sightings.looked_s
        self._hold_s = _HOLD_STEPS * step_s
        longest_s = max(_LONGEST_S, _LONGEST_STEPS * step_s)
        self._following = Following(sightings, longest_s, self._hold_s)
        self._latest_s = -np.inf

    def is_blind(self, time_s: float) -> bool:
        """Tell whether nobody looked for faces near this time."""
        if not len(self._looked_s):
            return True
        return bool(np.abs(self._looked_s - time_s).min() > self._hold_s + 1e-6)

    def covered(self, frame: int, time_s: float) -> list[Floats]:
        """Return the boxes `(4,)` of a frame that hold its faces; frames must come in order."""
        return [grown(place) for place in self._following.at(frame, time_s)]

    def blur(self, pixels: Rgb, frame: int, time_s: float) -> None:
        """Blur the faces of a frame; frames must come in their order.

        Args:
            pixels: uint8 RGB `(height, width, 3)`, changed in place.
            frame: Index of the frame.
            time_s: Its presentation time.
        """
        boxes = self.covered(frame, time_s)
        goes_back = time_s < self._latest_s  # so that faces of this time may be done with
        self._latest_s = max(time_s, self._latest_s)
        if goes_back or self.is_blind(time_s):
            pixelate(pixels, np.array([0, 0, pixels.shape[1], pixels.shape[0]], np.float64))
            return
        for box in boxes:
            pixelate(pixels, box)


def grown(place: Place) -> Floats:
    """Return the box `(4,)` with its margin."""
    x1, y1, x2, y2 = place.box
    size = max(x2 - x1, y2 - y1)
    margin = (MARGIN + GROWTH * place.away_s) * size + 0.5 * place.moved
    return np.array([x1 - margin, y1 - margin, x2 + margin, y2 + margin])


def pixelate(pixels: Rgb, box: Floats) -> None:
    """Replace a box by a mosaic of at most `CELLS` cells along its longer side.

    Args:
        pixels: uint8 RGB `(height, width, 3)`, changed in place.
        box: `(4,)` x1, y1, x2, y2; it may reach outside.
    """
    low = np.floor(box[:2]).astype(int).clip(0)
    high = np.ceil(box[2:]).astype(int).clip(max=pixels.shape[1::-1])
    part = pixels[low[1] : high[1], low[0] : high[0]]
    if not part.size:
        return
    height, width = part.shape[:2]
    cell = max(height, width) / CELLS
    cells = (max(round(width / cell), 1), max(round(height / cell), 1))
    mosaic = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(mosaic, (width, height), interpolation=cv2.INTER_NEAREST)
