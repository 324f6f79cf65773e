"""A small result, worked out by hand, in the files of each tool, read as its users read them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fervid.convert import TARGETS, convert
from fervid.errors import FervidError, UsageError
from fervid.labels import EMOTIONS
from fervid.results import read_results
from fervid.types import Face, FaceQuality, Observation, SourceEnd
from tests.observed import Item, end, failed, source, write_to

SHARES = {
    "angry": 0.1,
    "disgust": 0,
    "fear": 0.2,
    "happy": 0.5,
    "sad": 0.1,
    "surprise": 0,
    "neutral": 0.1,
}
OPENFACE_HEAD = (
    "frame,face_id,timestamp,confidence,success,pose_Tx,pose_Ty,pose_Tz,pose_Rx,pose_Ry,pose_Rz"
)


def row(
    name: str,
    frame: int,
    time_s: float | None,
    *,
    track: int | None = None,
    number: int = 0,
    best: str | None = None,
    low: bool | None = None,
    with_pose: bool = True,
) -> Observation:
    """A face at (10, 20) to (50, 80), turned 30 degrees left, 10 up, tilted 5 left."""
    shares = SHARES if best is None else {each: 0.7 if each == best else 0.05 for each in EMOTIONS}
    pose = FaceQuality(30, 10, 5, 0.5, 0.5, 0.875) if with_pose else None
    return Observation(
        name,
        frame,
        time_s,
        "ok",
        number,
        Face((10, 20, 50, 80), np.zeros((5, 2), np.float32), 0.75),
        np.array([shares[each] for each in EMOTIONS], np.float32),
        track,
        pose,
        low,
    )


def film_end(name: str, frames: int = 4, duration_s: float = 0.8) -> SourceEnd:
    return SourceEnd(
        source(name), "ok", frame_rate=25.0, duration_s=duration_s, frames_sampled=frames
    )


def converted(folder: Path, items: list[Item], to: str) -> dict[str, str]:
    """The files of a conversion, by name."""
    write_to(folder / "r.parquet", items)
    done = convert(folder / "r.parquet", to, folder / "out")
    texts = {str(file.relative_to(folder / "out")): file.read_text() for file in done.files}
    assert sorted(texts) == sorted(
        str(path.relative_to(folder / "out"))
        for path in (folder / "out").rglob("*")
        if path.is_file() and path.name != ".fervid"
    )
    return texts


FILM: list[Item] = [
    row("a.mp4", 0, 0.0, track=3),
    Observation("a.mp4", 5, 0.2, "no_face"),
    row("a.mp4", 10, 0.4, track=3, low=True),
    Observation("a.mp4", 15, 0.6, "decode_failed"),
    film_end("a.mp4"),
]


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
