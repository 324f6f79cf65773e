"""Ask a web server for a file, whole or from an offset on, by way of proxies and redirections.

urllib's own redirections are not used: they read the body of each, however long, and go from https
to http.
"""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from fervid.download.deadline import Deadline

REDIRECTIONS = 5
"""One is usual: from a code host to its store of large files."""


class RefusedError(Exception):
    """The server's answer is of no use, and would be none if it was asked again."""


_ANSWER = 3
"""Silences that an answer may take: the connection, TLS's handshake, the headers."""


def get(
    url: str, headers: Mapping[str, str], timeout_s: float, deadline: Deadline
) -> http.client.HTTPResponse:
    """Ask for a file; follow redirections.

    Args:
        url: https, or http where the user named the server.
        headers: Of the request.
        timeout_s: How long the server may say nothing, in seconds.
        deadline: Is set anew for each answer, and goes on to watch the last one.

    Returns:
        The answer, of any status but a redirection; to be closed.

    Raises:
        RefusedError: It redirects for ever, to another scheme, or from https to http.
        OSError: It cannot be reached, or its answer takes too long.
        http.client.HTTPException: It does not speak HTTP.
    """
    opener = _opener(deadline)
    for _ in range(REDIRECTIONS + 1):
        request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - see `next_url`
        deadline.set(_ANSWER * timeout_s)
        response: http.client.HTTPResponse = opener.open(request, timeout=timeout_s)
        if deadline.is_over:  # what was cut off looks like headers that end
            response.close()
            raise TimeoutError
        if response.status not in (301, 302, 303, 307, 308):
            return response
        location = response.headers.get("Location")
        response.close()
        deadline.forget()
        url = next_url(url, location)
    raise RefusedError(f"it redirects more than {REDIRECTIONS} times")


def next_url(url: str, location: str | None) -> str:
    """Where a redirection leads.

    Args:
        url: That was asked for.
        location: As the answer's header has it.

    Returns:
        The address to ask next.

    Raises:
        RefusedError: It is not the web's, or not safe though the one asked was.
    """
    try:
        target = urljoin(url, location or "")
        scheme = urlsplit(target).scheme
    except ValueError:
        raise RefusedError(f"it redirects to {location!r}") from None
    if not location or scheme not in {"https", urlsplit(url).scheme}:
        raise RefusedError(f"it redirects to {location!r}")
    return target


class _Watched(urllib.request.AbstractHTTPHandler):
    """Has all connections watched, from before a proxy or TLS says a word."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def do_open(self, http_class: Any, req: Any, **options: Any) -> http.client.HTTPResponse:
        """Open one."""

        def connection(*arguments: Any, **more: Any) -> Any:
            made = http_class(*arguments, **more)
            connect = made._create_connection  # nothing public comes early enough
            made._create_connection = lambda *to: self._deadline.watch(connect(*to))
            return made

        return super().do_open(connection, req, **options)


class _Http(_Watched, urllib.request.HTTPHandler):
    """Opens http."""


class _Https(_Watched, urllib.request.HTTPSHandler):
    """Opens https."""


def _opener(deadline: Deadline) -> urllib.request.OpenerDirector:
    """Web addresses alone, by the proxies of the environment; any status is an answer."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _Http(deadline),
        _Https(deadline),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
