"""`throughput`: does the input pipeline keep up with the training step?"""

from __future__ import annotations

import click


@click.command(
    "throughput",
    short_help="Images a second of pipeline and step.",
    epilog="Example: python -m training throughput --architecture residual-se-half --side 48",
)
@click.option("--architecture", default="residual-se-half", show_default=True)
@click.option("--side", type=click.Choice(["32", "40", "48"]), default="48", show_default=True)
@click.option("--batch-size", type=click.IntRange(min=1), default=64, show_default=True)
@click.option("--batches", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--policy", default="mixed_bfloat16", show_default=True, help="Keras dtype policy.")
def command(architecture: str, side: str, batch_size: int, batches: int, policy: str) -> None:
    """Measure the input pipeline alone, the training step alone, and both together.

    Needs no data: the pictures are noise. Exit code 3 says that the pipeline makes fewer than
    three times the images that the step takes.
    """
    import keras

    from training.config_file import config_from
    from training.model import two_headed
    from training.throughput import ENOUGH, measure

    config = config_from({"architecture": architecture, "policy": policy}, "command line")
    keras.mixed_precision.set_dtype_policy(config.policy)
    found = measure(two_headed(config.architecture, "random"), int(side), batch_size, batches)
    click.echo(f"pipeline alone  {found.pipeline:8.0f} images/s")
    click.echo(f"step alone      {found.step:8.0f} images/s")
    click.echo(f"together        {found.together:8.0f} images/s")
    click.echo(f"pipeline / step {found.ratio:8.1f}")
    click.echo(found.verdict())
    if found.ratio < ENOUGH:
        raise click.exceptions.Exit(3)
