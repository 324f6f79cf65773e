"""The bill of materials: what runs fervid is on it, what develops it is not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jobs import sbom
from jobs.sbom import needed, pruned

REQUIREMENTS = {
    "fervid": [
        "Num_Py>=2",
        "Tensor[gpu]; python_version >= '3.0'",
        "old; python_version < '3'",
        "pytest; extra == 'dev'",
    ],
    "Num_Py": [],
    "Tensor": ["num-py", "cuda; extra == 'gpu'", "docs; extra == 'docs'"],
    "cuda": ["tensor"],
}


def needs() -> dict[str, set[str]]:
    return needed("fervid", REQUIREMENTS.get)


def environment(*, without: str = "") -> sbom.Bom:
    names = ["Num.Py", "Tensor", "cuda", "fervid", "pytest"]
    place = [{"type": "distribution", "url": "file:///home/me/fervid"}]
    return {
        "metadata": {"tools": []},
        "components": [
            {"name": name, "bom-ref": f"{name}==1", "externalReferences": place}
            for name in names
            if name != without
        ],
        "dependencies": [{"ref": f"{name}==1", "dependsOn": ["pytest==1"]} for name in names],
    }


def test_needed_is_what_runs_with_the_extras_that_were_asked_for() -> None:
    assert needs() == {
        "fervid": {"num-py", "tensor"},
        "num-py": set(),
        "tensor": {"num-py", "cuda"},
        "cuda": {"tensor"},
    }


def test_the_bill_has_what_is_needed_and_fervid_as_its_subject() -> None:
    bill = pruned(environment(), needs())
    assert [one["name"] for one in bill["components"]] == ["cuda", "Num.Py", "Tensor"]
    assert bill["metadata"]["component"] == {
        "name": "fervid",
        "bom-ref": "fervid==1",
        "type": "application",
    }
    assert {one["ref"]: one["dependsOn"] for one in bill["dependencies"]} == {
        "cuda==1": ["Tensor==1"],
        "fervid==1": ["Num.Py==1", "Tensor==1"],
        "Num.Py==1": [],
        "Tensor==1": ["Num.Py==1", "cuda==1"],
    }


def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(click.ClickException, match="Not installed here: cuda"):
        pruned(environment(without="cuda"), needs())


def test_a_tool_that_is_missing_is_named_and_no_file_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cyclonedx", None)
    done = CliRunner().invoke(sbom.main, [str(tmp_path / "b.json")])
    assert done.exit_code == 1
    assert "pip install '.[supply]'" in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_bill_of_this_installation_is_valid_and_says_nothing_of_this_machine(
    tmp_path: Path,
) -> None:
    pytest.importorskip("cyclonedx", reason="`make sbom` installs it")
    done = CliRunner().invoke(sbom.main, [str(tmp_path / "dist" / "b.json")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "dist" / "b.json").read_text()
    names = {one["name"] for one in json.loads(text)["components"]}
    assert {"numpy", "av", "click"} <= names
    assert not {"pytest", "ruff", "fervid"} & names
    assert "file://" not in text
