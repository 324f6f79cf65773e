"""Where the parts of a run go, seen from any of its workers."""

from __future__ import annotations

import json
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fervid.errors import FervidError
from fervid.write import RunIdentity
from fervid.write.parts import part_name


@dataclass(frozen=True, slots=True)
class Target:
    """Where the parts of a run go.

    Args:
        partial: The run's folder, on a file system that all workers see.
        run: What the sources table says of it.
    """

    partial: Path
    run: RunIdentity

    @property
    def parts(self) -> Path:
        """Committed parts, as `write.partial` lays the folder out."""
        return self.partial / "parts"

    def part(self, number: int) -> Path:
        """Where the part of a number goes."""
        return self.parts / part_name(number)

    @contextmanager
    def growing(self, name: str) -> Iterator[Path]:
        """Give an attempt at a shard a folder that no other attempt has.

        Args:
            name: Of the shard.
        """
        folder = self.partial / "growing" / f"{name}-{uuid.uuid4().hex[:8]}"
        with self.writing():
            folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def check(self) -> None:
        """See that the folder is here, and still this run's: its driver may have died meanwhile.

        Raises:
            FervidError: It is not.
        """
        try:
            run_id = json.loads((self.partial / "manifest.json").read_bytes()).get("run_id")
        except FileNotFoundError as error:
            raise FervidError(
                f"{self.partial} is not there on {socket.gethostname()}.",
                "With --engine ray, --out must lie in a folder that all nodes share.",
            ) from error
        if run_id != self.run.run_id:
            raise self.another_run()

    def another_run(self) -> FervidError:
        """Say that the folder belongs to a run that came after this one."""
        return FervidError(
            f"Another run writes to {self.partial} now.", "This one ends; the other one goes on."
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Say of what the system refuses where it was, and what to do."""
        try:
            yield
        except OSError as error:
            self.check()  # a run that came after this one sweeps the folder
            raise FervidError(
                f"Cannot write to {self.partial} on {socket.gethostname()}: "
                f"{error.strerror or error}.",
                "Free some space or fix the permissions, then go on with --resume.",
            ) from error
