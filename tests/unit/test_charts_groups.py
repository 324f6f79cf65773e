"""Which rows the charts over all sources have."""

from __future__ import annotations

import pytest

from fervid.charts.groups import MOST_ROWS, Grouping, group_sources
from fervid.labels import EMOTIONS
from tests.observed import Item, end, expected_rows, seen, unseen, write_to


def grouped(names: list[str], best: str = "happy") -> Grouping:
    stream: list[Item] = []
    for name in names:
        stream += [seen(name, 0, best=best), seen(name, 1), end(name, 2)]
    stream += [unseen("nobody.mp4", 0), end("nobody.mp4", 1)]
    written = write_to(None, stream)
    assert len(expected_rows(stream)) == len(written.observations)
    return group_sources(written.sources, [written.observations.select(["source", "emotion"])])


def test_few_sources_have_a_row_each_and_those_without_a_face_none() -> None:
    grouping = grouped(["b.mp4", "a/c.mp4"], best="sad")
    assert [group.name for group in grouping.groups] == ["a/c.mp4", "b.mp4"]
    assert grouping.sources == 3
    assert not grouping.by_folder
    counts = dict(zip(EMOTIONS, grouping.groups[0].counts.tolist(), strict=True))
    assert (counts["sad"], counts["happy"], sum(counts.values())) == (1, 1, 2)
    assert grouping.groups[0].sums.sum() == pytest.approx(2)


def test_many_sources_are_grouped_by_the_deepest_folders_that_fit() -> None:
    names = [f"top/{number % 3}/{number}/x.mp4" for number in range(MOST_ROWS + 1)]
    grouping = grouped(names)
    assert grouping.by_folder
    assert [group.name for group in grouping.groups] == ["top/0/", "top/1/", "top/2/"]
    assert sum(group.sources for group in grouping.groups) == len(names)
    assert sum(group.faces for group in grouping.groups) == 2 * len(names)


def test_files_beside_folders_share_a_row() -> None:
    grouping = grouped([*(f"f/{number}.mp4" for number in range(MOST_ROWS)), "x.mp4", "y.mp4"])
    assert [(group.name, group.sources) for group in grouping.groups] == [
        ("./", 2),
        ("f/", MOST_ROWS),
    ]


def test_too_many_folders_leave_the_smallest_in_one_row() -> None:
    names = [f"{number:03d}/x.mp4" for number in range(MOST_ROWS + 5)] + ["064/y.mp4"]
    grouping = grouped(names)
    assert len(grouping.groups) == MOST_ROWS
    assert grouping.groups[-1].name == "(6 other folders)"
    assert "064/" in [group.name for group in grouping.groups]
    assert sum(group.sources for group in grouping.groups) == len(names)
