"""Nothing of an earlier night, or of somebody else, is lost where a result is made in a bucket."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from fervid import read_results
from fervid.errors import FervidError, UsageError
from fervid.store import Location, objects
from fervid.write.remote import deliver, mirror, opening
from tests.s3_server import Bucket
from tests.stored import on_machine, run


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "here"))
    monkeypatch.setattr(objects, "PAUSES_S", (0.05,) * 6)


class Kill(BaseException):
    pass


def _die_before_the_manifest(location: Location, content: bytes) -> None:
    if location.url.endswith("manifest.json") and ".partial" not in location.url:
        raise Kill
    objects.write_bytes(location, content)


@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize("name", ["results.parquet", "results"])
def test_earlier_nights_outlive_a_machine_that_dies_uploading(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_lost: bool
) -> None:
    url = bucket.url(f"night/{name}")
    run(url, "ab")
    with on_machine("two", tmp_path, monkeypatch), monkeypatch.context() as patch:
        patch.setattr(deliver, "write_bytes", _die_before_the_manifest)
        patch.setattr(mirror.Mirror, "_follow", lambda _: None)
        with pytest.raises(Kill):
            run(url, "c", number=2, resume=True)
    if is_lost:
        for key in [each for each in bucket.keys() if "/parts/" in each]:  # noqa: SIM118 (no dict)
            bucket.delete(key)
    with on_machine("three", tmp_path, monkeypatch):
        if is_lost:
            with pytest.raises(UsageError, match="what it kept of that result is not in the store"):
                run(url, "c", number=3, resume=True)
            return
        run(url, "c", number=3, resume=True)
    assert set(read_results(url)["source"]) == {"a.mp4", "b.mp4", "c.mp4"}


def test_what_lies_beside_a_result_and_is_not_fervid_s_stays(bucket: Bucket) -> None:
    bucket.put("night/results.partial/film.mp4", b"precious")
    with pytest.raises(UsageError, match=r"film\.mp4 is not fervid's"):
        run(bucket.url("night/results"), overwrite=True)
    assert bucket.keys() == ["night/results.partial/film.mp4"]


def test_what_came_into_the_folder_meanwhile_stays_and_so_does_the_result_here(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = bucket.url("night/results")
    real = deliver.deliver

    def late(*args: object) -> object:
        bucket.put("night/results/thesis.docx", b"precious")
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(opening, "deliver", late)
        with pytest.raises(UsageError, match="what that finished lies in"):
            run(url)
    assert bucket.get("night/results/thesis.docx") == b"precious"
    bucket.delete("night/results/thesis.docx")
    run(url, number=2, resume=True)
    assert set(read_results(url, "sources")["run_id"]) == {"run-1"}


def test_a_bucket_that_goes_meanwhile_costs_no_result(bucket: Bucket) -> None:
    url = bucket.url("results.parquet")

    def go(*_: object) -> bool:
        while True:  # as other files arrive meanwhile
            for key in bucket.keys():  # noqa: SIM118 (no dict)
                bucket.delete(key)
            try:
                bucket.client.delete_bucket(Bucket=bucket.name)
            except ClientError as error:
                assert error.response["Error"]["Code"] == "BucketNotEmpty"  # noqa: PT017
            else:
                return False

    bucket.fail(go, "PUT", "results.sources.parquet")
    with pytest.raises(FervidError, match=r"could not be uploaded. There is no bucket.*--resume"):
        run(url)
    bucket.client.create_bucket(Bucket=bucket.name)
    run(url, number=2, resume=True)
    assert len(read_results(url)) == 6
