"""Comparing shares of the crowd head."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.drawn_examples import drawn
from training import choose_blend
from training.__main__ import group
from training.checkpoint import save_averaged
from training.model import two_headed
from training.photos import Photos


def test_every_share_is_judged_on_validation_and_on_odd_photographs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"architecture": "cnn-lstm"}))
    save_averaged(tmp_path, two_headed("cnn-lstm"), epoch=1)
    monkeypatch.setattr(choose_blend, "read_run_rows", lambda *_: (drawn(300, 1), drawn(40, 2)))
    faces = drawn(8, 3)
    odd, found = np.arange(8) % 2 == 1, np.arange(8) > 1
    looked_at = []
    heads = choose_blend.head_logits
    monkeypatch.setattr(
        choose_blend,
        "head_logits",
        lambda net, images: looked_at.append(images) or heads(net, images),
    )
    monkeypatch.setattr(
        choose_blend, "read_photos", lambda _: Photos(faces.images, found, faces.labels, odd)
    )
    arguments = ("--archive", "a", "--votes", "v", "--run", tmp_path, "--photos", tmp_path)
    done = CliRunner().invoke(group, ["choose-blend", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()[1:]
    assert [float(line.split()[0]) for line in lines] == list(choose_blend.SHARES)
    np.testing.assert_array_equal(looked_at[1], faces.images[[3, 5, 7]])
    assert all(float(line.split()[-1]) in (0, 0.25, 0.5, 0.75) for line in lines)  # of 4, not 3
