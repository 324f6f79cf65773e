"""A server that is slow, silent or endless never keeps a download waiting for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import pytest

from fervid.download import attempts
from fervid.errors import FervidError
from tests.downloaded import BEGUN, CONTENT, HALF, fetch, names
from tests.served import (
    Answer,
    Request,
    Server,
    head,
    ranged,
    stall,
    then,
)

pytestmark = pytest.mark.usefixtures("no_proxies")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights" / "net.onnx"


def test_a_server_that_falls_silent_is_asked_again(path: Path) -> None:
    with Server(then(BEGUN, stall), stall, ranged(CONTENT)) as server:
        fetch(server.url, path, stall_s=0.5)
    assert path.read_bytes() == CONTENT
    assert [request.offset for request in server.requests] == [0, HALF, HALF]


def test_a_server_that_never_says_anything_ends_the_wait(path: Path) -> None:
    with (
        Server(stall) as server,
        pytest.raises(FervidError, match="the server said nothing") as caught,
    ):
        fetch(server.url, path, stall_s=0.1)
    assert caught.value.remedy == "Put it there by hand."
    assert names(path) == []


ENDLESS = {
    "never a final answer": ([], b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header without an end": ([b"HTTP/1.1 200 OK\r\nX: "], b"a"),
    "redirections with headers without an end": ([b"HTTP/1.1 302 Found\r\nX: "], b"a"),
    "bytes of the file, now and then": ([head("200 OK", Content_Length=len(CONTENT))], b"a"),
    "the length of a chunk without an end": (
        [head("200 OK", Transfer_Encoding="chunked"), b"1;"],
        b"a",
    ),
    "trailers without an end": (
        [
            head("200 OK", Transfer_Encoding="chunked"),
            b"%x\r\n%b\r\n0\r\n" % (len(CONTENT), CONTENT),
        ],
        b"X: x\r\n",
    ),
}
"""What comes first, and what comes then again and again."""


def now_and_then(first: list[bytes], again: bytes) -> Answer:
    def answer(connection: socket.socket, _: Request) -> None:
        connection.sendall(b"".join(first))
        connection.settimeout(0.02)
        while True:
            connection.sendall(again)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return

    return answer


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try once, and wait for no more than half a second beyond what a fast network takes."""
    monkeypatch.setattr(attempts, "TRIES", 1)
    monkeypatch.setattr(attempts, "SLOWEST", 1 << 30)


@pytest.mark.usefixtures("impatient")
@pytest.mark.timeout(30)
@pytest.mark.parametrize("what", ENDLESS)
def test_what_comes_without_an_end_ends_all_the_same(path: Path, what: str) -> None:
    with (
        Server(now_and_then(*ENDLESS[what])) as server,
        pytest.raises(FervidError, match="takes too long"),
    ):
        fetch(server.url, path, stall_s=0.5)
    assert not path.exists()


@pytest.mark.usefixtures("impatient")
@pytest.mark.timeout(30)
def test_a_proxy_whose_headers_never_end_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(now_and_then([b"HTTP/1.1 200 OK\r\n"], b"X: x\r\n")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(FervidError, match=r"takes too long|no answer in time"):
            fetch("https://models.invalid", path, stall_s=0.5)


@pytest.mark.usefixtures("impatient")
@pytest.mark.timeout(30)
def test_a_handshake_that_never_ends_is_left(path: Path) -> None:
    hello = b"\x16\x03\x03\x40\x00"  # of 16 KiB, which come one by one
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(hello)
                while not gone.wait(0.02):
                    connection.sendall(b"\x02")

        gone = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(FervidError, match=r"takes too long|no answer in time"):
                fetch(f"https://127.0.0.1:{listening.getsockname()[1]}", path, stall_s=0.5)
        finally:
            gone.set()
            thread.join()
