"""Carry out what `python -m training evaluate` is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import fervid
from fervid.errors import UsageError
from training.evaluation.card_look import log_look, read_card
from training.evaluation.evaluate import evaluate, find_all, look_all
from training.evaluation.look import Seen
from training.evaluation.material import Material, SplitName, gather
from training.evaluation.nets import Candidate, require_held_out
from training.evaluation.notes import foreign_rows, notes
from training.evaluation.run_look import log_run_look, read_run_looks
from training.evaluation.score import Figures
from training.evaluation.timing import circumstances, time_all
from training.evaluation.write import check_out, write
from training.writable import check_writable


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure, on what, and where to write it.

    Args:
        whats: Presets and run folders.
        archive: As `training.archive.read_splits` takes it.
        votes: Likewise.
        out: Folder of the report.
        split: Rows of FER2013 to report.
        tta: Whether to look through all sets of views too.
        photos: Photographs in class folders, if any.
        folder: Face crops in class folders, if any.
        card: Of the presets, to log their look at the test rows in. Runs have a log in their
            folders.
    """

    whats: tuple[str, ...]
    archive: Path
    votes: Path
    out: Path
    split: SplitName
    tta: bool
    photos: Path | None
    folder: Path | None
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
    _check_logs(request, candidates)
    if request.split == "validation":
        for candidate in candidates:
            require_held_out(candidate)
    say("Reading")
    material = _read(request, candidates)
    warnings = foreign_rows(candidates, material)
    for warning in warnings:
        say(f"Warning: {warning}")
    say("Timing")
    time = time_all(candidates)  # it may fail: before a look that counts
    seen = look_all(candidates, material, tta=request.tta, say=say)
    if request.split == "test":
        for candidate, heads in zip(candidates, seen, strict=True):
            _log(request, candidate, heads, material)
    report = {
        **evaluate(seen, material, request.split),
        "date": datetime.now(UTC).date().isoformat(),
        "fervid_version": fervid.__version__,
        "whats": list(request.whats),
        "notes": warnings + notes(request.split, tta=request.tta),
        "time": time,
        "timed": circumstances(),
    }
    write(report, request.out)
    return report


def _read(request: Request, candidates: Sequence[Candidate]) -> Material:
    return gather(
        request.archive,
        request.votes,
        [one.choice for one in candidates],
        candidates[0].share,  # all have the same
        request.split,
        request.folder,
        request.photos,
    )


def _check_logs(request: Request, candidates: Sequence[Candidate]) -> None:
    """See to it before the work that a look at the test rows can be logged."""
    presets = [one.name for one in candidates if one.run_dir is None]
    if request.card is None:
        if request.split == "test" and presets:
            raise UsageError(
                "A preset's look at the test rows is logged in its card.",
                "Give --card, the card.json beside the weights of its network.",
            )
    elif request.split != "test" or not presets:
        raise UsageError(
            "A card logs presets' looks at the test rows.",
            "Give --split test and a preset, or leave --card out.",
        )
    else:
        for name in presets:
            read_card(request.card, name)
        check_writable(request.card.parent)
    for run_dir in (one.run_dir for one in candidates if one.run_dir is not None):
        read_run_looks(run_dir)
        if request.split == "test":
            check_writable(run_dir)


def _log(request: Request, candidate: Candidate, heads: Sequence[Seen], material: Material) -> None:
    warnings = foreign_rows([candidate], material)
    if candidate.run_dir is not None:
        log_run_look(candidate.run_dir, heads, material, warnings)
    elif request.card is not None:
        log_look(request.card, heads[0], material, warnings)
