"""Tell what went wrong with an object store: for good or not, to which URL, what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from fervid.errors import FervidError, UsageError
from fervid.store.location import Location

_PASSING_ERRNO = {
    errno.EBUSY,  # s3fs: SlowDown, ServiceUnavailable, 503
    errno.EIO,
    getattr(errno, "EREMOTEIO", errno.EIO),  # s3fs: InternalError, 500
    errno.EPIPE,
    errno.ECONNRESET,
    errno.ECONNREFUSED,
    errno.ECONNABORTED,
    errno.ETIMEDOUT,
}
_PASSING_STATUS = {408, 425, 429, 500, 502, 503, 504}
_PASSING_NAMES = {
    "ClientPayloadError",  # aiohttp: a body shorter than its head says
    "ClientOSError",
    "ConnectionClosedError",  # botocore's from here on
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "HTTPClientError",
    "IncompleteReadError",
    "ReadTimeoutError",
    "ResponseParserError",
    "ResponseStreamingError",
    "ServerDisconnectedError",
    "FSTimeoutError",
    "HttpError",  # gcsfs's own, for 5xx; 4xx has other names
}
"""By name: what raises them is imported where somebody uses it."""

_NO_CREDENTIALS = {
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "TokenRetrievalError",
    "DefaultCredentialsError",
    "ClientAuthenticationError",
}
_LONGEST = 300


class StoreError(FervidError):
    """A store, or what lies in it, cannot be had.

    Args:
        message: What happened, to which URL.
        remedy: What to do about it.
        is_missing: Whether nothing lies there.
        is_refused: Whether the store grants no access.
    """

    def __init__(
        self, message: str, remedy: str, is_missing: bool = False, is_refused: bool = False
    ) -> None:
        super().__init__(message, remedy)
        self.is_missing = is_missing
        self.is_refused = is_refused

    def __reduce__(self) -> tuple[type[StoreError], tuple[str, str, bool, bool]]:
        """Pass from process to process."""
        return type(self), (self.message, self.remedy, self.is_missing, self.is_refused)


class MisnamedError(StoreError, UsageError):
    """A bucket, profile or endpoint that the call or its environment names is none."""


def is_passing(error: BaseException) -> bool:
    """Tell what another try may get over: throttling, resets, timeouts, short answers.

    Args:
        error: As fsspec's file systems raise it.
    """
    if _speaks_no_tls(error) or _is_distrusted(error):
        return False
    for each in _chain(error):
        if isinstance(each, PermissionError) or _status(each) in (401, 403, 404):
            return False
        if isinstance(each, (ConnectionError, TimeoutError)):
            return True
        if _status(each) in _PASSING_STATUS or _names(each) & _PASSING_NAMES:
            return True
    return isinstance(error, OSError) and error.errno in _PASSING_ERRNO


def told(error: BaseException, location: Location, doing: str = "read") -> StoreError:
    """Say what went wrong, without credentials: not with an address's query, for one.

    Args:
        error: As fsspec's file systems raise it.
        location: Of what.
        doing: What was to be done with it.
    """
    if isinstance(error, StoreError):
        return error
    what = f"Cannot {doing} {location.url}"
    return _misnamed(error, location, what) or _refused_or_lost(error, location, what)


def _refused_or_lost(error: BaseException, location: Location, what: str) -> StoreError:
    names = {name for each in _chain(error) for name in _names(each)}
    statuses = {_status(each) for each in _chain(error)}
    if names & _NO_CREDENTIALS:
        return StoreError(f"{what}: no credentials were found.", _credentials_of(location))
    if "PermissionError" in names or statuses & {401, 403}:
        return StoreError(
            f"{what}: the store refuses access ({_text(error)}).",
            "Check the credentials that the environment gives, and their rights.",
            is_refused=True,
        )
    if _is_distrusted(error):
        return StoreError(
            f"{what}: its server's certificate is not trusted ({_text(error)}).",
            _trust_of(location),
        )
    if is_passing(error):
        return StoreError(
            f"{what}: {_text(error)}.",
            "Check the network and the store's state; run again with --resume.",
        )
    if isinstance(error, FileNotFoundError) or 404 in statuses:
        return StoreError(
            f"{what}: it is not there.", "Check the spelling of the address.", is_missing=True
        )
    return StoreError(f"{what}: {_text(error)}.", "Check the address and the store's settings.")


def is_no_bucket(error: BaseException) -> bool:
    """Tell a bucket that is not there from an object that is not: fsspec says the same of both.

    Args:
        error: As fsspec's file systems raise it; only S3's stores say which of them it is.
    """
    return any(_code(each) == "NoSuchBucket" for each in _chain(error))


def _misnamed(error: BaseException, location: Location, what: str) -> MisnamedError | None:
    if is_no_bucket(error):
        return MisnamedError(
            f"There is no bucket {location.bucket!r} at {_host(location)}.",
            "Check its name and AWS_ENDPOINT_URL, or create it first.",
            is_missing=True,
        )
    text = _text(error)
    if "Invalid bucket name" in text:
        return MisnamedError(
            f"{what}: no bucket can be called {location.bucket!r}.",
            "Names of buckets are made of letters, digits, dots, hyphens and underscores.",
        )
    if "ProfileNotFound" in _names(error):
        return MisnamedError(
            f"{what}: {text}.",
            "Set AWS_PROFILE to one that stands in ~/.aws/config or ~/.aws/credentials, or unset "
            "it.",
        )
    if text.startswith("Invalid endpoint: "):
        return MisnamedError(
            f"{what}: {text.removeprefix('Invalid endpoint: ')!r} is no address of a server.",
            "Give AWS_ENDPOINT_URL as http:// or https:// and the server, such as "
            "http://localhost:9000; its name takes no underscore.",
        )
    if _speaks_no_tls(error):
        where = "in the address" if location.is_web else "in AWS_ENDPOINT_URL"
        return MisnamedError(
            f"{what}: what answers there does not speak TLS, as https:// asks for.",
            f"Write http:// {where} if the server is meant to be without TLS, else give the port "
            "that has it.",
        )
    return None


def _speaks_no_tls(error: BaseException) -> bool:
    return any("WRONG_VERSION_NUMBER" in str(each) for each in _chain(error))


def _is_distrusted(error: BaseException) -> bool:
    return any("CERTIFICATE_VERIFY_FAILED" in str(each) for each in _chain(error))


def _trust_of(location: Location) -> str:
    where = ""
    if location.scheme in ("s3", "s3a"):
        where = ": a .pem file that AWS_CA_BUNDLE names"
    elif location.is_web:
        where = ": a .pem file that SSL_CERT_FILE names"
    return (
        "Check the address and this machine's clock. If the server's certificate is your own "
        f"authority's, give that authority's certificate{where}."
    )


def _credentials_of(location: Location) -> str:
    if location.scheme in ("s3", "s3a"):
        return (
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of "
            "~/.aws/credentials; a public bucket needs FSSPEC_S3_ANON=true alone."
        )
    return "Give them as the store's own tools take them."


def _host(location: Location) -> str:
    """Name the server that was asked, which the error does not."""
    return str(urlsplit(location.filesystem().s3.meta.endpoint_url).netloc.rpartition("@")[2])


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from: fsspec says of many that a file was not found."""
    seen: BaseException | None = error
    for _ in range(5):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__


def _names(error: BaseException) -> set[str]:
    return {each.__name__ for each in type(error).__mro__}


def _status(error: BaseException) -> int | None:
    """Of HTTP: aiohttp's, gcsfs's, Azure's, botocore's."""
    for name in ("status", "code", "status_code"):
        found = getattr(error, name, None)
        if isinstance(found, int):
            return found
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        found = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return found if isinstance(found, int) else None
    return None


def _code(error: BaseException) -> str | None:
    """What S3 calls an error."""
    response = getattr(error, "response", None)
    return response.get("Error", {}).get("Code") if isinstance(response, dict) else None


def _text(error: BaseException) -> str:
    """In one line, without what stands behind the question mark of an address."""
    root = [*_chain(error)][-1] if isinstance(error, FileNotFoundError) else error
    text = getattr(root, "strerror", None) or str(root) or type(root).__name__
    text = re.sub(r"\?[^\s'\"<>)]*", "", " ".join(str(text).split()))
    text = re.sub(r"(://)[^/\s'\"@]*@", r"\1", text)
    return text[:_LONGEST].rstrip(".")
