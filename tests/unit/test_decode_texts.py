"""What is said of a text that passes for a video: nothing may lead to opening what it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from fervid.decode import container, pillow
from fervid.errors import SourceError

TEXTS = {
    "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "concat": b"ffconcat version 1.0\r\nfile other.mp4\r\n",
    "utf8": "\ufeff# Grüße\nfilm.mp4\n".encode(),
    "latin1": "grüße.mp4\n".encode("latin-1"),
    "blu-ray": b"MPLS0200\x00\x00\x00\x28" + bytes(40),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_called_one_and_never_to_be_converted(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "list.mp4"
    path.write_bytes(text)
    with (
        pytest.raises(SourceError, match="fervid knows, but a text") as caught,
        container.opened(path),
    ):
        pass
    assert "ffmpeg" not in caught.value.remedy
    assert "give those instead" in caught.value.remedy


def test_a_text_that_passes_for_a_photo_is_not_to_be_converted_either(tmp_path: Path) -> None:
    path = tmp_path / "drawing.jpg"
    path.write_text('<svg><image href="file:///etc/passwd"/></svg>')
    with (
        pytest.raises(SourceError, match="fervid knows, but a text") as caught,
        pillow.opened(path, 1000),
    ):
        pass
    assert "onvert" not in caught.value.remedy


def test_what_is_no_text_can_still_be_converted(tmp_path: Path) -> None:
    path = tmp_path / "strange.mp4"
    path.write_bytes(b"RIFX" + bytes(range(256)))
    with pytest.raises(SourceError) as caught, container.opened(path):
        pass
    assert "ffmpeg -i strange.mp4" in caught.value.remedy
