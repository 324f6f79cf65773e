"""Run the program as users do, and look at what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MARK = "FERVID_HOSTILE_RUN"


@dataclass(frozen=True)
class Surroundings:
    """What a run is started in, so that what it leaves behind can be told from all else.

    Args:
        temporary: A folder for temporary files, empty.
        mark: Of its processes, in their environment.
    """

    temporary: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def started(self, *arguments: object, **options: object) -> subprocess.Popen[bytes]:
        """Start `python -m fervid`; its warnings are errors."""
        environment = {**os.environ, _MARK: self.mark, "TMPDIR": str(self.temporary)}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "fervid", *map(str, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,  # type: ignore[call-overload]
        )

    def processes(self) -> list[int]:
        """Return the processes that it started and that live, at any depth."""
        wanted = f"{_MARK}={self.mark}".encode()
        found = []
        for environment in Path("/proc").glob("[0-9]*/environ"):
            try:
                if wanted in environment.read_bytes():
                    found.append(int(environment.parent.name))
            except OSError:  # another user's, or gone meanwhile
                continue
        return found

    def left_behind(self) -> list[str]:
        """Return what is left when it has ended: processes, and temporary files."""
        files = [str(path) for path in self.temporary.iterdir()]
        return [f"process {number}" for number in self.processes()] + files


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    exit_code: int
    stdout: str
    stderr: str


def analyze(
    surroundings: Surroundings,
    inputs: Sequence[Path],
    out: Path,
    *options: str,
    most_s: float = 150,
) -> Ran:
    """Run `fervid analyze` to its end; after `most_s` seconds it is killed, which is an error."""
    process = surroundings.started("analyze", *inputs, "--out", out, *options)
    try:
        said = [stream.decode(errors="replace") for stream in process.communicate(timeout=most_s)]
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return Ran(process.returncode, *said)
