"""Write a comparison of ways of smoothing: JSON, and Markdown tables that can be pasted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.evaluation.markdown import table
from training.sequences.comparison import REFERENCE


def write(report: Mapping[str, Any], out: Path) -> None:
    """Write `sequences.json` and `sequences.md`.

    Args:
        report: As `training.sequences.measure.measure_sequences` returns.
        out: The folder, missing or empty; it appears when it is complete.
    """
    unfinished = out.with_name(out.name + ".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    (unfinished / "sequences.md").write_text(document(report))
    (unfinished / "sequences.json").write_text(json.dumps(report, indent=2) + "\n")
    if out.is_dir():
        out.rmdir()
    unfinished.replace(out)


def document(report: Mapping[str, Any]) -> str:
    """Write the Markdown.

    Args:
        report: As `training.sequences.measure.measure_sequences` returns.
    """
    return "\n\n".join(_parts(report)) + "\n"


def _parts(report: Mapping[str, Any]) -> Iterator[str]:
    images = report["images"]
    yield f"# Ways of smoothing what {report['model']} says"
    yield (
        "Made-up sequences of 64 frames: images are held for about 1.5 s, half of the holds go "
        "over to another image of the same class halfway, changes are steps or cross-fades of up "
        "to .4 s; the head moves, light changes, some frames are blurred, covered or missing. "
        f"Heads were trained on {report['training_sequences']:,} sequences of the "
        f"{images['training']:,} images that the network was trained on. Smoothing times "
        f"({', '.join(f'{each:g}' for each in report['smoothing_times_tried_s'])} s) and epochs "
        f"were chosen on sequences of {images['choice']:,} rows of validation, those below are of "
        "others. FER2013's test folder was not looked at. Intervals are 95%, by a bootstrap over "
        f"sequences; differences are from {REFERENCE}, which is what --smooth does. A head that "
        "looks at one frame alone can only say again what the classifier should have said of such "
        "images: its gain has nothing to do with time."
    )
    yield (
        "What this cannot show: faces here change person with expression, and the label of a held "
        "image is one annotator's. What a network gets wrong in a face it gets wrong for as long "
        "as the face is held, and no smoothing mends that. Seconds are those that suit these "
        "sequences, not real people."
    )
    for name, figures in report["compared_on"].items():
        yield f"## {name[0].upper()}{name[1:]}"
        yield (
            f"{figures['sequences']:,} sequences, {figures['frames']:,} frames, "
            f"{figures['mean_length_s']:g} s on average; the true label changes "
            f"{figures['true_changes_a_minute']:g} times a minute."
        )
        yield _table(figures["methods"])
        yield "What recurrent heads gain over frame-by-frame heads of the same input, then kernel:"
        yield table(
            ("method", "accuracy", "NLL"),
            [
                [
                    one["method"],
                    _figure(one["accuracy_less_control"], sign="+"),
                    _figure(one["nll_less_control"], sign="+"),
                ]
                for one in figures["methods"]
                if "accuracy_less_control" in one
            ],
        )


def _table(methods: list[Mapping[str, Any]]) -> str:
    heading = (
        *("method", "seconds", "accuracy", "difference", "macro recall", "NLL", "difference"),
        "changes a minute",
    )
    rows = [
        [
            one["method"],
            "" if one["seconds"] is None else f"{one['seconds']:g}",
            _figure(one["accuracy"]),
            _figure(one["accuracy_less_reference"], sign="+"),
            f"{one['macro_recall']:.3f}",
            _figure(one["nll"]) if "nll" in one else "",
            _figure(one["nll_less_reference"], sign="+") if "nll" in one else "",
            f"{one['changes_a_minute']:.0f}",
        ]
        for one in methods
    ]
    return table(heading, rows)


def _figure(figure: Mapping[str, Any], sign: str = "") -> str:
    low, high = figure["interval_95"]
    return f"{figure['mean']:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"
