"""A small result, worked out by hand, in the files of each tool, read as its users read them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fervid.labels import EMOTIONS
from tests.converted import FILM, OPENFACE_HEAD, converted, film_end, row
from tests.observed import Item, end


def test_openface_has_its_columns_numbers_from_one_and_radians(tmp_path: Path) -> None:
    text = converted(tmp_path, FILM, "openface")["a.csv"]
    assert text.splitlines() == [
        f"{OPENFACE_HEAD},{','.join(EMOTIONS)}",
        "1,3,0.000000,0.75,1,,,,-0.174533,-0.523599,0.0872665,0.1,0,0.2,0.5,0.1,0,0.1",
        "6,0,0.200000,0,0,,,,,,,,,,,,,",
        "11,3,0.400000,0.75,0,,,,-0.174533,-0.523599,0.0872665,0.1,0,0.2,0.5,0.1,0,0.1",
        "16,0,0.600000,0,0,,,,,,,,,,,,,",
    ]


def test_openface_is_read_as_its_users_read_it(tmp_path: Path) -> None:
    table = pd.read_csv(io.StringIO(converted(tmp_path, FILM, "openface")["a.csv"]))
    table.columns = table.columns.str.strip()
    good = table[(table["success"] == 1) & (table["confidence"] > 0.7)]
    assert good["frame"].tolist() == [1]
    assert np.degrees(good["pose_Ry"]).tolist() == pytest.approx([-30], abs=1e-3)


def test_openface_without_tracks_numbers_the_faces_of_a_frame(tmp_path: Path) -> None:
    items = [row("a.mp4", 0, 0.0), row("a.mp4", 0, 0.0, number=1), film_end("a.mp4")]
    table = pd.read_csv(io.StringIO(converted(tmp_path, items, "openface")["a.csv"]))
    assert table["face_id"].tolist() == [0, 1]


def test_openface_has_the_columns_of_its_image_program_for_photos(tmp_path: Path) -> None:
    items = [row("p.jpg", 0, None), row("p.jpg", 0, None, number=1), end("p.jpg", 1, "image")]
    lines = converted(tmp_path, items, "openface")["p.csv"].splitlines()
    assert lines[0].startswith("face,confidence,pose_Tx,")
    assert [line.split(",")[:2] for line in lines[1:]] == [["0", "0.75"], ["1", "0.75"]]


def test_pyfeat_has_the_columns_of_a_fex(tmp_path: Path) -> None:
    table = pd.read_csv(io.StringIO(converted(tmp_path, FILM, "pyfeat")["a.csv"]))
    assert table["frame"].tolist() == [0, 5, 10, 15]
    box = ["FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore"]
    assert table.loc[0, box].tolist() == [10, 20, 40, 60, 0.75]
    emotions = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
    assert table.loc[0, emotions].tolist() == [0.1, 0, 0.2, 0.5, 0.1, 0, 0.1]
    pose = table.loc[0, ["Pitch", "Roll", "Yaw"]].astype(float)
    assert np.degrees(pose).tolist() == pytest.approx([10, 5, -30], abs=1e-3)
    assert table.loc[1, [*box, *emotions, "Pitch"]].isna().all()
    assert table["Identity"].tolist()[0] == "Person_3"
    assert table["input"].tolist() == ["a.mp4"] * 4
    assert table["approx_time"].tolist() == ["00:00"] * 4
    assert {"x_0", "x_67", "y_0", "y_67", "X", "Y", "Z"} <= set(table.columns)
    assert not [name for name in table.columns if "AU" in name]


def test_pyfeat_has_no_time_for_photos(tmp_path: Path) -> None:
    items = [row("p.jpg", 0, None), end("p.jpg", 1, "image")]
    table = pd.read_csv(io.StringIO(converted(tmp_path, items, "pyfeat")["p.csv"]))
    assert table["frame"].tolist() == [0]
    assert "approx_time" not in table


def test_facereader_has_eight_lines_of_header_and_its_words_for_failure(tmp_path: Path) -> None:
    lines = converted(tmp_path, FILM, "facereader")["a_detailed.txt"].splitlines()
    assert lines[0] == "Video analysis detailed log"
    assert lines[5:8] == ["Filename\ta.mp4", "Frame rate\t25.000000000", ""]
    assert lines[8].split("\t")[:10] == [
        *("Video Time", "Neutral", "Happy", "Sad", "Angry", "Surprised", "Scared", "Disgusted"),
        *("Valence", "Arousal"),
    ]
    assert len(lines[8].split("\t")) == 28
    found, missing, poor = (line.split("\t") for line in lines[9:])
    assert found[:10] == [
        *("00:00:00.000", "0.1000", "0.5000", "0.1000", "0.1000", "0.0000", "0.2000", "0.0000"),
        *("0.3000", ""),
    ]
    assert found[16:19] == ["30.0000", "10.0000", "5.0000"]
    assert missing[:9] == ["00:00:00.200"] + ["FIND_FAILED"] * 8
    assert poor[:9] == ["00:00:00.400"] + ["FIT_FAILED"] * 8


def test_facereader_is_read_as_its_users_read_it(tmp_path: Path) -> None:
    text = converted(tmp_path, FILM, "facereader")["a_detailed.txt"]
    table = pd.read_table(
        io.StringIO(text), skiprows=8, index_col=False, na_values=["FIND_FAILED", "FIT_FAILED"]
    )
    assert table["Happy"].tolist() == pytest.approx([0.5, np.nan, np.nan], nan_ok=True)
    assert pd.to_timedelta(table["Video Time"]).dt.total_seconds().tolist() == [0, 0.2, 0.4]


def test_facereader_has_a_file_per_track_with_one_row_per_time(tmp_path: Path) -> None:
    items = [
        row("a.mp4", 0, 0.0, track=0),
        row("a.mp4", 0, 0.0, track=1, number=1, best="sad"),
        row("a.mp4", 5, 3661.5, track=1, best="sad"),
        film_end("a.mp4", 2, 3700),
    ]
    texts = converted(tmp_path, items, "facereader")
    assert sorted(texts) == ["a_track0_detailed.txt", "a_track1_detailed.txt"]
    first, second = (
        pd.read_table(io.StringIO(texts[name]), skiprows=8, index_col=False)
        for name in sorted(texts)
    )
    assert first["Video Time"].tolist() == ["00:00:00.000"]
    assert second["Video Time"].tolist() == ["00:00:00.000", "01:01:01.500"]
    assert second["Sad"].tolist() == [0.7, 0.7]
    assert second["Identity"].tolist() == ["track 1"] * 2


def test_facereader_without_tracks_follows_the_largest_face(tmp_path: Path) -> None:
    items = [row("a.mp4", 0, 0.0), row("a.mp4", 0, 0.0, number=1, best="sad"), film_end("a.mp4", 1)]
    text = converted(tmp_path, items, "facereader")["a_detailed.txt"]
    table = pd.read_table(io.StringIO(text), skiprows=8, index_col=False)
    assert table["Happy"].tolist() == [0.5]


def test_elan_has_a_tier_per_track_with_stretches_of_a_label(tmp_path: Path) -> None:
    items: list[Item] = []
    for frame in range(6):
        time_s = frame / 5
        best = "happy" if frame < 3 else "sad"
        items.append(row("a.mp4", 5 * frame, time_s, track=0, best=best))
        if frame != 2:
            items.append(row("a.mp4", 5 * frame, time_s, track=1, number=1, best="fear"))
    items.append(film_end("a.mp4", 6, duration_s=1.1))
    text = converted(tmp_path, items, "elan")["a.txt"]
    assert text.splitlines() == [
        "Tier\tBegin Time - ss.msec\tEnd Time - ss.msec\tDuration - ss.msec\tAnnotation",
        "track 0\t0.000\t0.600\t0.600\thappy",
        "track 0\t0.600\t1.100\t0.500\tsad",
        "track 1\t0.000\t0.400\t0.400\tfear",
        "track 1\t0.600\t1.100\t0.500\tfear",
    ]


def test_elan_leaves_out_what_is_of_low_quality(tmp_path: Path) -> None:
    text = converted(tmp_path, FILM, "elan")["a.txt"]
    assert text.splitlines()[1:] == ["track 3\t0.000\t0.200\t0.200\thappy"]


def test_elan_stretches_of_a_tier_never_overlap(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.exponential(0.1, 200))
    labels = rng.choice(["happy", "sad"], 200)
    items: list[Item] = [
        row("a.mp4", frame, float(time_s), track=0, best=str(labels[frame]))
        for frame, time_s in enumerate(times)
    ]
    text = converted(tmp_path, [*items, film_end("a.mp4", 200, float(times[-1]))], "elan")["a.txt"]
    table = pd.read_csv(io.StringIO(text), sep="\t")
    begin, stop = table["Begin Time - ss.msec"], table["End Time - ss.msec"]
    assert (stop > begin).all()
    assert (begin.iloc[1:].to_numpy() >= stop.iloc[:-1].to_numpy()).all()
    assert (table["Duration - ss.msec"] - (stop - begin)).abs().max() < 1e-9
