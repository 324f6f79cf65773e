"""What every kind of result keeps to: memory, Parquet, CSV, packed CSV, folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings

from fervid.errors import UsageError
from fervid.labels import EMOTIONS
from fervid.results import read_results, to_pandas
from fervid.schema import FRAME_STATUSES, SOURCES
from fervid.sources import MARKER_NAME
from fervid.types import Failure, SourceEnd
from fervid.write import Place, open_output
from tests.observed import (
    Item,
    end,
    expected_rows,
    failed,
    interleaved,
    seen,
    source,
    streams,
    table_rows,
    unseen,
    write_to,
)

FILES = ["results.parquet", "results.csv", "results.csv.gz", "results"]
Tables = tuple[pd.DataFrame, pd.DataFrame]


class Stop(BaseException):
    """An interrupt, as Ctrl-C is one."""


def in_memory(stream: list[Item]) -> Tables:
    written = write_to(None, stream)
    assert written.place is None
    return to_pandas(written.observations, "observations"), to_pandas(written.sources, "sources")


def in_file(name: str) -> Callable[[list[Item]], Tables]:
    def write(stream: list[Item]) -> Tables:
        with TemporaryDirectory() as folder:
            out = Path(folder) / name
            write_to(out, stream)
            return read_results(out), read_results(out, "sources")

    return write


@pytest.fixture(params=[None, *FILES], ids=["memory", *FILES], scope="module")
def tables_of(request: pytest.FixtureRequest) -> Callable[[list[Item]], Tables]:
    return in_memory if request.param is None else in_file(request.param)


@pytest.fixture(params=FILES)
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


@settings(max_examples=25, deadline=None)
@given(stream=streams())
def test_what_was_observed_is_what_is_read(
    tables_of: Callable[[list[Item]], Tables], stream: list[Item]
) -> None:
    observations, sources = tables_of(stream)
    assert table_rows(observations) == expected_rows(stream)
    assert sources["source"].tolist() == sorted(
        item.source.id for item in stream if not hasattr(item, "source_id")
    )


def test_sources_that_interleave_come_out_in_order(
    tables_of: Callable[[list[Item]], Tables],
) -> None:
    videos = [
        [*(seen(name, frame) for frame in range(frames)), end(name, frames)]
        for name, frames in (("b.mp4", 700), ("c.mp4", 3), ("a.mp4", 1100))
    ]
    stream = list(interleaved(videos))
    observations, sources = tables_of(stream)
    assert table_rows(observations) == expected_rows(stream)
    assert sources["source"].tolist() == ["a.mp4", "b.mp4", "c.mp4"]
    assert sources["faces"].tolist() == [1100, 700, 3]


def test_names_of_many_lines_survive_in_long_tables(
    tables_of: Callable[[list[Item]], Tables],
) -> None:
    name = "a\n,\r\n" * 50 + ".mp4"
    stream: list[Item] = [*(unseen(name, frame) for frame in range(6000)), end(name, 6000)]
    observations, _ = tables_of(stream)  # over a megabyte of CSV, which is read in blocks
    assert table_rows(observations) == expected_rows(stream)


def test_an_empty_text_is_not_a_missing_one(tables_of: Callable[[list[Item]], Tables]) -> None:
    failure = Failure("SourceError", "It is no video.", "")
    _, sources = tables_of([SourceEnd(source("a.mp4"), "failed", failure)])
    assert sources["remedy"].tolist() == [""]
    assert sources["codec"].isna().tolist() == [True]


def test_every_category_is_there_used_or_not(tables_of: Callable[[list[Item]], Tables]) -> None:
    observations, sources = tables_of([unseen("a.mp4", 0), end("a.mp4", 1)])
    assert tuple(observations["emotion"].cat.categories) == EMOTIONS
    assert tuple(observations["status"].cat.categories) == FRAME_STATUSES
    assert tuple(sources["dominant_emotion"].cat.categories) == EMOTIONS
    assert observations["face"].dtype == pd.Int32Dtype()
    assert observations["face"].isna().all()


def test_a_run_in_which_all_failed_leaves_an_empty_table(
    tables_of: Callable[[list[Item]], Tables],
) -> None:
    observations, sources = tables_of([failed("b.mp4"), failed("a.mp4")])
    assert len(observations) == 0
    assert tuple(observations["emotion"].cat.categories) == EMOTIONS
    assert sources["source"].tolist() == ["a.mp4", "b.mp4"]
    assert sources["status"].tolist() == ["failed", "failed"]
    assert sources["error"].tolist() == ["It is no video."] * 2


def test_dtypes_are_those_of_the_result_in_memory(
    tables_of: Callable[[list[Item]], Tables],
) -> None:
    stream: list[Item] = [seen("a.mp4", 0), unseen("a.mp4", 1), end("a.mp4", 2), failed("b.mp4")]
    for table, reference in zip(tables_of(stream), in_memory(stream), strict=True):
        changing = [name for name in ("seconds", "analyzed_at") if name in table]
        pd.testing.assert_frame_equal(
            table.drop(columns=changing), reference.drop(columns=changing), check_exact=True
        )
        assert (table.dtypes == reference.dtypes).all()


def test_everything_a_result_consists_of_is_there(out: Path) -> None:
    def draw(folder: Path, *_: object) -> int:
        (folder / "drawn.png").write_text("")
        return 0

    def report(ready: Place) -> None:
        ready.report.write_text("")

    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)], draw=draw, report=report)
    place = Place.of(out)
    assert place.run.is_file()
    assert place.report.is_file()
    assert place.sources.is_file()
    assert place.observations.exists()
    assert (place.charts / "drawn.png").is_file()
    assert (place.charts / MARKER_NAME).is_file()
    assert not place.partial.exists()
    assert {path.name for path in out.parent.iterdir()} == {path.name for path in place.results()}


def test_an_interrupted_run_leaves_nothing_under_a_final_name(out: Path) -> None:
    with pytest.raises(Stop):
        write_to(out, interrupted())
    place = Place.of(out)
    assert [path.name for path in out.parent.iterdir()] == [place.partial.name]
    assert (place.partial / MARKER_NAME).is_file()
    [part] = (place.partial / "parts").iterdir()
    assert pd.read_parquet(part / "sources.parquet")["source"].tolist() == ["a.mp4", "b.jpg"]


def test_rows_of_an_unended_source_are_in_no_part(out: Path) -> None:
    with pytest.raises(Stop):
        write_to(out, interrupted())
    parts = Place.of(out).partial / "parts"
    rows = pd.concat(pd.read_parquet(path) for path in parts.glob("*/observations-*.parquet"))
    assert set(rows["source"]) == {"a.mp4", "b.jpg"}


def interrupted() -> Iterator[Item]:
    yield seen("b.jpg", 0)
    yield end("b.jpg", 1, "image")
    for frame in range(2000):
        yield seen("a.mp4", frame)
        yield seen("c.mp4", frame)
    yield end("a.mp4", 2000)
    raise Stop


def test_a_run_that_dies_before_its_first_source_leaves_no_trace(out: Path) -> None:
    def stream() -> Iterator[Item]:
        yield seen("a.mp4", 0)
        raise Stop

    with pytest.raises(Stop):
        write_to(out, stream())
    assert list(out.parent.iterdir()) == []


def test_an_existing_result_is_refused_with_both_ways_out(out: Path) -> None:
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)])
    with pytest.raises(UsageError, match=r"result already.*--overwrite, or give another --out"):
        write_to(out, [])


def test_overwriting_replaces_all_of_a_result(out: Path) -> None:
    def draw(folder: Path, *_: object) -> int:
        (folder / "old.png").write_text("")
        return 0

    write_to(out, [seen("old.mp4", 0), end("old.mp4", 1)], draw=draw)
    write_to(out, [seen("new.mp4", 0), end("new.mp4", 1)], overwrite=True)
    assert read_results(out)["source"].tolist() == ["new.mp4"]
    assert read_results(out, "sources")["source"].tolist() == ["new.mp4"]
    assert not Place.of(out).charts.exists()
    assert not Place.of(out).partial.exists()


def test_the_old_result_stays_whole_when_overwriting_dies(out: Path) -> None:
    write_to(out, [seen("old.mp4", 0), end("old.mp4", 1)])
    with pytest.raises(Stop):
        write_to(out, interrupted(), overwrite=True)
    assert read_results(out)["source"].tolist() == ["old.mp4"]
    assert read_results(out, "sources")["source"].tolist() == ["old.mp4"]


def test_the_finished_parts_of_a_dead_run_are_not_lost_by_accident(out: Path) -> None:
    with pytest.raises(Stop):
        write_to(out, interrupted())
    with pytest.raises(UsageError, match=r"1 finished part.*--overwrite"):
        write_to(out, [])
    write_to(out, [seen("new.mp4", 0), end("new.mp4", 1)], overwrite=True)
    assert read_results(out)["source"].tolist() == ["new.mp4"]
    assert not Place.of(out).partial.exists()


def test_a_second_run_to_the_same_place_is_refused(out: Path) -> None:
    with (
        open_output(out, overwrite=False),
        pytest.raises(UsageError, match="Another run is writing"),
        open_output(out, overwrite=True),
    ):
        pass


def test_a_folder_of_the_users_is_never_replaced(out: Path) -> None:
    place = Place.of(out)
    mine = out if place.kind == "folder" else place.charts
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="fervid did not write"):
        write_to(out, [], overwrite=True)
    shutil.rmtree(mine)
    place.partial.mkdir()
    (place.partial / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not written by fervid"):
        write_to(out, [], overwrite=True)
    assert (place.partial / "thesis.txt").read_text() == "mine"


def test_a_chart_that_cannot_be_drawn_costs_no_table(out: Path) -> None:
    def draw(folder: Path, *_: object) -> int:
        (folder / "half.png").write_text("")
        raise Stop

    with pytest.raises(Stop):
        write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)], draw=draw)
    assert read_results(out)["source"].tolist() == ["a.mp4"]
    assert not Place.of(out).charts.exists()
    assert not Place.of(out).partial.exists()


def test_a_missing_parent_folder_is_made(out: Path) -> None:
    below = out.parent / "not" / "yet" / out.name
    write_to(below, [seen("a.mp4", 0), end("a.mp4", 1)])
    assert len(read_results(below)) == 1


def test_sources_columns_are_the_schemas(out: Path) -> None:
    write_to(out, [failed("a.mp4")])
    assert list(read_results(out, "sources").columns) == SOURCES.names
