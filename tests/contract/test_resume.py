"""Going on with what an earlier run left, whatever kind of result it was to be."""

from __future__ import annotations

import dataclasses
import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from fervid.errors import UsageError
from fervid.keywords import make_options
from fervid.results import read_results
from fervid.resume import Resumed
from fervid.write import Place, open_output
from tests.observed import expected_rows, failed, seen, source, table_rows
from tests.resumed import CHOSEN, Stop, run, video


@pytest.fixture(params=["results.parquet", "results.csv", "results.csv.gz", "results"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_with_nothing_to_resume_it_starts(out: Path) -> None:
    assert run(out, video("a.mp4"), ["a.mp4"]) == Resumed()
    assert table_rows(read_results(out)) == expected_rows(video("a.mp4"))


def test_what_had_ended_is_kept_and_the_rest_is_done(out: Path) -> None:
    stream = [*video("b.mp4"), *video("a.mp4", 3)]
    with pytest.raises(Stop):
        run(out, [*video("b.mp4"), seen("a.mp4", 0)], ["a.mp4", "b.mp4"], dies=True)
    assert run(out, stream, ["a.mp4", "b.mp4"]).done == {"b.mp4"}
    assert table_rows(read_results(out)) == expected_rows(stream)
    assert read_results(out, "sources")["source"].tolist() == ["a.mp4", "b.mp4"]
    assert not Place.of(out).partial.exists()


def test_a_run_that_died_after_its_last_source_is_put_in_place(out: Path) -> None:
    with pytest.raises(Stop):
        run(out, video("a.mp4"), ["a.mp4"], dies=True)
    assert run(out, [], ["a.mp4"]).done == {"a.mp4"}
    assert table_rows(read_results(out)) == expected_rows(video("a.mp4"))


def test_a_finished_result_to_which_nothing_is_new_is_left_alone(out: Path) -> None:
    run(out, video("a.mp4"), ["a.mp4"])
    before = Place.of(out).run.stat().st_mtime_ns
    resumed = run(out, [], ["a.mp4"])
    assert resumed.finished is not None
    assert resumed.finished["source"].to_pylist() == ["a.mp4"]
    assert Place.of(out).run.stat().st_mtime_ns == before
    assert not Place.of(out).partial.exists()


def test_failed_and_new_sources_are_added_to_a_finished_result(out: Path) -> None:
    run(out, [*video("a.mp4"), failed("c.mp4")], ["a.mp4", "c.mp4"])
    resumed = run(out, [*video("b.mp4"), *video("c.mp4")], ["a.mp4", "b.mp4", "c.mp4"])
    assert resumed.done == {"a.mp4"}
    sources = read_results(out, "sources")
    assert sources["source"].tolist() == ["a.mp4", "b.mp4", "c.mp4"]
    assert sources["status"].tolist() == ["ok"] * 3
    stream = [*video("a.mp4"), *video("b.mp4"), *video("c.mp4")]
    assert table_rows(read_results(out)) == expected_rows(stream)


def test_rows_of_files_that_are_gone_stay(out: Path) -> None:
    run(out, video("a.mp4"), ["a.mp4"])
    run(out, video("b.mp4"), ["b.mp4"])
    assert read_results(out, "sources")["source"].tolist() == ["a.mp4", "b.mp4"]


def test_growing_a_finished_result_can_be_cut_off_and_resumed(out: Path) -> None:
    run(out, [*video("a.mp4"), failed("c.mp4")], ["a.mp4", "c.mp4"])
    names = ["a.mp4", "b.mp4", "c.mp4"]
    with pytest.raises(Stop):
        run(out, video("b.mp4"), names, dies=True)
    assert read_results(out, "sources")["source"].tolist() == ["a.mp4", "c.mp4"]
    assert run(out, video("c.mp4"), names).done == {"a.mp4", "b.mp4"}
    stream = [*video("a.mp4"), *video("b.mp4"), *video("c.mp4")]
    assert table_rows(read_results(out)) == expected_rows(stream)


@pytest.mark.parametrize("dies", [True, False], ids=["cut off", "finished"])
def test_a_changed_file_is_done_again_and_said(
    out: Path, dies: bool, caplog: pytest.LogCaptureFixture
) -> None:
    old, names = source("a.mp4"), ["a.mp4", "b.mp4"]
    stream = [*video("a.mp4"), *video("b.mp4")]
    if dies:
        with pytest.raises(Stop):
            run(out, stream, names, dies=True)
    else:
        run(out, stream, names)
    changed = dataclasses.replace(old, mtime=old.mtime + timedelta(seconds=1))
    with caplog.at_level(logging.WARNING, "fervid"):
        run(out, video("a.mp4", 5), [changed, "b.mp4"])
    assert "1 source changed since and analysed again: a.mp4" in caplog.text
    assert table_rows(read_results(out)) == expected_rows([*video("a.mp4", 5), *video("b.mp4")])


@pytest.mark.parametrize("dies", [True, False], ids=["cut off", "finished"])
def test_other_options_are_refused_by_name(out: Path, dies: bool) -> None:
    if dies:
        with pytest.raises(Stop):
            run(out, video("a.mp4"), ["a.mp4"], dies=True)
    else:
        run(out, video("a.mp4"), ["a.mp4"])
    other = {**CHOSEN, "options": make_options(fps=2)}
    with pytest.raises(UsageError, match=r"options\.sampling\.fps was 5, now 2.*--overwrite"):
        run(out, [], ["a.mp4", "b.mp4"], facts=other)
    newer = {**CHOSEN, "fervid_version": "9.0"}
    with pytest.raises(UsageError, match=r"fervid_version was 0\.1\.0, now 9\.0"):
        run(out, [], ["a.mp4", "b.mp4"], facts=newer)


def test_options_that_change_no_row_may_change(out: Path) -> None:
    run(out, video("a.mp4"), ["a.mp4"])
    other = make_options(batch_size=3, memory="1G", charts=False, max_frames=5, resume=True)
    run(out, video("b.mp4"), ["a.mp4", "b.mp4"], facts={**CHOSEN, "options": other})
    assert read_results(out, "sources")["source"].tolist() == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize("damage", ["cut", "zeros", "flipped", "gone"])
def test_a_part_that_a_power_cut_damaged_is_done_again(
    out: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Stop):
        run(out, video("a.mp4"), ["a.mp4"], dies=True)
    [path] = Place.of(out).partial.glob("parts/part-000000/*-0.parquet")
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(
        {
            "cut": content[:half],
            "zeros": content[:half] + bytes(len(content) - half),
            "flipped": content[:300] + bytes([content[300] ^ 1]) + content[301:],
            "gone": b"",
        }[damage]
    )
    with caplog.at_level(logging.WARNING, "fervid"):
        resumed = run(out, video("a.mp4"), ["a.mp4"])
    assert resumed.done == frozenset()
    assert "reads back damaged" in caplog.text
    assert table_rows(read_results(out)) == expected_rows(video("a.mp4"))


@pytest.mark.parametrize("resume", [True, False], ids=["--resume", "--overwrite"])
@pytest.mark.parametrize("moves", range(8))
def test_a_result_that_was_half_in_place_gets_all_of_its_names(
    out: Path, moves: int, resume: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever rename a run dies at, the result is the old one or, after the next run, the new."""
    run(out, video("a.mp4"), ["a.mp4"])
    place, rename, count = Place.of(out), Path.rename, iter(range(99))

    def dying(path: Path, target: Path) -> Path:
        if {path, target} & {*place.results()} and next(count) == moves:
            raise Stop
        return rename(path, target)

    names = ["a.mp4", "b.mp4"]
    monkeypatch.setattr(Path, "rename", dying)
    try:
        run(out, video("b.mp4"), names)
    except Stop:
        monkeypatch.undo()
        with pytest.raises(UsageError, match="--resume"):
            refused(out)
    monkeypatch.undo()
    if resume:
        assert run(out, [], names).finished is not None
    else:
        with pytest.raises(Stop), open_output(out, overwrite=True):
            raise Stop
    assert table_rows(read_results(out)) == expected_rows([*video("a.mp4"), *video("b.mp4")])
    assert {path.name for path in out.parent.iterdir()} == {
        path.name for path in place.results() if path.exists()
    }


def refused(out: Path) -> None:
    with open_output(out, overwrite=False):
        pass


def test_a_second_run_is_told_who_holds_the_place(out: Path) -> None:
    with (
        open_output(out, overwrite=False),
        pytest.raises(UsageError, match=rf"Another run is writing .*process {os.getpid()} on "),
    ):
        run(out, [], [])


def test_parts_that_do_not_say_how_they_were_made_are_refused(out: Path) -> None:
    with pytest.raises(Stop):
        run(out, video("a.mp4"), ["a.mp4"], dies=True)
    Place.of(out).partial.joinpath("manifest.json").write_text("{")
    with pytest.raises(UsageError, match=r"does not say how the run before was made.*--overwrite"):
        run(out, [], ["a.mp4"])


def test_the_run_file_names_the_runs_before(out: Path) -> None:
    with pytest.raises(Stop):
        run(out, video("a.mp4"), ["a.mp4"], dies=True)
    run(out, video("b.mp4"), ["a.mp4", "b.mp4"], facts={**CHOSEN, "run_id": "run-2"})
    text = Place.of(out).run.read_text()
    assert '"earlier_runs": [' in text
    assert text.index('"run-2"') < text.index('"run-1"')
