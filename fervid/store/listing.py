"""List what lies below a prefix of an object store, page by page; look at one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from fervid.errors import FervidError
from fervid.store.faults import StoreError, told
from fervid.store.location import Location

UNDATED = datetime.fromtimestamp(0, UTC)
"""The time of what a server gives none."""

_SIZES = ("size", "Size", "ContentLength")
_TIMES = ("LastModified", "last_modified", "Last-Modified", "updated", "mtime", "created")
_TAGS = ("ETag", "etag")


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as it was when it was looked at.

    Args:
        url: To be told.
        size_bytes: Of the object.
        mtime: When it was put there, UTC; `UNDATED` where nobody says.
        etag: What the store calls this version; None where it does not say.
    """

    url: str
    size_bytes: int
    mtime: datetime
    etag: str | None


def entry_at(location: Location, filesystem: Any = None) -> Entry | None:
    """Look at one object, by one request.

    Args:
        location: Of it.
        filesystem: The location's, where there is one already.

    Returns:
        The object, or None where there is none.

    Raises:
        FervidError: The store cannot be asked, or does not say how large the object is.
    """
    filesystem = filesystem or location.filesystem()
    path = filesystem._strip_protocol(location.address)
    try:
        facts = _facts(filesystem, path)
    except Exception as error:
        said = told(error, location)
        if said.is_missing:
            return None
        raise said from error
    if facts is None:
        return None
    entry = _entry(location.url, facts)
    if entry is None:
        raise StoreError(
            f"{location.url}: the server does not say how large it is.",
            "Download it first and analyse the file.",
        )
    return entry


def pages(prefix: Location) -> Iterator[list[Entry]]:
    """List all that lies below a prefix, at any depth.

    An S3 store's pages come one by one, each when it is asked for. What fsspec lists of other
    stores it gives at once.

    Args:
        prefix: A bucket, or what keys begin with: `s3://b/x` stands for `s3://b/x-1`, too.

    Yields:
        Objects in the order of the store, without those that only stand for a folder.

    Raises:
        FervidError: The store cannot be asked.
    """
    filesystem = prefix.filesystem()
    try:
        if "s3" in _protocols(filesystem):
            yield from _s3_pages(prefix, filesystem)
        else:
            yield _found(prefix, filesystem)
    except FervidError:
        raise
    except Exception as error:
        raise told(error, prefix, "list") from error


def _protocols(filesystem: Any) -> tuple[str, ...]:
    said = filesystem.protocol
    return (said,) if isinstance(said, str) else tuple(said)


def _s3_pages(prefix: Location, filesystem: Any) -> Iterator[list[Entry]]:
    """One request a page, of a thousand keys; s3fs itself would hold all keys of a bucket."""
    scheme, _, rest = prefix.url.partition("://")
    bucket, _, begin = rest.partition("/")
    wanted = {"Bucket": bucket, "Prefix": begin, **filesystem.req_kw}
    while True:
        page = filesystem.call_s3("list_objects_v2", **wanted)
        yield [
            entry
            for facts in page.get("Contents", ())
            if not facts["Key"].endswith("/")
            and (entry := _entry(f"{scheme}://{bucket}/{facts['Key']}", facts))
        ]
        if not page.get("IsTruncated"):
            return
        wanted["ContinuationToken"] = page["NextContinuationToken"]


def _found(prefix: Location, filesystem: Any) -> list[Entry]:
    folder = prefix if prefix.url.endswith("/") else prefix.parent
    path = filesystem._strip_protocol(folder.address).rstrip("/")
    found: list[Entry] = []
    for name, facts in filesystem.find(path, detail=True).items():
        url = folder.child(name.removeprefix(path).lstrip("/")).url
        entry = _entry(url, facts) if url.startswith(prefix.url) else None
        if entry is not None and not name.endswith("/"):
            found.append(entry)
    return found


def _facts(filesystem: Any, path: str) -> Mapping[str, Any] | None:
    """What one request tells of an object; fsspec's `info` of none lists what is below."""
    if "s3" in _protocols(filesystem):
        bucket, key, version = filesystem.split_path(path)
        wanted = {"Bucket": bucket, "Key": key, **filesystem.req_kw}
        if version:
            wanted["VersionId"] = version
        return filesystem.call_s3("head_object", **wanted) if key else None
    facts = filesystem.info(path)
    return facts if facts["type"] == "file" else None


def _entry(url: str, facts: Mapping[str, Any]) -> Entry | None:
    size = next((facts[name] for name in _SIZES if facts.get(name) is not None), None)
    if size is None:
        return None
    tag = next((facts[name] for name in _TAGS if facts.get(name)), None)
    time = next((facts[name] for name in _TIMES if facts.get(name)), None)
    return Entry(url, int(size), _utc(time), str(tag) if tag else None)


def _utc(said: object) -> datetime:
    """Read a time as stores say it: a datetime, ISO 8601, or HTTP's."""
    try:
        if isinstance(said, str):
            is_http = "," in said
            said = parsedate_to_datetime(said) if is_http else datetime.fromisoformat(said)
        if isinstance(said, datetime):
            # MinIO lists milliseconds; of one object, HTTP's header says whole seconds.
            said = said.replace(microsecond=0)
            return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return UNDATED
