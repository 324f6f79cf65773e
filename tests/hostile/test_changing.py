"""Files that are written to, replaced or gone after the run found them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fervid.limits import Limits
from fervid.reader_pool import DecodePlan, read_all
from fervid.sources import discover
from fervid.types import Frame, SourceEnd
from tests.decoders import nurseries
from tests.drawn import ALL_FRAMES, bar, corners, encode, endless

_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")
_PLANS = [
    pytest.param(DecodePlan(1, 1, isolated=True), id="processes", marks=_LINUX),
    pytest.param(DecodePlan(1, 1), id="threads"),
]
_STEP_BY_STEP = 1 << 12
"""Bytes of frames that may wait: fewer than one takes, so that no reader is far ahead."""


def _grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(1000))


def _replaced(path: Path) -> None:
    other = encode(path.with_name("other"), (corners() for _ in range(9)), format="matroska")
    other.replace(path)


def _piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A long film that is read first, and a short one behind it."""
    found = tmp_path / "films"
    found.mkdir()
    encode(found / "a.mkv", (bar(n) for n in range(60)), options={"g": "1"})
    encode(found / "b.mkv", (bar(n) for n in range(20)), options={"g": "1"})
    return found


def _ends(folder: Path, plan: DecodePlan, change: Callable[[], object]) -> dict[str, SourceEnd]:
    """Read a folder; change something in it when the first frame is there."""
    with closing(read_all(discover([folder]).sources, ALL_FRAMES, plan, _STEP_BY_STEP)) as items:
        first = next(items)
        assert isinstance(first, Frame)
        change()
        return {item.source.id: item for item in items if isinstance(item, SourceEnd)}


@pytest.mark.parametrize("plan", _PLANS)
@pytest.mark.parametrize(
    ("change", "status", "error_type", "error"),
    [
        (_grown, "partial", "FileChanged", "the file changed: "),
        (_replaced, "partial", "FileChanged", "the file changed: "),
        (_emptied, "failed", "FileChanged", "b.mkv is empty; the file changed: "),
        (Path.unlink, "failed", "FileNotFoundError", "b.mkv is not there any more."),
        (_piped, "failed", "SourceError", "b.mkv is a named pipe, no file."),
        (_made_a_folder, "failed", "SourceError", "b.mkv is a folder, no file."),
    ],
)
def test_what_changes_before_it_is_read_is_named(
    folder: Path,
    plan: DecodePlan,
    change: Callable[[Path], None],
    status: str,
    error_type: str,
    error: str,
) -> None:
    ends = _ends(folder, plan, lambda: change(folder / "b.mkv"))
    assert (ends["a.mkv"].status, ends["b.mkv"].status) == ("ok", status)
    failure = ends["b.mkv"].failure
    assert failure is not None
    assert failure.error_type == error_type
    assert failure.error.startswith(error)
    assert failure.remedy


@pytest.mark.parametrize("plan", _PLANS)
def test_what_grows_while_it_is_read_is_partial_and_keeps_its_rows(
    folder: Path, plan: DecodePlan
) -> None:
    end = _ends(folder, plan, lambda: _grown(folder / "a.mkv"))["a.mkv"]
    assert (end.status, end.frames_sampled) == ("partial", 60)
    assert end.failure is not None
    assert "--resume" in end.failure.remedy


@pytest.mark.parametrize("plan", _PLANS)
def test_a_film_that_is_deleted_while_it_is_read_was_read(folder: Path, plan: DecodePlan) -> None:
    assert _ends(folder, plan, (folder / "a.mkv").unlink)["a.mkv"].status == "ok"


@_LINUX
def test_a_film_without_end_costs_the_time_allowed_and_nothing_else(folder: Path) -> None:
    endless(folder / "endless.mkv")
    plan = DecodePlan(2, 1, isolated=True)
    sources = discover([folder]).sources
    items = list(read_all(sources, ALL_FRAMES, plan, 1 << 20, Limits(stall_s=5)))
    ends = {item.source.id: item for item in items if isinstance(item, SourceEnd)}
    assert {name: end.status for name, end in ends.items()} == {
        "a.mkv": "ok",
        "b.mkv": "ok",
        "endless.mkv": "failed",
    }
    failure = ends["endless.mkv"].failure
    assert failure is not None
    assert failure.error_type == "DecoderStalled"
    assert nurseries() == []
