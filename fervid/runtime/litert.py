"""Run an exported network with LiteRT and XNNPACK on the CPU, without TensorFlow."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from fervid.errors import FervidError
from fervid.runtime.contract import Batch, Outputs
from fervid.runtime.device import lost

log = logging.getLogger("fervid")


PREPARED_VALUES = 1 << 20
"""Values of the batches that stay prepared, together: the screen takes 17 bytes for each."""


class LitertNetwork:
    """A `.tflite` file behind `Network`.

    Args:
        content: The file's, with one signature, as `keras.Model.export(format="litert")` makes it.
        num_threads: Of XNNPACK.

    Raises:
        FervidError: It cannot be loaded.
    """

    runtime = "litert"

    def __init__(self, content: bytes, num_threads: int) -> None:
        self._content = content
        self._num_threads = num_threads
        self._unprepared: Any = self._interpreter()
        self._prepared: OrderedDict[tuple[int, ...], Any] = OrderedDict()
        self._input = self._unprepared.get_input_details()[0]["index"]
        self._outputs = _declared_outputs(self._unprepared)

    def run(self, batch: Batch) -> Outputs:
        """Run a batch, as `Network.run` says.

        The last shapes, as many as `PREPARED_VALUES` allows, have an interpreter each: one for all
        took its memory anew for each level of a pyramid, half of the time of a 1080p frame.
        """
        interpreter = self._prepared.pop(batch.shape, None) or self._prepare(batch.shape)
        self._prepared[batch.shape] = interpreter
        interpreter.set_tensor(self._input, batch)
        try:
            interpreter.invoke()
        except RuntimeError as error:
            raise lost("LiteRT", error) from error
        return tuple(interpreter.get_tensor(index) for index in self._outputs)

    def _prepare(self, shape: tuple[int, ...]) -> Any:
        while self._prepared and sum(map(math.prod, [shape, *self._prepared])) > PREPARED_VALUES:
            self._prepared.popitem(last=False)
        interpreter = self._unprepared or self._interpreter()
        self._unprepared = None
        interpreter.resize_tensor_input(self._input, shape)
        with _notes_logged():
            interpreter.allocate_tensors()
        return interpreter

    def _interpreter(self) -> Any:
        from ai_edge_litert.interpreter import Interpreter

        try:
            return Interpreter(model_content=self._content, num_threads=self._num_threads)
        except (RuntimeError, ValueError) as error:
            raise FervidError(
                f"LiteRT cannot load a network: {error}",
                "Install ai-edge-litert again: pip install --force-reinstall ai-edge-litert",
            ) from error


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
