"""A download ends with the right file or with none, whatever the server does."""

from __future__ import annotations

import hashlib
import itertools
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fervid.errors import FervidError
from tests.downloaded import BEGUN, CONTENT, HALF, fetch, names
from tests.served import (
    Answer,
    Server,
    dripping,
    head,
    ranged,
    raw,
    reset,
    then,
    whole,
)

pytestmark = pytest.mark.usefixtures("no_proxies")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights" / "net.onnx"


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
    with (
        Server(answer) as server,
        pytest.raises(FervidError, match=r"another file, of (more than )?-?\d+ bytes"),
    ):
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


def test_a_file_may_come_in_chunks_and_half_of_them_are_not_enough(path: Path) -> None:
    start = head("200 OK", Transfer_Encoding="chunked", ETag='"one"')
    chunks = [b"%x\r\n%b\r\n" % (HALF, half) for half in (CONTENT[:HALF], CONTENT[HALF:])]
    with Server(raw(start, chunks[0]), raw(start, *chunks, b"0\r\n\r\n")) as server:
        fetch(server.url, path)
    assert len(server.requests) == 2
    assert path.read_bytes() == CONTENT


def test_of_two_that_want_the_same_file_one_waits_for_the_other(path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(connection: object, request: object) -> None:
        begun.set()
        go_on.wait(60)  # not for ever, should the test fail
        whole(CONTENT)(connection, request)  # type: ignore[arg-type]

    with Server(slowly) as server:
        code = (
            "from pathlib import Path; from tests.downloaded import fetch;"
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
