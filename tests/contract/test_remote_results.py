"""Results in a bucket: complete or not there, whatever ends the run that makes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fervid import read_results, summarize
from fervid.convert import convert
from fervid.errors import FervidError, UsageError
from fervid.report import write_report
from fervid.store import claim as claims
from fervid.store import objects
from fervid.write import check_out, open_output
from tests.resumed import Stop
from tests.s3_faults import refuse_to_talk, slow_down, status
from tests.s3_server import Bucket
from tests.stored import CLAIM, WHOLE, kept, on_machine, run, sources_of, uploads_left, writes

KINDS = ("results.parquet", "results.csv", "results.csv.gz", "results")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "here"))
    monkeypatch.setattr(objects, "PAUSES_S", (0.05,) * 6)


@pytest.fixture
def url(bucket: Bucket) -> str:
    return bucket.url("night/results.parquet")


@pytest.mark.parametrize("name", KINDS)
def test_a_result_lies_there_as_on_disk_and_nothing_else(
    bucket: Bucket, tmp_path: Path, name: str
) -> None:
    url = bucket.url(f"night/{name}")
    _, written = run(url, report=True)
    run(tmp_path / name, report=True)
    on_disk = {path.relative_to(tmp_path).as_posix() for path in _files(tmp_path / name)}
    assert written is not None
    assert written.called["Report"] in {bucket.url(key) for key in kept(bucket)}
    manifest = "results/manifest.json" if name == "results" else "results.manifest.json"
    assert {key.removeprefix("night/") for key in kept(bucket)} == on_disk | {manifest}
    assert read_results(url).equals(read_results(tmp_path / name))
    assert not list(_files(tmp_path / "here" / "fervid" / "results"))


def _files(path: Path) -> list[Path]:
    """List what is of the result, or below the folder."""
    beside = [path] if path.suffix == "" else list(path.parent.glob("results.*"))
    files = [file for top in beside for file in ([top] if top.is_file() else top.rglob("*"))]
    return [file for file in files if file.is_file()]


def test_an_existing_result_is_an_error_that_names_its_url(bucket: Bucket, url: str) -> None:
    run(url)
    before = {key: bucket.get(key) for key in kept(bucket)}
    with pytest.raises(UsageError, match=f"There is a result already: .*{url}.*--resume"):
        run(url, number=2)
    assert {key: bucket.get(key) for key in kept(bucket)} == before


def test_overwrite_replaces_all_of_it(bucket: Bucket, url: str) -> None:
    run(url, report=True)
    run(url, "x", number=2, overwrite=True)
    assert sources_of(url) == ["x.mp4"]
    assert kept(bucket) == WHOLE


def test_resume_adds_to_it_on_another_machine(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(url, report=True)
    with on_machine("another", tmp_path, monkeypatch):
        resumed, _ = run(url, "abcd", number=2, resume=True, report=True)
    assert len(resumed.done) == 3
    assert sources_of(url) == ["a.mp4", "b.mp4", "c.mp4", "d.mp4"]


def test_where_nothing_is_new_nothing_is_written_but_the_claim(bucket: Bucket, url: str) -> None:
    run(url)
    bucket.asked.clear()
    resumed, _ = run(url, number=2, resume=True)
    assert resumed.finished is not None
    assert {each.key for each in writes(bucket.asked)} == {f"{bucket.name}/{CLAIM}"}


def test_a_result_of_another_ending_is_not_replaced(bucket: Bucket, url: str) -> None:
    run(url)
    with pytest.raises(UsageError, match="belongs to another result"):
        run(bucket.url("night/results.csv"), number=2, overwrite=True)


def test_nobody_s_objects_are_written_among(bucket: Bucket) -> None:
    bucket.put("night/results/mine.txt", b"mine")
    with pytest.raises(UsageError, match=r"mine\.txt is no part of a result"):
        run(bucket.url("night/results"), overwrite=True)
    assert bucket.keys() == ["night/results/mine.txt"]


def test_half_a_result_of_nobody_is_told_from_a_whole_one(bucket: Bucket, url: str) -> None:
    bucket.put("night/results.parquet", b"half")
    with pytest.raises(UsageError, match="it has no manifest"):
        run(url)
    with pytest.raises(UsageError, match="no complete result"):
        run(url, resume=True)
    with pytest.raises(FervidError, match="There is no complete result"):
        read_results(url)


def test_a_damaged_object_is_noticed_by_who_reads_it(bucket: Bucket, url: str) -> None:
    run(url)
    content = bucket.get("night/results.parquet")
    bucket.put("night/results.parquet", content[:-1] + b"x")
    with pytest.raises(FervidError, match="is not the result that its manifest lists"):
        read_results(url)


def test_throttling_and_resets_are_waited_out(bucket: Bucket, url: str) -> None:
    bucket.fail(slow_down, "PUT", "results.parquet?", times=7)
    bucket.fail(refuse_to_talk, "PUT", "results.sources.parquet", times=2)
    bucket.fail(slow_down, "GET", "list-type=2", times=3)
    run(url)
    assert sources_of(url) == ["a.mp4", "b.mp4", "c.mp4"]


def test_a_result_that_cannot_be_uploaded_stays_and_resume_uploads_it(
    bucket: Bucket, url: str
) -> None:
    bucket.fail(status(403), "PUT", "night/results.parquet?")
    with pytest.raises(FervidError, match=r"could not be uploaded.*--resume"):
        run(url)
    with pytest.raises(FervidError, match="There is no complete result"):
        read_results(url)
    with pytest.raises(UsageError, match="was not uploaded"):
        run(url, number=2)
    resumed, _ = run(url, number=3, resume=True)
    assert resumed.finished is not None
    assert kept(bucket) == WHOLE
    assert set(read_results(url, "sources")["run_id"]) == {"run-1"}


def test_a_store_that_is_away_costs_the_copy_of_parts_and_not_the_run(
    bucket: Bucket, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.fail(status(403), "PUT", "partial/parts", times=99)
    with pytest.raises(Stop):
        run(url, dies_after="ab")
    assert "Until that works no other machine can resume this run." in caplog.text
    resumed, _ = run(url, number=2, resume=True)
    assert resumed.done == {"a.mp4", "b.mp4"}


def test_a_multipart_upload_is_whole_or_leaves_nothing(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "PART_BYTES", 5 << 20)
    file, there = tmp_path / "film", objects.Location.of(bucket.url("film"))
    file.write_bytes(os.urandom(12 << 20))
    bucket.fail(status(403), "PUT", "partNumber=2")
    with pytest.raises(FervidError, match="refuses access"):
        objects.upload(file, there)
    assert not kept(bucket)
    assert not uploads_left(bucket)
    bucket.fail(refuse_to_talk, "PUT", "partNumber=2")
    bucket.fail(slow_down, "PUT", "partNumber=3", times=2)
    objects.upload(file, there)
    assert bucket.get("film") == file.read_bytes()


def test_other_commands_read_it(url: str, tmp_path: Path) -> None:
    run(url, report=True)
    assert len(summarize(url).sources()) == 3
    assert convert(url, "openface", tmp_path / "openface").files
    page = write_report(url, tmp_path / "page.html")
    assert b"</html>" in page.read_bytes()
    with pytest.raises(UsageError, match=r"-o report\.html"):
        write_report(url)


def test_a_name_that_no_result_can_have_is_refused(bucket: Bucket) -> None:
    for out in (f"s3://{bucket.name}", bucket.url("night/results.txt"), "https://x.org/r.parquet"):
        with pytest.raises(UsageError):
            check_out(out, overwrite=True)


def test_a_second_run_is_told_who_writes_there(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "BEAT_S", 0.05)
    monkeypatch.setattr(claims, "WATCH_S", 0.3)
    said = rf"Another run is writing to {url}.*process {os.getpid()} on "
    with open_output(url, overwrite=False):
        with pytest.raises(UsageError, match=said):
            run(url, number=2)
        with on_machine("another", tmp_path, monkeypatch), pytest.raises(UsageError, match=said):
            run(url, number=3)
    run(url, number=4)
    assert len(read_results(url)) == 6
