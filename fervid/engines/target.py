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
        partial: The run's folder, as the driver sees it.
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

    def is_here(self) -> bool:
        """Whether this machine sees the folder; see that it is still this run's.

        Raises:
            FervidError: It is another run's: the driver died meanwhile.
        """
        try:
            run_id = json.loads((self.partial / "manifest.json").read_bytes()).get("run_id")
        except (FileNotFoundError, NotADirectoryError):
            return False
        if run_id != self.run.run_id:
            raise self.another_run()
        return True

    def check(self) -> None:
        """See that the folder is still here, and still this run's.

        Raises:
            FervidError: It is not.
        """
        if not self.is_here():
            raise FervidError(
                f"{self.partial} is not there any more on {socket.gethostname()}.",
                "Its run has ended, or somebody deleted it: analyse again with --resume.",
            )

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
