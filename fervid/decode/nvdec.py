"""Decode videos on an NVIDIA GPU (NVDEC), as far as it can; frames come back to the CPU as planes.

Not yet tried on a GPU: what is tested is its absence, its planes and its wiring.
"""

from __future__ import annotations

import functools
import logging
import re

import av
from av.codec import Codec
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.video.frame import VideoFrame

from fervid.errors import FervidError, UsageError

_DELIVERED = ("nv12", "p010le", "p016le")
"""Layouts of NVDEC's 4:2:0 frames in memory; no decoder of the CPU has them."""

log = logging.getLogger("fervid")


def resolve_decode_device(requested: str) -> int | None:
    """Choose where videos are decoded.

    Args:
        requested: `cpu`, `gpu` or `gpu:N`.

    Returns:
        The number of the GPU; None for the CPU.

    Raises:
        UsageError: `requested` is none of these.
        FervidError: There is no such GPU, or PyAV was built without CUDA.
    """
    if requested == "cpu":
        return None
    asked = re.fullmatch(r"gpu(?::([0-9]+))?", requested)
    if asked is None:
        raise UsageError(
            "decode_device must be cpu, gpu or gpu:N.", f"Received: decode_device={requested!r}."
        )
    if "cuda" not in hwdevices_available():
        raise FervidError(
            "PyAV's FFmpeg was built without CUDA, so NVDEC is out of reach.",
            "Take --decode-device cpu, or PyAV's own wheel: pip install --only-binary av av.",
        )
    number = int(asked[1] or 0)
    try:
        accelerator(number).create(Codec("h264", "r"))
    except av.FFmpegError as error:
        raise FervidError(
            f"No NVDEC on {requested}: FFmpeg cannot use CUDA there ({error.strerror}).",
            "Take --decode-device cpu, or check the driver with nvidia-smi.",
        ) from error
    return number


def accelerator(number: int) -> HWAccel:
    """Return what `av.open` takes to decode on a GPU.

    Args:
        number: Of the GPU.
    """
    return HWAccel("cuda", device=str(number), allow_software_fallback=True)


def warn_if_by_cpu(frame: VideoFrame, codec: str) -> None:
    """Say, once for each codec and layout, that a video does not seem to come from NVDEC.

    Args:
        frame: The first one of a video that was to be decoded by NVDEC.
        codec: Its name.
    """
    if frame.format.name not in _DELIVERED:
        _warn(codec, frame.format.name)


@functools.cache
def _warn(codec: str, layout: str) -> None:
    log.warning(
        "Frames of %s (%s) seem to be decoded by the CPU instead of NVDEC: slower.", codec, layout
    )
