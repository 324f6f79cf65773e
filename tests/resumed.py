"""A run that goes on with what is there, over a made-up stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fervid.keywords import make_options
from fervid.options import AnalyzeOptions
from fervid.resume import Resumed, begin
from fervid.types import Source
from fervid.write import open_output
from tests.observed import FACTS, RUN, Item, end, seen, source

CHOSEN: dict[str, object] = {**FACTS, "root": "/media", "options": AnalyzeOptions()}


RESUME = make_options(resume=True, charts=False)


class Stop(BaseException):
    """An interrupt, as Ctrl-C is one."""


def video(name: str, frames: int = 2) -> list[Item]:
    return [*(seen(name, frame) for frame in range(frames)), end(name, frames)]


def run(
    out: Path,
    stream: Sequence[Item],
    sources: Sequence[str | Source],
    *,
    dies: bool = False,
    facts: dict[str, object] = CHOSEN,
) -> Resumed:
    """Write what of a stream is not done yet, as `analyze --resume` does."""
    named = [source(each) if isinstance(each, str) else each for each in sources]
    with open_output(out, overwrite=False, resume=True) as output:
        resumed = begin(output, named, facts, RESUME)
        if resumed.finished is None:
            output.write(left(stream, resumed.done, dies=dies), RUN)
            output.finish({**facts, **resumed.facts})
    return resumed


def left(stream: Sequence[Item], done: frozenset[str], *, dies: bool) -> Iterator[Item]:
    for item in stream:
        if (item.source.id if hasattr(item, "source") else item.source_id) not in done:
            yield item
    if dies:
        raise Stop
