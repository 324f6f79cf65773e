"""The reference of configuration keys has every key and default, and none that is not there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from fervid.networks.registry import ARCHITECTURES
from training.config import MOST_SEED, Balance, Config, Policy
from training.rows import FOLDS

CONFIGS = Path(__file__).parents[2] / "training" / "configs"
REFERENCE = (CONFIGS / "README.md").read_text()

Defaults = dict[str, Any]


def written() -> dict[str, Defaults]:
    """Read the tables below the headings: by heading, the default of each key."""
    found = {}
    for part in REFERENCE.split("\n## ")[1:]:
        heading, text = part.split("\n", 1)
        rows = re.findall(r"^\| `(\w+)` \| (\S+) \| .+ \|$", text, re.MULTILINE)
        assert len(rows) == text.count("\n| ") - text.count("\n| key |")
        found[heading.replace(" (the default)", "")] = {
            key: tomllib.loads(f"it = {value.strip('`')}")["it"] if "`" in value else value
            for key, value in rows
        }
    return found


def sections() -> Iterator[tuple[str, Any]]:
    """Give every dataclass that a configuration is made of, with its heading."""
    yield "In no section", Config
    for name, hint in get_type_hints(Config).items():
        kinds = [one for one in (get_args(hint) or (hint,)) if is_dataclass(one)]
        for kind in kinds:
            chosen = get_type_hints(kind).get("kind")
            told_apart = f', `kind = "{get_args(chosen)[0]}"`' if chosen else ""
            yield f"`[{name}]`{told_apart}", kind


def defaults(kind: Any) -> Defaults:
    """Give the defaults of a dataclass's keys, as the tables write them; sections are none."""
    hints = get_type_hints(kind)
    found: Defaults = {}
    for one in fields(kind):
        is_section = any(map(is_dataclass, (hints[one.name], *get_args(hints[one.name]))))
        if one.name != "kind" and not is_section:
            found[one.name] = one.default
    words = {MISSING: "required", None: "none"}
    return {key: words.get(value, value) for key, value in found.items()}


@pytest.mark.parametrize(("heading", "kind"), list(sections()), ids=str)
def test_every_key_of_a_section_stands_in_its_table_with_its_default(
    heading: str, kind: Any
) -> None:
    in_table, in_code = written()[heading], defaults(kind)
    assert list(in_table) == list(in_code)
    for key, value in in_code.items():
        close = pytest.approx(value, rel=1e-3) if isinstance(value, float) else value
        assert in_table[key] == close, key


def test_there_are_no_other_sections_and_the_first_kind_is_the_default() -> None:
    assert list(written()) == [heading for heading, _ in sections()]
    marked = re.findall(r'kind = "(\w+)"` \(the default\)', REFERENCE)
    assert marked == [Config().optimizer.kind, Config().learning_rate.kind]


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("architecture", tuple(ARCHITECTURES)),
        ("policy", get_args(Policy)),
        ("balance", get_args(Balance)),
    ],
)
def test_a_key_with_names_for_values_lists_them_all(key: str, names: tuple[str, ...]) -> None:
    (line,) = re.findall(rf"^\| `{key}` \|.*$", REFERENCE, re.MULTILINE)
    meaning = line.split(" | ", 2)[2]
    assert [name for name in names if f"`{name}`" not in meaning] == []
    assert set(re.findall(r"`([a-z0-9_-]+)`", meaning)) <= {*names, "fer"}


def test_ranges_are_those_of_the_code() -> None:
    assert f"0 to {MOST_SEED}" in REFERENCE
    assert f"0 to {FOLDS - 1}" in REFERENCE


def test_every_configuration_of_the_repository_is_named() -> None:
    names = re.findall(r"^\| `([\w-]+\.toml)` \|", REFERENCE, re.MULTILINE)
    assert sorted(names) == sorted(path.name for path in CONFIGS.glob("*.toml"))
