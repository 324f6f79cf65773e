"""What a person does on the page of a report: zoom, point, filter, choose, by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fervid import read_results
from fervid.labels import EMOTIONS
from fervid.report import write_report
from tests.big_result import write_big_result
from tests.browsed import RANGE, Opened, hover, wait_until
from tests.reported import EMOTION_AT

pytestmark = pytest.mark.browser


def test_dragging_zooms_and_buttons_zoom_and_pan(film: Any) -> None:
    page = film
    first, last = page.evaluate(RANGE)
    page.locator("#timeline").scroll_into_view_if_needed()
    box = page.locator("#timeline").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 70, steps=5)
    page.mouse.up()
    wait_until(page, f"{RANGE}[1] - {RANGE}[0] < 12")
    near = page.evaluate(RANGE)
    assert first < near[0] < near[1] < last
    page.get_by_role("button", name="Later").click()
    wait_until(page, f"{RANGE}[0] > {near[0]}")
    page.get_by_role("button", name="Zoom in").click()
    wait_until(page, f"{RANGE}[1] - {RANGE}[0] < {near[1] - near[0]} - .001")
    page.get_by_role("button", name="Whole").click()
    wait_until(page, f"{RANGE}[0] === {first} && {RANGE}[1] === {last}")
    wait_until(page, page.get_by_role("button", name="Zoom out").is_disabled)


def test_the_pointer_tells_time_and_probabilities_of_a_frame_and_of_a_gap(film: Any) -> None:
    hover(film, 6.1, "0:06.000 frame 30")
    hover(film, 6.1, f"{EMOTION_AT[30 % 4]} 0.70")
    hover(film, 9.1, "no face")
    hover(film, 12.1, "not decoded")


def test_what_is_read_out_is_what_the_result_says(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    path = page_of("smoothed")
    page = opened(path, width=2400)
    result = path.with_name("smoothed.parquet")
    rows = read_results(result)
    rows = rows[(rows["source"] == rows["source"].iloc[0]) & (rows["track"] == 0)]
    reading = page.locator("#reading")
    page.locator("#timeline").focus()
    page.keyboard.press("Home")
    for _, row in rows.head(3).iterrows():
        frame = f"frame {row['frame']},"
        wait_until(page, lambda frame=frame: frame in reading.inner_text())
        said = reading.inner_text()
        for emotion in EMOTIONS:
            value = float(said.split(f"{emotion} ")[1].split(",")[0])
            assert value == pytest.approx(row[emotion], abs=0.0075)
            smooth = float(said.split(f"{emotion} ")[1].split("smoothed ")[1].split(",")[0])
            assert smooth == pytest.approx(row[f"smooth_{emotion}"], abs=0.0075)
        page.keyboard.press("ArrowRight")


def test_filters_narrow_the_list_and_the_overview(
    opened: Opened, tmp_path_factory: pytest.TempPathFactory
) -> None:
    result = write_big_result(tmp_path_factory.mktemp("b") / "r.parquet", sources=60, rows=6000)
    sources = read_results(result, "sources")
    page = opened(write_report(result))
    listed = page.locator("#list .row")

    def shows(count: int) -> None:
        wait_until(page, f"document.getElementById('overview').data[0].z.length === {count}")
        wait_until(page, lambda: listed.count() == count)

    shows(len(sources))
    page.get_by_role("searchbox").fill("P0003 film")
    assert sources["source"].str.contains("p0003/film").sum() == 1
    shows(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Status").select_option("failed")
    failed = int((sources["status"] == "failed").sum())
    assert failed > 0
    wait_until(page, lambda: listed.count() == failed)  # without a face: not in the overview
    page.get_by_label("Status").select_option("")
    page.get_by_label("Strongest class").select_option("happy")
    dominant = listed.locator(".dominant")
    wait_until(page, lambda: {*dominant.all_text_contents()} == {"happy"})
    assert 0 < listed.count() < len(sources)
    page.get_by_role("searchbox").fill("nowhere")
    wait_until(page, page.get_by_text("No source passes the filters.").first.is_visible)


def test_a_page_opens_at_its_top(opened: Opened, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("people"), width=360)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0


def test_the_list_is_used_by_keyboard_alone(opened: Opened, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("photos"))
    page.keyboard.press("Tab")
    wait_until(page, "document.activeElement.className === 'skip'")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "list":
            break
        page.keyboard.press("Tab")
    page.locator("#list").focus()
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    active = page.locator("#list .is-active")
    wait_until(page, lambda: active.inner_text().startswith("photos/02.jpg"))
    name = active.get_attribute("id")
    assert page.locator("#list").get_attribute("aria-activedescendant") == name
    outline = "getComputedStyle(document.querySelector('.is-active')).outlineStyle"
    wait_until(page, f"{outline} === 'solid'")
    page.keyboard.press("Enter")
    wait_until(page, "document.getElementById('detail-name').textContent.includes('02')")
    wait_until(page, lambda: page.locator("#bars .face-card").count() == 2)
    wait_until(page, f"document.getElementById('{name}').ariaSelected === 'true'")


def test_it_follows_the_systems_colours_until_told_otherwise(film: Any) -> None:
    body = "getComputedStyle(document.body).backgroundColor"
    lines = "document.getElementById('timeline').data.map((one) => one.line?.color).join()"

    def becomes(background: str, condition: str = "true") -> str:
        wait_until(film, f"{body} === '{background}' && {condition}")
        return str(film.evaluate(lines))

    light = becomes("rgb(246, 247, 248)")
    film.emulate_media(color_scheme="dark")
    dark = becomes("rgb(18, 22, 26)", f"{lines} !== '{light}'")
    film.get_by_role("button", name="Switch to light colours").click()
    becomes("rgb(246, 247, 248)", f"{lines} === '{light}'")
    film.emulate_media(color_scheme="light")
    film.get_by_role("button", name="Switch to dark colours").click()
    becomes("rgb(18, 22, 26)", f"{lines} === '{dark}'")
    film.emulate_media(media="print")
    becomes("rgb(255, 255, 255)", f"{lines} === '{light}'")  # paper is light
    film.emulate_media(media="screen")
    film.get_by_role("button", name="Switch to light colours").click()


def test_tracks_are_chosen_by_button(film: Any) -> None:
    film.get_by_role("button", name="Track 1").click()
    hover(film, 6.9 - 0.4, "surprise 0.70")
    hover(film, 6.1, "other faces only")
    film.get_by_role("button", name="All faces").click()
    hover(film, 6.5, "2 faces")


def test_many_tracks_are_chosen_from_a_list(opened: Opened, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("crowd"))
    page.get_by_label("Face", exact=True).select_option("3")
    hover(page, 17.5 / 5, "frame 17")
    hover(page, 16.5 / 5, "other faces only")
