"""Boxes, labels and the chart under the picture can be read, on any picture of any size."""

from __future__ import annotations

import numpy as np
import pytest

from fervid.annotate.following import Place
from fervid.annotate.lettering import is_light, letters, put_text, size_for
from fervid.annotate.marks import COLOURS, mark
from fervid.annotate.sightings import COLUMNS, Sightings
from fervid.annotate.strip import Strip
from fervid.labels import EMOTIONS
from fervid.schema import SMOOTHED_OBSERVATIONS
from fervid.types import Observation
from fervid.write.rows import observation_table
from tests.annotated import Box, nobody, sighting
from tests.drawn import Pixels

SIZES = [(64, 48), (320, 180), (640, 360), (360, 640), (1920, 1080)]


def sightings(*rows: Observation) -> Sightings:
    return Sightings.of(observation_table("a", rows, SMOOTHED_OBSERVATIONS).select(COLUMNS))


def marked(ground: int, size: tuple[int, int], box: Box, best: str = "happy") -> Pixels:
    pixels = np.full((size[1], size[0], 3), ground, np.uint8)
    seen = sightings(sighting("a", 0, box, best=best, track=12))
    mark(pixels, [Place(seen.boxes[0], 0, 0.0)], seen, size_for(*size))
    return pixels


def luminance(colours: object) -> np.ndarray:
    """WCAG 2.2's relative luminance."""
    return np.asarray((np.asarray(colours) / 255) ** 2.2 @ (0.2126, 0.7152, 0.0722))


def contrast(one: object, other: object) -> float:
    low, high = sorted((float(luminance(one)), float(luminance(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("best", EMOTIONS)
@pytest.mark.parametrize("ground", [0, 60, 128, 200, 255])
def test_a_box_stands_out_from_any_ground(ground: int, best: str) -> None:
    pixels = marked(ground, (320, 180), (100, 60, 200, 160), best)
    column = pixels[110, 90:115]
    drawn = column[(column != ground).any(axis=1)]
    assert max(contrast(colour, (ground,) * 3) for colour in drawn) >= 3


@pytest.mark.parametrize("colour", COLOURS)
def test_letters_stand_out_from_their_label(colour: tuple[int, int, int]) -> None:
    ink = (0, 0, 0) if is_light(colour) else (255, 255, 255)
    assert contrast(ink, colour) >= 4.5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("corner", ["top left", "top right", "bottom left", "bottom right"])
def test_a_label_is_whole_at_every_edge(size: tuple[int, int], corner: str) -> None:
    width, height = size
    side = height / 3
    left = 0.0 if "left" in corner else width - side
    top = 0.0 if "top" in corner else height - side
    colour = COLOURS[EMOTIONS.index("sad")]
    middle = marked(90, size, (left, top, left + side, top + side), "sad")
    plate = (middle == colour).all(axis=2)
    white = (middle > 250).all(axis=2)
    rows, _columns = np.nonzero(plate)
    assert rows.size
    # The plate of the label is as wide as its text, letters included, wherever the face is.
    inside = marked(90, size, (width / 3, height / 3, width / 3 + side, height / 3 + side), "sad")
    assert abs(int(plate.sum()) - int((inside == colour).all(axis=2).sum())) < 0.35 * plate.sum()
    assert white.any()


def test_a_picture_too_narrow_for_the_whole_label_gets_the_emotion() -> None:
    pixels = marked(90, (64, 48), (10, 10, 40, 40))
    assert (pixels != 90).any()
    assert letters("happy", size_for(64, 48)).shape[1] < 64


def test_text_outside_the_picture_is_cut_off() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    for x, y in ((-100, 0), (100, 0), (0, -50), (0, 50), (-5, -5), (15, 15)):
        put_text(pixels, "happy", x, y, 12, (255, 255, 255))
    assert pixels.shape == (20, 20, 3)


def test_a_face_of_low_quality_is_drawn_in_grey() -> None:
    seen = sightings(sighting("a", 0, (20, 60, 80, 120), low=True))
    pixels = np.full((180, 320, 3), 90, np.uint8)
    mark(pixels, [Place(seen.boxes[0], 0, 0.0)], seen, 12)
    drawn = pixels[(pixels != 90).any(axis=2)].astype(int)
    assert np.ptp(drawn, axis=1).max() == 0


def strip(seen: Sightings, size: tuple[int, int], duration_s: float, time_s: float) -> Pixels:
    chart = Strip(seen, size[0], size_for(*size), duration_s)
    pixels = np.empty((chart.height, size[0], 3), np.uint8)
    chart.draw(pixels, time_s)
    return pixels


def shown(pixels: Pixels, emotion: str) -> np.ndarray:
    return np.asarray((pixels == COLOURS[EMOTIONS.index(emotion)]).all(axis=2))


@pytest.mark.parametrize("size", SIZES)
def test_the_chart_shows_each_class_when_it_was_seen(size: tuple[int, int]) -> None:
    rows = [
        sighting("a", frame, best="happy" if frame < 50 else "sad") for frame in range(0, 100, 5)
    ]
    pixels = strip(sightings(*rows), size, 4.0, 1.0)
    top = pixels[: pixels.shape[0] // 3]
    happy, sad = (
        np.nonzero(shown(top, name).sum(axis=0) > 0.4 * len(top))[0] for name in ("happy", "sad")
    )
    assert happy.max() < sad.min()
    assert abs((happy.size - sad.size) / size[0]) < 0.15


def test_the_line_stands_at_the_present() -> None:
    seen = sightings(*(nobody("a", frame) for frame in range(0, 100, 5)))
    columns = []
    for time_s in (0.0, 1.0, 2.0, 4.0):
        pixels = strip(seen, (640, 360), 4.0, time_s)
        columns.append(int(np.nonzero((pixels[:20] == 0).all(axis=(0, 2)))[0].mean()))
    steps = np.diff(columns)
    assert steps[0] == pytest.approx(steps[1], abs=2)
    assert steps[2] == pytest.approx(2 * steps[0], abs=3)


def test_a_face_that_is_away_leaves_a_gap() -> None:
    rows = [sighting("a", 0), *(nobody("a", frame) for frame in range(5, 50, 5)), sighting("a", 50)]
    pixels = strip(sightings(*rows), (640, 360), 2.2, 0.0)
    seen = shown(pixels[:30], "happy").any(axis=0)
    assert not seen[250:500].any()
    assert seen[60:80].any()


def test_a_long_video_turns_pages() -> None:
    rows = [sighting("a", frame, best="happy", fps=5) for frame in range(150)]
    rows += [sighting("a", frame, best="sad", fps=5) for frame in range(151, 300)]
    seen = sightings(*rows)
    first, second = (strip(seen, (640, 360), 60.0, time_s) for time_s in (10.0, 40.0))
    half = slice(0, 30)
    assert shown(first[half], "happy").sum() > 5 * shown(first[half], "sad").sum()
    assert shown(second[half], "sad").sum() > 5 * shown(second[half], "happy").sum()


def test_several_tracks_have_lanes_of_their_own_three_at_most() -> None:
    def height(tracks: int) -> int:
        rows = [
            sighting("a", frame, (20 * track, 0, 20 * track + 15, 15), track=track, number=track)
            for frame in range(0, 50, 5)
            for track in range(tracks)
        ]
        return len(strip(sightings(*rows), (640, 360), 2.0, 0.0))

    one, two, three, nine = map(height, (1, 2, 3, 9))
    assert one < two < three == nine


def test_the_names_of_all_classes_fit() -> None:
    for width, height in SIZES[1:]:
        pixels = strip(sightings(nobody("a", 0)), (width, height), 1.0, 0.0)
        for emotion in EMOTIONS:
            assert shown(pixels, emotion).any(), (width, emotion)
