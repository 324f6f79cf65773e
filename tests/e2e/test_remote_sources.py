"""A run over a bucket: the rows of a run over files, nothing read twice, no secret anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from fervid import read_results
from tests.drawn import bar, encode
from tests.e2e.conftest import Fervid
from tests.s3_faults import reset, slow_down
from tests.s3_server import KEY_ID, SECRET, Bucket
from tests.same_rows import table_differences

OPTIONS = ("--fps", 1, "--no-charts")


@pytest.fixture
def filled(bucket: Bucket, mixed_folder: Path) -> Bucket:
    """What `mixed_folder` holds, below `night/`."""
    for path in mixed_folder.iterdir():
        bucket.put(f"night/{path.name}", path.read_bytes())
    bucket.asked.clear()
    return bucket


def tables(path: Path) -> list[pd.DataFrame]:
    """What a result holds, without what only files or only objects have."""
    sources = read_results(path, "sources")
    return [read_results(path), sources.drop(columns=["uri", "mtime"])]


def no_secrets(*texts: str) -> bool:
    return not any(secret in text for secret in (SECRET, KEY_ID) for text in texts)


def test_objects_give_the_rows_of_files_and_are_read_once(
    filled: Bucket, run_fervid: Fervid, mixed_folder: Path, tmp_path: Path
) -> None:
    here = run_fervid("analyze", mixed_folder, "-o", "here.parquet", "--hash", *OPTIONS)
    filled.fail(slow_down, part="night/", times=2)
    filled.fail(reset, part="night/", times=2)
    call = ("analyze", filled.url("night"), "-o", "there.parquet", "--hash", *OPTIONS)
    there = run_fervid(*call, TMPDIR=tmp_path)
    assert there.returncode == here.returncode == 3  # some of the folder are damaged
    ours, theirs = tables(tmp_path / "there.parquet"), tables(tmp_path / "here.parquet")
    assert table_differences(ours[0], theirs[0], "observations") == []
    assert table_differences(ours[1], theirs[1], "sources") == []
    assert ours[0]["face"].notna().any()
    rows = read_results(tmp_path / "there.parquet", "sources")
    assert list(rows["uri"]) == [filled.url(f"night/{name}") for name in rows["source"]]
    assert not list(tmp_path.glob("fervid-stage-*"))

    filled.asked.clear()
    again = run_fervid(*call, "--resume", "--quiet")
    assert again.returncode == 3
    unsound = rows["source"][rows["status"].isin(["failed", "partial"])]
    assert set(filled.read()) == {f"night/{name}" for name in unsound if name != "empty.mp4"}

    run_file = (tmp_path / "there.run.json").read_text()
    assert json.loads(run_file)["root"] == filled.url("night")
    assert str(tmp_path / "fervid-stage") not in run_file + ours[1].to_csv()
    assert no_secrets(run_file, ours[1].to_csv(), there.stdout, there.stderr, again.stderr)


def test_over_an_unchanged_bucket_nothing_is_read(
    bucket: Bucket, run_fervid: Fervid, tmp_path: Path
) -> None:
    for name in ("a.mp4", "b.mp4"):
        film = encode(tmp_path / name, map(bar, range(5)))
        bucket.put(name, film.read_bytes())
    call = ("analyze", bucket.url(), "-o", "r.parquet", "--resume", *OPTIONS)
    assert run_fervid(*call).returncode == 0
    assert bucket.read() == {"a.mp4": 1, "b.mp4": 1}
    bucket.asked.clear()
    assert run_fervid(*call).returncode == 0
    assert not bucket.read()
    assert {asked.method for asked in bucket.asked} == {"GET"}  # of the list
    assert len(bucket.asked) == 1
    bucket.put("c.mp4", film.read_bytes())
    bucket.asked.clear()
    assert run_fervid(*call).returncode == 0
    assert bucket.read() == {"c.mp4": 1}


def test_a_list_holds_files_and_addresses(
    bucket: Bucket, run_fervid: Fervid, tmp_path: Path
) -> None:
    film = encode(tmp_path / "here.mp4", map(bar, range(5)))
    bucket.put("there.mp4", film.read_bytes())
    lines = [str(film), bucket.url("there.mp4"), bucket.url("gone.mp4")]
    done = run_fervid("analyze", "-", "-o", "r.parquet", *OPTIONS, stdin="\n".join(lines))
    assert done.returncode == 3
    rows = read_results(tmp_path / "r.parquet", "sources").set_index("source")
    assert dict(rows["status"]) == {"here.mp4": "ok", lines[1]: "ok", lines[2]: "failed"}
    assert "not there any more" in rows.loc[lines[2], "error"]
    assert rows.loc[lines[1], "uri"] == lines[1]


def test_thumbnails_of_objects_say_what_to_do(
    bucket: Bucket, run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    bucket.put("film.mp4", (demo_folder / "astronaut.mp4").read_bytes())
    done = run_fervid(
        "analyze", bucket.url(), "-o", "r.parquet", "--report", "--thumbnails", *OPTIONS
    )
    assert done.returncode == 0
    assert re.search(r"No thumbnail of film\.mp4: it lies in an object store", done.stderr)
    assert (tmp_path / "r.report.html").exists()


def test_a_bucket_that_is_not_there_is_one_line(bucket: Bucket, run_fervid: Fervid) -> None:
    done = run_fervid("analyze", "s3://no-such-bucket/", "-o", "r.parquet", "-v")
    assert done.returncode == 2
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("Error: "))
    assert "There is no bucket 'no-such-bucket' at 127.0.0.1:" in line
    assert no_secrets(done.stdout, done.stderr)
    assert bucket.asked


def test_a_dry_run_reads_nothing(filled: Bucket, run_fervid: Fervid) -> None:
    done = run_fervid("analyze", filled.url("night"), "-o", "r.parquet", "--dry-run")
    assert done.returncode == 0
    assert not filled.read()


def test_a_key_that_no_file_can_be_named_by_is_read_like_any_other(
    bucket: Bucket, run_fervid: Fervid, tmp_path: Path
) -> None:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "red.png")
    for name in ("good.png", "a\0b.png"):
        bucket.put(f"odd/{name}", (tmp_path / "red.png").read_bytes())
    done = run_fervid("analyze", bucket.url("odd"), "-o", "odd.parquet", *OPTIONS)
    assert done.returncode == 0, done.stderr
    assert list(read_results(tmp_path / "odd.parquet", "sources")["status"]) == ["ok", "ok"]
