"""Do something in a fork of this process: it has loaded everything, and may be broken."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

_PATIENCE_S = 120


def in_a_fork(work: Callable[..., int], *arguments: object) -> int:
    """Do something there; return its exit status, or the negative number of the signal."""
    sys.stdout.flush()
    sys.stderr.flush()
    number = os.fork()
    if not number:
        status = 99
        try:
            signal.alarm(_PATIENCE_S)
            status = work(*arguments)
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:  # noqa: BLE001 (the top of a process)
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
