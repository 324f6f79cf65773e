"""Write an evaluation as Markdown tables that can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fervid.labels import EMOTIONS
from training.evaluation.plots import ABSENT
from training.evaluation.score import Figures
from training.evaluation.several import SPREAD_FIGURES
from training.evaluation.tta import PLAIN

_SUMMARY = (
    "classifier",
    "head",
    "views",
    "rows",
    "accuracy (95%)",
    "macro-F1 (95%)",
    "NLL",
    "ECE (floor)",
    "T",
    "NLL at T",
    "ECE at T (floor)",
)


def summary(report: Figures) -> str:
    """Write the figures of all classifiers, heads and sets of views as one table.

    Args:
        report: As `training.evaluation.evaluate.evaluate` returns.
    """
    split = report["split"]
    rows = [
        _summary_row([entry["what"], entry["head"], view], scores, entry["temperature"].get(view))
        for entry in report["classifiers"]
        for view, scores in entry[split].items()
    ]
    for view, scores in report.get("pooled", {}).items():
        rows.append(_summary_row(["all folds", "pooled", view], scores, None))
    return table(_SUMMARY, rows)


def _summary_row(names: list[str], scores: Figures, temperature: float | None) -> list[str]:
    after = scores["calibrated"]
    return [
        *names,
        f"{scores['rows']:,}",
        f"{_percent(scores['accuracy'])} ({_range(scores['accuracy_95'], _percent)})",
        f"{_short(scores['macro_f1'])} ({_range(scores['macro_f1_95'], _short)})",
        _short(scores["nll"]),
        f"{_short(scores['ece'])} ({_short(scores['ece_floor'])})",
        "" if temperature is None else f"{temperature:.2f}",
        "" if after is None else _short(after["nll"]),
        "" if after is None else f"{_short(after['ece'])} ({_short(after['ece_floor'])})",
    ]


def document(report: Figures, pictures: dict[str, list[str]]) -> str:
    """Write everything.

    Args:
        report: As `training.evaluation.evaluate.evaluate` returns, with `notes`, `time`
            and `timed`.
        pictures: File names by classifier.
    """
    split = report["split"]
    parts = [f"# Evaluation on FER2013, {split}", summary(report)]
    parts += [f"- {note}" for note in report["notes"]]
    if "spread" in report:
        parts += ["## Several classifiers", *_several(report)]
    if split == "test":
        parts += ["## Test rows without a twin", *_without_twins(report)]
    if any("folder" in entry for entry in report["classifiers"]):
        parts += ["## Another data set", _folder(report)]
    if any("photographs" in entry for entry in report["classifiers"]):
        parts += ["## Photographs, whole pipeline", *_photographs(report)]
    parts += ["## Time per face", _time(report), report["timed"]]
    for entry in report["classifiers"]:
        parts += [f"## {_name(entry)}", *_classes(entry[split][PLAIN])]
        parts += [f"![{name}]({name})" for name in pictures.get(_name(entry), [])]
    return _joined(parts)


def _several(report: Figures) -> Iterable[str]:
    yield "Mean and sample deviation over the first head of each:"
    rows = [
        [view, *(f"{figures[name]['mean']:.4f} ± {figures[name]['sd']:.4f}" for name in figures)]
        for view, figures in report["spread"].items()
    ]
    yield table(("views", *SPREAD_FIGURES), rows)
    if "comparison" not in report:
        return
    found = dict(report["comparison"])
    first, second = found.pop("first"), found.pop("second")
    yield f"{second} against {first}, row by row (paired bootstrap, McNemar's exact test):"
    rows = [
        [
            view,
            f"{100 * pair['difference']:+.2f} ({_range(pair['difference_95'], _points)})",
            str(pair["only_first"]),
            str(pair["only_second"]),
            f"{pair['mcnemar_p']:.4f}",
        ]
        for view, pair in found.items()
    ]
    yield table(("views", "points (95%)", f"only {first}", f"only {second}", "p"), rows)


def _without_twins(report: Figures) -> Iterable[str]:
    rows = [
        _summary_row([entry["what"], entry["head"], view], scores, entry["temperature"].get(view))
        for entry in report["classifiers"]
        for view, scores in entry["test_without_twins"].items()
    ]
    yield "Rows without a twin in the archive's training (finer audit):"
    yield table(_SUMMARY, rows)
    for entry in report["classifiers"]:
        count = entry["test_rows_with_a_twin_among_the_rows_trained_on"]
        known = "an unknown number of" if count is None else f"{count:,}"
        yield f"- {_name(entry)}: {known} test rows have a twin among the rows trained on"


def _folder(report: Figures) -> str:
    rows = [
        _summary_row(
            [entry["what"], entry["head"], PLAIN],
            entry["folder"],
            entry["temperature"].get(PLAIN),
        )
        for entry in report["classifiers"]
    ]
    return table(_SUMMARY, rows)


def _photographs(report: Figures) -> Iterable[str]:
    yield "A photograph without a found face counts as wrong; choices are made on odd places."
    rows = []
    for entry in report["classifiers"]:
        found = entry["photographs"]
        rows.append(
            [
                entry["what"],
                entry["head"],
                str(found["rows"]),
                _percent(found["with_a_face"]),
                f"{_percent(found['accuracy'])} ({_range(found['accuracy_95'], _percent)})",
                _percent(found["accuracy_of_those_with_a_face"]),
                _percent(found["accuracy_at_odd_places"]),
                _percent(found["accuracy_at_even_places"]),
                *(_percent(found["per_class"][emotion]["recall"]) for emotion in EMOTIONS),
            ]
        )
    columns = ("rows", "with a face", "right (95%)", "of those with a face", "odd", "even")
    yield table(("classifier", "head", *columns, *EMOTIONS), rows)


def _time(report: Figures) -> str:
    rows = [
        [
            each["network"],
            each["runtime"],
            f"{each['batch_1_ms']:.2f}",
            f"{each['batch_64_ms']:.2f}",
        ]
        for each in report["time"]
    ]
    return table(("network", "runtime", "CPU ms, batch 1", "CPU ms, batch 64"), rows)


def _classes(scores: Figures) -> Iterable[str]:
    rows = [
        [
            emotion,
            *(_percent(figures[name]) for name in ("precision", "recall")),
            _short(figures["f1"]),
            f"{figures['support']:,}",
        ]
        for emotion, figures in scores["per_class"].items()
    ]
    yield table(("class", "precision", "recall", "F1", "rows"), rows)
    counts = [
        [f"**{emotion}**", *map(str, row)]
        for emotion, row in zip(EMOTIONS, scores["confusion"], strict=True)
    ]
    yield table(("label \\ predicted", *EMOTIONS), counts)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; its first column is left, the others right-aligned."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _joined(parts: Iterable[str]) -> str:
    """Put a blank line between parts, none between the items of a list."""
    text = ""
    previous = ""
    for part in parts:
        both_items = part.startswith("- ") and previous.startswith("- ")
        text += ("\n" if both_items else "\n\n") * bool(text) + part
        previous = part
    return text + "\n"


def _name(entry: Figures) -> str:
    return f"{entry['what']}, {entry['head']}"


def _percent(share: float | None) -> str:
    return ABSENT if share is None else f"{100 * share:.1f}%"


def _points(share: float) -> str:
    return f"{100 * share:+.2f}"


def _short(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.3f}"


def _range(low_high: Sequence[float], written: Any) -> str:
    return f"{written(low_high[0])} to {written(low_high[1])}"
