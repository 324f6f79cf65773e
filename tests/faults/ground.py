"""What every broken run starts from: the sources, and results of runs left in peace."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fervid.write import Place
from tests.faults.program import Program
from tests.faults.sources import draw_sources

NAMES = ("results.parquet", "results.csv", "results.csv.gz", "results")
"""One of each kind."""
FPS, OLDER_FPS = ("--fps", "2"), ("--fps", "1")


@dataclass(frozen=True)
class Ground:
    """Sources and references.

    Args:
        media: The sources.
        reference: The result of a run left in peace.
        olders: Results of the same sources with other options, to be replaced; one of each kind.
        status: How the run left in peace ended.
        whole_run_s: CPU seconds of its process, those that decode not counted.
        work: For everything else.
    """

    media: Path
    reference: Path
    olders: Sequence[Path]
    status: int
    whole_run_s: float
    work: Path

    def arguments(self, out: Path) -> list[str]:
        """What the run left in peace was started with, but for the charts."""
        return [*_arguments(self.media, out), *FPS]

    @property
    def names(self) -> list[str]:
        """Names of results, of which an older one can be put in place."""
        return [path.name for path in self.olders]

    @property
    def older(self) -> Path:
        """One of the older results; their rows are the same."""
        return self.olders[0]

    def put_older(self, place: Place) -> None:
        """Put a copy of the older result there."""
        (path,) = [each for each in self.olders if each.name == place.out.name]
        older = Place.of(path)
        for path, target in zip(older.results(), place.results(), strict=True):
            if path.is_dir():
                shutil.copytree(path, target)
            elif path.exists():
                shutil.copy(path, target)


def prepare(work: Path, clips: int = 22, photos: int = 14, names: Sequence[str] = NAMES) -> Ground:
    """Draw sources and make the references.

    Args:
        work: A folder; made if it is not there.
        clips: As `draw_sources` takes them.
        photos: Likewise.
        names: Of the results that are to be broken.
    """
    media = draw_sources(work / "media", clips, photos)
    reference = work / "reference" / "results.parquet"
    status, whole_run_s = _run(media, reference, FPS)
    olders = [work / f"older-{number}" / name for number, name in enumerate(names)]
    for older in olders:
        _run(media, older, OLDER_FPS)
    return Ground(media, reference, olders, status, whole_run_s, work)


def _run(media: Path, out: Path, options: Sequence[str]) -> tuple[int, float]:
    """Run to the end; return the exit status and CPU seconds."""
    out.parent.mkdir(exist_ok=True)
    scratch = out.parent.with_name(f"{out.parent.name}-scratch")
    scratch.mkdir(exist_ok=True)
    with Program([*_arguments(media, out), "--no-charts", *options], scratch) as program:
        spent_s = [0.0]
        while program.is_running():
            spent_s.append(program.cpu_s())
            time.sleep(0.02)
        status = program.ended()
        if status not in (0, 3):
            raise RuntimeError(f"The run left in peace ended with {status}: {program.said}")
    return status, max(spent for spent in spent_s if spent < math.inf)


def _arguments(media: Path, out: Path) -> list[str]:
    return ["analyze", str(media), "--out", str(out)]
