"""Write what degradations cost as Markdown tables that can be pasted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from training.degradations.figures import Figures
from training.evaluation.markdown import table


def document(report: Figures) -> str:
    """Write everything.

    Args:
        report: As `training.degradations.measure.measure_degradations` returns.
    """
    return "\n\n".join(_parts(report)) + "\n"


def _parts(report: Figures) -> Iterator[str]:
    yield f"# What degradations cost {report['model']}"
    yield (
        f"FER2013's validation tenth, {report['rows']:,} rows, each spoiled in known ways; the "
        f"test folder was not looked at. In {_percent(report['with_landmarks'])} of the rows "
        "landmarks were found; the others count as upright and frontal. Expected: what the mean "
        f"of `quality` says, 1/7 at quality 0 and {_percent(report['accuracy_at_quality_1'])} at "
        f"1. Marked: quality below {report['min_quality']:g}. Intervals are Wilson's, 95%."
    )
    for warning in report["warnings"]:
        yield f"- {warning}"
    yield _levels(report)
    yield "![degradations](degradations.png)"
    yield "## Accuracy by quality, all levels together"
    yield _steps("quality", report["quality"])
    yield "## Rows as they are"
    for name, rows in report["intact"].items():
        yield _steps(name, rows)
    for places, figures in (report["photographs"] or {}).items():
        yield f"## Photographs at {places} places" + (", seen in fitting" * (places == "odd"))
        yield from _photographs(report, figures)
    yield "![quality](quality.png)"
    yield "## Constants"
    yield _constants(report["constants"])


def _levels(report: Figures) -> str:
    columns = ("accuracy (95%)", "expected", "confidence", "sharpness", "brightness", "quality")
    rows = [
        [
            f"{one['family']} ({one['unit']})" if one["unit"] else one["family"],
            f"{one['level']:g}" if one["unit"] else "",
            _share(one),
            _percent(one["expected"]),
            *(_short(one[name]) for name in columns[2:]),
            _percent(one["marked"]),
        ]
        for one in report["levels"]
    ]
    return table(("rows", "level", *columns, "marked"), rows)


def _steps(name: str, rows: Sequence[Figures]) -> str:
    cells = []
    for one in rows:
        span = f"{one['from']:g} to {one['to']:g}" if "from" in one else f"{one['mean']:.3f}"
        cells.append([span, f"{one['rows']:,}", _share(one)])
    by = name if rows and "from" in rows[0] else f"{name}, fifths by their mean"
    return table((by, "rows", "accuracy (95%)"), cells)


def _photographs(report: Figures, figures: Figures) -> Iterator[str]:
    parts = [(name, figures[name]) for name in ("all", "marked", "kept")]
    yield table(
        ("faces", "rows", "accuracy (95%)"),
        [[name, f"{one['rows']:,}", _share(one)] for name, one in parts],
    )
    yield _steps("quality", figures["quintiles"])
    for name in ("quality", "yaw", "pitch"):
        yield _steps(name, figures[name])
    yield "Accuracy of the rows that are kept when those of least value are left out:"
    yield table(
        ("kept by", *(f"{share:.0%}" for share in report["coverages"])),
        [[name, *map(_percent, curve)] for name, curve in figures["coverage"].items()],
    )


def _constants(constants: Figures) -> str:
    names = list(constants["in use"])
    rows = [
        [which, *(f"{values[name]:g}" for name in names)] for which, values in constants.items()
    ]
    return table(("", *names), rows)


def _share(one: Figures) -> str:
    if one["accuracy"] is None:
        return "-"
    low, high = one["accuracy_95"]
    return f"{_percent(one['accuracy'])} ({_percent(low)} to {_percent(high)})"


def _percent(share: float) -> str:
    return f"{100 * share + 0:.1f}%"  # no -0.0


def _short(value: float) -> str:
    return f"{value:.2f}"
