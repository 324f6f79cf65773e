"""Look into an ONNX file before OpenCV does: it must be a YuNet's weights, graph and cost.

The numbers of fields are those of onnx.proto. A file of a few bytes cannot ask for memory, name
other files, or bring operations or functions of its own.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

from fervid.detect.onnx_cost import Node, Tensor, check_cost
from fervid.detect.protobuf import BadFileError, Message
from fervid.errors import FervidError

MOST_BYTES = 64 << 20
"""Nearly three hundred times the YuNet of the OpenCV Zoo."""

OUTPUTS = frozenset(
    f"{name}_{stride}" for name in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)
)
"""What OpenCV reads of a YuNet."""

_FLOAT, _INT32, _INT64 = 1, 6, 7
_ITEM_BYTES = {_FLOAT: 4, _INT32: 4, _INT64: 8}

_FEW = 8
"""Values up to which a weight may be a factor or a shape, which are looked at."""


def check_yunet(content: bytes, path: Path) -> None:
    """Check that a file is a YuNet.

    Args:
        content: Of the file.
        path: Where it lies, to name it.

    Raises:
        FervidError: It is something else.
    """
    try:
        _check(content)
    except (BadFileError, UnicodeDecodeError) as error:
        raise FervidError(
            f"{path} is no YuNet detector: {error}.",
            "OpenCV 5 reads face_detection_yunet_2026may.onnx of the OpenCV Zoo.",
        ) from error


def _check(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise BadFileError(f"it has more than {MOST_BYTES >> 20} MiB")
    model = Message(content)
    if model.numbers & {20, 25}:
        raise BadFileError("it brings functions or a training of its own")
    for imported in model.messages(8):
        _check_domain(imported.text(1))
    graph = model.message(7)
    if 15 in graph.numbers:
        raise BadFileError("it has sparse weights")
    weights = dict(_weight(message) for message in graph.messages(5))
    inputs = [value for value in graph.messages(11) if value.text(1).decode() not in weights]
    shapes = [_shape(value) for value in inputs]
    if len(shapes) != 1 or shapes[0][:2] != (1, 3) or len(shapes[0]) != 4:
        raise BadFileError("its input is not one picture, (1, 3, height, width)")
    outputs = {value.text(1).decode() for value in graph.messages(12)}
    if outputs != OUTPUTS:
        raise BadFileError(f"its outputs are not {', '.join(sorted(OUTPUTS))}")
    check_cost([_node(node) for node in graph.messages(1)], weights, inputs[0].text(1).decode())


def _check_domain(domain: bytes) -> None:
    if domain not in (b"", b"ai.onnx"):
        raise BadFileError(f"it needs operations of {domain[:40]!r}")


def _node(message: Message) -> Node:
    _check_domain(message.text(7))
    attributes = {}
    for attribute in message.messages(5):
        if attribute.numbers & {5, 6, 10, 11, 22, 23}:
            raise BadFileError("it has weights or a network inside a layer's settings")
        name = attribute.text(1).decode()
        text = attribute.text(4).decode()
        attributes[name] = text or (*attribute.integers(3), *attribute.integers(8))
    return Node(
        operation=message.text(4).decode(),
        inputs=tuple(name.decode() for name in message.texts(1)),
        outputs=tuple(name.decode() for name in message.texts(2)),
        attributes=attributes,
    )


def _weight(message: Message) -> tuple[str, Tensor]:
    name, kind = message.text(8).decode(), message.integer(2)
    if 13 in message.numbers or message.integer(14):
        raise BadFileError(f"it keeps the weights {name!r} in another file")
    if kind not in _ITEM_BYTES or 3 in message.numbers:
        raise BadFileError(f"the weights {name!r} are of a kind that no YuNet has")
    shape = tuple(message.integers(1))
    floats, integers = b"".join(message.texts(4)), message.integers(7 if kind == _INT64 else 5)
    raw = message.text(9)
    count = (len(raw) + len(floats)) / _ITEM_BYTES[kind] + len(integers)
    is_odd = min(shape, default=1) < 1 and shape != (0,)
    if is_odd or math.prod(shape) != count:
        raise BadFileError(f"the weights {name!r} are not as many as they are said to be")
    values: tuple[float, ...] = ()
    if count <= _FEW and kind == _FLOAT:
        values = struct.unpack(f"<{int(count)}f", raw + floats)
    return name, Tensor(shape, values)


def _shape(value: Message) -> tuple[int, ...]:
    """The shape of an input; a side that may be any counts as 0."""
    sides = value.message(2).message(1).message(2).messages(1)
    return tuple(side.integer(1) for side in sides)
