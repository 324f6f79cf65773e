"""Files that whoever runs fervid may not read."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fervid
from tests.drawn import bar, encode
from tests.hostile.whole_run import Surroundings

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def _mind_permissions() -> None:
    """Take from root what lets it read all files; it lasts over the start of a program."""
    if os.geteuid() == 0:
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            if ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability):
                raise PermissionError("root may not give up what it may")


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's capabilities where root runs it")
@pytest.mark.parametrize("isolate", ["--isolate", "--no-isolate"])
def test_what_may_not_be_read_is_a_row_that_says_so(
    tmp_path: Path, surroundings: Surroundings, isolate: str
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    encode(folder / "good.mp4", (bar(n) for n in range(5)))
    for name in ("locked.mp4", "locked.jpg"):
        (folder / name).write_bytes((folder / "good.mp4").read_bytes())
        (folder / name).chmod(0)
    (folder / "closed").mkdir(mode=0)
    out = tmp_path / "out.csv"
    arguments = ("analyze", folder, "--out", out, "--no-charts", isolate)
    try:
        process = surroundings.started(*arguments, preexec_fn=_mind_permissions)
    except subprocess.SubprocessError as error:
        pytest.skip(f"root may read everything here, and that cannot be changed: {error}")
    _, stderr = process.communicate(timeout=150)
    assert process.returncode == 3, stderr
    sources = fervid.read_results(out, table="sources").set_index("source")
    assert dict(sources["status"]) == {
        "closed": "failed",
        "good.mp4": "ok",
        "locked.jpg": "failed",
        "locked.mp4": "failed",
    }
    for name in ("locked.jpg", "locked.mp4"):
        assert sources.loc[name, "error"] == f"Cannot open {name}: Permission denied."
        assert "readable" in sources.loc[name, "remedy"]
    error = sources.loc["closed", "error"]
    assert error == "The folder closed cannot be listed: Permission denied."
    assert surroundings.left_behind() == []
