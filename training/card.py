"""What a model card says, in words and in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from training.blend import votes_of
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
        "softmax(((1 - crowd_share) fer + crowd_share crowd) / temperature)"
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

_TEMPERATURES = (
    "temperatures: validation, those of the default and of FER2013's head by NLL of FER2013's "
    "labels, the crowd head's by NLL of the votes, as it says what a crowd sees; so ECE and NLL on "
    "validation are a little too good"
)

_DATA = (
    "FER2013 training rows (Goodfellow et al. 2013; research use) without black images, rows that "
    "five of ten people called not a face, and rows in which the audit of twins, as it was when "
    "the run began, found a twin in the test folder; FER+ votes (Barsoum et al. 2016, MIT)"
)


def data_in_words(facts: dict[str, Any]) -> str:
    """Say what a network was trained on, and no more than is so.

    Args:
        facts: As `training.checkpoint.run_facts` returns; a `note` in them, or in the `run`, is
            repeated.
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
    if "note" in known:
        words.append(str(known["note"]))
    return "; ".join(words)


def _share_of_rows(facts: dict[str, Any]) -> float:
    """Return the share of the archive's training rows; the first trainer took all."""
    share: float = facts.get("run", {}).get("config", {}).get("rows", {}).get("share", 1.0)
    return share


def chosen_on(crowd_share: float, comparison: dict[str, Any] | None) -> str:
    """Say what the choices after training were made on, and no more than is so.

    Args:
        crowd_share: Of the default preset.
        comparison: As `training.blend_record.read_comparison` returns.
    """
    if comparison is None:
        how = "not compared with others for these weights"
    else:
        shares = [outcome["crowd_share"] for outcome in comparison["shares"]]
        among = "" if crowd_share in shares else "; this one is not among them"
        how = (
            f"choose-blend compared the shares {', '.join(f'{share:g}' for share in shares)} on "
            f"{comparison['validation_rows']:,} rows of validation and "
            f"{comparison['photographs_at_odd_places']:,} photographs at odd places, see "
            f"blend_comparison{among}"
        )
    return f"the default's crowd share, {crowd_share:g}: {how}; {_TEMPERATURES}"


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
class Blend:
    """A preset on a network of two heads.

    Args:
        suffix: Of its name, behind the network's.
        summary: One line.
        crowd_share: Of the crowd head.
        fitted_to: What its temperature is fitted to.
    """

    suffix: str
    summary: str
    crowd_share: float
    fitted_to: Literal["labels", "votes"]


def blends(crowd_share: float) -> tuple[Blend, ...]:
    """Return the presets on a network: the default with this crowd share, and both pure heads."""
    mixed = f"FER2013's labels, with {crowd_share:g} of what a crowd sees"
    return (
        Blend("", f"What a face shows: {mixed}", crowd_share, "labels"),
        Blend("-fer2013", "What FER2013's labels say", 0.0, "labels"),
        Blend("-crowd", "What a crowd of ten sees (FER+ votes)", 1.0, "votes"),
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
