"""Which architectures there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fervid.errors import UsageError, valid_names
from fervid.networks import (
    cnn_lstm,
    multi_region_attention,
    pretrained,
    residual_se,
    residual_se_half,
    vgg,
    vit,
)

if TYPE_CHECKING:
    import keras

ARCHITECTURES: dict[str, Callable[[], keras.Model]] = {
    "residual-se": residual_se.build,
    "residual-se-half": residual_se_half.build,
    "vgg": vgg.build,
    "cnn-lstm": cnn_lstm.build,
    "multi-region-attention": multi_region_attention.build,
    "vit": vit.build,
    "pretrained": pretrained.build,
}
"""Name to builder of a feature extractor, pixels `(batch, 48, 48, 1)` to embedding.

All take pictures of 32, 40 and 48 pixels a side, too.
"""


def build(name: str, start: pretrained.Start = None) -> keras.Model:
    """Build the feature extractor of an architecture.

    Args:
        name: A key of `ARCHITECTURES`.
        start: The weights file that `pretrained` starts from, or `random` where every weight is
            about to be replaced. The others start from random weights anyway.

    Returns:
        A model from pixels `(batch, height, width, 1)`, 0 to 255, to `(batch, embedding)`.

    Raises:
        UsageError: There is no such architecture, or it starts from another thing.
    """
    if name not in ARCHITECTURES:
        raise UsageError(f"No architecture {name!r}.", valid_names(name, ARCHITECTURES))
    if name == "pretrained":
        return pretrained.build(start)
    if isinstance(start, Path):
        raise UsageError(
            f"The architecture {name!r} starts from random weights, not from {start}.",
            "Leave the file out, or choose 'pretrained'.",
        )
    return ARCHITECTURES[name]()
