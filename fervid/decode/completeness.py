"""Judge at the end of a video whether all of it was there.

FFmpeg reports nothing for a file that was cut off; its header says how much there should be.
"""

from __future__ import annotations

from fractions import Fraction

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from fervid.decode.account import Account
from fervid.decode.container import conversion_remedy
from fervid.decode.structure import is_cut_off
from fervid.decode.timeline import Timeline
from fervid.errors import SourceError
from fervid.types import Failure

_REMEDY = (
    "Copy it again from where it came from. If the original is the same, what is missing is lost; "
    "the other rows are good."
)

_TOLERATED_FRAMES = Fraction(2)
_TOLERATED_SHARE = Fraction(2, 100)

# Elsewhere FFmpeg takes the duration from the last packets it finds, which says nothing.
_DURATION_IN_HEADER = {"matroska,webm", "flv", "asf"}
_COUNT_IN_HEADER = {"mov,mp4,m4a,3gp,3g2,mj2", "avi"}


def expected_frames(container: InputContainer, stream: VideoStream) -> int | None:
    """Return how many frames the header says are to be shown, or None where it does not say.

    Args:
        container: Just opened.
        stream: Of that container.
    """
    if container.format.name not in _COUNT_IN_HEADER or not stream.frames:
        return None
    if container.format.name == "avi":
        return stream.frames
    # The index has the edit list applied: it leaves out or marks what is not to be shown.
    return sum(not entry.is_discard for entry in stream.index_entries) or stream.frames


def judge(
    account: Account,
    expected: int | None,
    last_end_s: Fraction,
    timeline: Timeline,
    error: av.FFmpegError | None,
) -> Failure | None:
    """Say what is missing of a video that was read to its end.

    Args:
        account: With its counts.
        expected: Frames that the header promises.
        last_end_s: Where the last packet ends, on the container's clock.
        timeline: Of the stream.
        error: The last one that FFmpeg reported.

    Returns:
        None if nothing is missing.

    Raises:
        SourceError: Not one frame was decoded.
    """
    path = account.source.path
    if not account.frames_delivered:
        reason = f": {error.strerror}" if error else ""
        raise SourceError(
            f"No frame of {path.name} could be decoded{reason}.", conversion_remedy(path)
        )
    early = _ends_early(account, expected, last_end_s, timeline)
    if early:
        return Failure("EndsEarly", early, _REMEDY)
    if account.frames_lost:
        text = f"{account.frames_lost} of {account.frames_total} frames could not be decoded"
        return Failure("FramesLost", text, _REMEDY)
    return None


def _ends_early(
    account: Account, expected: int | None, last_end_s: Fraction, timeline: Timeline
) -> str | None:
    delivered = account.frames_delivered
    if expected is not None:
        missing = expected - account.frames_total
        if missing > max(_TOLERATED_FRAMES, _TOLERATED_SHARE * expected):
            return f"ends early: {delivered} of {expected} frames"
    elif account.container in _DURATION_IN_HEADER and account.duration_s is not None:
        whole_s = Fraction(account.duration_s)
        tolerated_s = max(_TOLERATED_FRAMES / timeline.rate, _TOLERATED_SHARE * whole_s)
        # Matroska's duration counts from 0, others' from the container's start: allow both.
        if whole_s - max(last_end_s, last_end_s - timeline.start_s) > tolerated_s:
            return f"ends early: after {float(last_end_s):.2f} of {float(whole_s):.2f} s"
    if is_cut_off(account.source.path, account.container or ""):
        return f"ends early: the file is cut off after {delivered} frames"
    return None
