"""Draw boxes with labels onto a picture."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from fervid.annotate.following import Place
from fervid.annotate.lettering import BLACK, WHITE, Colour, is_light, letters, put_text, rgb_of
from fervid.annotate.sightings import Sightings
from fervid.charts.palette import EMOTION_COLOURS, QUIET
from fervid.labels import EMOTIONS
from fervid.picture import Rgb

COLOURS = tuple(rgb_of(EMOTION_COLOURS[emotion]) for emotion in EMOTIONS)
_POOR = rgb_of(QUIET)


def mark(pixels: Rgb, places: Iterable[Place], sightings: Sightings, size: int) -> None:
    """Draw the faces of a frame: box, track, label and its probability.

    A face of low quality is drawn in dark grey, with a question mark.

    Args:
        pixels: uint8 RGB `(height, width, 3)`, changed in place.
        places: Where they are.
        sightings: What they show.
        size: Of the letters, in pixels.
    """
    places = list(places)
    for place in places:
        _draw_box(pixels, place, _colour(place, sightings), size)
    for place in places:  # above all boxes, so that none crosses out a label
        _put_label(pixels, place, sightings, size)


def _colour(place: Place, sightings: Sightings) -> Colour:
    if sightings.low_quality[place.sighting]:
        return _POOR
    return COLOURS[sightings.labels[place.sighting]]


def _draw_box(pixels: Rgb, place: Place, colour: Colour, size: int) -> None:
    """One line of the label's colour within a wider one that contrasts with it."""
    height, width = pixels.shape[:2]
    line = max(size // 6, 2)
    x1, y1 = (max(round(value), line) for value in place.box[:2])
    x2, y2 = (
        min(round(value), edge - line) - 1
        for value, edge in zip(place.box[2:], (width, height), strict=True)
    )
    halo = BLACK if is_light(colour) else WHITE
    for each, thickness in ((halo, 2 * line), (colour, line)):
        cv2.rectangle(pixels, (x1, y1), (x2, y2), each, thickness)


def _put_label(pixels: Rgb, place: Place, sightings: Sightings, size: int) -> None:
    """Above the box; inside it where there is no room; shifted where it would leave the picture."""
    texts = _texts(place.sighting, sightings)
    pad = max(size // 4, 2)
    fitting = (text for text in texts if letters(text, size).shape[1] + 2 * pad <= pixels.shape[1])
    text = next(fitting, texts[-1])
    height, width = np.add(letters(text, size).shape, (pad, 2 * pad))
    left = min(max(round(place.box[0]) - pad // 2, 0), max(pixels.shape[1] - width, 0))
    top = round(place.box[1]) - height
    if top < 0:
        top = min(max(round(place.box[1]), 0), max(pixels.shape[0] - height, 0))
    colour = _colour(place, sightings)
    ink = BLACK if is_light(colour) else WHITE
    pixels[top : top + height, left : left + width] = ink
    pixels[top + 1 : top + height - 1, left + 1 : left + width - 1] = colour
    put_text(pixels, text, left + pad, top + pad // 2, size, ink)


def _texts(sighting: int, sightings: Sightings) -> list[str]:
    """What the label says, the fullest first."""
    label = int(sightings.labels[sighting])
    track = sightings.tracks[sighting]
    doubt = "?" if sightings.low_quality[sighting] else ""
    number = f"#{track} " if track >= 0 else ""
    emotion = f"{EMOTIONS[label]}{doubt}"
    share = f"{100 * sightings.probabilities[sighting, label]:.0f}%"
    return [f"{number}{emotion} {share}", f"{number}{emotion}", emotion]
