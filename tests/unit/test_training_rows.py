"""No image stands on both sides of a split, and every target is a distribution."""

from __future__ import annotations

import numpy as np
import pytest

from fervid.errors import UsageError
from training.archive import VOTE_COLUMNS, Labelled, Split
from training.rows import FOLDS, choose
from training.targets import ONE_HOT_SHARE, crowd_shares, label_given_votes
from training.twins import exact_groups, has_twin, stands_among


def pictures(count: int, seed: int) -> np.ndarray:
    """Smooth random pictures, each its own."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 6, 6))
    return np.kron(coarse, np.ones((1, 8, 8))).astype(np.uint8)


def split_of(images: np.ndarray, seed: int = 0) -> Split:
    generator = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(7), generator.integers(0, 7, len(images) - 7)])
    votes = generator.multinomial(10, np.full(10, 0.1), len(images))
    votes[:, VOTE_COLUMNS.index("NF")] = 0
    return Split(images, labels, votes, np.arange(len(images)))


def test_equal_images_are_one_group() -> None:
    images = pictures(4, 1)
    assert exact_groups(images[[0, 1, 0, 3, 1]]).tolist() == [0, 1, 0, 2, 1]


def test_twins_are_found_brightened_mirrored_and_noisy() -> None:
    images = pictures(20, 2)
    noisy = np.clip(images[:5] + np.random.default_rng(0).normal(0, 6, (5, 48, 48)), 0, 255)
    others = np.concatenate([noisy.astype(np.uint8), images[5:8, :, ::-1], images[8:10] // 2 + 60])
    assert has_twin(images, others).tolist() == [True] * 10 + [False] * 10


def test_no_twin_crosses_a_split() -> None:
    images = pictures(300, 3)
    train = split_of(np.concatenate([images[:250], images[:40]]))
    test = split_of(images[230:300])
    training, validation = choose(train, test, seed=0)
    assert not has_twin(training.images, validation.images).any()
    assert not has_twin(training.images, test.images).any()
    assert not has_twin(validation.images, test.images).any()
    assert len(training.images) + len(validation.images) == 230
    for examples in (training, validation):
        np.testing.assert_allclose(examples.fer.sum(axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(examples.crowd.sum(axis=1), 1, atol=1e-5)


def test_no_twin_of_the_private_test_rows_is_trained_on() -> None:
    images = pictures(300, 3)
    private = Labelled(images[230:260], np.zeros(30, np.int64), np.arange(30))
    chosen = choose(split_of(images[:250]), split_of(images[260:]), private, seed=0)
    for examples in chosen:
        assert not has_twin(examples.images, private.images).any()
    assert sum(len(examples.images) for examples in chosen) == 230


def test_the_labels_of_validation_are_in_no_target_of_training() -> None:
    train, test = split_of(pictures(120, 6)), split_of(pictures(20, 7))
    training, validation = choose(train, test, seed=0)
    others = train.labels.copy()
    held_out = stands_among(train.images, validation.images)
    others[held_out] = (others[held_out] + 1) % 7
    changed = Split(train.images, others, train.votes, train.rows)
    training_again, validation_again = choose(changed, test, seed=0)
    np.testing.assert_array_equal(training_again.fer, training.fer)
    assert (validation_again.labels != validation.labels).all()
    # what the votes say of a validation row comes from the training rows' labels alone
    from_votes = [
        examples.fer - ONE_HOT_SHARE * np.eye(7, dtype=np.float32)[examples.labels]
        for examples in (validation, validation_again)
    ]
    np.testing.assert_allclose(*from_votes, atol=1e-6)


def test_a_last_training_has_the_validation_rows_too_and_still_no_twin_of_test() -> None:
    images = pictures(300, 3)
    train, test = split_of(np.concatenate([images[:250], images[:40]])), split_of(images[230:300])
    _, held_out = choose(train, test, seed=0)
    training, validation = choose(train, test, seed=0, hold_out=False)
    np.testing.assert_array_equal(validation.images, held_out.images)
    assert stands_among(validation.images, training.images).all()
    assert not has_twin(training.images, test.images).any()
    assert len(training.images) == 230
    np.testing.assert_allclose(training.fer.sum(axis=1), 1, atol=1e-5)


def test_duplicates_are_one_row_with_the_mean_of_their_targets() -> None:
    images = pictures(120, 6)
    images[1] = images[0]
    train = split_of(images)
    training, _ = choose(train, split_of(pictures(20, 7)), seed=0)
    (place,) = np.flatnonzero((training.images == images[0]).all(axis=(1, 2)))
    assert training.labels[place] == 0
    assert training.fer[place, [0, 1]].min() > ONE_HOT_SHARE / 2  # their labels are 0 and 1
    expected = crowd_shares(train.votes[:2]).mean(axis=0)
    np.testing.assert_allclose(training.crowd[place], expected, atol=1e-6)


@pytest.mark.parametrize("rows", [0, 9])
def test_too_few_rows_to_choose_from_are_named(rows: int) -> None:
    train = split_of(pictures(20, 6)).take(np.arange(rows))
    with pytest.raises(UsageError, match=f"Received: {rows} that can be used. Give more rows"):
        choose(train, split_of(pictures(20, 7)), seed=0)


def test_only_what_can_be_used_counts() -> None:
    train = split_of(pictures(20, 6))
    train.images[:] = 0
    with pytest.raises(UsageError, match="Received: 0 that can be used"):
        choose(train, split_of(pictures(20, 7)), seed=0)


def test_the_folds_together_validate_on_every_row_once() -> None:
    train, test = split_of(pictures(120, 6)), split_of(pictures(20, 7))
    folds = [choose(train, test, seed=0, fold=fold) for fold in range(FOLDS)]
    seen = [image.tobytes() for _, validation in folds for image in validation.images]
    assert len(set(seen)) == len(seen) == 120
    for training, validation in folds:
        assert 105 < len(training.images) <= 108  # drawn faces may look alike by chance
        assert not stands_among(training.images, validation.images).any()


def test_the_default_fold_is_the_tenth_that_it_always_was() -> None:
    train, test = split_of(pictures(120, 6)), split_of(pictures(20, 7))
    order = np.random.default_rng(0).permutation(120)
    training, validation = choose(train, test, seed=0)
    np.testing.assert_array_equal(validation.images, train.images[order[:12]])
    np.testing.assert_array_equal(training.images, train.images[order[12:]])


@pytest.mark.parametrize("fold", [-1, 10])
def test_an_eleventh_fold_is_refused(fold: int) -> None:
    train, test = split_of(pictures(20, 6)), split_of(pictures(20, 7))
    with pytest.raises(UsageError, match=f"fold must be 0 to 9.*fold={fold}"):
        choose(train, test, seed=0, fold=fold)


def test_black_images_and_what_is_no_face_are_left_out() -> None:
    images = pictures(120, 4)
    images[7] = 0
    train = split_of(images)
    train.votes[8, VOTE_COLUMNS.index("NF")] = 5
    training, validation = choose(train, split_of(pictures(20, 5)), seed=0)
    kept = np.concatenate([training.images, validation.images])
    assert len(kept) == 118
    assert not has_twin(images[8:9], kept)[0]


def test_votes_without_any_count_are_other() -> None:
    votes = np.zeros((2, len(VOTE_COLUMNS)), np.int64)
    votes[1, [0, 6, 8]] = [5, 3, 2]
    assert crowd_shares(votes) == pytest.approx(
        np.array([[0, 0, 0, 0, 0, 0, 0, 1], [0.5, 0, 0, 0, 0, 0, 0.3, 0.2]])
    )


def test_a_rare_class_is_in_the_targets_of_a_small_share() -> None:
    images = pictures(60, 8)
    labels = np.array([1, 1] + [number % 7 for number in range(58) if number % 7 != 1])
    rows = split_of(images[: len(labels)])
    rows = Split(rows.images, labels, rows.votes, rows.rows)
    estimated = label_given_votes(rows, exact_groups(rows.images), seed=0)
    assert estimated.shape == (len(labels), 7)
    np.testing.assert_allclose(estimated.sum(axis=1), 1, atol=1e-5)
    with pytest.raises(UsageError, match="two photographs of disgust"):
        label_given_votes(rows.take(np.arange(1, len(labels))), np.arange(len(labels) - 1), 0)
