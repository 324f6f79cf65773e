"""From inputs to sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from fervid.errors import UsageError
from fervid.sources import MARKER_NAME, discover, format_of_file, uri
from fervid.sources.change import mtime_of
from tests.drawn import bar, encode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two clips, a photo and a text."""
    top = tmp_path / "media"
    for name in ("a.mp4", "deep/er/b.MKV"):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    Image.new("RGB", (8, 8)).save(top / "deep/photo.jpg")
    (top / "LICENSE").write_text("You may copy this film.")
    return top


def ids(*inputs: Path | str, root: Path | None = None) -> list[str]:
    return [source.id for source in discover(inputs, root).sources]


def test_a_folder_is_searched_to_its_depth_and_texts_are_only_counted(folder: Path) -> None:
    found = discover([folder])
    assert [source.id for source in found.sources] == ["a.mp4", "deep/er/b.MKV", "deep/photo.jpg"]
    assert [source.kind for source in found.sources] == ["video", "video", "image"]
    assert (found.ignored, found.root) == (1, folder)


def test_hidden_names_and_folders_are_ignored(folder: Path) -> None:
    (folder / "._a.mp4").write_bytes(b"")
    (folder / ".cache").mkdir()
    (folder / ".cache/c.mp4").write_bytes(b"")
    assert ids(folder) == ["a.mp4", "deep/er/b.MKV", "deep/photo.jpg"]


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "deep/loop").symlink_to(folder)
    assert ids(folder) == ["a.mp4", "deep/er/b.MKV", "deep/photo.jpg"]


@pytest.mark.parametrize("pattern", ["**/*", "*/*.mp4", "*/er/*", "l*/**/*.mp4", "*"])
def test_a_pattern_follows_no_links_to_folders(tmp_path: Path, folder: Path, pattern: str) -> None:
    elsewhere = tmp_path / "elsewhere/er"
    elsewhere.mkdir(parents=True)
    for far in (elsewhere / "far.mp4", elsewhere.parent / "far.mp4"):
        far.write_bytes(b"")
    (folder / "link").symlink_to(elsewhere.parent)
    near = folder / "lake/er/near.mp4"
    near.parent.mkdir(parents=True)
    near.write_bytes(b"")
    (folder / "lake/near.mp4").write_bytes(b"")
    found = ids(f"{folder}/{pattern}")
    assert any("near" in name for name in found)
    assert not any("far" in name for name in found)


def test_a_link_in_the_fixed_part_of_a_pattern_is_what_the_user_asked_for(
    tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "disk").symlink_to(folder)
    assert ids(f"{tmp_path}/disk/*.mp4") == ["a.mp4"]
    assert ids(f"{tmp_path}/disk/**/*.jpg") == ["deep/photo.jpg"]


@pytest.mark.parametrize("pattern", ["", "**/*"])
def test_links_that_are_not_followed_are_counted_and_logged(
    folder: Path, caplog: pytest.LogCaptureFixture, pattern: str
) -> None:
    (folder / "deep/loop").symlink_to(folder)
    (folder / "notes.txt").symlink_to("nowhere")
    caplog.set_level("DEBUG", "fervid")
    found = discover([folder / pattern])
    assert [source.id for source in found.sources] == ["a.mp4", "deep/er/b.MKV", "deep/photo.jpg"]
    assert found.ignored == 3
    logged = {Path(record.getMessage().split()[1].rstrip(":")): record for record in caplog.records}
    assert {str(path.relative_to(folder)): record.levelname for path, record in logged.items()} == {
        "LICENSE": "DEBUG",
        "deep/loop": "DEBUG",
        "notes.txt": "DEBUG",
    }


@pytest.mark.parametrize("pattern", ["", "**/*"])
def test_what_is_no_file_but_has_a_known_ending_is_a_source_so_that_a_row_says_why(
    folder: Path, pattern: str
) -> None:
    (folder / "deep/holiday.mp4").symlink_to("/disk/that/is/not/mounted/holiday.mp4")
    (folder / "round.jpg").symlink_to("round.jpg")
    os.mkfifo(folder / "pipe.mkv")
    (folder / "to-the-pipe.mkv").symlink_to("pipe.mkv")
    (folder / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    (folder / "to-the-pipe").symlink_to("pipe")
    found = discover([folder / pattern])
    assert {source.id: source.kind for source in found.sources if source.size_bytes == 0} == {
        "a.mp4": "video",
        "deep/er/b.MKV": "video",
        "pipe.mkv": "video",
        "zero.png": "image",
    }
    assert {"deep/holiday.mp4", "round.jpg"} < {source.id for source in found.sources}
    assert found.ignored == 3


def test_a_time_beyond_the_calendar_is_its_last_moment() -> None:
    facts = os.stat_result((0o100644, 1, 1, 1, 0, 0, 12, 0, 2**62, 0))
    assert mtime_of(facts).year == 9999


def test_a_link_that_leads_nowhere_is_no_input(folder: Path) -> None:
    (folder / "gone.mp4").symlink_to("nowhere")
    with pytest.raises(UsageError, match="No such file"):
        discover([folder / "gone.mp4"])


def test_a_file_that_two_paths_lead_to_is_one_source(folder: Path) -> None:
    (folder / "again.mp4").symlink_to(folder / "a.mp4")
    assert ids(folder, folder / "a.mp4") == ["a.mp4", "deep/er/b.MKV", "deep/photo.jpg"]


@pytest.mark.parametrize("pattern", ["", "**/*", "**/*.png", "results.charts/*.png"])
def test_what_fervid_wrote_is_never_read(folder: Path, pattern: str) -> None:
    charts = folder / "results.charts"
    charts.mkdir()
    (charts / MARKER_NAME).touch()
    chart = charts / "timeline.png"
    Image.new("RGB", (8, 8)).save(chart)
    (charts / "more").mkdir()
    Image.new("RGB", (8, 8)).save(charts / "more/timeline.png")
    others = ids(folder / "deep", str(folder / pattern) if "png" not in pattern else chart)
    assert not any("timeline" in name for name in others)
    if "png" in pattern:
        with pytest.raises(UsageError, match=r"No file matches|No videos"):
            discover([str(folder / pattern)])


def test_a_pattern_takes_what_a_folder_would_and_counts_from_its_fixed_part(folder: Path) -> None:
    found = discover([f"{folder}/**/*"])
    assert [source.id for source in found.sources] == ["a.mp4", "deep/er/b.MKV", "deep/photo.jpg"]
    assert found.ignored == 1
    assert ids(f"{folder}/**/*.MKV") == ["deep/er/b.MKV"]


def test_a_name_with_brackets_is_that_file_and_no_pattern(folder: Path) -> None:
    (folder / "take[1].mp4").write_bytes(b"")
    (folder / "take1.mp4").write_bytes(b"")
    assert ids(folder / "take[1].mp4") == ["take[1].mp4"]


def test_the_root_of_several_inputs_is_their_deepest_common_folder(folder: Path) -> None:
    found = discover([folder / "deep/er/b.MKV", folder / "deep/photo.jpg"])
    assert found.root == folder / "deep"
    assert [source.id for source in found.sources] == ["er/b.MKV", "photo.jpg"]


def test_a_given_root_is_what_ids_are_relative_to(folder: Path) -> None:
    assert ids(folder / "deep", root=folder.parent) == [
        "media/deep/er/b.MKV",
        "media/deep/photo.jpg",
    ]


def test_a_source_outside_the_root_is_a_usage_error(folder: Path) -> None:
    with pytest.raises(UsageError, match="outside the root"):
        discover([folder], root=folder / "deep")


def test_relative_inputs_start_at_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert ids("deep") == ["er/b.MKV", "photo.jpg"]
    assert ids("a.mp4") == ["a.mp4"]
    assert discover(["a.mp4"]).sources[0].path == folder / "a.mp4"


def test_a_named_file_is_a_source_whatever_it_is(folder: Path) -> None:
    assert ids(folder / "LICENSE") == ["LICENSE"]


def test_a_text_named_mp4_is_a_candidate(folder: Path) -> None:
    (folder / "text.mp4").write_text("hello")
    assert "text.mp4" in ids(folder)


def test_the_first_bytes_decide_over_the_ending(folder: Path, clips: Path) -> None:
    (folder / "photo_in_disguise.mp4").write_bytes((folder / "deep/photo.jpg").read_bytes())
    (folder / "film.dat").write_bytes((clips / "h264.mp4").read_bytes())
    kinds = {source.id: source.kind for source in discover([folder]).sources}
    assert kinds["photo_in_disguise.mp4"] == "image"
    assert kinds["film.dat"] == "video"


def test_every_format_is_known_by_its_first_bytes(clips: Path) -> None:
    assert {path.name for path in clips.iterdir() if format_of_file(path) is None} == set()


@pytest.mark.parametrize("text", ["BM: bitmap of the week", "The free software film", "RIFF raff"])
def test_a_text_that_starts_like_a_signature_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "text").write_text(text * 40)
    assert format_of_file(tmp_path / "text") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("still.png", "image"), ("moving.png", "video"), ("s.webp", "image"), ("m.webp", "video")],
)
def test_animated_images_are_videos(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    pictures = [Image.fromarray(bar(number)) for number in range(3)]
    more = {"save_all": True, "append_images": pictures[1:]} if kind == "video" else {}
    pictures[0].save(path, **more)
    assert [source.kind for source in discover([path]).sources] == [kind]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_an_id_is_harmless_in_a_spreadsheet_and_still_a_path(tmp_path: Path, start: str) -> None:
    (tmp_path / f"{start}x.mp4").write_bytes(b"")
    (only,) = ids(tmp_path)
    assert only == f"./{start}x.mp4"
    assert (tmp_path / only).exists()


def test_bytes_that_are_not_utf8_stay_exact_in_id_and_uri(tmp_path: Path) -> None:
    for name in (b"caf\xe9.mp4", b"caf%E9.mp4", "café.mp4".encode()):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    found = discover([tmp_path]).sources
    assert {source.id for source in found} == {"caf%E9.mp4", "caf%25E9.mp4", "café.mp4"}
    assert {uri(source).rpartition("/")[2] for source in found} == {
        "caf%E9.mp4",
        "caf%25E9.mp4",
        "caf%C3%A9.mp4",
    }
    assert all(uri(source).startswith("file:///") for source in found)


@pytest.mark.parametrize("missing", ["nowhere", "nowhere/*.mp4"])
def test_an_input_that_is_not_there_is_a_usage_error(tmp_path: Path, missing: str) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        discover([str(tmp_path / missing)])


def test_a_folder_without_media_is_a_usage_error_that_counts_the_rest(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(UsageError, match=r"No videos or images.*other kinds there: 1"):
        discover([tmp_path])


def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        discover([tmp_path / "pipe.mp4"])


def test_a_transport_stream_is_known_with_time_codes_too(tmp_path: Path, clips: Path) -> None:
    plain = (clips / "h264.ts").read_bytes()
    packets = [plain[start : start + 188] for start in range(0, len(plain), 188)]
    (tmp_path / "camera").write_bytes(b"".join(b"\0\0\0\0" + packet for packet in packets))
    known = format_of_file(tmp_path / "camera")
    assert known is not None
    assert known.name == "mpegts"


def test_encoding_under_another_ending_changes_nothing(tmp_path: Path) -> None:
    path = encode(tmp_path / "film.bin", [bar(0)], format="mp4")
    assert ids(path.parent) == ["film.bin"]
