"""What a user can choose, with its defaults; each default stands here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fervid.errors import UsageError

DEFAULT_FPS = Fraction(5)
DEFAULT_DETECTOR = "mtcnn"
DEFAULT_MODEL = "residual-se"


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
        chosen = (self.fps is not None) + (self.every is not None) + self.all_frames
        if chosen > 1:
            raise UsageError(
                "More than one way to sample.", "Give one of --fps, --every and --all-frames."
            )
        if self.fps is not None and self.fps <= 0:
            raise UsageError("fps must be above 0.", f"Received: fps={self.fps}.")
        if self.every is not None and self.every < 1:
            raise UsageError("every must be at least 1.", f"Received: every={self.every}.")
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
        detector: Name of a detector preset, or the path of a YuNet `.onnx` file.
        model: Name of a classifier preset.
        batch_size: Frames (and faces) per call of a network.
        decode_threads: Sources decoded at the same time.
        memory_bytes: Bound on decoded frames in flight.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        charts: Whether to draw charts.
        overwrite: Whether an existing result may be replaced.
    """

    sampling: Sampling = Sampling()
    min_face: float = 40.0
    min_score: float | None = None
    max_faces: int | None = None
    detector: str = DEFAULT_DETECTOR
    model: str = DEFAULT_MODEL
    batch_size: int | None = None
    decode_threads: int | None = None
    memory_bytes: int | None = None
    device: str = "auto"
    charts: bool = True
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("max_faces", "batch_size", "decode_threads", "memory_bytes"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name} must be at least 1.", f"Received: {name}={value}.")
        if self.min_face < 1:
            raise UsageError(
                "min_face must be at least 1 pixel.", f"Received: min_face={self.min_face:g}."
            )
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise UsageError(
                "min_score must be between 0 and 1.", f"Received: min_score={self.min_score:g}."
            )
        kind, _, number = self.device.partition(":")
        if kind not in ("auto", "cpu", "gpu") or (number and not number.isdecimal()):
            raise UsageError(
                "device must be auto, cpu, gpu or gpu:N.", f"Received: device={self.device!r}."
            )
