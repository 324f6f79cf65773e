"""Options as flat keywords: as the command line, variables, files and `analyze` give them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TypedDict, Unpack

from fervid.cluster import Cluster
from fervid.errors import UsageError
from fervid.limits import Limits
from fervid.options import AnalyzeOptions, EngineName, Sampling, SmoothLabels
from fervid.quantities import parse_moment, parse_rate, parse_size, parse_time

_BYTES = {"memory": "memory_bytes", "stage_disk": "stage_disk_bytes"}
"""Keyword to field."""


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
