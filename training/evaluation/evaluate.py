"""Measure classifiers one by one, against each other, and together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from fervid.errors import UsageError
from training.evaluation.bootstrap import RESAMPLES
from training.evaluation.entry import entry
from training.evaluation.look import Seen, ensemble, look
from training.evaluation.material import Material, SplitName
from training.evaluation.nets import Candidate, find
from training.evaluation.score import Figures
from training.evaluation.several import comparison, pooled, spread


def find_all(whats: Sequence[str]) -> list[Candidate]:
    """Find out what the names on a command line are.

    Raises:
        UsageError: One is neither preset nor folder, or is named twice, or some were trained on
            other shares of the rows: there are no rows to compare them on.
        FervidError: A folder holds no run.
    """
    if len(set(whats)) < len(whats):
        raise UsageError("A preset or run is named twice.", f"Received: {' '.join(whats)}.")
    found = [find(what) for what in whats]
    shares = {candidate.name: candidate.share for candidate in found}
    if len(set(shares.values())) > 1:
        raise UsageError(
            "Trials on a share of the rows can't be compared with what had another share.",
            "Evaluate them one by one. Received: "
            + ", ".join(f"{name} of rows.share={share:g}" for name, share in shares.items()),
        )
    if len({candidate.name for candidate in found}) < len(found):  # a/run and b/run
        return [replace(one, name=what) for one, what in zip(found, whats, strict=True)]
    return found


def look_all(
    candidates: Sequence[Candidate],
    material: Material,
    *,
    tta: bool,
    say: Callable[[str], None],
) -> list[list[Seen]]:
    """Let every classifier look at everything.

    Args:
        candidates: The classifiers.
        material: What to look at.
        tta: Whether to look through all sets of views.
        say: Takes a line when a classifier begins.

    Returns:
        By classifier, what its heads saw; the head that counts comes first.
    """
    seen = []
    for candidate in candidates:
        sets = material.crops(candidate.validated_on).items()
        faces = ", ".join(f"{len(crops):,} {rows}" for rows, crops in sets)
        say(f"{candidate.name}: {faces}")
        seen.append(list(look(candidate, material, tta=tta)))
    return seen


def evaluate(seen: Sequence[Sequence[Seen]], material: Material, split: SplitName) -> Figures:
    """Compute all figures.

    Args:
        seen: As `look_all` returns.
        material: What was looked at.
        split: Of FER2013.

    Returns:
        `classifiers` (each head, then the ensemble of the first heads), and where there are
        several: `spread` over them, `comparison` of the first two, and `pooled` (cross-validation).
        The ensemble and the comparison need the same rows for all, the pool a fold of its own for
        each.
    """
    first_heads = [heads[0] for heads in seen]
    entries = [entry(one, material, split) for heads in seen for one in heads]
    report: Figures = {"split": split, "bootstrap_resamples": RESAMPLES, "classifiers": entries}
    if len(seen) == 1:
        return report
    of_first = {(one.what, one.head) for one in first_heads}
    report["spread"] = spread([e[split] for e in entries if (e["what"], e["head"]) in of_first])
    together = ensemble(first_heads, split)
    if together is not None:
        entries.append(entry(together, material, split))
        report["comparison"] = comparison(first_heads[0], first_heads[1], material, split)
    elif len({one.fold for one in first_heads}) == len(first_heads):
        report["pooled"] = pooled(first_heads, material)
    return report
