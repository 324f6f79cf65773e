"""`fervid models`: the detectors and classifiers there are, with figures and sha256."""

from __future__ import annotations

import click

from fervid.cli.config import config_option
from fervid.cli.logs import show_logs
from fervid.cli.say import tell


@click.command(
    "models",
    short_help="The detectors and classifiers there are.",
    epilog="Example: fervid models",
)
@click.option(
    "--fetch",
    metavar="NAME",
    help="Download the weights of a preset now, for a run without a network.",
)
@config_option
def command(fetch: str | None) -> int:
    """List the presets for --detector and --model: source, licence, figures, sha256.

    What does not ship with fervid is downloaded by the first run that needs it, or by --fetch.
    FERVID_MODEL_MIRROR=https://host/folder has it downloaded from there instead.
    """
    from fervid import presets

    if fetch is not None:
        show_logs()
        tell(*presets.fetch(presets.preset(fetch)))
        return 0
    for title, group in (("Detectors", presets.DETECTORS), ("Classifiers", presets.CLASSIFIERS)):
        tell(f"{title}:")
        for preset in group.values():
            tell(*(f"  {line}" for line in presets.described(preset)))
    return 0
