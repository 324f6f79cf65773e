"""Train the screening network, measure what it lets pass, and write it in 8 bits."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from fervid.detect import mtcnn_networks
from fervid.detect.screening import MIN_SCORE
from fervid.networks.classifier import save_weights
from fervid.networks.mtcnn_screen import SOFTNESS, build_screen
from fervid.picture import Rgb
from fervid.presets import sha256
from fervid.runtime import LitertNetwork, resolve_device
from training.screen.examples import Examples, make_examples
from training.screen.pictures import read_pictures

WEIGHTS, TFLITE, CARD = "weights.safetensors", "model.tflite", "card.json"

BATCH = 32
PEAK_RATE = 3e-3
FACE_WEIGHT, DOUBT_WEIGHT = 10.0, 0.2
"""Of a cell in the loss: faces are a thousandth of all; what only the proposal network takes for a
face hardly counts."""

_HELD_OUT = 4
"""Every fourth photograph or film is kept for measuring."""

_FOR_RANGES = 256
"""Tiles from which the ranges of the 8-bit activations are taken."""


def train_screen(
    inputs: Sequence[Path],
    out: Path,
    *,
    mosaics: int,
    epochs: int,
    seed: int,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Train on what the full cascade finds in composed pictures.

    Args:
        inputs: Photographs, films, and folders of them: with faces and without.
        out: Where weights, `.tflite` and card go.
        mosaics: How many pictures to compose.
        epochs: Over their tiles.
        seed: Of everything.
        report: Called with a line after each epoch.

    Returns:
        The card.

    Raises:
        FervidError: The detector's weights are not there.
    """
    keras.utils.set_random_seed(seed)
    seen, held = split(read_pictures(inputs))
    networks = mtcnn_networks.load(resolve_device("cpu"))
    examples = make_examples(networks, seen, mosaics, seed)
    unseen = make_examples(networks, held, mosaics // 5, seed + 1)
    model = build_screen()
    _fit(model, examples, epochs, report)
    facts = {"pictures": len(seen), "held_out_pictures": len(held), "seed": seed}
    return _write(model, examples, unseen, out, facts)


def split(sources: Sequence[list[Rgb]]) -> tuple[list[Rgb], list[Rgb]]:
    """Hold out every fourth photograph or film, all frames of a film together.

    Args:
        sources: The pictures of each.

    Returns:
        The pictures to train on, and those held out.
    """
    seen = [one for number, own in enumerate(sources) if number % _HELD_OUT for one in own]
    return seen, [one for own in sources[::_HELD_OUT] for one in own]


def passing(
    examples: Examples, run: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]
) -> dict[str, float]:
    """Measure a screen at its threshold.

    Args:
        examples: Not trained on.
        run: From tiles to scores `(n, rows, columns, 1)`.

    Returns:
        Which share passes of the cells from which faces come, and of all.
    """
    tiles = examples.tiles
    scores = np.concatenate([run(tiles[at : at + 1])[..., 0] for at in range(len(tiles))])
    passes = scores >= MIN_SCORE
    return {
        "of_faces": round(float(passes[examples.starts].mean()), 4),
        "of_all": round(float(passes.mean()), 4),
    }


def _fit(
    model: keras.Model, examples: Examples, epochs: int, report: Callable[[str], None]
) -> None:
    steps = len(examples.tiles) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(
        PEAK_RATE / 30, epochs * steps, warmup_target=PEAK_RATE, warmup_steps=steps
    )
    weights = np.where(examples.doubtful, DOUBT_WEIGHT, 1.0).astype(np.float32)
    weights[examples.starts] = FACE_WEIGHT
    trained = keras.Model(model.input, model.get_layer("logits").output)
    trained.compile(keras.optimizers.Adam(rate), keras.losses.BinaryCrossentropy(from_logits=True))
    trained.fit(
        examples.tiles,
        examples.starts[..., None].astype(np.float32),
        sample_weight=weights,
        batch_size=BATCH,
        epochs=epochs,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report(
                    f"epoch {epoch + 1} of {epochs}: loss {logs['loss']:.4f}"
                )
            )
        ],
    )


def _write(
    model: keras.Model, examples: Examples, unseen: Examples, out: Path, facts: dict[str, Any]
) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".screen-", dir=out) as scratch:
        new = Path(scratch)
        save_weights(model, new / WEIGHTS)
        (new / TFLITE).write_bytes(_in_8_bits(model, examples.tiles[:_FOR_RANGES]))
        network = LitertNetwork((new / TFLITE).read_bytes(), num_threads=1)
        card = {
            "name": out.name,
            "what": "screens pictures for MTCNN's proposal network",
            "labels": "windows from which the full cascade finds a face",
            **facts,
            "tiles": len(examples.tiles),
            "held_out_tiles": len(unseen.tiles),
            "threshold": MIN_SCORE,
            "passing": passing(unseen, lambda tiles: network.run(tiles)[0]),
            "sha256": {name: sha256(new / name) for name in (WEIGHTS, TFLITE)},
        }
        (new / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        for path in new.iterdir():
            os.replace(path, out / path.name)
    return card


def _in_8_bits(model: keras.Model, tiles: npt.NDArray[np.uint8]) -> bytes:
    """Quantise weights and activations; pixels go in as they are."""
    floats = keras.Input((None, None, 3), dtype="float32")
    features = floats
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    copies = [layer.__class__.from_config(layer.get_config()) for layer in convolutions]
    for copy in copies:
        features = copy(features)
    scores = keras.ops.sigmoid(features)
    for number, (copy, layer) in enumerate(zip(copies, convolutions, strict=True)):
        kernel, bias = layer.get_weights()
        if number == 0:  # the normalisation, (pixels - 127.5) / 128, goes into the first one
            kernel, bias = kernel / 128, bias - kernel.sum((0, 1, 2)) * 127.5 / 128
        if copy is copies[-1]:
            kernel, bias = kernel / SOFTNESS, bias / SOFTNESS
        copy.set_weights([kernel, bias])
    black_and_white = [np.full_like(tiles[:1], value) for value in (0, 255)]
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(floats, scores))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [one.reshape(1, *tiles.shape[1:]).astype(np.float32)] for one in [*tiles, *black_and_white]
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.float32
    return bytes(converter.convert())
