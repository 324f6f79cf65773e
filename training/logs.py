"""The history of a run as CSV and for TensorBoard."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras

LOG = "log.csv"


def write_csv(run_dir: Path, history: Sequence[Mapping[str, float]]) -> None:
    """Write the whole history: a run that was killed and went on has every epoch once.

    Args:
        run_dir: The run's folder.
        history: One row an epoch, `epoch` first.
    """
    partial = run_dir / f"{LOG}.partial"
    with partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(history[0]))
        writer.writeheader()
        writer.writerows(history)
    os.replace(partial, run_dir / LOG)


def write_tensorboard(run_dir: Path, row: Mapping[str, float]) -> None:
    """Add an epoch to `run_dir/tensorboard`, under the TensorFlow backend alone.

    Args:
        run_dir: The run's folder.
        row: Of the history.
    """
    if keras.backend.backend() != "tensorflow":
        return  # whoever trains elsewhere may have no TensorFlow; log.csv has it all
    import tensorflow as tf

    # tf.summary.scalar needs the package tensorboard, which is for looking, not for writing.
    scalars = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
    metadata = tf.compat.v1.SummaryMetadata(plugin_data=scalars)
    writer = tf.summary.create_file_writer(str(run_dir / "tensorboard"))
    with writer.as_default(step=int(row["epoch"])):
        for name, value in row.items():
            tf.summary.write(name, tf.constant(value, tf.float32), metadata=metadata)
    writer.close()
