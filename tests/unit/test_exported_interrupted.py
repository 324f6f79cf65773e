"""Whatever ends fervid while it exports, no process and nothing half-made remains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fervid.exported import exported
from tests.decoders import wait_until_gone

_MAKER = """
import os, sys, time
from pathlib import Path
from fervid.exported import exporting

with exporting():
    here = Path(__file__).parent
    (here / "begun.new").write_text(str(os.getpid()))
    (here / "begun.new").rename(here / "begun")
    while not (here / "go").exists():
        time.sleep(0.01)
    (Path(sys.argv[1]) / "net.tflite").write_bytes(b"made")
"""

_PROGRAM = """
import sys
from fervid.cli.interrupt import stop_on_signal
from fervid.exported import exported

if sys.argv[1] == "with watch":
    with stop_on_signal(told=False) as stop:
        exported("the net", "key", ["net.tflite"], "maker")
        sys.exit(77 if stop.is_set() else 1)
exported("the net", "key", ["net.tflite"], "maker")
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module that exports once a file `go` lies beside it."""
    path = tmp_path / "modules"
    path.mkdir()
    (path / "maker.py").write_text(_MAKER)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(path))
    monkeypatch.syspath_prepend(path)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "fervid"


@pytest.fixture(params=["with watch", "without"])
def program(request: pytest.FixtureRequest, modules: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process group of its own, as a terminal makes one, that is exporting."""
    yield from _program(request.param, modules)


@pytest.fixture
def watching(modules: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The same as `fervid analyze` does it: with an eye on signals."""
    yield from _program("with watch", modules)


def _program(how: str, modules: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, how],
        cwd=Path(__file__).parents[2],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while not (modules / "begun").exists():
                assert process.poll() is None
                time.sleep(0.01)
            yield process
        finally:
            process.kill()
            (modules / "go").touch()


def exporter(modules: Path) -> int:
    return int((modules / "begun").read_text())


def test_the_first_ctrl_c_lets_an_export_end(
    watching: subprocess.Popen[bytes], modules: Path, cache: Path
) -> None:
    os.killpg(watching.pid, signal.SIGINT)
    (modules / "go").touch()
    assert watching.wait() == 77
    assert (cache / "key" / "net.tflite").read_bytes() == b"made"


def test_ctrl_c_ends_the_export_of_a_program_that_does_not_watch_for_it(
    modules: Path, cache: Path
) -> None:
    for process in _program("without", modules):
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait() == -signal.SIGINT
    assert wait_until_gone([exporter(modules)]) == []
    assert os.listdir(cache) == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends children with their parent")
def test_an_export_dies_with_the_one_that_asked_and_the_next_one_tidies_up(
    program: subprocess.Popen[bytes], modules: Path, cache: Path
) -> None:
    program.kill()
    program.wait()
    assert wait_until_gone([exporter(modules)]) == []
    assert len(os.listdir(cache)) == 1
    (modules / "go").touch()
    assert exported("the net", "key", ["net.tflite"], "maker") == {"net.tflite": b"made"}
    assert os.listdir(cache) == ["key"]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends children with their parent")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_ends_an_export_at_once(
    watching: subprocess.Popen[bytes], modules: Path, number: signal.Signals
) -> None:
    while watching.poll() is None:
        os.killpg(watching.pid, number)
        time.sleep(0.01)
    assert watching.returncode == 130
    assert wait_until_gone([exporter(modules)]) == []


def test_what_another_process_is_making_is_left_to_it(
    watching: subprocess.Popen[bytes], modules: Path, cache: Path
) -> None:
    (modules / "maker.py").write_text(_MAKER.replace('(here / "go").exists()', "True"))
    assert exported("the net", "key", ["net.tflite"], "maker") == {"net.tflite": b"made"}
    assert len(os.listdir(cache)) == 2
    (modules / "go").touch()
    assert watching.wait() == 1
    assert os.listdir(cache) == ["key"]
