"""What addresses stand for: the same sources, ids and omissions as folders of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fervid.errors import FervidError, UsageError
from fervid.sources import Discovery, Listed, discover, uri
from tests.s3_faults import slow_down, status
from tests.s3_server import Bucket
from tests.served import Server, head, raw

NAMES = [
    "a/clip.mp4",
    "a/deep/er/Photo.JPG",
    "a/notes.txt",
    "a/.hidden.mp4",
    "a/.git/clip.mp4",
    "a/out/.fervid",
    "a/out/charts/1.png",
    "a/=cmd.mp4",
    "a/100% #1 ?.mp4",
    "b/clip.mp4",
]
BELOW_A = ["./=cmd.mp4", "100% #1 ?.mp4", "clip.mp4", "deep/er/Photo.JPG"]


@pytest.fixture
def filled(bucket: Bucket) -> Bucket:
    for name in NAMES:
        bucket.put(name, name.encode())
    bucket.put("a/folder.mp4/", b"")
    bucket.asked.clear()
    return bucket


def ids(found: Discovery) -> list[str]:
    return [source.id for source in found.sources]


@pytest.mark.parametrize("end", ["", "/"])
def test_a_prefix_is_like_a_folder(filled: Bucket, tmp_path: Path, end: str) -> None:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    here, there = discover([tmp_path / "a"]), discover([filled.url("a") + end])
    assert (
        ids(there) == ids(here) == ["./=cmd.mp4", "100% #1 ?.mp4", "clip.mp4", "deep/er/Photo.JPG"]
    )
    assert there.ignored == here.ignored == 1
    for one, other in zip(here.sources, there.sources, strict=True):
        assert (one.kind, one.size_bytes) == (other.kind, other.size_bytes)
        assert uri(other).startswith(filled.url("a/"))
        assert abs(one.mtime - other.mtime).total_seconds() < 60
        assert not other.path.exists()
    assert there.root == filled.url("a")


def test_nothing_is_read_to_find_them(filled: Bucket) -> None:
    discover([filled.url()])
    assert not filled.read()


def test_a_whole_bucket(filled: Bucket) -> None:
    found = discover([filled.url().rstrip("/")])
    assert "b/clip.mp4" in ids(found)
    assert len(found.sources) == 5


def test_one_object_is_like_one_file(filled: Bucket) -> None:
    found = discover([filled.url("a/clip.mp4")])
    assert ids(found) == ["clip.mp4"]
    assert len(filled.asked) == 1


def test_an_object_that_is_named_is_a_source_whatever_it_is(filled: Bucket) -> None:
    found = discover([filled.url("a/notes.txt")])
    assert [(source.id, source.kind) for source in found.sources] == [("notes.txt", "video")]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*/clip.mp4", ["a/clip.mp4", "b/clip.mp4"]),
        ("a/**/*.JPG", ["deep/er/Photo.JPG"]),
        ("**/**/clip.mp4", ["a/clip.mp4", "b/clip.mp4"]),
        ("a/de*", ["deep/er/Photo.JPG"]),
        ("?/clip.mp[4]", ["a/clip.mp4", "b/clip.mp4"]),
        ("a/100% #1 ?.mp4", ["100% #1 ?.mp4"]),
    ],
)
def test_patterns(filled: Bucket, pattern: str, expected: list[str]) -> None:
    assert ids(discover([filled.url(pattern)])) == expected


def test_ids_are_relative_to_what_all_have_in_common_or_to_the_root(filled: Bucket) -> None:
    inputs = [filled.url("a/deep/"), filled.url("a/clip.mp4"), filled.url("b")]
    assert ids(discover(inputs[:2])) == ["clip.mp4", "deep/er/Photo.JPG"]
    assert ids(discover(inputs)) == ["a/clip.mp4", "a/deep/er/Photo.JPG", "b/clip.mp4"]
    assert ids(discover(inputs[:2], filled.url())) == ["a/clip.mp4", "a/deep/er/Photo.JPG"]
    with pytest.raises(UsageError, match="outside the root"):
        discover(inputs, filled.url("a"))


def test_beside_files_an_object_is_called_by_its_url(filled: Bucket, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"")
    found = discover([tmp_path, filled.url("a/clip.mp4")])
    assert ids(found) == ["clip.mp4", filled.url("a/clip.mp4")]
    assert found.root == tmp_path
    for root in (tmp_path, filled.url()):
        with pytest.raises(UsageError, match="root"):
            discover([tmp_path, filled.url("a/clip.mp4")], root)


def test_an_object_is_found_once(filled: Bucket) -> None:
    assert ids(discover([filled.url("a"), filled.url("a/clip.mp4"), filled.url("*/clip.mp4")])) == [
        "a/100% #1 ?.mp4",
        "a/=cmd.mp4",
        "a/clip.mp4",
        "a/deep/er/Photo.JPG",
        "b/clip.mp4",
    ]


def test_what_is_not_there_is_an_error_but_of_a_list_a_source(filled: Bucket) -> None:
    url = filled.url("a/gone.mp4")
    with pytest.raises(UsageError, match=r"No such object or prefix: s3://.*gone\.mp4"):
        discover([url])
    gone, there = discover([Listed(url), Listed(filled.url("a/clip.mp4"))]).sources[::-1]
    assert (gone.id, gone.size_bytes) == ("gone.mp4", 0)
    assert there.id == "clip.mp4"


def test_what_a_list_names_and_a_store_refuses_is_a_source(filled: Bucket) -> None:
    url = filled.url("a/clip.mp4")
    filled.fail(status(403), "HEAD", "clip.mp4", times=99)
    assert ids(discover([Listed(url)])) == ["clip.mp4"]
    with pytest.raises(FervidError, match="refuses access"):
        discover([url])


def test_a_name_that_is_no_files_is_changed_for_the_disk(filled: Bucket) -> None:
    names = ("x/..", "x/" + "ä" * 300 + ".mp4")
    for name in names:
        filled.put(name, b"x")
    for source in discover([filled.url(name) for name in names]).sources:
        assert source.path.parent.name == "null"
        assert len(os.fsencode(source.path.name)) <= 255


def test_a_bucket_without_media_says_so(filled: Bucket) -> None:
    filled.put("texts/notes.txt", b"")
    with pytest.raises(UsageError, match="No videos or images"):
        discover([filled.url("texts")])
    assert not discover([filled.url("texts")], may_be_empty=True).sources


def test_throttled_listings_are_repeated(filled: Bucket) -> None:
    filled.fail(slow_down, part="list-type", times=2)
    assert len(discover([filled.url()]).sources) == 5


@pytest.mark.usefixtures("filled")
def test_a_bucket_that_is_not_there_is_told() -> None:
    with pytest.raises(FervidError, match=r"There is no bucket .no-such-bucket. at"):
        discover(["s3://no-such-bucket/"])


def test_a_listing_goes_page_by_page(filled: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3fs import S3FileSystem

    real = S3FileSystem.call_s3
    monkeypatch.setattr(
        S3FileSystem,
        "call_s3",
        lambda self, name, **wanted: real(
            self, name, **wanted, **({"MaxKeys": 2} if name.startswith("list") else {})
        ),
    )
    assert len(discover([filled.url()]).sources) == 5
    assert sum("list-type" in asked.query for asked in filled.asked) == 6


@pytest.fixture
def in_memory() -> Iterator[None]:
    from fsspec.implementations.memory import MemoryFileSystem

    filesystem = MemoryFileSystem()
    for name in NAMES:
        filesystem.pipe_file(f"/bucket/{name}", name.encode())
    yield
    filesystem.rm("/bucket", recursive=True)


@pytest.mark.usefixtures("in_memory")
def test_stores_of_other_kinds_are_listed_by_fsspec() -> None:
    found = discover(["memory://bucket/a"])
    assert ids(found) == BELOW_A
    assert found.sources[2].url == "memory://bucket/a/clip.mp4"
    assert ids(discover(["memory://bucket/a/clip.mp4"])) == ["clip.mp4"]
    assert ids(discover(["memory://bucket/*/clip.mp4"])) == ["a/clip.mp4", "b/clip.mp4"]


LATER = "Tue, 03 Feb 2026 04:05:06 GMT"


def test_a_web_address_is_one_file() -> None:
    answer = raw(
        head("200 OK", Content_Length=5, Last_Modified=LATER, ETag='"x"', Connection="close")
    )
    with Server(answer) as server:
        (source,) = discover([f"{server.url}/a/clip.mp4?sig=hush"]).sources
        with pytest.raises(UsageError, match="question mark"):
            discover([f"{server.url}/clip.mp4?a=1", f"{server.url}/clip.mp4?a=2"])
    assert (source.id, source.size_bytes, source.etag) == ("clip.mp4", 5, '"x"')
    assert source.mtime == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert source.url == f"{server.url}/a/clip.mp4"
    assert "hush" not in repr(source)
    assert source.address
    assert source.address.endswith("?sig=hush")


def test_what_a_web_server_refuses_is_told_without_the_signature() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(Server(raw(head("403 Forbidden", Connection="close"))))
        with pytest.raises(FervidError, match="refuses access") as caught:
            discover([f"{server.url}/clip.mp4?sig=hush"])
        with pytest.raises(UsageError, match="lists none"):
            discover([f"{server.url}/folder/"])
    assert "hush" not in str(caught.value)


def test_a_server_that_nobody_reaches_is_told() -> None:
    with Server(raw()) as server:
        url = server.url
    with pytest.raises(FervidError, match="Check the network"):
        discover([f"{url}/clip.mp4"])
