"""Views are what their formula says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.evaluation.tta import VIEW_SETS, averaged, views


@pytest.fixture
def crops() -> np.ndarray:
    coarse = np.random.default_rng(0).integers(0, 256, (3, 8, 8))
    return np.kron(coarse, np.ones((1, 6, 6))).astype(np.uint8)


def test_the_plain_view_is_the_crop(crops: np.ndarray) -> None:
    (view,) = views(crops, "plain")
    np.testing.assert_array_equal(view, crops)


def test_flip_adds_the_mirror_image(crops: np.ndarray) -> None:
    plain, mirrored = views(crops, "flip")
    np.testing.assert_array_equal(plain, crops)
    np.testing.assert_array_equal(mirrored, crops[:, :, ::-1])


def test_ten_crop_is_centre_and_corners_of_the_enlarged_crop_and_their_mirrors(
    crops: np.ndarray,
) -> None:
    ten = views(crops, "ten-crop")
    assert len(ten) == 10
    large = cv2.resize(crops[1], (52, 52), interpolation=cv2.INTER_CUBIC)
    for number, (top, left) in enumerate([(2, 2), (0, 0), (0, 4), (4, 0), (4, 4)]):
        cut = large[top : top + 48, left : left + 48]
        np.testing.assert_array_equal(ten[2 * number][1], cut)
        np.testing.assert_array_equal(ten[2 * number + 1][1], cut[:, ::-1])


@pytest.mark.parametrize("view_set", VIEW_SETS)
def test_probabilities_are_averaged_over_views(crops: np.ndarray, view_set: str) -> None:
    def left_half(seen: np.ndarray) -> dict[str, np.ndarray]:
        return {"head": seen[:, :, :24].mean(axis=(1, 2))[:, None].astype(np.float32)}

    expected = np.mean([left_half(view)["head"] for view in views(crops, view_set)], axis=0)
    np.testing.assert_allclose(averaged(left_half, crops, view_set)["head"], expected, rtol=1e-6)
    if view_set == "flip":
        np.testing.assert_allclose(expected[:, 0], crops.mean(axis=(1, 2)), rtol=1e-5)
