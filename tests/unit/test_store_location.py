"""Where something lies: addresses, what they may hold, what is told of them and of faults."""

from __future__ import annotations

import sys

import pytest

from fervid.errors import FervidError, UsageError
from fervid.store import Location, is_passing, is_url, told
from tests.s3_faults import refuse_to_talk, slow_down, status
from tests.s3_server import KEY_ID, SECRET, Bucket


@pytest.mark.parametrize("text", ["s3://b", "gs://b/k", "az://c/k", "https://h/x?y", "ftp://h/x"])
def test_an_address_is_told_from_a_path(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize("text", ["clip.mp4", "/a/b", "a:b", "s3:/b", "C:\\x", "//host/x", ""])
def test_a_path_is_none(text: str) -> None:
    assert not is_url(text)


def test_a_key_is_literal() -> None:
    text = "s3://bucket/a b/100%#1?.mp4"
    assert Location.of(text).url == text
    assert Location.of(text).path == text.removeprefix("s3://")


def test_the_query_of_a_web_address_is_asked_for_but_never_told() -> None:
    location = Location.of("https://host/a/clip.mp4?sig=secret&x=1")
    assert location.url == "https://host/a/clip.mp4"
    assert "sig=secret" in location.address
    assert "secret" not in repr(location)


@pytest.mark.parametrize(
    "text",
    [
        "s3://key:hush@bucket/x",
        "https://user:hush@host/x",
        "abfs://container:hush@account/x",
        "az://container/x?sv=1&sig=hush",
        "s3://bucket/x?X-Amz-Signature=hush",
    ],
)
def test_an_address_with_a_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Location.of(text)
    assert "hush" not in str(caught.value)


def test_the_container_of_azure_is_no_user() -> None:
    text = "abfss://films@account.dfs.core.windows.net/2024/a.mp4"
    assert Location.of(text).url == text


@pytest.mark.parametrize("text", ["ftp://host/x", "s3://", "https:///x"])
def test_an_address_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Location.of(text)


@pytest.mark.parametrize(
    ("text", "extra"),
    [("s3://b/k", "s3"), ("gs://b/k", "gs"), ("az://c/k", "az"), ("https://h/k", "https")],
)
def test_a_missing_package_is_told_with_the_line_that_installs_it(
    text: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec.registry  # noqa: F401 - to be emptied

    for name in ("s3fs", "gcsfs", "adlfs", "aiohttp"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "fsspec.implementations.http", raising=False)
    registered = sys.modules["fsspec.registry"]._registry  # type: ignore[attr-defined]
    for scheme in list(registered):
        monkeypatch.delitem(registered, scheme)
    with pytest.raises(FervidError) as caught:
        Location.of(text).filesystem()
    assert caught.value.remedy == f'pip install "fervid[{extra}]"'


def test_parts_of_an_address() -> None:
    location = Location.of("s3://bucket/a/b/")
    assert location.name == "b"
    assert location.parent.url == "s3://bucket/a"
    assert location.child("c", "d.mp4").url == "s3://bucket/a/b/c/d.mp4"
    assert location.parent.parent.url == "s3://bucket"
    assert location.parent.parent.parent.url == "s3://bucket"


def failure_of(bucket: Bucket, key: str = "x") -> OSError:
    location = Location.of(bucket.url(key))
    with pytest.raises(OSError) as caught:  # noqa: PT011 - which one is the question
        location.filesystem().cat_file(location.path)
    return caught.value


def test_a_missing_key_does_not_pass(bucket: Bucket) -> None:
    error = failure_of(bucket)
    assert not is_passing(error)
    said = told(error, Location.of(bucket.url("x")))
    assert said.message == f"Cannot read {bucket.url('x')}: it is not there."


def test_a_refusal_does_not_pass(bucket: Bucket) -> None:
    bucket.put("x", b"x")
    bucket.fail(status(403), times=99)
    error = failure_of(bucket)
    assert not is_passing(error)
    text = str(told(error, Location.of(bucket.url("x"))))
    assert "refuses access" in text
    assert SECRET not in text
    assert KEY_ID not in text


@pytest.mark.parametrize("fault", [slow_down, refuse_to_talk])
def test_throttling_and_broken_connections_pass(bucket: Bucket, fault: object) -> None:
    from s3fs import S3FileSystem

    bucket.put("x", b"x")
    bucket.fail(fault, times=999)  # type: ignore[arg-type]
    filesystem = S3FileSystem(config_kwargs={"retries": {"max_attempts": 0}})
    filesystem.retries = 1
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
        filesystem.cat_file(f"{bucket.name}/x")
    assert is_passing(caught.value)
    assert "Check the network" in told(caught.value, Location.of(bucket.url("x"))).remedy


def test_a_fault_is_got_over_by_the_file_system_itself(bucket: Bucket) -> None:
    bucket.put("x", b"content")
    bucket.fail(slow_down, times=2)
    location = Location.of(bucket.url("x"))
    assert location.filesystem().cat_file(location.path) == b"content"
    assert bucket.read()["x"] == 3
