"""A drawn run of a tiny network, and its export: what tests of exporting begin with."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
from click.testing import CliRunner, Result

from training.__main__ import group
from training.archive import VOTE_COLUMNS
from training.blend import plain_blend
from training.blend_record import write_comparison
from training.checkpoint import save_averaged
from training.model import two_headed

ARCHITECTURE = "tiny"
"""`tests.tiny_network.tiny`, once a test has put it among the architectures."""
ROWS, TEST_ROWS = 140, 10


def write_data(folder: Path) -> list[str]:
    """Write a drawn archive, every class as often, pictures of noise; return options naming it."""
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (ROWS + TEST_ROWS, 48 * 48))
    usage = ["PublicTest"] * TEST_ROWS + ["Training"] * ROWS
    with (folder / "fer2013.csv").open("w") as images, (folder / "votes.csv").open("w") as votes:
        print("emotion,pixels,Usage", file=images)
        print("row,usage", *VOTE_COLUMNS, sep=",", file=votes)
        for row, picture in enumerate(pixels):
            print(row % 7, " ".join(map(str, picture)), usage[row], sep=",", file=images)
            counts = generator.multinomial(10, [0.3 if c == row % 7 else 0.0875 for c in range(9)])
            print(row, usage[row], *counts, 0, sep=",", file=votes)
    return ["--archive", str(folder / "fer2013.csv"), "--votes", str(folder / "votes.csv")]


RECIPE = {
    "distillation": {
        "teachers": [{"architecture": "tiny", "seed": 1}, {"seed": 2, "epochs_done": 45}],
        "views": 10,
        "teacher_share": 0.5,
    },
    "git_revision": "a645700",
    "data_sha256": "2f79",
    "versions": {"python": "3.11.7"},
    "note": "Teacher 1 saw 322 rows more; see https://example.org/a/b",
}
"""What the first trainer's facts may have besides."""

COMPARED = {
    "validation_rows": 14,
    "photographs_at_odd_places": 4,
    "compared": [{"name": "fitted, photographs weigh 0.2", "validation": 0.6, "photographs": 0.5}],
    "rule": "the best",
    "chosen": "fitted, photographs weigh 0.2",
    "blend": np.random.default_rng(2).normal(plain_blend(0.4), 0.02).round(4).tolist(),
}
"""What fit-blend may have found for the run."""


def write_run(folder: Path) -> Path:
    """Write a run of one epoch, with random weights; return its folder."""
    facts = {"architecture": ARCHITECTURE, "epochs": 2, "training_rows": 126, "validation_rows": 14}
    (folder / "facts.json").write_text(json.dumps({**facts, **RECIPE}))
    keras.utils.set_random_seed(1)
    save_averaged(folder, two_headed(ARCHITECTURE), epoch=1)
    write_comparison(folder, COMPARED)
    return folder


def export(data: list[str], run_dir: Path, out: Path) -> Result:
    return CliRunner().invoke(group, ["export", *data, "--run", str(run_dir), "--out", str(out)])
