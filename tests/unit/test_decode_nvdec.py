"""Decoding on a GPU where there is none: a clear error, the planes it would deliver, the wiring."""

from __future__ import annotations

import logging
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

import fervid
from fervid import machine
from fervid.decode import nvdec
from fervid.decode.colour import PictureMaker
from fervid.decode.orientation import Orientation
from fervid.errors import FervidError, UsageError
from fervid.keywords import make_options
from fervid.options import Sampling
from fervid.reader_pool import DecodePlan, plan_decoding, read_all
from fervid.types import SourceEnd
from tests.drawn import bar, source_of


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")


def test_the_wheel_of_pyav_is_built_with_nvdec() -> None:
    """If it no longer is, the option has to go."""
    assert "cuda" in nvdec.hwdevices_available()


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("requested", ["gpu", "gpu:3"])
def test_nvdec_that_is_not_there_is_an_error(requested: str) -> None:
    with pytest.raises(FervidError, match=f"No NVDEC on {requested}: .* --decode-device cpu"):
        nvdec.resolve_decode_device(requested)


def test_a_build_without_cuda_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvdec, "hwdevices_available", lambda: ["drm"])
    with pytest.raises(FervidError, match="built without CUDA"):
        nvdec.resolve_decode_device("gpu")


def test_the_cpu_needs_no_gpu() -> None:
    assert nvdec.resolve_decode_device("cpu") is None


@pytest.mark.parametrize("requested", ["auto", "gpu:", "gpu:x", "nvdec", ""])
def test_what_is_no_device_never_becomes_one(requested: str) -> None:
    with pytest.raises(UsageError, match="cpu, gpu or gpu:N"):
        nvdec.resolve_decode_device(requested)
    with pytest.raises(UsageError, match="cpu, gpu or gpu:N"):
        make_options(decode_device=requested)


@pytest.mark.parametrize("turn", [Orientation(), Orientation(transpose=True)], ids=["0", "90"])
def test_what_nvdec_delivers_looks_like_what_the_cpu_does(turn: Orientation) -> None:
    frame = av.VideoFrame.from_ndarray(bar(3), format="rgb24").reformat(format="yuv420p")
    as_of_nvdec = VideoReformatter().reformat(frame, format="nv12")
    expected, found = (PictureMaker(turn).picture(one) for one in (frame, as_of_nvdec))
    assert len(found.planes) == 3
    np.testing.assert_array_equal(found.rgb, expected.rgb)
    assert found.nbytes == expected.nbytes


def test_a_codec_that_is_left_to_the_cpu_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    nvdec._warn.cache_clear()
    by_cpu = av.VideoFrame(16, 16, "yuv422p10le")
    with caplog.at_level(logging.WARNING, "fervid"):
        for frame in (by_cpu, by_cpu, av.VideoFrame(16, 16, "nv12")):
            nvdec.warn_if_by_cpu(frame, "prores")
    assert [record.getMessage() for record in caplog.records] == [
        "Frames of prores (yuv422p10le) seem to be decoded by the CPU instead of NVDEC: slower."
    ]


@pytest.mark.parametrize(
    ("asked", "plan"), [(None, DecodePlan(4, 1, nvdec=1)), (6, DecodePlan(6, 1, nvdec=1))]
)
def test_nvdec_gets_few_sources_and_no_threads(
    asked: int | None, plan: DecodePlan, monkeypatch: pytest.MonkeyPatch, clips: Path
) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 32)
    found = plan_decoding([source_of(clips / "h264.mp4")] * 8, asked, nvdec=1)
    assert found == plan
    assert {found.threads_of(number, 8) for number in range(8)} == {1}


@pytest.mark.usefixtures("no_gpu")
def test_the_choice_reaches_the_decoder(clips: Path) -> None:
    """Without a GPU that shows by the refusal; photos and images are not decoded there."""
    clip = source_of(clips / "h264.mp4")
    (end,) = read_all([clip], Sampling(), DecodePlan(1, 1, nvdec=0), 1 << 20)
    assert isinstance(end, SourceEnd)
    assert end.failure is not None
    assert "Operation not permitted" in end.failure.error
    with pytest.raises(FervidError, match="No NVDEC on gpu"):
        fervid.analyze([clip.path], decode_device="gpu", charts=False)
