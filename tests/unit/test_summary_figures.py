"""Counts, shares, means, entropies: of every source, track and group."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import fervid
from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.summary.summarize import Summary, summarize
from fervid.types import Observation
from tests.observed import Item, end, failed, probabilities, unseen
from tests.timelines import (
    Plain,
    by_source,
    row,
    timelines,
    tracks_of,
    write_result,
)

OLD = Path(__file__).parents[1] / "contract" / "schema_1_0"


def plain(value: object) -> object:
    return None if pd.isna(value) else value


def check_figures(shown: pd.Series, expected: Plain) -> None:
    """Compare what valid faces show with sums of single rows."""
    for kind, values in (("share", expected.shares()), ("mean", expected.means())):
        found = [plain(shown[f"{kind}_{emotion}"]) for emotion in EMOTIONS]
        assert found == [value if value is None else pytest.approx(value) for value in values]
    sure = expected.confidence()
    assert plain(shown["mean_confidence"]) == (sure and pytest.approx(sure))
    of_mean, mean = expected.entropies()
    assert plain(shown["entropy_of_mean_bits"]) == (of_mean and pytest.approx(of_mean, abs=1e-6))
    assert plain(shown["mean_entropy_bits"]) == (mean and pytest.approx(mean, abs=1e-6))
    means = expected.means()
    best = max(EMOTIONS, key=lambda name: means[EMOTIONS.index(name)] or 0.0)
    if means[0] is None:
        assert pd.isna(shown["dominant_emotion"])
    elif sorted(means)[-1] - sorted(means)[-2] > 1e-6:  # type: ignore[type-var]
        assert shown["dominant_emotion"] == best


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(timelines())
def test_every_figure_is_that_of_plain_sums(
    tmp_path: Path, timeline: tuple[list[Item], bool]
) -> None:
    items, smoothed = timeline
    path = write_result(tmp_path / "r.parquet", items, smoothed=smoothed)
    summary = summarize(path)
    _check_sources(summary, items)
    _check_tracks(summary, items)
    whole = Plain()
    for item in items:
        if isinstance(item, Observation):
            whole.add(item)
    (everything,) = summary.groups().to_dict("records")
    assert (everything["frames_sampled"], everything["faces"]) == (len(whole.frames), whole.faces)
    check_figures(pd.Series(everything), whole)


def _check_sources(summary: Summary, items: Sequence[Item]) -> None:
    expected = by_source(items)
    shown = summary.sources().set_index("source")
    assert sorted(shown.index) == sorted(expected)
    for name, sums in expected.items():
        line = shown.loc[name]
        assert line["frames_sampled"] == len(sums.frames)
        assert line["frames_valid"] == len(sums.valid_frames)
        assert plain(line["validity"]) == sums.validity
        assert (line["faces"], line["faces_low_quality"]) == (sums.faces, sums.low)
        check_figures(line, sums)


def _check_tracks(summary: Summary, items: Sequence[Item]) -> None:
    expected = tracks_of(items)
    shown = summary.tracks().set_index(["source", "track"])
    assert list(shown.index) == sorted(expected)
    frames = defaultdict(set)
    for item in items:
        if isinstance(item, Observation):
            frames[item.source_id].add(item.frame)
    for key, rows in expected.items():
        sums = Plain()
        for each in rows:
            sums.add(each)
        line, own = shown.loc[key], frames[key[0]]
        span = [each for each in own if rows[0].frame <= each <= rows[-1].frame]
        assert (line["first_s"], line["last_s"]) == (rows[0].time_s, rows[-1].time_s)
        assert (line["frames_sampled"], line["frames_valid"]) == (len(span), len(sums.rows))
        assert line["validity"] == pytest.approx(len(sums.rows) / len(span))
        assert line["presence"] == pytest.approx(len(rows) / len(own))
        assert (line["faces"], line["faces_low_quality"]) == (len(rows), sums.low)
        check_figures(line, sums)


@pytest.mark.parametrize("name", ["k.csv", "k.csv.gz", "k"])
def test_every_kind_of_result_gives_the_same(tmp_path: Path, name: str) -> None:
    items = [row("a.mp4", frame, low=frame == 3) for frame in range(60)]
    stream = [*items, unseen("b.mp4", 0), end("a.mp4", 60), end("b.mp4", 1)]
    expected = summarize(write_result(tmp_path / "r.parquet", stream))
    found = summarize(write_result(tmp_path / name, stream))
    for table in ("groups", "sources", "tracks", "episodes", "transitions"):
        assert found.tables[table].equals(expected.tables[table])


def test_rows_that_somebody_sorted_otherwise_give_the_same(tmp_path: Path) -> None:
    items = [row("a.mp4", frame, best=EMOTIONS[frame % 7]) for frame in range(30)]
    path = write_result(tmp_path / "r.csv", [*items, end("a.mp4", 30)])
    expected = summarize(path)
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([header, *reversed(lines)]) + "\n")
    for name, table in summarize(path).tables.items():
        assert table.equals(expected.tables[name])


def test_sources_with_nothing_to_see_have_rows_without_figures(tmp_path: Path) -> None:
    stream = [
        failed("broken.mp4"),
        unseen("empty.mp4", 0),
        unseen("empty.mp4", 1, "decode_failed"),
        end("empty.mp4", 2),
        row("one.mp4", 0),
        end("one.mp4", 1),
        row("photo.jpg", 0, photo=True),
        end("photo.jpg", 1, "image"),
    ]
    summary = summarize(write_result(tmp_path / "r.parquet", stream))
    sources = summary.sources().set_index("source")
    assert sources["frames_sampled"].to_dict() == {
        "broken.mp4": 0,
        "empty.mp4": 2,
        "one.mp4": 1,
        "photo.jpg": 1,
    }
    assert sources["frames_failed"].tolist() == [0, 1, 0, 0]
    assert [plain(value) for value in sources["validity"]] == [None, 0.0, 1.0, 1.0]
    assert sources["share_happy"].notna().tolist() == [False, False, True, True]
    assert sources.filter(like="_low").drop(columns="faces_low_quality").isna().all(axis=None)
    assert len(summary.tracks()) == 1
    assert summary.episodes().empty
    assert summary.transitions().empty
    assert "1 source failed: no figures; the result says why." in summary.notes
    assert "1 source without any face." in summary.notes


def test_photos_alone_have_no_tracks_and_nobody_complains(tmp_path: Path) -> None:
    stream: list[Item] = []
    for name in "abcdefgh":
        best = "sad" if name in "adg" else "happy"
        stream += [row(f"{name}.jpg", 0, best=best, photo=True), end(f"{name}.jpg", 1, "image")]
    summary = summarize(write_result(tmp_path / "r.parquet", stream))
    (everything,) = summary.groups().to_dict("records")  # eight photos are eight draws
    assert everything["share_sad_low"] < everything["share_sad"] < everything["share_sad_high"]
    assert summary.tracks().empty
    assert not summary.notes


def test_no_source_at_all_is_no_error(tmp_path: Path) -> None:
    summary = summarize(write_result(tmp_path / "r.parquet", []))
    assert summary.sources().empty
    assert summary.groups()["sources"].tolist() == [0]


def test_low_quality_is_left_out_and_said(tmp_path: Path) -> None:
    stream = [
        row("a.mp4", 0, best="sad", low=True),
        row("a.mp4", 1, best="happy", low=False),
        end("a.mp4", 2),
    ]
    summary = summarize(write_result(tmp_path / "r.parquet", stream))
    (source,) = summary.sources().to_dict("records")
    assert (source["validity"], source["share_happy"], source["share_sad"]) == (0.5, 1.0, 0.0)
    assert "1 of 2 faces are of low quality and left out." in summary.notes


def test_a_source_whose_faces_are_all_of_low_quality_has_no_figures(tmp_path: Path) -> None:
    stream = [row("a.mp4", 0, low=True), row("a.mp4", 1, low=True), end("a.mp4", 2)]
    summary = summarize(write_result(tmp_path / "r.parquet", stream))
    assert summary.sources()["validity"].tolist() == [0.0]
    assert summary.sources()["share_happy"].isna().all()
    assert summary.tracks()["frames_valid"].tolist() == [0]
    assert summary.tracks()["transitions_per_min"].isna().all()


def test_smoothed_rows_lead_episodes_but_not_shares(tmp_path: Path) -> None:
    items = [row("a.mp4", each, best="sad", smooth=("happy", 0.9)) for each in range(20)]
    path = write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 20)], smoothed=True)
    summary = summarize(path)
    assert summary.sources()["share_sad"].tolist() == [1.0]
    assert summary.episodes()["emotion"].tolist() == ["happy"]
    assert "of smoothed probabilities" in " ".join(summary.notes)


def test_a_result_of_the_first_version_has_sources_but_no_tracks(tmp_path: Path) -> None:
    shutil.copytree(OLD, tmp_path / "old")
    summary = summarize(tmp_path / "old" / "results.parquet")
    assert summary.sources()["validity"].notna().any()
    assert summary.tracks().empty
    assert summary.episodes().empty
    assert "The result has no tracks" in " ".join(summary.notes)


def test_rows_of_a_source_that_the_sources_table_lacks_are_refused(tmp_path: Path) -> None:
    path = write_result(tmp_path / "r.csv", [row("a.mp4", 0), end("a.mp4", 1)])
    path.write_text(path.read_text().replace("a.mp4", "b.mp4"))
    with pytest.raises(FervidError, match=r"rows of b\.mp4, but its sources table"):
        summarize(path)


def test_python_reaches_it_without_importing_it(tmp_path: Path) -> None:
    path = write_result(tmp_path / "r.parquet", [row("a.mp4", 0), end("a.mp4", 1)])
    for _ in range(2):  # a package of that name would hide the function after the first call
        assert isinstance(fervid.summarize(path), fervid.Summary)
    assert repr(fervid.summarize(path)).startswith("<Summary 1 groups, 1 sources, 1 tracks")
    assert list(fervid.summarize(path).about().columns) == ["about", "value"]


def test_an_even_distribution_has_the_largest_entropy(tmp_path: Path) -> None:
    assert probabilities("happy", 1 / 7).std() == pytest.approx(0, abs=1e-7)
    stream = [row("a.mp4", 0, value=1 / 7), row("a.mp4", 1, value=1.0), end("a.mp4", 2)]
    (source,) = summarize(write_result(tmp_path / "r.parquet", stream)).sources().to_dict("records")
    assert source["mean_entropy_bits"] == pytest.approx(2.807354922 / 2)
