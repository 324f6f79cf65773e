"""What a result's list of files says, and what it notices."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.errors import FervidError
from fervid.report import write_report
from fervid.results import read_results
from fervid.summary.summarize import summarize
from fervid.write import Place, merge, tables
from fervid.write.manifest import (
    ListedFile,
    Manifest,
    build_manifest,
    damaged,
    differing,
    read_manifest,
    sizes_below,
)
from tests.observed import end, failed, seen, write_to

RUN = {"run_id": "run-1", "schema_version": "1.2", "fervid_version": "0.1.0", "options": {}}
STREAM = [
    *(seen("b.mp4", frame) for frame in range(3)),
    end("b.mp4", 3),
    seen("é, a\nname.mp4", 0),
    end("é, a\nname.mp4", 1),
    failed("z.mp4"),
]


def _place(tmp_path: Path, name: str) -> Place:
    write_to(tmp_path / name, STREAM)
    return Place.of(tmp_path / name)


@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r.csv.gz"])
def test_each_kind_of_table_tells_its_rows_and_its_first_and_last_source(
    tmp_path: Path, name: str
) -> None:
    place = _place(tmp_path, name)
    files = [place.observations, place.sources, place.run]

    listed = {each.name: each for each in build_manifest(tmp_path, files, RUN).files}

    rows = listed[name]
    assert (rows.rows, rows.first, rows.last) == (4, "b.mp4", "é, a\nname.mp4")
    sources = listed[place.sources.name]
    assert (sources.rows, sources.first, sources.last) == (3, "b.mp4", "é, a\nname.mp4")
    assert listed["r.run.json"].rows is None
    assert rows.bytes == len(place.out.read_bytes())
    assert rows.sha256 == hashlib.sha256(place.out.read_bytes()).hexdigest()


def test_a_table_without_rows_has_neither_a_first_nor_a_last_source(tmp_path: Path) -> None:
    for name in ("r.parquet", "r.csv"):
        write_to(tmp_path / name, [failed("x.mp4")], overwrite=True)
        (listed,) = build_manifest(tmp_path, [tmp_path / name], RUN).files
        assert (listed.rows, listed.first, listed.last) == (0, None, None)
        assert listed in Manifest("", "", "", (listed,)).tables
        (tmp_path / "r.run.json").unlink()


def test_files_are_named_below_the_folder_and_ordered(tmp_path: Path) -> None:
    place = _place(tmp_path, "r")
    files = [place.sources, *place.observations.iterdir(), place.run]

    manifest = build_manifest(place.out, files, RUN)

    names = [each.name for each in manifest.files]
    assert names == ["observations/part-000000.parquet", "run.json", "sources.parquet"]
    assert [each.name for each in manifest.tables] == [names[0], names[2]]


_texts = st.text(min_size=1)
_files = st.builds(
    ListedFile,
    _texts,
    st.integers(0),
    st.none() | st.integers(0),
    st.none() | _texts,
    _texts,
    _texts,
)


@given(st.builds(Manifest, _texts, _texts, _texts, st.lists(_files).map(tuple)))
def test_what_was_written_is_read_back(manifest: Manifest) -> None:
    text = manifest.text()

    assert text.isascii()
    assert Manifest.parse(text, "here") == manifest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"name": "an extension of a browser", "manifest_version": 3}',
        '{"run_id": "r", "schema_version": "1.2", "fervid_version": "0", "files": [{"name": "x"}]}',
        '{"run_id": "r", "schema_version": "1.2", "fervid_version": "0", "files": ["x"]}',
        '{"run_id": "r", "schema_version": "1.2", "fervid_version": "0", "files": [{"name": 1, '
        '"bytes": 1, "rows": null, "first": null, "last": null, "sha256": ""}]}',
        '{"run_id": "r", "schema_version": "1.2", "fervid_version": "0", "files": [{"name": "x", '
        '"bytes": "1", "rows": null, "first": null, "last": null, "sha256": ""}]}',
        "[" * 100_000,
    ],
)
def test_another_file_of_that_name_is_told_apart(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)

    with pytest.raises(FervidError, match="no list of a result's files"):
        read_manifest(path)


def test_what_is_missing_cut_or_changed_is_named(tmp_path: Path) -> None:
    place = _place(tmp_path, "r")
    files = [place.sources, *place.observations.iterdir(), place.run]
    listed = build_manifest(place.out, files, RUN).files
    assert damaged(listed, place.out) == []

    rows = place.observations / "part-000000.parquet"
    rows.write_bytes(rows.read_bytes()[:-1])
    place.sources.write_bytes(b"X" + place.sources.read_bytes()[1:])
    place.run.unlink()

    size = rows.stat().st_size
    sizes = [
        f"observations/part-000000.parquet has {size:,} bytes, not {size + 1:,}",
        "run.json is missing",
    ]
    assert differing(listed, sizes_below(place.out, listed)) == sizes
    assert damaged(listed, place.out) == [
        *sizes,
        "sources.parquet has another content than was written",
    ]


def test_a_manifest_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match=r"nothing\.json cannot be read"):
        read_manifest(tmp_path / "nothing.json")


def test_a_folder_lists_its_files_and_stays_readable_without_the_list(tmp_path: Path) -> None:
    write_to(tmp_path / "r", [seen("a.mp4", 0), end("a.mp4", 1)])
    place = Place.of(tmp_path / "r")

    listed = read_manifest(place.manifest)

    assert damaged(listed.files, place.out) == []
    on_disk = {path.relative_to(place.out).as_posix() for path in place.out.rglob("*.*")}
    assert {each.name for each in listed.files} == on_disk - {"manifest.json", ".fervid"}
    assert listed.run_id == RUN["run_id"]
    rows = read_results(place.out)
    place.manifest.unlink()
    pd.testing.assert_frame_equal(read_results(place.out), rows)
    write_to(tmp_path / "r", [seen("b.mp4", 0), end("b.mp4", 1)], overwrite=True)
    assert read_manifest(place.manifest).tables[0].first == "b.mp4"


def test_a_folder_that_lacks_a_part_is_not_read_as_if_it_were_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "GROUP_ROWS", 10)
    monkeypatch.setattr(tables, "FILE_BYTES", 1)
    frames = [seen("a.mp4", frame) for frame in range(30)]
    write_to(tmp_path / "r", [*frames, end("a.mp4", 30)])
    (tmp_path / "r" / "observations" / "part-000001.parquet").unlink()

    for read in (read_results, summarize, write_report):
        with pytest.raises(FervidError, match=r"lacks observations/part-000001\.parquet"):
            read(tmp_path / "r")

    assert len(read_results(tmp_path / "r", "sources")) == 1
