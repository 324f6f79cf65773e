"""Write what degradations cost: JSON, Markdown and charts, all or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from training.degradations.figures import Figures
from training.degradations.markdown import document
from training.degradations.plots import draw_degradations, draw_quality


def write(report: Figures, out: Path) -> None:
    """Write `degradations.json`, `degradations.md`, `degradations.png` and `quality.png`.

    Args:
        report: As `training.degradations.measure.measure_degradations` returns.
        out: The folder, missing or empty; it appears when it is complete.
    """
    unfinished = out.with_name(out.name + ".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    draw_degradations(report, unfinished / "degradations.png")
    draw_quality(report, unfinished / "quality.png")
    (unfinished / "degradations.md").write_text(document(report))
    (unfinished / "degradations.json").write_text(json.dumps(report, indent=2) + "\n")
    if out.is_dir():
        out.rmdir()
    unfinished.replace(out)
