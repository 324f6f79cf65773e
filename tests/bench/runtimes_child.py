"""Run one network in one runtime, on one thread, and say what that took.

The request comes as JSON on stdin, the figures leave on stdout, the outputs in a file.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid.bench.child import peak_memory_bytes

Floats = npt.NDArray[np.float32]
Run = Callable[[npt.NDArray[np.uint8]], list[Floats]]

BATCHES = (1, 16, 64)
MEASURED_S = 0.4
LEAST_CALLS = 5


def _litert(request: Mapping[str, Any]) -> Run:
    from fervid.runtime import LitertNetwork

    network = LitertNetwork(Path(request["tflite"]).read_bytes(), num_threads=1)
    return lambda batch: list(network.run(batch))


def _litert_in_8_bits(request: Mapping[str, Any]) -> Run:
    from fervid.runtime import LitertNetwork

    network = LitertNetwork(Path(request["in_8_bits"]).read_bytes(), num_threads=1)
    return lambda batch: list(network.run(_standardized(batch)))


def _standardized(crops: npt.NDArray[np.uint8]) -> Any:
    """What `fervid.networks.standardize` does, without Keras."""
    scaled = crops.astype(np.float32) / 255
    mean = scaled.mean(axis=(1, 2, 3), keepdims=True)
    return (scaled - mean) / np.maximum(scaled.std(axis=(1, 2, 3), keepdims=True), 0.08)


def _onnx_runtime(request: Mapping[str, Any]) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(request["onnx"], options)
    pixels = session.get_inputs()[0].name
    names = sorted(one.name for one in session.get_outputs())
    return lambda batch: session.run(names, {pixels: batch})


def _openvino(request: Mapping[str, Any], precision: str) -> Run:
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": precision}
    compiled: dict[tuple[int, ...], Any] = {}

    def run(batch: npt.NDArray[np.uint8]) -> list[Floats]:
        if batch.shape not in compiled:
            model = core.read_model(request["tflite"])
            model.reshape(list(batch.shape))
            compiled[batch.shape] = core.compile_model(model, "CPU", settings)
        network = compiled[batch.shape]
        outputs = {one.get_any_name(): array for one, array in network(batch).items()}
        return [np.array(outputs[name]) for name in sorted(outputs)]

    return run


def _tensorflow(request: Mapping[str, Any], policy: str = "float32", xla: bool = False) -> Run:
    import keras
    import tensorflow as tf

    from fervid.classify import _build, presets
    from fervid.detect import mtcnn_networks
    from fervid.options import DEFAULT_MODEL
    from fervid.runtime import TensorflowNetwork

    keras.config.set_dtype_policy(policy)
    if request["network"] == "classifier":
        model = _build(presets.classifier(DEFAULT_MODEL))
    elif request["network"] == "screen":
        model = mtcnn_networks._built_screen()
    else:
        model = mtcnn_networks._built(request["network"])
    network = TensorflowNetwork(model, "cpu")
    network._function = tf.function(
        lambda pixels: [tf.cast(one, tf.float32) for one in _flat(model(pixels, training=False))],
        jit_compile=xla,
    )
    return lambda batch: list(network.run(batch))


def _flat(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


LOADERS: dict[str, Callable[[Mapping[str, Any]], Run]] = {
    "LiteRT": _litert,
    "LiteRT, 8 bits": _litert_in_8_bits,
    "ONNX Runtime": _onnx_runtime,
    "OpenVINO": lambda request: _openvino(request, "f32"),
    "OpenVINO, bfloat16": lambda request: _openvino(request, "bf16"),
    "TensorFlow": _tensorflow,
    "TensorFlow, XLA": lambda request: _tensorflow(request, xla=True),
    "TensorFlow, float16": lambda request: _tensorflow(request, "mixed_float16"),
    "TensorFlow, bfloat16": lambda request: _tensorflow(request, "mixed_bfloat16"),
}


def _cpu_s(run: Run, batch: npt.NDArray[np.uint8]) -> float:
    """CPU seconds of the call that took least."""
    taken: list[float] = []
    end_s = time.perf_counter() + MEASURED_S
    while len(taken) < LEAST_CALLS or time.perf_counter() < end_s:
        began_s = time.process_time()
        run(batch)
        taken.append(time.process_time() - began_s)
    return min(taken)


def main() -> None:
    """Load, run, say."""
    request = json.load(sys.stdin)
    sys.path.append(request["packages"])  # behind fervid's own
    threads = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    os.environ.update(dict.fromkeys(threads, "1"), CUDA_VISIBLE_DEVICES="-1")
    items = np.load(request["inputs"])
    run = LOADERS[request["runtime"]](request)
    run(items[:1])
    said: dict[str, Any] = {
        "start_up_cpu_s": time.process_time(),
        "memory_bytes": peak_memory_bytes(),
        "cpu_ms": {},
    }
    for count in filter(lambda count: count <= len(items), BATCHES):
        began_s = time.process_time()
        run(items[:count])
        said["first_call_ms"] = 1000 * (time.process_time() - began_s)
        said["cpu_ms"][str(count)] = 1000 * _cpu_s(run, items[:count]) / count
    parts = [run(items[start : start + count]) for start in range(0, len(items), count)]
    np.savez(request["outputs"], *(np.concatenate(output) for output in zip(*parts, strict=True)))
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
