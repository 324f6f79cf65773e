"""Run an exported network with LiteRT and XNNPACK on the CPU, without TensorFlow."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fervid.errors import FervidError
from fervid.runtime.contract import Batch, Outputs

log = logging.getLogger("fervid")


class LitertNetwork:
    """A `.tflite` file behind `Network`.

    Args:
        path: The file, with one signature, as `keras.Model.export(format="litert")` makes it.
        num_threads: Of XNNPACK.

    Raises:
        FervidError: The file cannot be loaded.
    """

    runtime = "litert"

    def __init__(self, path: Path, num_threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(str(path), num_threads=num_threads)
        except (RuntimeError, ValueError) as error:
            raise FervidError(
                f"LiteRT cannot load {path}: {error}", "Delete it, or install fervid again."
            ) from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = _declared_outputs(self._interpreter)
        self._shape: tuple[int, ...] = ()

    def run(self, batch: Batch) -> Outputs:
        """Run a batch, as `Network.run` says.

        A shape other than the last call's costs 0.1 to 1.7 ms (MTCNN's networks, one core), less
        than the idle rows of a batch padded to a fixed size.
        """
        if batch.shape != self._shape:
            self._interpreter.resize_tensor_input(self._input, batch.shape)
            with _notes_logged():
                self._interpreter.allocate_tensors()
            self._shape = batch.shape
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(index) for index in self._outputs)


def _declared_outputs(interpreter: Any) -> list[int]:
    """Tensor indices in the order of the Keras network's outputs.

    `get_output_details` has an order of its own; the exporter names them `output_0`, `output_1`.
    """
    details = interpreter.get_signature_runner().get_output_details()
    return [details[f"output_{number}"]["index"] for number in range(len(details))]


_noted: list[bool] = []


@contextlib.contextmanager
def _notes_logged() -> Iterator[None]:
    """Log the note that LiteRT, once a process, writes past Python to the descriptor of stderr.

    It has no switch for that. What others write in that millisecond is passed on.
    """
    if _noted:
        yield
        return
    _noted.append(True)
    with contextlib.ExitStack() as undo:
        try:
            stderr = os.dup(2)
        except OSError:  # a process without stderr
            yield
            return
        undo.callback(os.close, stderr)
        written = undo.enter_context(tempfile.TemporaryFile())
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            written.seek(0)
            for line in written:
                if line.startswith(b"INFO:"):
                    log.debug("LiteRT: %s", line.decode(errors="replace").strip())
                else:
                    os.write(2, line)
