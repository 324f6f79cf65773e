"""Export a run: weights in half precision, `.tflite`, card, and the presets on them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from fervid.classify import blend_heads
from fervid.errors import FervidError
from fervid.exported import classifier
from fervid.networks.classifier import build_classifier, load_weights, save_weights
from fervid.networks.multiply_adds import multiply_adds
from fervid.networks.registry import build
from fervid.runtime import LitertNetwork, default_threads
from fervid.types import CROP_SIDE
from training import preset_file
from training.blend import head_logits, shipped_network, votes_of
from training.blend_record import read_comparison
from training.calibration import best_temperature
from training.card import ABOUT, Blend, blends, chosen_on, data_in_words, judge, warnings
from training.checkpoint import epochs_done, load_averaged, run_facts
from training.rows import Examples
from training.run_rows import read_run_rows
from training.writable import check_writable

WEIGHTS, TFLITE, CARD = "weights.safetensors", "model.tflite", "card.json"

_FOLDERS = re.compile(r"(?<![\w./:])/(?:[^\s/]+/)*(?=[^\s/])")
"""Of an absolute path inside a text, not of a URL."""

Logits = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


def export_run(
    run_dir: Path, archive: Path, votes: Path, out: Path, crowd_share: float
) -> dict[str, Any]:
    """Write a network with its card and its presets, which `fervid` then knows by name.

    Works on a run that is still training, too: it takes the averaged weights so far.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        archive: As `training.archive.read_archive` takes it.
        votes: Likewise.
        out: A folder of `fervid/weights`; its name is that of the default preset.
        crowd_share: Of the default preset.

    Returns:
        The card.

    Raises:
        FervidError: The run or the data cannot be read, or don't belong together.
        UsageError: The folder can't be made or written.
    """
    check_writable(out)
    looks = _earlier_looks(out / CARD)
    facts = _without_folders(run_facts(run_dir))
    examples, validation = read_run_rows(run_dir, archive, votes)
    trained = load_averaged(run_dir, examples.images)
    facts["epochs_done"] = epochs_done(run_dir)
    comparison = read_comparison(run_dir)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out) as scratch:
        new = Path(scratch)
        _write_network(shipped_network(trained, facts["architecture"]), new)
        presets = _presets(out.name, new / TFLITE, validation, crowd_share)
        temperatures = {name: preset["temperature"] for name, preset in presets.items()}
        card = {
            **_describe(out.name, facts, new),
            "chosen_on": chosen_on(crowd_share, comparison),
            "warnings": warnings(facts, temperatures),
            "training": facts,
            "blend_comparison": comparison,
            "presets": presets,
            "looks_at_test": looks,
        }
        (new / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        preset_file.write(new)
        for path in new.iterdir():
            os.replace(path, out / path.name)
    return card


def _without_folders(facts: Any) -> Any:
    """Leave of absolute paths, and of the paths of teachers, the last name alone."""
    if isinstance(facts, str):
        return Path(facts).name if Path(facts).is_absolute() else _FOLDERS.sub("", facts)
    if isinstance(facts, list):
        return [_without_folders(one) for one in facts]
    if not isinstance(facts, dict):
        return facts
    return {
        name: [Path(one).name if isinstance(one, str) else _without_folders(one) for one in value]
        if name == "teachers"
        else _without_folders(value)
        for name, value in facts.items()
    }


def _write_network(shipped: keras.Model, folder: Path) -> None:
    """Write both files; the second is made from the first, half precision and all."""
    save_weights(shipped, folder / WEIGHTS)
    load_weights(shipped, (folder / WEIGHTS).read_bytes())
    classifier.export(shipped, folder / TFLITE)


def _describe(name: str, facts: dict[str, Any], folder: Path) -> dict[str, Any]:
    architecture = facts["architecture"]
    return {
        "name": name,
        "architecture": architecture,
        **ABOUT,
        "data": data_in_words(facts),
        "parameters": build_classifier(architecture).count_params(),
        "multiply_adds": multiply_adds(build(architecture, start="random"), CROP_SIDE),
        "sha256": {
            file: hashlib.sha256((folder / file).read_bytes()).hexdigest()
            for file in (WEIGHTS, TFLITE)
        },
    }


def _presets(
    name: str, tflite: Path, validation: Examples, crowd_share: float
) -> dict[str, dict[str, Any]]:
    """Calibrate and judge each preset with the file that users get, in the runtime they run."""
    logits = head_logits(LitertNetwork(tflite.read_bytes(), default_threads()), validation.images)
    presets = {}
    for blend in blends(crowd_share):
        temperature = _temperature(blend, logits, validation)
        seen = blend_heads(*logits, blend.crowd_share, temperature)
        presets[name + blend.suffix] = {
            "summary": blend.summary,
            "crowd_share": blend.crowd_share,
            "temperature": temperature,
            "validation": judge(seen, validation),
        }
    return presets


def _temperature(blend: Blend, logits: Logits, validation: Examples) -> float:
    seen = blend_heads(*logits, blend.crowd_share, 1.0)
    if blend.fitted_to == "labels":
        return best_temperature(seen, validation.labels)
    rows, votes = votes_of(validation.crowd)
    return best_temperature(seen[rows], votes)


def _earlier_looks(card: Path) -> list[dict[str, Any]]:
    """Keep the log of looks at the test folder, each with the weights that were looked at."""
    if not card.is_file():
        return []
    try:
        earlier = json.loads(card.read_text(encoding="utf-8"))
        weights = earlier["sha256"][WEIGHTS]
        return [{"weights": weights, **look} for look in earlier.get("looks_at_test", [])]
    except (ValueError, KeyError, TypeError) as error:
        raise FervidError(
            f"{card} is no model card: {error!r}.", "Move it away: its looks at test are not read."
        ) from error
