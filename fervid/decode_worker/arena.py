"""Memory that a decode worker and its parent both map: pixels, and how far the worker is."""

from __future__ import annotations

import fcntl
import mmap
import os
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from fervid.decode_worker.space import PAGE_BYTES
from fervid.picture import Picture
from fervid.plane import Pixels, Plane

if TYPE_CHECKING:
    from fervid.decode.jpeg import Whole

_HEADER_BYTES = PAGE_BYTES
_ALIGNMENT = 64


class Arena:
    """The mapped memory.

    It is as large as all memory of the machine, since nothing is known of who keeps pictures how
    long; what was never written to takes none. It has no name, so that nothing remains of it.

    Args:
        descriptor: Of the file that `create` made.
        is_writable: The parent only reads.
    """

    def __init__(self, descriptor: int, *, is_writable: bool) -> None:
        size = os.fstat(descriptor).st_size
        protection = mmap.PROT_READ | (mmap.PROT_WRITE if is_writable else 0)
        self.memory = mmap.mmap(descriptor, size, mmap.MAP_SHARED, protection)
        self.start, self.end = _HEADER_BYTES, size
        words = memoryview(self.memory)[:_HEADER_BYTES].cast("Q")
        self.steps = words[:1]
        """Counted up by the worker with all it does."""
        self.begun = words[1:2]
        """Sources that the worker has begun."""

    def drop(self, start: int, end: int) -> None:
        """Hand memory back to the system; both sides lose what was in it."""
        self.memory.madvise(mmap.MADV_REMOVE, start, end - start)


def create(nbytes: int) -> int:
    """Make the file that an arena maps.

    Args:
        nbytes: Its size. The worker cannot change it: behind a file's end waits SIGBUS.

    Returns:
        Its descriptor.
    """
    descriptor = file_in_memory()
    os.ftruncate(descriptor, nbytes)
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def file_in_memory() -> int:
    """Make a file in memory, without a name; return its descriptor."""
    return os.memfd_create("fervid-decode", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def room_for(picture: Picture) -> int:
    """Return the bytes that a picture takes in an arena."""
    return sum(_aligned(pixels.nbytes) for _, pixels in _kept(picture))


def put(arena: Arena, at: int, picture: Picture) -> dict[str, Any]:
    """Copy a picture into an arena.

    Args:
        arena: Writable.
        at: Where there is room for it.
        picture: Of any kind.

    Returns:
        What `Pictures.at` needs to find it again, as JSON.
    """
    planes = []
    offset = at
    for step, pixels in _kept(picture):
        target = np.frombuffer(arena.memory, np.uint8, pixels.nbytes, offset)
        np.copyto(target.reshape(pixels.shape), pixels)
        planes.append([step, *pixels.shape])
        offset += _aligned(pixels.nbytes)
    to_rgb = None if picture.to_rgb is None else picture.to_rgb.tolist()
    _, whole = _halves(picture) or (None, None)
    return {
        "at": at,
        "nbytes": offset - at,
        "planes": planes,
        "to_rgb": to_rgb,
        "halved": whole and {"size": [picture.width, picture.height], "turn": asdict(whole.turn)},
    }


def _kept(picture: Picture) -> list[tuple[int, Pixels]]:
    """What is kept of a picture, with steps: its planes, or the half of a photo and its file."""
    if halves := _halves(picture):
        half, whole = halves
        return [(1, half), (1, np.frombuffer(whole.encoded, np.uint8))]
    return [(plane.step, plane.pixels) for plane in picture.planes]


def _halves(picture: Picture) -> tuple[Pixels, Whole] | None:
    """The half of a photo and what decodes the whole, while that has not been decoded."""
    halves = picture.planes[0].halves
    if halves is None:
        return None
    from fervid.decode.jpeg import Whole

    half, whole = halves
    return (half, whole) if isinstance(whole, Whole) else None


class Pictures:
    """Views of the pictures in an arena, for the parent.

    Args:
        arena: May go out of use before its pictures do: they keep its memory.
    """

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        # Appended to in whatever thread lets a picture go: nothing but an atomic call is safe.
        self._let_go: deque[int] = deque()

    def at(self, where: dict[str, Any]) -> Picture:
        """Return a picture that the worker put there.

        Args:
            where: What `put` returned.

        Raises:
            ValueError: It lies outside the arena, or is not what its message says.
        """
        at, nbytes = int(where["at"]), int(where["nbytes"])
        if not self._arena.start <= at <= at + nbytes <= self._arena.end:
            raise ValueError("a picture outside the arena")
        whole = np.frombuffer(self._arena.memory, np.uint8, nbytes, at)
        kept = []
        offset = 0
        for step, *shape in where["planes"]:
            size = _size(shape)
            kept.append((whole[offset : offset + size].reshape(shape), step))
            offset += _aligned(size)
        # NumPy lets every view of `whole`, and views of these, hold on to `whole` itself.
        weakref.finalize(whole, self._let_go.append, at).atexit = False
        if halved := where["halved"]:
            (half, _), (encoded, _) = kept
            return _photo(half, encoded, halved)
        to_rgb = where["to_rgb"]
        planes = [Plane(pixels, step) for pixels, step in kept]
        if to_rgb is None:
            return Picture(tuple(planes))
        with np.errstate(over="ignore"):  # what overflows is refused as not finite
            return Picture(tuple(planes), np.array(to_rgb, np.float32))

    def let_go(self) -> list[int]:
        """Return where pictures lay that nobody looks at any more, each once."""
        places = []
        while self._let_go:
            places.append(self._let_go.popleft())
        return places


def _photo(half: Pixels, encoded: Pixels, halved: dict[str, Any]) -> Picture:
    """A photo of which only the half is decoded; it needs libjpeg-turbo to become whole."""
    from fervid.decode.jpeg import Whole, size_of
    from fervid.decode.orientation import Orientation

    width, height = halved["size"]
    turn = Orientation(**halved["turn"])
    if size_of(encoded) != ((height, width) if turn.transpose else (width, height)):
        raise ValueError("a photo of another size than its half")
    whole = Whole(encoded, turn)
    return Picture((Plane.halved(half, (width, height), whole, encoded.nbytes),))


def _aligned(nbytes: int) -> int:
    return -(-nbytes // _ALIGNMENT) * _ALIGNMENT


def _size(shape: Sequence[int]) -> int:
    size = 1
    for extent in shape:
        if extent < 1:
            raise ValueError("a picture without pixels")
        size *= extent
    return size
