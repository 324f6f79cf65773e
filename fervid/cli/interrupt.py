"""Let the first Ctrl-C, or SIGTERM, end a run cleanly, and the second one at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_EXIT_CODE = 130
_NOTICE = b"\nStopping: what is finished is kept. Press Ctrl-C again to stop at once.\n"


class StoppedError(Exception):
    """A run that was stopped; of KeyboardInterrupt click would tell by an empty line."""


@contextmanager
def stop_on_signal(*, told: bool) -> Iterator[threading.Event]:
    """Watch for signals.

    Args:
        told: Whether a line on stderr answers the first one.

    Yields:
        What is set by the first one; the second ends the process, and what decodes with it.

    Raises:
        StoppedError: The run was stopped by the first one.
    """
    stop = threading.Event()

    def handle(*_: object) -> None:
        if stop.is_set():
            os._exit(_EXIT_CODE)
        stop.set()
        if told:
            with suppress(OSError):  # nobody may read it any more
                os.write(2, _NOTICE)  # not through a stream that may be in the middle of a line

    # Started by nohup or in the background, a process ignores SIGINT, and shall go on to.
    watched = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, handle) for each in watched}
    try:
        yield stop
    except KeyboardInterrupt as error:
        raise StoppedError from error
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
