"""Train a classifier on FER2013.

Running the same command again goes on where the run stopped:

    python -m training.train --archive fer2013.zip --votes ferplus_votes.csv --run runs/first
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import keras
import numpy as np

from fervid.errors import FervidError
from training.archive import read_archive
from training.model import compile_for_training, two_headed
from training.pipeline import training_batches
from training.rows import Examples, choose
from training.schedule import Schedule


@click.command(help=__doc__)
@click.option(
    "--archive",
    type=click.Path(path_type=Path),
    required=True,
    help="fer2013.zip, a folder like it, or a Kaggle CSV",
)
@click.option("--votes", type=click.Path(path_type=Path), required=True, help="ferplus_votes.csv")
@click.option("--run", "run_dir", type=click.Path(path_type=Path), required=True)
@click.option("--architecture", default="residual-se", show_default=True)
@click.option(
    "--start", type=click.Path(path_type=Path), help="Weights file that `pretrained` starts from."
)
@click.option("--epochs", default=30, show_default=True)
@click.option("--batch-size", default=64, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--share", default=1.0, help="Share of the training rows, for a trial.")
@click.option("--policy", default="mixed_bfloat16", show_default=True, help="Keras dtype policy.")
def main(
    archive: Path,
    votes: Path,
    run_dir: Path,
    architecture: str,
    start: Path | None,
    epochs: int,
    batch_size: int,
    seed: int,
    share: float,
    policy: str,
) -> None:
    """Read, choose rows, train."""
    keras.utils.set_random_seed(seed)
    try:
        train, test = read_archive(archive, votes)
        keras.mixed_precision.set_dtype_policy(policy)
        model = two_headed(architecture, start)
    except FervidError as error:
        raise click.ClickException(str(error)) from error
    train = train.take(np.arange(int(len(train.images) * share)))
    examples, validation = choose(train, test, seed=0)
    run_dir.mkdir(parents=True, exist_ok=True)
    schedule = Schedule(epochs, batch_size, seed)
    _write_facts(run_dir, architecture, schedule, len(examples.images), len(validation.images))
    fit(model, examples, validation, schedule, run_dir)


def fit(
    model: keras.Model, examples: Examples, validation: Examples, schedule: Schedule, run_dir: Path
) -> None:
    """Train in one `fit` call, going on from the run folder's backup if it has one."""
    steps = schedule.steps(len(examples.images))
    compile_for_training(model, steps * schedule.epochs)
    backup = run_dir / "backup"
    state = backup / "training_metadata.json"
    first_epoch = json.loads(state.read_text())["epoch"] if state.is_file() else 0
    model.fit(
        training_batches(examples, schedule, first_epoch),
        epochs=schedule.epochs,
        steps_per_epoch=steps,
        shuffle=False,
        validation_data=(
            validation.images[..., None],
            {"fer": validation.fer, "crowd": validation.crowd},
        ),
        validation_batch_size=256,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(backup), delete_checkpoint=False),
            keras.callbacks.SwapEMAWeights(),  # validation sees the averaged weights
            keras.callbacks.CSVLogger(str(run_dir / "log.csv"), append=True),
        ],
        verbose=2,
    )


def _write_facts(
    run_dir: Path, architecture: str, schedule: Schedule, training: int, validation: int
) -> None:
    facts = {
        "architecture": architecture,
        "epochs": schedule.epochs,
        "batch_size": schedule.batch_size,
        "seed": schedule.seed,
        "training_rows": training,
        "validation_rows": validation,
        "policy": keras.mixed_precision.dtype_policy().name,
    }
    (run_dir / "facts.json").write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
