"""Let the Nth call that changes a folder fail, kill, interrupt or black out a run, for every N.

`python -m tests.faults.sweep` runs the program itself, only with its decoding and networks played.
"""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from fervid.write import Place
from tests.faults.acted import LATER, NAMES, play_a_run, put_sources
from tests.faults.calls import Calls
from tests.faults.final_names import broken, is_begun, leftovers
from tests.faults.forked import in_a_fork
from tests.faults.found import Found
from tests.faults.power import Disk
from tests.faults.scenes import SCENES, Scene
from tests.faults.small_disk import NO_DISK, SmallDisk
from tests.faults.trap import KINDS, Trap, unexpected
from tests.same_rows import differences

OLDER = ("--fps", "1")
"""Options of the result that is there before."""

_DISK_BYTES, _PAGE_BYTES, _MOST_PAGES = 4 << 20, 4096, 1000

FULL_DISK = "full disk"
_ALL = (*KINDS, FULL_DISK)


class Sweep:
    """A scene with its references.

    Args:
        scene: Which.
        work: An empty folder.
    """

    def __init__(self, scene: Scene, work: Path) -> None:
        self._scene = scene
        self._work = work
        names = (*NAMES, LATER) if scene.start == "finished" else NAMES
        self._media = put_sources(work / "media", names)
        self._root = work / "out"
        self._place = Place.of(self._root / scene.out)
        self._may_be = [self._reference("reference")]
        if scene.start in ("older", "finished"):
            self._may_be.append(self._before())
        if scene.start in ("cut off", "given up"):
            self._fresh()
            in_a_fork(self._broken_run, "SIGKILL", 40, 0)
            shutil.copytree(self._root, self._work / "before")
        self.calls = self._count()

    def run(self, kind: str, numbers: Sequence[int], seed: int, found: Found) -> None:
        """Break the run at some of its calls, resume it each time, and compare."""
        for number in numbers:
            self._fresh()
            status = in_a_fork(self._broken_run, kind, number, seed)
            said = self._said()
            image = self._work / "image"
            if image.exists():
                shutil.rmtree(self._root)
                image.rename(self._root)
            found.cases += 1
            faults = [*unexpected(kind, status, said)]
            in_a_fork(self._check)
            faults += json.loads((self._work / "faults.json").read_text())
            where = f"{self._scene.name}, {kind} at call {number} ({self.calls[number]})"
            found.tell(f"{where}: {what}" for what in faults)

    def fill(self, step: int, seed: int, found: Found) -> None:
        """Let the disk be full with another number of pages left, each time; then free it.

        Args:
            step: Each Nth number of pages.
            seed: Where to begin.
            found: Where to count.
        """
        for pages in range(seed % step, _MOST_PAGES, step):
            self._fresh()
            status = in_a_fork(self._fill, pages)
            if status == NO_DISK:
                click.echo("WARNING: no small disk may be mounted, so none was filled.", err=True)
                return
            if status:
                raise RuntimeError(f"A run on a small disk could not be looked at: {status}")
            faults, was_full = json.loads((self._work / "filled.json").read_text())
            found.tell(f"{self._scene.name}, {pages} pages left: {what}" for what in faults)
            found.cases += was_full
            if not was_full:
                return

    def _fill(self, pages: int) -> int:
        """Break a run in a process that alone sees the disk."""
        before = self._work / "kept"
        shutil.rmtree(before, ignore_errors=True)
        self._root.rename(before)
        self._root.mkdir()
        try:
            disk = SmallDisk(self._root, _DISK_BYTES)
        except OSError:
            return NO_DISK
        shutil.copytree(before, self._root, dirs_exist_ok=True)
        shutil.rmtree(before)
        disk.leave(pages * _PAGE_BYTES)
        status = in_a_fork(self._plain_run, self._place.out, self._first_options())
        faults = [*unexpected("ENOSPC", status, self._said())]
        disk.free()
        in_a_fork(self._check)
        faults += json.loads((self._work / "faults.json").read_text())
        (self._work / "filled.json").write_text(json.dumps([faults, status == 1]))
        return 0

    def _reference(self, name: str) -> Path:
        out = self._work / name / self._scene.out
        out.parent.mkdir()
        status = in_a_fork(self._plain_run, out, ())
        if status != 3:
            raise RuntimeError(f"The run left in peace ended with {status}: {self._said()}")
        return out

    def _before(self) -> Path:
        """Make the result that is there before, and keep it."""
        if self._scene.start == "older":
            out = self._work / "before" / self._scene.out
            out.parent.mkdir()
            in_a_fork(self._plain_run, out, OLDER)
            return out
        (self._media / LATER).rename(self._work / LATER)
        out = self._reference("before")
        (self._work / LATER).rename(self._media / LATER)
        return out

    def _fresh(self) -> None:
        for path in (self._root, self._work / "tmp", self._work / "image"):
            shutil.rmtree(path, ignore_errors=True)
        (self._work / "tmp").mkdir()
        before = self._work / "before"
        if before.exists():
            shutil.copytree(before, self._root)
        else:
            self._root.mkdir()

    def _count(self) -> list[str]:
        """List the calls of a run that nothing breaks."""
        self._fresh()
        if in_a_fork(self._counted_run) != 3:
            raise RuntimeError(f"The scene cannot be played: {self._said()}")
        calls: list[str] = json.loads((self._work / "calls.json").read_text())
        return calls

    def _counted_run(self) -> int:
        calls: list[str] = []
        Calls(self._root, calls.append)
        status = self._main(self._first_options())
        (self._work / "calls.json").write_text(json.dumps(calls))
        return status

    def _plain_run(self, out: Path, options: Sequence[str]) -> int:
        return self._main(options, out)

    def _broken_run(self, kind: str, number: int, seed: int) -> int:
        trap = Trap(kind, number, random.Random(f"{seed}-{number}"), self._work)  # noqa: S311
        if kind.startswith("power"):
            disk = Disk(self._root)
            trap.disk = disk
            Calls(self._root, trap, disk.synced)
        else:
            Calls(self._root, trap)
        return self._main(self._first_options())

    def _check(self) -> int:
        """Look at what the broken run left, resume it, and write down what is wrong."""
        had_result = self._scene.start in ("older", "finished")
        faults = broken(self._place.out, self._may_be, had_result=had_result)
        older = self._may_be[1] if self._scene.start == "older" else None
        begun = older is None or is_begun(self._place, older)
        status = self._main(("--resume",) if begun else ("--overwrite",))
        if status != 3:
            faults.append(f"resumed: exit status {status}: {self._said()}")
        else:
            found = differences(self._place.out, self._may_be[0])
            found += leftovers(self._place.out, self._work / "tmp")
            faults += [f"resumed: {what}" for what in found]
        (self._work / "faults.json").write_text(json.dumps(faults))
        return 0

    def _first_options(self) -> tuple[str, ...]:
        options = {"nothing": (), "older": ("--overwrite",), "given up": ("--overwrite",)}
        return options.get(self._scene.start, ("--resume",))

    def _main(self, options: Sequence[str], out: Path | None = None) -> int:
        """Run the program in this process, which a fork is."""
        from fervid.cli import main

        said = os.open(self._work / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ["TMPDIR"] = str(self._work / "tmp")
        sys.argv = [
            "fervid", "analyze", str(self._media), "--out", str(out or self._place.out),
            *self._scene.options, *options,
        ]  # fmt: skip
        play_a_run()
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    def _said(self) -> str:
        return (self._work / "said.txt").read_text(errors="replace")[-600:]


@click.command()
@click.option("--work", type=click.Path(path_type=Path), required=True, help="An empty folder.")
@click.option("--scene", "scenes", multiple=True, type=click.IntRange(0, len(SCENES) - 1))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice((*KINDS, FULL_DISK)),
    default=(*KINDS, FULL_DISK),
)
@click.option("--step", default=1, show_default=True, help="Each Nth call alone.")
@click.option("--seed", default=0, show_default=True)
def main(work: Path, scenes: Sequence[int], kinds: Sequence[str], step: int, seed: int) -> None:
    """Sweep over all calls; print figures as JSON."""
    import fervid.api
    import fervid.charts
    import fervid.cli.analyze
    import fervid.cli.interrupt
    import fervid.cli.progress
    import fervid.cli.summary
    import fervid.report  # noqa: F401 (once, not in each fork)

    gc.freeze()
    figures: dict[str, Found] = {kind: Found() for kind in kinds}
    for scene in [SCENES[number] for number in scenes] or SCENES:
        folder = work / scene.name
        folder.mkdir(parents=True)
        sweep = Sweep(scene, folder)
        click.echo(f"{scene.name}: {len(sweep.calls)} calls", err=True)
        for place, kind in enumerate(kinds):
            if kind == FULL_DISK:
                sweep.fill(1 + step // 8, seed, figures[kind])
                continue
            numbers = range((seed + place) % step, len(sweep.calls), step)
            sweep.run(kind, numbers, seed, figures[kind])
    click.echo(json.dumps({kind: asdict(found) for kind, found in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
