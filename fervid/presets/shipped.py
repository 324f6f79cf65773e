"""The detectors and classifiers that fervid knows by name, each file with its sha256."""

from __future__ import annotations

from pathlib import Path

from fervid.presets import entry
from fervid.presets.preset import ClassifierPreset, Preset

SHIPPED = Path(__file__).parents[1] / "weights"

REINSTALL = "Install fervid again: its weights ship inside the package."

MTCNN_SCREEN = Preset(
    name="mtcnn-screen",
    kind="detector",
    summary="Where MTCNN's proposal network is worth running",
    home=SHIPPED / "mtcnn-screen",
    files={
        "model.tflite": "88ed3ab0cc7c5e320de51344ce23bec8de426e2ce00b550e0c2f8ddde8224c06",
        "weights.safetensors": "d0169bb6c660dd2cf5e741df102958ee90063fd07ad1ab82a988da0dbf606b07",
    },
    licence="MIT",
    source="trained for fervid on what the mtcnn detector finds (`python -m training screen`)",
)
"""A part of the detector `mtcnn`."""

DETECTORS = {
    preset.name: preset
    for preset in (
        Preset(
            name="mtcnn",
            kind="detector",
            summary="Three-stage cascade with five landmarks (Zhang et al. 2016)",
            home="mtcnn",
            files={
                "pnet.lz4": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
                "rnet.lz4": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
                "onet.lz4": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
            },
            licence="MIT",
            source="Python package mtcnn 1.0 (github.com/ipazc/mtcnn)",
            figures={
                "Caltech Faces 1999, 85 photographs": "85 found, 0 extra boxes",
                "720 expressive faces, --min-face 20": "700 found",
                "CPU per 640x360 frame": "2.7 ms",
            },
        ),
        Preset(
            name="yunet",
            kind="detector",
            summary="One-stage detector with five landmarks (Wu et al. 2023), through OpenCV",
            home="user",
            files={
                "face_detection_yunet_2026may.onnx": (
                    "ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0"
                ),
            },
            licence="MIT",
            source="OpenCV Zoo (github.com/opencv/opencv_zoo), models/face_detection_yunet",
            url=(
                "https://github.com/opencv/opencv_zoo/raw/47534e27c9851bb1128ccc0102f1145e27f23f98"
                "/models/face_detection_yunet/face_detection_yunet_2026may.onnx"
            ),
            size_bytes=229_738,
            figures={
                "Caltech Faces 1999, 85 photographs": "85 found, 0 extra boxes",
                "720 expressive faces, --min-face 20": "713 found",
                "CPU per 640x360 frame": "3 ms",
            },
        ),
    )
}
"""Name to detector."""


def read_classifiers(folder: Path) -> dict[str, ClassifierPreset]:
    """Read the classifiers that `python -m training export` left in a folder.

    Args:
        folder: Holds a folder a network, with its files.

    Returns:
        Name to classifier.

    Raises:
        FervidError: A file is damaged.
    """
    return {
        one.name: one
        for path in sorted(folder.glob(f"*/{entry.NAME}"))
        for one in entry.read_entry(path.parent, REINSTALL)
    }


CLASSIFIERS = read_classifiers(SHIPPED)
"""Name to classifier."""
