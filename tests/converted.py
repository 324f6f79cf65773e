"""A small result, and the files that a conversion makes of one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fervid.convert import convert
from fervid.labels import EMOTIONS
from fervid.types import Face, FaceQuality, Observation, SourceEnd
from tests.observed import Item, source, write_to

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
