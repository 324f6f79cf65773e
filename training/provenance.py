"""What a run was made of: configuration, code, data, versions; kept beside its weights."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import keras

from fervid.errors import UsageError
from training.archive import Labelled, Split
from training.rows import Examples

RUN = "run.json"

_FIXED = ("config", "backend", "data_sha256", "examples_sha256")
"""What must not change in a run that goes on."""


def fingerprint(splits: Sequence[Split | Labelled]) -> str:
    """Hash images, labels, votes and row numbers as they were read, in their order.

    Args:
        splits: Of the archive.

    Returns:
        A sha256, in hexadecimal; the same for every layout of the same data.
    """
    digest = hashlib.sha256()
    for split in splits:
        digest.update(split.images.tobytes())
        votes = [split.votes] if isinstance(split, Split) else []
        for numbers in (split.labels, *votes, split.rows):
            digest.update(numbers.astype("<i8").tobytes())
    return digest.hexdigest()


def examples_fingerprint(training: Examples, validation: Examples) -> str:
    """Hash what is trained and validated on: the rows that were chosen, and their targets.

    Args:
        training: Examples.
        validation: Likewise.

    Returns:
        A sha256, in hexadecimal.
    """
    digest = hashlib.sha256()
    for examples in (training, validation):
        for values in (examples.images, examples.fer, examples.crowd, examples.labels):
            digest.update(values.tobytes())
    return digest.hexdigest()


def session(first_epoch: int) -> dict[str, Any]:
    """Say with what code and versions a run begins or goes on.

    Args:
        first_epoch: 0, or where it goes on.
    """
    packages = ("fervid", "keras", keras.backend.backend(), "numpy")
    return {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "first_epoch": first_epoch,
        "git": _git_revision(),
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in packages},
        },
    }


def check_unchanged(run_dir: Path, run: dict[str, Any]) -> None:
    """Compare a run that is to go on with how it began.

    The number of epochs counts, too: learning rate, sides and augmentation follow shares of the
    whole run, so the epochs that lie behind would have been others.

    Args:
        run_dir: The run's folder.
        run: As it would be written now.

    Raises:
        UsageError: It began otherwise.
    """
    began = json.loads((run_dir / RUN).read_text())
    began["config"]["rows"].setdefault("hold_out", True)  # before it was a question, all did
    before, now = ({key: facts.get(key) for key in _FIXED} for facts in (began, run))
    flat_before, flat_now = dict(_flat(before)), dict(_flat(now))
    for key in sorted(flat_before.keys() | flat_now.keys()):
        old, new = flat_before.get(key), flat_now.get(key)
        if old != new:
            raise UsageError(
                f"The run in {run_dir} began with {key.removeprefix('config.')} = {old!r}, not "
                f"{new!r}.",
                "Give what it began with (run.json has it all), or another --run.",
            )


def write_run(run_dir: Path, run: dict[str, Any]) -> None:
    """Write `run.json`, adding the present session to those before."""
    path = run_dir / RUN
    earlier = json.loads(path.read_text())["sessions"] if path.is_file() else []
    partial = path.with_suffix(".partial")
    text = json.dumps({**run, "sessions": [*earlier, *run["sessions"]]}, indent=2)
    partial.write_text(text + "\n")
    os.replace(partial, path)


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", value))
    return pairs


def _git_revision() -> dict[str, Any] | None:
    """Return revision and whether tracked files differ from it; None outside a checkout."""
    root = Path(__file__).parent
    try:
        revision = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return None
    return {"revision": revision, "dirty": bool(changed)}


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - ours
    return done.stdout.strip()
