"""What a model card says in words."""

from __future__ import annotations

from typing import Any

ABOUT = {
    "input": "uint8 grey face crop, 48x48, cut as fervid.align does",
    "output": "probabilities of angry, disgust, fear, happy, sad, surprise, neutral; an embedding",
    "data": (
        "FER2013 training rows (Goodfellow et al. 2013; research use) without black images, rows "
        "that five of ten people called not a face, and rows with a twin in the test folder; "
        "FER+ votes (Barsoum et al. 2016, MIT)"
    ),
    "licence": "MIT for the weights; the images they were trained on are for research use",
    "limits": [
        "An expression is not a felt emotion; labels are one annotator's guess at a photograph.",
        "disgust and fear are rarely recognised: see their recall.",
        "Trained on near-frontal faces found on the web; who is in them is unknown, so accuracy "
        "differs between groups of people by unknown amounts.",
        "Small, dark, blurred, covered and turned faces are worse than these figures.",
    ],
}
"""What holds for every classifier trained here."""


def commands(facts: dict[str, Any], crowd_share: float, name: str) -> list[str]:
    """Write down what was run.

    Args:
        facts: Of the run, as `training.train` wrote them.
        crowd_share: As `training.export` was told.
        name: Of the preset.

    Returns:
        A line each; the data stand in the working directory.
    """
    data = "--archive fer2013.zip --votes ferplus_votes.csv"
    how = " ".join(
        f"--{option.replace('_', '-')} {facts[option]}"
        for option in ("architecture", "epochs", "batch_size", "seed", "policy")
    )
    folder = f"fervid/weights/{name}"
    return [
        f"python -m training.train {data} --run run {how}",
        f"python -m training.choose_blend {data} --run run --photos expressions",
        f"python -m training.export {data} --run run --crowd-share {crowd_share} --out {folder}",
        f"python -m training.evaluate {data} --preset {name} --photos expressions "
        f"--card {folder}/card.json",
    ]
