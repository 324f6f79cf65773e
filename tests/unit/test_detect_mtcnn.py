"""Large pictures in strips."""

from __future__ import annotations

import numpy as np
import pytest

from fervid.detect import mtcnn, mtcnn_networks
from fervid.runtime import resolve_device


@pytest.mark.parametrize("height", [12, 13, 40, 97])
@pytest.mark.parametrize("rows", [24, 31, 64])
def test_strips_give_what_the_whole_gives(
    height: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pnet = mtcnn_networks.load(resolve_device("cpu")).pnet
    level = np.random.default_rng(0).integers(0, 256, (2, height, 41, 3), dtype=np.uint8)
    monkeypatch.setattr(mtcnn, "PIXELS_PER_CALL", 2 * 41 * rows)
    for strips, whole in zip(mtcnn._slid(pnet, level), pnet.run(level), strict=True):
        assert strips.shape == whole.shape
        np.testing.assert_allclose(strips, whole, atol=1e-5)
