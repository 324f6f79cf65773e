"""Pages in a real browser, without a network; whatever a test waits for, it asks again until then.

A page acts on a click or a key at once or a little later, on a busy machine much later. So a test
never looks once: it waits for what must come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fervid.report import write_report
from tests.reported import write_case

PATIENCE_S = 30
RANGE = "document.getElementById('timeline').layout.xaxis.range"
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
_NOTED = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) => refused.push(event.blockedURI));
"""

_TAKEN = "document.documentElement.scrollWidth"

Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=[*_FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """Open a page offline; at the end it must fit a phone, and have asked for nothing."""
    with watched(browser) as (open_page, faults):
        yield open_page
        assert faults() == []


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a case of `tests.reported`, beside its result."""
    folder = tmp_path_factory.mktemp("pages")
    made: dict[str, Path] = {}

    def make(case: str) -> Path:
        if case not in made:
            made[case] = write_report(write_case(folder, case))
        return made[case]

    return make


@pytest.fixture(scope="module")
def film_page(browser: Any, page_of: Callable[[str], Path]) -> Iterator[Any]:
    with watched(browser) as (open_page, faults):
        yield open_page(page_of("people"))
        assert faults() == []


@pytest.fixture
def film(film_page: Any) -> Any:
    """The page of two people in a film, as it was when it was opened."""
    film_page.get_by_role("button", name="Track 0").click()
    if film_page.get_by_role("button", name="Whole").is_enabled():
        film_page.get_by_role("button", name="Whole").click()
    wait_until(film_page, film_page.get_by_role("button", name="Whole").is_disabled)
    wait_until(film_page, "document.querySelector('#faces [aria-pressed=true]').dataset.value == 0")
    return film_page


@contextmanager
def watched(browser: Any) -> Iterator[tuple[Opened, Callable[[], list[str]]]]:
    """Open pages offline, and tell what they asked for, complained of, or had no room for."""
    heard: list[str] = []
    pages: list[Any] = []

    def open_page(path: Path, width: int = 1280) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 900}, offline=True)
        pages.append(page)
        page.set_default_timeout(1000 * PATIENCE_S)
        page.add_init_script(_NOTED)
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
                page.wait_for_timeout(200)  # charts are drawn again after 120 ms
                wait_until(page, f"innerWidth === {width} && {_TAKEN} <= {width}")
        return found

    try:
        yield open_page, faults
    finally:
        for page in pages:
            page.close()


def _note(url: str, path: Path, heard: list[str]) -> None:
    if url != path.as_uri() and not url.startswith(("data:", "blob:")):
        heard.append(f"request: {url}")


def wait_until(page: Any, condition: str | Callable[[], object]) -> None:
    """Ask again until it holds; in the page itself, its own policy forbids to.

    Args:
        page: Where.
        condition: A script's expression, or what asks the page.
    """
    ask = condition if callable(condition) else lambda: page.evaluate(condition)
    deadline = time.monotonic() + PATIENCE_S
    while not ask():
        assert time.monotonic() < deadline, f"never came true: {condition}"
        page.wait_for_timeout(20)


def hover(page: Any, time_s: float, words: str) -> None:
    """Point at a time of the timeline until the box that comes up says some words."""
    timeline = page.locator("#timeline")
    timeline.scroll_into_view_if_needed()
    box = timeline.bounding_box()
    x = page.evaluate(
        "(time) => { const axis = document.getElementById('timeline')._fullLayout.xaxis;"
        " return axis._offset + axis.l2p(time); }",
        time_s,
    )
    said = ""
    deadline = time.monotonic() + PATIENCE_S
    while words not in said:
        assert time.monotonic() < deadline, f"at {time_s} s it says {said!r}, not {words!r}"
        page.mouse.move(box["x"] + x - 40, box["y"] + 40)
        page.mouse.move(box["x"] + x, box["y"] + 40, steps=4)
        page.wait_for_timeout(150)  # Plotly answers 50 ms after the last move at the earliest
        said = " ".join(page.locator("#timeline .hoverlayer tspan.line").all_text_contents())
