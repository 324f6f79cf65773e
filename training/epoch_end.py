"""What happens after every epoch: validate the average, decide, keep the state, log."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import keras

from fervid.errors import FervidError
from training.averaged import AveragedNetwork
from training.checkpoint import save_averaged, save_state
from training.config import Config, Plateau
from training.logs import write_csv, write_tensorboard
from training.patience import epochs_since_best, reductions


class EpochEnd(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """The one callback that writes.

    Args:
        config: Of the run.
        run_dir: The run's folder.
        averaged: Holds and validates the averaged weights.
        history: Rows of the epochs that lie behind.
    """

    def __init__(
        self,
        config: Config,
        run_dir: Path,
        averaged: AveragedNetwork,
        history: list[dict[str, float]],
    ) -> None:
        super().__init__()
        self.history = history
        self._config = config
        self._run_dir = run_dir
        self._averaged = averaged
        self._began_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Look at the clock."""
        self._began_s = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Validate, decide, write."""
        seen = {name: float(value) for name, value in sorted((logs or {}).items())}
        if not all(math.isfinite(value) for value in seen.values()):
            raise FervidError(
                f"The loss is not finite any more in epoch {epoch}.",
                "Give a lower optimizer.learning_rate, or clip_norm = 1.0, and another --run.",
            )
        self._averaged.take(self.model.optimizer)
        row = {
            "epoch": epoch,
            "learning_rate": float(self.model.optimizer.learning_rate),
            **seen,
            **self._averaged.validate(),
        }
        row["seconds"] = round(time.monotonic() - self._began_s, 1)
        self.history.append(row)
        self._decide()
        self._write(epoch + 1)

    def _decide(self) -> None:
        nlls = [row["val_nll"] for row in self.history]
        if isinstance(kind := self._config.learning_rate, Plateau):
            lowered = kind.factor ** reductions(nlls, kind.patience)
            self.model.optimizer.learning_rate = self._config.optimizer.learning_rate * lowered
        self.model.stop_training = is_over(self._config, self.history)

    def _write(self, epochs: int) -> None:
        """Write the average before the state: who goes on from the state writes it again."""
        nlls = [row["val_nll"] for row in self.history]
        if self._config.early_stopping is None or epochs_since_best(nlls) == 0:
            save_averaged(self._run_dir, self._averaged.model, epochs)
        save_state(self._run_dir, self.model, {"epoch": epochs, "history": self.history})
        write_csv(self._run_dir, self.history)
        write_tensorboard(self._run_dir, self.history[-1])


def is_over(config: Config, history: list[dict[str, float]]) -> bool:
    """Tell whether a run has come to its end."""
    if not history or config.early_stopping is None:
        return len(history) >= config.schedule.epochs
    waited = epochs_since_best([row["val_nll"] for row in history])
    return waited >= config.early_stopping.patience or len(history) >= config.schedule.epochs
