"""People on known paths, filmed, found and followed by the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fervid
from fervid.keywords import OptionKeywords
from tests.acted import Actor, Film, Walk, away_and_back, demo_heads, play, walk
from tests.drawn import Pixels
from tests.e2e.conftest import Fervid
from tests.identity import Identity, identity

COATS = [(150, 60, 50), (60, 110, 160), (70, 120, 60)]
PEOPLE = {
    "crossing": 2,
    "running": 2,
    "three": 3,
    "turning": 2,
    "returning": 2,
    "replaced": 3,
    "pillar": 1,
    "cut": 4,
    "uneven": 2,
}
"""Of each film, how many tracks there are to be; a cut makes two people four."""


def films(heads: list[Pixels]) -> dict[str, Film]:
    def actor(who: int, path: Walk) -> Actor:
        return Actor(who, heads[who], COATS[who], path)

    def meeting(begin_s: float, end_s: float) -> list[Actor]:
        """The first in front."""
        return [
            actor(1, walk(400, 80, begin_s, end_s)),
            actor(0, walk(80, 400, begin_s, end_s)),
        ]

    def pair(left: int, right: int) -> list[Actor]:
        return [actor(left, walk(130, 140, 0, 1)), actor(right, walk(330, 320, 0, 1))]

    third = actor(2, walk(250, 230, 0.5, 3.0, 104))
    turning = [
        actor(1, away_and_back(400, 275, 0.8, 1.9)),
        actor(0, away_and_back(80, 215, 0.8, 1.9)),
    ]
    returning = [actor(1, walk(320, 320, 0, 1)), actor(0, away_and_back(110, -90, 0.8, 3.2))]
    replaced = [
        actor(1, walk(320, 320, 0, 1)),
        actor(0, walk(110, -90, 0.8, 1.6)),
        actor(2, walk(-90, 110, 2.4, 3.2)),
    ]
    return {
        "crossing": Film([(3.6, meeting(0.5, 2.9))]),
        "running": Film([(2.4, meeting(0.7, 1.6))]),
        "three": Film([(4.2, [third, *meeting(0.5, 3.4)])]),
        "turning": Film([(3.6, turning)]),
        "returning": Film([(5.0, returning)]),
        "replaced": Film([(4.4, replaced)]),
        "pillar": Film([(5.2, [actor(0, walk(80, 400, 1.2, 3.8))])], pillar=(200, 280)),
        "cut": Film([(1.8, pair(0, 1)), (1.8, pair(0, 2))]),
        "uneven": Film([(3.6, meeting(0.5, 2.9))], ticks=lambda n: n + n // 3 + 2 * (n // 11)),
    }


class Played(NamedTuple):
    folder: Path
    truth: dict[str, pd.DataFrame]


def reached(played: Played, report: fervid.RunReport) -> dict[str, Identity]:
    """Compare tracks with the truth, of each film; check how many there are."""
    counts = report.sources().set_index("source")["tracks"]
    assert {name: counts[f"{name}.mp4"] for name in PEOPLE} == PEOPLE
    found = report.observations()
    each = {}
    for name in PEOPLE:
        rows = found[found["source"] == f"{name}.mp4"]
        known = played.truth[name][played.truth[name]["frame"].isin(rows["frame"])]
        each[name] = identity(known, rows[rows["track"].notna()])
    return each


def play_all(heads: list[Pixels], folder: Path) -> Played:
    truth = {name: play(film, folder / f"{name}.mp4") for name, film in films(heads).items()}
    return Played(folder, truth)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play_all(demo_heads(), tmp_path_factory.mktemp("films"))


@pytest.mark.parametrize("sampling", [{"fps": 5}, {"all_frames": True}], ids=["5 fps", "all"])
def test_people_keep_their_tracks(played: Played, sampling: OptionKeywords) -> None:
    for name, one in reached(played, fervid.analyze([played.folder], **sampling)).items():
        assert one.switches == 0, name
        assert one.idf1 >= 0.95, f"{name}: {one}"


def test_each_face_of_a_video_has_a_track_and_nothing_else_has(
    demo_folder: Path, tmp_path: Path
) -> None:
    Image.fromarray(demo_heads()[0]).resize((240, 288)).save(tmp_path / "photo.png")
    (tmp_path / "clip.mp4").write_bytes((demo_folder / "astronaut.mp4").read_bytes())
    report = fervid.analyze([tmp_path])
    rows = report.observations()
    video = rows["source"] == "clip.mp4"
    assert (rows.loc[video, "track"].notna() == (rows.loc[video, "status"] == "ok")).all()
    assert set(rows.loc[video, "track"].dropna()) == {0}
    assert rows.loc[~video, "status"].tolist() == ["ok"]
    assert rows.loc[~video, "track"].isna().all()
    counts = report.sources().set_index("source")["tracks"]
    assert counts["clip.mp4"] == 1
    assert counts.isna()["photo.png"]


def test_no_track_leaves_the_columns_empty(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    clip = demo_folder / "astronaut.mp4"
    done = run_fervid("analyze", clip, "--no-track", "--no-charts", "--fps", 1, "-o", "r.parquet")
    assert done.returncode == 0, done.stderr
    rows = fervid.read_results(tmp_path / "r.parquet")
    assert (rows["status"] == "ok").any()
    assert rows["track"].isna().all()
    assert fervid.read_results(tmp_path / "r.parquet", "sources")["tracks"].isna().all()


@pytest.mark.shared
@pytest.mark.parametrize("seed", [1, 2])
def test_people_of_photographs_keep_their_tracks(shared: Path, tmp_path: Path, seed: int) -> None:
    """Grey photographs in coloured coats; of some the detector misses what a pillar half covers,
    which costs IDF1 but no identity."""
    photos = sorted((shared / "data" / "expressions" / "happy").iterdir())
    rgb = [cv2.imread(str(each))[..., ::-1] for each in photos]
    large = [each for each in rgb if each.shape[:2] == (350, 350)]
    chosen = np.random.default_rng(seed).choice(len(large), 3, replace=False)
    heads = [np.ascontiguousarray(large[each]) for each in chosen]
    played = play_all(heads, tmp_path)
    each = reached(played, fervid.analyze([tmp_path]))
    assert [name for name, one in each.items() if one.switches] == []
    assert np.mean([one.idf1 for one in each.values()]) >= 0.93


@pytest.mark.shared
@pytest.mark.parametrize(
    ("clip", "tracks"),
    [
        ("WolfgangLanger_Pexels.mp4", [1]),
        ("face_noface.mov", [1]),
        ("no_face.mp4", [0]),
        ("head-pose-face-detection-female.gif", [1]),
        ("new_face_video-90.mp4", [3, 4, 5]),
    ],
)
def test_real_clips_have_the_tracks_that_one_sees(
    shared: Path, clip: str, tracks: list[int]
) -> None:
    """In the last one the camera is panned to and fro between three cyclists, who come back twelve
    times; one is cut off by the frame's edge, and something else is taken for a face."""
    report = fervid.analyze([shared / "media" / "clips" / clip])
    assert report.sources()["tracks"].item() in tracks
