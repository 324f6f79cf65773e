"""Fetch an object to a file: whole, and the version that was found, or not at all."""

from __future__ import annotations

import asyncio
import concurrent.futures
import errno
import hashlib
import random
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fervid.errors import FervidError
from fervid.store.faults import StoreError, is_passing, told
from fervid.store.listing import UNDATED, Entry, entry_at
from fervid.store.location import Location

_RANGE_BYTES = 8 << 20
"""Asked for at a time, and held in memory: what S3 takes 100 ms and more for, so that the time to
its first byte is little of it. What was broken off is asked for again, and no more."""

_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between tries that are worth it; fsspec's packages have made some of their own before each."""

_PATIENCE_S = 60.0
_SLOWEST = 32 << 10
"""Bytes a second; a store that drips is asked again."""

_LOOK_S = 0.1
"""How long a wait is before it looks whether the run was stopped."""

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_MD5 = re.compile(r'"?([0-9a-f]{32})"?')


class StoppedError(Exception):
    """The run was stopped; nobody's fault."""


class ChangedError(FervidError):
    """An object is not the one that was found."""


class _ShortError(OSError):
    """An answer lacks its end; another try may have it."""


class Fetch:
    """Fetches objects; may be used by several threads.

    Args:
        is_stopped: Whether the run was stopped.
        pauses_s: Seconds between tries.
    """

    def __init__(
        self, is_stopped: Callable[[], bool], pauses_s: tuple[float, ...] = _PAUSES_S
    ) -> None:
        self._is_stopped = is_stopped
        self._pauses_s = pauses_s

    def to_file(self, wanted: Entry, location: Location, filesystem: Any, path: Path) -> None:
        """Fetch one object.

        Args:
            wanted: As it was found.
            location: Of it.
            filesystem: The location's; may be shared.
            path: Where nothing is yet. What is there after an error is to be deleted.

        Raises:
            ChangedError: It is another by now.
            StoreError: It is gone, or cannot be had.
            StoppedError: The run was stopped.
            FervidError: The file cannot be written.
        """
        address = filesystem._strip_protocol(location.address)
        try:
            if location.is_web:
                self._tried(partial(self._whole, wanted, address, filesystem, path), location)
                digest = None
            else:
                digest = self._ranges(wanted, location, address, filesystem, path)
        except StoreError:
            _check_unchanged(wanted, location, filesystem)
            raise
        except OSError as error:
            raise FervidError(
                f"What is fetched cannot be written to {path.parent}: {error.strerror}.",
                "Make room there, set TMPDIR to a larger disk, or give --stage-disk less.",
            ) from error
        tag = _MD5.fullmatch(wanted.etag or "")
        # What was put in one piece is tagged with its MD5: then no second question is needed.
        if not (tag and wanted.size_bytes and tag[1] == digest):
            _check_unchanged(wanted, location, filesystem)

    def _ranges(
        self, wanted: Entry, location: Location, address: str, filesystem: Any, path: Path
    ) -> str:
        """Fetch piece by piece; return the MD5."""
        digest = hashlib.md5(usedforsecurity=False)
        with path.open("xb") as file:
            for start in range(0, wanted.size_bytes, _RANGE_BYTES):
                end = min(start + _RANGE_BYTES, wanted.size_bytes)
                ask = partial(self._range, filesystem, address, start, end)
                piece = self._tried(ask, location)
                file.write(piece)
                digest.update(piece)
        return digest.hexdigest()

    def _range(self, filesystem: Any, address: str, start: int, end: int) -> bytes:
        seconds = _PATIENCE_S + (end - start) / _SLOWEST
        piece: bytes = self._run(filesystem, "cat_file", address, seconds, start=start, end=end)
        if len(piece) != end - start:
            raise _ShortError(errno.EIO, f"{len(piece)} of {end - start} bytes came")
        return piece

    def _whole(self, wanted: Entry, address: str, filesystem: Any, path: Path) -> None:
        """Fetch in one stream: many web servers know no ranges, and would send all for each."""
        from fsspec.callbacks import Callback

        came = 0

        class Counted(Callback):  # type: ignore[misc]
            def relative_update(self, inc: int = 1) -> None:
                nonlocal came
                came += inc
                if came > wanted.size_bytes:
                    raise _ShortError(errno.EFBIG, "more bytes came than were announced")

        seconds = _PATIENCE_S + wanted.size_bytes / _SLOWEST
        plain = {"Accept-Encoding": "identity"}
        self._run(
            filesystem, "get_file", address, seconds, str(path), callback=Counted(), headers=plain
        )
        size = path.stat().st_size
        if size != wanted.size_bytes:
            raise _ShortError(errno.EIO, f"{size} of {wanted.size_bytes} bytes came")

    def _tried(self, call: Callable[[], Any], location: Location) -> Any:
        """Call, and call again as long as that may help."""
        for pause_s in (*self._pauses_s, None):
            try:
                return call()
            except StoppedError:
                raise
            except Exception as error:
                if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                    raise
                if pause_s is None or not is_passing(error):
                    raise told(error, location) from error
                self._sleep(pause_s * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        raise AssertionError("The last try returns or raises.")

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._is_stopped():
                raise StoppedError
            time.sleep(min(_LOOK_S, seconds))

    def _run(
        self, filesystem: Any, name: str, address: str, seconds: float, *more: Any, **options: Any
    ) -> Any:
        """Call a method of a file system; end it when it is stopped or takes too long."""
        if not filesystem.async_impl:
            return getattr(filesystem, name)(address, *more, **options)
        coroutine = getattr(filesystem, f"_{name}")(address, *more, **options)
        future = asyncio.run_coroutine_threadsafe(coroutine, filesystem.loop)
        deadline = time.monotonic() + seconds
        while not concurrent.futures.wait([future], _LOOK_S).done:
            if self._is_stopped():
                future.cancel()
                raise StoppedError
            if time.monotonic() > deadline:
                future.cancel()
                raise TimeoutError(errno.ETIMEDOUT, f"it took more than {seconds:.0f} s")
        return future.result()


def _check_unchanged(wanted: Entry, location: Location, filesystem: Any) -> None:
    """See that an object is still the one that was found."""
    now = entry_at(location, filesystem)
    if now is None:
        raise StoreError(
            f"Cannot read {location.url}: it is not there any more.",
            "Put it back, or leave it be if it was meant to go.",
            is_missing=True,
        )
    same = (now.size_bytes, now.mtime) == (wanted.size_bytes, wanted.mtime)
    # Servers behind one web address may have tags of their own.
    if same and (not location.is_web or now.mtime == UNDATED):
        same = now.etag == wanted.etag
    if not same:
        raise ChangedError(
            f"{location.url} changed: {wanted.size_bytes:,} bytes when found, {now.size_bytes:,} "
            "when read.",
            "Analyse it again when nothing writes to it any more.",
        )
