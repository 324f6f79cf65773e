"""Put objects into a store, get them, list them, delete them: each call lasts through bad moments.

fsspec's file systems try again by themselves, for seconds; here a call is given half a minute more,
because a night's work hangs on it.
"""

from __future__ import annotations

import errno
import itertools
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from fervid.store.faults import is_no_bucket, is_passing, told
from fervid.store.location import Location

T = TypeVar("T")

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Between one try and the next."""

PART_BYTES = 8 << 20
"""Of a multipart upload to S3, unless a file needs larger ones to have 10,000 at most: 32 MB of
memory for each file that goes up, where s3fs by itself would hold ten parts of 50 MB."""
PARTS_AT_ONCE = 2


def read_bytes(location: Location) -> bytes | None:
    """Read a small object; None if there is none.

    Raises:
        FervidError: The store does not give it.
    """

    def read() -> bytes | None:
        try:
            return bytes(location.filesystem().cat_file(location.path))
        except FileNotFoundError as error:
            _check_is_absence(error)
            return None

    return _lasting(read, location, "read")


def write_bytes(location: Location, content: bytes) -> None:
    """Write a small object, replacing what is there.

    Raises:
        FervidError: The store does not take it.
    """
    _lasting(lambda: location.filesystem().pipe_file(location.path, content), location, "write")


def create(location: Location, content: bytes) -> bool:
    """Write a small object if there is none of that name.

    S3, Google's and Azure's stores decide that; where a store cannot, another one that is written
    between the look and the writing is replaced.

    Returns:
        Whether it was written, as far as is known: after a lost answer, read what is there.

    Raises:
        FervidError: The store does not take it.
    """

    def write() -> bool:
        system, path = location.filesystem(), location.path
        try:
            system.pipe_file(path, content, mode="create")
        except FileExistsError:
            return False
        except (OSError, NotImplementedError) as error:
            if _is_refused_condition(error):
                return False
            if not _has_no_conditions(error):
                raise
            if system.exists(path):
                return False
            system.pipe_file(path, content)
        return True

    return _lasting(write, location, "write")


def upload(file: Path, location: Location) -> None:
    """Write an object from a file, by multipart where it is large; it is there whole or not at all.

    Raises:
        FervidError: The store does not take it. No parts of it are left there.
        OSError: The file cannot be read.
    """
    system = location.filesystem()
    chosen = (
        {"chunksize": PART_BYTES, "max_concurrency": PARTS_AT_ONCE}
        if location.scheme in ("s3", "s3a")
        else {}
    )
    file.stat()  # of a file that is gone, the system's own error
    try:
        _lasting(lambda: system.put_file(str(file), location.path, **chosen), location, "write")
    except BaseException:
        abort_uploads(location.parent, [location.name])
        raise


def download(location: Location, file: Path) -> None:
    """Write a file from an object; the file is there whole or not at all.

    Raises:
        FervidError: The store does not give it.
        OSError: The file cannot be written.
    """
    growing = file.with_name(f"{file.name}.growing")
    file.parent.mkdir(parents=True, exist_ok=True)
    growing.touch()  # where that cannot be, the system's own error

    def get() -> None:
        location.filesystem().get_file(location.path, str(growing))

    try:
        _lasting(get, location, "read")
        growing.rename(file)
    finally:
        growing.unlink(missing_ok=True)


def sizes_below(location: Location) -> dict[str, int]:
    """List the objects below a prefix.

    Returns:
        Their sizes in bytes, by name below it.

    Raises:
        FervidError: The store does not tell.
    """

    def find() -> dict[str, int]:
        path = location.path.rstrip("/")
        try:
            found = location.filesystem().find(path, detail=True)
        except FileNotFoundError as error:
            _check_is_absence(error)
            return {}
        start = f"{path}/"
        return {
            name.removeprefix(start): int(facts["size"] or 0)
            for name, facts in found.items()
            if name.startswith(start) and name != start
        }

    return _lasting(find, location, "list")


def size_of(location: Location) -> int | None:
    """Say how large an object is, in bytes; None if there is none.

    Raises:
        FervidError: The store does not tell.
    """

    def look() -> int | None:
        try:
            facts = location.filesystem().info(location.path)
        except FileNotFoundError as error:
            _check_is_absence(error)
            return None
        return int(facts["size"] or 0) if facts["type"] == "file" else None

    return _lasting(look, location, "look at")


def delete(locations: Iterable[Location]) -> None:
    """Delete objects, in that order; those that are not there need no deleting.

    Raises:
        FervidError: The store does not delete one.
    """
    for location in locations:

        def remove(location: Location = location) -> None:
            try:
                location.filesystem().rm_file(location.path)
            except FileNotFoundError as error:
                _check_is_absence(error)

        _lasting(remove, location, "delete")


def abort_uploads(above: Location, names: Iterable[str]) -> int:
    """Delete the parts of multipart uploads that nobody will complete, which S3 keeps and bills.

    Google's and Azure's stores forget such parts by themselves, after a week.

    Args:
        above: What the objects lie below.
        names: Of the objects, and of prefixes of others; they begin in the same way.

    Returns:
        How many uploads were ended; none if the store does not let us ask.
    """
    if above.scheme not in ("s3", "s3a"):
        return 0
    system = above.filesystem()
    keys = [system.split_path(above.child(name).path)[1] for name in names]
    bucket = system.split_path(above.path)[0]
    same = itertools.takewhile(lambda letters: len({*letters}) == 1, zip(*keys, strict=False))
    prefix = "".join(letters[0] for letters in same)
    count = 0
    try:
        found = system.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=prefix)
        for each in found.get("Uploads", ()):
            key, upload_id = each["Key"], each["UploadId"]
            if any(key == one or key.startswith(f"{one}/") for one in keys):
                system.call_s3("abort_multipart_upload", Bucket=bucket, Key=key, UploadId=upload_id)
                count += 1
    except OSError:  # listing them is a right of its own, which many do not have
        return count
    return count


def _lasting(call: Callable[[], T], location: Location, doing: str) -> T:
    """Call until it answers or fails for good."""
    for pause_s in (*PAUSES_S, None):
        try:
            return call()
        except Exception as error:  # every store's package has errors of its own
            if pause_s is None or not is_passing(error):
                raise told(error, location, doing) from error
            time.sleep(pause_s)
    raise AssertionError("unreachable")


def _check_is_absence(error: FileNotFoundError) -> None:
    """Tell an object that is not there from a server or a bucket that is not."""
    if is_passing(error) or is_no_bucket(error):
        raise error


def _is_refused_condition(error: BaseException) -> bool:
    """Whether the store said 412: there is such an object."""
    response = getattr(error.__cause__, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return code in ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")


def _has_no_conditions(error: BaseException) -> bool:
    """Whether the store knows no `If-None-Match`."""
    return isinstance(error, NotImplementedError) or (
        isinstance(error, OSError) and error.errno == errno.ENOSYS
    )
