"""A small night: what the command says of a batch is true."""

from __future__ import annotations

import json

import pytest

from tests.hostile import night


@pytest.mark.timeout(300)
def test_a_small_night_ends_with_every_file_done_or_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert night.main(["--files", "40", "--hostile", ".4"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["good"], said["hostile"], said["exit"], said["faults"]) == (24, 16, 3, [])
    assert said["peak_mb"] > 0
