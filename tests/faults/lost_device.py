"""`fervid` on a device that is lost: `python -m tests.faults.lost_device CALLS ...`.

After so many calls of a network LiteRT's `invoke` raises what it raises when its delegate fails.
"""

from __future__ import annotations

import itertools
import sys

from ai_edge_litert.interpreter import Interpreter

from fervid.cli import main

_invoke = Interpreter.invoke
_calls = itertools.count()


def _invoke_or_fail(self: Interpreter) -> None:
    if next(_calls) >= int(_allowed):
        raise RuntimeError("Node number 7 (GpuDelegate) failed to invoke: the device was lost.")
    _invoke(self)


if __name__ == "__main__":
    _allowed = sys.argv.pop(1)
    Interpreter.invoke = _invoke_or_fail
    main()
