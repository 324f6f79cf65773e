"""Put contents into one self-contained page of HTML."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fervid.counted import counted
from fervid.labels import EMOTIONS
from fervid.printable import printable
from fervid.report import text
from fervid.report.colours import style_sheet
from fervid.report.contents import Contents, Row, statuses

_SCRIPTS = (
    "text",
    "record",
    "view",
    "theme",
    "steps",
    "words",
    "figure",
    "timeline",
    "bars",
    "detail",
    "list",
    "overview",
    "main",
)
"""In the order in which they build on each other; they are joined into one."""
MOST_FAULTS = 500
"""Rows of the table of faults: what a person scrolls through."""
_RUN_SECTIONS = ("detector", "model", "options", "settings")


def render(contents: Contents) -> Iterable[str]:
    """Write the page.

    Args:
        contents: Of a result.

    Yields:
        Pieces of HTML.
    """
    plotly, script = _plotly(), _script()
    environment = Environment(
        loader=PackageLoader("fervid.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": text.percent,
        "counted": counted,
        "visible": printable,
    }
    return environment.get_template("report.html.j2").generate(
        policy=_policy(plotly, script),
        style=Markup(_style()),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own files)
        plotly=_packed(plotly) if contents.packs else "",
        contents=contents,
        faces=_faces(contents),
        **_figures(contents),
    )


def _policy(*scripts: str) -> str:
    """Allow these scripts, styles of the page's own and pictures within it; no request at all."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'"
        for each in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@cache
def _plotly() -> str:
    """Read Plotly's script out of its package."""
    path = resources.files("plotly") / "package_data" / "plotly.min.js"
    return path.read_text(encoding="utf-8")


def _packed(script: str) -> str:
    return base64.b64encode(zlib.compress(script.encode(), 9)).decode()


def _script() -> str:
    page = resources.files("fervid.report") / "page"
    parts = [(page / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();"


def _style() -> str:
    page = resources.files("fervid.report") / "page"
    classes = "".join(f".is-{name} {{ background: var(--{name}); }}\n" for name in EMOTIONS)
    return style_sheet() + (page / "report.css").read_text(encoding="utf-8") + classes


def _figures(contents: Contents) -> dict[str, Any]:
    rows, total = contents.rows, contents.total
    seconds = sum(row["duration_s"] or 0 for row in rows)
    return {
        "kinds": {
            noun: sum(row["kind"] == kind for row in rows)
            for kind, noun in (("video", "video"), ("image", "photo"))
        },
        "statuses": statuses(rows),
        "frames": total.frames,
        "frames_failed": _sum(rows, "frames_failed"),
        "tracks": _sum(rows, "tracks"),
        "media": text.duration(seconds) if seconds else None,
        "classes": list(zip(EMOTIONS, total.shares(), total.means(), strict=True)),
        "faulty": [row for row in rows if row["error"] is not None],
        "most_faults": MOST_FAULTS,
        "run": _run(contents.run),
        "day": str(contents.run.get("started_at", ""))[:10],
        "version": contents.run.get("fervid_version"),
    }


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(int(row[column] or 0) for row in rows)


def _run(run: Row) -> list[tuple[str, list[tuple[str, str]]]]:
    """Sort the run file's facts into titled sections of lines."""
    rest = {key: value for key, value in run.items() if key not in _RUN_SECTIONS}
    sections = [("run", rest), *((name, run[name]) for name in _RUN_SECTIONS if name in run)]
    return [
        (title, list(text.flattened(facts)))
        for title, facts in sections
        if isinstance(facts, Mapping) and facts
    ]


def _faces(contents: Contents) -> dict[int, dict[int, str]]:
    if contents.thumbnails is None:
        return {}
    of = contents.thumbnails.of
    return {
        number: of[row["source"]] for number, row in enumerate(contents.rows) if row["source"] in of
    }
