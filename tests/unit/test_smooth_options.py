"""What `--smooth` and `--smooth-labels` take."""

from __future__ import annotations

import pytest

from fervid.errors import UsageError
from fervid.keywords import make_options


def test_seconds_and_labels_are_taken_as_they_are() -> None:
    options = make_options(smooth=0.4, smooth_labels="viterbi")
    assert (options.smooth_s, options.smooth_labels) == (0.4, "viterbi")
    assert make_options().smooth_s is None


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 61, "soon"])
def test_seconds_must_be_a_sensible_number(seconds: object) -> None:
    with pytest.raises(UsageError, match="above 0, at most 60"):
        make_options(smooth=seconds)  # type: ignore[arg-type]


def test_labels_are_one_of_two() -> None:
    with pytest.raises(UsageError, match="argmax, viterbi"):
        make_options(smooth=1, smooth_labels="best")  # type: ignore[typeddict-item]


def test_a_path_of_labels_without_smoothing_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="needs --smooth"):
        make_options(smooth_labels="viterbi")


def test_smoothing_without_tracks_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="follows the tracks") as error:
        make_options(smooth=0.5, track=False)
    assert "--no-track" in error.value.remedy
