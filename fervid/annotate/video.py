"""Draw a result onto every frame of a video, and write it with its sound and its times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from fervid.annotate.colours import Colours
from fervid.annotate.film import Film, Shape
from fervid.annotate.film import opened as opened_to_write
from fervid.annotate.following import Following
from fervid.annotate.lettering import size_for
from fervid.annotate.marks import mark
from fervid.annotate.privacy import Privacy
from fervid.annotate.sightings import Sightings
from fervid.annotate.sound import Sound
from fervid.annotate.strip import Strip
from fervid.decode import goes_through_pillow, read_source
from fervid.decode.container import opened, picture_stream
from fervid.decode.timeline import Timeline
from fervid.errors import FervidError
from fervid.machine import cores
from fervid.options import Sampling
from fervid.picture import Picture, Rgb
from fervid.types import Frame, Source, SourceEnd

_LONGEST_S = 1.0
_LONGEST_STEPS = 2.5
"""A box is drawn between two sightings of a track when at most these seconds, or one sampled frame
without it, lie between them; over longer gaps the straight line leaves the face."""

_MILLISECONDS = Fraction(1, 1000)
_DEFAULT_RATE = Fraction(25)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was written.

    Args:
        frames: Pictures in it.
        encoder: FFmpeg's name of the encoder; Pillow's of the format for a photo.
        sound: What became of the sound.
        missing: What the clip lacks, as its end marker says it; None for a whole one.
    """

    frames: int
    encoder: str
    sound: str
    missing: str | None


def draw_video(
    source: Source,
    sightings: Sightings,
    path: Path,
    ending: str,
    *,
    check: Callable[[Picture], None],
    blur_faces: bool,
) -> Drawn:
    """Write an annotated copy of a video.

    Args:
        source: The clip.
        sightings: Its faces.
        path: Of the file to write, of any name.
        ending: Of its final name.
        check: Raises an error where a picture is not of what was analysed.
        blur_faces: Whether faces are made unrecognisable.

    Raises:
        FervidError: The clip cannot be read, the copy not be written.
    """
    frames = read_source(source, Sampling(all_frames=True), thread_count=cores())
    first = next(item for item in frames if not isinstance(item, Frame) or item.picture)
    if isinstance(first, SourceEnd):
        raise _unreadable(first)
    assert first.picture is not None  # noqa: S101 - looked for above
    check(first.picture)
    with _facts(source.path) as clip, opened_to_write(path, ending, clip.tick_s) as target:
        film = _Annotated(clip, first.picture, sightings, blur_faces=blur_faces)
        writer = Film(target, film.shape)
        sound = Sound(clip.container, target, clip.start_s) if clip.container else None
        count, end = 0, None
        for item in _chained(first, frames):
            if isinstance(item, SourceEnd):
                end = item
            elif item.picture is not None and item.time_s is not None:
                time_s = Fraction(item.time_s)
                if sound is not None:
                    sound.write_until(time_s)
                writer.write(film.drawn(item.picture, item.index, item.time_s), time_s)
                count += 1
        writer.finish(clip.end_s)
        if sound is not None:
            sound.finish()
    missing = end.failure.error if end is not None and end.failure is not None else None
    return Drawn(count, writer.encoder, sound.how if sound else "no sound", missing)


class _Annotated:
    """The pictures of the copy."""

    def __init__(
        self, clip: _Clip, first: Picture, sightings: Sightings, *, blur_faces: bool
    ) -> None:
        self._size = size_for(first.width, first.height)
        self._sightings = sightings
        longest_s = max(_LONGEST_S, _LONGEST_STEPS * sightings.step_s)
        self._following = Following(sightings, longest_s)
        self._privacy = Privacy(sightings) if blur_faces else None
        self._strip = Strip(sightings, first.width, self._size, float(clip.end_s))
        height = first.height + self._strip.height
        self._height = first.height
        self.shape = clip.shape(first, height)
        self._canvas: Rgb = np.empty((height, first.width, 3), np.uint8)

    def drawn(self, picture: Picture, index: int, time_s: float) -> Rgb:
        """Draw one frame; the array is used again for the next."""
        pixels = self._canvas[: self._height]
        if (picture.width, picture.height) != (pixels.shape[1], pixels.shape[0]):
            picture = Picture.of_rgb(picture.scaled(pixels.shape[1], pixels.shape[0]))
        pixels[:] = self.shape.colours.in_ordinary_range(picture.rgb)
        if self._privacy is not None:
            self._privacy.blur(pixels, index, time_s)
        mark(pixels, self._following.at(index, time_s), self._sightings, self._size)
        self._strip.draw(self._canvas[self._height :], time_s)
        return self._canvas


@dataclass(frozen=True, slots=True)
class _Clip:
    """What the header of a clip says, and the clip itself, to take the sound from."""

    container: InputContainer | None
    stream: VideoStream | None
    start_s: Fraction
    end_s: Fraction

    @property
    def tick_s(self) -> Fraction:
        """Time base of the pictures."""
        stamps = None if self.stream is None else self.stream.time_base
        return stamps or _MILLISECONDS

    def shape(self, first: Picture, height: int) -> Shape:
        """Describe the copy's frames."""
        if self.stream is None:
            colours = Colours.of(None, first.width, first.height)
            return Shape(first.width, height, self.tick_s, _DEFAULT_RATE, Fraction(1), colours)
        aspect = self.stream.codec_context.sample_aspect_ratio or Fraction(1)
        is_turned = first.width != self.stream.codec_context.width
        return Shape(
            width=first.width,
            height=height,
            tick_s=self.tick_s,
            rate=self.stream.average_rate or self.stream.guessed_rate or _DEFAULT_RATE,
            pixel_aspect=1 / aspect if is_turned else aspect,
            colours=Colours.of(self.stream.codec_context, first.width, first.height),
        )


@contextmanager
def _facts(path: Path) -> Iterator[_Clip]:
    if goes_through_pillow(path):
        yield _Clip(None, None, Fraction(0), Fraction(0))
        return
    with opened(path) as container:
        stream = picture_stream(container, path)
        end_s = Fraction(container.duration or 0, av.time_base)
        yield _Clip(container, stream, Timeline(container, stream).start_s, end_s)


def _chained(first: Frame, rest: Iterator[Frame | SourceEnd]) -> Iterator[Frame | SourceEnd]:
    yield first
    yield from rest


def _unreadable(end: SourceEnd) -> FervidError:
    if end.failure is None:
        return FervidError(f"{end.source.path} shows no frame.", "There is nothing to draw on.")
    return FervidError(end.failure.error, end.failure.remedy)
