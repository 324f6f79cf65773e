"""Progress on stderr: a bar over the whole run in a terminal, elsewhere a line an epoch."""

from __future__ import annotations

import sys
from typing import Any

import keras
from tqdm import tqdm

from training.config import Config

_LAGGING = 3
"""After so many times 1 / (1 - ema_momentum) steps 5% of the average are the first weights."""


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Shows how far a run is, and when it will be done.

    Args:
        config: Of the run.
        steps: Of an epoch.
        history: Rows of the epochs so far; another callback adds to it.
    """

    def __init__(self, config: Config, steps: int, history: list[dict[str, float]]) -> None:
        super().__init__()
        self._config = config
        self._epochs = config.schedule.epochs
        self._steps = self._epochs * steps
        self._history = history
        self._bar = tqdm(
            total=self._steps,
            initial=len(history) * steps,
            unit="step",
            dynamic_ncols=True,
            disable=not sys.stderr.isatty(),
        )

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Say where a run goes on, and where its figures will lag behind."""
        if self._history:
            _say(f"Going on after epoch {len(self._history)} of {self._epochs}.")
        reach = round(1 / (1 - self._config.ema_momentum))
        if self._steps < _LAGGING * reach > _LAGGING:
            _say(
                f"Validated is the average of the weights over about {reach:,} steps. This run has "
                f"{self._steps:,}: its figures will lag behind its loss. To validate the last "
                "weights alone, set ema_momentum = 0 in the configuration."
            )

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Move the bar."""
        self._bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Say how the epoch went."""
        row = self._history[-1]
        seen = "" if self._config.rows.hold_out else ", which is trained on"
        said = (
            f"loss {row['loss']:.3f}; averaged weights on validation{seen}: "
            f"accuracy {row['val_fer_accuracy']:.3f}, NLL {row['val_nll']:.3f}"
        )
        if self._bar.disable:
            _say(f"epoch {epoch + 1} of {self._epochs}: {said}; {row['seconds']:.0f} s")
        else:
            self._bar.set_postfix_str(said)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Leave the full bar."""
        self._bar.close()


def _say(line: str) -> None:
    """Write a line above the bar, or where there is none."""
    tqdm.write(line, file=sys.stderr)
    sys.stderr.flush()
