"""A few of each kind of fault; `make faults` injects them all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fervid.write import Place
from tests.faults.blows import lost_after
from tests.faults.final_names import broken, leftovers
from tests.faults.ground import Ground, prepare
from tests.faults.kills import campaign
from tests.faults.program import Program
from tests.faults.sweep import FULL_DISK
from tests.faults.trap import KINDS
from tests.same_rows import differences

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes as Linux shows them"),
]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    work = tmp_path_factory.mktemp("faults") / "ground"
    return prepare(work, clips=2, photos=3, names=["results.parquet"])


def test_whatever_call_breaks_a_run_it_resumes_to_the_same_rows(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.sweep", "--work", str(tmp_path)]
    run = subprocess.run(
        [*command, "--scene", "3", "--step", "97"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found.keys() == {*KINDS, FULL_DISK}
    assert [fault for each in found.values() for fault in each["faults"]] == []
    assert all(each["cases"] >= 1 for kind, each in found.items() if kind in KINDS)
    if not found[FULL_DISK]["cases"]:
        pytest.skip(f"no small disk can be mounted here: {run.stderr}")


def test_a_run_that_is_killed_resumes_to_the_same_rows(ground: Ground) -> None:
    figures = campaign(ground, kills=1, seed=0)
    assert figures.faults == []
    assert figures.count("SIGKILL") >= 1


def test_a_lost_device_ends_the_run_with_what_to_do_and_costs_no_row(
    ground: Ground, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "results.parquet"
    arguments = [*ground.arguments(out), "--no-charts"]
    command = lost_after(calls=2)  # few: how many batches a run has differs from run to run
    with Program(arguments, tmp_path, command) as program:
        assert program.ended() == 1
        assert "LiteRT failed in the middle of a run" in program.said
        assert "--resume" in program.said
    assert broken(out, []) == []
    with Program([*arguments, "--resume"], tmp_path) as program:
        assert program.ended() == ground.status
    assert differences(out, ground.reference) == []
    assert leftovers(out, program.temporary) == []
    assert not Place.of(out).partial.exists()
