"""The file that a report is."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import fervid
from fervid.errors import FervidError, UsageError
from fervid.printable import printable
from fervid.report import write_report
from fervid.report.page import _plotly
from fervid.report.text import duration, flattened, percent
from tests.observed import end, failed, seen, unseen, write_to
from tests.reported import HOSTILE, people, write_case


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return write_case(tmp_path, "people")


@pytest.mark.parametrize(
    ("ending", "page"), [(".parquet", "people.report.html"), ("", "people/report.html")]
)
def test_a_page_lies_beside_its_result_or_in_its_folder(
    tmp_path: Path, ending: str, page: str
) -> None:
    assert fervid.write_report(write_case(tmp_path, "people", ending)) == tmp_path / page


def test_an_existing_page_is_kept_unless_overwrite_is_said(result: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("mine")
    with pytest.raises(UsageError, match="--overwrite"):
        write_report(result, page)
    assert page.read_text() == "mine"
    write_report(result, page, overwrite=True)
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("name", ["page.txt", "page", "people.parquet"])
def test_another_ending_is_a_usage_error(result: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.html"):
        write_report(result, result.with_name(name), overwrite=True)


def test_a_page_that_cannot_be_written_says_so_and_leaves_nothing(result: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no folder .*nowhere"):
        write_report(result, result.parent / "nowhere" / "page.html")
    (result.parent / "page.html").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        write_report(result, result.parent / "page.html", overwrite=True)
    assert not [*result.parent.rglob("*.partial")]


def test_files_of_two_results_together_are_refused(result: Path, tmp_path: Path) -> None:
    write_to(tmp_path / "other.parquet", people("b.mp4"))
    (tmp_path / "other.parquet").replace(result)
    with pytest.raises(FervidError, match=r"has no row for b\.mp4"):
        write_report(result)


def test_scripts_run_by_their_hash_and_nothing_is_fetched(result: Path) -> None:
    text = write_report(result).read_text()
    [policy] = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    for ours in (script, _plotly()):
        digest = base64.b64encode(hashlib.sha256(ours.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', text)
    assert "://" not in text.partition('<script type="text/plain"')[0]


def test_a_page_holds_no_picture_of_anyone(result: Path) -> None:
    text = write_report(result).read_text()
    assert json.loads(text.partition('id="thumbnails">')[2].partition("<")[0]) == {}
    assert "<img" not in text
    assert "It holds no picture of anyone." in text


def test_hostile_names_reach_the_page_escaped(tmp_path: Path) -> None:
    text = write_report(write_case(tmp_path, "hostile")).read_text()
    for name in HOSTILE[:5]:
        assert name not in text
    index = json.loads(text.partition('id="index">')[2].partition("</script>")[0])
    assert sorted(index["name"]) == sorted([*map(printable, HOSTILE), "<i>broken</i>.mp4"])
    assert "Use &lt;b&gt;this&lt;/b&gt; &amp; &#34;that&#34;" in text


def test_where_nothing_is_to_be_drawn_the_page_carries_no_plotting_library(tmp_path: Path) -> None:
    assert write_report(write_case(tmp_path, "all_failed")).stat().st_size < 100_000


def test_a_result_without_its_run_file_has_a_page(result: Path) -> None:
    result.with_name("people.run.json").unlink()
    assert "The result has no run file." in write_report(result).read_text()


def test_the_page_says_how_the_result_was_made(result: Path) -> None:
    run = result.with_name("people.run.json")
    facts = json.loads(run.read_text())
    run.write_text(json.dumps(facts | {"model": {"sha256": {"m.tflite": "abc123"}}}))
    text = write_report(result).read_text()
    assert "<dt>sha256 m.tflite</dt><dd>abc123</dd>" in text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (0.0001, "<0.1%"), (0.5, "50.0%"), (0.99999, ">99.9%"), (1.0, "100%")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, text: str) -> None:
    assert percent(share) == text


def test_lengths_of_time_are_read_at_a_glance() -> None:
    assert [duration(one) for one in (8, 725, 36_180)] == ["8.0 s", "12 min 5 s", "10 h 3 min"]


def test_nested_facts_become_lines() -> None:
    facts = {"a_b": 1, "c": {"d": [1, 2], "e": None}}
    assert list(flattened(facts)) == [("a b", "1"), ("c d", "1, 2")]


def test_validity_is_that_of_a_summary_and_low_quality_is_said(tmp_path: Path) -> None:
    items = [
        replace(seen("a.mp4", frame, number=number), low_quality=frame < 4 or number == 1, track=0)
        for frame in range(10)
        for number in range(2)
    ]
    nobody = [*(unseen("b.mp4", frame) for frame in range(10)), end("b.mp4", 10)]
    write_to(tmp_path / "r.parquet", [*items, end("a.mp4", 10), *nobody, failed("c.mp4")])
    text = write_report(tmp_path / "r.parquet").read_text()
    index = json.loads(text.partition('id="index">')[2].partition("</script>")[0])
    summary = fervid.summarize(tmp_path / "r.parquet")
    assert index["validity"] == [0.6, 0.0, None]
    assert summary.sources()["validity"].tolist()[:2] == [0.6, 0.0]
    [tile] = re.findall(r"<dt>Validity</dt>(.*?)</div>", text, re.DOTALL)
    assert summary.groups()["validity"].tolist() == [0.3]
    assert "<dd>30.0%</dd>" in tile
    assert "frames with a face of enough quality; 50.0% with any" in tile
    assert "14 faces of low quality left out" in text
    assert "Sources by share of their frames with a face of enough quality." in text


def test_where_no_face_is_of_low_quality_the_page_does_not_speak_of_it(result: Path) -> None:
    text = write_report(result).read_text()
    [tile] = re.findall(r"<dt>Validity</dt>(.*?)</div>", text, re.DOTALL)
    assert '<dd class="small">frames with a face</dd>' in tile
    assert "Sources by share of their frames with a face." in text
