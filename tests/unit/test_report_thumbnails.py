"""Which sources are opened again to cut a face out of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from fervid.report.thumbnails import Best, cut_out
from tests.drawn import corners


@pytest.mark.parametrize(
    ("error_type", "is_read"),
    [(None, True), ("EndsEarly", True), ("DecoderDied", False), ("DecoderStalled", False),
     ("DecoderKilled", False)],
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
