"""Export a run: weights in half precision, `.tflite`, card, and the presets on them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid.classify import blend_heads
from fervid.errors import FervidError
from fervid.exported import classifier
from fervid.json_text import json_text
from fervid.networks.classifier import build_classifier, load_weights, save_weights
from fervid.networks.multiply_adds import multiply_adds
from fervid.networks.registry import build
from fervid.runtime import LitertNetwork, default_threads
from fervid.types import CROP_SIDE
from training import preset_file
from training.blend import Blend, head_logits, shipped_network, votes_of
from training.blend_record import blend_of, read_comparison
from training.calibration import best_temperature
from training.card import ABOUT, Readout, chosen_on, data_in_words, judge, readouts, warnings
from training.checkpoint import epochs_done, load_averaged, run_facts
from training.held_out import held_out_run, holds_out
from training.rows import Examples
from training.run_rows import read_run_rows
from training.writable import check_writable

WEIGHTS, TFLITE, CARD = "weights.safetensors", "model.tflite", "card.json"

_READ_OUT = ("blend", "temperature")

_FOLDERS = re.compile(r"(?<![\w./:])/(?:[^\s/]+/)*(?=[^\s/])")
"""Of an absolute path inside a text, not of a URL."""

Logits = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


def export_run(run_dir: Path, archive: Path, votes: Path, out: Path) -> dict[str, Any]:
    """Write a network with its card and its presets, which `fervid` then knows by name.

    Works on a run that is still training, too: it takes the averaged weights so far.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        archive: As `training.archive.read_archive` takes it.
        votes: Likewise.
        out: A folder of `fervid/weights`; its name is that of the default preset.

    Returns:
        The card.

    Raises:
        FervidError: The run or the data cannot be read, or don't belong together.
        UsageError: The folder can't be made or written.
    """
    check_writable(out)
    earlier = _earlier_card(out / CARD)
    facts = _without_folders(_history(run_dir))
    judged = held_out_run(run_dir)
    examples, validation = read_run_rows(judged, archive, votes)
    facts["epochs_done"] = epochs_done(run_dir)
    comparison = read_comparison(run_dir)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out) as scratch:
        new = Path(scratch)
        tflite = _write_network(judged, examples, new)
        logits = _logits(tflite, validation)
        if judged != run_dir:
            _write_network(run_dir, read_run_rows(run_dir, archive, votes)[0], new)
        presets = _presets(out.name, logits, validation, blend_of(comparison))
        temperatures = {name: preset["temperature"] for name, preset in presets.items()}
        described = _describe(out.name, facts, new)
        card = {
            **described,
            "chosen_on": chosen_on(comparison, held_out=holds_out(facts)),
            "warnings": warnings(facts, temperatures),
            "training": facts,
            "blend_comparison": comparison,
            "presets": presets,
            "looks_at_test": _looks(earlier, described["sha256"][WEIGHTS], presets),
        }
        (new / CARD).write_text(json_text(card) + "\n", encoding="utf-8")
        preset_file.write(new)
        for path in new.iterdir():
            os.replace(path, out / path.name)
    return card


def _history(run_dir: Path) -> dict[str, Any]:
    """Return what a run was begun with, and what the runs that it started from were."""
    facts = run_facts(run_dir)
    start = facts.get("run", {}).get("config", {}).get("start")
    if start is not None and Path(start).is_dir():  # of `pretrained` it is a file
        facts["started_from"] = _history(Path(start))
    return facts


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


def _write_network(run_dir: Path, examples: Examples, folder: Path) -> Path:
    """Write both files; the second, returned, is made from the first, half precision and all."""
    trained = load_averaged(run_dir, examples.images)
    shipped = shipped_network(trained, run_facts(run_dir)["architecture"])
    save_weights(shipped, folder / WEIGHTS)
    load_weights(shipped, (folder / WEIGHTS).read_bytes())
    classifier.export(shipped, folder / TFLITE)
    return folder / TFLITE


def _logits(tflite: Path, validation: Examples) -> Logits:
    """Look with the file that users get, in the runtime they run."""
    network = LitertNetwork(tflite.read_bytes(), default_threads())
    return head_logits(network, validation.images)


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
    name: str, logits: Logits, validation: Examples, blend: Blend
) -> dict[str, dict[str, Any]]:
    """Calibrate and judge each preset."""
    presets = {}
    for readout in readouts(blend):
        temperature = _temperature(readout, logits, validation)
        seen = blend_heads(*logits, readout.blend, temperature)
        presets[name + readout.suffix] = {
            "summary": readout.summary,
            "blend": readout.blend.tolist(),
            "temperature": temperature,
            "validation": judge(seen, validation),
        }
    return presets


def _temperature(readout: Readout, logits: Logits, validation: Examples) -> float:
    seen = blend_heads(*logits, readout.blend, 1.0)
    if readout.fitted_to == "labels":
        return best_temperature(seen, validation.labels)
    rows, votes = votes_of(validation.crowd)
    return best_temperature(seen[rows], votes)


def _earlier_card(path: Path) -> dict[str, Any]:
    """Read the card that another export left; without one it is as if it had no looks."""
    if not path.is_file():
        return {"looks_at_test": []}
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = {name: card[name] for name in ("name", "presets")}
        return {
            **known,
            "weights": card["sha256"][WEIGHTS],
            "looks_at_test": card.get("looks_at_test", []),
        }
    except (ValueError, KeyError, TypeError) as error:
        raise FervidError(
            f"{path} is no model card: {error!r}.", "Move it away: its looks at test are not read."
        ) from error


def _looks(
    earlier: dict[str, Any], weights: str, presets: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Keep the log of looks at the test folder, each that holds no more with what had looked."""
    looks = []
    for look in earlier["looks_at_test"]:
        if "weights" in look:
            looks.append(look)
        else:
            name = look.get("preset", earlier["name"])
            before, now = (
                {"weights": of, **{key: one.get(name, {}).get(key) for key in _READ_OUT}}
                for of, one in ((earlier["weights"], earlier["presets"]), (weights, presets))
            )
            looks.append(look if before == now else {**before, **look})
    return looks
