"""The runbook names what there is: every figure, every event of the log, messages as they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

import fervid
from fervid.metrics.families import families
from tests.metered import whole_state

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "jobs/README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
PACKAGE = Path(fervid.__file__).parent


def literals() -> str:
    """All texts of the program but docstrings, without what is filled in."""
    texts = []
    for path in PACKAGE.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        documented = {node.value for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if node in documented:
                continue
            if isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "\0" for p in node.values)
                texts.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)


def test_every_figure_is_described_with_its_labels() -> None:
    written = {family.name for family in families(whole_state())}
    named = set(re.findall(r"`(fervid_\w+)`", SECTIONS["Metrics"]))
    assert named == written
    for family in families(whole_state()):
        (row,) = (line for line in SECTIONS["Metrics"].splitlines() if f"`{family.name}`" in line)
        labels = {label for each, _ in family.samples for label in each}
        assert labels == set(row.split("|")[2].strip(" `").split())


def test_alerts_ask_for_figures_that_there_are() -> None:
    (rules,) = re.findall(r"```yaml\n(.*?)```", SECTIONS["Metrics"], re.DOTALL)
    expressions = [rule["expr"] for rule in yaml.safe_load(rules)]
    asked = set(re.findall(r"fervid_\w+", " ".join(expressions)))
    assert asked
    assert asked <= {family.name for family in families(whole_state())}


def test_every_event_of_the_log_is_described() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*_log.py"))
    events = set(re.findall(r'"event": "(\w+)"', sources))
    events |= set(re.findall(r'_say\(logging\.\w+, "(\w+)"', sources))
    named = re.findall(r"^\| (`.+?) \|", SECTIONS["Log"], re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(named))) == events
    fields = set(re.findall(r'^        "(\w+)": ', sources, re.MULTILINE)) - {"event"}
    assert {name for name in fields if f"`{name}`" not in SECTIONS["Log"]} == set()


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_every_exit_code_is_described(code: int) -> None:
    assert re.search(rf"^\| {code} \| \w", SECTIONS["Exit codes"], re.MULTILINE)


def test_messages_are_quoted_as_the_program_says_them() -> None:
    said = literals()
    rows = SECTIONS["Symptoms"].splitlines()
    symptoms = [row.split("|")[1] for row in rows if row.startswith('| "')]
    quoted = [text for symptom in symptoms for text in re.findall(r'"([^"]+)"', symptom)]
    assert len(quoted) > 20
    foreign = ("Error writing bytes", "moov atom", "Could not connect", "Please reduce")
    for text in quoted:
        words = [word for word in text.split() if "..." not in word]
        # What the program fills in stands between words that it always says.
        runs = (" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2)))
        assert text.startswith(foreign) or any(run in said for run in runs), text
