"""Whatever a source is called, all that is written of it lies where the user said."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

import fervid
from fervid import charts
from fervid.charts.text import file_name
from fervid.convert import TARGETS, convert
from fervid.summary.summarize import summarize
from tests.observed import Item, end, seen, write_to

HOSTILE = (
    "../../outside.mp4",
    "..",
    "/outside.mp4",
    "C:\\outside.mp4",
    "\\\\host\\outside.mp4",
    "nul\0byte.mp4",
    "NUL.mp4",
    "a" * 250 + ".mp4",
    "b/" * 40 + "deep.mp4",
    "clip.mp4",
    "Clip.MP4",
    "CLIP.mp4",
    "clip?.mp4",
    "clip*.mp4",
    "Andr\u00e9.mp4",
    "Andre\u0301.mp4",
    "~/.profile",
    "-rf",
    "$(touch outside).mp4",
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result as strangers might pass it on: no file need ever have had these names."""
    folder = tmp_path_factory.mktemp("jail") / "inner" / "results"
    folder.mkdir(parents=True)
    items: list[Item] = []
    for name in HOSTILE:
        items += [*(seen(name, frame) for frame in range(3)), end(name, 3)]
    write_to(folder / "r.parquet", items)
    return folder / "r.parquet"


def outside(result: Path) -> list[Path]:
    """What lies in the jail, but not with the result."""
    jail = result.parents[2]
    return [path for path in jail.rglob("*") if result.parent not in (path, *path.parents)]


def distinct(files: list[Path]) -> int:
    """How many there are where case, and ways to write an accent, are the same."""
    return len({unicodedata.normalize("NFC", str(file).casefold()) for file in files})


def test_a_chart_has_a_plain_name_of_its_own() -> None:
    names = [Path(file_name("timeline", source)) for source in HOSTILE]
    assert distinct(names) == len(HOSTILE)
    for name in map(str, names):
        assert re.fullmatch(r"timeline-[a-z0-9-]{8,60}\.png", name)


def test_charts_stay_in_their_folder(tmp_path: Path) -> None:
    items: list[Item] = [seen(HOSTILE[0], 0), end(HOSTILE[0], 1)]
    write_to(tmp_path / "inner" / "r.csv", items, draw=charts.draw)
    (drawn,) = tmp_path.rglob("timeline-*")
    assert drawn.parent == tmp_path / "inner" / "r.charts"
    assert list(tmp_path.iterdir()) == [tmp_path / "inner"]


@pytest.mark.parametrize("tool", TARGETS)
def test_conversions_stay_in_their_folder_a_file_for_each_source(result: Path, tool: str) -> None:
    out = result.parent / tool
    files = list(convert(result, tool, out).files)
    assert distinct(files) == len(HOSTILE)
    for file in files:
        assert file.is_file()
        assert not file.is_symlink()
        assert out.resolve() in file.resolve().parents
    assert outside(result) == [result.parent.parent]


def test_summaries_and_pages_are_named_by_the_user_alone(result: Path, tmp_path: Path) -> None:
    summarize(result).save(tmp_path / "tables")
    fervid.write_report(result, tmp_path / "page.html")
    names = {path.name for path in tmp_path.rglob("*")}
    assert names == {
        *("tables", "page.html"),
        *(
            f"{name}.csv"
            for name in ("about", "groups", "sources", "tracks", "episodes", "transitions")
        ),
    }
    assert outside(result) == [result.parent.parent]
