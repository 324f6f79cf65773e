"""JSON for people."""

from __future__ import annotations

import json

import pytest

from fervid.json_text import json_text


def test_a_row_of_numbers_is_one_line() -> None:
    assert json_text({"blend": [[0.5, -1.0], [2, 1e-05]], "of": []}).splitlines() == [
        "{",
        '  "blend": [',
        "    [0.5, -1.0],",
        "    [2, 1e-05]",
        "  ],",
        '  "of": []',
        "}",
    ]


@pytest.mark.parametrize(
    "value",
    [[1], [1, "2"], [[], [1]], ["[\n  1\n]", "[ 1,  2 ]"], {"a": [None, 1], "b": [True]}, [-0.0]],
)
def test_it_is_what_json_is(value: object) -> None:
    assert json.loads(json_text(value)) == value


def test_what_json_has_no_word_for_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text([float("nan")])
