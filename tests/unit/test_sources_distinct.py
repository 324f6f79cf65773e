"""A file that several names lead to is read once, under its own name where that is among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fervid.sources import discover


def test_of_several_names_of_a_file_the_one_that_is_no_link_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("raw/h.mp4", "raw/i.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "p1").mkdir()
    (tmp_path / "p1/x.mp4").symlink_to("../raw/h.mp4")
    (tmp_path / "p1/y.mp4").symlink_to("../raw/h.mp4")
    caplog.set_level("INFO", "fervid")
    assert [source.id for source in discover([tmp_path]).sources] == ["raw/h.mp4", "raw/i.mp4"]
    assert caplog.messages == ["2 links to files that are read under their own name were left out."]


def test_of_links_alone_the_first_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    top = tmp_path / "links"
    top.mkdir()
    (tmp_path / "a.mp4").write_bytes(b"")
    for name in ("y.mp4", "x.mp4"):
        (top / name).symlink_to("../a.mp4")
    caplog.set_level("INFO", "fervid")
    assert [source.id for source in discover([top]).sources] == ["x.mp4"]
    assert caplog.messages == []
