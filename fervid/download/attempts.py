"""Download a file; what comes is bounded, checked, and goes on where an earlier try stopped."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import logging
import time
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fervid.download import partial, web
from fervid.download.deadline import Deadline
from fervid.download.partial import PartialFile
from fervid.download.web import RefusedError
from fervid.errors import FervidError

TRIES = 5

STALL_S = 30.0
"""How long a server may say nothing."""

SLOWEST = 1024
"""Bytes a second below which a server counts as stalled, too."""

_CHUNK = 1 << 16

log = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What is to come.

    Args:
        url: Where it lies: https, or http where the user named the server.
        size_bytes: Its size.
        sha256: Its sha256, in hexadecimal.
    """

    url: str
    size_bytes: int
    sha256: str


class _TryAgainError(Exception):
    """This try failed, the next one may not."""


def download(
    wanted: RemoteFile,
    path: Path,
    remedy: str,
    *,
    stall_s: float = STALL_S,
    pause_s: float = 1.0,
) -> None:
    """Download a file; at its path it lies whole or not at all.

    Two processes that want the same file wait for each other. What came before a failure is kept
    beside the path, and the next try asks for the rest.

    Args:
        wanted: What is to come.
        path: Where it goes; folders are made.
        remedy: What to do if it cannot be had.
        stall_s: How long the server may say nothing, in seconds.
        pause_s: Before the second try, in seconds; doubled before each further one.

    Raises:
        FervidError: It cannot be had, or not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.locked(path) as part:
            if _is_there(wanted, path):  # another process was faster
                part.restart("")
            else:
                _fetch(wanted, part, stall_s, pause_s)
                part.publish()
    except RefusedError as error:
        raise FervidError(f"Cannot download {wanted.url}: {error}.", remedy) from error
    except OSError as error:
        raise FervidError(f"Cannot write {path}: {error.strerror or error}.", remedy) from error


def _is_there(wanted: RemoteFile, path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == wanted.sha256
    except FileNotFoundError:
        return False


def _fetch(wanted: RemoteFile, part: PartialFile, stall_s: float, pause_s: float) -> None:
    """Try until all of the file has come and is the right one."""
    for number in range(TRIES):
        if number:
            time.sleep(pause_s * 2 ** (number - 1))
        try:
            resumed = _try(wanted, part, stall_s)
        except _TryAgainError as error:
            failure = str(error)
            log.info("Downloading %s, try %d of %d: %s.", wanted.url, number + 1, TRIES, error)
            continue
        found = part.sha256()
        if found == wanted.sha256:
            return
        part.restart("")
        failure = f"what came is another file: its sha256 is {found}, not {wanted.sha256}"
        if not resumed:
            break
    raise RefusedError(failure)


def _try(wanted: RemoteFile, part: PartialFile, stall_s: float) -> bool:
    """Get the rest of the file; return whether there was something before."""
    validator = part.validator()
    if not validator or part.size > wanted.size_bytes:
        part.restart("")
    resumed = part.size > 0
    if part.size == wanted.size_bytes:
        return True
    headers = {"Accept-Encoding": "identity", "User-Agent": "fervid"}
    if resumed:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": validator}
    with Deadline() as deadline:
        with _network_faults(deadline, stall_s):
            response = web.get(wanted.url, headers, stall_s, deadline)
        with response:
            resumed = _begin(wanted, part, response)
            deadline.set(stall_s + (wanted.size_bytes - part.size) / SLOWEST)
            _receive(wanted, part, response, deadline, stall_s)
    return resumed


@contextlib.contextmanager
def _network_faults(deadline: Deadline, stall_s: float) -> Iterator[None]:
    """Say which faults are worth another try: not a server that cannot be reached at all."""
    try:
        yield
    except urllib.error.URLError as error:
        late = deadline.is_over or isinstance(error.reason, TimeoutError)
        reason = "no answer in time" if late else error.reason
        raise RefusedError(f"the server cannot be reached: {reason}") from error
    except TimeoutError:
        _check_in_time(deadline)
        raise _TryAgainError(f"the server said nothing for {stall_s:g} s") from None
    except OSError as error:
        _check_in_time(deadline)
        raise _TryAgainError(f"the connection broke: {error.strerror or error}") from error
    except (http.client.InvalidURL, ValueError, OverflowError) as error:
        raise RefusedError(f"{error} is wrong with its address") from error
    except http.client.HTTPException as error:
        _check_in_time(deadline)
        # Not its text, which is the server's.
        raise _TryAgainError(f"the answer is broken ({type(error).__name__})") from error
    _check_in_time(deadline)


def _check_in_time(deadline: Deadline) -> None:
    """Not all that a shut connection cuts off looks cut off: headers, for one."""
    if deadline.is_over:
        raise _TryAgainError("the server takes too long")


def _begin(wanted: RemoteFile, part: PartialFile, response: http.client.HTTPResponse) -> bool:
    """Look at an answer's status and headers; return whether it goes on where the part ends."""
    if response.status == http.client.PARTIAL_CONTENT and part.size:
        span = f"bytes {part.size}-{wanted.size_bytes - 1}/"
        said = response.headers.get("Content-Range", "")
        if said in (f"{span}{wanted.size_bytes}", f"{span}*"):
            return True
        part.restart("")
        raise _TryAgainError(f"the server sent another part than asked for: {said!r}")
    if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.restart("")
        raise _TryAgainError("the server has no such part of the file")
    if response.status != http.client.OK:
        said = f"{response.status} {http.client.responses.get(response.status, '')}".rstrip()
        is_passing = response.status in (408, 425, 429) or response.status >= 500
        raise (_TryAgainError if is_passing else RefusedError)(f"the server answers {said}")
    length = response.headers.get("Content-Length", str(wanted.size_bytes))
    if length != str(wanted.size_bytes):
        raise RefusedError(f"it is another file, of {length[:20]} bytes, not {wanted.size_bytes}")
    part.restart(_validator(response))
    return False


def _validator(response: http.client.HTTPResponse) -> str:
    """What `If-Range` may name: a strong entity tag, or the time of the last change."""
    tag = response.headers.get("ETag", "")
    found = response.headers.get("Last-Modified", "") if not tag or tag[:2] == "W/" else tag
    return found if found.isprintable() and found.isascii() else ""


def _receive(
    wanted: RemoteFile,
    part: PartialFile,
    response: http.client.HTTPResponse,
    deadline: Deadline,
    stall_s: float,
) -> None:
    """Add what comes to the part, which stays within its size."""
    while True:
        with _network_faults(deadline, stall_s):
            more = response.read1(_CHUNK)
        if not more:
            break
        if part.size + len(more) > wanted.size_bytes:
            part.restart("")
            raise RefusedError(f"it is another file, of more than {wanted.size_bytes} bytes")
        part.write(more)
    if part.size < wanted.size_bytes:
        raise _TryAgainError(f"it ends after {part.size} of {wanted.size_bytes} bytes")
