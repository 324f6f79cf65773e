"""The way to a file: redirections, proxies, certificates."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from fervid.download import web
from fervid.errors import FervidError
from tests.downloaded import BEGUN, CONTENT, HALF, fetch, names
from tests.served import (
    Server,
    dripping,
    head,
    ranged,
    raw,
    redirect,
    self_signed,
    whole,
)

pytestmark = pytest.mark.usefixtures("no_proxies")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights" / "net.onnx"


def test_a_server_that_cannot_be_reached_is_named_at_once(path: Path) -> None:
    with Server(raw()) as server:
        pass
    with pytest.raises(FervidError, match=r"cannot be reached.*refused"):
        fetch(server.url, path)


def test_redirections_are_followed_with_the_range(path: Path) -> None:
    with Server(BEGUN, ranged(CONTENT)) as store, Server(redirect(f"{store.url}/x")) as server:
        fetch(server.url, path)
    assert [request.offset for request in store.requests] == [0, HALF]
    assert path.read_bytes() == CONTENT


def test_relative_redirections_are_followed(path: Path) -> None:
    with Server(redirect("/there/net.onnx"), whole(CONTENT)) as server:
        fetch(server.url, path)
    assert server.requests[1].line == "GET /there/net.onnx HTTP/1.1"


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://a..b/", "/\xe9", "/a b"]
)
def test_a_redirection_to_no_address_is_no_stack_trace(path: Path, location: str) -> None:
    with Server(redirect(location)) as server, pytest.raises(FervidError, match="Cannot download"):
        fetch(server.url, path)


def test_a_loop_of_redirections_ends(path: Path) -> None:
    with Server(redirect("/net.onnx")) as server, pytest.raises(FervidError, match="more than 5"):
        fetch(server.url, path)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/net", "data:,net", "gopher://x", "http://["]
)
def test_a_redirection_to_another_scheme_is_refused(path: Path, location: str) -> None:
    with Server(redirect(location)) as server, pytest.raises(FervidError, match="redirects to"):
        fetch(server.url, path)
    assert names(path) == []


def test_a_redirection_with_an_endless_body_is_not_read(path: Path) -> None:
    endless = itertools.chain([head("302 Found", Location="/x")], itertools.repeat(bytes(1 << 16)))
    with Server(dripping(endless), whole(CONTENT)) as server:
        fetch(server.url, path)
    assert path.read_bytes() == CONTENT


def test_https_never_becomes_http() -> None:
    assert web.next_url("http://a/x", "https://b/y") == "https://b/y"
    with pytest.raises(web.RefusedError):
        web.next_url("https://a/x", "http://a/x")


def test_proxies_of_the_environment_are_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(whole(CONTENT)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        fetch("http://models.invalid", path)
    assert proxy.requests[0].line == "GET http://models.invalid/net.onnx HTTP/1.1"


def test_https_goes_through_a_proxy_as_a_tunnel(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(raw(head("407 Proxy Authentication Required"))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(FervidError, match="cannot be reached: Tunnel connection failed: 407"):
            fetch("https://models.invalid", path)
    assert proxy.requests[0].line.startswith("CONNECT models.invalid:443 HTTP/1.")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_certificates_are_checked(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, certificate = self_signed(tmp_path)
    with Server(whole(CONTENT), tls=tls) as server:
        with pytest.raises(FervidError, match="certificate verify failed"):
            fetch(server.url, path)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        fetch(server.url, path)
    assert path.read_bytes() == CONTENT
