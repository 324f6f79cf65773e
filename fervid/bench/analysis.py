"""Analyse once and say what it took: `python -m fervid.bench.analysis < request.json`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from fervid import stages
from fervid.bench.child import Spent, peak_memory_bytes, run_child
from fervid.stages import QueueDepth, Stage, StageTime


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one analysis took.

    Args:
        sources: By status.
        frames: Sampled.
        frames_total: Decoded, sampled or not.
        frames_with_face: Of those sampled.
        faces: Found.
        stages: By stage.
        queue: The queue of decoded frames.
        wall_s: From the first frame's way on to the finished result; without loading.
        cpu_s: Of the process in that time.
        unclaimed_cpu_s: Of these, in no stage: threads of FFmpeg and of LiteRT, Python between.
        loading_cpu_s: Of the process before that.
        first_row_cpu_s: Of the process up to the first row.
        process_wall_s: From the start of the process to its end.
        process_cpu_s: In that time.
        peak_memory_bytes: RSS of the process, pictures that it shares with its decode workers
            among it, but not what these hold for themselves.
        settings: What was chosen from options and machine, as in a run file.
    """

    sources: dict[str, int]
    frames: int
    frames_total: int
    frames_with_face: int
    faces: int
    stages: dict[Stage, StageTime]
    queue: QueueDepth
    wall_s: float
    cpu_s: float
    unclaimed_cpu_s: float
    loading_cpu_s: float
    first_row_cpu_s: float
    process_wall_s: float
    process_cpu_s: float
    peak_memory_bytes: int
    settings: dict[str, Any]

    @classmethod
    def of(cls, spent: Spent) -> Self:
        """Make it from what the process took and said."""
        said = spent.said
        return cls(
            **{
                **said,
                "stages": {name: StageTime(**time) for name, time in said["stages"].items()},
                "queue": QueueDepth(**said["queue"]),
            },
            process_wall_s=spent.wall_s,
            process_cpu_s=spent.cpu_s,
        )


def analyse(inputs: Sequence[str], options: Mapping[str, Any]) -> Analysis:
    """Analyse in a fresh process.

    Args:
        inputs: As `fervid.analyze` takes them.
        options: Its keywords.

    Returns:
        What it took.

    Raises:
        FervidError: The run failed.
    """
    command = [sys.executable, "-m", "fervid.bench.analysis"]
    return Analysis.of(run_child(command, {"inputs": inputs, "options": options}))


def _main() -> None:
    from fervid.api import analyze

    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="fervid-bench-") as folder, stages.recording() as times:
        out = Path(folder) / "results.parquet"
        report = analyze(request["inputs"], out, **{**request["options"], "charts": False})
        settings = json.loads(out.with_suffix(".run.json").read_text())["settings"]
    written = report.written.sources

    def total(column: str) -> int:
        return sum(written[column].drop_null().to_pylist())

    said = {
        "sources": report.statuses(),
        "frames": total("frames_sampled"),
        "frames_total": total("frames_total"),
        "frames_with_face": total("frames_with_face"),
        "faces": total("faces"),
        "stages": {name: asdict(time) for name, time in times.times.items()},
        "queue": asdict(times.queue),
        "wall_s": times.wall_s,
        "cpu_s": times.cpu_s,
        "unclaimed_cpu_s": times.unclaimed_cpu_s,
        "loading_cpu_s": times.began_at_cpu_s,
        "first_row_cpu_s": times.times["write"].first_at_cpu_s,
        "peak_memory_bytes": peak_memory_bytes(),
        "settings": settings,
    }
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    _main()
