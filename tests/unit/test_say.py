"""Names of files reach the terminal through one door, and the log through another."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fervid
from fervid.cli import logs
from fervid.cli.say import complain, tell, tell_cells

DOORS = {"say.py", "logs.py"}


@pytest.fixture
def _own_handlers() -> Iterator[None]:
    """Give every logger back what it had."""
    loggers = [logging.getLogger(name) for name in (None, "fervid", "fervid.run")]
    before = [(logger, logger.handlers, logger.level) for logger in loggers]
    yield
    logging.captureWarnings(False)
    for logger, handlers, level in before:
        logger.handlers = handlers
        logger.setLevel(level)


def test_commands_print_through_what_escapes_alone() -> None:
    for path in (Path(fervid.__file__).parent / "cli").glob("*.py"):
        if path.name not in DOORS:
            text = path.read_text()
            assert "click.echo" not in text, path
            assert "print(" not in text.replace("_print(", ""), path
            assert "sys.stdout.write" not in text, path


@given(st.text())
def test_a_line_stays_one_line_of_what_can_be_seen(text: str) -> None:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        tell(text)
        tell_cells(text, text)
        complain(f"x{text}")
    assert all(each.isprintable() or each in "\n\t" for each in out.getvalue() + err.getvalue())
    assert out.getvalue().count("\n") == 2
    assert out.getvalue().count("\t") == 1
    assert err.getvalue().count("\n") == 1


def broken() -> None:
    raise ValueError("a\nfervid: all is well\x1b[2J")


@pytest.mark.usefixtures("_own_handlers")
def test_a_traceback_is_indented_so_that_nothing_in_it_passes_for_a_line_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.show_logs(verbose=True)
    try:
        broken()
    except ValueError:
        logging.getLogger("fervid").debug("It broke:", exc_info=True)
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "It broke:"
    assert rest
    assert all(line.startswith("  ") and line.isprintable() for line in rest)


@pytest.mark.usefixtures("_own_handlers")
def test_what_libraries_warn_of_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.show_logs(as_json=True)
    logging.getLogger("PIL").warning("odd %s", "x\ny\udcff")
    logging.getLogger("PIL").info("not shown")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("look out\nforged", UserWarning, stacklevel=1)
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["logger"], first["level"], first["message"]) == ("PIL", "warning", "odd x\ny%FF")
    assert second["logger"] == "py.warnings"
    assert "forged" in second["message"]
