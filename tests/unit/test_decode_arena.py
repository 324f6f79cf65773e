"""Whatever a decode worker says of its pictures, the parent takes none that is not allowed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fervid.agenda import Files
from fervid.decode import read_source
from fervid.decode_worker import arena as shared
from fervid.decode_worker.channel import BrokenChannelError
from fervid.decode_worker.messages import Orders
from fervid.decode_worker.nursery import Nursery
from fervid.decode_worker.outside import WorkerReader, _Given
from fervid.limits import Limits
from fervid.picture import Picture
from fervid.types import Frame
from tests.drawn import ALL_FRAMES, corners, source_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")
WIDTH, HEIGHT = 2400, 1800


@pytest.fixture
def arena() -> Iterator[shared.Arena]:
    descriptor = shared.create(64 << 20)
    yield shared.Arena(descriptor, is_writable=True)
    os.close(descriptor)


@pytest.fixture
def photo(tmp_path: Path) -> Picture:
    """A photo that is decoded at half its size first, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    Image.fromarray(corners(HEIGHT, WIDTH)).save(path, exif=exif)
    frame, _ = read_source(source_of(path), ALL_FRAMES, 1)
    assert isinstance(frame, Frame)
    assert frame.picture is not None
    assert frame.picture.is_halved
    return frame.picture


def put(arena: shared.Arena, picture: Picture) -> dict[str, Any]:
    return shared.put(arena, arena.start, picture)


def test_a_photo_that_is_halved_so_far_can_become_whole_in_the_parent(
    arena: shared.Arena, photo: Picture
) -> None:
    found = shared.Pictures(arena).at(put(arena, photo))
    assert (found.width, found.height) == (WIDTH, HEIGHT)
    assert found.rgb.shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("size", [[WIDTH, HEIGHT + 1], [HEIGHT, WIDTH], [1, 1], [60_000, 60_000]])
def test_a_photo_of_another_size_than_its_file_says_is_none(
    arena: shared.Arena, photo: Picture, size: list[int]
) -> None:
    where = put(arena, photo)
    where["halved"]["size"] = size
    with pytest.raises(ValueError, match="another size"):
        shared.Pictures(arena).at(where)


def test_the_parent_takes_no_picture_of_more_pixels_than_allowed(
    arena: shared.Arena, photo: Picture, tmp_path: Path
) -> None:
    given = _Given(source_of(tmp_path / "photo.jpg"), 1)
    said = {"index": 0, "time_s": None, "failure": None, "picture": put(arena, photo)}

    def frame(max_pixels: int) -> Frame:
        limits = Limits(max_pixels=max_pixels)
        orders = Orders(ALL_FRAMES, limits, frozenset(["image"]), 1, 1, times_stages=False)
        reader = WorkerReader(Files([]), orders, Nursery(orders), lambda: False, lambda *_: None)
        reader._given.append(given)
        return reader._frame(said, shared.Pictures(arena))

    assert frame(WIDTH * HEIGHT).picture is not None
    with pytest.raises(BrokenChannelError, match="more pixels"):
        frame(WIDTH * HEIGHT - 1)


def test_a_file_that_was_replaced_since_its_size_was_allowed_is_not_decoded_at_another(
    tmp_path: Path,
) -> None:
    from fervid.decode import jpeg

    small, large = tmp_path / "small.jpg", tmp_path / "large.jpg"
    Image.fromarray(corners(64, 48)).save(small)
    Image.fromarray(corners(WIDTH, HEIGHT)).save(large)
    with Image.open(small) as opened:
        large.replace(small)
        assert jpeg.decoded(opened, small) is None
