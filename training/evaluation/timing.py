"""Measure the CPU time of a network per face, in a process of its own with one thread.

    python -m training.evaluation.timing litert residual-se

prints it as JSON, a line a network. A process of its own, because TensorFlow's threads are set
once a process.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.classify import Classifier, load_classifier
from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.runtime import Device, LitertNetwork, TensorflowNetwork
from fervid.types import CROP_SIDE
from training.evaluation.nets import Candidate

BATCHES = (1, 64)
_FACES = 64
_CROP = (CROP_SIDE, CROP_SIDE)
_BLEND = np.eye(2 * len(EMOTIONS), len(EMOTIONS)), 1.0
"""And temperature: time depends on neither."""
_REPEATS = 5
"""The least of so many repeats counts: whatever else a machine does only adds."""


def time_all(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Time what was evaluated: presets in both runtimes, architectures of runs in TensorFlow.

    Args:
        candidates: Presets of one network are timed once, runs of one architecture, too.

    Returns:
        `network`, `runtime`, and milliseconds of CPU time per face by batch size: `batch_1_ms`,
        `batch_64_ms`.

    Raises:
        FervidError: A measurement failed.
    """
    of_network: dict[object, str] = {}  # several presets share one
    for one in candidates:
        if one.architecture is None:
            of_network.setdefault(presets.classifier(one.name).home, one.name)
    presets_named = list(of_network.values())
    architectures = [one.architecture for one in candidates if one.architecture is not None]
    networks = list(dict.fromkeys([*presets_named, *architectures]))
    of_litert = _in_a_process("litert", presets_named) if presets_named else []
    return of_litert + _in_a_process("tensorflow", networks)


def circumstances() -> str:
    """Say in one line what `time_all` measures, on which processor, with which versions."""
    versions = ", ".join(
        f"{package} {metadata.version(package)}" for package in ("ai-edge-litert", "tensorflow")
    )
    return (
        f"CPU time in one thread, the least of {_REPEATS} measurements of {_FACES} faces: "
        f"{_processor()}, Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _in_a_process(runtime: str, networks: Sequence[str]) -> list[dict[str, Any]]:
    one_thread = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    done = subprocess.run(  # noqa: S603 - this module itself
        [sys.executable, "-m", "training.evaluation.timing", runtime, *networks],
        env={**os.environ, **one_thread, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise FervidError(
            f"Timing {', '.join(networks)} in {runtime} failed: {reason}",
            "Run `fervid doctor` for the cause.",
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(runtime: str, name: str) -> dict[str, Any]:
    """Time a network here; see `time_all`.

    Args:
        runtime: `litert` or `tensorflow`.
        name: Of a preset; in TensorFlow an architecture will do: time depends on no weight.
    """
    found: dict[str, Any] = {"network": name, "runtime": runtime}
    for batch in BATCHES:
        found[f"batch_{batch}_ms"] = _cpu_ms(_classifier(runtime, name, batch))
    return found


def _classifier(runtime: str, name: str, batch: int) -> Classifier:
    if runtime == "litert":
        content = presets.read(presets.classifier(name), "model.tflite")
        return Classifier(LitertNetwork(content, num_threads=1), *_BLEND, batch)
    if name in presets.CLASSIFIERS:
        return load_classifier(presets.classifier(name), Device("cpu", "tensorflow"), batch)
    from fervid.networks.classifier import build_classifier

    return Classifier(TensorflowNetwork(build_classifier(name), "cpu"), *_BLEND, batch)


def _cpu_ms(classifier: Classifier) -> float:
    crops = list(np.random.default_rng(0).integers(0, 256, (_FACES, *_CROP), np.uint8))
    classifier.classify(crops[: classifier.batch_size])
    return round(min(_once(classifier, crops) for _ in range(_REPEATS)), 2)


def _once(classifier: Classifier, crops: Sequence[npt.NDArray[np.uint8]]) -> float:
    start = time.process_time()
    classifier.classify(crops)
    return 1000 * (time.process_time() - start) / len(crops)


if __name__ == "__main__":
    for argument in sys.argv[2:]:
        sys.stdout.write(json.dumps(measure(sys.argv[1], argument)) + "\n")
