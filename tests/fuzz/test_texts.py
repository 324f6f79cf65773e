"""No text makes a parser fail in another way than with words on what to write instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.errors import UsageError
from fervid.keywords import make_options
from fervid.quantities import parse_rate, parse_size, parse_time
from tests.fuzz.parsing import bounded, judged

_DIGITS = st.text("0123456789", max_size=8)
_PIECES = st.one_of(
    _DIGITS,
    st.sampled_from(
        [
            *".:/-+ eE_",
            "nan",
            "inf",
            "1e",
            "0x",
            "9" * 400,
            "9" * 5000,
            "1e999999999",
            "\u0661",
            "\0",
        ]
    ),
    st.sampled_from(["k", "M", "G", "TiB", "B", "s", "/1001", "/0", "\n", "\udcff"]),
    st.text(max_size=4),
)
TEXTS = st.lists(_PIECES, max_size=5).map("".join)
VALUES = st.one_of(
    TEXTS.map(lambda text: text[:500]),  # a refusal shows them in full
    st.integers(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(),
    st.fractions(),
    st.booleans(),
    st.none(),
    st.lists(st.integers(), max_size=2),
    st.binary(max_size=3),
)


@pytest.mark.parametrize("parse", [parse_time, parse_rate, parse_size])
@settings(deadline=None)
@given(text=TEXTS)
def test_any_text_is_a_quantity_or_refused(parse: Callable[[str], Fraction], text: str) -> None:
    came = judged(lambda: parse(text))
    assert came.broken == ()
    if came.failure is None:
        quantity = came.value
        assert isinstance(quantity, (Fraction, int))
        assert quantity >= 0
        assert math.isfinite(float(quantity))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_rate, "1e999999999"),  # an hour and all memory, once
        (parse_rate, "1e-999999999"),
        (parse_time, "9" * 5000),
        (parse_time, "9" * 400),
        (parse_time, f"{'9' * 5000}:00:00"),
        (parse_size, "9" * 5000),
        (parse_size, "9" * 400 + "T"),
    ],
)
def test_numbers_beyond_all_measure_are_refused(
    parse: Callable[[str], Fraction], text: str
) -> None:
    with bounded(), pytest.raises(UsageError):
        parse(text)


_NAMES = (
    "fps", "every", "all_frames", "start", "end", "min_face", "min_score", "max_faces",
    "min_quality", "detector", "model", "batch_size", "decode_threads", "memory", "device",
    "decode_device", "stall_timeout", "decode_memory", "max_pixels", "max_frames", "smooth",
    "smooth_labels", "track", "report", "thumbnails",
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), VALUES, max_size=4))
def test_any_options_are_taken_or_refused(options: dict[str, object]) -> None:
    assert judged(lambda: make_options(**options)).broken == ()  # type: ignore[arg-type]
