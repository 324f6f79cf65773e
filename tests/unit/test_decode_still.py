"""Photos: every pixel layout, upright, whole or not at all."""

from __future__ import annotations

import struct
import sys
import warnings
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fervid.decode import jpeg
from fervid.decode.pillow import eight_bits
from tests.drawn import Pixels, corners, read
from tests.unit.test_decode_video import TOP_LEFT_TO, corner_names

PHOTO = Image.fromarray(corners(96, 64))
ENDINGS = ["jpg", "png", "bmp", "tiff", "webp", "avif"]


def rgb_of(path: Path) -> Pixels:
    (frame,), end = read(path)
    assert (end.status, frame.index, frame.time_s) == ("ok", 0, None)
    assert (end.source.kind, end.frames_total, end.frames_sampled) == ("image", 1, 1)
    picture = frame.picture
    assert picture is not None
    assert (end.width, end.height) == (picture.width, picture.height)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.flags.c_contiguous
    return picture.rgb


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_comes_in_its_colours(tmp_path: Path, ending: str) -> None:
    PHOTO.save(tmp_path / f"photo.{ending}", quality=95)
    assert corner_names(rgb_of(tmp_path / f"photo.{ending}")) == ("red", "green", "blue", "grey")


@pytest.mark.parametrize(
    ("mode", "ending"), [("P", "png"), ("CMYK", "jpg"), ("CMYK", "tiff"), ("YCbCr", "tiff")]
)
def test_every_colour_mode_comes_in_its_colours(tmp_path: Path, mode: str, ending: str) -> None:
    PHOTO.convert(mode, palette=Image.Palette.ADAPTIVE).save(tmp_path / f"photo.{ending}")
    assert corner_names(rgb_of(tmp_path / f"photo.{ending}")) == ("red", "green", "blue", "grey")


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_and_black_and_white_have_three_equal_channels(tmp_path: Path, mode: str) -> None:
    PHOTO.convert(mode).save(tmp_path / "photo.png")
    rgb = rgb_of(tmp_path / "photo.png")
    assert (rgb == np.asarray(PHOTO.convert(mode).convert("L"))[..., None]).all()


@pytest.mark.parametrize(("mode", "ending"), [("RGBA", "png"), ("RGBA", "webp"), ("LA", "png")])
def test_transparency_lies_over_mid_grey(tmp_path: Path, mode: str, ending: str) -> None:
    photo = PHOTO.convert("RGBA")
    photo.putalpha(
        Image.fromarray(np.where(np.arange(96) < 48, 255, 0).astype(np.uint8)[None].repeat(64, 0))
    )
    photo.convert(mode).save(tmp_path / f"photo.{ending}", lossless=True)
    rgb = rgb_of(tmp_path / f"photo.{ending}")
    assert (rgb[:, 48:] == 128).all()
    assert not (rgb[:32, :48] == 128).any()


def test_a_transparent_palette_colour_lies_over_mid_grey(tmp_path: Path) -> None:
    photo = PHOTO.convert("P", palette=Image.Palette.ADAPTIVE)
    photo.save(tmp_path / "photo.png", transparency=photo.getpixel((80, 10)))
    assert corner_names(rgb_of(tmp_path / "photo.png")) == ("red", "grey", "blue", "grey")


@pytest.mark.parametrize(("highest", "bits"), [(900, 10), (4000, 12), (9000, 14), (65535, 16)])
@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_16_bit_grey_is_scaled_by_the_depth_that_holds_it(
    tmp_path: Path, ending: str, highest: int, bits: int
) -> None:
    grey = np.linspace(0, highest, 96 * 64).astype(np.uint16).reshape(64, 96)
    Image.fromarray(grey).save(tmp_path / f"deep.{ending}")
    rgb = rgb_of(tmp_path / f"deep.{ending}")
    assert (rgb == (grey >> (bits - 8))[..., None]).all()


@pytest.mark.parametrize("ending", ["png", "tiff"])
@pytest.mark.parametrize("factor", [16, 257])
def test_16_bit_colour_is_scaled_by_the_depth_that_holds_it(
    tmp_path: Path, ending: str, factor: int
) -> None:
    deep = corners(96, 64).astype(np.uint16) * factor
    cv2.imwrite(str(tmp_path / f"deep.{ending}"), deep[..., ::-1])
    assert (rgb_of(tmp_path / f"deep.{ending}") == corners(96, 64)).all()


def test_16_bit_transparency_lies_over_mid_grey(tmp_path: Path) -> None:
    deep = np.full((8, 8, 4), 65535, np.uint16)
    deep[:, 4:, 3] = 0
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    assert rgb_of(tmp_path / "deep.png")[0, :, 0].tolist() == [255] * 4 + [128] * 4


@pytest.mark.parametrize("values", [np.zeros(3, np.uint16), np.zeros(0, np.uint16)])
def test_scaling_nothing_gives_nothing(values: npt.NDArray[np.uint16]) -> None:
    assert eight_bits(values).tolist() == values.tolist()


@pytest.mark.parametrize("tag", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "tiff", "webp", "heic"])
def test_exif_turns_a_photo_upright(tmp_path: Path, ending: str, tag: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = tag
    path = tmp_path / f"turned.{ending}"
    save(PHOTO, path, exif=exif.tobytes(), quality=95)
    degrees, mirrored = {
        1: (0, False), 2: (0, True), 3: (180, False), 4: (180, True),
        5: (90, True), 6: (-90, False), 7: (-90, True), 8: (90, False),
    }[tag]  # fmt: skip
    assert corner_names(rgb_of(path)) == TOP_LEFT_TO[degrees, mirrored]
    assert read(path)[1].rotation == degrees


def save(photo: Image.Image, path: Path, **options: Any) -> None:
    if path.suffix == ".heic":
        heif = pytest.importorskip("pillow_heif", reason="HEIC needs fervid[heic]")
        heif.from_pillow(photo).save(str(path), **options)
    else:
        photo.save(path, **options)


def test_heic_without_its_package_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(PHOTO, tmp_path / "photo.heic")
    assert corner_names(rgb_of(tmp_path / "photo.heic")) == ("red", "green", "blue", "grey")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    end = read(tmp_path / "photo.heic")[1]
    assert end.status == "failed"
    assert end.failure is not None
    assert end.failure.remedy == "pip install 'fervid[heic]'"


@pytest.mark.parametrize("ending", [*ENDINGS, "heic"])
def test_a_photo_cut_at_60_percent_failed(tmp_path: Path, ending: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    path = tmp_path / f"photo.{ending}"
    save(Image.fromarray(noise), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    frames, end = read(path)
    assert (frames, end.status, end.source.kind) == ([], "failed", "image")
    assert end.failure is not None
    assert path.name in end.failure.error
    assert "again" in end.failure.remedy or "Convert" in end.failure.remedy


@pytest.mark.parametrize("side", [17_000, 60_000])
def test_a_decompression_bomb_fails_without_a_warning(tmp_path: Path, side: int) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    (tmp_path / "bomb.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    )
    with warnings.catch_warnings():
        # As a user runs it: Pillow's warning would stop nothing.
        warnings.simplefilter("ignore")
        end = read(tmp_path / "bomb.png")[1]
    assert end.status == "failed"
    assert end.failure is not None
    assert "megapixels" in end.failure.error


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_pixels_of_unknown_range_fail_rather_than_guess(tmp_path: Path, kind: type) -> None:
    Image.fromarray(np.full((8, 8), 1e6, kind)).save(tmp_path / "science.tiff")
    end = read(tmp_path / "science.tiff")[1]
    assert end.status == "failed"
    assert end.failure is not None
    assert "Convert it to 8 or 16 bits" in end.failure.remedy


@pytest.mark.parametrize(
    "damage",
    [
        b"garbage-garbage",
        b"MM\0*\0\0\0\x08\0\x05\0",
        # The photo's directory lies behind the end.
        b"MM\0*\0\0\0\x08" + struct.pack(">HHHII", 1, 0x8769, 4, 1, 4096) + bytes(4),
    ],
)
def test_damaged_exif_leaves_the_picture(tmp_path: Path, damage: bytes) -> None:
    PHOTO.save(tmp_path / "photo.jpg", quality=95)
    jpeg = (tmp_path / "photo.jpg").read_bytes()
    exif = b"Exif\0\0" + damage
    marker = b"\xff\xe1" + struct.pack(">H", len(exif) + 2)
    (tmp_path / "photo.jpg").write_bytes(jpeg[:2] + marker + exif + jpeg[2:])
    assert corner_names(rgb_of(tmp_path / "photo.jpg")) == ("red", "green", "blue", "grey")


@pytest.mark.parametrize(
    ("offset", "moment"), [("+02:00", datetime(2024, 5, 1, 10, 30, tzinfo=UTC)), (None, None)]
)
def test_the_time_of_a_photo_is_known_where_its_zone_is(
    tmp_path: Path, offset: str | None, moment: datetime | None
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2024:05:01 12:30:00"
    if offset:
        exif.get_ifd(0x8769)[36881] = offset
    PHOTO.save(tmp_path / "photo.jpg", exif=exif)
    assert read(tmp_path / "photo.jpg")[1].recorded_at == moment


def test_a_jpeg_has_the_pixels_that_pillow_sees(tmp_path: Path) -> None:
    for mode in ("RGB", "L"):
        path = tmp_path / f"{mode}.jpg"
        PHOTO.convert(mode).save(path, quality=90)
        with Image.open(path) as image:
            expected = np.asarray(image.convert("RGB")).astype(int)
        assert np.abs(rgb_of(path) - expected).max() <= 1


def test_a_jpeg_with_harmless_noise_between_its_markers_is_read(tmp_path: Path) -> None:
    PHOTO.save(tmp_path / "photo.jpg", quality=90)
    jpeg = (tmp_path / "photo.jpg").read_bytes()
    noisy = tmp_path / "noisy.jpg"
    noisy.write_bytes(jpeg[:20] + b"\0\0\0" + jpeg[20:] + b"appended by a camera")
    assert (rgb_of(noisy) == rgb_of(tmp_path / "photo.jpg")).all()


@pytest.mark.parametrize("tag", range(1, 9))
def test_a_large_jpeg_is_decoded_in_full_only_when_asked_for(
    tmp_path: Path, tag: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112] = tag
    PHOTO.resize((97, 65)).save(tmp_path / "photo.jpg", exif=exif.tobytes(), quality=95)
    (whole,), _ = read(tmp_path / "photo.jpg")
    monkeypatch.setattr(jpeg, "LARGE", 0)
    (halved,), end = read(tmp_path / "photo.jpg")
    assert whole.picture is not None
    assert halved.picture is not None
    expected = whole.picture.rgb
    assert (end.height, end.width) == expected.shape[:2]
    small = (end.width or 0) // 2, (end.height or 0) // 2
    assert corner_names(halved.picture.scaled(*small)) == corner_names(expected)
    assert (halved.picture.is_halved, whole.picture.is_halved) == (True, False)
    assert halved.picture.nbytes < whole.picture.nbytes
    assert (halved.picture.rgb == expected).all()
    assert not halved.picture.is_halved


def test_a_large_jpeg_with_damage_failed_though_only_half_of_it_was_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jpeg, "LARGE", 0)
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.jpg")
    whole = (tmp_path / "photo.jpg").read_bytes()
    for share in (0.6, 0.9, 0.99):
        (tmp_path / "photo.jpg").write_bytes(whole[: int(len(whole) * share)])
        assert read(tmp_path / "photo.jpg")[1].status == "failed"
