"""What resuming must not lose or replace: rows that are gone, results that came meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from fervid.errors import FervidError, UsageError
from fervid.keywords import make_options
from fervid.results import read_results
from fervid.resume import begin
from fervid.write import Place, open_output, opening
from tests.observed import RUN, expected_rows, source, table_rows
from tests.resumed import CHOSEN, run, video


@pytest.fixture(params=["results.parquet", "results.csv", "results.csv.gz", "results"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


@pytest.mark.parametrize("damage", ["garbage", "emptied"])
def test_a_finished_result_whose_rows_are_damaged_or_gone_is_not_taken_for_done(
    out: Path, damage: str
) -> None:
    run(out, video("a.mp4"), ["a.mp4"])
    place = Place.of(out)
    tables = sorted(out.glob("observations/*")) if place.kind == "folder" else [out]
    for table in tables:
        if damage == "garbage":
            table.write_bytes(b"garbage")
        elif place.kind == "folder":
            table.unlink()
        else:
            empty = out.with_name("empty" + out.name.removeprefix("results"))
            run(empty, [], [])
            shutil.copy(empty, table)
    if damage == "garbage":
        with pytest.raises(FervidError, match=r"cannot be read|no table of observations"):
            run(out, video("a.mp4"), ["a.mp4"])
    else:
        assert run(out, video("a.mp4"), ["a.mp4"]).done == frozenset()
        assert table_rows(read_results(out)) == expected_rows(video("a.mp4"))


def test_a_source_without_its_rows_is_done_again(tmp_path: Path) -> None:
    out = tmp_path / "results.parquet"
    run(out, [*video("a.mp4"), *video("b.mp4")], ["a.mp4", "b.mp4"])
    rows = pq.read_table(out)
    pq.write_table(rows.filter(pc.equal(rows["source"].cast("string"), "a.mp4")), out)
    assert run(out, video("b.mp4"), ["a.mp4", "b.mp4"]).done == {"a.mp4"}
    assert table_rows(read_results(out)) == expected_rows([*video("a.mp4"), *video("b.mp4")])


@pytest.mark.parametrize("name", ["observations/part-000000.parquet", "sources.parquet"])
def test_what_changed_on_disk_is_not_carried_into_a_new_result(tmp_path: Path, name: str) -> None:
    out = tmp_path / "results"
    run(out, video("a.mp4"), ["a.mp4"])
    path = out / name
    as_written = path.read_bytes()
    flipped = bytearray(as_written)
    flipped[len(flipped) // 4] ^= 1
    table = pq.read_table(path)
    pq.write_table(table, tmp_path / "again.parquet", compression="none")
    for other in (bytes(flipped), (tmp_path / "again.parquet").read_bytes()):
        path.write_bytes(other)
        with pytest.raises(FervidError, match=f"{path.name} (has|cannot be read)"):
            run(out, video("b.mp4"), ["a.mp4", "b.mp4"])
        assert path.read_bytes() == other
    path.write_bytes(as_written)
    assert run(out, video("b.mp4"), ["a.mp4", "b.mp4"]).done == {"a.mp4"}


def test_a_result_that_came_meanwhile_is_not_replaced(out: Path) -> None:
    with pytest.raises(UsageError, match=r"another result has come.*--resume"), first(out):
        finish_meanwhile(out)
    assert read_results(out)["source"].tolist() == ["a.mp4"] * 2
    with pytest.raises(UsageError, match="another result has come"):
        run(out, [], ["a.mp4"])
    for path in Place.of(out).results():
        if path.exists():
            path.rename(path.with_name(f"moved-{path.name}"))
    assert run(out, [], ["a.mp4"]).done == {"a.mp4"}


def test_two_runs_that_share_a_run_file_do_not_replace_it(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="another result has come"),
        first(tmp_path / "r.parquet"),
        first(tmp_path / "r.csv"),
    ):
        pass
    assert read_results(tmp_path / "r.csv")["source"].tolist() == ["a.mp4"] * 2


def test_a_result_that_came_before_the_place_was_claimed_is_not_replaced(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = opening.check_output

    def slowly(path: Path, *, overwrite: bool) -> Place:
        place = check(path, overwrite=overwrite)
        monkeypatch.undo()
        with first(out):
            pass
        return place

    monkeypatch.setattr(opening, "check_output", slowly)
    with pytest.raises(UsageError, match="There is a result already"), first(out):
        pass


def finish_meanwhile(out: Path) -> None:
    """Make a result elsewhere and move it there, as people do."""
    with first(out.with_name(f"other-{out.name}")) as other:
        pass
    for path in other.results():
        if path.exists():
            path.rename(path.with_name(path.name.removeprefix("other-")))


@contextmanager
def first(out: Path) -> Iterator[Place]:
    """Run to where nothing is; what is done meanwhile happens before it gets its names."""
    with open_output(out, overwrite=False) as opened:
        begin(opened, [source("a.mp4")], CHOSEN, make_options())
        opened.write(video("a.mp4"), RUN)
        yield opened.place
        opened.finish({**CHOSEN, "run_id": f"run to {out.name}"})


def test_charts_and_report_that_are_asked_for_are_made_of_a_finished_result(out: Path) -> None:
    run(out, video("a.mp4"), ["a.mp4"])
    asked = make_options(resume=True, charts=True)
    with open_output(out, overwrite=False, resume=True) as opened:
        resumed = begin(opened, [source("a.mp4")], CHOSEN, asked)
        assert resumed.done == {"a.mp4"}
        assert resumed.finished is None
        opened.finish(CHOSEN, lambda *_: 0)
    assert Place.of(out).charts.is_dir()
    assert table_rows(read_results(out)) == expected_rows(video("a.mp4"))


@pytest.mark.parametrize("text", ["null", "5", "[" * 100_000, '{"a": 1}', '{"earlier_runs": 3}'])
def test_an_odd_run_file_is_refused_with_words(out: Path, text: str) -> None:
    run(out, video("a.mp4"), ["a.mp4"])
    Place.of(out).run.write_text(text)
    with pytest.raises(UsageError, match=r"does not say how|was made in another way"):
        run(out, [], ["a.mp4", "b.mp4"])
