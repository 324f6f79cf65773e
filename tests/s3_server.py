"""A real S3 server on loopback (moto's, in a process of its own) behind a proxy that does harm."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import pytest

from tests.s3_faults import Answered, Fault, slow_down

_SERVE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Asked:
    """A request as the proxy saw it: `key` is its path without the slash, decoded."""

    method: str
    key: str
    query: str
    span: str | None = None


@dataclass
class _Planned:
    fault: Fault
    method: str
    part: str
    times: int


@dataclass
class Bucket:
    """A fresh bucket; what is asked of it goes through the proxy.

    Args:
        name: Of the bucket.
        endpoint: The proxy's, which `AWS_ENDPOINT_URL` names.
        client: boto3's, straight to the server.
    """

    name: str
    endpoint: str
    client: Any
    asked: list[Asked] = field(default_factory=list)
    planned: list[_Planned] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, key: str = "") -> str:
        return f"s3://{self.name}/{key}"

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def fail(self, fault: Fault, method: str = "GET", part: str = "", times: int = 1) -> None:
        """Plan a fault for the next requests of that method whose path and query hold `part`."""
        with self.lock:
            self.planned.append(_Planned(fault, method, part, times))

    def fault_for(self, asked: Asked) -> Fault | None:
        with self.lock:
            self.asked.append(asked)
            for each in self.planned:
                hit = each.part in f"{asked.key}?{asked.query}"
                if each.times and each.method == asked.method and hit:
                    each.times -= 1
                    return each.fault
        return None

    def read(self) -> Counter[str]:
        """Count the requests for content, by key."""
        prefix = f"{self.name}/"
        return Counter(
            each.key.removeprefix(prefix)
            for each in self.asked
            if each.method == "GET" and each.key.removeprefix(prefix) and each.key != self.name
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: ClassVar[Bucket]
    port: ClassVar[int]

    def ask(self) -> Answered:
        """Ask the server what was asked here."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            headers = {name: value for name, value in self.headers.items() if name != "Connection"}
            connection.request(self.command, self.path, self._body, headers)
            response: HTTPResponse = connection.getresponse()
            return Answered(response.status, response.getheaders(), response.read())

    def _pass_on(self) -> None:
        self._body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        span = self.headers.get("Range")
        asked = Asked(self.command, unquote(parts.path)[1:], parts.query, span)
        fault = self.bucket.fault_for(asked)
        answered = self.ask() if fault is not slow_down else Answered(503, [], b"")
        if fault is None or not fault(self, answered):
            self.send(answered)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - http.server's names

    def send(self, answered: Answered, body: bytes | None = None) -> None:
        """Send an answer; only the beginning of its body, if `body` is that."""
        self.send_response_only(answered.status)
        left_out = {"content-length", "connection", "transfer-encoding"}
        said = {name.lower(): value for name, value in answered.headers}
        for name, value in answered.headers:
            if name.lower() not in left_out:
                self.send_header(name, value)
        length = len(answered.body)
        if self.command == "HEAD":
            length = int(said.get("content-length", 0))
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answered.body if body is None else body)

    def break_off(self) -> None:
        """Reset the connection, as a dying server does."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away."""


@contextmanager
def served_bucket(port: int, name: str) -> Iterator[Bucket]:
    """Make a bucket on the server at that port, and a proxy before it."""
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )
    client.create_bucket(Bucket=name)
    handler = type("_OfBucket", (Handler,), {"port": port})
    with _Proxy(("127.0.0.1", 0), handler) as proxy:
        bucket = Bucket(name, f"http://127.0.0.1:{proxy.server_address[1]}", client)
        handler.bucket = bucket  # type: ignore[attr-defined]
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), name="test-s3-proxy")
        thread.start()
        try:
            yield bucket
        finally:
            proxy.shutdown()
            thread.join()
            client.close()


@contextmanager
def s3_process() -> Iterator[int]:
    """Start moto's S3 server; yields its port."""
    started = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with started as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


SECRET = "a-secret-that-nobody-may-see"  # noqa: S105 - in tests alone
"""What `AWS_SECRET_ACCESS_KEY` is in tests with a bucket."""

KEY_ID = "AKIDFORTESTSALONE"


def environment(bucket: Bucket) -> dict[str, str]:
    """Return the variables that lead a program to a bucket's proxy."""
    return {
        "AWS_ENDPOINT_URL": bucket.endpoint,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",  # botocore's, so that s3fs's and ours are seen
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    pytest.importorskip("moto")
    with s3_process() as port:
        yield port


@pytest.fixture
def bucket(s3_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket; `s3://` leads to it in this process and those it starts."""
    from s3fs import S3FileSystem

    with served_bucket(s3_port, f"b-{uuid.uuid4().hex[:12]}") as made:
        for name, value in environment(made).items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()
        yield made
        S3FileSystem.clear_instance_cache()
