"""Write a made-up result of any size: what a million rows cost, and what a page of them looks like.

python -m tests.big_result big.parquet
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fervid.labels import EMOTIONS
from fervid.schema import (
    BOX_COLUMNS,
    FRAME_STATUSES,
    LANDMARK_COLUMNS,
    OBSERVATIONS,
    QUALITY_COLUMNS,
    SMOOTH_COLUMNS,
    SMOOTHED_OBSERVATIONS,
    SOURCES,
)
from fervid.types import Failure, Source, SourceEnd, SourceKind, SourceStatus
from fervid.write import Place, RunIdentity
from fervid.write.merge import GROUP_ROWS
from fervid.write.run_file import run_json
from fervid.write.sources_row import Row, Tally, sources_table
from fervid.write.tables import write_observations, write_table

FPS = 5.0
KNOT_S = 3.0
"""Expressions change about as often."""
LOW_QUALITY = 0.25
_RUN = RunIdentity("big", "residual-se-half", "mtcnn", "0.1.0")
_MARKS = np.array([0.68, 0.4, 0.32, 0.4, 0.5, 0.6, 0.64, 0.78, 0.36, 0.78])
"""Landmarks of an upright face in shares of its box: x and y in turn."""
_OFTEN = np.log([0.05, 0.01, 0.03, 0.25, 0.1, 0.06, 0.5])
"""How often faces in films show each expression, about."""
_FAILURE = Failure("SourceError", "It is no video.", "Copy it again.")
_CUT = Failure("SourceError", "It ends early: 288 of 472 frames.", "Copy it again.")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A source that is to be made up."""

    name: str
    kind: SourceKind
    status: SourceStatus
    rows: int


def write_big_result(
    path: Path, sources: int = 500, rows: int = 1_000_000, seed: int = 0, *, smoothed: bool = False
) -> Path:
    """Write a result as an analysis of many recordings would leave it, without charts.

    Args:
        path: As `--out`; nothing may lie there.
        sources: How many: one in 20 is a photo, one in 50 failed, was skipped or is damaged.
        rows: Of the observations, exactly, once that is a few for each source.
        seed: The same seed gives the same rows.
        smoothed: Whether there are `smooth_*` columns.

    Returns:
        `path`.
    """
    rng = np.random.default_rng(seed)
    schema = SMOOTHED_OBSERVATIONS if smoothed else OBSERVATIONS
    tables, ends = [], []
    for plan in _plans(sources, rows):
        table = _rows(plan, rng, schema)
        tables.append(table)
        ends.append(_source_row(plan, table))
    whole = pa.concat_tables([schema.empty_table(), *tables]).unify_dictionaries()
    place, text = Place.of(path), run_json({"run_id": _RUN.run_id, "fervid_version": "0.1.0"})
    groups = [whole.slice(at, GROUP_ROWS) for at in range(0, len(whole), GROUP_ROWS)]
    write_observations(place, schema, groups, text)
    write_table("sources", SOURCES, place.sources, place.kind, [sources_table(ends)], text)
    place.run.write_text(text + "\n")
    return path


def _plans(sources: int, rows: int) -> list[_Plan]:
    """Share rows out; names sort as they are numbered: site/participant/condition/clip."""
    statuses: dict[int, SourceStatus] = {7: "failed", 17: "skipped", 27: "partial"}
    facts = []
    for number in range(sources):
        kind: SourceKind = "image" if number % 20 == 3 else "video"
        folder = f"{'lab' if number < sources / 2 else 'school'}/p{number // 4:04}"
        condition = ("baseline", "film", "talk", "rest")[number % 4]
        name = f"{folder}/{condition}.{'jpg' if kind == 'image' else 'mp4'}"
        facts.append((name, kind, statuses.get(number % 50, "ok")))
    facts.sort()
    empty = [status in ("failed", "skipped") for _, _, status in facts]
    photos = [kind == "image" and not gone for (_, kind, _), gone in zip(facts, empty, strict=True)]
    videos = sources - sum(empty) - sum(photos)
    share, rest = divmod(rows - sum(photos), max(videos, 1))
    plans = []
    for (name, kind, status), gone, photo in zip(facts, empty, photos, strict=True):
        count = 0 if gone else 1 if photo else share + (rest > 0)
        rest -= not (gone or photo)
        plans.append(_Plan(name, kind, status, count))
    return plans


def _rows(plan: _Plan, rng: np.random.Generator, schema: pa.Schema) -> pa.Table:
    if plan.kind == "image":
        tracks = np.zeros((plan.rows, 1), np.int32)
    else:
        tracks = _presence(plan.rows, rng)
    frames, failed = len(tracks), np.zeros(len(tracks), np.bool_)
    if plan.kind == "video":
        failed = rng.random(frames) < (0.02 if plan.status == "partial" else 0.0002)
    tracks[failed] = -1
    frame, track = _in_rows(tracks, plan.rows)
    seen = track >= 0
    statuses = np.where(seen, 0, np.where(failed[frame], 2, 1)).astype(np.int8)
    time_s = frame / FPS + 0.0004 * np.sin(frame)  # not quite even, as in real files
    columns = {
        "source": _category(np.zeros(len(frame), np.int32), (plan.name,)),
        "frame": pa.array(frame * 5, pa.int64()),
        "time_s": pa.array(time_s, mask=np.full(len(frame), plan.kind == "image")),
        "status": _category(statuses, FRAME_STATUSES),
        "face": pa.array(_numbers(frame), pa.int32(), mask=~seen),
        "track": pa.array(track, pa.int32(), mask=~seen | (plan.kind == "image")),
        **_floats(_looks(track, time_s, rng), seen),
    }
    quality = columns["quality"].to_numpy(zero_copy_only=False)
    columns["low_quality"] = pa.array(quality < LOW_QUALITY, mask=~seen)
    for prefix in ("", "smooth_"):
        values = np.column_stack([columns[f"{prefix}{name}"] for name in EMOTIONS])
        best = np.where(seen, np.nan_to_num(values).argmax(axis=1), 0).astype(np.int8)
        columns[f"{prefix}emotion"] = _category(best, EMOTIONS, ~seen)
    highest = np.where(seen, np.column_stack([columns[name] for name in EMOTIONS]).max(axis=1), 0)
    columns["confidence"] = pa.array(highest.astype(np.float32), mask=~seen)
    return pa.table([columns[field.name] for field in schema], schema=schema)


def _presence(rows: int, rng: np.random.Generator) -> npt.NDArray[np.int32]:
    """Say who is in which frame: `(frames, 3)` tracks, -1 for nobody.

    One person stays but for short gaps, each return of the others is a track of its own.
    """
    tracks = np.full((rows, 3), -1, np.int32)
    tracks[:, 0] = 0
    following = 1
    for person, times in ((1, 3), (2, 2)):
        for _ in range(rng.integers(0, times)):
            start = rng.integers(0, max(rows, 1))
            tracks[start : start + rng.integers(10, max(rows // 4, 11)), person] = following
            following += 1
    for start in rng.integers(0, max(rows, 1), max(rows // 200, 1)):
        tracks[start : start + rng.integers(1, 25), 0] = -1
    return tracks


def _in_rows(
    tracks: npt.NDArray[np.int32], rows: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Make a row of each face, and of each frame without one; exactly `rows` of them."""
    nobody = (tracks < 0).all(axis=1)
    kept = tracks >= 0
    kept[:, 0] |= nobody
    frame, person = np.nonzero(kept)
    return frame[:rows], tracks[frame[:rows], person[:rows]]


def _numbers(frame: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Number the rows of each frame from 0."""
    starts = np.flatnonzero(np.diff(frame, prepend=-1))
    return np.arange(len(frame)) - np.repeat(starts, np.diff(starts, append=len(frame)))


def _looks(
    track: npt.NDArray[np.int32], time_s: Floats, rng: np.random.Generator
) -> dict[str, Floats]:
    """Make up what a row says of a face: everything moves slowly along its track."""
    columns = {
        name: np.zeros(len(track))
        for name in (*BOX_COLUMNS, "det_score", *LANDMARK_COLUMNS, *EMOTIONS, *QUALITY_COLUMNS)
    }
    columns |= {name: np.zeros(len(track)) for name in SMOOTH_COLUMNS}
    for number in np.unique(track[track >= 0]):
        at = np.flatnonzero(track == number)
        for name, values in _look(time_s[at], rng).items():
            columns[name][at] = values
    return columns


def _look(time_s: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Make up one track."""
    slow = _OFTEN + 1.6 * _drifting(time_s, 7, rng)
    raw = _softmax(slow + 0.4 * rng.standard_normal(slow.shape))
    size, x, y = 110, 300 + 150 * rng.random(), 160 + 60 * rng.random()
    drift = _drifting(time_s, 3, rng) * (30, 10, 12)
    x1, y1, side = x + drift[:, 0], y + drift[:, 1], size + drift[:, 2]
    marks = _MARKS * side[:, None] + np.column_stack([x1, y1] * 5)
    pose = _drifting(time_s, 3, rng) * (18, 8, 6)
    shape = 1 / (1 + np.exp(-1.5 - _drifting(time_s, 2, rng)))
    quality = shape.prod(axis=1) * np.cos(np.radians(np.clip(1.5 * pose[:, 0], -80, 80)))
    return {
        **dict(zip(BOX_COLUMNS, (x1, y1, x1 + side, y1 + side), strict=True)),
        "det_score": 0.9 + 0.1 * rng.random(len(time_s)),
        **dict(zip(LANDMARK_COLUMNS, marks.T, strict=True)),
        **dict(zip(EMOTIONS, raw.T, strict=True)),
        **dict(zip(QUALITY_COLUMNS, (*pose.T, *shape.T, quality), strict=True)),
        **dict(zip(SMOOTH_COLUMNS, _softmax(slow).T, strict=True)),
    }


def _drifting(time_s: Floats, columns: int, rng: np.random.Generator) -> Floats:
    """Draw values about every `KNOT_S` seconds, with straight lines between them."""
    knots = np.arange(time_s[0], time_s[-1] + 2 * KNOT_S, KNOT_S)
    values = rng.standard_normal((columns, len(knots)))
    return np.column_stack([np.interp(time_s, knots, each) for each in values])


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def _floats(columns: dict[str, Floats], seen: npt.NDArray[np.bool_]) -> dict[str, pa.Array]:
    return {
        name: pa.array(values.astype(np.float32), mask=~seen) for name, values in columns.items()
    }


def _category(
    codes: npt.NDArray[np.integer],
    names: tuple[str, ...],
    missing: npt.NDArray[np.bool_] | None = None,
) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=missing), pa.array(names, pa.string())
    )


def _source_row(plan: _Plan, rows: pa.Table) -> Row:
    tally = Tally()
    tally.add(rows)
    frames = rows["frame"].unique()
    failed = rows["status"].cast(pa.string()).to_pylist().count("decode_failed")
    when = datetime(2026, 1, 1, tzinfo=UTC)
    failure = {"ok": None, "partial": _CUT}.get(plan.status, _FAILURE)
    end = SourceEnd(
        Source(plan.name, Path("/media") / plan.name, plan.kind, 1_000_000, when),
        plan.status,
        failure,
        width=640,
        height=360,
        frame_rate=25.0 if plan.kind == "video" else None,
        duration_s=len(frames) / FPS if plan.kind == "video" else None,
        time_source="pts" if plan.kind == "video" else None,
        frames_total=len(frames) * 5,
        frames_sampled=len(frames),
        frames_failed=failed,
        tracks=len(rows["track"].drop_null().unique()) if plan.kind == "video" else None,
    )
    return tally.row(end, _RUN) | {"analyzed_at": when}


if __name__ == "__main__":
    write_big_result(Path(sys.argv[1]))
