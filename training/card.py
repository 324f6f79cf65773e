"""What a model card says in words."""

from __future__ import annotations

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
    "commands": [
        "python -m training.train --archive fer2013.zip --votes ferplus_votes.csv --run RUN",
        "python -m training.choose_blend --run RUN ... --photos expressions/",
        "python -m training.export --run RUN ... --crowd-share SHARE --out fervid/weights/NAME",
        "python -m training.evaluate --preset NAME ... --card fervid/weights/NAME/card.json",
    ],
}
"""The words; the figures come from `export` and `evaluate`."""
