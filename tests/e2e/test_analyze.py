"""From a folder of videos to a table, with the models that ship."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fervid
from fervid import presets
from fervid.errors import FervidError, UsageError
from fervid.labels import EMOTIONS
from fervid.options import DEFAULT_MODEL
from fervid.types import Progress


@pytest.fixture(scope="module")
def report(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> fervid.RunReport:
    out = tmp_path_factory.mktemp("result") / "results.parquet"
    return fervid.analyze([demo_folder], out)


def test_the_demo_face_smiles_and_its_absence_is_a_row(report: fervid.RunReport) -> None:
    rows = report.observations()
    clip = rows[rows["source"] == "astronaut.mp4"]
    assert clip["frame"].drop_duplicates().tolist() == list(range(0, 200, 5))
    np.testing.assert_allclose(clip["time_s"], clip["frame"] / 25, atol=1e-9)
    seen = clip[clip["status"] == "ok"]
    assert (seen["emotion"] == "happy").mean() > 0.9
    away = clip[clip["time_s"].between(5.0, 5.6)]
    assert (away["status"] == "no_face").all()
    assert away[["face", "x1", "emotion", "happy"]].isna().all(axis=None)


def test_every_face_lies_in_its_frame_and_its_probabilities_sum_to_one(
    report: fervid.RunReport,
) -> None:
    seen = report.observations().query("status == 'ok'")
    np.testing.assert_allclose(seen[list(EMOTIONS)].sum(axis=1), 1, atol=1e-5)
    assert (seen["confidence"] == seen[list(EMOTIONS)].max(axis=1)).all()
    assert (seen[list(EMOTIONS)].idxmax(axis=1) == seen["emotion"].astype(str)).all()
    assert (seen["x1"] >= 0).all()
    assert (seen["x2"] <= 640).all()
    assert (seen["left_eye_x"] > seen["right_eye_x"]).all()
    assert seen["left_eye_y"].between(seen["y1"], seen["y2"]).all()


def test_a_photo_has_neither_time_nor_more_than_one_frame(report: fervid.RunReport) -> None:
    rows = report.observations()
    wall = rows[rows["source"] == "wall.png"]
    assert wall["status"].tolist() == ["no_face"]
    assert wall["frame"].tolist() == [0]
    assert wall["time_s"].isna().all()


def test_the_sources_table_sums_the_rows_up(report: fervid.RunReport) -> None:
    rows, sources = report.observations(), report.sources().set_index("source")
    clip = sources.loc["astronaut.mp4"]
    seen = rows[(rows["source"] == "astronaut.mp4") & (rows["status"] == "ok")]
    assert clip["status"] == "ok"
    assert (clip["width"], clip["height"], clip["codec"]) == (640, 360, "mpeg4")
    assert (clip["frames_total"], clip["frames_sampled"]) == (200, 40)
    assert clip["faces"] == len(seen)
    assert clip["mean_happy"] == pytest.approx(seen["happy"].mean(), abs=1e-5)
    assert clip["dominant_emotion"] == "happy"
    assert clip["run_id"] == report.run_id
    assert report.exit_code == 0


def test_plain_pandas_reads_categories_and_missing_faces(report: fervid.RunReport) -> None:
    assert report.written.place is not None
    rows = pd.read_parquet(report.written.place.out)
    assert rows["face"].dtype == "Int32"
    assert rows["emotion"].cat.categories.tolist() == list(EMOTIONS)


@pytest.mark.parametrize("name", ["results.csv", "results.csv.gz", "results"])
def test_every_kind_of_result_holds_the_same_rows(
    report: fervid.RunReport, demo_folder: Path, tmp_path: Path, name: str
) -> None:
    other = fervid.analyze([demo_folder], tmp_path / name, charts=False)
    pd.testing.assert_frame_equal(report.observations(), other.observations(), atol=1e-4)


def test_neither_batch_size_nor_company_changes_the_rows(
    report: fervid.RunReport, demo_folder: Path
) -> None:
    clip = demo_folder / "astronaut.mp4"
    alone = fervid.analyze([clip], batch_size=3, decode_threads=1, memory="4M")
    expected = report.observations().query("source == 'astronaut.mp4'").reset_index(drop=True)
    found = alone.observations()
    columns = [name for name in found.columns if name != "source"]
    pd.testing.assert_frame_equal(found[columns], expected[columns], atol=1e-4)


def test_progress_ends_at_the_end(demo_folder: Path) -> None:
    seen: list[Progress] = []
    fervid.analyze([demo_folder], fps=1, on_progress=seen.append)
    last = seen[-1]
    assert (last.sources_done, last.sources_total) == (2, 2)
    assert last.media_s == last.total_media_s == pytest.approx(8)
    assert last.frames == 9


def test_faces_under_min_face_are_not_kept(demo_folder: Path) -> None:
    assert fervid.analyze([demo_folder], fps=1, min_face=500).sources()["faces"].sum() == 0


def test_a_second_run_does_not_read_what_the_first_one_wrote(
    demo_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes((demo_folder / "astronaut.mp4").read_bytes())
    for out in ("results.parquet", "results"):
        fervid.analyze([folder], folder / out, fps=1)
        again = fervid.analyze([folder], fps=1)
        assert again.sources()["source"].tolist() == ["clip.mp4"]


@pytest.mark.parametrize(
    ("content", "words"), [(None, "is not there"), (b"others", "is not the pinned file")]
)
def test_missing_or_foreign_weights_end_the_run(
    demo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    words: str,
) -> None:
    """It never classifies with what it does not know."""
    shipped = presets.CLASSIFIERS[DEFAULT_MODEL]
    monkeypatch.setitem(
        presets.CLASSIFIERS, DEFAULT_MODEL, dataclasses.replace(shipped, home=tmp_path)
    )
    if content:
        (tmp_path / "model.tflite").write_bytes(content)
    with pytest.raises(FervidError, match=f"model.tflite {words}"):
        fervid.analyze([demo_folder], tmp_path / "results.parquet")
    assert not (tmp_path / "results.parquet").exists()


def test_a_pure_head_sees_otherwise_and_the_run_file_says_which_it_was(
    demo_folder: Path, tmp_path: Path
) -> None:
    seen = {}
    for name in (f"{DEFAULT_MODEL}-fer2013", f"{DEFAULT_MODEL}-crowd"):
        out = tmp_path / f"{name}.csv"
        fervid.analyze([demo_folder], out, model=name, fps=1, charts=False)
        preset = presets.classifier(name)
        assert json.loads((tmp_path / f"{name}.run.json").read_text())["model"] == {
            "name": name,
            "architecture": preset.architecture,
            "blend": [list(row) for row in preset.blend],
            "temperature": preset.temperature,
            "sha256": preset.files,
        }
        rows = fervid.read_results(out)
        seen[name] = rows.loc[rows["status"] == "ok", list(EMOTIONS)].to_numpy(float)
        np.testing.assert_allclose(seen[name].sum(axis=1), 1, atol=1e-5)
    assert np.abs(np.subtract(*seen.values())).max() > 0.01


def test_a_gpu_that_is_not_there_is_an_error_not_a_fallback(demo_folder: Path) -> None:
    with pytest.raises(FervidError, match="--device cpu"):
        fervid.analyze([demo_folder], device="gpu:7")


def test_usage_errors_come_before_any_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "fervid.engines.local.LocalEngine", lambda *_: pytest.fail("a model was loaded")
    )
    (tmp_path / "notes.txt").write_text("no media here")
    for inputs, words in (([tmp_path], "No videos or images"), ([tmp_path / "x.mp4"], "x.mp4")):
        with pytest.raises(UsageError, match=words):
            fervid.analyze(inputs, fps=1)


@pytest.mark.parametrize("option", ["detector", "model"])
def test_an_unknown_preset_is_a_usage_error_before_any_model_loads(
    demo_folder: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "fervid.engines.local.LocalEngine", lambda *_: pytest.fail("a model was loaded")
    )
    with pytest.raises(UsageError, match="typo"):
        fervid.analyze([demo_folder], **{option: "typo"})  # type: ignore[arg-type]


def test_one_input_needs_no_list_and_a_report_is_one_line(demo_folder: Path) -> None:
    report = fervid.analyze(str(demo_folder), fps=1)
    assert repr(report).startswith("<RunReport {'ok': 2}, ")
    assert {"analyze", "read_results"} <= set(dir(fervid))


@pytest.mark.shared
def test_the_run_file_tells_of_the_file_that_was_loaded_not_of_its_successor(
    shared: Path, demo_folder: Path, tmp_path: Path
) -> None:
    (filename,) = presets.DETECTORS["yunet"].files
    path = tmp_path / "mine.onnx"
    path.write_bytes((shared / "data" / "models" / filename).read_bytes())
    out = tmp_path / "r.csv"
    options = {"fps": 1, "detector": str(path), "charts": False}
    fervid.analyze(
        [demo_folder], out, on_progress=lambda _: path.unlink(missing_ok=True), **options
    )
    run = json.loads((tmp_path / "r.run.json").read_text())
    assert run["detector"]["sha256"] == {"mine.onnx": presets.DETECTORS["yunet"].files[filename]}
    assert run["started_at"] < run["ended_at"]
