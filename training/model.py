"""The network as it is trained: one feature extractor, two linear heads."""

from __future__ import annotations

import keras
from keras import layers

from fervid.labels import EMOTIONS
from fervid.networks.pretrained import Start
from fervid.networks.registry import build

DROPOUT = 0.2
CROWD_LOSS_SHARE = 0.5
PEAK_LEARNING_RATE = 1.4e-3
WARM_UP_SHARE = 0.08
WEIGHT_DECAY = 0.05
EMA_MOMENTUM = 0.999


def two_headed(architecture: str, start: Start = None) -> keras.Model:
    """Put the heads `fer` (7 logits) and `crowd` (8: the seven and other) on a feature extractor.

    Args:
        architecture: A name of `fervid.networks.registry`.
        start: What `fervid.networks.registry.build` starts `pretrained` from.

    Returns:
        A model from pixels to `{"fer": (batch, 7), "crowd": (batch, 8)}`, float32 logits.
    """
    backbone = build(architecture, start)
    features = layers.Dropout(DROPOUT, dtype="float32")(backbone.output)
    fer = layers.Dense(len(EMOTIONS), dtype="float32", name="fer")(features)
    crowd = layers.Dense(len(EMOTIONS) + 1, dtype="float32", name="crowd")(features)
    return keras.Model(backbone.input, {"fer": fer, "crowd": crowd}, name=backbone.name)


def compile_for_training(model: keras.Model, steps: int) -> None:
    """Give the model its optimizer (AdamW, warm-up and cosine, averaged weights) and losses.

    Args:
        model: As `two_headed` returns.
        steps: Optimizer steps of the whole run.
    """
    warm_up = max(1, int(WARM_UP_SHARE * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=PEAK_LEARNING_RATE / 25,
        decay_steps=steps - warm_up,
        alpha=1e-3,
        warmup_target=PEAK_LEARNING_RATE,
        warmup_steps=warm_up,
    )
    # ema_overwrite_frequency stays None: the average is copied over the weights once, at the end
    # of the one call of `fit`.
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=WEIGHT_DECAY,
        beta_1=0.9,
        beta_2=0.99,
        use_ema=True,
        ema_momentum=EMA_MOMENTUM,
    )
    optimizer.exclude_from_weight_decay(
        var_list=[v for v in model.trainable_variables if v.name != "kernel"]
    )
    model.compile(
        optimizer,
        loss={
            "fer": keras.losses.CategoricalCrossentropy(from_logits=True),
            "crowd": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"fer": 1.0, "crowd": CROWD_LOSS_SHARE},
        metrics={"fer": "accuracy"},
        jit_compile=False,  # XLA made a step slower on a CPU
    )
