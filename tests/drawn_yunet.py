"""A YuNet of a few layers, written as ONNX without the package: what it takes for faces is white.

It finds squares of 32 pixels in which everything is white, as the network sees them: at
`min_face=40` squares of 64 pixels whose corners lie on a grid of 64.
"""

from __future__ import annotations

import struct

Value = int | str | bytes

INPUT = "input"


def message(*fields: tuple[int, Value]) -> bytes:
    """Write a message of protobuf: numbers of fields with their values."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: Value) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def floats(name: str, shape: tuple[int, ...], values: list[float]) -> bytes:
    """Write weights."""
    sides = [(1, side) for side in shape]
    return message(*sides, (2, 1), (8, name), (9, struct.pack(f"<{len(values)}f", *values)))


def integers(name: str, values: list[int]) -> bytes:
    """Write a shape."""
    return message(
        (1, len(values)), (2, 7), (8, name), (9, struct.pack(f"<{len(values)}q", *values))
    )


def node(operation: str, inputs: list[str], output: str, **attributes: list[int] | str) -> bytes:
    """Write a layer."""
    settings = [
        message((1, name), (4, value), (20, 3))
        if isinstance(value, str)
        else message((1, name), *((8, number) for number in value), (20, 7))
        for name, value in attributes.items()
    ]
    return message(
        *((1, name) for name in inputs),
        (2, output),
        (4, operation),
        *((5, setting) for setting in settings),
    )


def value(name: str, shape: tuple[int | str, ...]) -> bytes:
    """Write an input or output; text for a side that may be any."""
    sides = [(1, message((1 if isinstance(side, int) else 2, side))) for side in shape]
    return message((1, name), (2, message((1, message((1, 1), (2, message(*sides)))))))


def network(
    nodes: list[bytes],
    weights: list[bytes],
    outputs: list[bytes],
    *more: tuple[int, Value],
    shape: tuple[int | str, ...] = (1, 3, "height", "width"),
) -> bytes:
    """Write a model; `more` fields of it, after the graph."""
    graph = message(
        *((1, one) for one in nodes),
        (2, "drawn"),
        *((5, one) for one in weights),
        (11, value(INPUT, shape)),
        *((12, one) for one in outputs),
    )
    return message((1, 8), (7, graph), (8, message((2, 13))), *more)


def parts() -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Nodes, weights and outputs of a network that takes white squares for faces."""
    nodes, weights, outputs = [], [], []
    for stride in (8, 16, 32):
        biases = {
            # White in all channels, 255, is above the threshold, 250; the small cells never are.
            "cls": [-250.0 if stride == 32 else -1000.0],
            "obj": [-250.0 if stride == 32 else -1000.0],
            "bbox": [0.5, 0.5, 0.0, 0.0],  # the middle of the cell, its size
            "kps": [0.3, 0.3, 0.7, 0.3, 0.5, 0.5, 0.3, 0.7, 0.7, 0.7],
        }
        for kind, bias in biases.items():
            name, channels = f"{kind}_{stride}", len(bias)
            each = 1 / (3 * stride * stride) if kind in ("cls", "obj") else 0.0
            count = channels * 3 * stride * stride
            weights += [
                floats(f"{name}.weight", (channels, 3, stride, stride), [each] * count),
                floats(f"{name}.bias", (channels,), bias),
                integers(f"{name}.shape", [1, -1, channels]),
            ]
            sides = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
            is_score = kind in ("cls", "obj")
            nodes += [
                node("Conv", [INPUT, f"{name}.weight", f"{name}.bias"], f"{name}.conv", **sides),
                node("Transpose", [f"{name}.conv"], f"{name}.last", perm=[0, 2, 3, 1]),
                node(
                    "Reshape",
                    [f"{name}.last", f"{name}.shape"],
                    f"{name}.flat" if is_score else name,
                ),
            ]
            if is_score:
                nodes.append(node("Sigmoid", [f"{name}.flat"], name))
            outputs.append(value(name, (1, "cells", channels)))
    return nodes, weights, outputs


def drawn_yunet() -> bytes:
    """Write the network."""
    return network(*parts())
