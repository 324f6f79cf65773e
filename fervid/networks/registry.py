"""Which architectures there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fervid.errors import UsageError, valid_names
from fervid.networks import residual_se

if TYPE_CHECKING:
    import keras

ARCHITECTURES: dict[str, Callable[[], keras.Model]] = {
    "residual-se": residual_se.build,
}
"""Name to builder of a feature extractor, pixels `(batch, 48, 48, 1)` to embedding."""


def build(name: str) -> keras.Model:
    """Build the feature extractor of an architecture, with fresh weights.

    Args:
        name: A key of `ARCHITECTURES`.

    Returns:
        A model from pixels `(batch, height, width, 1)`, 0 to 255, to `(batch, embedding)`.

    Raises:
        UsageError: There is no such architecture.
    """
    if name not in ARCHITECTURES:
        raise UsageError(f"No architecture {name!r}.", valid_names(name, ARCHITECTURES))
    return ARCHITECTURES[name]()
