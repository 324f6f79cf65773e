"""What shows one photograph is found, however it was copied; what does not is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from training.twins import NEAR_CORRELATION, exact_groups, find_pairs, has_twin, stands_among


def pictures(count: int, seed: int) -> np.ndarray:
    """Smooth pictures with fine detail, each its own, larger than an image."""
    generator = np.random.default_rng(seed)
    coarse = np.kron(generator.integers(30, 226, (count, 7, 7)), np.ones((1, 8, 8)))
    fine = np.kron(generator.integers(-25, 26, (count, 28, 28)), np.ones((1, 2, 2)))
    return np.clip(coarse + fine, 0, 255).astype(np.uint8)


def cut(picture: np.ndarray, shift: int = 0) -> np.ndarray:
    return picture[..., shift : shift + 48, shift : shift + 48]


def of(kind: str, images: np.ndarray) -> set[tuple[int, int]]:
    pairs = find_pairs(images)
    chosen = pairs.kind == kind
    return set(zip(pairs.first[chosen].tolist(), pairs.second[chosen].tolist(), strict=True))


def test_equal_images_are_pairs_of_every_two() -> None:
    images = cut(pictures(4, 1))[[0, 1, 0, 3, 1, 0]]
    assert of("exact", images) == {(0, 2), (0, 5), (2, 5), (1, 4)}
    assert len(find_pairs(images).kind) == 4


def test_black_images_are_exact_duplicates_too() -> None:
    images = cut(pictures(4, 2)).copy()
    images[[1, 3]] = 0
    assert of("exact", images) == {(1, 3)}
    assert stands_among(images, images[3:]).tolist() == [False, True, False, True]


def test_copies_that_are_brighter_or_noisy_are_near() -> None:
    images = cut(pictures(6, 3))
    noisy = np.clip(images[:2] + np.random.default_rng(0).normal(0, 5, (2, 48, 48)), 0, 255)
    both = np.concatenate([images, noisy.astype(np.uint8), images[2:3] // 2 + 60])
    assert of("near", both) == {(0, 6), (1, 7), (2, 8)}
    assert of("exact", both) | of("mirrored", both) == set()


def test_crops_some_pixels_apart_are_near_though_their_thumbnails_differ() -> None:
    pictured = pictures(8, 4)
    images, moved = cut(pictured), cut(pictured[:2], 1)
    assert not has_twin(moved, images).any()
    pairs = find_pairs(np.concatenate([images, moved]))
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [(0, 8), (1, 9)]
    assert (pairs.correlation < NEAR_CORRELATION).all()
    assert (pairs.detail > 0.9).all()
    assert stands_among(moved, images).all()
    assert not stands_among(images[2:], moved).any()


def test_mirrored_copies_are_mirrored() -> None:
    images = cut(pictures(6, 5))
    both = np.concatenate([images, images[1:3, :, ::-1]])
    assert of("mirrored", both) == {(1, 6), (2, 7)}
    assert len(find_pairs(both).kind) == 2
    assert stands_among(images, both[6:]).tolist() == [False, True, True, False, False, False]


def test_other_pictures_are_no_pairs() -> None:
    images = cut(pictures(200, 6))
    assert len(find_pairs(images).kind) == 0
    assert not stands_among(images[:100], images[100:]).any()


@pytest.mark.parametrize("count", [511, 512, 513, 1025])
def test_pairs_are_found_across_the_ends_of_blocks(count: int) -> None:
    images = cut(pictures(count, 7)).copy()
    images[-1] = images[0] // 2 + 60
    images[-2] = images[3][:, ::-1]
    assert of("near", images) == {(0, count - 1)}
    assert of("mirrored", images) == {(3, count - 2)}


def test_one_image_has_no_twin() -> None:
    images = cut(pictures(1, 8))
    assert exact_groups(images).tolist() == [0]
    assert len(find_pairs(images).kind) == 0
