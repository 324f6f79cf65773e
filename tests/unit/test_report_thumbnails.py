"""Which sources are opened again to cut a face out of them."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid.limits import Limits
from fervid.report.thumbnails import Best, Thumbnails, cut_out
from tests.drawn import corners, source_of

BEST = Best(0, 1, 0, None, (10.0, 10.0, 40.0, 40.0))


def drawn(folder: Path, level: int) -> dict[str, object]:
    """Draw a grey photo, as large as any other; return its row."""
    path = folder / "photo.bmp"
    Image.fromarray(np.full((64, 64, 3), level, np.uint8)).save(path)
    os.utime(path, (1e9 + level, 1e9 + level + 0.25))
    source = source_of(path)
    return {
        "source": "photo.bmp",
        "uri": path.as_uri(),
        "kind": "image",
        "size_bytes": source.size_bytes,
        "mtime": source.mtime,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "error_type": None,
    }


def cut(row: dict[str, object], limits: Limits | None = None) -> Thumbnails:
    return cut_out({"photo.bmp": [BEST]}, {"photo.bmp": row}, limits)


@pytest.mark.parametrize("unknown", [{}, {"sha256": None}, {"mtime": None}])
def test_of_a_file_that_is_the_same_a_face_is_shown(
    tmp_path: Path, unknown: dict[str, None]
) -> None:
    made = cut(drawn(tmp_path, 200) | unknown)
    (jpeg,) = made.of["photo.bmp"].values()
    with Image.open(io.BytesIO(base64.b64decode(jpeg))) as image:
        assert image.getpixel((9, 9)) == (200, 200, 200)


@pytest.mark.parametrize("unknown", [{}, {"sha256": None}, {"mtime": None}])
def test_of_another_file_of_the_same_size_no_face_is_shown(
    tmp_path: Path, unknown: dict[str, None]
) -> None:
    row = drawn(tmp_path, 200)
    drawn(tmp_path, 10)
    made = cut(row | unknown)
    assert made.of == {}
    assert made.missing == {"photo.bmp": "its file has changed since"}


def test_another_file_with_the_time_of_the_first_is_known_by_its_hash(tmp_path: Path) -> None:
    row = drawn(tmp_path, 200)
    assert cut(drawn(tmp_path, 10) | {"sha256": row["sha256"]}).of == {}


def test_a_copy_is_known_by_its_hash(tmp_path: Path) -> None:
    row = drawn(tmp_path, 200)
    os.utime(tmp_path / "photo.bmp", (5, 5))
    assert "photo.bmp" in cut(row).of
    assert cut(row | {"sha256": None}).of == {}


def test_a_photo_of_more_pixels_than_the_run_allowed_is_not_decoded(tmp_path: Path) -> None:
    row = drawn(tmp_path, 200)
    assert cut(row, Limits(max_pixels=64 * 64 - 1)).of == {}
    assert "photo.bmp" in cut(row, Limits(max_pixels=64 * 64)).of


@pytest.mark.parametrize(
    ("error_type", "is_read"),
    [(None, True), ("EndsEarly", True), ("DecoderDied", False), ("DecoderStalled", False),
     ("DecoderKilled", False), ("MemoryError", False)],
)  # fmt: skip
def test_what_cost_a_decoder_its_life_is_not_decoded_in_this_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error_type: str | None, is_read: bool
) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(corners()).save(path)
    row = {
        "source": "photo.png",
        "uri": path.as_uri(),
        "kind": "image",
        "size_bytes": path.stat().st_size,
        "mtime": None,
        "error_type": error_type,
    }
    best = Best(0, 1, 0, None, (10.0, 10.0, 40.0, 40.0))
    made = cut_out({"photo.png": [best]}, {"photo.png": row})
    assert ("photo.png" in made.of) == is_read
    assert ("photo.png" in made.missing) != is_read
    assert ("came to grief" in caplog.text) != is_read


def test_an_object_is_not_taken_for_a_file_of_its_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = drawn(tmp_path, 200)
    row["uri"] = f"s3://bucket{tmp_path}/photo.bmp"
    assert cut(row).of == {}
    assert "lies in an object store" in caplog.text
