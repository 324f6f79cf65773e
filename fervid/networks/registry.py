"""Which architectures there are, by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING

from fervid.errors import UsageError
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
        near = difflib.get_close_matches(name, ARCHITECTURES, 1, 0.0)[0]
        raise UsageError(
            f"No architecture {name!r}.",
            f"Valid: {', '.join(ARCHITECTURES)}. Did you mean {near!r}?",
        )
    return ARCHITECTURES[name]()
