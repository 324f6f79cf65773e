"""Draw a result: a timeline per video, and all sources side by side."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from fervid.charts.groups import group_sources
from fervid.charts.overview import draw_heat_map, draw_shares
from fervid.charts.series import COLUMNS, video_series
from fervid.charts.text import file_name, has_wide_font
from fervid.charts.timeline import draw_timeline
from fervid.schema import SMOOTH_COLUMNS
from fervid.write import PartRows

MOST_TIMELINES = 50

__all__ = ["MOST_TIMELINES", "draw", "has_wide_font"]


def draw(folder: Path, sources: pa.Table, rows: PartRows) -> int:
    """Draw a result as PNG files.

    Args:
        folder: Where; it exists.
        sources: The sources table.
        rows: The observations.

    Returns:
        How many videos got no timeline because there were `MOST_TIMELINES` before them.
    """
    columns = ["source", "kind", "frames_sampled", "duration_s", "status", "error"]
    videos = [
        row
        for row in sources.select(columns).to_pylist()
        if row["kind"] == "video" and row["frames_sampled"]
    ]
    of_series = [*COLUMNS, *(name for name in SMOOTH_COLUMNS if name in rows.schema.names)]
    for video in videos[:MOST_TIMELINES]:
        name = video["source"]
        series = video_series(rows.of(name, of_series), video["duration_s"])
        if series is not None:
            fault = video["error"] if video["status"] == "partial" else None
            draw_timeline(series, name, fault, folder / file_name("timeline", name))
    grouping = group_sources(sources, rows.unordered(("source", "emotion")))
    if grouping.groups:
        draw_shares(grouping, folder / "emotion-shares.png")
        draw_heat_map(grouping, folder / "emotion-means.png")
    return max(len(videos) - MOST_TIMELINES, 0)
