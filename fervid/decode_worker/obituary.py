"""Say why a source ended when its decoder did."""

from __future__ import annotations

import signal

from fervid.decode_worker.nursery import Ended
from fervid.types import Failure

_KILLED, _DIED, _STALLED = DEATHS = ("DecoderKilled", "DecoderDied", "DecoderStalled")
"""Types of error that say that a source cost its decoder its life."""

_CONVERT = "If it plays elsewhere, convert it with ffmpeg; rows that came before are good."


def of_a_dead_decoder(ended: Ended, last_frame: int | None) -> Failure:
    """Say how a decoder died.

    Args:
        ended: How its process ended.
        last_frame: Index of the last frame that came of the source; None before the first.
    """
    when = _when(last_frame)
    if ended.status == -signal.SIGKILL:
        return Failure(
            _KILLED,
            f"The system killed the decoder {when} (SIGKILL), most likely for lack of memory.",
            "Leave it more memory, or decode fewer sources at a time with --decode-threads.",
        )
    if ended.status < 0:
        return Failure(_DIED, f"The decoder died of {_name(-ended.status)} {when}.", _CONVERT)
    said = ended.complaints.splitlines()[-1:] or ["it said nothing"]
    return Failure(
        _DIED, f"The decoder ended with status {ended.status} {when}: {said[0]}", _CONVERT
    )


def of_a_stalled_decoder(stall_s: float, last_frame: int | None) -> Failure:
    """Say that a decoder hung.

    Args:
        stall_s: For how long.
        last_frame: As for a dead one.
    """
    return Failure(
        _STALLED,
        f"The decoder got nowhere for {stall_s:g} s {_when(last_frame)}.",
        f"If its disk is slow, raise --stall-timeout. {_CONVERT}",
    )


def _when(last_frame: int | None) -> str:
    return "before its first frame" if last_frame is None else f"after frame {last_frame}"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
