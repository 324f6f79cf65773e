"""Results of several nights, to be joined."""

from __future__ import annotations

from pathlib import Path

from tests.observed import Item
from tests.resumed import CHOSEN, run, video

KINDS = ["parquet", "csv", "csv.gz", ""]
ALL = [*video("a.mp4", 5), *(item for number in range(4) for item in video(f"{number}.mp4", 1))]
"""What those of `several_nights` say together."""


def night(folder: Path, name: str, stream: list[Item], **facts: object) -> Path:
    """Leave a result as `analyze` does."""
    out = folder / name
    run(out, stream, [], facts={**CHOSEN, "run_id": f"run of {name}", **facts})
    return out


def several_nights(folder: Path) -> list[Path]:
    """Leave one of each kind: `a.mp4` is in all, with a row more each; `0.mp4` and so on in one."""
    return [
        night(
            folder,
            f"night-{number}.{kind}".rstrip("."),
            [*video("a.mp4", 2 + number), *video(f"{number}.mp4", 1)],
        )
        for number, kind in enumerate(KINDS)
    ]
