"""What holds for a conversion whatever tool it is for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fervid.convert import TARGETS, convert
from fervid.errors import FervidError, UsageError
from fervid.labels import EMOTIONS
from fervid.results import read_results
from fervid.types import Observation
from tests.converted import FILM, converted, film_end, row
from tests.observed import end, failed, write_to


@pytest.mark.parametrize("to", TARGETS)
def test_a_source_without_a_face_has_a_file_all_the_same(tmp_path: Path, to: str) -> None:
    items = [Observation("a.mp4", 0, 0.0, "no_face"), film_end("a.mp4", 1)]
    (text,) = converted(tmp_path, items, to).values()
    assert text.strip()


@pytest.mark.parametrize("to", TARGETS)
def test_a_result_without_tracks_pose_and_quality_has_gaps_there(tmp_path: Path, to: str) -> None:
    items = [row("a.mp4", 0, 0.0, with_pose=False), film_end("a.mp4", 1)]
    (text,) = converted(tmp_path, items, to).values()
    assert "happy" in text.lower() or "happiness" in text


@pytest.mark.parametrize("to", TARGETS)
def test_sources_without_rows_are_named(tmp_path: Path, to: str) -> None:
    write_to(
        tmp_path / "r.parquet",
        [*FILM, failed("bad.mp4"), row("p.jpg", 0, None), end("p.jpg", 1, "image")],
    )
    done = convert(tmp_path / "r.parquet", to, tmp_path / "out")
    expected = ("bad.mp4",) if TARGETS[to].takes_photos else ("bad.mp4", "p.jpg")
    assert done.left_out == expected
    assert done.lost


def test_a_result_that_leaves_nothing_to_write_says_so(tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", [row("p.jpg", 0, None), end("p.jpg", 1, "image")])
    with pytest.raises(FervidError, match=r"nothing that ELAN has a file for.*videos"):
        convert(tmp_path / "r.parquet", "elan", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir() if "out" in path.name) == []


def test_an_unknown_target_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'openfaces'.*openface, pyfeat.*mean 'openface'"):
        convert(tmp_path / "r.parquet", "openfaces", tmp_path / "out")


def test_a_folder_is_replaced_only_when_asked_and_only_if_it_is_ours(tmp_path: Path) -> None:
    converted(tmp_path, FILM, "elan")
    with pytest.raises(UsageError, match=r"out exists.*--overwrite"):
        convert(tmp_path / "r.parquet", "openface", tmp_path / "out")
    convert(tmp_path / "r.parquet", "openface", tmp_path / "out", overwrite=True)
    assert [path.name for path in (tmp_path / "out").glob("a*")] == ["a.csv"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="did not write"):
        convert(tmp_path / "r.parquet", "elan", tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.parametrize("kind", ["other.csv", "folder"])
def test_every_kind_of_result_converts_alike(tmp_path: Path, kind: str) -> None:
    expected = converted(tmp_path, FILM, "facereader")
    write_to(tmp_path / kind, FILM)
    convert(tmp_path / kind, "facereader", tmp_path / "again")
    again = (tmp_path / "again" / "a_detailed.txt").read_text().splitlines()
    assert again[8:] == expected["a_detailed.txt"].splitlines()[8:]


def test_the_probabilities_are_those_of_the_result(tmp_path: Path) -> None:
    converted(tmp_path, FILM, "openface")
    table = pd.read_csv(tmp_path / "out" / "a.csv")
    rows = read_results(tmp_path / "r.parquet")
    for emotion in EMOTIONS:
        assert table[emotion].to_numpy() == pytest.approx(rows[emotion].to_numpy(), nan_ok=True)
