"""Wire the stages: frames in, observations out; the only place that knows their order."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from functools import partial

import numpy as np
import numpy.typing as npt

from fervid import stages
from fervid.align import align
from fervid.batching import filled, processed, processed_side_by_side
from fervid.classify import Classifier
from fervid.detect import FaceDetector
from fervid.options import SmoothLabels
from fervid.quality import assess
from fervid.smooth import smooth
from fervid.track import describe, scene_of, track
from fervid.types import (
    ClassifiedFrame,
    Face,
    FaceQuality,
    Frame,
    FrameFaces,
    Observation,
    SourceEnd,
)


def analyze(
    frames: Iterator[Frame | SourceEnd],
    detectors: Sequence[FaceDetector],
    classifier: Classifier,
    *,
    batch_frames: int,
    batch_bytes: int,
    min_quality: float,
    tracking: bool = True,
    smooth_s: float | None = None,
    smooth_labels: SmoothLabels = "argmax",
) -> Generator[Observation | SourceEnd]:
    """Detect, classify and track the faces of a stream of frames; smooth over time if asked to.

    Args:
        frames: Sampled frames and end markers, of many sources.
        detectors: Find the faces, a thread each; all alike.
        classifier: Tells their expressions.
        batch_frames: Frames that are searched in one call.
        batch_bytes: Pixels that such a batch holds, at most; two more batches than there are
            detectors are under way.
        min_quality: Faces of less than that are marked.
        tracking: Whether people are told apart.
        smooth_s: As `smooth` takes it; None for no smoothing.
        smooth_labels: Likewise.

    Yields:
        An observation per face, one for a frame without a face, and the end markers.
    """
    searched = processed_side_by_side(
        filled(
            frames,
            units=lambda frame: int(frame.picture is not None),
            batch_units=batch_frames,
            nbytes=lambda frame: frame.picture.nbytes if frame.picture else 0,
            batch_bytes=batch_bytes,
        ),
        [
            partial(_find_faces, detector=one, places=batch_frames, tracking=tracking)
            for one in detectors
        ],
    )
    with closing(searched):
        observed = processed(
            filled(
                searched,
                units=lambda frame: len(frame.faces),
                batch_units=classifier.batch_size,
            ),
            partial(_classify, classifier=classifier, min_quality=min_quality),
        )
        rows = track(observed) if tracking else _rows(observed)
        yield from rows if smooth_s is None else smooth(rows, smooth_s, smooth_labels)


def _rows(
    observed: Iterator[ClassifiedFrame | SourceEnd],
) -> Iterator[Observation | SourceEnd]:
    for item in observed:
        if isinstance(item, SourceEnd):
            yield item
        else:
            yield from item.observations


def _find_faces(
    frames: list[Frame], detector: FaceDetector, places: int, tracking: bool
) -> list[FrameFaces]:
    """Search frames, cut the faces out, let go of the pixels."""
    pictures = [frame.picture for frame in frames if frame.picture is not None]
    with stages.timed("detect", units=len(pictures), places=places):
        found = iter(detector.detect(pictures))
    return [
        _cut_out(
            frame,
            next(found) if frame.picture is not None else (),
            detector.crop_scale,
            tracking=tracking and frame.time_s is not None,
        )
        for frame in frames
    ]


def _cut_out(
    frame: Frame, faces: tuple[Face, ...], crop_scale: float, *, tracking: bool
) -> FrameFaces:
    picture = frame.picture
    where = (frame.source_id, frame.index, frame.time_s, frame.failure)
    if picture is None:
        return FrameFaces(*where, (), ())
    with stages.timed("align", units=len(faces)):
        crops = tuple(align(picture, face.box, crop_scale) for face in faces)
    if not tracking:
        return FrameFaces(*where, faces, crops)
    with stages.timed("track", units=0):
        scene = scene_of(picture)
        looks = [describe(picture, face.box, crop) for face, crop in zip(faces, crops, strict=True)]
    return FrameFaces(*where, faces, crops, scene, np.stack(looks) if looks else None)


def _classify(
    frames: list[FrameFaces], classifier: Classifier, min_quality: float
) -> list[ClassifiedFrame]:
    crops = [crop for frame in frames for crop in frame.crops]
    with stages.timed("classify", units=len(crops), places=classifier.batch_size):
        probabilities = classifier.classify(crops).probabilities
    with stages.timed("quality", units=len(crops)):
        qualities = assess([face for frame in frames for face in frame.faces], crops)
    ends = np.cumsum([len(frame.crops) for frame in frames])
    ranges = [slice(end - len(frame.crops), end) for frame, end in zip(frames, ends, strict=True)]
    return [
        ClassifiedFrame(
            _observations(frame, probabilities[its], qualities[its], min_quality),
            frame.scene,
            frame.looks,
        )
        for frame, its in zip(frames, ranges, strict=True)
    ]


def _observations(
    frame: FrameFaces,
    probabilities: npt.NDArray[np.float32],
    qualities: Sequence[FaceQuality],
    min_quality: float,
) -> tuple[Observation, ...]:
    where = (frame.source_id, frame.index, frame.time_s)
    if not frame.faces:
        return (Observation(*where, "no_face" if frame.failure is None else "decode_failed"),)
    return tuple(
        Observation(
            *where,
            "ok",
            face=number,
            detected=face,
            probabilities=row,
            quality=quality,
            low_quality=quality.quality < min_quality,
        )
        for number, (face, row, quality) in enumerate(
            zip(frame.faces, probabilities, qualities, strict=True)
        )
    )
