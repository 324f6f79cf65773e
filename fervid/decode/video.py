"""Read a video or an animated image through FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator

import av

from fervid.decode import recorded, sparse, whole
from fervid.decode.account import Account
from fervid.decode.codecs import rule_for
from fervid.decode.completeness import judge
from fervid.decode.container import check_size, opened, picture_stream
from fervid.decode.foresight import UnforeseenError
from fervid.decode.reading import Reading
from fervid.decode.selection import select
from fervid.options import Sampling
from fervid.sampling import takes_all
from fervid.types import Frame


def read_video(
    account: Account, sampling: Sampling, thread_count: int, gpu: int | None = None
) -> Iterator[Frame]:
    """Read the sampled frames of a video.

    Args:
        account: Of the source; filled as reading goes on.
        sampling: Which frames.
        thread_count: FFmpeg's decoder threads.
        gpu: Number of the one whose NVDEC decodes; None for the CPU.

    Yields:
        The frames, in presentation order.

    Raises:
        SourceError: It cannot be opened, or no frame decoded.
        SourceSkippedError: It has no pictures.
    """
    following = 0
    lost: set[int] = set()
    try:
        for frame in _read(account, sampling, thread_count, gpu, is_sparse=not takes_all(sampling)):
            yield frame
            following = frame.index + 1
            if frame.picture is None:
                lost.add(frame.index)
    except UnforeseenError:
        account.count_anew(following)
        for frame in _read(account, sampling, thread_count, gpu, is_sparse=False):
            if frame.index >= following:
                yield frame
            else:
                account.uncount(frame, was_lost=frame.index in lost)


def _read(
    account: Account, sampling: Sampling, thread_count: int, gpu: int | None, *, is_sparse: bool
) -> Iterator[Frame]:
    path = account.source.path
    with opened(path, gpu) as container:
        account.container = container.format.name
        if container.duration is not None and container.duration >= 0:
            account.duration_s = container.duration / av.time_base
        account.recorded_at = recorded.of_video(container.metadata)
        stream = picture_stream(container, path)
        check_size(stream, path, account.limits.max_pixels)
        stream.thread_count = thread_count
        stream.thread_type = "AUTO"
        reading = Reading(account, container, stream, by_nvdec=gpu is not None)
        account.time_source = reading.timeline.time_source
        rule = rule_for(container.format.name, stream.codec_context) if is_sparse else None
        shown = whole.shown(reading) if rule is None else sparse.shown(reading, sampling, rule)
        yield from select(shown, sampling, account)
        account.time_source = reading.timeline.time_source
        account.fault = account.fault or judge(account, reading.extent, reading.faults)
