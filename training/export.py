"""Export a run as a preset: fp16 safetensors, `.tflite` and a model card.

    python -m training.export --run runs/first --archive fer2013.zip --votes ferplus_votes.csv \
        --out fervid/weights/residual-se

Works on a run that is still training, too: it takes the averaged weights so far.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
import tensorflow as tf

from fervid.networks.classifier import build_classifier, load_weights, save_weights
from training.archive import read_archive
from training.blend import best_temperature, blend_heads, divide_logits
from training.card import ABOUT, commands
from training.checkpoint import epochs_done, load_averaged
from training.metrics import figures
from training.rows import choose


@click.command(help=__doc__)
@click.option("--run", "run_dir", type=click.Path(path_type=Path), required=True)
@click.option("--archive", type=click.Path(path_type=Path), required=True, help="fer2013.zip")
@click.option("--votes", type=click.Path(path_type=Path), required=True, help="ferplus_votes.csv")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the preset")
@click.option("--crowd-share", default=0.2, show_default=True, help="Share of the crowd head.")
def main(run_dir: Path, archive: Path, votes: Path, out: Path, crowd_share: float) -> None:
    """Blend, calibrate on validation, write, and say what was chosen."""
    facts = json.loads((run_dir / "facts.json").read_text())
    examples, validation = choose(*read_archive(archive, votes), seed=0)
    trained = load_averaged(run_dir, examples.images)
    classifier = blend_heads(trained, facts["architecture"], crowd_share)
    before = probabilities(classifier, validation.images)
    temperature = best_temperature(before, validation.labels)
    divide_logits(classifier, temperature)
    out.mkdir(parents=True, exist_ok=True)
    classifier = _write_weights(classifier, facts["architecture"], out)
    card = {
        "name": out.name,
        **ABOUT,
        "training": {**facts, "epochs_done": epochs_done(run_dir)},
        "parameters": classifier.count_params(),
        "crowd_share": crowd_share,
        "temperature": round(temperature, 2),
        "chosen_on": (
            "crowd share: validation and the photographs at odd places; temperature: validation, "
            "so the ECE and NLL there are a little too good"
        ),
        "commands": commands(facts, crowd_share, out.name),
        "validation": figures(probabilities(classifier, validation.images), validation.labels),
        "sha256": {path.name: _sha256(path) for path in sorted(out.glob("[mw]*.*"))},
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    click.echo(json.dumps(card, indent=2))


def probabilities(classifier: keras.Model, images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classify images `(n, 48, 48)` uint8; returns `(n, 7)`."""
    output = classifier.predict(images[..., None], batch_size=256, verbose=0)[0]
    return np.asarray(output, np.float32)


def _write_weights(classifier: keras.Model, architecture: str, out: Path) -> keras.Model:
    """Write both files; return the model as a reader of the fp16 weights gets it."""
    save_weights(classifier, out / "weights.safetensors")
    shipped = build_classifier(architecture)
    load_weights(shipped, out / "weights.safetensors")
    converter = tf.lite.TFLiteConverter.from_keras_model(shipped)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    (out / "model.tflite").write_bytes(converter.convert())
    return shipped


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
