"""Whether everyone can read the page's colours."""

from __future__ import annotations

import re
from importlib import resources
from itertools import combinations

import numpy as np
import pytest

from fervid.charts.palette import DARK_EMOTION_COLOURS
from fervid.labels import EMOTIONS
from fervid.report.colours import LEAST_CONTRAST, THEMES, class_colours, contrast, style_sheet
from tests.unit.test_charts_palette import SIMULATIONS, lab, linear_rgb


@pytest.mark.parametrize("theme", THEMES)
def test_letters_stand_out_from_all_they_stand_on(theme: str) -> None:
    colours = THEMES[theme]
    for letters in ("ink", "quiet", "accent", "bad", "warn"):
        for ground in ("page", "panel", "chosen", "caution", "gap"):
            assert contrast(colours[letters], colours[ground]) >= 4.5, (letters, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_every_line_and_border_that_matters_stands_out_from_the_panel(theme: str) -> None:
    for name, colour in class_colours(theme).items():
        if name.endswith("-line"):
            assert contrast(colour, THEMES[theme]["panel"]) >= LEAST_CONTRAST, name
    for name in ("rule-strong", "strip-seen", "failed"):
        assert contrast(THEMES[theme][name], THEMES[theme]["panel"]) >= LEAST_CONTRAST, name


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("vision", SIMULATIONS)
def test_any_two_classes_are_told_apart_on_dark_too(vision: str) -> None:
    colours = [*DARK_EMOTION_COLOURS.values()]
    seen = [lab(np.asarray(SIMULATIONS[vision]) @ linear_rgb(each)) for each in colours]
    closest = min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))
    assert closest > 19.5
    assert tuple(DARK_EMOTION_COLOURS) == EMOTIONS


def test_every_colour_that_the_page_uses_is_there_in_both_themes() -> None:
    page = resources.files("fervid.report") / "page"
    text = "".join(path.read_text() for path in page.iterdir() if path.name.endswith((".css",)))
    used = {*re.findall(r"var\(--([a-z-]+)\)", text)}
    declared = {*re.findall(r"--([a-z-]+):", style_sheet())}
    assert used <= declared
    assert THEMES["light"].keys() == THEMES["dark"].keys()
