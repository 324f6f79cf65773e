"""Fetch sources from object stores ahead of those that read them, within a bound on disk."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fervid.agenda import Task
from fervid.counted import counted
from fervid.errors import FervidError
from fervid.sources import format_of_file
from fervid.store.faults import StoreError
from fervid.store.fetch import ChangedError, Fetch, StoppedError
from fervid.store.listing import UNDATED, Entry
from fervid.store.location import Location
from fervid.types import Failure, Source, SourceEnd
from fervid.workplace import abandoned, new_folder

_FETCHERS = 4
"""Objects fetched at the same time, at least: one S3 connection gives some 50 MB/s."""

_MOST_FETCHERS = 16

_AHEAD_BYTES = 64 << 20
"""Staged and not yet taken; beyond it, no more than a source for each fetcher. It is a thousand
photos."""

_IN_VAIN = 20
"""Sources in a row that a store fails to give: then it is the store that is gone, or the rights."""

_WAIT_S = 0.1
_logger = logging.getLogger("fervid")
_PREFIX = "fervid-stage-"


class Staging:
    """Sources that are fetched before they are taken, an `Agenda`; to be started and closed.

    Args:
        tasks: In the order in which they are fetched; files among them are there already.
        disk_bytes: That staged sources may take; half of what is free where temporary files go if
            None.
        readers: Threads that take sources.
        is_stopped: Whether the run was stopped.
        on_failed: Called in a thread of its own with the end of a source that cannot be had.
        fetch: What fetches.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        disk_bytes: int | None,
        readers: int,
        is_stopped: Callable[[], bool],
        on_failed: Callable[[SourceEnd], object],
        fetch: Fetch | None = None,
    ) -> None:
        self._ready: deque[Task] = deque()
        self._todo: deque[Task] = deque()
        for task in tasks:
            (self._todo if task[0].url else self._ready).append(task)
        self._room_bytes = disk_bytes or 0
        self._is_stopped = is_stopped
        self._on_failed = on_failed
        self._fetch = fetch or Fetch(is_stopped)
        self._changed = threading.Condition()
        self._pending = len(self._todo)
        self._ahead_bytes = 0
        self._held_bytes = 0
        self._staged: dict[Path, int] = {}
        self._number = 0
        self._in_vain = 0
        self._fault: BaseException | None = None
        self._clients: dict[str, Any] = {}
        self._resources = ExitStack()
        count = min(_MOST_FETCHERS, max(_FETCHERS, 2 * readers), len(self._todo))
        self._threads = [
            threading.Thread(target=self._work, name=f"fervid-fetch-{number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        """Make the folder and begin to fetch."""
        # fsspec keeps one for each thread that asks: this one asks again when the next job starts.
        for location in (_location(source) for source, _ in self._todo):
            if location.store not in self._clients:
                self._clients[location.store] = location.filesystem()
        parent = Path(tempfile.gettempdir())
        try:
            for folder in abandoned(parent, _PREFIX):
                shutil.rmtree(folder, ignore_errors=True)
            folder = self._resources.enter_context(new_folder(parent, _PREFIX))
        except OSError as error:
            raise FervidError(
                f"Nothing can be fetched to {parent}: {error.strerror}.",
                "Set TMPDIR to a folder that may be written to.",
            ) from error
        self._resources.callback(shutil.rmtree, folder, ignore_errors=True)
        self._folder = folder
        if not self._room_bytes:
            self._room_bytes = shutil.disk_usage(folder).free // 2
        _logger.info(
            "Fetching %s by way of %s, %d MB at a time at most.",
            counted(self._pending, "object"),
            folder.parent,
            self._room_bytes >> 20,
        )
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Wait for what fetches, which ends once the run is stopped; delete what was staged."""
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._resources.close()

    def take(self, *, waits: bool) -> Task | None:
        """Take the next one off, as `Agenda` says.

        Raises:
            BaseException: What a thread met that is no source's fault, such as a full disk.
        """
        with self._changed:
            while True:
                if self._fault is not None:
                    raise self._fault
                if self._ready:
                    task = self._ready.popleft()
                    self._ahead_bytes -= self._staged.get(task[0].path, 0)
                    self._changed.notify_all()
                    return task
                if not (waits and self._pending) or self._is_stopped():
                    return None
                self._changed.wait(_WAIT_S)

    def give_back(self, task: Task) -> None:
        """Put one back, to be the next."""
        with self._changed:
            self._ready.appendleft(task)
            self._ahead_bytes += self._staged.get(task[0].path, 0)

    def ended(self, source: Source) -> None:
        """Delete what was staged of a source that was read."""
        with self._changed:
            size = self._staged.pop(source.path, None)
        if size is not None:
            shutil.rmtree(source.path.parent, ignore_errors=True)
            self._release(size)

    def _release(self, size: int) -> None:
        with self._changed:
            self._held_bytes -= size
            self._changed.notify_all()

    def _work(self) -> None:
        """Fetch one source after the other, as long as there are any."""
        try:
            while (task := self._next()) is not None:
                self._stage(*task)
        except StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 (raised again where sources are taken)
            with self._changed:
                self._fault = self._fault or error
                self._changed.notify_all()

    def _next(self) -> tuple[Task, Path] | None:
        """Wait for room on the disk and take what is to be fetched next, with where to."""
        with self._changed:
            while self._todo and not self._is_stopped() and self._fault is None:
                # What is larger than all the room takes none: it fails.
                size = self._room_of(self._todo[0][0])
                if not self._is_far_ahead() and self._held_bytes + size <= self._room_bytes:
                    self._held_bytes += size
                    self._number += 1
                    return self._todo.popleft(), self._folder / str(self._number)
                self._changed.wait(_WAIT_S)
            return None

    def _room_of(self, source: Source) -> int:
        return source.size_bytes if source.size_bytes <= self._room_bytes else 0

    def _is_far_ahead(self) -> bool:
        return self._ahead_bytes > _AHEAD_BYTES and len(self._ready) >= len(self._threads)

    def _stage(self, task: Task, folder: Path) -> None:
        source, thread_count = task
        began_at = time.monotonic()
        try:
            staged = self._fetched(source, folder)
        except (StoreError, ChangedError, _TooLargeError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            self._release(self._room_of(source))
            self._fail(source, error, began_at)
            return
        with self._changed:
            self._in_vain = 0
            self._staged[staged.path] = source.size_bytes
            self._ahead_bytes += source.size_bytes
            self._ready.append((staged, thread_count))
            self._pending -= 1
            self._changed.notify_all()

    def _fetched(self, source: Source, folder: Path) -> Source:
        """Fetch a source; its file has the time of the object, and is what its bytes say."""
        if source.size_bytes > self._room_bytes:
            raise _TooLargeError(
                f"{source.url} has {source.size_bytes:,} bytes, more than may be staged on disk: "
                f"{self._room_bytes:,}.",
                "Give --stage-disk more, with TMPDIR on a disk that has the room.",
            )
        location = _location(source)
        folder.mkdir()
        path = folder / source.path.name
        entry = Entry(location.url, source.size_bytes, source.mtime, source.etag)
        self._fetch.to_file(entry, location, self._clients[location.store], path)
        mtime_ns = (source.mtime - UNDATED) // timedelta(microseconds=1) * 1000
        os.utime(path, ns=(mtime_ns, mtime_ns))
        known = format_of_file(path)
        return replace(source, path=path, kind=known.kind if known else source.kind)

    def _fail(self, source: Source, error: FervidError, began_at: float) -> None:
        """End a source that cannot be had, or the run, when nothing can."""
        is_the_store = isinstance(error, StoreError) and not error.is_missing
        with self._changed:
            self._in_vain = self._in_vain + 1 if is_the_store else 0
            if self._in_vain == _IN_VAIN:
                self._fault = FervidError(
                    f"{_IN_VAIN} sources in a row could not be had, the last one: {error.message}",
                    "See that the store is there and the credentials hold; then run again with "
                    "--resume.",
                )
        error_type = "SourceError"
        if isinstance(error, ChangedError):
            error_type = "FileChanged"
        elif is_the_store:
            error_type = "StoreError"
        failure = Failure(error_type, error.message, error.remedy)
        self._on_failed(SourceEnd(source, "failed", failure, opened_at=began_at))
        with self._changed:
            self._pending -= 1
            self._changed.notify_all()


def _location(source: Source) -> Location:
    url = source.url or ""
    return Location(url, source.address or url)


class _TooLargeError(FervidError):
    """An object does not fit on the disk."""
