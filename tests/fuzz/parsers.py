"""What of fervid reads files that are no pictures, each with a sound file of its kind."""

from __future__ import annotations

import atexit
import contextlib
import gzip
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fervid.keywords import make_options
from fervid.options import AnalyzeOptions
from fervid.types import SourceEnd
from tests.observed import FACTS, RUN, Item, end, failed, seen, unseen, write_to

_FACTS: dict[str, object] = {**FACTS, "root": "/media", "options": AnalyzeOptions()}

_SOURCES = ["a.mp4", "b/c.mp4", "=d.jpg"]

_GROUPS = b"""\
source;participant;condition
a.mp4;P01;rest
"b/c.mp4";P02;"task; hard"
=d.jpg;P02;rest
"""

_CONFIG = b"""\
# How the lab runs it.
[analyze]
fps = 2.5
start = "0:01:30"
min-face = 40
detector = "mtcnn"
memory = "1.5G"
charts = false
inputs = ["videos", "photos/**/*.jpg"]
[summarize]
onset = 0.6
by = "participant"
"""

_LIST = b"videos/a.mp4\nvideos/*.mp4\r\n\nx.jpg\nvideos/**/[ab]?.mp4\n"


_TOP = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Parser:
    """Something that reads a file.

    Args:
        seed: Makes a sound file.
        read: Reads a damaged one; the folder is empty but for it.
    """

    seed: Callable[[], bytes]
    read: Callable[[Path], object]


def _items() -> Iterator[Item]:
    for name in _SOURCES[:2]:
        for frame in range(3):
            yield seen(name, frame)
            yield unseen(name, frame + 3)
        yield end(name, 6)
    yield failed(_SOURCES[2])


def _lasting_folder() -> Path:
    """A folder that is there until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="fervid-fuzz-"))
    atexit.register(shutil.rmtree, folder)
    return folder


@cache
def _result(out: str) -> Path:
    """A sound result, in a folder of its own that stays."""
    folder = _lasting_folder()
    write_to(folder / out, _items())
    return folder


def _results(out: str, damaged: str) -> Parser:
    """Reads a result, one file of which is damaged."""

    def seed() -> bytes:
        content = (_result(out) / damaged).read_bytes()
        return gzip.decompress(content) if damaged.endswith(".gz") else content

    def read(path: Path) -> None:
        from fervid.results import read_results

        folder = path.parent / "result"
        shutil.copytree(_result(out), folder)
        content = path.read_bytes()
        if damaged.endswith(".gz") and len(content) % 4:  # else the packing itself is wrong
            content = gzip.compress(content, 1)
        (folder / damaged).write_bytes(content)
        for table in ("observations", "sources"):
            read_results(folder / out, table)

    return Parser(seed, read)


def _summary() -> Parser:
    """Sums a result up whose rows read well, but may say anything."""
    results = _results("r.csv", "r.csv")

    def read(path: Path) -> None:
        from fervid.summary.summarize import summarize

        results.read(path)
        summarize(path.parent / "result" / "r.csv")

    return Parser(results.seed, read)


def _resume(damaged: str) -> Parser:
    """Resumes a run that died, one file of which is damaged."""

    def die() -> Iterator[Item]:
        yield from _items()
        raise KeyboardInterrupt

    @cache
    def left() -> Path:
        from fervid.resume import begin
        from fervid.write import open_output

        folder = _lasting_folder()
        try:
            with open_output(folder / "r.parquet", overwrite=False) as output:
                begin(output, _ended(), _FACTS, make_options(charts=False))
                output.write(die(), RUN)
        except KeyboardInterrupt:
            pass
        return folder

    def seed() -> bytes:
        return (left() / damaged).read_bytes()

    def read(path: Path) -> None:
        from fervid.resume import begin
        from fervid.write import open_output

        folder = path.parent / "run"
        shutil.copytree(left(), folder)
        (folder / damaged).write_bytes(path.read_bytes())
        with open_output(folder / "r.parquet", overwrite=False, resume=True) as output:
            begin(output, _ended(), _FACTS, make_options(charts=False, resume=True))

    return Parser(seed, read)


def _ended() -> list[object]:
    return [item.source for item in _items() if isinstance(item, SourceEnd)]


def _read_groups(path: Path) -> object:
    from fervid.summary.groups import groups_from_csv

    return groups_from_csv(path, [], _SOURCES)


def _read_config(path: Path) -> None:
    import click

    from fervid.cli import group
    from fervid.cli.config import ConfigFile

    context = click.Context(group)
    for command in ("analyze", "summarize"):
        ConfigFile.read(path).options(group, context, command)


def _read_list(path: Path) -> None:
    from fervid.cli.analyze import _read_list
    from fervid.sources import discover

    with _standard_input(path.read_bytes()):
        names = list(_read_list(("-",)))
    for number, name in enumerate(("videos/a.mp4", "videos/b/b1.mp4", "x.jpg")):
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_bytes(_TOP * number)
    # Up from here, lists of any length are sound.
    inside = [
        line
        for line in names
        if not os.fspath(line).startswith("/") and ".." not in os.fspath(line)
    ]
    with contextlib.chdir(path.parent):
        discover(inside)


@contextlib.contextmanager
def _standard_input(content: bytes) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(content))
    try:
        yield
    finally:
        sys.stdin = before


PARSERS: dict[str, Parser] = {
    "results.parquet": _results("r.parquet", "r.parquet"),
    "results-sources.parquet": _results("r.parquet", "r.sources.parquet"),
    "results-run.json": _results("r.parquet", "r.run.json"),
    "results.csv": _results("r.csv", "r.csv"),
    "results-sources.csv": _results("r.csv", "r.sources.csv"),
    "results.csv.gz": _results("r.csv.gz", "r.csv.gz"),
    "folder.parquet": _results("r", "r/observations/part-000000.parquet"),
    "folder-run.json": _results("r", "r/run.json"),
    "summary.csv": _summary(),
    "resume-manifest.json": _resume("r.parquet.partial/manifest.json"),
    "resume-sources.parquet": _resume("r.parquet.partial/parts/part-000000/sources.parquet"),
    "groups.csv": Parser(lambda: _GROUPS, _read_groups),
    "config.toml": Parser(lambda: _CONFIG, _read_config),
    "list.txt": Parser(lambda: _LIST, _read_list),
}
"""By name."""
