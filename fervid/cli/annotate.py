"""`fervid annotate`: a result drawn onto its clip."""

from __future__ import annotations

import click

from fervid.cli.config import config_option
from fervid.cli.logs import show_logs
from fervid.cli.say import tell


@click.command(
    "annotate",
    short_help="Draw a result onto its clip or photo.",
    epilog="Example: fervid annotate videos/clip.mp4 results.parquet -o annotated.mp4",
)
@click.argument("clip")
@click.argument("results")
@click.option(
    "-o", "--out", required=True, metavar="FILE", help=".mp4, .mkv, .webm; .png, .jpg of a photo."
)
@click.option("--source", metavar="NAME", help="The source that CLIP is, if its path does not say.")
@click.option("--blur-faces", is_flag=True, help="Make the detected faces unrecognisable.")
@click.option("--overwrite", is_flag=True, help="Replace an existing copy.")
@config_option
def command(
    clip: str, results: str, out: str, source: str | None, blur_faces: bool, overwrite: bool
) -> int:
    """Draw what RESULTS say onto CLIP: boxes, tracks, labels, and a chart along time.

    Frames keep their times, and the sound stays. --blur-faces covers the faces that were detected,
    also between sampled frames; faces that the detector missed are not covered: look at the copy
    before you pass it on.
    """
    show_logs()
    from fervid.annotate import annotate

    tell(annotate(clip, results, out, source=source, blur_faces=blur_faces, overwrite=overwrite))
    return 0
