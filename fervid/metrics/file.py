"""Keep the file that a collector reads: always whole, and never anything else replaced by it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from fervid.errors import UsageError
from fervid.store import is_url
from fervid.write.durable import sync

_FIRST = b"# HELP fervid_"
"""How a file of ours begins."""


class MetricsFile:
    """A file of metrics.

    Args:
        path: Where; what an earlier run wrote there is replaced.

    Raises:
        UsageError: It is an address, its folder is not there, something else lies there, or nothing
            can be written there.
    """

    def __init__(self, path: str) -> None:
        if is_url(path):
            raise UsageError(
                f"--metrics names a file on this machine, not an address: "
                f"{path.partition('://')[0]}://...",
                "Give a path that a collector reads: "
                "--metrics /var/lib/node_exporter/fervid.prom, say.",
            )
        self.path = Path(path)
        self._before = self._read()

    def value_before(self, name: str) -> float | None:
        """Return the one value that the file of the run before has of a metric."""
        found = re.search(rf"^{name}\{{.*\}} (\S+)$", self._before, re.MULTILINE)
        return float(found[1]) if found else None

    def replace(self, text: str) -> None:
        """Replace the file in one step; node_exporter leaves names that end differently alone.

        Raises:
            OSError: It cannot be written.
        """
        growing = self.path.with_name(f"{self.path.name}.growing")
        growing.write_bytes(text.encode())
        sync(growing)  # a name may outlive a power cut that what it stands for does not
        os.replace(growing, self.path)

    def _read(self) -> str:
        try:
            if not self.path.exists():
                self._check_folder()
                return ""
            text = self.path.read_bytes() if self.path.is_file() else b""
        except OSError as error:
            raise cannot_write(self.path, error) from error
        if (text and not text.startswith(_FIRST)) or not self.path.is_file():
            raise UsageError(
                f"{self.path} is no file of metrics that fervid wrote.",
                "Give another name: --metrics /var/lib/node_exporter/fervid.prom, say.",
            )
        return text.decode(errors="replace")

    def _check_folder(self) -> None:
        """Look for the folder: one that is made here is none that anybody collects from."""
        folder = self.path.parent
        if not folder.exists():
            raise UsageError(
                f"Cannot write metrics to {self.path}: there is no folder {folder}.",
                f"Make it, if a collector reads there: mkdir -p {shlex.quote(str(folder))}. "
                "Or give another --metrics.",
            )


def cannot_write(path: Path, error: OSError) -> UsageError:
    """Say what the system said, and what to do."""
    return UsageError(
        f"Cannot write metrics to {path}: {error.strerror or error}.",
        "Fix the permissions, give another --metrics, or leave it out.",
    )
