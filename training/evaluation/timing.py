"""Measure the CPU time of a network per face, in a process of its own with one thread.

    python -m training.evaluation.timing litert residual-se

prints it as JSON. A process of its own, because TensorFlow's threads are set once a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.classify import Classifier, load_classifier
from fervid.errors import FervidError
from fervid.runtime import Device, LitertNetwork, TensorflowNetwork
from fervid.types import CROP_SIDE
from training.evaluation.nets import Candidate

BATCHES = (1, 64)
_FACES = 128
_CROP = (CROP_SIDE, CROP_SIDE)
_REPEATS = 5
"""The least of so many repeats counts: whatever else a machine does only adds."""


def time_all(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Time what was evaluated: presets in both runtimes, architectures of runs in TensorFlow.

    Args:
        candidates: Runs of one architecture are timed once.

    Returns:
        `network`, `runtime`, and milliseconds of CPU time per face by batch size: `batch_1_ms`,
        `batch_64_ms`.

    Raises:
        FervidError: A measurement failed.
    """
    wanted: dict[tuple[str, str], None] = {}
    for candidate in candidates:
        if candidate.architecture is None:
            wanted["litert", candidate.name] = None
            wanted["tensorflow", candidate.name] = None
        else:
            wanted["tensorflow", candidate.architecture] = None
    return [_in_a_process(runtime, network) for runtime, network in wanted]


def _in_a_process(runtime: str, network: str) -> dict[str, Any]:
    one_thread = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    done = subprocess.run(  # noqa: S603 - this module itself
        [sys.executable, "-m", __spec__.name, runtime, network],
        env={**os.environ, **one_thread, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise FervidError(
            f"Timing {network} in {runtime} failed: {reason}", "Run `fervid doctor` for the cause."
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


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
        path = presets.file_path(presets.classifier(name), "model.tflite")
        return Classifier(LitertNetwork(path, num_threads=1), batch)
    if name in presets.CLASSIFIERS:
        return load_classifier(name, Device("cpu", "tensorflow"), batch)
    from fervid.networks.classifier import build_classifier

    return Classifier(TensorflowNetwork(build_classifier(name), "cpu"), batch)


def _cpu_ms(classifier: Classifier) -> float:
    crops = list(np.random.default_rng(0).integers(0, 256, (_FACES, *_CROP), np.uint8))
    classifier.classify(crops[: classifier.batch_size])
    return round(min(_once(classifier, crops) for _ in range(_REPEATS)), 2)


def _once(classifier: Classifier, crops: Sequence[npt.NDArray[np.uint8]]) -> float:
    start = time.process_time()
    classifier.classify(crops)
    return 1000 * (time.process_time() - start) / len(crops)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(*sys.argv[1:])) + "\n")
