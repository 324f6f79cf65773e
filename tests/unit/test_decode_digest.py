"""`--hash`: of what the reader read, wherever it reads, also where the decoder fails or dies."""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fervid.decode.digest import digest_of
from fervid.limits import Limits
from fervid.reader_pool import DecodePlan, ReaderPool
from fervid.types import Frame, Source, SourceEnd
from tests.decoders import workers
from tests.drawn import ALL_FRAMES, bar, encode, source_of

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")
STEP_BY_STEP = 1


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return encode(tmp_path / "film.mkv", (bar(number) for number in range(60)), "mpeg4")


def pool(sources: list[Source], *, isolated: bool, hashes: bool = True) -> ReaderPool:
    plan = DecodePlan(1, 1, isolated=isolated)
    return ReaderPool(sources, ALL_FRAMES, plan, STEP_BY_STEP, Limits(), hashes=hashes)


@pytest.mark.usefixtures("film")
@pytest.mark.parametrize("isolated", [False, pytest.param(True, marks=ON_LINUX)])
def test_good_and_failed_sources_are_hashed_wherever_they_are_read(
    tmp_path: Path, isolated: bool
) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "garbage.mp4").write_bytes(b"no video " * 400_000)  # of several chunks
    sources = [source_of(path) for path in sorted(tmp_path.iterdir())]
    for hashes in (True, False):
        with closing(pool(sources, isolated=isolated, hashes=hashes)) as readers:
            readers.start()
            ends = [item for item in readers.items() if isinstance(item, SourceEnd)]
        assert [end.status for end in ends] == ["failed", "ok", "failed"]
        expected = [sha256(end.source.path) if hashes else None for end in ends]
        assert [end.sha256 for end in ends] == expected


@ON_LINUX
def test_a_file_that_brings_the_decoder_down_is_known_by_its_hash(film: Path) -> None:
    with closing(pool([source_of(film)], isolated=True)) as readers:
        readers.start()
        items = readers.items()
        assert isinstance(next(items), Frame)
        os.kill(workers()[0], signal.SIGSEGV)
        end = list(items)[-1]
    assert isinstance(end, SourceEnd)
    assert end.status == "partial"
    assert end.sha256 == sha256(film)


def test_a_file_that_changes_while_it_is_read_has_no_hash(film: Path) -> None:
    with closing(pool([source_of(film)], isolated=False)) as readers:
        readers.start()
        items = readers.items()
        list(itertools.islice(items, 2))
        with film.open("ab") as file:
            file.write(b"more")
        *_, end = items
    assert isinstance(end, SourceEnd)
    assert end.sha256 is None


def test_hashing_goes_on_in_the_eyes_of_the_watch(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(5 << 20))
    steps: list[int] = []
    digest = digest_of(tmp_path / "large", lambda: steps.append(1))
    assert digest is not None
    assert digest.sha256 == sha256(tmp_path / "large")
    assert len(steps) == 5


def test_only_regular_files_are_hashed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path, tmp_path / "fifo", tmp_path / "loop", Path("/dev/zero")):
        assert digest_of(path, lambda: None) is None


def test_a_file_that_grows_faster_than_it_is_hashed_comes_to_an_end(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(bytes(1 << 20))

    def grow() -> None:
        with path.open("ab") as file:
            file.write(bytes(2 << 20))

    assert digest_of(path, grow) is None
    assert path.stat().st_size == 3 << 20


def test_a_file_that_is_replaced_or_gone_is_no_longer_the_same(tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(b"one")
    digest = digest_of(path, lambda: None)
    assert digest is not None
    assert digest.if_unchanged() == sha256(path)
    (tmp_path / "other").write_bytes(b"two")
    os.replace(tmp_path / "other", path)
    assert digest.if_unchanged() is None
    path.unlink()
    assert digest.if_unchanged() is None
