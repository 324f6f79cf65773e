"""What gets into a page with a result stays text in a real browser, and reaches nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browsed import Opened, wait_until, watched
from tests.reported import HOSTILE

pytestmark = pytest.mark.browser


def test_hostile_names_are_text_and_nothing_else(
    opened: Opened, page_of: Callable[[str], Path]
) -> None:
    page = opened(page_of("hostile"))
    rows = page.locator("#list .row")
    wait_until(page, lambda: rows.count() == len(HOSTILE) + 1)
    for row in rows.all():
        row.click()
        name = row.locator(".row-name").inner_text()
        wait_until(page, lambda name=name: page.locator("#detail-name").inner_text() == name)
    page.wait_for_timeout(100)
    assert "owned" not in page.title()
    assert page.locator("main img, main b, main i, main script").count() == 0
    shown = page.locator("#list .row-name").all_text_contents()
    assert {*HOSTILE[:5], "<i>broken</i>.mp4"} <= {*shown}
    assert "a\\nb\\r\\t\\u202egpj.mp4" in shown
    labels = page.locator("#overview .ytick")
    wait_until(page, lambda: any(one.startswith("<b>bold") for one in labels.all_text_contents()))


def test_nothing_can_be_loaded_even_by_a_script_that_gets_in(
    browser: Any, page_of: Callable[[str], Path]
) -> None:
    with watched(browser) as (open_page, _):
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
