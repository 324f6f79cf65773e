"""Distillation: stored views of each training image, with what teachers say of them.

A student learns from the averaged soft predictions of several larger networks (Hinton et al.
2015), each made for the very view that the student sees (Beyer et al. 2022). Views and predictions
are made once and stored: asking two teachers anew at every step would double the cost of a step.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from training.augment import augment
from training.augmentation import Augmentation
from training.checkpoint import averaged_weights, load_averaged

if TYPE_CHECKING:
    import keras

    from training.config import Distillation
    from training.rows import Examples

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Views:
    """`k` pictures of each of `n` images, and targets.

    Args:
        images: `(n, k, 48, 48)` uint8. The first of each row is the image as it is.
        fer: `(n, k, 7)` float32 targets of the head `fer`.
        crowd: `(n, k, 8)` float32 targets of the head `crowd`.
    """

    images: npt.NDArray[np.uint8]
    fer: npt.NDArray[np.float32]
    crowd: npt.NDArray[np.float32]


def store_views(
    examples: Examples,
    distillation: Distillation,
    augmentation: Augmentation,
    seed: int,
    folder: Path,
    of_start: Path | None = None,
) -> Path:
    """Make the views of all training images and ask the teachers about each.

    Does nothing where one of the folders holds just these views already.

    Args:
        examples: The training examples.
        distillation: Teachers, and how many views of each image.
        augmentation: How far pictures are changed at most.
        seed: Of the augmentation.
        folder: Where to write; it has this name once it is complete.
        of_start: That of the run that this one starts from.

    Returns:
        The folder that holds them.
    """
    recipe = _recipe(examples, distillation, augmentation, seed)
    for there in [folder] if of_start is None else [folder, of_start]:
        made = there / "recipe.json"
        if made.is_file() and json.loads(made.read_text()) == recipe:
            return there
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    shape = (len(examples.images), distillation.views, 48, 48)
    views = np.lib.format.open_memmap(partial / "images.npy", "w+", np.uint8, shape)
    for number in range(distillation.views):
        views[:, number] = _changed(examples.images, number, seed, augmentation)
    views.flush()
    teachers = (load_averaged(teacher, examples.images) for teacher in distillation.teachers)
    said = [_ask(teacher, views) for teacher in teachers]
    for head in ("fer", "crowd"):
        mean = np.mean([one[head] for one in said], axis=0)
        np.save(partial / f"{head}.npy", mean.astype(np.float16))
    (partial / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return folder


def load_views(examples: Examples, folder: Path, teacher_share: float) -> Views:
    """Read stored views and mix what the teachers say with the labels' targets.

    Args:
        examples: The training examples the views were made of.
        folder: As `store_views` wrote it.
        teacher_share: Share of the teachers in the targets; the rest is the examples' own.
    """

    def mixed(head: str, own: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        said = np.load(folder / f"{head}.npy").astype(np.float32)
        return teacher_share * said + (1 - teacher_share) * own[:, None]

    return Views(
        images=np.load(folder / "images.npy", mmap_mode="r"),
        fer=mixed("fer", examples.fer),
        crowd=mixed("crowd", examples.crowd),
    )


def _recipe(
    examples: Examples, distillation: Distillation, augmentation: Augmentation, seed: int
) -> dict[str, Any]:
    """Return all that views hang on; a teacher's weights, too, for it may have gone on training."""
    return {
        "images_sha256": hashlib.sha256(examples.images.tobytes()).hexdigest(),
        "teachers": [
            {"run": str(teacher), "weights_sha256": _sha256(averaged_weights(teacher))}
            for teacher in distillation.teachers
        ],
        "views": distillation.views,
        "seed": seed,
        "augmentation": asdict(augmentation),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _changed(
    images: npt.NDArray[np.uint8], number: int, seed: int, most: Augmentation
) -> npt.NDArray[np.uint8]:
    """Make view `number` of all images; number 0 is the image as it is."""
    if number == 0:
        return images
    # augment lowers the resolution of the first of a batch: others each time
    order = np.random.default_rng((seed, number)).permutation(len(images))
    shuffled = images[order]
    step = tf.function(
        lambda batch, start: augment(
            tf.cast(batch, tf.float32)[..., None],
            tf.stack([seed * 1009 + number, start]),
            1.0,
            images.shape[1],
            most,
        )
    )
    parts = [
        np.rint(step(shuffled[start : start + _BATCH], tf.constant(start)))[..., 0]
        for start in range(0, len(images), _BATCH)
    ]
    changed = np.empty_like(images)
    changed[order] = np.concatenate(parts)
    return changed


def _ask(teacher: keras.Model, views: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
    """Return the teacher's probabilities for every view, `(n, k, 7)` and `(n, k, 8)`."""
    by_view = [
        teacher.predict(views[:, number, ..., None], batch_size=_BATCH, verbose=0)
        for number in range(views.shape[1])
    ]
    return {
        head: np.stack([np.asarray(tf.nn.softmax(said[head])) for said in by_view], axis=1)
        for head in ("fer", "crowd")
    }
