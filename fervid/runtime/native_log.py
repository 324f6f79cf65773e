"""Keep back what native libraries write to the process's stderr, past Python's logging."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_log(logger: logging.Logger) -> Iterator[None]:
    """Pass on as debug messages what is written to descriptor 2 meanwhile.

    TensorFlow writes half a dozen lines while it looks for a GPU, some of them whatever its
    `TF_CPP_MIN_LOG_LEVEL` says; the one that matters then stands below them.

    Args:
        logger: Gets them, a message per line.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            kept.seek(0)
            for line in kept.read().decode(errors="replace").splitlines():
                logger.debug("%s", line)
