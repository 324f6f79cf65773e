"""What a person sees of a report in a real browser, without a network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fervid import read_results
from fervid.labels import EMOTIONS
from fervid.report import write_report
from tests.big_result import write_big_result
from tests.reported import EMOTION_AT, HOSTILE, write_case

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
NOTED = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) => refused.push(event.blockedURI));
"""
RANGE = "document.getElementById('timeline').layout.xaxis.range"
MOST_SECONDS = 3
MOST_BYTES = 20_000_000

Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """Open a page offline; at the end it must fit a phone, and have asked for nothing."""
    with _watched(browser) as (open_page, faults):
        yield open_page
        assert faults() == []


@contextmanager
def _watched(browser: Any) -> Iterator[tuple[Opened, Callable[[], list[str]]]]:
    heard: list[str] = []
    pages: list[Any] = []

    def open_page(path: Path, width: int = 1280) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 900}, offline=True)
        pages.append(page)
        page.set_default_timeout(20_000)
        page.add_init_script(NOTED)
        page.on("console", lambda said: heard.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("request", lambda request: _note(request.url, path, heard))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    def faults() -> list[str]:
        found = [*heard]
        for page in pages:
            found += page.evaluate("refused")
            for width in (1440, 360):
                page.set_viewport_size({"width": width, "height": 800})
                page.wait_for_timeout(200)
                taken = page.evaluate("document.documentElement.scrollWidth")
                found += [f"{taken} pixels wide on {width}"] * (taken > width)
        return found

    try:
        yield open_page, faults
    finally:
        for page in pages:
            page.close()


def wait_until(page: Any, condition: str) -> None:
    """Ask again until it holds; in the page itself, its own policy forbids to."""
    deadline = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never came true: {condition}"
        page.wait_for_timeout(20)


def _note(url: str, path: Path, heard: list[str]) -> None:
    if url != path.as_uri() and not url.startswith(("data:", "blob:")):
        heard.append(f"request: {url}")


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("pages")
    made: dict[str, Path] = {}

    def make(case: str) -> Path:
        if case not in made:
            made[case] = write_report(write_case(folder, case))
        return made[case]

    return make


@pytest.fixture(scope="module")
def film_page(browser: Any, page_of: Callable[[str], Path]) -> Iterator[Any]:
    with _watched(browser) as (open_page, faults):
        yield open_page(page_of("people"))
        assert faults() == []


@pytest.fixture
def film(film_page: Any) -> Any:
    """The page of two people in a film, as it was when it was opened."""
    film_page.get_by_role("button", name="Track 0").click()
    if film_page.get_by_role("button", name="Whole").is_enabled():
        film_page.get_by_role("button", name="Whole").click()
    return film_page


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("faceless", "No face was found in 30 sampled frames, 1 of them could not be decoded."),
        ("one_frame", "Track 0"),
        ("spliced", "The file's times begin anew once"),
        ("spliced", "100% with a face · 75% with one of enough quality"),
        ("all_failed", "It is no video."),
        ("nothing", "This result has no sources."),
    ],
)
def test_a_result_with_little_in_it_says_so(
    opened: Opened, page_of: Callable[[str], Path], case: str, words: str
) -> None:
    page = opened(page_of(case))
    assert page.get_by_text(words).first.is_visible()


def test_dragging_zooms_and_buttons_zoom_and_pan(film: Any) -> None:
    page = film
    whole = page.evaluate(RANGE)
    page.locator("#timeline").scroll_into_view_if_needed()
    box = page.locator("#timeline").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 70, steps=5)
    page.mouse.up()
    wait_until(page, f"{RANGE}[1] - {RANGE}[0] < 12")
    near = page.evaluate(RANGE)
    assert whole[0] < near[0] < near[1] < whole[1]
    page.get_by_role("button", name="Later").click()
    assert page.evaluate(RANGE)[0] > near[0]
    page.get_by_role("button", name="Zoom in").click()
    assert page.evaluate(f"{RANGE}[1] - {RANGE}[0]") < near[1] - near[0]
    page.get_by_role("button", name="Whole").click()
    assert page.evaluate(RANGE) == whole
    assert page.get_by_role("button", name="Zoom out").is_disabled()


def test_the_pointer_tells_time_and_probabilities_of_a_frame_and_of_a_gap(film: Any) -> None:
    page = film
    assert _hover(page, 6.1).startswith("0:06.000 frame 30")
    assert f"{EMOTION_AT[30 % 4]} 0.70" in _hover(page, 6.1)
    assert "no face" in _hover(page, 9.1)
    assert "not decoded" in _hover(page, 12.1)


def _hover(page: Any, time_s: float) -> str:
    """Point at a time of the timeline, and read the box that comes up."""
    timeline = page.locator("#timeline")
    timeline.scroll_into_view_if_needed()
    box = timeline.bounding_box()
    x = page.evaluate(
        "(time) => { const axis = document.getElementById('timeline')._fullLayout.xaxis;"
        " return axis._offset + axis.l2p(time); }",
        time_s,
    )
    page.mouse.move(box["x"] + x - 40, box["y"] + 40)
    page.mouse.move(box["x"] + x, box["y"] + 40, steps=4)
    page.wait_for_timeout(150)  # Plotly answers 50 ms after the last move at the earliest
    return " ".join(page.locator("#timeline .hoverlayer tspan.line").all_text_contents())


def test_what_is_read_out_is_what_the_result_says(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    path = page_of("smoothed")
    page = opened(path, width=2400)
    result = path.with_name("smoothed.parquet")
    rows = read_results(result)
    rows = rows[(rows["source"] == rows["source"].iloc[0]) & (rows["track"] == 0)]
    page.locator("#timeline").focus()
    page.keyboard.press("Home")
    for _, row in rows.head(3).iterrows():
        said = page.locator("#reading").inner_text()
        assert f"frame {row['frame']}," in said
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
    overview = "document.getElementById('overview').data[0].z.length"
    listed = page.locator("#list .row")
    assert listed.count() == page.evaluate(overview) == len(sources)
    page.get_by_role("searchbox").fill("P0003 film")
    named = sources["source"].str.contains("p0003/film")
    assert listed.count() == page.evaluate(overview) == named.sum() == 1
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Status").select_option("failed")
    assert listed.count() == (sources["status"] == "failed").sum() > 0
    page.get_by_label("Status").select_option("")
    page.get_by_label("Strongest class").select_option("happy")
    assert 0 < listed.count() < len(sources)
    assert set(listed.locator(".dominant").all_text_contents()) == {"happy"}
    page.get_by_role("searchbox").fill("nowhere")
    assert page.get_by_text("No source passes the filters.").first.is_visible()


def test_a_page_opens_at_its_top(opened: Opened, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("people"), width=360)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0


def test_the_list_is_used_by_keyboard_alone(opened: Opened, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("photos"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
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
    active = page.locator("#list").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").inner_text().startswith("photos/02.jpg")
    outline = "getComputedStyle(document.querySelector('.is-active')).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    wait_until(page, "document.getElementById('detail-name').textContent.includes('02')")
    assert page.locator("#bars .face-card").count() == 2
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"


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


def test_hostile_names_are_text_and_nothing_else(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("hostile"))
    assert page.locator("#list .row").count() == len(HOSTILE) + 1
    for row in page.locator("#list .row").all():
        row.click()
    page.wait_for_timeout(100)
    assert "owned" not in page.title()
    assert page.locator("main img, main b, main i, main script").count() == 0
    shown = page.locator("#list .row-name").all_text_contents()
    assert {*HOSTILE[:5], "<i>broken</i>.mp4"} <= {*shown}
    assert "a\\nb\\r\\t\\u202egpj.mp4" in shown
    labels = page.locator("#overview .ytick").all_text_contents()
    assert any(label.startswith("<b>bold") for label in labels)


def test_tracks_are_chosen_by_button(film: Any) -> None:
    page = film
    page.get_by_role("button", name="Track 1").click()
    assert "surprise 0.70" in _hover(page, 6.9 - 0.4)
    assert "other faces only" in _hover(page, 6.1)
    page.get_by_role("button", name="All faces").click()
    assert "2 faces" in _hover(page, 6.5)


def test_many_tracks_are_chosen_from_a_list(opened: Opened, page_of: Callable[[str], Path]) -> None:
    page = opened(page_of("crowd"))
    page.get_by_label("Face", exact=True).select_option("3")
    assert "frame 17" in _hover(page, 17.5 / 5)
    assert "other faces only" in _hover(page, 16.5 / 5)


def test_an_old_result_says_that_it_has_no_tracks(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("old"))
    assert page.get_by_text("This result holds no tracks").is_visible()
    assert page.get_by_role("button", name="Face 0 (largest)").is_visible()


def test_long_sources_keep_their_extremes_and_show_more_when_zoomed(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("long"))
    assert "solid reaches to the lowest" in page.locator("#resolution").inner_text()
    rows = read_results(page_of("long").with_name("long.parquet"))
    highest = rows.loc[rows["track"] == 0, "happy"].max()
    said = "document.getElementById('timeline').data.at(-1).text.join()"
    assert f"to {highest:.2f})" in page.evaluate(said)
    for _ in range(14):
        page.get_by_role("button", name="Zoom in").click()
    assert "holds no finer steps" in page.locator("#resolution").inner_text()


def test_nothing_can_be_loaded_even_by_a_script_that_gets_in(
    browser: Any, page_of: Callable[[str], Path]
) -> None:
    with _watched(browser) as (open_page, _):
        page = open_page(page_of("all_failed"))
        answers: list[str] = []
        page.on("response", lambda response: answers.append(response.url))
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://x.test/a'}))")
        page.evaluate("fetch('http://x.test/b').catch(() => 0)")
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'),"
            " {textContent: 'document.title = 1'}))"
        )
        wait_until(page, "refused.length >= 3")
        assert page.title() != "1"
        assert answers == []


@pytest.mark.slow
def test_a_million_rows_of_500_sources_open_in_three_seconds(browser: Any, tmp_path: Path) -> None:
    page = write_report(write_big_result(tmp_path / "results.parquet"))
    assert page.stat().st_size < MOST_BYTES
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    # Seconds of the page's own thread: what other processes take of the machine is not its fault.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-ready]", timeout=60_000)
    metrics = session.send("Performance.getMetrics")["metrics"]
    taken = {metric["name"]: metric["value"] for metric in metrics}
    assert taken["TaskDuration"] < MOST_SECONDS
    assert tab.locator("#timeline .hoverlayer").count() == 1
    context.close()
