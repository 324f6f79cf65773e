"""Run a module that exports in a process of its own, which never outlives the one that asked."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fervid.decode_worker.confinement import end_with
from fervid.errors import FervidError

_SAID = 3
"""Exit status of an export that failed for a reason with a remedy, which it wrote to its stdout."""

_PARENT = "FERVID_EXPORTS_FOR"
"""Variable with the number of the process that asked."""


def export_apart(title: str, command: Sequence[str], given: bytes) -> None:
    """Run a module of fervid as a program; an exception in this process ends it.

    Args:
        title: What it prepares, as a user would say it.
        command: Name of the module and its arguments.
        given: To its standard input.

    Raises:
        FervidError: It failed.
    """
    home = str(Path(__file__).resolve().parents[2])  # an editable install is on no path
    paths = dict.fromkeys(folder for folder in [*sys.path, home] if folder)
    done = subprocess.run(  # noqa: S603 (ourselves)
        # -P: what lies in the current folder, among the videos, is no module of ours.
        [sys.executable, "-P", "-m", *command],
        input=given,
        capture_output=True,
        check=False,
        start_new_session=True,  # Ctrl-C is the parent's
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(paths),
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            _PARENT: str(os.getpid()),
        },
    )
    if done.returncode == _SAID:
        raise FervidError(*json.loads(done.stdout))
    if done.returncode:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise FervidError(
            f"Cannot prepare {title}: {last}",
            "Does `python -c 'import tensorflow'` work? If so, this is a bug of fervid.",
        )


@contextlib.contextmanager
def exporting() -> Iterator[None]:
    """In the process that exports: hand an error to the one that asked, and end with that one."""
    if sys.platform == "linux" and _PARENT in os.environ:
        end_with(int(os.environ[_PARENT]))
    try:
        yield
    except FervidError as error:
        sys.stdout.write(json.dumps([error.message, error.remedy]))
        sys.exit(_SAID)
