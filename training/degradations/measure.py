"""Carry out what `python -m training degradations` is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

import fervid
from fervid import presets
from fervid.classify import load_classifier
from fervid.errors import FervidError
from fervid.options import AnalyzeOptions
from fervid.quality.quality import SCALES
from fervid.runtime import resolve_device
from training.degradations.degrade import DEGRADATIONS, UNSEEN, Degradation
from training.degradations.figures import (
    COVERAGES,
    PITCHES,
    QUALITY_STEPS,
    YAWS,
    Figures,
    by_quintile,
    by_steps,
    level_figures,
    photograph_figures,
    pooled,
)
from training.degradations.fit import CHANCE, fitted, rounded
from training.degradations.landmarks import find_faces
from training.degradations.looks import Classify, Look, look, spoiled
from training.evaluation.material import gather
from training.evaluation.nets import find, require_held_out
from training.evaluation.notes import foreign_rows
from training.evaluation.score import Probabilities
from training.photos import Photos

Looks = dict[Degradation, Look]


def measure_degradations(
    model: str, archive: Path, votes: Path, photos: Path | None, say: Callable[[str], None]
) -> Figures:
    """Measure what degradations cost a preset, on the validation tenth that it was not trained on.

    FER2013's test folder is not looked at. Of photographs, the constants are fitted on those at odd
    places.

    Args:
        model: Name of a preset.
        archive: As `training.archive.read_splits` takes it.
        votes: Likewise.
        photos: Photographs in class folders, if any.
        say: Takes a line now and then.

    Returns:
        The report, as it is in `degradations.json`.

    Raises:
        FervidError: Something cannot be read, or there is no such preset.
        UsageError: It was trained on validation.
    """
    presets.classifier(model)
    candidate = find(model)
    require_held_out(candidate)
    say("Reading")
    material = gather(
        archive, votes, [candidate.choice], candidate.share, "validation", None, photos
    )
    rows = material.validation[candidate.choice.fold]
    classifier = load_classifier(presets.classifier(model), resolve_device("cpu"))

    def classify(crops: Sequence[npt.NDArray[np.uint8]]) -> Probabilities:
        return classifier.classify(crops).probabilities

    photographs = None if material.photos is None else _photographs(classify, material.photos)
    crops = list(rows.crops)
    faces, found = find_faces(crops)
    looks = {}
    for degradation in DEGRADATIONS:
        seen = [spoiled(face, degradation) for face in faces]
        looks[degradation] = look(classify, seen, degradation.applied(crops), rows.labels)
        share = looks[degradation].right.mean()
        say(f"{degradation.family} {degradation.level:g}: {share:.1%} of {len(faces):,} right")
    return {
        "model": model,
        "date": datetime.now(UTC).date().isoformat(),
        "fervid_version": fervid.__version__,
        "warnings": foreign_rows([candidate], material),
        **_report(looks, found, np.array([face.score for face in faces]), photographs),
    }


def _photographs(classify: Classify, photos: Photos) -> dict[str, Look]:
    """Look at the photographs with a face, those that choices are made on apart from the others."""
    odd = photos.odd[photos.found]
    labels = photos.labels[photos.found]
    if odd.all() or not odd.any():
        raise FervidError(
            "Photographs with a face are needed at odd places and at even ones.",
            f"Received: {int(odd.sum())} and {int((~odd).sum())}. Give more of them.",
        )
    whole = look(classify, photos.faces, list(photos.crops[photos.found]), labels)
    return {"odd": whole.take(odd), "even": whole.take(~odd)}


def _report(
    looks: Looks,
    found: npt.NDArray[np.bool_],
    scores: npt.NDArray[np.float64],
    photographs: dict[str, Look] | None,
) -> Figures:
    least = AnalyzeOptions().min_quality
    scales, full = fitted(looks, None if photographs is None else photographs["odd"])
    intact = looks[DEGRADATIONS[0]]
    seen = {each: of for each, of in looks.items() if each.family not in UNSEEN}
    with_landmarks = intact.take(found)
    return {
        "rows": len(found),
        "with_landmarks": round(float(found.mean()), 4),
        "chance": round(CHANCE, 4),
        "accuracy_at_quality_1": round(full, 4),
        "min_quality": least,
        "levels": [level_figures(each, of, full, least) for each, of in looks.items()],
        "quality": by_steps(*pooled(seen), QUALITY_STEPS),
        "intact": {
            "quality": by_steps(intact.quality, intact.right, QUALITY_STEPS),
            "brightness": by_quintile(intact.measures.brightness, intact.right),
            "yaw": by_steps(np.abs(with_landmarks.measures.pose.yaw), with_landmarks.right, YAWS),
            "pitch": by_steps(with_landmarks.measures.pose.pitch, with_landmarks.right, PITCHES),
            "detector's score": by_quintile(scores[found], with_landmarks.right),
        },
        "photographs": photographs
        and {name: photograph_figures(of, least) for name, of in photographs.items()},
        "coverages": list(COVERAGES),
        "constants": {"in use": rounded(SCALES), "fitted": rounded(scales)},
    }
