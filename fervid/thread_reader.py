"""Read sources in the thread that asks: as a decode worker does, but a crash ends the run."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing

from fervid.agenda import Agenda
from fervid.decode import read_source
from fervid.decode.account import Account
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.types import Frame, Source, SourceEnd


class ThreadReader:
    """Reads sources one after the other.

    Args:
        agenda: Where sources are taken off; shared with others.
        sampling: Which frames.
        limits: What a source may cost; those of time and memory hold in a decode worker only.
        nvdec: Number of the GPU that decodes videos; None for the CPU.
        on_opened: Called with each source that gives a frame, and the seconds its header promises.
        hashes: Whether to hash the files.
    """

    def __init__(
        self,
        agenda: Agenda,
        sampling: Sampling,
        limits: Limits,
        nvdec: int | None,
        on_opened: Callable[[Source, float | None], None],
        hashes: bool = False,
    ) -> None:
        self._agenda = agenda
        self._sampling = sampling
        self._limits = limits
        self._nvdec = nvdec
        self._on_opened = on_opened
        self._hashes = hashes

    def start(self) -> None:
        """Be ready; here is nothing to start."""

    def close(self) -> None:
        """Be gone; here is nothing to end."""

    def items(self) -> Generator[Frame | SourceEnd]:
        """Yield frames and end markers, until no source is left."""
        while (task := self._agenda.take(waits=True)) is not None:
            source, thread_count = task
            account = Account(source, self._limits)
            if self._hashes:
                account.hash_file()
            reading = read_source(source, self._sampling, thread_count, self._nvdec, account)
            with closing(reading) as items:
                for item in items:
                    if isinstance(item, Frame) and account.frames_sampled == 1:
                        self._on_opened(source, account.duration_s)
                    yield item
