"""A page of a result from strangers: every text in it is text, whichever field it came from."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fervid.report import write_report
from fervid.types import Failure
from tests.observed import Item, end, failed, seen, write_to

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "a\u202egpj.exe\u2028\x1b[2J\x00",
)
ATTACK = " ".join(ATTACKS)


class Page(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}


def page(folder: Path, text: str, *, numbers: bool = True) -> str:
    """The page of a result in which every text that a stranger can choose is this one."""
    hostile = {"container": text, "codec": text}
    items: list[Item] = [
        seen(f"{text}/a.mp4", 0),
        replace(end(f"{text}/a.mp4", 1), **hostile),
        replace(failed(f"{text}/b.mp4"), failure=Failure(text, text, text), **hostile),
    ]
    write_to(folder / "r.parquet", items, overwrite=True)
    run = folder / "r.run.json"
    facts = json.loads(run.read_text()) | {
        text: text,
        "started_at": text,
        "fervid_version": 7 if numbers else text,
        "model": {text: {text: [text, 1]}, "sha256": {text: text}},
        "options": {"sampling": {text: text}},
    }
    run.write_text(json.dumps(facts))
    return write_report(folder / "r.parquet", overwrite=True).read_text()


@pytest.mark.parametrize("numbers", [True, False])
def test_no_text_becomes_an_element_or_an_attribute(tmp_path: Path, numbers: bool) -> None:
    good, bad = page(tmp_path, "plain"), page(tmp_path, ATTACK, numbers=numbers)
    assert Page(bad).elements == Page(good).elements
    assert Page(bad).attributes == Page(good).attributes
    assert not any(name.startswith("on") for name in Page(bad).attributes)
    for attack in ATTACKS[:4]:
        assert attack not in bad
    assert "49" not in bad.partition("<main>")[0]


def test_what_cannot_be_seen_is_shown_as_its_code(tmp_path: Path) -> None:
    text = page(tmp_path, ATTACK)
    assert "a\\u202egpj.exe\\u2028\\x1b[2J\\x00" in text
    assert not any(each in text for each in "\u202e\u2028\x1b\x00")
    index = json.loads(text.partition('id="index">')[2].partition("</script>")[0])
    for column in ("name", "codec", "container", "fault"):
        shown = json.dumps(index[column], ensure_ascii=False)
        assert not any(each in shown for each in "\u202e\u2028\x1b\x00"), column
