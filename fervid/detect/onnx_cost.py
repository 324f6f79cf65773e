"""Work out what a network would take before it is run: shapes, values, multiplications."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fervid.detect.protobuf import BadFileError

SIDE = 640
"""Of the picture that is reckoned with, in pixels."""

MOST_VALUES = 1 << 28
"""All layers together; the YuNet of the OpenCV Zoo has 2**25."""

MOST_PRODUCTS = 1 << 33
"""Multiplications; that one has 2**28.7."""

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A weight.

    Args:
        shape: Its shape.
        values: Of a small one of floats.
    """

    shape: Shape
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A layer, as ONNX has it."""

    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, str | Shape]

    def numbers(self, name: str, default: Shape) -> Shape:
        """An attribute of whole numbers, none of them negative."""
        found = self.attributes.get(name, default)
        if isinstance(found, str) or min(found, default=0) < 0:
            raise BadFileError(f"a {self.operation} has an odd {name}")
        return found or default


def check_cost(nodes: Sequence[Node], weights: Mapping[str, Tensor], picture: str) -> None:
    """Check that a network has a YuNet's layers and is not much dearer.

    Args:
        nodes: In the order in which they run.
        weights: By name.
        picture: Name of the input.

    Raises:
        BadFileError: It has others, or is.
    """
    shapes: dict[str, Shape] = {name: tensor.shape for name, tensor in weights.items()}
    shapes[picture] = (1, 3, SIDE, SIDE)
    values = products = 0
    for node in nodes:
        if len(node.outputs) != 1 or not node.inputs or node.inputs[0] not in shapes:
            raise BadFileError("its layers are not in order")
        shape = _shape_after(node, shapes, weights)
        shapes[node.outputs[0]] = shape
        values += math.prod(shape)
        if node.operation == "Conv":
            products += math.prod(shape) * math.prod(shapes[node.inputs[1]][1:])
        if values > MOST_VALUES or products > MOST_PRODUCTS:
            raise BadFileError("it would take far more memory or time than a YuNet")


def _shape_after(node: Node, shapes: Mapping[str, Shape], weights: Mapping[str, Tensor]) -> Shape:
    before = shapes[node.inputs[0]]
    match node.operation:
        case "Relu" | "Sigmoid":
            return before
        case "Add":
            return _broadcast(before, shapes.get(node.inputs[-1], ()))
        case "Reshape":
            return (math.prod(before),)
        case "Transpose":
            order = node.numbers("perm", tuple(reversed(range(len(before)))))
            if sorted(order) != list(range(len(before))):
                raise BadFileError("a Transpose has an odd perm")
            return tuple(before[axis] for axis in order)
        case "Conv" | "MaxPool" | "Resize":
            if len(before) != 4:
                raise BadFileError(f"a {node.operation} gets no picture")
            return _picture_after(node, before, shapes, weights)
    raise BadFileError(f"no YuNet has a layer {node.operation[:40]!r}")


def _picture_after(
    node: Node, before: Shape, shapes: Mapping[str, Shape], weights: Mapping[str, Tensor]
) -> Shape:
    if node.operation == "Resize":
        scales = _scales(node, weights)
        if len(scales) != 4 or not all(0 < scale <= 8 for scale in scales) or scales[:2] != (1, 1):
            raise BadFileError("a Resize does not say by how much, or by too much")
        return tuple(int(side * scale) for side, scale in zip(before, scales, strict=True))
    channels = before[1]
    kernel = node.numbers("kernel_shape", (1, 1))
    if node.operation == "Conv":
        weight = shapes.get(node.inputs[1], ()) if node.inputs[1:] else ()
        if len(weight) != 4 or weight[0] < 1:
            raise BadFileError("a Conv has no weights")
        channels, kernel = weight[0], weight[2:]
    return (1, channels, *_sides_after(node, before[2:], kernel))


def _scales(node: Node, weights: Mapping[str, Tensor]) -> tuple[float, ...]:
    """By how much a Resize enlarges each axis."""
    names = node.inputs[2:3]
    return weights[names[0]].values if len(node.inputs) == 3 and names[0] in weights else ()


def _sides_after(node: Node, sides: Shape, kernel: Shape) -> Shape:
    """What is left of a picture's sides, at most; strides are rounded up."""
    strides, pads = node.numbers("strides", (1, 1)), node.numbers("pads", (0, 0, 0, 0))
    if (len(strides), len(pads), len(kernel)) != (2, 4, 2) or min(strides) < 1:
        raise BadFileError(f"a {node.operation} has odd settings")
    if node.attributes.get("auto_pad", "NOTSET") not in ("", "NOTSET", ()):
        raise BadFileError(f"a {node.operation} leaves its padding open")
    around = (pads[0] + pads[2], pads[1] + pads[3])
    if any(more > 2 * side for more, side in zip(around, kernel, strict=True)):
        raise BadFileError(f"a {node.operation} has more padding than kernel")
    return tuple(
        -(-(side + more) // stride)
        for side, more, stride in zip(sides, around, strides, strict=True)
    )


def _broadcast(one: Shape, other: Shape) -> Shape:
    """Two shapes that are the same but for sides of 1, and for sides that one lacks in front."""
    rank = max(len(one), len(other))
    one, other = ((1,) * (rank - len(shape)) + shape for shape in (one, other))
    return tuple(max(pair) for pair in zip(one, other, strict=True))
