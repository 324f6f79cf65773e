"""Write an evaluation: JSON, Markdown and pictures, all or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from fervid.charts.text import file_name
from fervid.errors import UsageError
from training.evaluation.markdown import document
from training.evaluation.plots import draw_confusion, draw_reliability
from training.evaluation.score import Figures
from training.evaluation.tta import PLAIN
from training.writable import check_writable


def check_out(out: Path) -> None:
    """Refuse to write over what is there, or where nothing can be; call it before the work.

    Raises:
        UsageError: There is something, or no folder can be made and written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is there already.", "Delete it, or name another folder.")
    check_writable(out.parent, out)


def write(report: Figures, out: Path) -> None:
    """Write `evaluation.json`, `evaluation.md` and two pictures per classifier and head.

    Args:
        report: As `training.evaluation.evaluate.evaluate` returns, with `notes`, `time`
            and `timed`.
        out: The folder; it appears when it is complete.
    """
    unfinished = out.with_name(out.name + ".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    split = report["split"]
    pictures: dict[str, list[str]] = {}
    for entry in report["classifiers"]:
        name = f"{entry['what']}, {entry['head']}"
        scores = entry[split][PLAIN]
        for prefix, draw in (("confusion", draw_confusion), ("reliability", draw_reliability)):
            picture = file_name(prefix, name)
            draw(f"{name} on FER2013's {split}", scores, unfinished / picture)
            pictures.setdefault(name, []).append(picture)
    (unfinished / "evaluation.md").write_text(document(report, pictures))
    (unfinished / "evaluation.json").write_text(json.dumps(report, indent=2) + "\n")
    if out.is_dir():
        out.rmdir()  # empty, as `check_out` saw
    unfinished.replace(out)
