"""A run into a bucket that dies leaves no half result, and any machine goes on with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fervid import read_results
from fervid.errors import FervidError, UsageError
from fervid.store import objects
from fervid.store.claim import STALE_S
from tests.resumed import Stop
from tests.s3_server import Bucket
from tests.stored import (
    CLAIM,
    WHOLE,
    Nursery,
    kept,
    killing,
    on_machine,
    run,
    sources_of,
    uploads_left,
)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "here"))
    monkeypatch.setattr(objects, "PAUSES_S", (0.05,) * 6)


@pytest.fixture
def url(bucket: Bucket) -> str:
    return bucket.url("night/results.parquet")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as started:
        yield started


@pytest.mark.parametrize("machine", ["here", "another"])
def test_a_run_that_broke_off_is_resumed_on_any_machine(
    bucket: Bucket, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    with pytest.raises(Stop):
        run(url, dies_after="ab")
    assert not WHOLE & kept(bucket)
    with pytest.raises(UsageError, match=r"s3://.*\.partial is what a run that did not end left"):
        run(url, number=2)
    with on_machine(machine, tmp_path, monkeypatch):
        resumed, _ = run(url, number=3, resume=True)
    assert resumed.done == {"a.mp4", "b.mp4"}
    assert sources_of(url) == ["a.mp4", "b.mp4", "c.mp4"]
    assert kept(bucket) == WHOLE


@pytest.mark.parametrize("machine", ["here", "another"])
def test_a_growing_run_that_broke_off_is_resumed_on_any_machine(
    bucket: Bucket, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    run(url, "ab")
    with pytest.raises(Stop):
        run(url, "abcd", number=2, resume=True, dies_after="c")
    assert sources_of(url) == ["a.mp4", "b.mp4"]
    with on_machine(machine, tmp_path, monkeypatch):
        resumed, _ = run(url, "abcd", number=3, resume=True)
    assert resumed.done == {"a.mp4", "b.mp4", "c.mp4"}
    assert sources_of(url) == ["a.mp4", "b.mp4", "c.mp4", "d.mp4"]
    assert kept(bucket) == WHOLE


def test_parts_here_give_way_to_a_result_that_another_machine_made_since(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Stop):
        run(url, dies_after="a")
    with on_machine("another", tmp_path, monkeypatch):
        run(url, "abcd", number=2, resume=True)
    resumed, _ = run(url, number=3, resume=True)
    assert resumed.finished is not None
    assert sources_of(url) == ["a.mp4", "b.mp4", "c.mp4", "d.mp4"]


def test_overwriting_deletes_what_a_run_left_behind(bucket: Bucket, url: str) -> None:
    with pytest.raises(Stop):
        run(url, dies_after="ab")
    run(url, "c", number=2, overwrite=True)
    assert sources_of(url) == ["c.mp4"]
    assert kept(bucket) == WHOLE


MOMENTS = [
    ("here", "PUT", CLAIM),
    ("another", "PUT", "night/results.sources.parquet"),
    ("here", "PUT", "night/results.parquet"),
    ("another", "PUT", "night/results.parquet"),
    ("another", "PUT", "night/results.manifest.json"),
    ("here", "DELETE", "night/results.parquet.partial/manifest.json"),
    ("another", "DELETE", CLAIM),
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("machine", "method", "key"), MOMENTS)
def test_a_kill_at_any_moment_leaves_no_half_result_and_resume_completes_it(
    bucket: Bucket,
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nursery: Nursery,
    machine: str,
    method: str,
    key: str,
) -> None:
    bucket.fail(killing(nursery), method, f"{bucket.name}/{key}?")
    nursery.start(bucket, url, tmp_path / "here")
    assert nursery.ended() == -9
    if "night/results.manifest.json" in kept(bucket):
        assert len(read_results(url)) == 6
    else:
        with pytest.raises(FervidError, match="There is no complete result"):
            read_results(url)
    if machine == "another":
        _let_the_claim_grow_old(bucket)
    with on_machine(machine, tmp_path, monkeypatch):
        run(url, number=2, resume=True)
    assert len(read_results(url)) == 6
    assert kept(bucket) == WHOLE
    assert not uploads_left(bucket)


def _let_the_claim_grow_old(bucket: Bucket) -> None:
    if CLAIM in kept(bucket):
        facts = json.loads(bucket.get(CLAIM))
        bucket.put(CLAIM, json.dumps({**facts, "seen_s": facts["seen_s"] - STALE_S}).encode())


def test_what_a_killed_upload_left_is_ended_by_the_next_run(bucket: Bucket, url: str) -> None:
    for key in ("night/results.parquet", "night/results.parquet.other"):
        bucket.client.create_multipart_upload(Bucket=bucket.name, Key=key)
    run(url)
    assert uploads_left(bucket) == ["night/results.parquet.other"]
