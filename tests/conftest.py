"""Fixtures for every test: guards, the shared folder, and small media drawn on the spot."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = [
    "tests.cluster.clustered",
    "tests.browsed",
    "tests.downloaded",
    "tests.drawn",
    "tests.isolated",
    "tests.s3_server",
    "tests.staged",
]

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SHARED = Path(os.environ.get("FERVID_SHARED", Path(__file__).parents[2] / "shared"))


def _lacking() -> dict[str, str]:
    """Say what of a test's surroundings is not there, by marker."""
    lacking = {}
    if not (SHARED / "media").is_dir():
        lacking["shared"] = f"no media and data at {SHARED}: every test on real media was skipped"
    if CHROMIUM is None:
        lacking["browser"] = (
            "no Chromium on the PATH or as $CHROMIUM: every test of a page in a browser was skipped"
        )
    return lacking


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for marker, reason in _lacking().items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in _lacking().values():
        terminalreporter.write_line(f"WARNING: {reason}.", red=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    assert CHROMIUM is not None
    return CHROMIUM


@pytest.fixture
def shared() -> Path:
    return SHARED


@pytest.fixture(autouse=True)
def _no_surviving_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("fervid"):
            thread.join(5)
            assert not thread.is_alive(), f"{thread.name} survived the test"


@pytest.fixture(autouse=True)
def _no_error_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, f"logged errors: {[record.getMessage() for record in errors]}"


@pytest.fixture(autouse=True)
def _no_foreign_precision() -> Iterator[None]:
    """A test that leaves Keras in another precision would change the figures of those after it."""
    yield
    if "keras" in sys.modules:
        assert sys.modules["keras"].mixed_precision.dtype_policy().name == "float32"
