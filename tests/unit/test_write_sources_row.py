"""What the sources table says of a source's rows."""

from __future__ import annotations

import pandas as pd
import pytest

from fervid.results import to_pandas
from fervid.types import SourceEnd
from tests.observed import Item, end, failed, seen, source, unseen, write_to


def sources_row(*items: Item) -> pd.Series:
    [row] = to_pandas(write_to(None, items).sources, "sources").to_dict("records")
    return pd.Series(row)


def test_frames_and_faces_are_counted_apart() -> None:
    row = sources_row(
        seen("a.mp4", 0),
        seen("a.mp4", 0, number=1),
        unseen("a.mp4", 1),
        seen("a.mp4", 2),
        unseen("a.mp4", 3, "decode_failed"),
        end("a.mp4", 4),
    )
    assert (row["frames_with_face"], row["faces"], row["valid_fraction"]) == (2, 3, 0.5)


def test_means_weigh_every_face_the_same() -> None:
    row = sources_row(
        seen("a.mp4", 0, best="sad"),
        seen("a.mp4", 1, best="happy"),
        seen("a.mp4", 1, number=1, best="happy"),
        unseen("a.mp4", 2),
        end("a.mp4", 3),
    )
    assert row["mean_happy"] == pytest.approx((0.7 + 0.7 + 0.05) / 3)
    assert row["mean_sad"] == pytest.approx((0.05 + 0.05 + 0.7) / 3)
    assert row["dominant_emotion"] == "happy"


def test_without_a_face_there_is_no_mean_and_no_dominant_emotion() -> None:
    row = sources_row(unseen("a.mp4", 0), end("a.mp4", 1))
    assert row["valid_fraction"] == 0
    assert row[["mean_happy", "mean_neutral", "dominant_emotion"]].isna().all()


def test_a_source_that_never_opened_has_no_numbers_but_a_reason() -> None:
    row = sources_row(failed("a.mp4"))
    assert row[["valid_fraction", "width", "seconds", "container"]].isna().all()
    assert (row["error_type"], row["remedy"]) == ("SourceError", "Fix.")
    assert (row["frames_total"], row["faces"]) == (0, 0)


def test_seconds_run_from_opening_to_the_end() -> None:
    row = sources_row(end("a.mp4", opened_at=0.001))
    assert row["seconds"] > 0
    assert sources_row(end("a.mp4"))["seconds"] < 5


def test_the_run_and_the_file_are_named_in_every_row() -> None:
    row = sources_row(SourceEnd(source("a b.mp4"), "skipped"))
    assert row["run_id"] == "run-1"
    assert (row["model"], row["detector"]) == ("residual-se", "mtcnn")
    assert row["uri"] == "file:///media/x.mp4"
    assert row["mtime"] == pd.Timestamp("2024-05-01 12:00", tz="UTC")
    assert row["analyzed_at"].tzname() == "UTC"
