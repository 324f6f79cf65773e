"""What a store does to an object that is fetched costs that source alone, if anything."""

from __future__ import annotations

import pytest

from fervid.errors import FervidError
from fervid.sources import Listed, discover
from tests.s3_faults import Fault, drip, first, refuse_to_talk, reset, short, slow_down, status
from tests.s3_server import KEY_ID, SECRET, Bucket
from tests.staged import BIG, taken

pytestmark = pytest.mark.usefixtures("staged_here")


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
    gone, longer = bucket.url("gone.mp4"), bucket.url("longer.mp4")
    assert f"Cannot read {gone}: it is not there any more." in texts["gone.mp4"]
    assert f"{longer} changed: 7 bytes when found, 16 when read." in texts["longer.mp4"]


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
