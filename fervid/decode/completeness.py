"""Judge at the end of a video whether all of it was there.

FFmpeg reports nothing for a file that was cut off; its header says how much there should be.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from fervid.decode import ogg
from fervid.decode.account import Account
from fervid.decode.container import conversion_remedy
from fervid.decode.elsewhere import refers_elsewhere
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

_COUNT_IN_HEADER = "mov,mp4,m4a,3gp,3g2,mj2"
# The header's duration is that of the longest stream.
_DURATION_OF_ALL_STREAMS = {"matroska,webm", "flv", "asf"}
# FFmpeg looks the end of each stream up in the file's last pages or packets.
_DURATION_OF_EACH_STREAM = {"ogg", "mpegts", "mpeg"}


class Extent:
    """How far a video reaches, and how far it should.

    Args:
        container: Just opened.
        stream: Of that container.
        timeline: Of that stream.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, timeline: Timeline) -> None:
        name = container.format.name
        self.is_of_all_streams = name in _DURATION_OF_ALL_STREAMS
        """Whether the packets of the other streams are to be noted too."""
        self.is_measured = name in _DURATION_OF_EACH_STREAM
        """Whether its length is that of what is there, so that a cut shows in the last packet."""
        self._frames: int | None = None
        self._seconds: Fraction | None = None
        self._timeline = timeline
        self._starts_s = {Fraction(0), timeline.start_s}
        self._last_end_s = Fraction(0)
        if name == _COUNT_IN_HEADER and stream.frames:
            # The index has the edit list applied: it leaves out or marks what is not to be shown.
            shown = sum(not entry.is_discard for entry in stream.index_entries)
            self._frames = shown or stream.frames
        elif name == "avi" and stream.frames and stream.time_base:
            # No count of frames: empty chunks repeat one, and FFmpeg delivers none for them.
            self._seconds = stream.frames * stream.time_base
        elif self.is_of_all_streams and container.duration is not None:
            self._seconds = Fraction(container.duration, av.time_base)
        elif name in _DURATION_OF_EACH_STREAM and stream.duration and stream.time_base:
            self._seconds = stream.duration * stream.time_base
            self._starts_s = {(stream.start_time or 0) * stream.time_base}

    def note(self, packet: Packet[Stream]) -> None:
        """Take a packet into account, shown or not."""
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None:
            return
        duration_s = (packet.duration or 0) * packet.time_base or 1 / self._timeline.rate
        self._last_end_s = max(self._last_end_s, stamp * packet.time_base + duration_s)

    def ends_early(self, account: Account) -> str | None:
        """Say how much is missing at the end, or None if nothing is.

        Args:
            account: With its counts.
        """
        delivered = account.frames_delivered
        if self._frames is not None:
            missing = self._frames - account.frames_total
            if missing > max(_TOLERATED_FRAMES, _TOLERATED_SHARE * self._frames):
                return f"ends early: {delivered} of {self._frames} frames"
        if self._seconds is not None:
            # Matroska's duration counts from 0, others' from the container's start: allow both.
            end_s = max(self._last_end_s - start_s for start_s in self._starts_s)
            tolerated_s = max(
                _TOLERATED_FRAMES / self._timeline.rate, _TOLERATED_SHARE * self._seconds
            )
            if self._seconds - end_s > tolerated_s:
                return f"ends early: after {float(end_s):.2f} of {float(self._seconds):.2f} s"
        if is_cut_off(account.source.path, account.container or ""):
            return f"ends early: the file is cut off after {delivered} frames"
        return None


@dataclass(slots=True)
class Faults:
    """The last errors that FFmpeg reported, with which reading went on or ended.

    Args:
        reading: The container could not be read further.
        decoding: A packet could not be decoded.
        in_a_row: Packets that could not be decoded since a frame last came out.
        gave_up: These were so many that no more were read.
    """

    reading: av.FFmpegError | None = None
    decoding: av.FFmpegError | None = None
    in_a_row: int = 0
    gave_up: bool = False

    @property
    def reason(self) -> str:
        """Why frames are missing, to follow a statement that they are."""
        last = self.reading or self.decoding
        return f": {last.strerror}" if last else ""


def judge(account: Account, extent: Extent, faults: Faults) -> Failure | None:
    """Say what is missing of a video that was read to its end, or to `--end`.

    Args:
        account: With its counts.
        extent: With all packets noted.
        faults: Of the reading.

    Returns:
        None if nothing is missing.

    Raises:
        SourceError: Not one frame was decoded.
    """
    path = account.source.path
    if not account.frames_delivered and (account.frames_lost or not account.stopped):
        if account.container == _COUNT_IN_HEADER and refers_elsewhere(path):
            raise SourceError(
                f"{path.name} has its pictures in another file, and others are not read.",
                "Export it as a film that holds all it shows.",
            )
        raise SourceError(
            f"No frame of {path.name} could be decoded{faults.reason}.", conversion_remedy(path)
        )
    if not account.stopped:
        if faults.gave_up:
            text = (
                f"given up: {faults.in_a_row} packets in a row could not be decoded{faults.reason}"
            )
            return Failure("GivenUp", text, _REMEDY)
        # Reading that stopped at `--end` says nothing of how the file ends.
        early = extent.ends_early(account)
        if early:
            return Failure("EndsEarly", early, _REMEDY)
        if faults.reading:
            text = f"reading broke off after {account.frames_total} frames{faults.reason}"
            return Failure(type(faults.reading).__name__, text, _REMEDY)
        if account.container == "ogg" and ogg.lacks_pages(path):
            return Failure("FramesLost", "parts of the file are damaged or missing", _REMEDY)
    if account.frames_lost:
        text = f"{account.frames_lost} of {account.frames_total} frames could not be decoded"
        return Failure("FramesLost", text, _REMEDY)
    return None
