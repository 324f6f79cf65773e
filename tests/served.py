"""A web server on loopback that answers each request as it is told to, honestly or not."""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

Answer = Callable[[socket.socket, "Request"], None]
"""Writes an answer to a connection, which is closed afterwards."""


@dataclass(frozen=True)
class Request:
    line: str
    headers: dict[str, str]

    @property
    def offset(self) -> int:
        """First byte that is asked for."""
        return int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for loopback that nobody vouches for; needs openssl."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    options = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
    options += " -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        ["openssl", "req", *options.split(), "-out", certificate, "-keyout", key],
        check=True,
        capture_output=True,
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    return tls, certificate


class Server:
    """Gives each request the next answer, and the last one again and again."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers)
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="fervid-test-server")
        self.requests: list[Request] = []
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            with connection:
                try:
                    self._answer(connection)
                except OSError:  # the client went away
                    continue

    def _answer(self, connection: socket.socket) -> None:
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with connection:
            received = b""
            while not received.endswith(b"\r\n\r\n"):
                more = connection.recv(4096)
                if not more:
                    return
                received += more
            line, *headers = received.decode("latin-1").rstrip().split("\r\n")
            pairs = (header.split(": ", 1) for header in headers)
            request = Request(line, {name.lower(): value for name, value in pairs})
            self.requests.append(request)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            answer(connection, request)


def head(status: str, **headers: object) -> bytes:
    """Make the head of an answer; underscores in names of headers stand for hyphens."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def raw(*parts: bytes) -> Answer:
    """Send just that."""
    return lambda connection, _: connection.sendall(b"".join(parts))


def whole(content: bytes, **headers: object) -> Answer:
    """Send all of it, whatever was asked for."""
    return raw(head("200 OK", Content_Length=len(content), **headers), content)


def ranged(content: bytes, etag: str = '"one"') -> Answer:
    """Send what is asked for, as a good server does."""

    def answer(connection: socket.socket, request: Request) -> None:
        if not request.offset or request.headers.get("if-range") != etag:
            whole(content, ETag=etag)(connection, request)
            return
        rest = content[request.offset :]
        span = f"bytes {request.offset}-{len(content) - 1}/{len(content)}"
        connection.sendall(
            head("206 Partial Content", Content_Length=len(rest), Content_Range=span) + rest
        )

    return answer


def then(first: Answer, second: Answer) -> Answer:
    """Write one after the other to the same connection."""

    def answer(connection: socket.socket, request: Request) -> None:
        first(connection, request)
        second(connection, request)

    return answer


def stall(connection: socket.socket, request: Request) -> None:  # noqa: ARG001 - an `Answer`
    """Say nothing more until the client is gone."""
    while connection.recv(1):
        pass


def reset(connection: socket.socket, request: Request) -> None:  # noqa: ARG001 - an `Answer`
    """Break the connection off as a dying server does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def redirect(location: str, status: str = "302 Found") -> Answer:
    """Send the client elsewhere."""
    return raw(head(status, Location=location, Content_Length=0))


def dripping(chunks: Iterable[bytes]) -> Answer:
    """Send chunks until there are none, or the client is gone."""

    def answer(connection: socket.socket, request: Request) -> None:  # noqa: ARG001
        for chunk in chunks:
            connection.sendall(chunk)

    return answer
