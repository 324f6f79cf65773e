"""Read FER2013's raw layouts, image by image: Kaggle's CSVs, a tree of class folders, a zip of one.

Nothing is skipped in silence: what cannot be read is a `FervidError` with file and line.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from fervid.errors import FervidError
from fervid.labels import EMOTIONS

SIDE = 48
"""Height and width of every image in pixels."""

USAGE_SPLITS = {"Training": "train", "PublicTest": "test", "PrivateTest": "private_test"}
"""Kaggle's word for each part of the data, and the split that it is here."""

CSV_COLUMNS = ("emotion", "pixels", "Usage")
FOLDERS = ("train", "test")
FETCH_AGAIN = "Get the file again, or repair it there."
ROW_IN_NAME = (
    "The name must end in the row of the original CSV, counted from 0, as in Training_00012.png."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One image `(48, 48)` uint8: where it lies, its split, its row in Kaggle's CSV, its class."""

    place: str
    split: str
    row: int
    label: int
    image: npt.NDArray[np.uint8]


def read_layout(path: Path) -> Iterator[Entry]:
    """Read every image of one of the raw layouts.

    Args:
        path: `fer2013.csv` or `icml_face_data.csv`, a folder with `train/<class>/*` and
            `test/<class>/*`, or a zip of that.

    Yields:
        The images as they lie there, in no promised order.

    Raises:
        FervidError: Something in there cannot be read; the message has file and line.
    """
    if path.is_dir():
        files = _files_of_folder(path)
    elif path.suffix.lower() == ".csv":
        yield from _read_csv(path)
        return
    else:
        files = _files_of_zip(path)
    for place, name, content in files:
        yield _read_file(place, PurePosixPath(name), content)


@contextmanager
def csv_lines(path: Path, required: tuple[str, ...]) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Open a CSV with a header, and give line numbers and fields in the order required.

    Args:
        path: The file. Spaces around column names and values are not part of them.
        required: Names of the columns wanted.

    Yields:
        An iterator over `(line number from 1, fields)`; blank lines are left out.

    Raises:
        FervidError: Not readable, no CSV, a column missing, or a line with fewer or more fields
            than the header.
    """
    try:
        file = path.open(newline="", encoding="utf-8-sig")
    except OSError as error:
        raise FervidError(f"{path}: cannot be read: {error.strerror}.", FETCH_AGAIN) from error
    with file as lines:
        reader = csv.reader(lines)
        try:
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in required if name not in header]
            if missing:
                raise FervidError(
                    f"{path}, line 1: no column {', '.join(missing)}.",
                    f"The columns must be {', '.join(required)}.",
                )
            yield _required_fields(path, reader, header, [header.index(name) for name in required])
        except (csv.Error, UnicodeDecodeError) as error:
            message = f"{path}, after line {reader.line_num}: {error}."
            raise FervidError(message, FETCH_AGAIN) from error


def _required_fields(
    path: Path, reader: Iterator[list[str]], header: list[str], columns: list[int]
) -> Iterator[tuple[int, list[str]]]:
    for fields in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not fields:
            continue
        if len(fields) != len(header):
            raise FervidError(
                f"{path}, line {line}: {len(fields)} fields, the header has {len(header)}.",
                FETCH_AGAIN,
            )
        yield line, [fields[column].strip() for column in columns]


def _read_csv(path: Path) -> Iterator[Entry]:
    with csv_lines(path, CSV_COLUMNS) as lines:
        for row, (line, (emotion, pixels, usage)) in enumerate(lines):
            place = f"{path}, line {line}"
            if usage not in USAGE_SPLITS:
                raise FervidError(
                    f"{place}: unknown usage {usage!r}.",
                    f"It must be one of {', '.join(USAGE_SPLITS)}.",
                )
            if emotion not in map(str, range(len(EMOTIONS))):
                raise FervidError(
                    f"{place}: unknown emotion {emotion!r}.",
                    f"It must be a number from 0 ({EMOTIONS[0]}) to 6 ({EMOTIONS[-1]}).",
                )
            image = _parse_pixels(place, pixels)
            yield Entry(place, USAGE_SPLITS[usage], row, int(emotion), image)


def _parse_pixels(place: str, text: str) -> npt.NDArray[np.uint8]:
    try:
        values = bytes(map(int, text.split()))
    except ValueError as error:
        raise FervidError(
            f"{place}: a pixel is not a whole number from 0 to 255.", FETCH_AGAIN
        ) from error
    if len(values) != SIDE * SIDE:
        raise FervidError(
            f"{place}: {len(values)} pixels, an image has {SIDE} x {SIDE} = {SIDE * SIDE}.",
            FETCH_AGAIN,
        )
    return np.frombuffer(values, np.uint8).reshape(SIDE, SIDE)


def _files_of_folder(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    for part in FOLDERS:
        for path in sorted((folder / part).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if _is_wanted(name) and not path.is_dir():
                try:
                    content = path.read_bytes()
                except OSError as error:  # no permission, a link to nothing
                    message = f"{path}: cannot be read: {error.strerror}."
                    raise FervidError(message, FETCH_AGAIN) from error
                yield str(path), name, content


def _files_of_zip(path: Path) -> Iterator[tuple[str, str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and _is_wanted(entry.filename):
                    place = f"{path}: {entry.filename}"
                    yield place, entry.filename, _unpack(archive, entry, place)
    except (zipfile.BadZipFile, OSError) as error:
        raise FervidError(f"{path}: {error}.", FETCH_AGAIN) from error


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str) -> bytes:
    try:
        return archive.read(entry)
    # RuntimeError: encrypted, or a compression that Python does not know
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise FervidError(f"{place}: cannot be unpacked: {error}.", FETCH_AGAIN) from error


def _is_wanted(name: str) -> bool:
    """Say whether a file is part of the data: not what a desktop hid in there (.DS_Store)."""
    return name.startswith(("train/", "test/")) and not PurePosixPath(name).name.startswith(".")


def _read_file(place: str, name: PurePosixPath, content: bytes) -> Entry:
    if len(name.parts) != 3 or name.parts[1] not in EMOTIONS:
        raise FervidError(
            f"{place}: not in a class folder.",
            f"{name.parts[0]}/ must hold folders named {', '.join(EMOTIONS)}, images in each.",
        )
    number = re.search(r"\d+$", name.stem)
    if number is None:
        raise FervidError(f"{place}: no row number.", ROW_IN_NAME)
    return Entry(
        place,
        _split_of(place, name),
        int(number.group()),
        EMOTIONS.index(name.parts[1]),
        _decode(place, content),
    )


def _split_of(place: str, name: PurePosixPath) -> str:
    """Take the split from the folder; test/ may hold both halves, told apart by their names."""
    folder = name.parts[0]
    split = USAGE_SPLITS.get(name.stem.split("_")[0], folder)
    if (folder == "train") != (split == "train"):
        raise FervidError(
            f"{place}: {name.name} says that it belongs to {split}.",
            "Training_* belongs under train/, PublicTest_* and PrivateTest_* under test/.",
        )
    return split


def _decode(place: str, content: bytes) -> npt.NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.size != (SIDE, SIDE):
                raise FervidError(
                    f"{place}: {image.width} x {image.height} pixels, not {SIDE} x {SIDE}.",
                    FETCH_AGAIN,
                )
            return np.asarray(image.convert("L"))
    except UnidentifiedImageError as error:  # it names an object in memory, not the file
        raise FervidError(
            f"{place}: not a readable image: of no known format.", FETCH_AGAIN
        ) from error
    # what Pillow raises for a damaged file depends on the format and on the damage
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FervidError(f"{place}: not a readable image: {error}", FETCH_AGAIN) from error
