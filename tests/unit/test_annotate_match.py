"""Which source a clip is, what may be written, and what is said when something is off."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid.annotate import annotate
from fervid.errors import FervidError, UsageError
from fervid.types import Failure, SourceEnd
from tests.annotated import film, nobody, result_of, sighting
from tests.drawn import source_of
from tests.observed import end, write_to


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return film(tmp_path / "c.mp4", frames=3, sound=None)


@pytest.fixture
def result(clip: Path) -> Path:
    return result_of(clip, [sighting("c.mp4", 0), nobody("c.mp4", 2)])


def two_of_a_name(folder: Path, clip: Path, sizes: tuple[int, int]) -> Path:
    rows, ends = [], []
    for name, size in zip(("a/c.mp4", "b/c.mp4"), sizes, strict=True):
        source = source_of(clip)
        elsewhere = Path("/elsewhere") / name
        rows.append(nobody(name, 0))
        ends.append(SourceEnd(type(source)(name, elsewhere, "video", size, source.mtime), "ok"))
    write_to(folder / "two.parquet", [*rows, *ends])
    return folder / "two.parquet"


def test_a_clip_is_found_by_its_path(clip: Path, result: Path, tmp_path: Path) -> None:
    line = annotate(clip, result, tmp_path / "o.mp4")
    assert "3 frames" in line


def test_a_clip_that_was_moved_is_found_by_its_name_and_size(
    clip: Path, result: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    moved = shutil.move(clip, tmp_path / "elsewhere" / "c.mp4")
    annotate(moved, result, tmp_path / "o.mp4")
    assert (tmp_path / "o.mp4").exists()


def test_of_two_sources_with_the_name_the_size_decides(clip: Path, tmp_path: Path) -> None:
    result = two_of_a_name(tmp_path, clip, (clip.stat().st_size, 5))
    annotate(clip, result, tmp_path / "o.mp4")


def test_an_ambiguous_name_asks_which(clip: Path, tmp_path: Path) -> None:
    size = clip.stat().st_size
    result = two_of_a_name(tmp_path, clip, (size, size))
    with pytest.raises(UsageError, match=r"2 sources .*a/c\.mp4, b/c\.mp4.*--source NAME"):
        annotate(clip, result, tmp_path / "o.mp4")
    annotate(clip, result, tmp_path / "o.mp4", source="b/c.mp4")


def test_another_file_of_the_name_is_refused_unless_it_is_named(
    result: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = film(tmp_path / "other" / "c.mp4", frames=3, sound=None, codec="mpeg4")
    with pytest.raises(FervidError, match=r"bytes; the file that was analysed as c\.mp4 had"):
        annotate(other, result, tmp_path / "o.mp4")
    annotate(other, result, tmp_path / "o.mp4", source="c.mp4")


@pytest.mark.parametrize(
    ("name", "frames", "words"),
    [
        ("d.mkv", 70, r"d\.mkv lasts 2\.8 s; what was analysed as c\.mp4 lasted 1\.2 s"),
        ("d.mp4", 9, r"d\.mp4 has 9 frames; what was analysed as c\.mp4 had 30"),
    ],
)
def test_a_clip_of_another_length_is_refused_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, frames: int, words: str
) -> None:
    clip = film(tmp_path / "c.mp4", frames=30, sound=None)
    result = result_of(clip, [sighting("c.mp4", 0)])
    other = film(tmp_path / name, frames=frames, sound=None)
    monkeypatch.setattr("fervid.annotate.video.draw_video", None)
    with pytest.raises(FervidError, match=words):
        annotate(other, result, tmp_path / "o.mp4", source="c.mp4")
    assert not list(tmp_path.glob("*o.mp4*"))


@pytest.mark.parametrize("name", ["d.mkv", "d.mp4"])
def test_a_copy_in_another_container_with_sound_is_taken_for_the_clip(
    tmp_path: Path, name: str
) -> None:
    clip = film(tmp_path / "c.mp4", frames=30, sound=None)
    result = result_of(clip, [sighting("c.mp4", 0), nobody("c.mp4", 29)])
    other = film(tmp_path / name, frames=30, codec="mpeg4")
    assert "30 frames" in annotate(other, result, tmp_path / "o.mp4", source="c.mp4")


def test_pictures_of_another_size_are_refused_even_if_the_source_is_named(
    result: Path, tmp_path: Path
) -> None:
    other = film(tmp_path / "d.mp4", frames=3, size=(128, 96), sound=None)
    with pytest.raises(FervidError, match=r"d\.mp4 has 128x96 .* c\.mp4 had 64x48"):
        annotate(other, result, tmp_path / "o.mp4", source="c.mp4")
    assert not list(tmp_path.glob("*o.mp4*"))


def test_a_folder_is_no_clip(result: Path, tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    with pytest.raises(UsageError, match=r"clips is a folder\. Give one video or photo"):
        annotate(tmp_path / "clips", result, tmp_path / "o.mp4")


def test_an_object_is_to_be_downloaded_first(result: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"s3://bucket/c\.mp4 is an address.*Download it"):
        annotate("s3://bucket/c.mp4", result, tmp_path / "o.mp4")


def test_a_clip_that_was_not_analysed_is_named_with_what_was(result: Path, tmp_path: Path) -> None:
    other = film(tmp_path / "d.mp4", frames=3, sound=None)
    with pytest.raises(FervidError, match=r"d\.mp4 is not in .*which has c\.mp4.*Analyse it"):
        annotate(other, result, tmp_path / "o.mp4")


def test_an_unknown_source_names_the_nearest(clip: Path, result: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no source 'c\.mp'.*Did you mean 'c\.mp4'"):
        annotate(clip, result, tmp_path / "o.mp4", source="c.mp")


def test_a_source_that_failed_has_nothing_to_draw(clip: Path, tmp_path: Path) -> None:
    failure = Failure("SourceError", "moov atom not found", "Fix.")
    write_to(tmp_path / "r.parquet", [SourceEnd(source_of(clip), "failed", failure)])
    with pytest.raises(FervidError, match=r"no rows of c\.mp4 \(failed: moov atom not found\)"):
        annotate(clip, tmp_path / "r.parquet", tmp_path / "o.mp4")
    assert not list(tmp_path.glob("*partial*"))


def test_an_empty_result_says_so(clip: Path, tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", [])
    with pytest.raises(FervidError, match="which has no source"):
        annotate(clip, tmp_path / "r.parquet", tmp_path / "o.mp4")


def test_an_existing_copy_is_kept_unless_overwrite_is_said(
    clip: Path, result: Path, tmp_path: Path
) -> None:
    (tmp_path / "o.mp4").write_text("mine")
    with pytest.raises(UsageError, match=r"o\.mp4 exists.*--overwrite"):
        annotate(clip, result, tmp_path / "o.mp4")
    assert (tmp_path / "o.mp4").read_text() == "mine"
    annotate(clip, result, tmp_path / "o.mp4", overwrite=True)
    assert (tmp_path / "o.mp4").stat().st_size > 100


def test_the_clip_itself_is_never_replaced(clip: Path, result: Path) -> None:
    with pytest.raises(UsageError, match="is the clip itself"):
        annotate(clip, result, clip, overwrite=True)


def test_a_copy_that_fails_leaves_nothing(clip: Path, result: Path, tmp_path: Path) -> None:
    clip.write_bytes(bytes(clip.stat().st_size))
    with pytest.raises(FervidError, match=r"c\.mp4"):
        annotate(clip, result, tmp_path / "o.mp4")
    assert sorted(path.name for path in tmp_path.glob("*o.mp4*")) == []


@pytest.mark.parametrize("name", ["o.avi", "o.png", "o"])
def test_another_ending_lists_those_there_are(
    clip: Path, result: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match=r"\.mp4, \.m4v, \.mov, \.mkv, \.webm"):
        annotate(clip, result, tmp_path / name)


def test_a_missing_folder_is_named(clip: Path, result: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no folder .*nowhere"):
        annotate(clip, result, tmp_path / "nowhere" / "o.mp4")


def test_a_missing_clip_is_named(result: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file .*x\.mp4"):
        annotate(tmp_path / "x.mp4", result, tmp_path / "o.mp4")


def photo(path: Path) -> Path:
    """A photo that is stored on its side."""
    pixels = np.full((90, 160, 3), 200, np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "who and where"
    Image.fromarray(pixels).save(path, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("name", ["o.png", "o.jpg"])
def test_a_photo_comes_out_upright_with_its_boxes_and_without_its_exif(
    tmp_path: Path, name: str
) -> None:
    path = photo(tmp_path / "p.jpg")
    row = sighting("p.jpg", 0, (20, 60, 60, 110))
    still = type(row)(row.source_id, 0, None, "ok", 0, row.detected, row.probabilities)
    ending = SourceEnd(source_of(path), "ok", width=90, height=160, frames_total=1)
    write_to(tmp_path / "r.parquet", [still, ending])
    annotate(path, tmp_path / "r.parquet", tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.size == (90, 160)
        assert not image.getexif()
        pixels = np.asarray(image.convert("RGB")).astype(int)
    inside, border = pixels[80, 40], pixels[80, 20:24]
    assert np.abs(inside - 200).max() < 4
    assert np.abs(border - 200).max() > 60


def test_a_photo_cannot_become_a_video(tmp_path: Path) -> None:
    path = photo(tmp_path / "p.jpg")
    write_to(tmp_path / "r.parquet", [nobody("p.jpg", 0), end("p.jpg", 1, "image")])
    with pytest.raises(UsageError, match=r"photo as o\.mp4.*\.png, \.jpg"):
        annotate(path, tmp_path / "r.parquet", tmp_path / "o.mp4", source="p.jpg")
