"""Objects are fetched ahead of those that read them: whole or not at all, within a bound."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fervid import staging
from fervid.errors import FervidError
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.reader_pool import DecodePlan, ReaderPool
from fervid.sources import Listed, discover
from fervid.staging import Staging
from fervid.store.fetch import Fetch
from fervid.types import Source, SourceEnd
from tests.s3_server import (
    KEY_ID,
    SECRET,
    Bucket,
    Fault,
    drip,
    first,
    refuse_to_talk,
    reset,
    short,
    slow_down,
    status,
)
from tests.served import Server, head, ranged, redirect, then
from tests.served import reset as reset_connection

BIG = os.urandom(20 << 20)  # several ranges


@pytest.fixture(autouse=True)
def _staged_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert not list(tmp_path.glob("fervid-stage-*"))


class Failed(list[SourceEnd]):
    def told(self) -> list[tuple[str, str | None]]:
        return [(end.source.id, end.failure and end.failure.error_type) for end in self]


@contextmanager
def staged(
    sources: tuple[Source, ...], disk_bytes: int | None = None
) -> Iterator[tuple[Staging, Failed]]:
    failed, stop = Failed(), threading.Event()
    tasks = [(source, 1) for source in sources]
    fetch = Fetch(stop.is_set, (0.01, 0.02))
    agenda = Staging(tasks, disk_bytes, 2, stop.is_set, failed.append, fetch)
    with closing(agenda):
        agenda.start()
        try:
            yield agenda, failed
        finally:
            stop.set()


def taken(sources: tuple[Source, ...]) -> tuple[dict[str, bytes], Failed]:
    """Take all, and return what they hold."""
    contents = {}
    with staged(sources) as (agenda, failed):
        while (task := agenda.take(waits=True)) is not None:
            contents[task[0].id] = task[0].path.read_bytes()
            agenda.ended(task[0])
            assert not task[0].path.exists()
    return contents, failed


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


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (slow_down, 3),
        (slow_down, 7),  # more than s3fs itself gets over
        (reset, 2),
        (refuse_to_talk, 2),
        (short, 2),
        (drip(0.5), 1),
        (status(500), 2),
        (status(503), 2),
    ],
)
def test_passing_faults_are_got_over(bucket: Bucket, fault: Fault, times: int) -> None:
    bucket.put("big.mp4", BIG)
    found = discover([bucket.url()]).sources
    bucket.fail(fault, part="big.mp4", times=times)
    contents, failed = taken(found)
    assert contents == {"big.mp4": BIG}
    assert not failed


def test_what_is_gone_or_was_replaced_costs_that_source_alone(bucket: Bucket) -> None:
    for name in ("clip.mp4", "gone.mp4", "longer.mp4", "sound.mp4"):
        bucket.put(name, b"content")
    found = discover([bucket.url()]).sources
    bucket.put("clip.mp4", b"CONTENT")
    bucket.put("longer.mp4", b"more and content")
    bucket.delete("gone.mp4")
    contents, failed = taken(found)
    assert contents == {"sound.mp4": b"content"}
    assert sorted(failed.told()) == [
        ("clip.mp4", "FileChanged"),
        ("gone.mp4", "SourceError"),
        ("longer.mp4", "FileChanged"),
    ]
    texts = {end.source.id: str(end.failure) for end in failed}
    assert "gone.mp4 is not there any more" in texts["gone.mp4"]
    assert "7 bytes when found, 16 when read" in texts["longer.mp4"]


def test_an_object_that_is_replaced_between_two_ranges_is_no_mixture(bucket: Bucket) -> None:
    bucket.put("big.mp4", BIG)
    found = discover([bucket.url()]).sources
    bucket.fail(first(lambda: bucket.put("big.mp4", BIG[::-1])), part="big.mp4")
    contents, failed = taken(found)
    assert not contents
    assert failed.told() == [("big.mp4", "FileChanged")]


def test_an_object_of_a_list_that_never_was_is_a_row(bucket: Bucket) -> None:
    bucket.put("clip.mp4", b"content")
    found = discover([Listed(bucket.url("clip.mp4")), Listed(bucket.url("never.mp4"))]).sources
    contents, failed = taken(found)
    assert list(contents) == ["clip.mp4"]
    assert failed.told() == [("never.mp4", "SourceError")]


def test_a_store_that_refuses_says_so_without_a_secret(bucket: Bucket) -> None:
    bucket.put("clip.mp4", b"content")
    found = discover([bucket.url()]).sources
    bucket.fail(status(403), part="clip.mp4", times=99)
    bucket.fail(status(403), "HEAD", "clip.mp4", times=99)
    _, failed = taken(found)
    assert failed.told() == [("clip.mp4", "StoreError")]
    assert "refuses access" in str(failed[0].failure)
    assert SECRET not in repr(failed)
    assert KEY_ID not in repr(failed)


def test_a_store_that_gives_nothing_more_ends_the_run(bucket: Bucket) -> None:
    for number in range(30):
        bucket.put(f"{number}.mp4", b"content")
    found = discover([bucket.url()]).sources
    for method in ("GET", "HEAD"):
        bucket.fail(status(403), method, ".mp4", times=999)
    with pytest.raises(FervidError, match="20 sources in a row"):
        taken(found)


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


LATER = "Tue, 03 Feb 2026 04:05:06 GMT"


def web(content: bytes, **headers: object) -> Callable[..., None]:
    answer = ranged(content)

    def both(connection: object, request: object) -> None:
        if request.line.startswith("HEAD"):  # type: ignore[attr-defined]
            facts = {"Content_Length": len(content), "Last_Modified": LATER, **headers}
            connection.sendall(head("200 OK", Connection="close", **facts))  # type: ignore[attr-defined]
        else:
            answer(connection, request)  # type: ignore[arg-type]

    return both


def test_a_web_servers_file_is_staged(bucket: Bucket) -> None:  # noqa: ARG001 - sets NO_PROXY
    with Server(web(b"content")) as server:
        (source,) = discover([f"{server.url}/clip.mp4?sig=hush"]).sources
        contents, failed = taken((source,))
    assert contents == {"clip.mp4": b"content"}
    assert not failed
    assert all("sig=hush" in request.line for request in server.requests)


def test_a_web_server_that_breaks_off_is_asked_again() -> None:
    cut = then(
        lambda connection, _: connection.sendall(head("200 OK", Content_Length=7) + b"con"),
        reset_connection,
    )
    with Server(web(b"content"), cut, web(b"content")) as server:
        contents, failed = taken(discover([f"{server.url}/clip.mp4"]).sources)
    assert contents == {"clip.mp4": b"content"}
    assert not failed


def test_a_web_server_that_sends_more_than_it_said_costs_its_source() -> None:
    with Server(web(b"content"), web(bytes(1 << 20), Content_Length=7)) as server:
        _, failed = taken(discover([f"{server.url}/clip.mp4?sig=hush"]).sources)
    assert failed.told() == [("clip.mp4", "StoreError")]
    assert "more bytes came" in str(failed[0].failure)
    assert "hush" not in str(failed[0].failure)


def test_redirections_are_followed() -> None:
    with Server(web(b"content")) as second, Server(redirect(second.url + "/x")) as server:
        contents, _ = taken(discover([f"{server.url}/clip.mp4"]).sources)
    assert contents == {"clip.mp4": b"content"}


def test_times_of_objects_are_whole_seconds(bucket: Bucket) -> None:
    bucket.put("clip.mp4", b"content")
    (listed,), (named,) = (discover([bucket.url(key)]).sources for key in ("", "clip.mp4"))
    assert (listed.mtime, listed.etag) == (named.mtime, named.etag)
    assert not listed.mtime.microsecond
