"""`calibrate-crop`: measure the crop constant of a detector."""

from __future__ import annotations

from pathlib import Path

import click

from fervid.options import DEFAULT_DETECTOR


@click.command(
    "calibrate-crop",
    short_help="The crop constant of a detector.",
    epilog="Example: python -m training calibrate-crop photos/ --detector mtcnn",
)
@click.argument("photos", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--detector", default=DEFAULT_DETECTOR, show_default=True, help="Name or .onnx path.")
def command(photos: Path, detector: str) -> None:
    """Measure how much larger than a detector's boxes the classifier's crops must be.

    PHOTOS is any folder of face photographs, a few hundred. The constant makes crops show faces
    as FER2013 does: it depends on how generous a detector's boxes are.
    """
    from training import calibrate_crop as crops

    found = crops.largest_faces(photos, detector)
    framing = crops.measure([face for face in found if face is not None])
    faces = sum(face is not None for face in found)
    click.echo(f"{detector}: a face in {faces} of {len(found)} photographs")
    click.echo(f"crop_scale that matches FER2013's geometry: {framing.exact_scale:.3f}")
    click.echo(f"crop_scale to use (times {crops.TIGHTER}): {framing.crop_scale:.2f}")
    eyes = f"({framing.eyes[0]:.3f}, {framing.eyes[1]:.3f})"
    click.echo(f"eyes then at {eyes} of the crop; FER2013's at {crops.FER_EYES}")
