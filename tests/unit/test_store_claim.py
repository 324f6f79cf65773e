"""A place in a store is held by one process at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fervid.errors import UsageError
from fervid.store import Location, claim
from fervid.store.claim import STALE_S, Claim
from tests.s3_faults import refuse_to_talk, status
from tests.s3_server import Bucket


def claimed(bucket: Bucket, folder: str = "one") -> Claim:
    return Claim(Location.of(bucket.url("claim.json")), "s3://results", folder)


def grow_old(bucket: Bucket) -> None:
    facts = json.loads(bucket.get("claim.json"))
    bucket.put("claim.json", json.dumps({**facts, "seen_s": facts["seen_s"] - STALE_S}).encode())


def test_another_machine_is_told_who_holds_it(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "BEAT_S", 0.05)
    monkeypatch.setattr(claim, "WATCH_S", 0.2)
    with (
        claimed(bucket),
        pytest.raises(UsageError, match=r"Another run .*process \d+ on .*go on with --resume"),
        claimed(bucket, "two"),
    ):
        pass
    assert not bucket.keys()


def test_a_process_that_died_with_the_same_work_folder_holds_nothing(bucket: Bucket) -> None:
    with claimed(bucket) as first:
        with claimed(bucket) as second:
            second.check()
        assert not first.is_lost  # it did not look
    assert not bucket.keys()


def test_a_holder_that_was_silent_for_long_loses_it_and_learns_of_it(bucket: Bucket) -> None:
    with claimed(bucket) as first:
        grow_old(bucket)
        with claimed(bucket, "two") as second:
            with pytest.raises(UsageError, match="has taken over"):
                first.check()
            second.check()
        assert first.is_lost


def test_a_claim_that_does_not_move_is_waited_for_and_taken(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(claim, "STALE_S", 1.0)
    monkeypatch.setattr(claim, "WATCH_S", 0.1)
    facts = {"holder": "dead", "folder": "other", "seen_s": _now() + 1000}
    bucket.put("claim.json", json.dumps(facts).encode())
    with claimed(bucket) as held:
        held.check()
    assert caplog.text.count("watching for up to 1 s") == 1


def test_what_another_one_holds_now_is_not_given_up(bucket: Bucket) -> None:
    with claimed(bucket):
        bucket.put("claim.json", b'{"holder": "somebody"}')
    assert bucket.keys() == ["claim.json"]


def test_signs_of_life_keep_it(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "BEAT_S", 0.05)
    monkeypatch.setattr(claim, "WATCH_S", 0.2)
    with claimed(bucket):
        grow_old(bucket)
        while json.loads(bucket.get("claim.json"))["seen_s"] < _now() - STALE_S / 2:
            pass
        with pytest.raises(UsageError, match="Another run"), claimed(bucket, "two"):
            pass


def _now() -> float:
    return claim.time.time()


def test_an_answer_that_was_lost_does_not_lock_the_holder_out(bucket: Bucket) -> None:
    bucket.fail(refuse_to_talk, "PUT", "claim.json")
    with claimed(bucket) as held:
        held.check()


def test_a_store_without_conditions_is_looked_at_first(bucket: Bucket) -> None:
    bucket.fail(status(501), "PUT", "claim.json")
    with claimed(bucket) as held:
        held.check()


def test_a_claim_that_is_none_is_taken(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("claim.json", b"\xff{")
    with claimed(bucket, str(tmp_path)) as held:
        held.check()
