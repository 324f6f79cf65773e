"""Pages of results out of the ordinary in a real browser: with little in them, old, long, large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fervid import read_results
from fervid.report import write_report
from tests.big_result import write_big_result
from tests.browsed import Opened, wait_until

pytestmark = pytest.mark.browser

MOST_SECONDS = 3
MOST_BYTES = 20_000_000


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
    wait_until(page, page.get_by_text(words).first.is_visible)


def test_an_old_result_says_that_it_has_no_tracks(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("old"))
    wait_until(page, page.get_by_text("This result holds no tracks").is_visible)
    wait_until(page, page.get_by_role("button", name="Face 0 (largest)").is_visible)


def test_long_sources_keep_their_extremes_and_show_more_when_zoomed(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("long"))
    resolution = page.locator("#resolution")
    wait_until(page, lambda: "solid reaches to the lowest" in resolution.inner_text())
    rows = read_results(page_of("long").with_name("long.parquet"))
    highest = rows.loc[rows["track"] == 0, "happy"].max()
    said = "document.getElementById('timeline').data.at(-1).text.join()"
    assert f"to {highest:.2f})" in page.evaluate(said)
    for _ in range(14):
        page.get_by_role("button", name="Zoom in").click()
    wait_until(page, lambda: "holds no finer steps" in resolution.inner_text())


@pytest.mark.slow
@pytest.mark.timeout(400)  # 97 s with eight others on two cores
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
