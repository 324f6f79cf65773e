"""Open a media file through FFmpeg, as the plain file it is, and say why it cannot be opened."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.subtitles.stream  # PyAV does when it opens a file: then memory may be short
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from fervid import stages
from fervid.decode import nvdec, size, texts
from fervid.decode.structure import ends_inside_a_box, has_box
from fervid.errors import FervidError, SourceError, SourceSkippedError
from fervid.sources import format_of_file

# FFmpeg otherwise takes a text for a subtitle track, a slide show or a list of other files.
_FORMATS = "mov,matroska,webm,avi,ogg,mpegts,mpeg,mpegvideo,flv,asf,gif,apng"

_MOST_PIXELS = (1 << 31) - 1
"""As FFmpeg counts them: with a limit beyond that it decodes nothing."""


@contextmanager
def opened(path: Path, gpu: int | None = None) -> Iterator[InputContainer]:
    """Open a video or an animated image.

    Args:
        path: Absolute.
        gpu: Number of the one whose NVDEC decodes; None for the CPU.

    Yields:
        The open container.

    Raises:
        SourceError: It cannot be opened.
    """
    try:
        with stages.timed("open"):
            container = av.open(
                f"file:{path}",
                "r",
                container_options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
                metadata_errors="replace",
                hwaccel=None if gpu is None else nvdec.accelerator(gpu),
            )
    except av.FFmpegError as error:
        raise _explained(error, path) from error
    with container:
        yield container


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """Choose the stream to look at.

    Args:
        container: Open.
        path: Of the file.

    Returns:
        The default video stream, or the first; cover art does not count.

    Raises:
        SourceSkippedError: There is none.
        SourceError: Its codec is unknown, or the file ends inside its index.
    """
    videos = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not videos:
        raise _without_pictures(container, path)
    chosen = next((one for one in videos if one.disposition & Disposition.default), videos[0])
    if chosen.codec_context is None:
        raise SourceError(
            f"{path.name}: there is no decoder for its video.", conversion_remedy(path)
        )
    return chosen


def check_size(stream: VideoStream, path: Path, max_pixels: int) -> None:
    """Refuse frames that are too large, also those that come later in the stream.

    Args:
        stream: Not yet decoded from.
        path: Of the file.
        max_pixels: Of a frame.

    Raises:
        SourceError: The frames are larger.
    """
    context = stream.codec_context
    size.check(context.width, context.height, path, max_pixels)
    most = min(max_pixels, _MOST_PIXELS)
    context.options = {**context.options, "max_pixels": str(most)}


def conversion_remedy(path: Path) -> str:
    """Return the line that converts a file which plays elsewhere."""
    fixed = f"{path.stem}-fixed.mp4"
    return (
        f"If it plays elsewhere, convert it: `ffmpeg -i {shlex.quote(path.name)} "
        f"-c:v libx264 {shlex.quote(fixed)}`."
    )


def missing_index_remedy() -> str:
    """Return what to do with a file whose index is missing; FFmpeg cannot open it either."""
    return (
        "Copy it again from where it came from. If the original is the same, its recording never "
        "ended properly: a tool such as untrunc can rebuild it from a good file of that camera."
    )


def _without_pictures(container: InputContainer, path: Path) -> FervidError:
    if container.format.name.startswith("mov") and ends_inside_a_box(path):
        return SourceError(f"{path.name} ends inside its index.", missing_index_remedy())
    kinds = sorted({stream.type for stream in container.streams})
    if not kinds:
        return SourceError(f"{path.name} holds no streams.", conversion_remedy(path))
    if "video" in kinds:
        what = "cover art but no film"
    else:
        what = f"no pictures: its streams are {', '.join(kinds)}"
    return SourceSkippedError(f"{path.name} holds {what}.", "Nothing needs to be done.")


def _opens(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def _explained(error: av.FFmpegError, path: Path) -> SourceError:
    name = path.name
    # FFmpeg has the system's errors for damage, too: "Operation not permitted" for a broken ASF.
    if isinstance(error, OSError) and not isinstance(error, ValueError) and not _opens(path):
        return SourceError(
            f"Cannot open {name}: {error.strerror}.", "Check that it is there and readable."
        )
    if path.stat().st_size == 0:
        return SourceError(f"{name} is empty.", "Copy it again from where it came from.")
    known = format_of_file(path)
    if known is None and texts.is_text(path):
        return SourceError(
            f"Cannot open {name}: it is no video that fervid knows, but a text, such as a list.",
            texts.REMEDY,
        )
    if known is None:
        return SourceError(
            f"Cannot open {name}: it is no video that fervid knows.", conversion_remedy(path)
        )
    if known.name == "mov" and not has_box(path, b"moov"):
        return SourceError(f"Cannot open {name}: moov atom not found.", missing_index_remedy())
    return SourceError(
        f"Cannot open {name}: {error.strerror}.",
        f"Copy it again from where it came from. {conversion_remedy(path)}",
    )
