"""Read a run's configuration from TOML, strictly: what is not known is an error, with its place."""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from fervid.errors import UsageError, valid_names
from training.config import Config

_SECTION = {
    "epochs": "schedule",
    "batch_size": "schedule",
    "fold": "rows",
    "share": "rows",
    "teachers": "distillation",
}


def read_config(path: Path) -> Config:
    """Read a configuration.

    Args:
        path: A TOML file; what it leaves out has its default.

    Returns:
        The configuration.

    Raises:
        UsageError: It cannot be read or is no TOML, or a key or value in it is not valid.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.", "Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}.", "See training/configs/.") from error
    config: Config = _section(Config, table, str(path))
    return config


def config_from(values: Mapping[str, Any], place: str) -> Config:
    """Make a configuration of what `config_values` made of one.

    Args:
        values: Keys and values as in TOML.
        place: What errors say it stands in.

    Raises:
        UsageError: A key or value is not valid.
    """
    config: Config = _section(Config, values, place)
    return config


def override(config: Config, flags: Mapping[str, Any]) -> Config:
    """Put what stood on the command line in place of what a configuration has.

    Args:
        config: As it was read.
        flags: Values by flag; those in `_SECTION` stand in sections.

    Raises:
        UsageError: A value is not valid.
    """
    values = config_values(config)
    for name, value in flags.items():
        place = values.setdefault(_SECTION[name], {}) if name in _SECTION else values
        place[name] = list(value) if isinstance(value, tuple) else value
    return config_from(values, "command line")


def config_values(config: Any) -> dict[str, Any]:
    """Write a configuration, resolved, as what TOML and JSON have; leave out what is None."""
    values: dict[str, Any] = {}
    for one in fields(config):
        value = getattr(config, one.name)
        if is_dataclass(value):
            values[one.name] = config_values(value)
        elif isinstance(value, tuple):
            values[one.name] = [str(path) for path in value]
        elif value is not None:
            values[one.name] = str(value) if isinstance(value, Path) else value
    return values


def _section(kind: Any, table: Any, place: str) -> Any:
    if not isinstance(table, Mapping):
        raise UsageError(f"{place} must be a section.", f"Received: {table!r}")
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise UsageError(f"{place}: there is no key {key!r}.", valid_names(key, hints))
    for one in fields(kind):
        if one.name not in table and one.default is one.default_factory is MISSING:
            raise UsageError(f"{place}: the key {one.name!r} is missing.", "Give it a value.")
    values = {key: _value(hints[key], value, f"{place}: {key}") for key, value in table.items()}
    try:
        return kind(**values)
    except UsageError as error:
        raise UsageError(f"{place}: {error.message}", error.remedy) from error


def _value(hint: Any, value: Any, place: str) -> Any:
    choices = [choice for choice in _choices(hint) if choice is not type(None)]
    sections = [choice for choice in choices if is_dataclass(choice)]
    if sections:
        return _section(_of_kind(sections, value, place), value, place)
    (only,) = choices
    if get_origin(only) is Literal:
        only = str
    if get_origin(only) is tuple:
        if not isinstance(value, list):
            raise UsageError(f"{place} must be a list.", f"Received: {value!r}")
        return tuple(_value(Path, one, place) for one in value)
    name, known = {
        str: ("a text", str),
        Path: ("a text", str),
        int: ("a whole number", int),
        float: ("a number", int | float),
        bool: ("true or false", bool),
    }[only]
    if not isinstance(value, known) or isinstance(value, bool) != (only is bool):
        raise UsageError(f"{place} must be {name}.", f"Received: {value!r}")
    return only(value)


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _of_kind(sections: list[Any], value: Any, place: str) -> Any:
    """Choose among sections by their `kind`; the first is the default."""
    if len(sections) == 1 or not isinstance(value, Mapping) or "kind" not in value:
        return sections[0]
    by_kind = {get_args(get_type_hints(one)["kind"])[0]: one for one in sections}
    kind = str(value["kind"])
    if kind not in by_kind:
        raise UsageError(f"{place}.kind: there is no {kind!r}.", valid_names(kind, by_kind))
    return by_kind[kind]
