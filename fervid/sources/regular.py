"""See that what lies at a path is a file that may be read, and say what it is if not."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from fervid.errors import SourceError
from fervid.sources.identity import readable

_OTHERS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def opened_unless_it_waits(path: str | Path, flags: int) -> int:
    """Open what may be a pipe, or have become one, without waiting for its writer.

    Args:
        path: Of anything.
        flags: As `os.open` takes them.

    Returns:
        A descriptor.
    """
    try:
        return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    except BlockingIOError:  # somebody holds a lease, which is on files alone
        return os.open(path, flags)


def check_is_file(path: Path) -> None:
    """See that a file can be opened, without reading from it.

    Args:
        path: Of a source; what lies there may have changed since it was found.

    Raises:
        SourceError: It is not there, may not be read, or is no file.
    """
    try:
        descriptor = opened_unless_it_waits(path, os.O_RDONLY)
    except OSError as error:
        raise _cannot_be_opened(path, error) from error
    try:
        mode = os.fstat(descriptor).st_mode
    finally:
        os.close(descriptor)
    if stat.S_ISDIR(mode):
        _check_can_be_listed(path)
    if not stat.S_ISREG(mode):
        raise _is_no_file(path, mode)


def _cannot_be_opened(path: Path, error: OSError) -> SourceError:
    name = path.name
    if os.path.isdir(path):
        return _cannot_be_listed(path, error)
    if error.errno == errno.ENOENT and path.is_symlink():
        target = readable(os.readlink(path))
        return SourceError(
            f"{name} links to {target}, which is not there.",
            "Mount the disk that it lies on, or remove the link.",
        )
    if error.errno == errno.ENOENT:
        return SourceError(
            f"{name} is not there any more.", "Put it back, or leave it be if it was meant to go."
        )
    if error.errno == errno.ELOOP:
        return SourceError(f"{name} is a link that leads in a circle.", "Remove the link.")
    if error.errno == errno.ENXIO:  # a socket's, and that of a device without a driver
        return _is_no_file(path, path.stat().st_mode)
    return SourceError(
        f"Cannot open {name}: {error.strerror}.", "Check that it is there and readable."
    )


def _check_can_be_listed(path: Path) -> None:
    try:
        os.scandir(path).close()
    except OSError as error:
        raise _cannot_be_listed(path, error) from error


def _cannot_be_listed(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"The folder {path.name} cannot be listed: {error.strerror}.",
        "Make it readable and run again with --resume, or leave it out.",
    )


def _is_no_file(path: Path, mode: int) -> SourceError:
    what = _OTHERS.get(stat.S_IFMT(mode), "something else")
    return SourceError(
        f"{path.name} is {what}, no file.", "Write what is to be read to a file first."
    )
