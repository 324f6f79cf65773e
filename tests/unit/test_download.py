"""A download ends with the right file or with none, whatever the server does."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import select
import shutil
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from fervid.download import RemoteFile, attempts, download, web
from fervid.errors import FervidError
from tests.served import (
    Answer,
    Server,
    dripping,
    head,
    ranged,
    raw,
    redirect,
    reset,
    stall,
    then,
    whole,
)

CONTENT = random.Random(1).randbytes(200_000)  # noqa: S311 - no secret
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2
BEGUN = raw(head("200 OK", Content_Length=len(CONTENT), ETag='"one"'), CONTENT[:HALF])
"""Half of the file, and then nothing more."""


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights" / "net.onnx"


def fetch(url: str, path: Path, stall_s: float = 30) -> None:
    wanted = RemoteFile(f"{url}/net.onnx", len(CONTENT), SHA256)
    download(wanted, path, "Put it there by hand.", stall_s=stall_s, pause_s=0)


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def test_a_file_arrives_whole_and_alone_in_its_folder(path: Path) -> None:
    with Server(whole(CONTENT)) as server:
        fetch(server.url, path)
    assert path.read_bytes() == CONTENT
    assert names(path) == ["net.onnx"]
    assert server.requests[0].line == "GET /net.onnx HTTP/1.1"


@pytest.mark.parametrize("fault", [raw(), reset], ids=["cut off", "reset"])
def test_a_broken_connection_costs_only_the_rest(path: Path, fault: Answer) -> None:
    with Server(then(BEGUN, fault), ranged(CONTENT)) as server:
        fetch(server.url, path)
    assert path.read_bytes() == CONTENT
    first, second = server.requests
    assert "range" not in first.headers
    # A reset may take with it what had been sent.
    assert second.headers.get("if-range", '"one"') == '"one"'
    assert second.offset == HALF or fault is reset


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


def test_a_server_that_sends_a_byte_now_and_then_counts_as_stalled(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = itertools.count(0, 60)  # a minute between two looks at the clock
    clock = SimpleNamespace(monotonic=lambda: next(ticks), sleep=lambda _: None)
    monkeypatch.setattr(attempts, "time", clock)
    drops = (CONTENT[number : number + 1] for number in range(len(CONTENT)))
    slow = then(raw(head("200 OK", Content_Length=len(CONTENT))), dripping(drops))
    with (
        Server(slow) as server,
        pytest.raises(FervidError, match="less than 1024 bytes a second"),
    ):
        fetch(server.url, path)


def test_an_interrupted_download_goes_on_in_the_next_process(path: Path) -> None:
    with Server(BEGUN, raw()) as server, pytest.raises(FervidError, match=r"broken|broke|ends"):
        fetch(server.url, path)
    assert names(path) == ["net.onnx.partial", "net.onnx.partial.json"]
    with Server(ranged(CONTENT)) as server:
        fetch(server.url, path)
    assert server.requests[0].headers["range"] == f"bytes={HALF}-"
    assert path.read_bytes() == CONTENT
    assert names(path) == ["net.onnx"]


def test_a_server_without_ranges_starts_anew(path: Path) -> None:
    with Server(BEGUN, whole(CONTENT)) as server:
        fetch(server.url, path)
    assert server.requests[1].offset == HALF
    assert path.read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_starts_anew(path: Path) -> None:
    with Server(BEGUN, ranged(CONTENT, etag='"two"')) as server:
        fetch(server.url, path)
    assert path.read_bytes() == CONTENT


def test_without_a_validator_nothing_is_pieced_together(path: Path) -> None:
    begun = raw(head("200 OK", Content_Length=len(CONTENT)), CONTENT[:HALF])
    weak = raw(head("200 OK", Content_Length=len(CONTENT), ETag='W/"one"'), CONTENT[:HALF])
    with Server(begun, weak, whole(CONTENT)) as server:
        fetch(server.url, path)
    assert [request.offset for request in server.requests] == [0, 0, 0]


@pytest.mark.parametrize(
    "answer",
    [
        raw(head("416 Range Not Satisfiable")),
        raw(
            head("206 Partial Content", Content_Range=f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}"),
            CONTENT[7:],
        ),
        raw(head("206 Partial Content"), CONTENT[HALF:]),
    ],
    ids=["no such part", "another part", "some part"],
)
def test_a_wrong_part_starts_anew(path: Path, answer: Answer) -> None:
    with Server(BEGUN, answer, ranged(CONTENT)) as server:
        fetch(server.url, path)
    assert [request.offset for request in server.requests] == [0, HALF, 0]
    assert path.read_bytes() == CONTENT


def test_a_damaged_part_is_found_out_and_starts_anew(path: Path) -> None:
    with Server(BEGUN, raw()) as server, pytest.raises(FervidError):
        fetch(server.url, path)
    with path.with_name("net.onnx.partial").open("r+b") as stream:
        stream.write(b"damage")
    with Server(ranged(CONTENT)) as server:
        fetch(server.url, path)
    assert [request.offset for request in server.requests] == [HALF, 0]
    assert path.read_bytes() == CONTENT


def test_another_file_of_the_same_size_is_refused_by_its_sha256(path: Path) -> None:
    other = CONTENT[:-1] + b"x"
    with (
        Server(whole(other)) as server,
        pytest.raises(FervidError, match=hashlib.sha256(other).hexdigest()),
    ):
        fetch(server.url, path)
    assert len(server.requests) == 1
    assert names(path) == []


@pytest.mark.parametrize(
    "answer",
    [
        whole(CONTENT[:-1]),
        whole(CONTENT + b"x"),
        raw(head("200 OK", Content_Length=1 << 60), CONTENT),
        raw(head("200 OK", Content_Length=-1), CONTENT),
        dripping(itertools.chain([head("200 OK")], itertools.repeat(bytes(1 << 16)))),
    ],
    ids=["shorter", "longer", "said to be huge", "said to be negative", "endless"],
)
def test_a_file_of_another_size_is_refused_before_it_fills_the_disk(
    path: Path, answer: Answer
) -> None:
    with Server(answer) as server, pytest.raises(FervidError, match="another file, of"):
        fetch(server.url, path)
    assert len(server.requests) == 1
    assert names(path) == []


def test_a_server_in_trouble_is_asked_again_and_one_without_the_file_is_not(path: Path) -> None:
    with Server(raw(head("503 Busy")), raw(head("429 Slow")), whole(CONTENT)) as server:
        fetch(server.url, path)
    assert len(server.requests) == 3
    path.unlink()
    with (
        Server(raw(head("404 \x1b[31mforged"))) as server,
        pytest.raises(FervidError, match=r"the server answers 404 Not Found\.$|404 Not Found") as e,
    ):
        fetch(server.url, path)
    assert "forged" not in str(e.value)
    assert len(server.requests) == 1


def test_what_is_no_web_server_is_named(path: Path) -> None:
    with Server(raw(b"220 mail ready\r\n\r\n")) as server, pytest.raises(FervidError) as caught:
        fetch(server.url, path)
    assert "the answer is broken (BadStatusLine)" in caught.value.message


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


def test_a_file_may_come_in_chunks_and_half_of_them_are_not_enough(path: Path) -> None:
    start = head("200 OK", Transfer_Encoding="chunked", ETag='"one"')
    chunks = [b"%x\r\n%b\r\n" % (HALF, half) for half in (CONTENT[:HALF], CONTENT[HALF:])]
    with Server(raw(start, chunks[0]), raw(start, *chunks, b"0\r\n\r\n")) as server:
        fetch(server.url, path)
    assert len(server.requests) == 2
    assert path.read_bytes() == CONTENT


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


def test_of_two_that_want_the_same_file_one_waits_for_the_other(path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(connection: object, request: object) -> None:
        begun.set()
        go_on.wait(60)  # not for ever, should the test fail
        whole(CONTENT)(connection, request)  # type: ignore[arg-type]

    with Server(slowly) as server:
        code = (
            "from pathlib import Path; from tests.unit.test_download import fetch;"
            f"fetch({server.url!r}, Path({str(path)!r}))"
        )
        others = [
            subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        begun.wait()
        for other in others:
            assert other.stderr is not None
        # The one that waits says so; the one that downloads says nothing.
        lines = _first_line_of_either(others)
        go_on.set()
        assert [other.wait() for other in others] == [0, 0]
        for other in others:
            other.stderr.close()  # type: ignore[union-attr]
    assert "waiting for it" in lines
    assert len(server.requests) == 1
    assert path.read_bytes() == CONTENT
    assert names(path) == ["net.onnx"]


def _first_line_of_either(processes: list[subprocess.Popen[str]]) -> str:
    streams = [process.stderr for process in processes if process.stderr]
    ready, _, _ = select.select(streams, [], [])
    return ready[0].readline()


def test_a_link_in_the_place_of_the_part_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path.parent.mkdir()
    path.with_name("net.onnx.partial").symlink_to(victim)
    with Server(whole(CONTENT)) as server, pytest.raises(FervidError, match="Cannot write"):
        fetch(server.url, path)
    assert victim.read_text() == "precious"


def test_a_folder_that_cannot_be_written_is_named(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    with pytest.raises(FervidError, match=r"Cannot write .*net\.onnx"):
        fetch("http://127.0.0.1:9", path)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_certificates_are_checked(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    options = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
    options += " -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        ["openssl", "req", *options.split(), "-out", certificate, "-keyout", key],
        check=True,
        capture_output=True,
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    with Server(whole(CONTENT), tls=tls) as server:
        with pytest.raises(FervidError, match="certificate verify failed"):
            fetch(server.url, path)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        fetch(server.url, path)
    assert path.read_bytes() == CONTENT
