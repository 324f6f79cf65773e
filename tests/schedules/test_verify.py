"""`python -m jobs.verify`: a result that lost or doubled something is found out."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import fervid
from fervid.demo import make_clip
from jobs.verify import main


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


def test_a_file_that_is_not_what_was_written_is_a_fault(made: Path, tmp_path: Path) -> None:
    for file in (made / "results").rglob("*"):
        if file.is_file():
            copy = tmp_path / "results" / file.relative_to(made / "results")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    sources = tmp_path / "results/sources.parquet"
    pq.write_table(pq.read_table(sources), sources, compression="none")
    done = verify(tmp_path / "results", "--most-failed", 1)
    assert done.exit_code == 1
    assert "sources.parquet has" in done.output


def test_what_is_no_result_is_said(tmp_path: Path) -> None:
    done = verify(tmp_path / "none")
    assert done.exit_code == 1
    assert "none" in done.output
