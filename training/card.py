"""What a model card says, in words and in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from training.blend import Blend, plain_blend, votes_of
from training.blend_record import UNFITTED_SHARE
from training.calibration import at_bound
from training.metrics import (
    class_figures,
    confusion_matrix,
    expected_calibration_error,
    figures,
    nll,
)
from training.rows import Examples

LICENCE = "MIT for the weights; the images they were trained on are for research use"

ABOUT = {
    "input": "uint8 grey face crop, 48x48, cut as fervid.align does",
    "output": (
        "logits of angry, disgust, fear, happy, sad, surprise, neutral, once as FER2013's labels "
        "have them and once as a crowd sees them; an embedding. A preset's probabilities are "
        "softmax((fer, crowd) blend / temperature), blend being a matrix of 14 x 7"
    ),
    "licence": LICENCE,
    "limits": [
        "An expression is not a felt emotion; labels are one annotator's guess at a photograph.",
        "disgust and fear are rarely recognised: see their recall.",
        "Trained on near-frontal faces found on the web; who is in them is unknown, so accuracy "
        "differs between groups of people by unknown amounts.",
        "Small, dark, blurred, covered and turned faces are worse than these figures.",
    ],
    "intervals": (
        "accuracy_95 is Wilson's interval (1927); a report of `evaluate` has percentiles of a "
        "bootstrap instead, which on thousands of rows differ from it by less than .001"
    ),
}
"""What holds for every network exported here."""

_FITTED = (
    "it is fitted to validation, too, so its figures there are too good: those of blend_comparison "
    "are cross-validated"
)

_TEMPERATURES = (
    "temperatures: validation, those of the default and of FER2013's head by NLL of FER2013's "
    "labels, the crowd head's by NLL of the votes, as it says what a crowd sees; so ECE and NLL on "
    "validation are a little too good"
)

_OF_THE_START = (
    "training ended with the validation rows among its rows: whatever is said of validation, or "
    "was fitted there, is so of the weights that it started from; photographs were seen by these"
)

_DATA = (
    "FER2013 training rows (Goodfellow et al. 2013; research use) without black images, rows that "
    "five of ten people called not a face, and rows in which the audit of twins, as it was when "
    "the run began, found a twin in the test folder; FER+ votes (Barsoum et al. 2016, MIT)"
)


def data_in_words(facts: dict[str, Any]) -> str:
    """Say what a network was trained on, and no more than is so.

    Args:
        facts: As `training.checkpoint.run_facts` returns, with those of the run it started from in
            `started_from`; a `note` in them, or in the `run`, is repeated.
    """
    run = facts.get("run", {})
    known = {**run.get("config", {}), **run, **facts}
    share = _share_of_rows(facts)
    words = [_DATA if share == 1 else f"the first {share:.1%} of {_DATA}"]
    if "distillation" in known:
        words.append(
            "what its teachers say of these rows: they may have been trained on more of them, "
            "before a finer audit of twins"
        )
    if "average_of" in known:
        words.append(f"the mean of the weights of {len(known['average_of'])} runs, see average_of")
    if "started_from" in facts:
        words.append("weights that another training left, see started_from")
    return "; ".join((*words, *_notes(facts)))


def _notes(facts: dict[str, Any]) -> list[str]:
    """Return what was noted of a run and of those before it, the last one first."""
    own = {**facts.get("run", {}), **facts}.get("note")
    earlier = _notes(facts["started_from"]) if "started_from" in facts else []
    return earlier if own is None else [str(own), *earlier]


def _share_of_rows(facts: dict[str, Any]) -> float:
    """Return the share of the archive's training rows; the first trainer took all."""
    share: float = facts.get("run", {}).get("config", {}).get("rows", {}).get("share", 1.0)
    return share


def chosen_on(comparison: dict[str, Any] | None, *, held_out: bool = True) -> str:
    """Say what the choices after training were made on, and no more than is so.

    Args:
        comparison: As `training.blend_record.read_comparison` returns; None for none.
        held_out: Whether training did without validation.
    """
    if comparison is None:
        how = f"plain, {UNFITTED_SHARE:g} of the crowd's head, not fitted to these weights"
    else:
        how = (
            f"{comparison['chosen']}, {comparison['rule']}: {comparison['validation_rows']:,} rows "
            f"of validation and {comparison['photographs_at_odd_places']:,} photographs at odd "
            f"places, see blend_comparison; {_FITTED}"
        )
    said = f"the default's blend: {how}; {_TEMPERATURES}"
    return said if held_out else f"{said}; {_OF_THE_START}"


def warnings(facts: dict[str, Any], temperatures: Mapping[str, float]) -> list[str]:
    """Say what speaks against using a network.

    Args:
        facts: As `training.checkpoint.run_facts` returns, with `epochs_done`.
        temperatures: By preset.
    """
    said = []
    share = _share_of_rows(facts)
    if share < 1:
        said.append(f"A trial: it was trained on {share:.1%} of the training rows.")
    stops_early = "early_stopping" in facts.get("run", {}).get("config", {})
    done, epochs = facts["epochs_done"], facts["epochs"]
    if done < epochs and not stops_early:
        said.append(f"Its training has not ended: {done} of {epochs} epochs.")
    said += [
        f"{name}: no temperature calibrates it; {temperature:g} is where the search ends."
        for name, temperature in temperatures.items()
        if at_bound(temperature)
    ]
    return said


@dataclass(frozen=True, slots=True)
class Readout:
    """A preset on a network of two heads.

    Args:
        suffix: Of its name, behind the network's.
        summary: One line.
        blend: Of both heads.
        fitted_to: What its temperature is fitted to.
    """

    suffix: str
    summary: str
    blend: Blend
    fitted_to: Literal["labels", "votes"]


def readouts(blend: Blend) -> tuple[Readout, ...]:
    """Return the presets on a network: the default with this blend, and both pure heads."""
    both = "What a face shows: FER2013's labels and what a crowd sees, blended"
    return (
        Readout("", both, blend, "labels"),
        Readout("-fer2013", "What FER2013's labels say", plain_blend(0), "labels"),
        Readout("-crowd", "What a crowd of ten sees (FER+ votes)", plain_blend(1), "votes"),
    )


def judge(probabilities: npt.NDArray[np.float32], validation: Examples) -> dict[str, Any]:
    """Compute the figures of a preset.

    Args:
        probabilities: `(n, 7)` of the validation rows.
        validation: `n` rows.

    Returns:
        `labels`: figures against FER2013's labels, and by class. `crowd`: accuracy against the
        crowd's most frequent answer where there is one, and NLL and ECE of its single votes.
    """
    seven = validation.crowd[:, :-1]
    first, second = np.sort(seven, axis=1)[:, :-3:-1].T
    clear = first > second
    most, seen = seven[clear].argmax(axis=1), probabilities[clear]
    rows, votes = votes_of(validation.crowd)
    right = probabilities.argmax(axis=1)[rows] == votes
    against_most = figures(seen, most)
    return {
        "labels": {
            **figures(probabilities, validation.labels),
            "classes": _classes(probabilities, validation.labels),
        },
        "crowd": {
            **{key: against_most[key] for key in ("rows", "accuracy", "accuracy_95", "macro_f1")},
            "classes": _classes(seen, most),
            "votes": len(votes),
            "nll_of_votes": round(nll(probabilities[rows], votes), 4),
            "ece_of_votes": round(expected_calibration_error(probabilities[rows], right), 4),
        },
    }


def _classes(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> Any:
    return class_figures(confusion_matrix(probabilities.argmax(axis=1), labels))
