"""Take options of commands from a TOML file: a table per command, below flags and variables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from fervid.errors import UsageError, valid_names

Command = TypeVar("Command", bound=Callable[..., Any])

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "quantity": ((int, float, str), "a number or text"),
    "moment": ((str, date), "a date, a time or text"),
}
"""What a file may hold for an option, by click's name of its type; text for all else."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of options, as it stands.

    Args:
        path: Where it lies.
        text: What it holds.
        tables: The same, read.
    """

    path: Path
    text: str
    tables: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read a file.

        Raises:
            UsageError: It cannot be read, or is no TOML.
        """
        try:
            text = path.read_text(encoding="utf-8")
            return cls(path, text, tomllib.loads(text))
        except OSError as error:
            raise UsageError(
                f"Cannot read {path}: {error.strerror}.",
                "Give --config a file in TOML, with a table per command.",
            ) from error
        except (ValueError, RecursionError) as error:
            raise UsageError(
                f"{path} is no TOML: {error}.",
                "Write a table per command: [analyze], and below it lines such as fps = 2.",
            ) from error

    def options(self, group: click.Group, context: click.Context, name: str) -> dict[str, Any]:
        """Check the whole file and return the options of one command, by name of the parameter.

        Args:
            group: The commands that there are.
            context: Of the group.
            name: The command that runs.

        Raises:
            UsageError: A table or an option is unknown, or a value is of the wrong type.
        """
        checked = {}
        for table, entries in self.tables.items():
            if not isinstance(entries, dict):
                raise UsageError(
                    f"{self._place(table)}: {table} stands in no table.",
                    "Put it below the name of its command, such as [analyze].",
                )
            command = group.get_command(context, table)
            if command is None:
                raise UsageError(
                    f"{self._place(table)}: there is no command {table!r}.",
                    valid_names(table, group.list_commands(context)),
                )
            checked[table] = dict(self._checked(table, entries, command))
        return checked.get(name, {})

    def _checked(
        self, table: str, entries: dict[str, Any], command: click.Command
    ) -> Iterator[tuple[str, Any]]:
        known = {one.name: one for one in command.params if one.name not in (None, "config")}
        seen: set[str] = set()
        for key, value in entries.items():
            name = key.replace("-", "_")
            where = self._place(table, key)
            if name not in known:
                raise UsageError(
                    f"{where}: [{table}] has no option {key!r}.",
                    valid_names(name, filter(None, known))
                    if known
                    else f"fervid {table} takes none.",
                )
            if name in seen:
                raise UsageError(f"{where}: {name} stands there twice.", "Keep one of the two.")
            seen.add(name)
            yield name, _value(f"{where}: {key} in [{table}]", known[name], value)

    def _place(self, table: str, key: str | None = None) -> str:
        line = _line(self.text, table, key)
        return f"{self.path}, line {line}" if line else str(self.path)


def config_option(command: Command) -> Command:
    """Let a command take options from a file."""
    return click.option(
        "--config",
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_take,
        help="Take options from a TOML file: one table per command.",
    )(command)


class Inputs(click.Argument):
    """Names of any number, which a file may hold, too; click takes none given for an empty list."""

    def consume_value(self, ctx: click.Context, opts: Any) -> Any:
        """Return the names, and where they stand."""
        if not opts.get(self.name):
            opts = {name: value for name, value in opts.items() if name != self.name}
        return super().consume_value(ctx, opts)


def _take(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """Make what the file says the defaults of the command that runs."""
    above = context.parent
    if name is None or above is None or not isinstance(above.command, click.Group):
        return
    file = ConfigFile.read(Path(name))
    context.default_map = file.options(above.command, above, context.info_name or "")


def _value(what: str, parameter: click.Parameter, value: Any) -> Any:
    """Check the type of a value, and what else the option's own type asks for."""
    types, wanted = _KINDS.get(parameter.type.name, ((str,), "text"))
    several = parameter.nargs == -1 and isinstance(value, list)
    values = value if several else [value]
    if parameter.nargs == -1:
        wanted += ", or a list of that"
    # bool is an int to Python
    if not all(
        isinstance(one, types) and (bool in types) is isinstance(one, bool) for one in values
    ):
        raise UsageError(f"{what} must be {wanted}.", f"Received: {value!r}.")
    try:
        for one in values:
            parameter.type.convert(one, parameter, None)
    except click.BadParameter as error:
        raise UsageError(f"{what}: {error.message}", f"Received: {value!r}.") from error
    except UsageError as error:
        raise UsageError(f"{what}: {error.message}", error.remedy) from error
    return values if parameter.nargs == -1 else value


def _line(text: str, table: str, key: str | None) -> int | None:
    """Find the line of a table, or of a key in it; None where it is written in an unusual way."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^]]+?)\s*]", line):
            section = _bare(header[1])
            names = [section]
        else:
            names = [section, *line.partition("=")[0].split(".")] if "=" in line else []
        names = [_bare(name) for name in names if name]
        if names[:1] == [table] and (key is None or names[1:2] == [key]):
            return number
    return None


def _bare(name: str) -> str:
    return name.strip(" \t\"'")
