"""Objects are fetched ahead of those that read them: whole or not at all, within a bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fervid import staging
from fervid.errors import FervidError
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.reader_pool import DecodePlan, ReaderPool
from fervid.sources import discover
from fervid.types import Source, SourceEnd
from tests.s3_faults import drip, slow_down
from tests.s3_server import Bucket
from tests.staged import BIG, staged, taken

pytestmark = pytest.mark.usefixtures("staged_here")


def test_objects_are_staged_whole_and_deleted_at_their_end(bucket: Bucket) -> None:
    bucket.put("big.mp4", BIG)
    bucket.put("small.png", b"small")
    bucket.put("empty.mp4", b"")
    contents, failed = taken(discover([bucket.url()]).sources)
    assert contents == {"big.mp4": BIG, "small.png": b"small", "empty.mp4": b""}
    assert not failed
    spans = sorted(one.span or "" for one in bucket.asked if one.key.endswith("big.mp4"))
    assert spans == ["bytes=0-8388607", "bytes=16777216-20971519", "bytes=8388608-16777215"]


def test_a_staged_file_is_the_one_that_was_found(bucket: Bucket) -> None:
    bucket.put("a/clip.mp4", b"\xff\xd8\xff a photo")
    (source,) = discover([bucket.url("a")]).sources
    with staged((source,)) as (agenda, _):
        task = agenda.take(waits=True)
        assert task is not None
        found = task[0]
        assert (found.path.name, found.kind, source.kind) == ("clip.mp4", "image", "video")
        assert found.path.stat().st_mtime == source.mtime.timestamp()
        assert (
            not found.path.stat().st_mode & 0o077
            or not found.path.parents[1].stat().st_mode & 0o077
        )


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_staged_sources_keep_to_the_bound(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(6):
        bucket.put(f"{number}.mp4", bytes(1000))
    bucket.put("large.mp4", bytes(5000))

    def size() -> int:
        return sum(one.stat().st_size for one in tmp_path.rglob("*.mp4"))

    with staged(discover([bucket.url()]).sources, 2500) as (agenda, failed):
        for _ in range(6):
            task = agenda.take(waits=True)
            assert task is not None
            wait_until(lambda: agenda._held_bytes == 2000 or not agenda._todo)
            assert size() <= 2500
            agenda.ended(task[0])
        assert agenda.take(waits=True) is None
    assert failed.told() == [("large.mp4", "SourceError")]
    assert "--stage-disk" in str(failed[0].failure)


def test_no_more_is_fetched_ahead_than_is_of_use(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_AHEAD_BYTES", 3000)
    for number in range(20):
        bucket.put(f"{number}.mp4", bytes(1000))
    with staged(discover([bucket.url()]).sources) as (agenda, _):
        wait_until(lambda: len(agenda._ready) >= 4)
        time.sleep(0.5)  # for those that should not come
        assert len(agenda._ready) <= 4 + 4


def test_a_stop_does_not_wait_for_what_drips(bucket: Bucket) -> None:
    bucket.put("clip.mp4", bytes(1 << 20))
    found = discover([bucket.url()]).sources
    bucket.fail(drip(100, 1000), part="clip.mp4")
    with staged(found) as (agenda, failed):
        wait_until(lambda: bool(bucket.read()))
        assert agenda.take(waits=False) is None
    assert not failed  # and the end of the test has not waited for its time


def test_a_full_disk_ends_the_run_and_says_where(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("clip.mp4", b"content")
    found = discover([bucket.url()]).sources

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(FervidError, match=r"cannot be written.*--stage-disk"):
        taken(found)


def test_what_a_killed_run_left_is_swept(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "fervid-stage-old").mkdir()
    (tmp_path / "fervid-stage-old/clip.mp4").write_bytes(b"")
    bucket.put("clip.mp4", b"content")
    taken(discover([bucket.url()]).sources)
    assert not (tmp_path / "fervid-stage-old").exists()


@pytest.mark.parametrize("isolated", [False, True])
def test_a_pool_reads_objects_and_files_alike(bucket: Bucket, clips: Path, isolated: bool) -> None:
    paths = sorted(clips.iterdir())
    for path in paths:
        bucket.put(f"clips/{path.name}", path.read_bytes())
    bucket.put("clips/zz-broken.mp4", b"no film")
    here = discover(paths).sources
    there = discover([bucket.url("clips")]).sources
    bucket.delete("clips/zz-broken.mp4")
    bucket.fail(slow_down, times=2)

    def read(sources: tuple[Source, ...]) -> dict[str, tuple[object, ...]]:
        plan = DecodePlan(2, 1, isolated=isolated)
        with closing(ReaderPool(sources, Sampling(), plan, 1 << 24, Limits(), hashes=True)) as pool:
            pool.start()
            ends = [item for item in pool.items() if isinstance(item, SourceEnd)]
        return {
            end.source.id: (end.status, end.frames_total, end.frames_sampled, end.sha256, end.codec)
            for end in ends
        }

    expected, got = read(here), read(there)
    assert got.pop("zz-broken.mp4")[0] == "failed"
    assert got == expected
    assert {facts[0] for facts in got.values()} == {"ok"}
    assert set(bucket.read().values()) <= {1, 2, 3}


def test_times_of_objects_are_whole_seconds(bucket: Bucket) -> None:
    bucket.put("clip.mp4", b"content")
    (listed,), (named,) = (discover([bucket.url(key)]).sources for key in ("", "clip.mp4"))
    assert (listed.mtime, listed.etag) == (named.mtime, named.etag)
    assert not listed.mtime.microsecond
