"""Check an installation: versions, devices, codecs, presets, and whether a tiny run works."""

from __future__ import annotations

import importlib.metadata
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av

import fervid
from fervid import api, charts, machine, presets
from fervid.demo import make_clip
from fervid.errors import FervidError
from fervid.runtime import resolve_device

PACKAGES = (
    "ai-edge-litert",
    "av",
    "keras",
    "matplotlib",
    "mtcnn",
    "numpy",
    "opencv-python-headless",
    "pandas",
    "pillow",
    "pyarrow",
    "tensorflow",
)
CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "theora", "gif", "apng")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it is, what to do about it."""

    name: str
    state: Literal["ok", "warning", "error"]
    finding: str
    remedy: str = ""


def examine() -> Iterator[Check]:
    """Make all checks, the quick ones first.

    Yields:
        A check as soon as it is made.
    """
    yield Check("fervid", "ok", f"{fervid.__version__}, Python {platform.python_version()}")
    yield _packages()
    yield _opencv()
    yield _decoders()
    yield _heic()
    yield _fonts()
    yield Check(
        "machine",
        "ok",
        f"{machine.cores()} cores, {machine.memory_bytes() / 2**30:.1f} GiB of memory to use",
    )
    yield _guarded("device", _device)
    for preset in (*presets.DETECTORS.values(), *presets.CLASSIFIERS.values()):
        yield _preset(preset)
    yield _guarded("tiny run", _tiny_run)


def _packages() -> Check:
    found = []
    for name in PACKAGES:
        version = _version(name)
        if version is None:
            return Check("packages", "error", f"{name} is missing", f"pip install {name}")
        found.append(f"{name} {version}")
    return Check("packages", "ok", ", ".join(found))


def _opencv() -> Check:
    """Two OpenCV packages share one folder: the last one wins, and removing it breaks both."""
    names = (
        "opencv-python",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
        "opencv-python-headless",
    )
    installed = [name for name in names if _version(name)]
    if len(installed) < 2:
        return Check("OpenCV", "ok", ", ".join(installed) or "none")
    return Check(
        "OpenCV",
        "warning",
        f"{' and '.join(installed)} overwrite each other's files",
        f"pip uninstall {' '.join(installed)} && pip install opencv-python-headless",
    )


def _decoders() -> Check:
    missing = [name for name in CODECS if name not in av.codecs_available]
    versions = ", ".join(
        f"{name} {'.'.join(map(str, numbers))}" for name, numbers in av.library_versions.items()
    )
    if missing:
        return Check(
            "codecs",
            "warning",
            f"this build of PyAV does not decode {', '.join(missing)} ({versions})",
            "pip install --force-reinstall av",
        )
    return Check("codecs", "ok", f"{', '.join(CODECS)} ({versions})")


def _heic() -> Check:
    version = _version("pillow-heif")
    if version:
        return Check("HEIC photos", "ok", f"pillow-heif {version}")
    return Check("HEIC photos", "warning", "cannot be read", "pip install 'fervid[heic]'")


def _fonts() -> Check:
    if charts.has_wide_font():
        return Check("fonts", "ok", "names in Chinese and Japanese can be drawn")
    return Check(
        "fonts",
        "warning",
        "charts show Chinese and Japanese names as code points",
        "Install a font with these characters, such as Noto Sans CJK (apt install fonts-noto-cjk)",
    )


def _device() -> str:
    device = resolve_device("auto")
    return f"{device.name}, networks run by {device.runtime}"


def _preset(preset: presets.Preset) -> Check:
    name = f"{preset.kind} {preset.name}"
    try:
        for filename in preset.files:
            presets.file_path(preset, filename)
    except FervidError as error:
        # What the user downloads is a choice; what is installed must be there.
        state: Literal["warning", "error"] = "warning" if preset.home == "user" else "error"
        return Check(name, state, error.message, error.remedy)
    return Check(name, "ok", f"{len(preset.files)} files as pinned")


def _tiny_run() -> str:
    with tempfile.TemporaryDirectory(prefix="fervid-doctor-") as folder:
        make_clip(Path(folder) / "demo.mp4")
        started = time.monotonic()
        report = api.analyze([folder], fps=1)
        rows = report.observations()
        faces = int((rows["status"] == "ok").sum())
        if not faces:
            raise FervidError(
                "No face was found in the demo clip.", "Install fervid again, and report this."
            )
        seconds = time.monotonic() - started
        return f"{faces} faces in {len(rows)} frames of the demo clip, {seconds:.1f} s"


def _guarded(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", check())
    except FervidError as error:
        return Check(name, "error", error.message, error.remedy)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
