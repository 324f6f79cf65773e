"""Joining results of several nights, whatever kinds of result they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from fervid.compact import Compacted, compact
from fervid.errors import FervidError, UsageError
from fervid.keywords import make_options
from fervid.results import read_results
from fervid.write import Place, merge, tables
from fervid.write.manifest import damaged, read_manifest
from tests.big_result import write_big_result
from tests.joined import ALL, night, several_nights
from tests.observed import Item, end, expected_rows, failed, seen, table_rows
from tests.resumed import CHOSEN, Stop, run, video
from tests.s3_server import Bucket


@pytest.fixture
def nights(tmp_path: Path) -> list[Path]:
    return several_nights(tmp_path)


@pytest.mark.parametrize("out", ["all.parquet", "all.csv", "all.csv.gz", "all"])
def test_of_two_that_tell_of_a_source_the_later_one_counts(
    tmp_path: Path, nights: list[Path], out: str
) -> None:
    assert compact(nights, tmp_path / out) == Compacted(str(tmp_path / out), 4, 5, 3)

    assert table_rows(read_results(tmp_path / out)) == expected_rows(ALL)
    sources = read_results(tmp_path / out, "sources")
    assert sources["source"].tolist() == ["0.mp4", "1.mp4", "2.mp4", "3.mp4", "a.mp4"]
    assert sources["frames_sampled"].tolist() == [1, 1, 1, 1, 5]


def test_in_the_other_order_the_first_night_counts(tmp_path: Path, nights: list[Path]) -> None:
    compact(nights[::-1], tmp_path / "all")
    rows = read_results(tmp_path / "all")
    assert (rows["source"] == "a.mp4").sum() == 2


def test_a_source_that_failed_later_has_no_rows_of_before(tmp_path: Path) -> None:
    first = night(tmp_path, "first", [*video("a.mp4"), *video("b.mp4")])
    second = night(tmp_path, "second", [failed("a.mp4")])
    compact([first, second], tmp_path / "all")
    assert table_rows(read_results(tmp_path / "all")) == expected_rows(video("b.mp4"))
    assert read_results(tmp_path / "all", "sources")["status"].tolist() == ["failed", "ok"]


def test_the_run_file_tells_of_all_runs_and_the_files_are_listed(
    tmp_path: Path, nights: list[Path]
) -> None:
    compact(nights, tmp_path / "all")
    place = Place.of(tmp_path / "all")
    told = json.loads(place.run.read_text())
    assert [each["run_id"] for each in told["earlier_runs"]] == [
        f"run of {path.name}" for path in nights
    ]
    assert [Path(each["result"]) for each in told["compacted"]] == nights
    assert told["sources"] == 5
    manifest = read_manifest(place.manifest)
    assert manifest.run_id == told["run_id"]
    assert damaged(manifest.files, place.out) == []


def test_a_resumed_run_adds_to_what_was_joined(tmp_path: Path, nights: list[Path]) -> None:
    compact(nights, tmp_path / "all")
    stream = [*ALL, *video("new.mp4", 3)]
    resumed = run(tmp_path / "all", stream, ["a.mp4", "0.mp4", "new.mp4"])
    assert resumed.done == {"a.mp4", "0.mp4"}
    assert table_rows(read_results(tmp_path / "all")) == expected_rows(stream)


def test_what_was_joined_can_be_joined_again_in_its_own_place(
    tmp_path: Path, nights: list[Path]
) -> None:
    compact(nights[:3], tmp_path / "all")
    with pytest.raises(UsageError, match="a result already"):
        compact([tmp_path / "all", nights[3]], tmp_path / "all")
    compact([tmp_path / "all", nights[3]], tmp_path / "all", overwrite=True)
    assert table_rows(read_results(tmp_path / "all")) == expected_rows(ALL)


def test_smoothed_results_stay_smoothed(tmp_path: Path) -> None:
    paths = [
        write_big_result(tmp_path / name, 20, 300, seed, smoothed=True)
        for seed, name in enumerate(("first.csv", "second"))
    ]
    compact(paths, tmp_path / "all")
    before, now = read_results(paths[1]), read_results(tmp_path / "all")
    assert "smooth_emotion" in now
    pd.testing.assert_frame_equal(now, before, check_categorical=False)


@pytest.mark.parametrize(
    ("facts", "difference"),
    [
        ({"options": make_options(fps=2)}, r"options\.sampling\.fps was 5, now 2"),
        ({"root": "/elsewhere"}, "root was /media, now /elsewhere"),
        ({"model": {"name": "another"}}, r"model\.name was not set, now another"),
        ({"fervid_version": "9.0"}, r"fervid_version was 0\.1\.0, now 9\.0"),
    ],
)
def test_results_made_in_another_way_are_refused_by_the_difference(
    tmp_path: Path, facts: dict[str, object], difference: str
) -> None:
    first = night(tmp_path, "first", video("a.mp4"))
    second = night(tmp_path, "second.csv", video("b.mp4"), **facts)
    with pytest.raises(UsageError, match=difference):
        compact([first, second], tmp_path / "all")
    assert not (tmp_path / "all.partial").exists()


def test_options_that_leave_the_rows_as_they_are_may_differ(tmp_path: Path) -> None:
    first = night(tmp_path, "first", video("a.mp4"))
    second = night(tmp_path, "second", video("b.mp4"), options=make_options(batch_size=3))
    assert compact([first, second], tmp_path / "all").sources == 2


def test_a_result_that_was_not_copied_completely_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "GROUP_ROWS", 10)
    monkeypatch.setattr(tables, "FILE_BYTES", 1)
    first = night(tmp_path, "first", [*video("a.mp4", 10), *video("b.mp4", 10)])
    (first / "observations" / "part-000001.parquet").unlink()
    with pytest.raises(FervidError, match=r"observations/part-000001\.parquet is missing"):
        compact([first], tmp_path / "all")
    # One that an older fervid wrote.
    (first / "manifest.json").unlink()
    with pytest.raises(FervidError, match=r"not the rows .*: b\.mp4"):
        compact([first], tmp_path / "all")


def test_a_result_given_twice_or_not_there_is_refused(tmp_path: Path) -> None:
    first = night(tmp_path, "first", video("a.mp4"))
    (tmp_path / "link").symlink_to(first)
    with pytest.raises(UsageError, match="given twice"):
        compact([first, tmp_path / "link"], tmp_path / "all")
    with pytest.raises(FervidError, match=r"no .*nothing"):
        compact([first, tmp_path / "nothing"], tmp_path / "all")
    with pytest.raises(UsageError, match="nothing to join"):
        compact([], tmp_path / "all")


@pytest.mark.parametrize("moment", ["take_in", "write_observations"])
def test_when_it_fails_everything_is_as_before(
    tmp_path: Path, nights: list[Path], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    home = {"take_in": "fervid.compact.join", "write_observations": "fervid.write.output"}

    def fail(*_: object) -> None:
        raise Stop

    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(f"{home[moment]}.{moment}", fail)
    with pytest.raises(Stop):
        compact(nights, tmp_path / "all")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_photos_of_many_nights_interleave(tmp_path: Path) -> None:
    paths, stream = [], []
    for number in range(12):
        photos: list[Item] = []
        for photo in range(20):
            name = f"{photo:02}-{number:02}.jpg"
            photos += [seen(name, 0), seen(name, 0, number=1), end(name, 1, "image")]
        paths.append(night(tmp_path, f"{number:02}.csv", photos))
        stream += photos
    compact(paths, tmp_path / "all.parquet")
    assert table_rows(read_results(tmp_path / "all.parquet")) == expected_rows(stream)
    names = pq.read_table(tmp_path / "all.parquet", columns=["source"])["source"].to_pylist()
    assert names == sorted(names)


def test_nights_in_a_bucket_are_joined_there_where_polars_reads_them(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first, second = bucket.url("first"), bucket.url("second.csv")
    for number, url in enumerate((first, second)):
        run(url, video("a.mp4", 2 + number), [], facts={**CHOSEN, "run_id": f"night {number}"})
    compact([first, second], bucket.url("all"))
    assert table_rows(read_results(bucket.url("all"))) == expected_rows(video("a.mp4", 3))
    told = json.loads(bucket.get("all/run.json"))
    assert [each["result"] for each in told["compacted"]] == [first, second]
    with pytest.raises(UsageError, match="given twice"):
        compact([first, first], bucket.url("twice"))

    rows = pl.scan_parquet(
        f"{bucket.url('all')}/observations/*.parquet",
        storage_options={
            "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"],
            "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
            "aws_region": "us-east-1",
        },
    ).collect()
    assert rows["frame"].to_list() == [0, 1, 2]
