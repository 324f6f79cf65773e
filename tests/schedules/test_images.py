"""The Dockerfile, by its linter; and what it takes from the checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.schedules.placed import BIN, ROOT

DOCKERFILE = ROOT / "jobs/images/Dockerfile"


def lint(file: Path) -> subprocess.CompletedProcess[str]:
    command = [BIN / "hadolint", "--no-color", file]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_linter_finds_nothing() -> None:
    done = lint(DOCKERFILE)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("USER 10001:10001", "USER root", "DL3002"),
        ("python:3.12.13-slim-bookworm AS build", "python AS build", "DL3006"),
        (" --no-install-recommends", "", "DL3015"),
    ],
)
def test_the_linter_finds_what_would_be_wrong(
    tmp_path: Path, right: str, wrong: str, rule: str
) -> None:
    text = DOCKERFILE.read_text()
    assert right in text
    (tmp_path / "Dockerfile").write_text(text.replace(right, wrong))
    assert rule in lint(tmp_path / "Dockerfile").stdout


def instructions(word: str) -> list[list[str]]:
    lines = DOCKERFILE.read_text().replace("\\\n", " ").splitlines()
    return [line.split()[1:] for line in lines if line.split()[:1] == [word]]


def test_each_base_is_pinned_by_tag() -> None:
    stages = {words[2] for words in instructions("FROM")}
    bases = {words[0] for words in instructions("FROM")} - stages
    assert bases == {"python:3.12.13-slim-bookworm"}


def test_what_is_copied_is_let_in_and_nothing_else_is() -> None:
    """.dockerignore shuts everything out and lets in what a COPY names: no results, no media."""
    first, *rules = (ROOT / ".dockerignore").read_text().splitlines()[1:]
    copied = {
        name
        for words in instructions("COPY")
        if not words[0].startswith("--from=")
        for name in words[:-1]
    }
    assert first == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_health_check_is_that_of_fervid() -> None:
    assert instructions("HEALTHCHECK")[-1][-3:] == ["CMD", '["fervid",', '"doctor"]']
