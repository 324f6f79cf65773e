"""Detectors and classifiers by name: their files with sha256, licence, source and figures."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fervid.errors import FervidError, UsageError, valid_names


@dataclass(frozen=True, slots=True)
class Preset:
    """A detector or classifier that fervid knows.

    Args:
        name: What `--detector` or `--model` takes.
        kind: Which of the two.
        summary: One line.
        home: Where its files lie: a folder of fervid's own, in the `mtcnn` package, or in the
            user's weights folder.
        files: Name to sha256.
        licence: Of the weights.
        source: Where the weights come from.
        url: Where to download the one file from, for `home="user"`.
        figures: What was measured, name to value.
    """

    name: str
    kind: Literal["detector", "classifier"]
    summary: str
    home: Path | Literal["mtcnn", "user"]
    files: Mapping[str, str]
    licence: str
    source: str
    url: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierPreset(Preset):
    """A classifier: a network, and how its two heads become probabilities.

    Several share one network, and with it `home` and `files`.

    Args:
        architecture: A name of `networks.registry`.
        crowd_share: Of the crowd head; the rest is FER2013's.
        temperature: What the blended logits are divided by.
    """

    architecture: str
    crowd_share: float
    temperature: float


_WEIGHTS = Path(__file__).parent / "weights"
_REINSTALL = "Install fervid again: its weights ship inside the package."

MTCNN_SCREEN = Preset(
    name="mtcnn-screen",
    kind="detector",
    summary="Where MTCNN's proposal network is worth running",
    home=_WEIGHTS / "mtcnn-screen",
    files={
        "model.tflite": "88ed3ab0cc7c5e320de51344ce23bec8de426e2ce00b550e0c2f8ddde8224c06",
        "weights.safetensors": "d0169bb6c660dd2cf5e741df102958ee90063fd07ad1ab82a988da0dbf606b07",
    },
    licence="MIT",
    source="trained for fervid on what the mtcnn detector finds (`python -m training screen`)",
)
"""A part of the detector `mtcnn`."""

DETECTORS = {
    preset.name: preset
    for preset in (
        Preset(
            name="mtcnn",
            kind="detector",
            summary="Three-stage cascade with five landmarks (Zhang et al. 2016)",
            home="mtcnn",
            files={
                "pnet.lz4": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
                "rnet.lz4": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
                "onet.lz4": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
            },
            licence="MIT",
            source="Python package mtcnn 1.0 (github.com/ipazc/mtcnn)",
            figures={
                "Caltech Faces 1999, 85 photographs": "85 found, 0 extra boxes",
                "720 expressive faces, --min-face 20": "700 found",
                "CPU per 640x360 frame": "2.7 ms",
            },
        ),
        Preset(
            name="yunet",
            kind="detector",
            summary="One-stage detector with five landmarks (Wu et al. 2023), through OpenCV",
            home="user",
            files={
                "face_detection_yunet_2026may.onnx": (
                    "ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0"
                ),
            },
            licence="MIT",
            source="OpenCV Zoo (github.com/opencv/opencv_zoo), models/face_detection_yunet",
            url=(
                "https://github.com/opencv/opencv_zoo/raw/47534e27c9851bb1128ccc0102f1145e27f23f98"
                "/models/face_detection_yunet/face_detection_yunet_2026may.onnx"
            ),
            figures={
                "Caltech Faces 1999, 85 photographs": "85 found, 0 extra boxes",
                "720 expressive faces, --min-face 20": "713 found",
                "CPU per 640x360 frame": "3 ms",
            },
        ),
    )
}
"""Name to detector."""


def read_classifiers(folder: Path) -> dict[str, ClassifierPreset]:
    """Read the classifiers that `python -m training export` left in a folder.

    Args:
        folder: Holds a folder a network, with its files and a `preset.json`: what the presets on
            this network share, and under `presets` what is each one's own.

    Returns:
        Name to classifier.

    Raises:
        FervidError: A file is damaged.
    """
    found = {}
    for path in sorted(folder.glob("*/preset.json")):
        try:
            shared = json.loads(path.read_text(encoding="utf-8"))
            for own in shared.pop("presets"):
                found[own["name"]] = ClassifierPreset(
                    kind="classifier", home=path.parent, **shared, **own
                )
        except (ValueError, KeyError, TypeError) as error:
            raise FervidError(f"{path} is damaged: {error!r}.", _REINSTALL) from error
    return found


CLASSIFIERS = read_classifiers(_WEIGHTS)
"""Name to classifier."""


def detector(name: str) -> Preset:
    """Look a detector up.

    Raises:
        UsageError: There is no such detector.
    """
    if name not in DETECTORS:
        raise UsageError(
            f"No detector {name!r}.",
            f"{valid_names(name, DETECTORS)} Or give the path of a YuNet .onnx file.",
        )
    return DETECTORS[name]


def classifier(name: str) -> ClassifierPreset:
    """Look a classifier up.

    Raises:
        UsageError: There is no such classifier.
    """
    if name not in CLASSIFIERS:
        raise UsageError(f"No model {name!r}.", valid_names(name, CLASSIFIERS))
    return CLASSIFIERS[name]


def file_path(preset: Preset, filename: str) -> Path:
    """Find a file of a preset and check that it is the pinned one.

    Args:
        preset: Whose file.
        filename: A key of `preset.files`.

    Returns:
        Where it lies.

    Raises:
        FervidError: It is not there, or is another file.
    """
    path = _home(preset) / filename
    remedy = _remedy(preset, path)
    if not path.is_file():
        raise FervidError(f"{preset.name}: {path} is not there.", remedy)
    if (found := sha256(path)) != preset.files[filename]:
        raise FervidError(
            f"{preset.name}: {path} is not the pinned file: its sha256 is {found}, "
            f"not {preset.files[filename]}.",
            remedy,
        )
    return path


def detector_files(name_or_path: str) -> dict[str, str]:
    """Say which files a detector is made of; call it when it has been loaded.

    Args:
        name_or_path: A key of `DETECTORS`, or the path of a file.

    Returns:
        Name to sha256.
    """
    if name_or_path in DETECTORS:
        return dict(DETECTORS[name_or_path].files)
    return {Path(name_or_path).name: sha256(Path(name_or_path))}


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


def _home(preset: Preset) -> Path:
    if isinstance(preset.home, Path):
        return preset.home
    return weights_dir() if preset.home == "user" else _mtcnn_package() / "assets" / "weights"


def _remedy(preset: Preset, path: Path) -> str:
    if preset.home == "user":
        return f"Download {preset.url} to {path}, or give the path of the file instead of the name."
    if preset.home == "mtcnn":
        return "Install the package again: pip install --force-reinstall 'mtcnn>=1.0,<2'"
    return _REINSTALL


@functools.cache
def _mtcnn_package() -> Path:
    spec = importlib.util.find_spec("mtcnn")  # found, not imported: importing pulls in TensorFlow
    if spec is None or spec.origin is None:
        raise FervidError("The package mtcnn is not installed.", "pip install 'mtcnn>=1.0,<2'")
    return Path(spec.origin).parent
