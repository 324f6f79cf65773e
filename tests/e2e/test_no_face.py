"""A run that finds no face says from which size on faces were looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Fervid


@pytest.mark.parametrize(
    ("arguments", "hints"), [(("wall.png",), 1), (("wall.png", "--min-face", 20), 0), ((".",), 0)]
)
def test_without_any_face_smaller_ones_are_hinted_at(
    run_fervid: Fervid, demo_folder: Path, arguments: tuple[object, ...], hints: int
) -> None:
    where, *options = arguments
    inputs = demo_folder / str(where)
    done = run_fervid("analyze", inputs, *options, "-o", "r.csv", "--fps", 1, "--no-charts")
    assert done.returncode == 0
    assert done.stderr.count("below 40 pixels were not looked for; --min-face 20") == hints
    assert len(done.stderr.splitlines()) == hints
