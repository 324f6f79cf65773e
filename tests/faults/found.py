"""What a search for faults found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import click


@dataclass
class Found:
    """Figures of one kind of fault.

    Args:
        cases: Runs that were broken.
        faults: What should not have been, with how to see it again.
    """

    cases: int = 0
    faults: list[str] = field(default_factory=list)

    def tell(self, faults: Iterable[str]) -> None:
        """Note faults, and say them at once."""
        for fault in faults:
            self.faults.append(fault)
            click.echo(fault, err=True)
