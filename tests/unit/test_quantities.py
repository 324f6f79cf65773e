"""Times, rates and sizes are read as people write them, or refused with an example."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.errors import UsageError
from fervid.keywords import make_options
from fervid.quantities import parse_rate, parse_size, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("1:30", 90),
        ("61:05.25", Fraction(14661, 4)),
        ("0:01:30.250", Fraction(361, 4)),
        ("100:00:00", 360_000),
    ],
)
def test_times_are_exact(text: str, seconds: Fraction | int) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "1:60", "1:60:00", "1:2:3:4", "1e3", "nan", "\u0661:\u0663\u0660", "1:-2"],
)
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"MM:SS"):
        parse_time(text)


@given(st.text(max_size=12))
def test_any_text_is_a_time_or_a_usage_error(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert parse_time(text) >= 0


@pytest.mark.parametrize(
    ("text", "rate"), [("5", 5), ("0.2", Fraction(1, 5)), ("30000/1001", Fraction(30000, 1001))]
)
def test_rates_are_exact(text: str, rate: Fraction | int) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["0", "-5", "1/0", "inf", "fast"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="frames per second"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("800M", 800 << 20), ("1.5G", 3 << 29), ("2 GiB", 2 << 30)]
)
def test_sizes_are_powers_of_1024(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["0", "-1G", "G", "1X", "0.0001"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="size"):
        parse_size(text)


def test_keywords_become_options() -> None:
    options = make_options(fps=2.5, start="1:00", end=75.5, memory="1G", min_score=None)
    assert options.sampling.fps == Fraction(5, 2)
    assert (options.sampling.start_s, options.sampling.end_s) == (60, Fraction(151, 2))
    assert options.memory_bytes == 1 << 30
    assert options.min_score is None


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"fps": 5, "every": 2}, "More than one way"),
        ({"every": 0}, "every must be a whole number, at least 1"),
        ({"start": 5, "end": 5}, "end must be after start"),
        ({"min_score": 1.5}, "min_score"),
        ({"max_faces": 0}, "max_faces"),
        ({"device": "tpu"}, "device"),
        ({"device": "cpu:0"}, "device"),
        ({"device": "gpu:"}, "device"),
        ({"min_face": float("nan")}, "min_face"),
        ({"min_face": float("inf")}, "min_face"),
        ({"min_face": "a"}, "min_face"),
        ({"min_face": 2}, "min_face"),
        ({"every": 2.5}, "every"),
        ({"start": float("nan")}, "time"),
        ({"fsp": 5}, "Unknown option: fsp"),
    ],
)
def test_options_that_are_off_are_usage_errors(keywords: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_options(**keywords)  # type: ignore[arg-type]
