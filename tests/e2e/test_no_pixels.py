"""What a run leaves shows nobody, unless somebody asked for thumbnails."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import fervid


@pytest.fixture(scope="module")
def result(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result with a face in it, whose sources are gone since."""
    folder = tmp_path_factory.mktemp("shown")
    media = shutil.copytree(demo_folder, folder / "media")
    report = fervid.analyze(media, folder / "r.parquet", fps=2, report=True)
    assert report.sources()["faces"].sum() > 10
    fervid.write_report(folder / "r.parquet", folder / "faces.html", thumbnails=True)
    shutil.rmtree(media)
    return folder / "r.parquet"


def thumbnails(page: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(page.partition('id="thumbnails">')[2].partition("<")[0])
    return found


def test_the_report_holds_no_picture(result: Path) -> None:
    page = result.with_name("r.report.html").read_text()
    assert thumbnails(page) == {}
    assert not re.findall(r"<(img|picture|video|image|object|embed|iframe)\b", page)
    assert not re.findall(r'(?:src|href|srcset)="(?!#)', page)


def test_thumbnails_are_there_where_somebody_asked(result: Path) -> None:
    assert thumbnails(result.with_name("faces.html").read_text())


def test_the_report_is_made_of_the_tables_alone(result: Path, tmp_path: Path) -> None:
    """What needs no source holds no pixel of one."""
    page = tmp_path / "again.html"
    fervid.write_report(result, page)
    assert page.read_bytes() == result.with_name("r.report.html").read_bytes()


def test_fervid_itself_finds_no_face_in_the_charts(result: Path, tmp_path: Path) -> None:
    for path in result.with_name("r.charts").glob("*.png"):  # a folder that it never reads
        shutil.copy(path, tmp_path)
    report = fervid.analyze(tmp_path, min_face=20)
    assert report.sources()["faces"].tolist() == [0, 0, 0]


def test_nothing_else_is_left(result: Path) -> None:
    left = {path.name.partition(".")[2] or path.name for path in result.parent.rglob("*")}
    expected = {"parquet", "sources.parquet", "run.json", "report.html", "charts", "png", "fervid"}
    assert left == expected | {"html"}  # the page with thumbnails
