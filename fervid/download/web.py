"""Ask a web server for a file, whole or from an offset on, by way of proxies and redirections.

urllib's own redirections are not used: they read the body of each, however long, and go from https
to http.
"""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

REDIRECTIONS = 5
"""One is usual: from a code host to its store of large files."""


class RefusedError(Exception):
    """The server's answer is of no use, and would be none if it was asked again."""


def get(url: str, headers: Mapping[str, str], timeout_s: float) -> http.client.HTTPResponse:
    """Ask for a file; follow redirections.

    Args:
        url: https, or http where the user named the server.
        headers: Of the request.
        timeout_s: How long the server may say nothing, in seconds.

    Returns:
        The answer, of any status but a redirection; to be closed.

    Raises:
        RefusedError: It redirects for ever, to another scheme, or from https to http.
        OSError: It cannot be reached.
        http.client.HTTPException: It does not speak HTTP.
    """
    opener = _opener()
    for _ in range(REDIRECTIONS + 1):
        request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - see `next_url`
        response: http.client.HTTPResponse = opener.open(request, timeout=timeout_s)
        if response.status not in (301, 302, 303, 307, 308):
            return response
        location = response.headers.get("Location")
        response.close()
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


def _opener() -> urllib.request.OpenerDirector:
    """Web addresses alone, by the proxies of the environment; any status is an answer."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
