"""Carry out what `python -m training evaluate` is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import fervid
from fervid.errors import UsageError
from training.evaluation.card_look import log_look, read_card
from training.evaluation.evaluate import evaluate, find_all, look_all
from training.evaluation.material import SplitName, gather
from training.evaluation.nets import Candidate
from training.evaluation.notes import foreign_rows, notes
from training.evaluation.score import Figures
from training.evaluation.timing import circumstances, time_all
from training.evaluation.write import check_out, write


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure, on what, and where to write it.

    Args:
        whats: Presets and run folders.
        archive: As `training.archive.read_archive` takes it.
        votes: Likewise.
        out: Folder of the report.
        split: Rows of FER2013 to report.
        tta: Whether to look through all sets of views too.
        photos: Photographs in class folders, if any.
        folder: Face crops in class folders, if any.
        crowd_share: Of the crowd head in a run's blend.
        card: Of the one preset, to log a look at the test rows in.
    """

    whats: tuple[str, ...]
    archive: Path
    votes: Path
    out: Path
    split: SplitName
    tta: bool
    photos: Path | None
    folder: Path | None
    crowd_share: float
    card: Path | None


def carry_out(request: Request, say: Callable[[str], None]) -> Figures:
    """Measure, log the look, write the report.

    Args:
        request: What to do.
        say: Takes a line now and then.

    Returns:
        The report, as it is in `evaluation.json`.

    Raises:
        FervidError: Something cannot be read, or the request is off; then nothing is written.
    """
    check_out(request.out)
    candidates = find_all(request.whats)
    _check_card(request, candidates)
    folds = [candidate.fold for candidate in candidates]
    say("Reading")
    material = gather(
        request.archive, request.votes, folds, request.split, request.folder, request.photos
    )
    warnings = foreign_rows(candidates, material)
    for warning in warnings:
        say(f"Warning: {warning}")
    seen = look_all(candidates, material, request.crowd_share, tta=request.tta, say=say)
    if request.card is not None:
        log_look(request.card, seen[0][0], material, warnings)
    report = evaluate(seen, material, request.split)
    report["date"] = datetime.now(UTC).date().isoformat()
    report["fervid_version"] = fervid.__version__
    report["whats"] = list(request.whats)
    report["crowd_share"] = request.crowd_share
    report["notes"] = warnings + notes(request.split, request.crowd_share, tta=request.tta)
    say("Timing")
    report["time"], report["timed"] = time_all(candidates), circumstances()
    write(report, request.out)
    return report


def _check_card(request: Request, candidates: list[Candidate]) -> None:
    if request.card is None:
        return
    if request.split != "test" or len(candidates) != 1 or candidates[0].run_dir is not None:
        raise UsageError(
            "A card logs one preset's look at the test rows.",
            "Give --split test and one preset, or leave --card out.",
        )
    read_card(request.card, candidates[0].name)
