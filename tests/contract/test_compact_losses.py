"""Joining results of which some are damaged, or after a process that was killed as it did so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fervid.compact import compact
from fervid.errors import FervidError, UsageError
from fervid.results import read_results
from fervid.write.partial import PartialFolder
from tests.joined import ALL, night, several_nights
from tests.observed import expected_rows, table_rows
from tests.resumed import Stop, run, video
from tests.s3_faults import status
from tests.s3_server import Bucket


@pytest.fixture
def nights(tmp_path: Path) -> list[Path]:
    return several_nights(tmp_path)


def killed(nights: list[Path], out: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Leave what lies there when a process is killed in front of a step."""
    aside = out.with_name("as it was")

    def die(*_: object) -> None:
        shutil.copytree(out.with_name("all.partial"), aside)
        raise Stop

    with monkeypatch.context() as dying:
        dying.setattr(step, die)
        with pytest.raises(Stop):
            compact(nights, out)
    shutil.rmtree(out.with_name("all.partial"), ignore_errors=True)
    aside.rename(out.with_name("all.partial"))


MERGING = "fervid.write.output.write_observations"
PLACING = "fervid.write.publish.complete"


def test_what_a_killed_process_left_is_in_nobodys_way(
    tmp_path: Path, nights: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(nights[:2], tmp_path / "all", monkeypatch, MERGING)
    assert len(list((tmp_path / "all.partial" / "parts").iterdir())) == 2

    compact(nights, tmp_path / "all")

    assert table_rows(read_results(tmp_path / "all")) == expected_rows(ALL)
    assert not (tmp_path / "all.partial").exists()


def test_what_a_killed_process_left_is_never_taken_for_a_run(
    tmp_path: Path, nights: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(nights, tmp_path / "all", monkeypatch, MERGING)
    stream = [*video("a.mp4", 1), *video("new.mp4", 3)]
    assert run(tmp_path / "all", stream, ["a.mp4", "new.mp4"]).done == set()
    assert table_rows(read_results(tmp_path / "all")) == expected_rows(stream)


def test_a_result_that_was_complete_when_its_process_was_killed_gets_its_place(
    tmp_path: Path, nights: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(nights, tmp_path / "all", monkeypatch, PLACING)
    with pytest.raises(UsageError, match="a result already"):
        compact(nights[:1], tmp_path / "all")
    assert table_rows(read_results(tmp_path / "all")) == expected_rows(ALL)


def test_of_what_was_not_put_in_place_it_is_said_how_compact_goes_on(
    tmp_path: Path,
    nights: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    killed(nights, tmp_path / "all", monkeypatch, PLACING)
    assert "To go on, run the same command again, fervid analyze with --resume." in caplog.text
    with pytest.raises(FervidError, match="There is no") as told:
        read_results(tmp_path / "all")
    assert "run the same command again, fervid analyze with --resume." in told.value.remedy


def test_what_a_run_left_that_did_not_end_is_kept(tmp_path: Path, nights: list[Path]) -> None:
    with pytest.raises(Stop):
        run(tmp_path / "all", video("new.mp4", 3), ["new.mp4", "b.mp4"], dies=True)
    with pytest.raises(UsageError, match="1 finished part") as told:
        compact(nights, tmp_path / "all")
    assert "fervid analyze --resume" in told.value.remedy
    resumed = run(tmp_path / "all", video("b.mp4", 3), ["new.mp4", "b.mp4"])
    assert resumed.done == {"new.mp4"}


@pytest.mark.parametrize("wrong", ["missing", "damaged", "other"])
def test_what_a_run_left_is_kept_until_the_results_are_known_to_be_whole(
    tmp_path: Path, nights: list[Path], wrong: str
) -> None:
    with pytest.raises(Stop):
        run(tmp_path / "all", video("new.mp4", 3), ["new.mp4", "b.mp4"], dies=True)
    if wrong == "damaged":
        (night(tmp_path, wrong, video("c.mp4")) / "sources.parquet").unlink()
    elif wrong == "other":
        night(tmp_path, wrong, video("c.mp4"), fervid_version="9.0")
    with pytest.raises(FervidError, match=wrong):
        compact([*nights, tmp_path / wrong], tmp_path / "all", overwrite=True)
    resumed = run(tmp_path / "all", video("b.mp4", 3), ["new.mp4", "b.mp4"])
    assert resumed.done == {"new.mp4"}


def test_what_compact_cannot_do_is_named_with_the_command_that_can(
    tmp_path: Path, nights: list[Path]
) -> None:
    compact(nights, tmp_path / "all")
    with pytest.raises(UsageError, match="a result already") as told:
        compact(nights, tmp_path / "all")
    assert "fervid analyze --resume" in told.value.remedy


def test_a_part_that_is_lost_on_the_way_leaves_no_result(
    tmp_path: Path, nights: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PartialFolder.part_folders
    monkeypatch.setattr(PartialFolder, "part_folders", lambda folder: whole(folder)[1:])
    with pytest.raises(FervidError, match=r"1 source that .*: 0\.mp4\."):
        compact(nights, tmp_path / "all")
    assert not (tmp_path / "all").exists()


@pytest.mark.parametrize(
    "file", ["observations/part-000000.parquet", "sources.parquet", "run.json"]
)
def test_a_damaged_file_of_a_result_is_refused_by_its_name(tmp_path: Path, file: str) -> None:
    first = night(tmp_path, "first", video("a.mp4"))
    second = night(tmp_path, "second", video("b.mp4"))
    content = bytearray((second / file).read_bytes())
    content[len(content) // 3] ^= 1
    (second / file).write_bytes(content)
    with pytest.raises(FervidError, match=rf"second .*: {file} has another content") as told:
        compact([first, second], tmp_path / "all")
    assert "Copy it again" in told.value.remedy
    assert not (tmp_path / "all").exists()


def test_a_file_from_a_store_is_checked_by_the_list_beside_it(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run(bucket.url("first.csv"), video("a.mp4"), [])
    for name in ("first.csv", "first.sources.csv", "first.run.json", "first.manifest.json"):
        (tmp_path / name).write_bytes(bucket.get(name))
    assert compact([tmp_path / "first.csv"], tmp_path / "all").sources == 1
    content = (tmp_path / "first.csv").read_text().replace("0.2", "0.3")
    (tmp_path / "first.csv").write_text(content)
    with pytest.raises(FervidError, match=r"first\.csv has another content"):
        compact([tmp_path / "first.csv"], tmp_path / "all", overwrite=True)


def test_a_result_that_was_not_uploaded_is_not_deleted_for_one_that_is_to_have_its_rows(
    tmp_path: Path, nights: list[Path], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = bucket.url("week")
    sources = ["new.mp4"]
    bucket.fail(status(403), "PUT", "week/observations")
    with pytest.raises(FervidError, match="could not be uploaded"):
        run(url, video("new.mp4", 3), sources)
    with pytest.raises(UsageError, match="complete, but was not uploaded") as told:
        compact([url, *nights], f"{url}/", overwrite=True)
    assert "fervid analyze --resume, then" in told.value.remedy
    run(url, [], sources)
    assert compact([url, *nights], url, overwrite=True).sources == 6
    assert table_rows(read_results(url)) == expected_rows([*ALL, *video("new.mp4", 3)])
