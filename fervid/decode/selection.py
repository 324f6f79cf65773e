"""Number the frames of a source as they are shown, and turn the sampled ones into `Frame`s."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from fervid import stages
from fervid.decode.account import Account
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.sampling import Sampler
from fervid.types import Failure, Frame


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame meant to be shown: decoded but not converted, or lost.

    Args:
        time_s: Exact presentation time in seconds.
        convert: Makes the picture; None for a frame that was lost.
        failure: Why it was lost, or what is wrong with it.
    """

    time_s: Fraction
    convert: Callable[[], Picture] | None = None
    failure: str | None = None


def select(shown: Iterable[Shown], sampling: Sampling, account: Account) -> Iterator[Frame]:
    """Convert the frames that are sampled; count all.

    Args:
        shown: In presentation order.
        sampling: Which to take.
        account: Where frames are counted.

    Yields:
        The sampled frames; one that failed keeps its index.
    """
    sampler = Sampler(sampling)
    for frame in shown:
        if sampler.is_past_end(frame.time_s):
            account.stopped = True
            return
        if account.frames_total == account.limits.max_frames:
            account.stopped = True
            account.fault = _has_more_frames(account.frames_total)
            return
        index = account.frames_total
        intact = frame.failure is None and frame.convert is not None
        account.frames_delivered += intact
        account.frames_lost += not intact
        if sampler.takes(index, frame.time_s):
            with stages.timed("convert"):
                picture = frame.convert() if intact and frame.convert else None
            # What fails to convert is no frame that anybody gets.
            account.frames_sampled += 1
            account.frames_failed += not intact
            yield Frame(
                source_id=account.source.id,
                index=index,
                time_s=float(frame.time_s),
                picture=picture,
                failure=None if intact else frame.failure,
            )


def _has_more_frames(limit: int) -> Failure:
    return Failure(
        "TooManyFrames",
        f"has more than {limit} frames; the others were left out",
        "Raise --max-frames, or look at fewer with --start and --end.",
    )
