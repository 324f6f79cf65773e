"""Whether two results hold the same rows, as the contract means it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_float_dtype

from fervid import read_results
from fervid.labels import EMOTIONS
from fervid.schema import MEAN_COLUMNS, SMOOTH_COLUMNS, TableName

TOLERANCE = 1e-4
OF_THE_RUN = ("seconds", "run_id", "analyzed_at")
"""What a run says of itself, another one every time."""

_KEYS: dict[TableName, list[str]] = {
    "observations": ["source", "frame", "face"],
    "sources": ["source"],
}
_BEST_OF = {
    "emotion": EMOTIONS,
    "smooth_emotion": SMOOTH_COLUMNS,
    "dominant_emotion": MEAN_COLUMNS,
}
"""Labels, and the columns whose largest they name."""


def differences(found: Path, expected: Path) -> list[str]:
    """Say what makes two results of any kind not the same; nothing when they are."""
    said = []
    for table in _KEYS:
        tables = [read_results(path, table) for path in (found, expected)]
        said += [f"{table}: {each}" for each in table_differences(*tables, table)]
    return said


def table_differences(found: pd.DataFrame, expected: pd.DataFrame, table: TableName) -> list[str]:
    """Say what makes two tables not the same; nothing when they are."""
    if list(found.columns) != list(expected.columns):
        return [f"columns {list(found.columns)} for {list(expected.columns)}"]
    keys = [list(_keys(each, table)) for each in (found, expected)]
    if keys[0] != keys[1]:
        return [_other_keys(*keys)]
    said = []
    for name in expected.columns.difference([*_KEYS[table], *OF_THE_RUN], sort=False):
        unlike = _unlike(found, expected, name)
        if unlike.any():
            row = int(np.flatnonzero(unlike)[0])
            values = f"{found[name].iloc[row]!r} for {expected[name].iloc[row]!r}"
            said.append(f"{name} of {unlike.sum()} rows, first at {keys[0][row]}: {values}")
    return said


def _keys(rows: pd.DataFrame, table: TableName) -> zip[tuple[object, ...]]:
    columns = [rows[name].astype(object).where(rows[name].notna(), None) for name in _KEYS[table]]
    return zip(*columns, strict=True)


def _other_keys(found: list[tuple[object, ...]], expected: list[tuple[object, ...]]) -> str:
    if len(set(found)) < len(found):
        twice = next(key for key in found if found.count(key) > 1)
        return f"{len(found) - len(set(found))} rows twice, such as {twice}"
    missing, added = set(expected) - set(found), set(found) - set(expected)
    if not missing and not added:
        return "the rows of the other in another order"
    examples = [next(iter(each), None) for each in (missing, added)]
    return (
        f"{len(missing)} rows are missing (such as {examples[0]}), "
        f"{len(added)} were added (such as {examples[1]})"
    )


def _unlike(found: pd.DataFrame, expected: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    """Rows in which a column differs by more than it may."""
    ours, theirs = found[name], expected[name]
    missing = ours.isna().to_numpy()
    unlike = missing != theirs.isna().to_numpy()
    both = ~missing & ~unlike
    if is_float_dtype(theirs.dtype):
        distance = np.abs(ours.to_numpy(np.float64) - theirs.to_numpy(np.float64))
        unlike[both] = ~(distance[both] <= TOLERANCE)
        return unlike
    unlike[both] = (ours[both].astype(object) != theirs[both].astype(object)).to_numpy()
    if name in _BEST_OF and unlike.any():
        values = np.sort(expected[list(_BEST_OF[name])].to_numpy(np.float64), axis=1)
        unlike &= ~(values[:, -1] - values[:, -2] <= TOLERANCE)
    return unlike
