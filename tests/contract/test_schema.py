"""What other people's scripts lean on: columns, types, and that old files stay readable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fervid.labels import EMOTIONS
from fervid.results import read_results
from fervid.schema import (
    CATEGORIES,
    FRAME_STATUSES,
    OBSERVATIONS,
    SCHEMA_VERSION,
    SMOOTHED_OBSERVATIONS,
    SOURCES,
    TABLES,
    TableName,
    category,
    file_schema,
)
from fervid.types import Smoothed
from fervid.write import open_output
from tests.observed import (
    FACTS,
    RUN,
    Item,
    end,
    failed,
    probabilities,
    seen,
    unseen,
    write_to,
)

OLD = Path(__file__).parent / "schema_1_0"
ITEMS: list[Item] = [
    seen("a/b.mp4", 0),
    seen("a/b.mp4", 0, number=1, best="fear"),
    unseen("a/b.mp4", 1),
    unseen("a/b.mp4", 2, "decode_failed"),
    end("a/b.mp4", 3),
    failed("c.mp4"),
]
FLOATS = [
    "x1",
    "y1",
    "x2",
    "y2",
    "det_score",
    "left_eye_x",
    "left_eye_y",
    "right_eye_x",
    "right_eye_y",
    "nose_x",
    "nose_y",
    "mouth_left_x",
    "mouth_left_y",
    "mouth_right_x",
    "mouth_right_y",
]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_to(tmp_path / "results.parquet", ITEMS)
    return tmp_path / "results.parquet"


def test_the_schema_is_the_promised_one() -> None:
    """Whoever must change this test raises SCHEMA_VERSION and writes it into CHANGELOG.md."""
    assert SCHEMA_VERSION == "1.2"
    assert {field.name: str(field.type) for field in OBSERVATIONS} == {
        "source": "dictionary<values=string, indices=int32, ordered=0>",
        "frame": "int64",
        "time_s": "double",
        "status": "dictionary<values=string, indices=int8, ordered=0>",
        "face": "int32",
        **dict.fromkeys(FLOATS, "float"),
        "emotion": "dictionary<values=string, indices=int8, ordered=0>",
        "confidence": "float",
        **dict.fromkeys(EMOTIONS, "float"),
        "track": "int32",
        **dict.fromkeys(("yaw", "pitch", "roll", "sharpness", "brightness", "quality"), "float"),
        "low_quality": "bool",
    }
    assert SMOOTHED_OBSERVATIONS.names == [
        *OBSERVATIONS.names,
        *(f"smooth_{emotion}" for emotion in EMOTIONS),
        "smooth_emotion",
    ]
    assert SOURCES.names == [
        "source",
        "uri",
        "kind",
        "status",
        "error_type",
        "error",
        "remedy",
        "container",
        "codec",
        "width",
        "height",
        "rotation",
        "frame_rate",
        "duration_s",
        "start_time_s",
        "time_source",
        "frames_total",
        "frames_sampled",
        "frames_failed",
        "frames_with_face",
        "faces",
        "tracks",
        "valid_fraction",
        "mean_angry",
        "mean_disgust",
        "mean_fear",
        "mean_happy",
        "mean_sad",
        "mean_surprise",
        "mean_neutral",
        "dominant_emotion",
        "size_bytes",
        "mtime",
        "sha256",
        "recorded_at",
        "seconds",
        "run_id",
        "model",
        "detector",
        "fervid_version",
        "analyzed_at",
    ]


def test_plain_pandas_reads_the_promised_dtypes(out: Path) -> None:
    table = pd.read_parquet(out)
    assert list(table.columns) == OBSERVATIONS.names
    assert table["face"].dtype == pd.Int32Dtype()
    assert table["face"].tolist() == [0, 1, pd.NA, pd.NA]
    assert tuple(table["emotion"].cat.categories) == EMOTIONS
    assert tuple(table["status"].cat.categories) == FRAME_STATUSES
    assert table["source"].dtype == "category"
    assert [str(table[name].dtype) for name in ("track", "low_quality")] == ["Int32", "boolean"]
    assert {str(table[name].dtype) for name in (*FLOATS, "confidence", *EMOTIONS)} == {"float32"}
    assert [str(table[name].dtype) for name in ("frame", "time_s")] == ["int64", "float64"]


@pytest.mark.parametrize("table", ["observations", "sources"])
def test_plain_pandas_and_read_results_agree(out: Path, table: TableName) -> None:
    path = out if table == "observations" else out.with_name("results.sources.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), read_results(out, table))


@pytest.mark.parametrize("name", ["results.parquet", "results.csv", "results"])
def test_a_smoothed_run_has_its_columns_in_every_kind_of_result(tmp_path: Path, name: str) -> None:
    smooth = Smoothed(probabilities("sad"), EMOTIONS.index("sad"))
    last = replace(end("a.mp4", 1), tracks=1)
    stream = [replace(seen("a.mp4", 0), track=0, smoothed=smooth), last]
    with open_output(tmp_path / name, overwrite=False, smoothed=True) as output:
        output.write(stream, RUN)
        output.finish(FACTS)
    rows = read_results(tmp_path / name)
    assert list(rows.columns) == SMOOTHED_OBSERVATIONS.names
    assert rows["smooth_sad"].tolist() == [float(smooth.probabilities[EMOTIONS.index("sad")])]
    assert rows["smooth_emotion"].tolist() == ["sad"]
    assert tuple(rows["smooth_emotion"].cat.categories) == EMOTIONS
    assert read_results(tmp_path / name, "sources")["tracks"].tolist() == [1]


def test_a_category_without_a_value_keeps_its_names(tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", [unseen("a.mp4", 0), end("a.mp4", 1)])
    assert tuple(pd.read_parquet(tmp_path / "r.parquet")["emotion"].cat.categories) == EMOTIONS


@pytest.mark.parametrize("table", ["observations", "sources"])
def test_the_pandas_metadata_names_every_column(table: TableName) -> None:
    schema = file_schema(table, TABLES[table], "{}")
    pandas = json.loads(schema.metadata[b"pandas"])
    assert [column["name"] for column in pandas["columns"]] == schema.names
    for column in pandas["columns"]:
        if column["name"] in CATEGORIES[table]:
            assert column["pandas_type"] == "categorical"


def test_the_run_file_stands_in_every_parquet_file(out: Path) -> None:
    text = json.loads(out.with_name("results.run.json").read_text())
    assert text["schema_version"] == SCHEMA_VERSION
    for name in ("results.parquet", "results.sources.parquet"):
        assert json.loads(pq.read_schema(out.with_name(name)).metadata[b"fervid"]) == text


def test_observations_are_packed_with_zstd(out: Path) -> None:
    group = pq.ParquetFile(out).metadata.row_group(0)
    assert {group.column(each).compression for each in range(group.num_columns)} == {"ZSTD"}


@pytest.mark.parametrize("name", ["results.parquet", "results.csv", "results"])
@pytest.mark.parametrize("table", ["observations", "sources"])
def test_a_result_of_the_first_version_reads_as_ever(
    out: Path, name: str, table: TableName
) -> None:
    old, new = read_results(OLD / name, table), read_results(out, table)
    own = [column for column in ("seconds", "analyzed_at") if column in new]
    pd.testing.assert_frame_equal(old.drop(columns=own), new.drop(columns=own))


def test_an_unknown_category_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"\['joyful'\]; known: angry"):
        category(pa.array(["happy", None, "joyful"]), EMOTIONS)
