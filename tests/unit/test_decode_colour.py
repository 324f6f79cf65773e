"""Colours come back as they were drawn, whatever the matrix, range and tags."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fervid.decode.colour import PictureMaker, over_mid_grey
from fervid.decode.orientation import UPRIGHT
from tests.drawn import RED, bar, encode, read

# Red in luma and two chromas by the coefficients of BT.601 and BT.709: (kr, kb).
COEFFICIENTS = {"BT.601": (0.299, 0.114), "BT.709": (0.2126, 0.0722)}
AVCOL_SPC = {"BT.709": 1, "unspecified": 2, "BT.601": 6}
LIMITED, FULL = 1, 2


def red_frame(matrix: str, size: tuple[int, int], full: bool, layout: str) -> av.VideoFrame:
    """A frame of solid red, computed from the standards' formulas."""
    kr, kb = COEFFICIENTS[matrix]
    blue, red = -kr / (2 * (1 - kb)), 0.5
    levels = (kr * 255, blue * 255 + 128, red * 255 + 128)
    if not full:
        levels = (16 + 219 * kr, 128 + 224 * blue, 128 + 224 * red)
    frame = av.VideoFrame(*size, layout)
    for plane, level in zip(frame.planes, levels, strict=True):
        plane.update(bytes([min(255, round(level))]) * plane.buffer_size)
    return frame


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("layout", ["yuv420p", "yuv422p", "yuv444p"])
@pytest.mark.parametrize(
    ("matrix", "size"),
    [
        ("BT.601", (64, 48)),
        ("BT.601", (65, 49)),
        ("BT.601", (960, 540)),
        ("BT.709", (1280, 534)),
        ("BT.709", (720, 1280)),
    ],
)
def test_solid_red_stays_red(
    matrix: str, size: tuple[int, int], layout: str, tagged: bool, full: bool
) -> None:
    frame = red_frame(matrix, size, full, layout)
    frame.colorspace = AVCOL_SPC[matrix if tagged else "unspecified"]
    frame.color_range = FULL if full else LIMITED
    rgb = PictureMaker(UPRIGHT).picture(frame).rgb
    assert rgb.shape == (size[1], size[0], 3)
    assert np.abs(rgb.astype(int) - RED).max() <= 3


@pytest.mark.parametrize("matrix", ["BT.601", "BT.709"])
def test_a_tag_wins_over_the_size(matrix: str) -> None:
    size = (64, 48) if matrix == "BT.709" else (1280, 720)
    frame = red_frame(matrix, size, False, "yuv420p")
    frame.colorspace, frame.color_range = AVCOL_SPC[matrix], LIMITED
    assert np.abs(PictureMaker(UPRIGHT).picture(frame).rgb.astype(int) - RED).max() <= 3


@pytest.mark.parametrize("tag", ["unspecified", "BT.601", "BT.709"])
@pytest.mark.parametrize("size", [(64, 48), (1280, 720)])
def test_red_stays_red_through_a_file(tmp_path: Path, size: tuple[int, int], tag: str) -> None:
    matrix = tag if tag != "unspecified" else ("BT.601" if size[1] < 720 else "BT.709")
    with av.open(str(tmp_path / "red.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "4"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.colorspace = AVCOL_SPC[tag]
        for _ in range(2):
            container.mux(stream.encode(red_frame(matrix, size, False, "yuv420p")))
        container.mux(stream.encode(None))
    frames, _ = read(tmp_path / "red.mp4")
    assert np.abs(frames[0].picture.rgb.astype(int) - RED).max() <= 3


def test_one_maker_serves_frames_of_changing_size() -> None:
    maker = PictureMaker(UPRIGHT)
    for size in ((64, 48), (32, 32), (64, 48)):
        assert maker.picture(av.VideoFrame(*size, "yuv420p")).rgb.shape == (size[1], size[0], 3)


def test_alpha_lies_over_mid_grey() -> None:
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 3] = (0, 51, 255)
    assert over_mid_grey(rgba)[0, :, 0].tolist() == [128, 102, 0]


def test_the_transparent_part_of_an_animation_is_mid_grey(tmp_path: Path) -> None:
    pictures = []
    for number in range(3):
        alpha = np.full((48, 64), 255, np.uint8)
        alpha[:, 32:56] = 0
        pictures.append(Image.fromarray(np.dstack([bar(number), alpha])))
    for name, to_background in (("a.gif", 2), ("a.png", 1), ("a.webp", 0)):
        path = tmp_path / name
        pictures[0].save(
            path,
            save_all=True,
            append_images=pictures[1:],
            duration=40,
            disposal=to_background,
        )
        frames, end = read(path)
        assert end.source.kind == "video"
        assert len(frames) == 3
        for frame in frames:
            assert np.unique(frame.picture.rgb[:, 34:54]).tolist() == [128], name
            assert frame.picture.rgb[:, 14:28].max() < 60, name


def test_grey_video_has_three_equal_channels(tmp_path: Path) -> None:
    path = encode(tmp_path / "grey.mkv", [bar(0)], "ffv1", pix_fmt="gray")
    rgb = read(path)[0][0].picture.rgb
    assert (rgb == rgb[..., :1]).all()
    assert np.abs(rgb.astype(int) - bar(0)).max() <= 2
