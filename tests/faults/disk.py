"""Let real runs find the disk full, free some space, and resume them."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import click

from fervid.write import Place
from tests.faults.final_names import broken, is_begun, leftovers
from tests.faults.forked import in_a_fork
from tests.faults.found import Found
from tests.faults.ground import Ground
from tests.faults.program import Program
from tests.faults.small_disk import NO_DISK, SmallDisk
from tests.same_rows import differences

_DISK_BYTES = 64 << 20
_MOST_LEFT_BYTES = 400 << 10
"""A result with charts takes more."""


def full_disks(ground: Ground, count: int, seed: int) -> Found:
    """Run with so little space left that the disk fills up, somewhere.

    Args:
        ground: Sources and references.
        count: How many runs.
        seed: The same one leaves the same space.

    Returns:
        No cases at all where no small disk may be mounted.
    """
    found = Found()
    for number in range(count):
        folder = ground.work / f"disk-{seed}-{number}"
        for name in ("disk", "scratch"):
            (folder / name).mkdir(parents=True)
        status = in_a_fork(_fill, ground, folder, f"{seed}-{number}")
        if status == NO_DISK:
            click.echo("WARNING: no small disk may be mounted, so none was filled.", err=True)
            break
        if status:
            raise RuntimeError(f"A run on a small disk could not be looked at: {status}")
        said = json.loads((folder / "found.json").read_text())
        found.cases += said["was_full"]
        found.tell(f"full disk {seed}-{number}: {what}" for what in said["faults"])
        shutil.rmtree(folder)
    return found


def _fill(ground: Ground, folder: Path, seed: str) -> int:
    """Do it all in a process of its own: nobody else sees the disk."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    try:
        disk = SmallDisk(folder / "disk", _DISK_BYTES)
    except OSError:
        return NO_DISK
    place = Place.of(folder / "disk" / rng.choice(ground.names))
    had_result = rng.random() < 0.5
    if had_result:
        ground.put_older(place)
    # As likely a few KB as hundreds.
    left_bytes = round(_MOST_LEFT_BYTES ** rng.uniform(0.6, 1))
    disk.leave(left_bytes)
    arguments = ground.arguments(place.out)
    scratch = folder / "scratch"
    faults = []
    with Program([*arguments, *(["--overwrite"] if had_result else [])], scratch) as program:
        status = program.ended()
        if status not in (1, 3) or "Traceback" in program.said or "a bug in" in program.said:
            faults.append(f"{left_bytes} bytes left: exit status {status}: {program.said[-800:]}")
        if orphans := program.orphans():
            faults.append(f"processes {orphans} live on")
    was_full = status == 1
    faults += broken(place.out, [ground.reference, ground.older], had_result=had_result)
    disk.free()
    again = "--resume" if not had_result or is_begun(place, ground.older) else "--overwrite"
    with Program([*arguments, again], scratch) as program:
        if program.ended() != ground.status:
            faults.append(f"resumed: exit status {program.ended()}: {program.said[-800:]}")
        else:
            faults += differences(place.out, ground.reference)
            faults += leftovers(place.out, program.temporary)
    (folder / "found.json").write_text(json.dumps({"was_full": was_full, "faults": faults}))
    return 0
