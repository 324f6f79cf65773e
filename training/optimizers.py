"""The optimizers and how their learning rate changes over a run."""

from __future__ import annotations

from typing import Any

import keras

from training.config import AdamW, Config, Cosine, Sgdr

WARM_UP_START = 1 / 25
LOWEST = 1e-3
"""Where warm-up begins and where cosines end, as shares of the learning rate."""


def optimizer_for(
    config: Config, model: keras.Model, epoch_steps: int
) -> keras.optimizers.Optimizer:
    """Make the optimizer of a run; it keeps the average of the weights, too.

    Args:
        config: Of the run.
        model: Whose kernels, and nothing else, decay.
        epoch_steps: Steps of an epoch.

    Returns:
        AdamW or SGD.
    """
    # ema_overwrite_frequency stays None: the average is copied over the weights once, at the end
    # of the one call of `fit`.
    options = {
        "learning_rate": _learning_rate(config, epoch_steps),
        "weight_decay": config.optimizer.weight_decay,
        "global_clipnorm": config.optimizer.clip_norm,
        "use_ema": True,
        "ema_momentum": config.ema_momentum,
        "name": "optimizer",  # part of its variables' names in a checkpoint
    }
    if isinstance(config.optimizer, AdamW):
        optimizer = keras.optimizers.AdamW(beta_1=0.9, beta_2=0.99, **options)
    else:
        optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True, **options)
    optimizer.exclude_from_weight_decay(
        var_list=[v for v in model.trainable_variables if v.name != "kernel"]
    )
    return optimizer


def _learning_rate(config: Config, epoch_steps: int) -> Any:
    """Return a schedule by step, or a number that a plateau lowers between epochs."""
    highest, kind = config.optimizer.learning_rate, config.learning_rate
    if isinstance(kind, Cosine):
        steps = config.schedule.epochs * epoch_steps
        warm_up = max(1, int(kind.warm_up_share * steps))
        return keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=highest * WARM_UP_START,
            decay_steps=max(1, steps - warm_up),
            alpha=LOWEST,
            warmup_target=highest,
            warmup_steps=warm_up,
        )
    if isinstance(kind, Sgdr):
        return keras.optimizers.schedules.CosineDecayRestarts(
            highest, kind.first_epochs * epoch_steps, t_mul=kind.longer, alpha=LOWEST
        )
    return highest
