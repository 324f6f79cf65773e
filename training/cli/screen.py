"""`screen`: train the network that screens pictures for the detector."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    "screen",
    short_help="Train the screen of the mtcnn detector.",
    epilog="Example: python -m training screen photos/ films/ --out fervid/weights/mtcnn-screen",
)
@click.argument("inputs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where it goes."
)
@click.option("--mosaics", default=8000, show_default=True, help="Pictures to compose.")
@click.option("--epochs", default=60, show_default=True)
@click.option("--seed", default=1, show_default=True)
def command(inputs: tuple[Path, ...], out: Path, mosaics: int, epochs: int, seed: int) -> None:
    """Train on what the full cascade finds in pictures composed of INPUTS.

    INPUTS are photographs, films and folders of them, with faces and without.
    """
    from training.screen.train import train_screen

    card = train_screen(inputs, out, mosaics=mosaics, epochs=epochs, seed=seed, report=click.echo)
    click.echo(f"passing: {card['passing']}")
    for name, digest in card["sha256"].items():
        click.echo(f"{name}: {digest}")
