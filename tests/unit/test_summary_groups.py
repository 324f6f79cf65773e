"""Groups of sources: by a CSV that names them, or by a pattern over their paths."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.errors import FervidError, UsageError
from fervid.summary.groups import groups_from_pattern
from fervid.summary.summarize import summarize
from tests.observed import Item, end, unseen
from tests.timelines import row, write_result

PEOPLE = (
    "source,participant,condition\np1/film.mp4,1,film\np1/talk.mp4,1,talk\np2/film.mp4,2,film\n"
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three videos: happy, sad, half happy and half without a face."""
    items: list[Item] = []
    for name, best in (("p1/film.mp4", "happy"), ("p1/talk.mp4", "sad")):
        items += [row(name, each, best=best) for each in range(10)]
        items.append(end(name, 10))
    items += [row("p2/film.mp4", each) for each in range(5)]
    items += [unseen("p2/film.mp4", each) for each in range(5, 10)]
    path = tmp_path_factory.mktemp("groups") / "r.parquet"
    return write_result(path, [*items, end("p2/film.mp4", 10)])


def people(tmp_path: Path, text: str = PEOPLE) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(text)
    return path


def test_a_csv_brings_sources_together(result: Path, tmp_path: Path) -> None:
    groups = summarize(result, groups=people(tmp_path), by="participant").groups()
    assert groups["participant"].tolist() == ["1", "2"]
    assert groups["sources"].tolist() == [2, 1]
    assert groups["validity"].tolist() == [1.0, 0.5]
    assert groups["share_happy"].tolist() == [0.5, 1.0]
    assert groups["tracks"].tolist() == [2, 1]


def test_all_columns_group_when_none_is_named(result: Path, tmp_path: Path) -> None:
    groups = summarize(result, groups=people(tmp_path)).groups()
    pairs = groups[["participant", "condition"]].to_numpy().tolist()
    assert pairs == [["1", "film"], ["1", "talk"], ["2", "film"]]


def test_a_pattern_brings_sources_together(result: Path) -> None:
    summary = summarize(result, group_pattern="{participant}/{condition}.mp4", by=["condition"])
    assert summary.groups()["condition"].tolist() == ["film", "talk"]
    assert summary.groups()["frames_sampled"].tolist() == [20, 10]
    assert summary.groups()["share_happy"].tolist() == [1.0, 0.0]


def test_every_table_says_the_group_of_its_source(result: Path, tmp_path: Path) -> None:
    summary = summarize(result, groups=people(tmp_path), by="condition")
    for table in (summary.sources(), summary.tracks(), summary.episodes()):
        assert list(table.columns[:2]) == ["source", "condition"]
        expected = ["talk" if "talk" in name else "film" for name in table["source"]]
        assert table["condition"].tolist() == expected


def test_who_stands_in_one_but_not_the_other_is_told(result: Path, tmp_path: Path) -> None:
    text = "source,participant\np1/film.mp4,1\np2/film.mp4,\nnobody.mp4,9\n"
    summary = summarize(result, groups=people(tmp_path, text))
    assert "1 source in people.csv not in the result: nobody.mp4." in summary.notes
    assert (
        "2 sources without a group in people.csv: left out of the groups: p1/talk.mp4, p2/film.mp4."
        in summary.notes
    )
    assert summary.groups()["sources"].tolist() == [1]
    assert summary.sources()["participant"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("written", ["p1/flim.mp4", "film.mp4", "C:\\in\\P1\\Film.MP4", "p1/film"])
def test_a_name_of_no_source_comes_with_the_nearest_that_is_left(
    result: Path, tmp_path: Path, written: str
) -> None:
    text = f"source,participant\n{written},1\np2/film.mp4,2\nzzz,3\n"
    notes = summarize(result, groups=people(tmp_path, text)).notes
    nearest = f"{written} (nearest: p1/film.mp4), zzz."
    assert f"2 sources in people.csv not in the result: {nearest}" in notes
    with pytest.raises(
        UsageError, match=r"no source of the result: flim.mp4 \(nearest: p./film.mp4\)"
    ):
        summarize(result, groups=people(tmp_path, "source,participant\nflim.mp4,1\n"))


def test_sources_that_a_pattern_does_not_fit_are_told(result: Path) -> None:
    summary = summarize(result, group_pattern="{participant}/film.mp4")
    assert "1 source that {participant}/film.mp4 does not fit" in " ".join(summary.notes)
    assert summary.groups()["participant"].tolist() == ["p1", "p2"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_as_spreadsheets_elsewhere_write_it_is_read(
    result: Path, tmp_path: Path, delimiter: str
) -> None:
    text = PEOPLE.replace(",", delimiter).replace("\n", "\r\n")
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(summarize(result, groups=path, by="participant").groups()) == 2


@pytest.mark.parametrize(
    ("text", "by", "words"),
    [
        ("name,participant\na,1\n", "", "no column source. It has: name, participant"),
        (PEOPLE, "partcipant", "no column partcipant. Valid: .* Did you mean 'participant'"),
        (PEOPLE, "source", "no column source"),
        (PEOPLE + "p1/film.mp4,3,film\n", "", "names p1/film.mp4 twice"),
        ("source,participant\nx.mp4,1\n", "", "names no source of the result.*p1/film.mp4"),
        ("source,participant\np1/film.mp4\n", "", "has 1 cells, its heading 2"),
        ("source\np1/film.mp4\n", "", "no column to group by"),
        ("source,frames_sampled\np1/film.mp4,1\n", "", "cannot be named frames_sampled"),
        ("", "", "is empty"),
    ],
)
def test_a_csv_that_cannot_group_is_refused(
    result: Path, tmp_path: Path, text: str, by: str, words: str
) -> None:
    with pytest.raises(FervidError, match=words):
        summarize(result, groups=people(tmp_path, text), by=by)


def test_a_csv_that_is_not_there_or_not_text_is_refused(result: Path, tmp_path: Path) -> None:
    with pytest.raises(FervidError, match=r"Cannot read .*nowhere"):
        summarize(result, groups=tmp_path / "nowhere.csv")
    (tmp_path / "x.csv").write_bytes(b"source,who\n\xff\xfe,1\n")
    with pytest.raises(FervidError, match="no CSV in UTF-8"):
        summarize(result, groups=tmp_path / "x.csv")


@pytest.mark.parametrize(
    "pattern", ["", "*/*", "{}", "{a}/{a}", "{a", "a}", "{1}", "{a b}", "{source}/*"]
)
def test_what_is_no_pattern_is_refused(result: Path, pattern: str) -> None:
    with pytest.raises(UsageError, match="Not a pattern of groups"):
        summarize(result, group_pattern=pattern)


def test_a_pattern_that_fits_nothing_shows_what_there_is(result: Path) -> None:
    with pytest.raises(UsageError, match=r"fits no source.*p1/film\.mp4"):
        summarize(result, group_pattern="{participant}.mov")


def test_grouping_twice_or_by_nothing_is_refused(result: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"from a CSV \(.*people.csv\) or from a pattern .*{a}/\*"):
        summarize(result, groups=people(tmp_path), group_pattern="{a}/*")
    with pytest.raises(UsageError, match=r"which participant\. Give a CSV as --groups"):
        summarize(result, by="participant")


def test_a_pattern_as_csv_and_a_csv_as_pattern_are_told_where_they_go(
    result: Path, tmp_path: Path
) -> None:
    with pytest.raises(FervidError, match=r"give it as --group-pattern '{who}/\*'"):
        summarize(result, groups="{who}/*")
    with pytest.raises(UsageError, match=r"give it as --groups .*people\.csv"):
        summarize(result, group_pattern=str(people(tmp_path)))


@pytest.mark.parametrize(
    ("pattern", "source", "key"),
    [
        ("{a}/*", "x/y.mp4", ("x",)),
        ("{a}/*", "x/y/z.mp4", None),
        ("{a}/**", "x/y/z.mp4", ("x",)),
        ("**/{a}_{b}.*", "x/y/p1_rest.mp4", ("p1", "rest")),
        ("{a}_{b}.mp4", "p1_film_2.mp4", ("p1", "film_2")),
        ("{a}.mp4", "xmp4", None),
        ("sub-{a}/*.[x]", "sub-1/a.[x]", ("1",)),
    ],
)
def test_a_pattern_takes_names_from_parts_of_a_path(
    pattern: str, source: str, key: tuple[str, ...] | None
) -> None:
    if key is None:
        with pytest.raises(UsageError, match="fits no source"):
            groups_from_pattern(pattern, [], [source])
    else:
        assert groups_from_pattern(pattern, [], [source]).keys == [key]


def test_names_that_a_spreadsheet_would_run_begin_with_a_space_and_numbers_are_not() -> None:
    sources = ["=cmd/x", "@y/x", "-1/x", "+2.5/x", "-a/x"]
    groups = groups_from_pattern("{a}/*", [], sources)
    assert [groups.keys[place][0] for place in groups.index] == [
        " =cmd",
        " @y",
        "-1",
        "+2.5",
        " -a",
    ]


def test_groups_are_sorted_as_people_count() -> None:
    groups = groups_from_pattern("{a}/*", [], ["10/x", "9/x", "b/x", "a/x"])
    assert [key for (key,) in groups.keys] == ["9", "10", "a", "b"]


@given(st.lists(st.text("ab/{}*.[]\\", min_size=1), min_size=1), st.text("ab/*.[]\\"))
def test_any_path_and_any_text_around_a_name_is_fine(sources: list[str], text: str) -> None:
    sources.append(f"fits{text.replace('*', '')}")
    groups = groups_from_pattern("{name}" + text, [], sources)
    assert groups.keys[groups.index[-1]][0].startswith("f")
    assert pd.Series(groups.keys).is_unique
