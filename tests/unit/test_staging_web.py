"""Files of web servers are fetched as objects are: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fervid.sources import discover
from tests.s3_server import Bucket
from tests.served import Server, head, ranged, redirect, reset, then
from tests.staged import taken

pytestmark = pytest.mark.usefixtures("staged_here")

LATER = "Tue, 03 Feb 2026 04:05:06 GMT"


def web(content: bytes, **headers: object) -> Callable[..., None]:
    answer = ranged(content)

    def both(connection: object, request: object) -> None:
        if request.line.startswith("HEAD"):  # type: ignore[attr-defined]
            facts = {"Content_Length": len(content), "Last_Modified": LATER, **headers}
            connection.sendall(head("200 OK", Connection="close", **facts))  # type: ignore[attr-defined]
        else:
            answer(connection, request)  # type: ignore[arg-type]

    return both


def test_a_web_servers_file_is_staged(bucket: Bucket) -> None:  # noqa: ARG001 - sets NO_PROXY
    with Server(web(b"content")) as server:
        (source,) = discover([f"{server.url}/clip.mp4?sig=hush"]).sources
        contents, failed = taken((source,))
    assert contents == {"clip.mp4": b"content"}
    assert not failed
    assert all("sig=hush" in request.line for request in server.requests)


def test_a_web_server_that_breaks_off_is_asked_again() -> None:
    cut = then(
        lambda connection, _: connection.sendall(head("200 OK", Content_Length=7) + b"con"),
        reset,
    )
    with Server(web(b"content"), cut, web(b"content")) as server:
        contents, failed = taken(discover([f"{server.url}/clip.mp4"]).sources)
    assert contents == {"clip.mp4": b"content"}
    assert not failed


def test_a_web_server_that_sends_more_than_it_said_costs_its_source() -> None:
    with Server(web(b"content"), web(bytes(1 << 20), Content_Length=7)) as server:
        _, failed = taken(discover([f"{server.url}/clip.mp4?sig=hush"]).sources)
    assert failed.told() == [("clip.mp4", "StoreError")]
    assert "more bytes came" in str(failed[0].failure)
    assert "hush" not in str(failed[0].failure)


def test_redirections_are_followed() -> None:
    with Server(web(b"content")) as second, Server(redirect(second.url + "/x")) as server:
        contents, _ = taken(discover([f"{server.url}/clip.mp4"]).sources)
    assert contents == {"clip.mp4": b"content"}
