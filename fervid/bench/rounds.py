"""Run an analysis in rounds, in turn with decoding alone."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Unpack

from fervid import api
from fervid.bench.analysis import Analysis, analyse
from fervid.bench.decoding import Decoding, decode
from fervid.bench.surroundings import surroundings
from fervid.errors import FervidError, UsageError
from fervid.keywords import OptionKeywords
from fervid.reader_pool import DecodePlan

log = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Rounds of an analysis and of decoding alone.

    Args:
        inputs: What was analysed.
        options: How.
        surroundings: Machine and versions.
        analyses: One a round.
        decodings: One a round, of the same sources with the same threads.
    """

    inputs: tuple[str, ...]
    options: dict[str, Any]
    surroundings: dict[str, Any]
    analyses: tuple[Analysis, ...]
    decodings: tuple[Decoding, ...]

    @property
    def best(self) -> Analysis:
        """The round that other programs on the machine disturbed least."""
        return min(self.analyses, key=lambda one: one.cpu_s)

    @property
    def speed(self) -> float:
        """Of the analysis, decoding alone being 1, by wall time; the least of each."""
        return _least(self.decodings, "wall_s") / _least(self.analyses, "wall_s")

    @property
    def cpu_ratio(self) -> float:
        """CPU time of the analysis, decoding alone being 1; the least of each."""
        return _least(self.analyses, "cpu_s") / _least(self.decodings, "cpu_s")

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        ratios = {"speed": self.speed, "cpu_ratio": self.cpu_ratio}
        text = json.dumps({**asdict(self), "ratios": ratios}, indent=2, default=str)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(text + "\n")
        partial.rename(path)


def bench(
    inputs: Sequence[str | os.PathLike[str]] = (),
    *,
    rounds: int,
    **options: Unpack[OptionKeywords],
) -> Benchmark:
    """Analyse sources in several rounds, each in a fresh process and in turn with decoding alone.

    Args:
        inputs: Files, folders and patterns; the demo clip if there are none.
        rounds: How many.
        **options: Of `fervid.analyze`.

    Returns:
        What was measured.

    Raises:
        UsageError: An option or input is off; before anything runs.
        FervidError: Nothing could be analysed, or a run failed.
    """
    if rounds < 1:
        raise UsageError("rounds must be at least 1.", f"Received: rounds={rounds}.")
    with tempfile.TemporaryDirectory(prefix="fervid-bench-") as folder:
        names = tuple(os.fspath(one) for one in inputs) or (_demo_clip(Path(folder)),)
        api.plan(names, **options)
        pairs = [_round(number, rounds, names, options) for number in range(1, rounds + 1)]
    analyses, decodings = zip(*pairs, strict=True)
    return Benchmark(names, dict(options), surroundings(), analyses, decodings)


def _round(
    number: int, rounds: int, names: Sequence[str], options: OptionKeywords
) -> tuple[Analysis, Decoding]:
    analysis = analyse(names, options)
    if not analysis.frames:
        raise FervidError("There is no frame to measure.", "`fervid analyze` says what is wrong.")
    decoding = decode(names, DecodePlan(**analysis.settings["decoding"]))
    log.info(
        "Round %d of %d: analysis %.1f s, decoding alone %.1f s.",
        number,
        rounds,
        analysis.wall_s,
        decoding.wall_s,
    )
    return analysis, decoding


def _least(runs: Sequence[Analysis] | Sequence[Decoding], figure: str) -> float:
    return min(getattr(run, figure) for run in runs)


def _demo_clip(folder: Path) -> str:
    from fervid.demo import make_clip

    path = folder / "demo.mp4"
    make_clip(path)
    return str(path)
