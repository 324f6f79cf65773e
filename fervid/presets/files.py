"""Find the files of presets, and read them checked: what was hashed is what is loaded."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
from pathlib import Path

from fervid.errors import FervidError
from fervid.presets.preset import Preset
from fervid.presets.shipped import REINSTALL, SHIPPED

MOST_BYTES = 256 << 20
"""Of a file of weights; the largest network that fervid builds has 20 times less."""


def path_of(preset: Preset, filename: str) -> Path:
    """Where a file of a preset lies, or would."""
    if isinstance(preset.home, Path):
        return preset.home / filename
    if preset.home == "user":
        return weights_dir() / filename
    return _mtcnn_package() / "assets" / "weights" / filename


def read(preset: Preset, filename: str) -> bytes:
    """Read a file of a preset and check that it is the pinned one.

    Args:
        preset: Whose file.
        filename: A key of `preset.files`.

    Returns:
        Its content, to be loaded as it is: the file itself may be another one by now.

    Raises:
        FervidError: It is not there, or is another file.
    """
    path = path_of(preset, filename)
    try:
        content = read_bounded(path)
    except (FileNotFoundError, NotADirectoryError):
        raise FervidError(f"{preset.name}: {path} is not there.", _remedy(preset, path)) from None
    except OSError as error:
        raise FervidError(
            f"{preset.name}: cannot read {path}: {error.strerror}.", _remedy(preset, path)
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != preset.files[filename]:
        raise FervidError(
            f"{preset.name}: {path} is not the pinned file: its sha256 is {found}, "
            f"not {preset.files[filename]}.",
            _remedy(preset, path),
        )
    return content


def read_bounded(path: Path) -> bytes:
    """Read a file of weights, if it can be one.

    Raises:
        OSError: It cannot be read.
        FervidError: It is too large.
    """
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FervidError(
            f"{path} has more than {MOST_BYTES >> 20} MiB: these are not the weights of a network "
            "that fervid runs.",
            "Give the right file.",
        )
    return content


def sha256(path: Path) -> str:
    """Compute a file's sha256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_dir() -> Path:
    """Where this user's caches of fervid lie: `$XDG_CACHE_HOME/fervid` or `~/.cache/fervid`."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(configured) if Path(configured).is_absolute() else Path.home() / ".cache"
    return root / "fervid"


def weights_dir() -> Path:
    """Where downloaded weights lie: `$FERVID_WEIGHTS`, or `weights` in the cache."""
    configured = os.environ.get("FERVID_WEIGHTS")
    return Path(configured) if configured else cache_dir() / "weights"


def _remedy(preset: Preset, path: Path) -> str:
    if preset.home == "user":
        return f"`fervid models --fetch {preset.name}` downloads it; or put it at {path} by hand."
    if preset.home == "mtcnn":
        return "Install the package again: pip install --force-reinstall 'mtcnn>=1.0,<2'"
    if preset.home.is_relative_to(SHIPPED):
        return REINSTALL
    return "It changed since the run began: run it again."


@functools.cache
def _mtcnn_package() -> Path:
    spec = importlib.util.find_spec("mtcnn")  # found, not imported: importing pulls in TensorFlow
    if spec is None or spec.origin is None:
        raise FervidError("The package mtcnn is not installed.", "pip install 'mtcnn>=1.0,<2'")
    return Path(spec.origin).parent
