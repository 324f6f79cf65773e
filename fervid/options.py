"""What a user can choose, with its defaults; each default stands here and nowhere else."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Literal, TypedDict, Unpack, get_args

from fervid.cluster import Cluster
from fervid.errors import UsageError
from fervid.limits import Limits
from fervid.quantities import parse_moment, parse_rate, parse_size, parse_time

DEFAULT_FPS = Fraction(5)
DEFAULT_DETECTOR = "mtcnn"
DEFAULT_MODEL = "residual-se-half"


SMALLEST_FACE = 12
"""Pixels; MTCNN's first network sees no smaller ones."""

LONGEST_SMOOTHING_S = 60.0
"""Rows wait in memory for ten times as long at most."""

_BYTES = {"memory": "memory_bytes", "stage_disk": "stage_disk_bytes"}
"""Keyword to field."""

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
        min_face: Shorter side of a face box in pixels of the original, at least.
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
    min_face: float = 40.0
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
        for name in ("max_faces", "batch_size", "decode_threads", *_BYTES.values()):
            _check_count(name, getattr(self, name))
        if not (_is_number(self.min_face) and SMALLEST_FACE <= self.min_face < math.inf):
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


class OptionKeywords(TypedDict, total=False):
    """`AnalyzeOptions` and its `Sampling` as flat keywords, times and sizes as people write them.

    A keyword that is None counts as not given.
    """

    fps: float | str | Fraction | None
    every: int | None
    all_frames: bool
    start: float | str | Fraction | None
    end: float | str | Fraction | None
    min_face: float | None
    min_score: float | None
    max_faces: int | None
    min_quality: float | None
    detector: str | None
    model: str | None
    trust_model: bool
    batch_size: int | None
    decode_threads: int | None
    memory: int | str | None
    stage_disk: int | str | None
    device: str | None
    decode_device: str | None
    isolate: bool
    stall_timeout: float | None
    decode_memory: int | str | None
    max_pixels: int | None
    max_frames: int | None
    track: bool
    smooth: float | None
    smooth_labels: SmoothLabels | None
    hash: bool
    charts: bool
    report: bool
    thumbnails: bool
    overwrite: bool
    resume: bool
    since: str | date | None
    until: str | date | None
    engine: EngineName | None
    ray_address: str | None
    workers: int | None
    worker_cpus: int | None
    worker_gpus: float | None


_LIMITS = {
    "stall_timeout": "stall_s",
    "decode_memory": "decode_memory_bytes",
    "max_pixels": "max_pixels",
    "max_frames": "max_frames",
}
"""Keyword to field."""
_CLUSTER = {
    "ray_address": "address",
    "workers": "workers",
    "worker_cpus": "worker_cpus",
    "worker_gpus": "worker_gpus",
}


def make_options(**keywords: Unpack[OptionKeywords]) -> AnalyzeOptions:
    """Build options from flat keywords.

    Raises:
        UsageError: A keyword is unknown or its value is off.
    """
    given = {name: value for name, value in keywords.items() if value is not None}
    unknown = sorted(given.keys() - OptionKeywords.__annotations__.keys())
    if unknown:
        raise UsageError(
            f"Unknown option: {', '.join(unknown)}.",
            f"Valid: {', '.join(OptionKeywords.__annotations__)}.",
        )
    sampling: dict[str, object] = {
        name: given.pop(name) for name in ("every", "all_frames") if name in given
    }
    if "fps" in given:
        sampling["fps"] = parse_rate(str(given.pop("fps")))
    for name in ("start", "end"):
        if name in given:
            sampling[f"{name}_s"] = _seconds(given.pop(name))  # type: ignore[arg-type]
    now = datetime.now(UTC)
    for name in ("since", "until"):
        if name in given:
            given[name] = parse_moment(given[name], now)  # type: ignore[arg-type]
    given |= {_BYTES[name]: parse_size(str(given.pop(name))) for name in _BYTES.keys() & given}
    if "smooth" in given:
        given["smooth_s"] = given.pop("smooth")
    limits = {_LIMITS[name]: given.pop(name) for name in _LIMITS if name in given}
    if "decode_memory_bytes" in limits:
        limits["decode_memory_bytes"] = parse_size(str(limits["decode_memory_bytes"]))
    cluster = {_CLUSTER[name]: given.pop(name) for name in _CLUSTER if name in given}
    given["cluster"] = Cluster(**cluster)  # type: ignore[arg-type]
    given["limits"] = Limits(**limits)  # type: ignore[arg-type]
    return AnalyzeOptions(sampling=Sampling(**sampling), **given)  # type: ignore[arg-type]


def _seconds(value: float | str | Fraction) -> Fraction:
    """Read text as people write times; take a number at its shortest decimal."""
    if isinstance(value, str):
        return parse_time(value)
    try:
        return Fraction(str(value))
    except ValueError as error:
        raise UsageError("A time must be a number of seconds.", f"Received: {value!r}.") from error
