"""`fervid models`: the detectors and classifiers there are, with figures and sha256."""

from __future__ import annotations

import click


@click.command(
    "models",
    short_help="The detectors and classifiers there are.",
    epilog="Example: fervid models",
)
def command() -> int:
    """List the presets for --detector and --model: source, licence, figures, sha256."""
    from fervid import presets

    for title, group in (("Detectors", presets.DETECTORS), ("Classifiers", presets.CLASSIFIERS)):
        click.echo(f"{title}:")
        for preset in group.values():
            click.echo(f"  {preset.name}: {preset.summary}")
            click.echo(f"    source: {preset.source}")
            click.echo(f"    licence: {preset.licence}")
            if isinstance(preset, presets.ClassifierPreset):
                click.echo(
                    f"    network: {preset.architecture}, share of the crowd head "
                    f"{preset.crowd_share:g}, temperature {preset.temperature:g}"
                )
            for name, value in preset.figures.items():
                click.echo(f"    {name}: {value}")
            for filename, digest in preset.files.items():
                click.echo(f"    {filename}  sha256 {digest}")
    return 0
