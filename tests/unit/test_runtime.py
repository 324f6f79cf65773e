"""Choosing a device, and what the CPU path must not do."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from fervid import presets
from fervid.errors import FervidError, UsageError
from fervid.runtime import LitertNetwork, default_threads, device, resolve_device
from fervid.runtime.device import MAX_THREADS
from fervid.runtime.litert import PREPARED_VALUES
from fervid.runtime.native_log import native_log


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("requested", ["auto", "cpu"])
def test_without_a_gpu_networks_run_on_litert(requested: str) -> None:
    assert resolve_device(requested) == device.Device("cpu", "litert")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("requested", ["gpu", "gpu:1"])
def test_a_gpu_that_is_not_there_is_an_error(requested: str) -> None:
    with pytest.raises(FervidError, match=f"No device {requested}: .* --device cpu"):
        resolve_device(requested)


def test_nothing_stands_before_the_error_when_there_is_no_gpu() -> None:
    """TensorFlow writes half a dozen lines of its own while it looks for one."""
    program = (
        "from fervid.runtime import resolve_device\n"
        "from fervid.errors import FervidError\n"
        "try: resolve_device('gpu')\n"
        "except FervidError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("No device gpu")
    assert run.stderr == ""


def test_what_a_library_writes_past_python_is_kept_back(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "fervid")
    with contextlib.suppress(ImportError), native_log(logging.getLogger("fervid")):
        os.write(2, b"no driver \xff\nno GPU\n")
        raise ImportError
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
    assert caplog.messages == ["no driver \ufffd", "no GPU"]


@pytest.mark.parametrize(
    "requested", ["cpu:0", "gpu:", "gpu:x", "gpu:-1", "gpu:0 ", "GPU", "auto:1", "", "gpu:\u0661"]
)
def test_what_is_no_device_never_becomes_one(
    requested: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_count_gpus", lambda: 8)
    with pytest.raises(UsageError, match="auto, cpu, gpu or gpu:N"):
        resolve_device(requested)


def test_a_gpu_that_is_asked_for_is_looked_for_by_tensorflow_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """WSL2 and ROCm have no /dev/nvidia0."""
    monkeypatch.setattr(device, "_gpu_driver_is_there", lambda: False)
    monkeypatch.setattr(device, "_count_gpus", lambda: 2)
    assert resolve_device("gpu").name == "gpu:0"
    assert resolve_device("gpu:1") == device.Device("gpu:1", "tensorflow")
    with pytest.raises(FervidError, match="No device gpu:2: TensorFlow can use 2 GPUs"):
        resolve_device("gpu:2")
    assert resolve_device("auto").name == "cpu"


def test_threads_are_few() -> None:
    assert 1 <= default_threads() <= MAX_THREADS


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(FervidError, match="LiteRT cannot load a network"):
        LitertNetwork(b"not a network", num_threads=1)


DETECT = """
import sys
import numpy as np
from fervid import presets
from fervid.detect import load_detector
from fervid.picture import Picture
from fervid.runtime import resolve_device
detector = load_detector(
    presets.detector("mtcnn"),
    min_face=40,
    min_score=None,
    max_faces=None,
    device=resolve_device("auto"),
)
detector.detect([Picture.of_rgb(np.full((360, 640, 3), 99, np.uint8))] * 16)
assert not {"tensorflow", "keras", "mtcnn", "joblib"} & set(sys.modules), "TensorFlow was imported"
# Not getrusage: its peak counts the process that started this one.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_detecting_on_a_cpu_is_quiet_and_light_and_needs_no_tensorflow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    done = subprocess.run(
        [sys.executable, "-c", DETECT], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "INFO" not in done.stderr
    assert int(done.stdout) < 400_000, "kilobytes resident"


def test_many_shapes_of_batches_stay_within_a_bound() -> None:
    content = presets.read(presets.MTCNN_SCREEN, "model.tflite")
    network = LitertNetwork(content, num_threads=1)
    for width in range(400, 1400, 100):
        network.run(np.zeros((1, 272, width, 3), np.uint8))
        assert sum(map(math.prod, network._prepared)) <= max(PREPARED_VALUES, 272 * width * 3)
    assert 1 <= len(network._prepared) < 5
