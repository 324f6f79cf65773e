"""`fervid doctor`: check that this installation works."""

from __future__ import annotations

import click

from fervid.cli.say import tell

_SIGNS = {"ok": "ok  ", "warning": "warn", "error": "FAIL"}


@click.command(
    "doctor",
    short_help="Check that this installation works.",
    epilog="Example: fervid doctor",
)
def command() -> int:
    """Check versions, devices, codecs and presets, and run a tiny analysis."""
    from fervid.doctor import examine

    worst = 0
    for check in examine():
        tell(f"[{_SIGNS[check.state]}] {check.name}: {check.finding}")
        if check.remedy:
            tell(f"       {check.remedy}")
        worst = max(worst, int(check.state == "error"))
    return worst
