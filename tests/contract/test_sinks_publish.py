"""In which order a result of any kind gets its names, and what is on disk by then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fervid.errors import FervidError
from fervid.results import read_results
from fervid.write import Place
from tests.observed import end, seen, write_to


@pytest.fixture(params=["results.parquet", "results.csv", "results.csv.gz", "results"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_the_observations_appear_last(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, rename, appeared = Place.of(out), Path.rename, []

    def watched(path: Path, target: Path) -> Path:
        if target in place.results():
            appeared.append(target)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", watched)
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)])
    assert appeared[-1] == out
    asked_for = (place.charts, place.report)
    assert [*appeared] == [path for path in place.results() if path not in asked_for]


def test_all_of_a_result_is_on_disk_before_it_gets_a_final_name(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, fsync, rename = Place.of(out), os.fsync, Path.rename
    synced: set[int] = set()
    renamed: list[Path] = []

    def draw(folder: Path, *_: object) -> int:
        (folder / "drawn.png").write_text("drawn")
        return 0

    def report(ready: Place) -> None:
        ready.report.write_text("told")

    def watched_fsync(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    def watched_rename(path: Path, target: Path) -> Path:
        if target in place.results():
            unsynced = [
                each for each in (path, *path.rglob("*")) if each.stat().st_ino not in synced
            ]
            assert not unsynced
            assert not renamed or out.parent.stat().st_ino in synced
            synced.discard(out.parent.stat().st_ino)
            renamed.append(target)
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "rename", watched_rename)
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)], draw=draw, report=report)
    assert renamed == [*place.results()]
    assert out.parent.stat().st_ino in synced


def test_the_page_of_a_replaced_result_goes_with_it(out: Path) -> None:
    place, rows = Place.of(out), [seen("a.mp4", 0), end("a.mp4", 1)]

    def report(ready: Place) -> None:
        ready.report.write_text("<title>old · fervid</title>")

    write_to(out, rows, report=report)
    assert "old" in place.report.read_text()
    write_to(out, rows, overwrite=True)
    assert not place.report.exists()


def test_a_page_that_cannot_be_written_costs_no_table(out: Path) -> None:
    def report(ready: Place) -> None:
        ready.report.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(
        FervidError, match=r"tables are saved .* report could not be made: No space"
    ):
        write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)], report=report)
    assert len(read_results(out)) == 1
    assert not Place.of(out).report.exists()
