"""Check an installation: versions, devices, codecs, presets, and whether a tiny run works.

What an installation may lack is imported inside the check that looks for it.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import fervid
from fervid import machine, presets
from fervid.errors import FervidError

PACKAGES = {
    "ai-edge-litert": "ai_edge_litert.interpreter",
    "av": "av",
    "click": "click",
    "jinja2": "jinja2",
    "keras": None,
    "lz4": "lz4.frame",
    "matplotlib": "matplotlib",
    "mtcnn": None,
    "numpy": "numpy",
    "opencv-python-headless": "cv2",
    "pandas": "pandas",
    "pillow": "PIL.Image",
    "plotly": "plotly",
    "pyarrow": "pyarrow",
    "safetensors": "safetensors",
    "scipy": "scipy.optimize",
    "simplejpeg": "simplejpeg",
    "tensorflow": None,
    "tqdm": "tqdm",
    "xlsxwriter": "xlsxwriter",
}
"""Package to the module that shows whether it works; None where that would import TensorFlow, which
takes seconds and 700 MB, and which a CPU does without."""
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
        A check as soon as it is made; none raises, whatever is broken.
    """
    yield Check("fervid", "ok", f"{fervid.__version__}, Python {platform.python_version()}")
    yield _packages()
    yield _opencv()
    yield _heic()
    yield Check(
        "machine",
        "ok",
        f"{machine.cores()} cores, {machine.memory_bytes() / 2**30:.1f} GiB of memory to use",
    )
    yield from _broken()
    yield _guarded("codecs", _decoders, "av")
    yield _guarded("fonts", _fonts, "matplotlib")
    yield _guarded("device", _device, "tensorflow")
    yield _guarded("cache", _cache, "fervid")
    for preset in (*presets.DETECTORS.values(), *presets.CLASSIFIERS.values()):
        yield _preset(preset)
    yield _guarded("tiny run", _tiny_run, "fervid")


def _packages() -> Check:
    versions = {name: _version(name) for name in PACKAGES}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Check(
            "packages",
            "error",
            f"missing: {', '.join(missing)}",
            f"pip install {' '.join(missing)}",
        )
    return Check("packages", "ok", ", ".join(f"{name} {versions[name]}" for name in PACKAGES))


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


def _heic() -> Check:
    version = _version("pillow-heif")
    if version:
        return Check("HEIC photos", "ok", f"pillow-heif {version}")
    return Check("HEIC photos", "warning", "cannot be read", "pip install 'fervid[heic]'")


def _broken() -> Iterator[Check]:
    """Find packages that are there and do not work: half installed, or built for another NumPy."""
    for package, module in PACKAGES.items():
        if module is not None:
            check = _guarded(package, functools.partial(_import, module), package)
            if check.state != "ok":
                yield check


def _import(module: str) -> Check:
    importlib.import_module(module)
    return Check(module, "ok", "can be imported")


def _decoders() -> Check:
    import av

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


def _fonts() -> Check:
    from fervid import charts

    if charts.has_wide_font():
        return Check("fonts", "ok", "names in Chinese and Japanese can be drawn")
    return Check(
        "fonts",
        "warning",
        "charts show Chinese and Japanese names as code points",
        "Install a font with these characters, such as Noto Sans CJK (apt install fonts-noto-cjk)",
    )


def _device() -> Check:
    from fervid.runtime import resolve_device

    device = resolve_device("auto")
    return Check("device", "ok", f"{device.name}, networks run by {device.runtime}")


def _cache() -> Check:
    folder = presets.cache_dir()
    finding = f"{folder}, downloaded weights in {presets.weights_dir()}"
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check("cache", "ok", finding)
    return Check(
        "cache",
        "warning",
        f"{finding}: {there} cannot be written to",
        "Set XDG_CACHE_HOME to a folder that can be written to.",
    )


def _preset(preset: presets.Preset) -> Check:
    name = f"{preset.kind} {preset.name}"
    if preset.url and not any(presets.path_of(preset, one).exists() for one in preset.files):
        return Check(name, "ok", "not here yet: the first run with it downloads it")
    try:
        for filename in preset.files:
            presets.read(preset, filename)
    except FervidError as error:
        # What the user downloads is a choice; what is installed must be there.
        state: Literal["warning", "error"] = "warning" if preset.home == "user" else "error"
        return Check(name, state, error.message, error.remedy)
    except OSError as error:
        return Check(name, "error", f"{error}", "Make the file readable, or install fervid again.")
    return Check(name, "ok", f"{len(preset.files)} files as pinned")


def _tiny_run() -> Check:
    from fervid import api
    from fervid.demo import make_clip

    with tempfile.TemporaryDirectory(prefix="fervid-doctor-") as folder:
        make_clip(Path(folder) / "demo.mp4")
        started = time.monotonic()
        rows = api.analyze([folder], fps=1).observations()
        seconds = time.monotonic() - started
    faces = int((rows["status"] == "ok").sum())
    if not faces:
        raise FervidError(
            "No face was found in the demo clip.", "Install fervid again, and report this."
        )
    finding = f"{faces} faces in {len(rows)} frames of the demo clip, {seconds:.1f} s"
    return Check("tiny run", "ok", finding)


def _guarded(name: str, check: Callable[[], Check], package: str) -> Check:
    """Make a check; where it breaks, blame the package that could not be imported, or `package`."""
    try:
        return check()
    except FervidError as error:
        return Check(name, "error", error.message, error.remedy)
    except Exception as error:  # noqa: BLE001 - whatever breaks an installation is a finding
        module = (isinstance(error, ImportError) and error.name) or ""
        packages = {inside.partition(".")[0]: name for name, inside in PACKAGES.items() if inside}
        blamed = packages.get(module.partition(".")[0], package)
        finding = f"{type(error).__name__}: {error}"
        return Check(name, "error", finding, f"pip install --force-reinstall {blamed}")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
