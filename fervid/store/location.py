"""Say where something lies in an object store or on a web server, without what lets one in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fervid.errors import FervidError, UsageError, valid_names

_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gs"),
    **dict.fromkeys(("az", "abfs", "abfss"), "az"),
    **dict.fromkeys(("https", "http"), "https"),
    "memory": "https",  # fsspec's own, in tests: what it needs is what `https` brings
}
"""The extra of fervid that brings what a scheme needs."""

_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "https": "aiohttp"}
"""What an extra is about."""

_NAMED = ("s3", "gs", "az", "abfs", "https", "http")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SIGNED = re.compile(r"[?&](sig|signature|x-(amz|goog)-[a-z-]+|awsaccesskeyid)=", re.IGNORECASE)
_SILENCE_S = 60.0
"""How long a web server may say nothing. A film may take as long as it takes: no bound on that."""


def is_url(text: str) -> bool:
    """Tell an address, `scheme://...`, from a path."""
    return _URL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Location:
    """An object, or a prefix of objects.

    Args:
        url: To be told and written down: without a web address's query, which may let one in.
        address: To be asked for.
    """

    url: str
    address: str = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Location:
        """Read an address.

        Args:
            text: As users write it: the keys of object stores are literal, web addresses encoded.

        Raises:
            UsageError: Its scheme is unknown, it names no bucket or server, or it holds a password
                or a signature that would stand in results.
        """
        match = _URL.fullmatch(text)
        scheme = match[1].lower() if match else ""
        if match is None or scheme not in _EXTRAS:
            raise UsageError(
                f"{scheme or text[:300]}:// is no kind of address that fervid reads.",
                valid_names(scheme, _NAMED),
            )
        rest = match[2]
        if not rest.isprintable():
            raise UsageError(
                f"{text[:300]!r} is no address: it holds what cannot be printed.",
                "Check its encoding; it has to be UTF-8.",
            )
        is_web = scheme in ("http", "https")
        host = re.split(r"[/?#]" if is_web else "/", rest, maxsplit=1)[0]
        _check_has_no_password(scheme, host, rest, is_web=is_web)
        if not host and scheme != "memory":
            raise UsageError(
                f"{scheme}:// names no {'server' if is_web else 'bucket'}.",
                f"Write {scheme}://{'server/path' if is_web else 'bucket/prefix'}.",
            )
        told = re.split(r"[?#]", rest, maxsplit=1)[0] if is_web else rest
        return cls(f"{scheme}://{told}", f"{scheme}://{rest}")

    @property
    def scheme(self) -> str:
        """Such as `s3`, in small letters."""
        return self.url.partition("://")[0]

    @property
    def is_web(self) -> bool:
        """Whether it lies on a web server, which has no listing."""
        return self.scheme in ("http", "https")

    @property
    def store(self) -> str:
        """What one client serves: a scheme; with Azure, an account."""
        return f"{self.scheme}://{self.bucket if _EXTRAS[self.scheme] == 'az' else ''}"

    @property
    def bucket(self) -> str:
        """Of an object store; on the web, the server."""
        return self.url.split("/", 3)[2]

    @property
    def path(self) -> str:
        """As the file system that `filesystem` returns takes it."""
        return str(self.filesystem()._strip_protocol(self.address))

    @property
    def name(self) -> str:
        """The last part, of a prefix too."""
        return self.url.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> Location:
        """What holds it; the bucket or the server holds itself."""
        scheme, _, rest = self.url.partition("://")
        above = rest.rstrip("/").rpartition("/")[0] or rest.rstrip("/")
        return Location(*[f"{scheme}://{above}"] * 2)

    def child(self, *names: str) -> Location:
        """Name what lies below it.

        Args:
            names: Joined by slashes.
        """
        below = "/".join((self.url.rstrip("/"), *names))
        return Location(below, below)

    def filesystem(self) -> Any:
        """Return fsspec's file system, which finds credentials where its users keep them.

        It may be shared by threads. It keeps no listings: these change while a run goes on.

        Raises:
            FervidError: The package for the scheme is not installed.
        """
        extra = _EXTRAS[self.scheme]
        try:
            from fsspec.core import url_to_fs

            options = _web_options() if self.is_web else {}
            return url_to_fs(self.address, use_listings_cache=False, **options)[0]
        except ImportError as error:
            raise FervidError(
                f"{self.scheme}:// needs {_PACKAGES[extra]}, which is not installed.",
                f'pip install "fervid[{extra}]"',
            ) from error


def _check_has_no_password(scheme: str, host: str, rest: str, *, is_web: bool) -> None:
    """Refuse what would stand in logs and results, without repeating it."""
    who, at, _ = host.rpartition("@")
    is_container = scheme in ("abfs", "abfss") and ":" not in who
    if at and not is_container:
        raise UsageError(
            f"An address of {scheme}:// holds a user name or a password, which would stand in "
            "every row.",
            "Leave it out and keep credentials where the store's own tools look for them: "
            "variables, profiles, ~/.netrc for web servers.",
        )
    if not is_web and _SIGNED.search(rest):
        raise UsageError(
            f"An address of {scheme}:// holds a signature, which would stand in every row.",
            "Leave it out and give the signature as the store's own tools take it, or use the "
            "https:// address that it was made for.",
        )


def _web_options() -> dict[str, Any]:
    """Proxies and ~/.netrc as everywhere; a bound on silence instead of five minutes in all."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_SILENCE_S, sock_read=_SILENCE_S)
    return {"client_kwargs": {"timeout": timeout, "trust_env": True}}
