"""What can be evaluated: presets as users run them, and the runs of the trainer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.classify import blend_heads, load_classifier
from fervid.errors import UsageError, valid_names
from fervid.labels import EMOTIONS
from fervid.runtime import resolve_device
from training.evaluation.tta import Crops
from training.held_out import holds_out

_BATCH = 64

HEADS = ("blend", "fer", "crowd")
"""Of a run."""

ByHead = dict[str, npt.NDArray[np.float32]]
"""Probabilities `(n, 7)` by head; the first head is the one that counts."""

Classify = Callable[[Crops], ByHead]


class Choice(NamedTuple):
    """Which of the archive's training rows were trained on.

    Args:
        fold: The validation tenth, see `training.rows.choose`.
        held_out: Whether training did without it.
    """

    fold: int
    held_out: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be evaluated, not yet loaded.

    Args:
        name: Of the preset, or of the run's folder.
        run_dir: Of the run; None for a preset.
        architecture: Of the run; None for a preset.
        choice: Its rows.
        share: Of the archive's training rows, a part of which was validation.
        rows: How many it was trained and validated on; None where nobody wrote it down.
    """

    name: str
    run_dir: Path | None
    architecture: str | None
    choice: Choice
    share: float
    rows: tuple[int, int] | None

    @property
    def validated_on(self) -> int | None:
        """The fold whose validation rows it has not seen; None where it was trained on them."""
        return self.choice.fold if self.choice.held_out else None


def find(what: str) -> Candidate:
    """Find out what a name on the command line is.

    Args:
        what: Name of a preset, or else a run folder.

    Returns:
        The preset or run.

    Raises:
        UsageError: It is neither.
        FervidError: The folder is there, but holds no run.
    """
    if what in presets.CLASSIFIERS:
        facts = _training_of_preset(what)
        return Candidate(what, None, None, *_chosen(facts), _rows(facts))
    if not Path(what).is_dir():
        raise UsageError(
            f"{what!r} is neither a preset nor a folder.",
            f"{valid_names(what, presets.CLASSIFIERS)} "
            "Or name the folder of a run of python -m training train.",
        )
    from training.checkpoint import run_facts

    facts = run_facts(Path(what))
    name = Path(what).resolve().name
    return Candidate(name, Path(what), facts["architecture"], *_chosen(facts), _rows(facts))


def _training_of_preset(name: str) -> dict[str, Any]:
    """Return the facts of the run behind a preset, which its card repeats."""
    card = presets.path_of(presets.classifier(name), "card.json")
    facts: dict[str, Any] = json.loads(card.read_text())["training"] if card.is_file() else {}
    return facts


def require_held_out(candidate: Candidate) -> None:
    """Refuse to say with validation rows what a classifier does that was trained on them.

    Raises:
        UsageError: It was.
    """
    if not candidate.choice.held_out:
        raise UsageError(
            f"{candidate.name} was trained on validation: what it does there says nothing.",
            "Name the run that it started from, or a preset exported from that.",
        )


def _chosen(facts: dict[str, Any]) -> tuple[Choice, float]:
    """Return the choice, and the share of the rows; the first trainer took all, and fold 0."""
    rows = facts.get("run", {}).get("config", {}).get("rows", {})
    return Choice(rows.get("fold", 0), holds_out(facts)), rows.get("share", 1.0)


def _rows(facts: dict[str, Any]) -> tuple[int, int] | None:
    if "training_rows" not in facts:
        return None
    return facts["training_rows"], facts["validation_rows"]


def load(candidate: Candidate, clean_images: Crops) -> Classify:
    """Load a preset into the runtime that users run, or a run's averaged weights into Keras.

    Args:
        candidate: What.
        clean_images: `(n, 48, 48)` uint8 images that the run was trained on.

    Returns:
        From crops to probabilities: `shipped` of a preset; `blend`, `fer` and `crowd` of a run.
    """
    if candidate.run_dir is None:
        classifier = load_classifier(
            presets.classifier(candidate.name), resolve_device("cpu"), _BATCH
        )
        return lambda crops: {"shipped": classifier.classify(list(crops)).probabilities}
    from training.blend import plain_blend
    from training.blend_record import blend_of, read_comparison
    from training.checkpoint import load_averaged

    model = load_averaged(candidate.run_dir, clean_images)
    fitted = blend_of(read_comparison(candidate.run_dir))
    blends = dict(zip(HEADS, (fitted, plain_blend(0), plain_blend(1)), strict=True))

    def classify(crops: Crops) -> ByHead:
        if not len(crops):  # as where no photograph has a face; Keras refuses it
            return {head: np.empty((0, len(EMOTIONS)), np.float32) for head in HEADS}
        logits = model.predict(crops[..., None], batch_size=_BATCH, verbose=0)
        fer, crowd = logits["fer"], logits["crowd"][:, : len(EMOTIONS)]
        return {head: blend_heads(fer, crowd, blend, 1.0) for head, blend in blends.items()}

    return classify
