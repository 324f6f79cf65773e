"""An ONNX file is looked into before OpenCV gets it: it must be a YuNet, and no dearer."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.detect.faces import Wanted
from fervid.detect.onnx_file import check_yunet
from fervid.detect.yunet import YunetDetector
from fervid.errors import FervidError
from fervid.picture import Picture
from tests.drawn_yunet import drawn_yunet, floats, message, network, node, parts, value

NODES, WEIGHTS, OUTPUTS = parts()
DRAWN = drawn_yunet()
PATH = Path("some.onnx")


def refused(content: bytes, words: str) -> None:
    with pytest.raises(FervidError, match=f"some.onnx is no YuNet detector: .*{words}"):
        check_yunet(content, PATH)


def with_nodes(*nodes: bytes, weights: tuple[bytes, ...] = ()) -> bytes:
    return network([*nodes, *NODES], [*weights, *WEIGHTS], OUTPUTS)


def test_a_drawn_yunet_finds_what_it_takes_for_faces() -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[64:128, 128:192] = pixels[256:320, 448:512] = 255
    detector = YunetDetector(DRAWN, PATH, Wanted(min_face=40, min_score=0.6))
    (faces,) = detector.detect([Picture.of_rgb(pixels)])
    assert [face.box for face in faces] == [(128, 64, 192, 128), (448, 256, 512, 320)]


@pytest.mark.shared
def test_the_yunet_of_the_opencv_zoo_passes(shared: Path) -> None:
    path = shared / "data" / "models" / "face_detection_yunet_2026may.onnx"
    check_yunet(path.read_bytes(), path)


@pytest.mark.parametrize(
    "content", [b"", b"not a network", b"\x80\x04}.", b"PK\x03\x04", DRAWN[:-1], DRAWN[:1000]]
)
def test_another_file_and_half_of_one_are_refused(content: bytes) -> None:
    refused(content, "")


def test_weights_in_another_file_are_refused() -> None:
    location = message((1, "location"), (2, "/etc/passwd"))
    elsewhere = message((1, 4), (2, 1), (8, "far"), (13, location), (14, 1))
    refused(with_nodes(weights=(elsewhere,)), "keeps the weights 'far' in another file")
    refused(with_nodes(weights=(message((1, 4), (2, 1), (8, "far"), (14, 1)),)), "another file")


@pytest.mark.parametrize(
    ("shape", "count"), [((1 << 40,), 1), ((-1,), 1), ((2, 3), 5), ((0, 1 << 40), 0), ((), 2)]
)
def test_weights_that_promise_more_than_there_is_are_refused(
    shape: tuple[int, ...], count: int
) -> None:
    lying = floats("lying", shape, [0.0] * count)
    refused(with_nodes(weights=(lying,)), "'lying' are not as many")


@pytest.mark.parametrize(
    ("number", "field", "words"),
    [
        (25, message((1, "mine")), "functions"),
        (20, message(), "training"),
        (8, message((1, "com.custom"), (2, 1)), "operations of b'com.custom'"),
        (7, message(), "one thing twice"),
    ],
)
def test_a_model_that_brings_more_than_a_network_is_refused(
    number: int, field: bytes, words: str
) -> None:
    refused(network(NODES, WEIGHTS, OUTPUTS, (number, field)), words)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (node("Loop", ["input"], "x"), "no YuNet has a layer 'Loop'"),
        (node("PyOp", ["input"], "x") + message((7, "ai.onnx.contrib")), "operations of b'ai"),
        (node("If", ["input"], "x") + message((5, message((6, message())))), "inside a layer"),
        (node("Relu", ["nowhere"], "x"), "not in order"),
        (node("Relu", [], "x"), "not in order"),
        (node("Transpose", ["input"], "x", perm=[0, 1, 2, 9]), "odd perm"),
        (node("MaxPool", ["input"], "x", kernel_shape=[2, 2], strides=[0, 2]), "odd settings"),
        (node("MaxPool", ["input"], "x", kernel_shape=[2, 2], strides=[-1, 2]), "odd strides"),
        (
            node("MaxPool", ["input"], "x", kernel_shape=[2, 2], pads=[1 << 40, 0, 0, 0]),
            "more padding than kernel",
        ),
        (node("MaxPool", ["input"], "x", auto_pad="SAME_UPPER"), "padding open"),
        (node("Conv", ["input"], "x"), "no weights"),
        (node("Resize", ["input"], "x"), "by how much"),
    ],
)
def test_a_layer_that_no_yunet_has_is_refused(layer: bytes, words: str) -> None:
    refused(with_nodes(layer), words)


def test_few_bytes_that_ask_for_much_memory_are_refused() -> None:
    eight = floats("eight", (4,), [1, 1, 8, 8])
    layers = [
        node("Resize", ["input", "", "eight"], "x"),
        node("Resize", ["x", "", "eight"], "y"),
    ]
    refused(with_nodes(*layers, weights=(eight,)), "far more memory")
    huge = floats("huge", (4,), [1, 1, 1000, 1000])
    refused(with_nodes(node("Resize", ["input", "", "huge"], "x"), weights=(huge,)), "by too much")


def test_few_bytes_that_ask_for_much_time_are_refused() -> None:
    kernel = floats("kernel", (64, 3, 64, 64), [0.0] * (64 * 3 * 64 * 64))
    pads = {"pads": [32, 32, 32, 32]}
    refused(with_nodes(node("Conv", ["input", "kernel"], "x", **pads), weights=(kernel,)), "time")


@pytest.mark.parametrize("shape", [(1, 1, 8, 8), (2, 3, 8, 8), (1, 3), ("n", 3, "h", "w")])
def test_another_input_is_refused(shape: tuple[int | str, ...]) -> None:
    refused(network(NODES, WEIGHTS, OUTPUTS, shape=shape), "not one picture")


def test_other_outputs_are_refused() -> None:
    refused(network(NODES, WEIGHTS, OUTPUTS[:-1]), "its outputs are not")
    more = [*OUTPUTS, value("secret", (1,))]
    refused(network(NODES, WEIGHTS, more), "its outputs are not")


def test_weights_of_odd_types_are_refused() -> None:
    doubles = message((1, 1), (2, 11), (8, "odd"), (10, bytes(8)))
    refused(with_nodes(weights=(doubles,)), "'odd' are of a kind")


@given(position=st.integers(0, len(DRAWN) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_damage_is_refused_or_harmless_and_never_a_stack_trace(
    position: int, byte: int, cut: bool
) -> None:
    # Near the ends stands what holds the network together; in between lie weights.
    position = position % 20_000 if position % 2 else position
    damaged = DRAWN[:position] if cut else DRAWN[:position] + bytes([byte]) + DRAWN[position + 1 :]
    with contextlib.suppress(FervidError):
        check_yunet(damaged, PATH)
