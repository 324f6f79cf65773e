"""Decode sources: which frames are there, when they are shown, how they look."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from pathlib import Path

from fervid.decode.account import Account
from fervid.decode.shortage import is_for_lack_of_memory
from fervid.errors import FervidError, SourceSkippedError
from fervid.options import Sampling
from fervid.sources import check_is_file, format_of_file, readable
from fervid.types import Failure, Frame, Source, SourceEnd

_THROUGH_PILLOW = ("webp", "avif")

_loading = threading.Lock()
"""PyAV's modules import each other: of two threads that load them, one met them half made."""


def read_source(
    source: Source,
    sampling: Sampling,
    thread_count: int,
    gpu: int | None = None,
    account: Account | None = None,
) -> Generator[Frame | SourceEnd, None, None]:
    """Read the sampled frames of one source.

    This is the boundary of a source: whatever is wrong with it ends in its end marker. Only what
    is nobody's source, such as a lack of memory, is raised.

    Args:
        source: What to read.
        sampling: Which frames of a video; a photo is always its one frame. Damage in frames that
            these do not need may go unnoticed: such frames count as delivered.
        thread_count: FFmpeg's decoder threads. What a damaged file yields depends on it.
        gpu: Number of the one whose NVDEC decodes videos; None for the CPU.
        account: A new one of the source, for limits other than the default, or to look into.

    Yields:
        The frames in presentation order, then the end marker.
    """
    account = account or Account(source)
    try:
        yield from _frames(account, sampling, thread_count, gpu)
    except SourceSkippedError as error:
        yield account.end("skipped", _failure(error))
    except MemoryError:
        raise
    except Exception as error:
        if is_for_lack_of_memory(error):
            raise MemoryError(str(error)) from error
        yield account.cut_short(_failure(error))
    else:
        yield account.end("partial" if account.fault else "ok", account.fault)


def goes_through_pillow(path: Path) -> bool:
    """Tell whether an animated image is read by Pillow, since FFmpeg does not read it."""
    known = format_of_file(path)
    return known is not None and known.name in _THROUGH_PILLOW


def _frames(
    account: Account, sampling: Sampling, thread_count: int, gpu: int | None
) -> Iterator[Frame]:
    """Choose the reader; each is imported where it is used."""
    check_is_file(account.source.path)
    if account.source.kind == "image":
        with _loading:
            from fervid.decode.still import read_still

        return read_still(account)
    if goes_through_pillow(account.source.path):
        with _loading:
            from fervid.decode.animated import read_animated

        return read_animated(account, sampling)
    with _loading:
        from fervid.decode.video import read_video

    return read_video(account, sampling, thread_count, gpu)


def _failure(error: Exception) -> Failure:
    kind = type(error.__cause__ or error).__name__
    if isinstance(error, FervidError):
        return Failure(kind, readable(error.message), readable(error.remedy))
    if isinstance(error, OSError):
        remedy = "Check that the file is there and readable."
    else:
        remedy = "Convert it with another program, and report this."
    return Failure(kind, readable(str(error)) or kind, remedy)
