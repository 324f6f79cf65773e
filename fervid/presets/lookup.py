"""Find a detector or classifier by what the user gave: a name, or the path of a file of their own.

A file of their own is read only where they say that they trust it, and then as weights alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from pathlib import Path

from fervid.errors import FervidError, UsageError, valid_names
from fervid.presets import entry, shipped
from fervid.presets.files import read_bounded
from fervid.presets.preset import ClassifierPreset, Preset

WEIGHTS = "weights.safetensors"

_A_FOLDER = "a folder that `python -m training export` wrote"


def preset(name: str) -> Preset:
    """Look a detector or classifier up by its name.

    Raises:
        UsageError: There is none.
    """
    known: dict[str, Preset] = {**shipped.DETECTORS, **shipped.CLASSIFIERS}
    if name not in known:
        raise UsageError(f"No preset {name!r}.", valid_names(name, known))
    return known[name]


def detector(name_or_path: str, *, trusted: bool = False) -> Preset:
    """Look a detector up.

    Args:
        name_or_path: A key of `DETECTORS`, or the path of a YuNet `.onnx` file.
        trusted: Whether such a file may be any, not only one that fervid knows.

    Returns:
        The detector; of a file, with the sha256 that it has now.

    Raises:
        UsageError: There is no such detector, or it is not trusted.
        FervidError: The file cannot be read.
    """
    if name_or_path in shipped.DETECTORS:
        return shipped.DETECTORS[name_or_path]
    if not name_or_path.lower().endswith(".onnx"):
        raise UsageError(
            f"No detector {name_or_path!r}.",
            f"{valid_names(name_or_path, shipped.DETECTORS)} "
            "Or give the path of a YuNet .onnx file.",
        )
    path = Path(name_or_path)
    if not path.is_file():
        raise UsageError(f"{path} is not there.", "Give the path of a YuNet .onnx file.")
    digest = _sha256(path)
    known = {known for preset in shipped.DETECTORS.values() for known in preset.files.values()}
    if digest not in known:
        _check_trust(path, digest, trusted=trusted)
    return Preset(
        name=_readable(name_or_path),
        kind="detector",
        summary="A YuNet of your own",
        home=path.parent,
        files={path.name: digest},
        licence="not known",
        source=_readable(name_or_path),
    )


def classifier(name_or_path: str, *, trusted: bool = False) -> ClassifierPreset:
    """Look a classifier up.

    Args:
        name_or_path: A key of `CLASSIFIERS`, or a folder that `python -m training export` wrote,
            for its default, or `folder/name` for another preset of it.
        trusted: Whether such a folder may be read.

    Returns:
        The classifier; of a folder, with the sha256 that its weights have now. Its `.tflite`
        is not among the files: what a stranger's graph does, no check can tell.

    Raises:
        UsageError: There is no such classifier, or it is not trusted.
        FervidError: The folder cannot be read or is damaged.
    """
    if name_or_path in shipped.CLASSIFIERS:
        return shipped.CLASSIFIERS[name_or_path]
    folder, name = _folder_of(name_or_path)
    weights = folder / WEIGHTS
    digest = _sha256(weights)
    if not trusted:
        _check_is_no_copy(folder, digest)
    _check_trust(weights, digest, trusted=trusted)
    remedy = "Export it again: `python -m training export`."
    found = {one.name: one for one in entry.read_entry(folder, remedy)}
    chosen = found.get(name, next(iter(found.values()))) if name in {"", *found} else None
    if chosen is None:
        raise UsageError(f"{folder} has no preset {name!r}.", valid_names(name, found))
    if chosen.files.get(WEIGHTS) != digest:
        raise FervidError(
            f"{weights} is not the file that {entry.NAME} beside it tells of: "
            f"its sha256 is {digest}, not {chosen.files.get(WEIGHTS)}.",
            remedy,
        )
    return dataclasses.replace(chosen, name=_readable(name_or_path), files={WEIGHTS: digest})


def _folder_of(name_or_path: str) -> tuple[Path, str]:
    """Folder and preset's name, empty for the default, of a classifier that is given by a path."""
    path = Path(name_or_path)
    if (path / entry.NAME).is_file():
        return path, ""
    if os.sep in name_or_path and (path.parent / entry.NAME).is_file() and not path.exists():
        return path.parent, path.name
    if path.exists():
        raise UsageError(
            f"{path} is no model: that is {_A_FOLDER}, with {entry.NAME} and {WEIGHTS}.",
            "Give that folder. fervid reads no .keras, .h5, .onnx, .tflite or pickle of others.",
        )
    raise UsageError(
        f"No model {name_or_path!r}.",
        f"{valid_names(name_or_path, shipped.CLASSIFIERS)} Or give {_A_FOLDER}.",
    )


def _readable(path: str) -> str:
    from fervid.sources import readable  # loads NumPy, which `fervid doctor` must do without

    return readable(path)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(read_bounded(path)).hexdigest()
    except OSError as error:
        raise FervidError(
            f"Cannot read {path}: {error.strerror}.", "Check the path and its permissions."
        ) from error


def _check_is_no_copy(folder: Path, digest: str) -> None:
    """Say of known weights whose they are: the entry beside them can still be anybody's."""
    for name, known in shipped.CLASSIFIERS.items():
        if known.files.get(WEIGHTS) == digest:
            raise UsageError(
                f"{folder} holds the weights of {name}, which fervid has, with a {entry.NAME} "
                "that may be another.",
                f"Give --model {name}, or add --trust-model to go by that {entry.NAME}.",
            )


def _check_trust(path: Path, digest: str, *, trusted: bool) -> None:
    if not trusted:
        raise UsageError(
            f"{path} is no file that fervid knows: its sha256 is {digest}.",
            "If you know where it comes from, add --trust-model (in Python: trust_model=True).",
        )
