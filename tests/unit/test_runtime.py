"""Choosing a device, and what the CPU path must not do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fervid.errors import FervidError
from fervid.runtime import LitertNetwork, default_threads, resolve_device
from fervid.runtime.device import MAX_THREADS


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("requested", ["auto", "cpu"])
def test_without_a_gpu_networks_run_on_litert(requested: str) -> None:
    device = resolve_device(requested)
    assert (device.name, device.runtime) == ("cpu", "litert")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("requested", ["gpu", "gpu:1"])
def test_a_gpu_that_is_not_there_is_an_error(requested: str) -> None:
    with pytest.raises(FervidError, match=f"No device {requested}: .* --device cpu"):
        resolve_device(requested)


def test_threads_are_few() -> None:
    assert 1 <= default_threads() <= MAX_THREADS


def test_a_file_that_is_no_network_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.tflite"
    path.write_bytes(b"not a network")
    with pytest.raises(FervidError, match=r"broken\.tflite"):
        LitertNetwork(path, num_threads=1)


DETECT = """
import sys
import numpy as np
from fervid.detect import load_detector
from fervid.picture import Picture
from fervid.runtime import resolve_device
detector = load_detector(
    "mtcnn", min_face=40, min_score=None, max_faces=None, device=resolve_device("auto")
)
detector.detect([Picture(np.full((360, 640, 3), 99, np.uint8))] * 16)
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
