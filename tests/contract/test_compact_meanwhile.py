"""Joining results that other runs replace, or were replacing when they died."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fervid.compact import compact, finished, join
from fervid.errors import FervidError
from fervid.results import read_results
from tests.joined import night
from tests.observed import expected_rows, table_rows
from tests.resumed import Stop, run, video
from tests.s3_server import Bucket

NEW = video("new.mp4", 3)
OF_ALL = [*video("a.mp4"), *video("b.mp4"), *NEW]


def grow(out: Path | str) -> None:
    run(out, NEW, ["a.mp4", "new.mp4"])


@pytest.fixture(params=["week", "week.parquet"])
def week(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return night(tmp_path, request.param, video("a.mp4"))


@pytest.fixture
def monday(tmp_path: Path) -> Path:
    return night(tmp_path, "monday", video("b.mp4"))


def killed_publishing(out: Path, monkeypatch: pytest.MonkeyPatch, *, is_moved: bool) -> None:
    """Leave what lies there when a run that grows a result is killed as it puts that in place."""
    partial = out.with_name(f"{out.name}.partial")

    def die(*_: object) -> None:
        shutil.copytree(partial, out.with_name("as it was"))
        raise Stop

    with monkeypatch.context() as dying:
        dying.setattr("fervid.write.publish.complete", die)
        with pytest.raises(Stop):
            grow(out)
    shutil.rmtree(partial, ignore_errors=True)
    out.with_name("as it was").rename(partial)
    if is_moved:
        (partial / "replaced").mkdir(exist_ok=True)
        out.rename(partial / "replaced" / out.name)


@pytest.mark.parametrize("is_moved", [False, True])
def test_what_a_run_died_publishing_is_joined_with_all_its_rows(
    week: Path, monday: Path, monkeypatch: pytest.MonkeyPatch, is_moved: bool
) -> None:
    killed_publishing(week, monkeypatch, is_moved=is_moved)
    assert compact([week, monday], week, overwrite=True).sources == 3
    assert table_rows(read_results(week)) == expected_rows(OF_ALL)


def before(monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[], object]) -> None:
    """Let something happen in front of a step of compact, once."""
    goes_on = getattr(join, step)

    def late(*args: object, **keywords: object) -> object:
        monkeypatch.setattr(join, step, goes_on)
        happens()
        return goes_on(*args, **keywords)

    monkeypatch.setattr(join, step, late)


def test_what_another_run_added_before_its_place_was_claimed_is_joined(
    week: Path, monday: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, "open_output", lambda: grow(week))
    compact([week, monday], week, overwrite=True)
    assert table_rows(read_results(week)) == expected_rows(OF_ALL)


def test_what_another_run_added_to_a_bucket_is_joined(
    tmp_path: Path, monday: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = bucket.url("week")
    run(url, video("a.mp4"), [])
    before(monkeypatch, "open_output", lambda: grow(url))
    compact([url, monday], url, overwrite=True)
    assert table_rows(read_results(url)) == expected_rows(OF_ALL)


@pytest.mark.parametrize("step", ["_note_copies", "take_in", "check_unchanged"])
def test_a_result_that_is_replaced_while_it_is_read_is_refused_by_its_name(
    tmp_path: Path, week: Path, monday: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before(monkeypatch, step, lambda: grow(week))
    with pytest.raises(FervidError, match=rf"Another run replaced .*{week.name} while") as told:
        compact([week, monday], tmp_path / "all")
    assert "Run fervid compact again" in told.value.remedy
    assert not (tmp_path / "all").exists()
    assert not (tmp_path / "all.partial").exists()
    compact([week, monday], tmp_path / "all")
    assert table_rows(read_results(tmp_path / "all")) == expected_rows(OF_ALL)


def test_a_result_that_is_replaced_between_its_tables_is_refused(
    tmp_path: Path, week: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = finished.read_table

    def late(*args: object, **keywords: object) -> object:
        table = reads(*args, **keywords)
        monkeypatch.setattr(finished, "read_table", reads)
        grow(week)
        return table

    monkeypatch.setattr(finished, "read_table", late)
    with pytest.raises(FervidError, match="Another run replaced"):
        compact([week], tmp_path / "all")


def test_a_file_from_a_bucket_that_grew_here_is_not_held_against_its_old_list(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run(bucket.url("week.csv"), video("a.mp4"), [])
    for name in ("week.csv", "week.sources.csv", "week.run.json", "week.manifest.json"):
        (tmp_path / name).write_bytes(bucket.get(name))
    grow(tmp_path / "week.csv")
    assert not (tmp_path / "week.manifest.json").exists()
    assert compact([tmp_path / "week.csv"], tmp_path / "all").sources == 2


def test_somebodys_file_with_the_name_of_a_list_stays(tmp_path: Path) -> None:
    (tmp_path / "week.manifest.json").write_text('{"mine": true}')
    night(tmp_path, "week.csv", video("a.mp4"))
    assert (tmp_path / "week.manifest.json").read_text() == '{"mine": true}'
