"""Decode workers live as long as they are needed, and never longer than their run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from fervid.limits import Limits
from fervid.reader_pool import read_all
from fervid.types import Frame
from tests.decoders import nurseries, wait_until_gone, workers
from tests.drawn import ALL_FRAMES, source_of
from tests.isolated import MARKS, ONE, STEP_BY_STEP, TWO, copies

pytestmark = MARKS


def test_a_worker_reads_many_sources(reel: Path, tmp_path: Path) -> None:
    sources = copies(reel, tmp_path, 6)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        seen = {tuple(workers()) for item in items if isinstance(item, Frame) and item.index == 9}
    assert len(seen) == 1


_PARENT = """
import sys, time
from pathlib import Path
from fervid.limits import Limits
from fervid.reader_pool import DecodePlan, read_all
from tests.drawn import ALL_FRAMES, source_of
from tests.decoders import nurseries, workers

items = read_all([source_of(Path(sys.argv[1]))] * 2, ALL_FRAMES, DecodePlan(2, 1, isolated=True), 1)
next(items)
print(*nurseries(), *workers(), flush=True)
time.sleep(60)
"""


def test_when_the_parent_is_killed_no_process_remains(reel: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(reel)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        # One hangs: it cannot see that its parent is gone.
        os.kill(pids[-1], signal.SIGSTOP)
        parent.kill()
    assert len(pids) == 3
    assert wait_until_gone(pids) == []


def test_ctrl_c_is_the_parents(reel: Path) -> None:
    with closing(read_all([source_of(reel)], ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        next(items)
        for pid in (*nurseries(), *workers()):
            assert os.getpgid(pid) != os.getpgid(0)


def test_closing_early_ends_a_worker_that_hangs(reel: Path) -> None:
    items = read_all([source_of(reel)] * 2, ALL_FRAMES, TWO, STEP_BY_STEP)
    next(items)
    pids = [*nurseries(), *workers()]
    os.kill(pids[-1], signal.SIGSTOP)
    started = time.monotonic()
    items.close()
    assert wait_until_gone(pids, 0) == []
    assert time.monotonic() - started < Limits().stall_s / 2  # it does not wait for that


def test_descriptors_and_mappings_are_let_go(reel: Path, tmp_path: Path) -> None:
    sources = copies(reel, tmp_path, 3)
    list(read_all(sources, ALL_FRAMES, TWO, 1 << 14))
    before = len(os.listdir("/proc/self/fd"))
    list(read_all(sources, ALL_FRAMES, TWO, 1 << 14))
    assert len(os.listdir("/proc/self/fd")) == before
    assert "fervid-decode" not in Path("/proc/self/maps").read_text()


def test_a_nursery_has_one_thread_and_none_of_the_large_libraries() -> None:
    program = (
        "import os, sys; from fervid.decode_worker.inside import load; load(['video', 'image'])\n"
        "large = {'tensorflow', 'pyarrow', 'pandas', 'matplotlib', 'click', 'tqdm', 'keras',"
        " 'ai_edge_litert', 'multiprocessing'}\n"
        "print(sorted(large & set(sys.modules)), len(os.listdir('/proc/self/task')))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert said.stdout.strip() == "[] 1"


def test_the_program_says_that_it_is_not_for_people() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "fervid.decode_worker"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert "fervid analyze" in said.stderr
