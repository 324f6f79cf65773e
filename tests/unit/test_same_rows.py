"""Whether two tables hold the same rows, as the contract means it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from fervid.labels import EMOTIONS
from tests.observed import end, seen, unseen, write_to
from tests.same_rows import table_differences


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    stream = [seen("a.mp4", 0), unseen("a.mp4", 5), seen("a.mp4", 10, best="sad"), end("a.mp4", 3)]
    written = write_to(None, stream)
    assert written.observations is not None
    return written.observations.to_pandas(integer_object_nulls=True)


def without_the_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.iloc[1:].reset_index(drop=True)


def with_the_first_twice(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows, rows.iloc[:1]], ignore_index=True)


def upside_down(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.iloc[::-1].reset_index(drop=True)


def changed(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        values = rows[column].tolist()
        values[0] = value if not isinstance(value, float) else values[0] + value
        return rows.assign(**{column: pd.Series(values, dtype=rows[column].dtype)})

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_the_first, "1 rows are missing"),
        (with_the_first_twice, "1 rows twice"),
        (upside_down, "another order"),
        (changed("happy", 2e-4), "happy of 1 rows, first at ('a.mp4', 0, 0)"),
        (changed("x1", None), "x1 of 1 rows"),
        (changed("status", "no_face"), "status of 1 rows"),
        (changed("emotion", "fear"), "emotion of 1 rows"),
    ],
)
def test_what_differs_is_said(
    rows: pd.DataFrame, change: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    (found,) = table_differences(change(rows), rows, "observations")
    assert said in found


def test_less_than_the_contract_allows_is_no_difference(rows: pd.DataFrame) -> None:
    assert table_differences(changed("happy", 5e-5)(rows), rows, "observations") == []


def test_a_label_may_change_where_the_two_best_are_as_good(rows: pd.DataFrame) -> None:
    shares = dict.fromkeys(EMOTIONS, 0.0) | {"happy": 0.5, "sad": 0.49995}
    tied = rows.assign(**shares)
    other = changed("emotion", "sad")(tied)
    assert table_differences(other, tied, "observations") == []
    assert table_differences(changed("emotion", "fear")(rows), rows, "observations")
