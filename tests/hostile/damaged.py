"""Files that are cut, flipped, empty, or not what their ending says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tests.drawn import bar, corners, encode
from tests.hostile.expected import Bad, Make

_SAMPLES = 8192


def _film(path: Path, ending: str, codec: str) -> bytes:
    noise = np.random.default_rng(0)
    pictures = [bar(n) // 2 + noise.integers(0, 90, (48, 64, 3), np.uint8) for n in range(50)]
    made = path.with_name(f"{path.name}.made.{ending}")
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encode(made, pictures, codec, pix_fmt=pix_fmt, options={"g": "10"})
    data = made.read_bytes()
    made.unlink()
    return data


def _photo(path: Path, ending: str) -> bytes:
    made = path.with_name(f"{path.name}.made.{ending}")
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    Image.fromarray(noise).save(made)
    data = made.read_bytes()
    made.unlink()
    return data


def cut(of: Callable[[Path, str], bytes], ending: str, share: float) -> Make:
    """Return what writes the first part of a file."""

    def write(path: Path) -> None:
        data = of(path, ending)
        path.write_bytes(data[: int(len(data) * share)])

    return write


def flipped(of: Callable[[Path, str], bytes], ending: str, first: float, last: float) -> Make:
    """Return what writes a file with a tenth of the bytes of a part of it changed."""

    def write(path: Path) -> None:
        data = np.frombuffer(of(path, ending), np.uint8).copy()
        low, high = int(first * len(data)), int(last * len(data))
        random = np.random.default_rng(1)
        places = random.integers(low, high, (high - low) // 10)
        data[places] ^= random.integers(1, 256, len(places), np.uint8)
        path.write_bytes(data.tobytes())

    return write


def sound_only(path: Path) -> None:
    """Write a film without pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        for start in range(0, _SAMPLES, 1024):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            sound.sample_rate, sound.pts = 8000, start
            container.mux(stream.encode(sound))
        container.mux(stream.encode(None))


def _cover_art(path: Path) -> None:
    """Sound with a picture of its cover: QuickTime's `covr`."""
    from tests.hostile.boxes import box

    sound = path.with_name(f"{path.name}.made.mp4")
    sound_only(sound)
    picture = path.with_name(f"{path.name}.made.jpg")
    Image.fromarray(corners()).save(picture)
    cover = box(b"covr", box(b"data", b"\x00\x00\x00\x0d" + bytes(4) + picture.read_bytes()))
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    tags = box(b"udta", box(b"meta", bytes(4) + handler + box(b"ilst", cover)))
    from tests.hostile.boxes import replaced

    path.write_bytes(replaced(sound.read_bytes(), b"moov", lambda content: content + tags))
    sound.unlink()
    picture.unlink()


def _films(codec: str) -> Callable[[Path, str], bytes]:
    return lambda path, ending: _film(path, ending, codec)


def _mp4_without_index(path: Path) -> None:
    data = _film(path, "mp4", "mpeg4")
    path.write_bytes(data[: data.index(b"moov") - 4])


def _text(path: Path) -> None:
    path.write_text("This is no film.\n" * 50)


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(2).bytes(20_000))


def _program(path: Path) -> None:
    path.write_bytes(b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(4000))


def _archive(path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("film.mp4", b"x" * 1000)


_EARLY = "ends early|cut off|broke off"
_NO_VIDEO, _NO_IMAGE = "no video that fervid knows", "no image that fervid knows"

DAMAGED = [
    Bad("cut.mp4", _mp4_without_index, "moov atom not found"),
    Bad("cut.mkv", cut(_films("libx264"), "mkv", 0.6), _EARLY, "partial", pictures=True),
    Bad("cut.avi", cut(_films("mpeg4"), "avi", 0.9), _EARLY, "partial", pictures=True),
    Bad("cut.gif", cut(lambda path, _: _gif(path), "gif", 0.6), _EARLY, "partial", pictures=True),
    Bad("cut-in-the-header.mkv", cut(_films("libx264"), "mkv", 0.02), "Cannot open|No frame"),
    Bad("cut.jpg", cut(_photo, "jpg", 0.6), "Cannot decode"),
    Bad("cut.png", cut(_photo, "png", 0.6), "Cannot decode"),
    Bad("cut.webp", cut(_photo, "webp", 0.6), "Cannot decode"),
    Bad("cut.tif", cut(_photo, "tif", 0.6), "Cannot decode"),
    Bad("cut.bmp", cut(_photo, "bmp", 0.6), "Cannot decode"),
    Bad("cut.avif", cut(_photo, "avif", 0.6), "Cannot open"),
    Bad("flipped.mkv", flipped(_films("libx264"), "mkv", 0.3, 0.6), "", "partial", pictures=True),
    Bad("flipped.avi", flipped(_films("mjpeg"), "avi", 0.3, 0.5), "", "partial", pictures=True),
    Bad("flipped.png", flipped(_photo, "png", 0.3, 0.5), "Cannot decode"),
    Bad("flipped-header.mp4", flipped(_films("mpeg4"), "mp4", 0, 0.1), "Cannot open|no video"),
    Bad("empty.mp4", Path.touch, "is empty"),
    Bad("empty.jpg", Path.touch, "is empty"),
    Bad("text.mp4", _text, _NO_VIDEO),
    Bad("text.jpg", _text, _NO_IMAGE),
    Bad("noise.mov", _noise, _NO_VIDEO),
    Bad("noise.tiff", _noise, _NO_IMAGE),
    Bad("setup.exe.avi", _program, _NO_VIDEO),
    Bad("archive.mkv", _archive, _NO_VIDEO),
    Bad("sound.mp4", sound_only, "no pictures", "skipped"),
    Bad("cover.mp4", _cover_art, "cover art", "skipped"),
]


def _gif(path: Path) -> bytes:
    made = path.with_name(f"{path.name}.made.gif")
    first, *others = [Image.fromarray(bar(n)) for n in range(20)]
    first.save(made, save_all=True, append_images=others, duration=40)
    data = made.read_bytes()
    made.unlink()
    return data
