"""The few things that flow from stage to stage: frozen, without behaviour, without I/O.

A stream is `Iterator[X | SourceEnd]`: the items of several sources may interleave, those of one
source are in order, and its `SourceEnd` comes last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from fervid.picture import Picture

SourceKind = Literal["video", "image"]
SourceStatus = Literal["ok", "partial", "failed", "skipped"]
FrameStatus = Literal["ok", "no_face", "decode_failed"]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in continuous pixels of the upright original; x2 and y2 exclusive."""

CROP_SIDE = 48
"""Side of the grey face crops in pixels, FER2013's."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to analyse.

    Args:
        id: The `source` column: path relative to the root, unique in a run, stable across runs.
        path: Where it lies, absolute; bytes that are not UTF-8 as surrogate escapes.
        kind: Whether it has a time axis.
        size_bytes: Of the file.
        mtime: Of the file, UTC.
        url: Of an object that is fetched when its turn comes: till then nothing is at `path`, and
            no file can be there; None for a file.
        address: What it is fetched by, where that is not its URL: it may hold a signature, which
            is told to nobody.
        etag: What its store calls the version that was found; None where it does not say.
    """

    id: str
    path: Path
    kind: SourceKind
    size_bytes: int
    mtime: datetime
    url: str | None = None
    address: str | None = field(default=None, repr=False)
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One sampled frame; exactly one of `picture` and `failure` is set.

    Args:
        source_id: `Source.id`.
        index: In presentation order over the whole source, from 0; 0 for an image.
        time_s: Seconds since the container's start; None for an image.
        picture: The pixels.
        failure: Why there are none.
    """

    source_id: str
    index: int
    time_s: float | None
    picture: Picture | None
    failure: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face found in a frame.

    Args:
        box: In pixels of the upright original frame, clipped to it.
        landmarks: `(5, 2)` float32 x, y: left eye, right eye, nose, left and right corner of the
            mouth; left is the subject's left.
        score: The detector's, in [0, 1].
    """

    box: Box
    landmarks: npt.NDArray[np.float32]
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class FrameFaces:
    """A sampled frame after detection: what was found in it, but no full pixels any more.

    Args:
        source_id: `Source.id`.
        index: `Frame.index`.
        time_s: `Frame.time_s`.
        failure: `Frame.failure`.
        faces: By descending area.
        crops: What the classifier sees of each face: grey uint8 `(48, 48)`.
        scene: As in `ClassifiedFrame`.
        looks: Likewise.
    """

    source_id: str
    index: int
    time_s: float | None
    failure: str | None
    faces: tuple[Face, ...]
    crops: tuple[npt.NDArray[np.uint8], ...]
    scene: npt.NDArray[np.uint8] | None = None
    looks: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """How well a face can be judged.

    Args:
        yaw: Head turned, degrees; above 0 to the subject's left.
        pitch: Head nodded, degrees; above 0 is up.
        roll: Head tilted, degrees; above 0 towards the subject's left shoulder.
        sharpness: In [0, 1].
        brightness: In [0, 1].
        quality: All of it in one figure in [0, 1].
    """

    yaw: float
    pitch: float
    roll: float
    sharpness: float
    brightness: float
    quality: float


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """An expression smoothed over the time of its track.

    Args:
        probabilities: `(7,)` float32 in the order of `labels.EMOTIONS`.
        emotion: Index of the label.
    """

    probabilities: npt.NDArray[np.float32]
    emotion: int


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What becomes a row: a face in a sampled frame, or a sampled frame without one.

    Args:
        source_id: `Source.id`.
        frame: `Frame.index`.
        time_s: `Frame.time_s`.
        status: `ok` with a face, else why there is none.
        face: Number of the face in its frame, by descending area; None without one.
        detected: The face itself; None without one.
        probabilities: `(7,)` float32 in the order of `labels.EMOTIONS`; None without a face.
        track: Identity within the source, from 0; None without a face, in a photo, and where
            nobody asked.
        quality: How well the face can be judged; None without one.
        low_quality: Whether that is less than asked for; None without a face.
        smoothed: Where it was asked for and there is a face.
    """

    source_id: str
    frame: int
    time_s: float | None
    status: FrameStatus
    face: int | None = None
    detected: Face | None = None
    probabilities: npt.NDArray[np.float32] | None = None
    track: int | None = None
    quality: FaceQuality | None = None
    low_quality: bool | None = None
    smoothed: Smoothed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ClassifiedFrame:
    """The rows of a sampled frame, with what tells one identity from another.

    Args:
        observations: Of one source and frame: one per face, by descending area, or the one that
            says that there is none.
        scene: The whole frame as a small picture, uint8 `(height, width, 3)` RGB, to tell a cut;
            None where there is no picture or nobody tracks.
        looks: `(faces, n)` float32: what each face and its surroundings look like, to know the
            person again; None where there is no face or nobody tracks.
    """

    observations: tuple[Observation, ...]
    scene: npt.NDArray[np.uint8] | None = None
    looks: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a source is not `ok`: the type of the error, what happened, what to do."""

    error_type: str
    error: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SourceEnd:
    """The end marker of a source in a stream, with the facts of decoding.

    Args:
        source: What ended.
        status: How it ended.
        failure: Set unless `status` is `ok`.
        container: FFmpeg's or Pillow's name of the format.
        codec: FFmpeg's or Pillow's name of the codec.
        width: Upright, in pixels.
        height: Upright, in pixels.
        rotation: Degrees counter-clockwise that were applied: `np.rot90(image, k=rotation // 90)`.
        frame_rate: Average, frames per second.
        duration_s: The container's.
        start_time_s: The container's; add it to `time_s` for raw PTS.
        time_source: Where `time_s` comes from.
        frames_total: Frames meant to be shown that the decoder delivered or failed to deliver.
        frames_sampled: Of these, sampled, failed ones included.
        frames_failed: Of the sampled ones, not decoded.
        recorded_at: When the recording was made, as the file says.
        opened_at: `time.monotonic()` when the source was opened.
        tracks: Found in a video; None for an image, and where nobody tracks.
        sha256: Of the file, in hexadecimal; None where nobody asked, where it could not be read,
            and where it changed meanwhile.
    """

    source: Source
    status: SourceStatus
    failure: Failure | None = None
    container: str | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    rotation: int | None = None
    frame_rate: float | None = None
    duration_s: float | None = None
    start_time_s: float | None = None
    time_source: Literal["pts", "interpolated"] | None = None
    frames_total: int = 0
    frames_sampled: int = 0
    frames_failed: int = 0
    recorded_at: datetime | None = None
    opened_at: float = 0.0
    tracks: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Args:
        sources_done: Sources that ended, however.
        sources_total: Of the run.
        frames: Sampled frames that became rows.
        faces: Faces found in them.
        media_s: Seconds of video behind them; 0 for images.
        total_media_s: Seconds of video of the whole run, as far as known; 0 without videos.
    """

    sources_done: int
    sources_total: int
    frames: int
    faces: int
    media_s: float
    total_media_s: float
