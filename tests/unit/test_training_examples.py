"""What help pages and the README tell people to type can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from fervid.networks.registry import ARCHITECTURES
from fervid.presets import CLASSIFIERS, DETECTORS
from training.__main__ import group
from training.config_file import override, read_config

ROOT = Path(__file__).parents[2]
CONTEXT = click.Context(group)
DATA = "--archive fer2013.zip --votes ferplus_votes.csv"
DATA_NAMES = ("archive", "votes")


def in_help(name: str) -> str:
    command = group.get_command(CONTEXT, name)
    assert command is not None
    epilog = str(command.epilog)
    return epilog.removeprefix("Example: python -m training ")


def in_readme() -> list[str]:
    section = (ROOT / "README.md").read_text().split("## Train it yourself")[1].split("\n## ")[0]
    lines = re.findall(r"^\| `([a-z].+?)` \| ", section, re.MULTILINE)
    return [line.replace("$D", DATA) for line in lines]


def in_makefile() -> list[str]:
    """Take what `make train` runs, with its variables as they are by default."""
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    lines = re.findall(r"^\t\$\(TRAINING\) (.+)$", text, re.MULTILINE)
    teachers = re.findall(r"^BETTER_TEACHERS = (.+)$", text, re.MULTILINE)
    known = {"DATA": DATA, "RUNS": "runs", "NETWORK": "mine", "TRIAL": ""}
    known["BETTER_TEACHERS"] = teachers[0].replace("$(RUNS)", "runs")
    return [re.sub(r"\$\((\w+)\)", lambda name: known[name[1]], line) for line in lines]


EXAMPLES = [in_help(name) for name in group.list_commands(CONTEXT)]


def parsed(line: str) -> click.Context:
    """Parse a command as the terminal would, without carrying it out."""
    name, *arguments = shlex.split(line)
    command = group.get_command(CONTEXT, name)
    assert command is not None, line
    return command.make_context(name, arguments)


def check_names(line: str, made: set[str]) -> None:
    """Look at all that a command names: it ships, or an earlier command has made it."""
    parameters = parsed(line).params
    trains = line.startswith("train ")
    if trains:
        flags = {name: value for name, value in parameters.items() if value not in (None, ())}
        config = read_config(flags.pop("path"))
        override(config, {name: flags[name] for name in flags.keys() - {*DATA_NAMES, "run_dir"}})
    elif "architecture" in parameters:
        assert parameters["architecture"] in ARCHITECTURES
    assert parameters.get("detector", "mtcnn") in DETECTORS
    several = [parameters.get(name, ()) for name in ("whats", "teachers", "run_dirs")]
    run = [] if trains or "run_dir" not in parameters else [parameters["run_dir"]]
    assert {str(name) for names in (*several, run) for name in names} <= {*made, *CLASSIFIERS}


@pytest.fixture(autouse=True)
def _folder_of_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What examples take for granted: a checkout, with photographs in it."""
    (tmp_path / "training").symlink_to(ROOT / "training")
    for name in ("photos", "films", "expressions"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_example_of_a_help_page_can_be_typed(line: str) -> None:
    check_names(line, made={"runs/student"})


@pytest.mark.parametrize("lines", [in_readme(), in_makefile()], ids=["README", "make train"])
def test_a_step_names_what_ships_or_what_a_step_before_has_made(lines: list[str]) -> None:
    made: set[str] = set()
    for line in lines:
        check_names(line, made)
        parameters = parsed(line).params
        written = parameters.get("out", parameters.get("run_dir"))
        made.add(written.name if line.startswith("export ") else str(written))


def test_the_readme_has_every_command_and_what_make_train_does() -> None:
    steps = in_readme()
    names = {line.split()[0] for line in steps}
    assert names == set(group.list_commands(CONTEXT))
    trained = [parsed(line).params for line in in_makefile() if line.startswith("train ")]
    assert len(trained) == 8
    assert [parsed(line).params for line in steps if line.startswith("train ")] == trained
