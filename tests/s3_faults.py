"""What a server or the way to it does to an answer: throttle, break off, cut short, drip."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.s3_server import Handler

_SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message></Error>"
)


@dataclass
class Answered:
    """What the server answered, to be changed by a fault."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Fault = Callable[["Handler", Answered], bool]
"""Answers in a way of its own and returns True, or leaves the answer to be sent."""


def slow_down(handler: Handler, answered: Answered) -> bool:  # noqa: ARG001 - a `Fault`
    """Throttle, as S3 does."""
    handler.send(Answered(503, [("Content-Type", "application/xml")], _SLOW_DOWN))
    return True


def reset(handler: Handler, answered: Answered) -> bool:
    """Break off in the middle of the body."""
    handler.send(answered, answered.body[: len(answered.body) // 2])
    handler.break_off()
    return True


def refuse_to_talk(handler: Handler, answered: Answered) -> bool:  # noqa: ARG001 - a `Fault`
    """Break off before anything was said."""
    handler.break_off()
    return True


def short(handler: Handler, answered: Answered) -> bool:
    """Send a body that lacks its end, and say that it is all of it."""
    handler.send(Answered(answered.status, answered.headers, answered.body[:-7]))
    return True


def drip(seconds: float, pieces: int = 10) -> Fault:
    """Send the body piece by piece over that time."""

    def fault(handler: Handler, answered: Answered) -> bool:
        handler.send(answered, b"")
        step = max(1, len(answered.body) // pieces)
        for start in range(0, len(answered.body), step):
            time.sleep(seconds / pieces)
            handler.wfile.write(answered.body[start : start + step])
        return True

    return fault


def status(code: int) -> Fault:
    """Answer with a bare status."""

    def fault(handler: Handler, answered: Answered) -> bool:  # noqa: ARG001 - a `Fault`
        handler.send(Answered(code, [], b""))
        return True

    return fault


def first(act: Callable[[], object]) -> Fault:
    """Do something before the server is asked, and answer as it does then."""

    def fault(handler: Handler, answered: Answered) -> bool:  # noqa: ARG001 - a `Fault`
        act()
        handler.send(handler.ask())
        return True

    return fault
