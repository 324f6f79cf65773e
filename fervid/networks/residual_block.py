"""The block of the residual networks: conv-BN-ReLU-conv-BN-SE, added to its input."""

from __future__ import annotations

from typing import Any

from keras import layers, ops

from fervid.networks.batch_norm import BatchNormalization

SE_RATIO = 8


def residual_block(inputs: Any, channels: int, stride: int, name: str) -> Any:
    """Add a residual block (He et al. 2016) with squeeze-and-excitation (Hu et al. 2018).

    Args:
        inputs: Features `(batch, height, width, any)`.
        channels: Of the result.
        stride: 1, or 2 to halve the sides.
        name: What the names of its layers begin with.

    Returns:
        Features `(batch, height / stride, width / stride, channels)`.
    """
    features = conv_bn(inputs, channels, stride, f"{name}_a")
    features = layers.ReLU(name=f"{name}_a_relu")(features)
    features = conv_bn(features, channels, 1, f"{name}_b")
    features = _squeeze_excite(features, channels, name)
    if stride > 1 or inputs.shape[-1] != channels:
        if stride > 1:
            inputs = layers.AveragePooling2D(stride, padding="same", name=f"{name}_pool")(inputs)
        inputs = conv_bn(inputs, channels, 1, f"{name}_skip", size=1)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([features, inputs]))


def conv_bn(inputs: Any, channels: int, stride: int, name: str, size: int = 3) -> Any:
    """Add a convolution without bias, and batch norm.

    Args:
        inputs: Features `(batch, height, width, any)`.
        channels: Of the result.
        stride: Of the convolution.
        name: What the names of both layers begin with.
        size: Side of the kernel.

    Returns:
        Features `(batch, height / stride, width / stride, channels)`, not rectified.
    """
    features = layers.Conv2D(
        channels,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(inputs)
    return BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(features)


def _squeeze_excite(inputs: Any, channels: int, name: str) -> Any:
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(inputs)
    gate = layers.Conv2D(channels // SE_RATIO, 1, activation="relu", name=f"{name}_se1")(gate)
    gate = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_se2")(gate)
    return ops.multiply(inputs, gate)
