"""What a user can choose, with its defaults; each default stands here and nowhere else."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Literal, get_args

from fervid.cluster import Cluster
from fervid.errors import UsageError
from fervid.limits import Limits

DEFAULT_FPS = Fraction(5)
DEFAULT_DETECTOR = "mtcnn"
DEFAULT_MODEL = "residual-se-half"

SMALLEST_FACE = 12
"""Pixels; MTCNN's first network sees no smaller ones."""

USUAL_FACE = 40.0
"""Pixels: the smallest face that is looked for, in pictures that are no face cut out."""

LONGEST_SMOOTHING_S = 60.0
"""Rows wait in memory for ten times as long at most."""

SmoothLabels = Literal["argmax", "viterbi"]

EngineName = Literal["local", "ray"]


def _check_count(name: str, value: object) -> None:
    if value is None or (isinstance(value, int) and value >= 1):
        return
    raise UsageError(f"{name} must be a whole number, at least 1.", f"Received: {name}={value!r}.")


def _check_share(name: str, value: object) -> None:
    if isinstance(value, (int, float)) and 0 <= value <= 1:
        return
    raise UsageError(f"{name} must be a number between 0 and 1.", f"Received: {name}={value!r}.")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise UsageError(f"{name} must be text.", f"Received: {name}={value!r}.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames of a video to look at; at most one of `fps`, `every`, `all_frames`.

    Args:
        fps: Frames per second of presentation time; `DEFAULT_FPS` when nothing is given.
        every: Each Nth frame.
        all_frames: Every frame.
        start_s: First presentation time, in seconds, included.
        end_s: Last presentation time, in seconds, excluded; None for the whole source.
    """

    fps: Fraction | None = None
    every: int | None = None
    all_frames: bool = False
    start_s: Fraction = Fraction(0)
    end_s: Fraction | None = None

    def __post_init__(self) -> None:
        """Check the combination and the ranges."""
        chosen = (self.fps is not None) + (self.every is not None) + bool(self.all_frames)
        if chosen > 1:
            raise UsageError(
                "More than one way to sample.", "Give one of --fps, --every and --all-frames."
            )
        if not chosen:
            object.__setattr__(self, "fps", DEFAULT_FPS)
        if self.fps is not None and self.fps <= 0:
            raise UsageError("fps must be above 0.", f"Received: fps={self.fps}.")
        _check_count("every", self.every)
        if self.start_s < 0:
            raise UsageError("start must not be negative.", f"Received: start={self.start_s}.")
        if self.end_s is not None and self.end_s <= self.start_s:
            raise UsageError(
                "end must be after start.",
                f"Received: start={float(self.start_s):g} s, end={float(self.end_s):g} s.",
            )


@dataclass(frozen=True, slots=True)
class AnalyzeOptions:
    """How to analyse; None means chosen from the machine or the preset.

    Args:
        sampling: Which frames.
        min_face: Shorter side of a face box in pixels of the original, at least; 40, or half the
            picture's shorter side where that is less, if None.
        min_score: The detector's score, at least.
        max_faces: The N largest faces of a frame only.
        min_quality: Faces of less than that are marked, not left out.
        detector: Name of a detector preset, or the path of a YuNet `.onnx` file.
        model: Name of a classifier preset, or a folder that `python -m training export` wrote.
        trust_model: Whether these may be files that fervid does not know.
        batch_size: Frames (and faces) per call of a network.
        decode_threads: Sources decoded at the same time.
        memory_bytes: Bound on decoded frames in flight.
        stage_disk_bytes: Bound on disk for what is fetched from object stores; half of what is free
            where temporary files go if None.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        decode_device: Where videos are decoded: `cpu`, `gpu` (NVDEC) or `gpu:N`.
        isolate: Whether videos and photos are decoded in processes of their own.
        limits: What decoding one source may cost.
        track: Whether the people of a video are told apart.
        smooth_s: Standard deviation, in seconds, of the Gaussian that probabilities are smoothed
            with over the time of a track; None for none.
        smooth_labels: Which label smoothed rows have: the most probable class, or that of a path.
        hash: Whether to note the sha256 of each source.
        charts: Whether to draw charts.
        report: Whether to write a page of it all.
        thumbnails: Whether that page shows faces.
        overwrite: Whether an existing result may be replaced.
        resume: Whether to go on with what an earlier run left, finished or not.
        since: Only sources that last changed then or later, UTC.
        until: Only sources that last changed before, UTC.
        engine: What runs it: this machine, or a Ray cluster.
        cluster: Which, and what of it to take.
    """

    sampling: Sampling = Sampling()
    min_face: float | None = None
    min_score: float | None = None
    max_faces: int | None = None
    min_quality: float = 0.5
    detector: str = DEFAULT_DETECTOR
    model: str = DEFAULT_MODEL
    trust_model: bool = False
    batch_size: int | None = None
    decode_threads: int | None = None
    memory_bytes: int | None = None
    stage_disk_bytes: int | None = None
    device: str = "auto"
    decode_device: str = "cpu"
    isolate: bool = sys.platform == "linux"
    limits: Limits = field(default_factory=Limits)
    track: bool = True
    smooth_s: float | None = None
    smooth_labels: SmoothLabels = "argmax"
    hash: bool = False
    charts: bool = True
    report: bool = False
    thumbnails: bool = False
    overwrite: bool = False
    resume: bool = False
    since: datetime | None = None
    until: datetime | None = None
    engine: EngineName = "local"
    cluster: Cluster = field(default_factory=Cluster)

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in (
            "max_faces",
            "batch_size",
            "decode_threads",
            "memory_bytes",
            "stage_disk_bytes",
        ):
            _check_count(name, getattr(self, name))
        if self.min_face is not None and not (
            _is_number(self.min_face) and SMALLEST_FACE <= self.min_face < math.inf
        ):
            raise UsageError(
                f"min_face must be a number of pixels, at least {SMALLEST_FACE}.",
                f"Received: min_face={self.min_face!r}.",
            )
        if self.min_score is not None:
            _check_share("min_score", self.min_score)
        _check_share("min_quality", self.min_quality)
        for name in ("detector", "model", "device", "decode_device"):
            _check_text(name, getattr(self, name))
        if not re.fullmatch(r"auto|cpu|gpu(:[0-9]+)?", self.device):
            raise UsageError(
                "device must be auto, cpu, gpu or gpu:N.", f"Received: device={self.device!r}."
            )
        if not re.fullmatch(r"cpu|gpu(:[0-9]+)?", self.decode_device):
            raise UsageError(
                "decode_device must be cpu, gpu or gpu:N.",
                f"Received: decode_device={self.decode_device!r}.",
            )
        if self.isolate and sys.platform != "linux":
            raise UsageError(
                "Decoding in processes of their own needs Linux.", "Leave --isolate out."
            )
        self._check_smoothing()
        self._check_engine()
        if self.resume and self.overwrite:
            raise UsageError(
                "--resume keeps what is there, --overwrite replaces it.", "Give one of them."
            )
        self._check_interval()
        if self.thumbnails and not self.report:
            raise UsageError(
                "--thumbnails puts faces into the report, and there shall be none.",
                "Add --report, or leave --thumbnails out.",
            )

    def _check_interval(self) -> None:
        # Equal ones hold nothing: what a scheduler gives for a run that somebody starts by hand.
        if self.since and self.until and self.since > self.until:
            raise UsageError(
                "until must not be before since.",
                f"Received: since={self.since.isoformat()}, until={self.until.isoformat()}.",
            )

    def _check_engine(self) -> None:
        if self.engine not in get_args(EngineName):
            raise UsageError(
                f"engine must be one of {', '.join(get_args(EngineName))}.",
                f"Received: engine={self.engine!r}.",
            )
        if self.engine == "local" and self.cluster != Cluster():
            raise UsageError(
                "Address and workers are a Ray cluster's, and this run shall be local.",
                "Add --engine ray, or leave --ray-address and --worker... out.",
            )
        if self.engine == "ray" and re.fullmatch("gpu:[0-9]+", self.device):
            raise UsageError(
                f"Which GPU a worker has, Ray decides; --device {self.device} names one.",
                "Take --device gpu.",
            )

    def _check_smoothing(self) -> None:
        if self.smooth_labels not in get_args(SmoothLabels):
            raise UsageError(
                f"smooth_labels must be one of {', '.join(get_args(SmoothLabels))}.",
                f"Received: smooth_labels={self.smooth_labels!r}.",
            )
        if self.smooth_s is None:
            if self.smooth_labels != "argmax":
                raise UsageError(
                    f"--smooth-labels {self.smooth_labels} needs --smooth SECONDS.",
                    "Add --smooth .5, or leave --smooth-labels out.",
                )
            return
        if not self.track:
            raise UsageError(
                "--smooth follows the tracks of people, and there shall be none.",
                "Leave --no-track or --smooth out.",
            )
        if not (_is_number(self.smooth_s) and 0 < self.smooth_s <= LONGEST_SMOOTHING_S):
            raise UsageError(
                f"smooth must be a number of seconds above 0, at most {LONGEST_SMOOTHING_S:g}.",
                f"Received: smooth={self.smooth_s!r}.",
            )
