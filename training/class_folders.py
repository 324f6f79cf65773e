"""Find labelled images in folders named after the classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fervid.decode import read_source
from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.sources import discover
from fervid.types import Frame, Source

SYNONYMS = {
    "anger": "angry",
    "disgusted": "disgust",
    "afraid": "fear",
    "fearful": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "neutrality": "neutral",
}
"""How other data sets call the classes."""


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """An image file with its class.

    Args:
        source: The file.
        label: Class number.
        place: Its place among the sorted images of its class, from 0.
    """

    source: Source
    label: int
    place: int


def find_images(folder: Path) -> list[LabelledImage]:
    """List the images below `<folder>/<class>/`, classes in fervid's order.

    Args:
        folder: Its folders are named after the classes in any case, or by a synonym; a class may
            be missing.

    Returns:
        The images.

    Raises:
        FervidError: A folder is named otherwise, a file in one is a video, or there is no image.
    """
    if not folder.is_dir():
        raise FervidError(f"{folder} is no folder.", _expected())
    folder = folder.absolute()
    labels = {
        path: _label(path)
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith(".")
    }
    if not labels:
        raise FervidError(f"There is no folder in {folder}.", _expected())
    by_class: list[list[Source]] = [[] for _ in EMOTIONS]
    for source in discover(list(labels), root=folder).sources:
        if source.kind != "image":
            raise FervidError(f"{source.path} is no photograph.", "Take it out of the folder.")
        by_class[labels[folder / source.path.relative_to(folder).parts[0]]].append(source)
    return [
        LabelledImage(source, label, place)
        for label, sources in enumerate(by_class)
        for place, source in enumerate(sources)
    ]


def read_image(image: LabelledImage) -> Picture:
    """Read an image as fervid reads photographs.

    Raises:
        FervidError: It cannot be read whole.
    """
    frame, *rest = read_source(image.source, Sampling(), thread_count=1)
    if isinstance(frame, Frame) and frame.picture is not None:
        return frame.picture
    failure = next(end.failure for end in (frame, *rest) if not isinstance(end, Frame))
    reason, remedy = (failure.error, failure.remedy) if failure else ("no picture", "")
    raise FervidError(f"{image.source.path}: {reason}", remedy)


def _label(folder: Path) -> int:
    name = folder.name.lower()
    name = SYNONYMS.get(name, name)
    if name not in EMOTIONS:
        raise FervidError(f"{folder}: {folder.name!r} is no class.", _expected())
    return EMOTIONS.index(name)


def _expected() -> str:
    also = ", ".join(f"{name} ({meant})" for name, meant in SYNONYMS.items())
    return f"The images must lie in folders named {', '.join(EMOTIONS)}. As good: {also}."
