"""`python -m jobs.verify`: a result that lost or doubled something is found out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import fervid
from fervid.demo import make_clip
from jobs.verify import main
from tests.joined import night
from tests.observed import end, seen, unseen
from tests.resumed import video
from tests.s3_server import Bucket


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of a clip and of a file that is none, with what was discovered."""
    folder = tmp_path_factory.mktemp("night")
    make_clip(folder / "in/good.mp4")
    (folder / "in/bad.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(64))
    fervid.analyze([folder / "in"], folder / "results.parquet", fps=1, charts=False)
    fervid.analyze([folder / "in"], folder / "results", fps=1, charts=False)
    (folder / "sources.tsv").write_text("video\tbad.mp4\nvideo\tgood.mp4\n")
    return folder


@pytest.fixture
def result(made: Path, tmp_path: Path) -> Path:
    """A copy of the result in files, to be damaged."""
    for file in made.glob("results*.*"):
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path / "results.parquet"


def verify(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.mark.parametrize("name", ["results.parquet", "results"])
def test_a_whole_result_passes(made: Path, name: str) -> None:
    listed = ["--listed", made / "sources.tsv", "--most-failed", 0.5]
    done = verify(made / name, *listed)
    assert done.exit_code == 0, done.output


def test_too_many_failures_are_a_fault(made: Path) -> None:
    done = verify(made / "results")
    assert done.exit_code == 1
    assert "1 of 2 sources failed, more than 10%" in done.output


def test_a_source_that_was_discovered_and_is_not_there_is_a_fault(
    made: Path, tmp_path: Path
) -> None:
    (tmp_path / "sources.tsv").write_text("video\tgone.mp4\n")
    done = verify(made / "results", "--listed", tmp_path / "sources.tsv", "--most-failed", 1)
    assert done.exit_code == 1
    assert "gone.mp4 was listed and is not in the result" in done.output


@pytest.mark.parametrize("change", ["lost", "doubled"])
def test_rows_that_are_lost_or_doubled_are_a_fault(result: Path, change: str) -> None:
    rows = pq.read_table(result)
    some = rows.slice(1) if change == "lost" else pa.concat_tables([rows, rows.slice(0, 1)])
    pq.write_table(some, result)
    done = verify(result, "--most-failed", 1)
    assert done.exit_code == 1
    assert "good.mp4: " in done.output
    assert "frames" in done.output


def test_a_frame_in_the_place_of_another_is_a_fault(tmp_path: Path) -> None:
    out = night(tmp_path, "results.parquet", video("a.mp4", 4))
    pq.write_table(pq.read_table(out).take([0, 1, 1, 3]), out)
    done = verify(out)
    assert done.exit_code == 1
    assert "a.mp4: 3 frames and 4 faces in the observations, 4 and 4 in" in done.output
    assert "a.mp4: a row of frame 1 is there twice, or out of order" in done.output


@pytest.mark.parametrize("batch_rows", [1, 3, 100])
def test_rows_are_followed_from_one_stretch_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_rows: int
) -> None:
    faces = [seen("b.mp4", frame, number=number) for frame in (0, 2) for number in (0, 1, 2)]
    stream = [*video("a.mp4", 3), *faces, unseen("b.mp4", 3), end("b.mp4", 3), *video("c.mp4", 1)]
    out = night(tmp_path, "results.parquet", stream)
    monkeypatch.setattr(fervid.results, "BATCH_ROWS", batch_rows)
    assert verify(out).exit_code == 0

    rows = pq.read_table(out)
    pq.write_table(rows.take([0, 1, 2, 3, 4, 4, 6, 7, 8, 9, 10]), out)
    done = verify(out)
    assert done.output.startswith("b.mp4: a row of frame 0 is there twice, or out of order\n")
    assert done.output.endswith(": 1 fault\n")

    pq.write_table(rows.take([0, 1, 3, 4, 5, 6, 7, 8, 9, 1, 10]), out)
    done = verify(out)
    assert done.output.startswith("a.mp4: a row of frame 1 is there twice, or out of order\n")
    assert done.exit_code == 1


def test_a_source_with_two_rows_is_a_fault(tmp_path: Path) -> None:
    out = night(tmp_path, "results.parquet", [*video("a.mp4"), *video("b.mp4")])
    sources = tmp_path / "results.sources.parquet"
    rows = pq.read_table(sources)
    pq.write_table(pa.concat_tables([rows, rows.slice(1)]), sources)
    done = verify(out)
    assert (done.exit_code, done.output) == (
        1,
        f"b.mp4 has 2 rows in the sources table\n{out}: 1 fault\n",
    )


def test_a_file_that_is_not_what_was_written_is_a_fault(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "results", tmp_path / "results")
    sources = tmp_path / "results/sources.parquet"
    pq.write_table(pq.read_table(sources), sources, compression="none")
    done = verify(tmp_path / "results", "--most-failed", 1)
    assert done.exit_code == 1
    assert "sources.parquet has" in done.output


def test_a_result_without_its_sources_table_is_a_fault(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "results", tmp_path / "results")
    (tmp_path / "results/sources.parquet").unlink()
    done = verify(tmp_path / "results")
    assert done.exit_code == 1
    assert done.output.startswith("sources.parquet is missing")
    assert "Error: There is no " in done.output


def test_a_damaged_part_is_named_and_all_else_is_looked_at(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "results", tmp_path / "results")
    part = tmp_path / "results/observations/part-000000.parquet"
    part.write_bytes(part.read_bytes()[:-1] + b"X")
    done = verify(tmp_path / "results")
    assert done.exit_code == 1
    assert "observations/part-000000.parquet has another content than was written" in done.output
    assert f"{part} cannot be read: " in done.output
    assert ".." not in done.output
    assert "1 of 2 sources failed" in done.output
    assert done.output.endswith(": 3 faults\n")


def test_a_result_in_a_store_is_verified_there(made: Path, bucket: Bucket) -> None:
    for file in (made / "results").rglob("*"):
        if file.is_file():
            bucket.put(
                f"results/{file.relative_to(made / 'results').as_posix()}", file.read_bytes()
            )
    url = bucket.url("results")
    done = verify(url, "--listed", made / "sources.tsv", "--most-failed", 0.5)
    assert (done.exit_code, done.output) == (0, f"{url}: all as it should be\n")

    content = bytearray(bucket.get("results/observations/part-000000.parquet"))
    content[len(content) // 2] ^= 1
    bucket.put("results/observations/part-000000.parquet", bytes(content))
    done = verify(url)
    assert done.exit_code == 1
    assert f"{url} is not" in done.output
    assert "observations/part-000000.parquet has another content than was written" in done.output


@pytest.mark.parametrize(
    "content", [b"good.mp4\n", b"video\tgood.mp4\nkind\tname\n", b"PAR1\xff\xfe"]
)
def test_a_list_that_is_none_is_said(made: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sources.tsv").write_bytes(content)
    done = verify(made / "results", "--listed", tmp_path / "sources.tsv", "--most-failed", 1)
    assert done.exit_code == 2
    assert f"{tmp_path / 'sources.tsv'} is not what fervid analyze --dry-run prints" in done.output
    assert "--dry-run > sources.tsv" in done.output


def test_the_list_of_a_night_without_anything_new_is_empty(made: Path, tmp_path: Path) -> None:
    (tmp_path / "sources.tsv").touch()
    done = verify(made / "results", "--listed", tmp_path / "sources.tsv", "--most-failed", 1)
    assert done.exit_code == 0, done.output


def test_what_is_no_result_is_said(tmp_path: Path) -> None:
    done = verify(tmp_path / "none")
    assert done.exit_code == 2
    assert "none" in done.output
