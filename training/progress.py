"""Progress on stderr: a bar over the whole run in a terminal, elsewhere a line an epoch."""

from __future__ import annotations

import sys
from typing import Any

import keras
from tqdm import tqdm


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Shows how far a run is, and when it will be done.

    Args:
        epochs: Of the run.
        steps: Of an epoch.
        history: Rows of the epochs so far; another callback adds to it.
    """

    def __init__(self, epochs: int, steps: int, history: list[dict[str, float]]) -> None:
        super().__init__()
        self._epochs = epochs
        self._history = history
        self._bar = tqdm(
            total=epochs * steps,
            initial=len(history) * steps,
            unit="step",
            dynamic_ncols=True,
            disable=not sys.stderr.isatty(),
        )

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Move the bar."""
        self._bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Say how the epoch went."""
        row = self._history[-1]
        said = (
            f"loss {row['loss']:.3f}, validation accuracy {row['val_fer_accuracy']:.3f}, "
            f"NLL {row['val_nll']:.3f}"
        )
        if self._bar.disable:
            sys.stderr.write(
                f"epoch {epoch + 1} of {self._epochs}: {said}, {row['seconds']:.0f} s\n"
            )
            sys.stderr.flush()
        else:
            self._bar.set_postfix_str(said)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Leave the full bar."""
        self._bar.close()
