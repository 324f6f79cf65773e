"""A small disk that can be full: a tmpfs in name spaces of this process's own."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_PRIVATE = 0x40000 | 0x4000  # MS_PRIVATE | MS_REC
BALLAST = "ballast"
NO_DISK = 77
"""Exit status of a process that may not mount one."""


class SmallDisk:
    """A file system that only this process and those it starts will see; gone with them.

    Root needs name spaces for mounts alone; another user is root in one of users, where the system
    allows that. The process must not have threads yet.

    Args:
        folder: An empty one, where it is mounted.
        nbytes: How large it is.

    Raises:
        OSError: It may not be mounted.
    """

    def __init__(self, folder: Path, nbytes: int) -> None:
        self._folder = folder
        user, group = os.getuid(), os.getgid()
        libc = ctypes.CDLL(None, use_errno=True)
        _done(libc.unshare(_NEW_MOUNTS if user == 0 else _NEW_MOUNTS | _NEW_USER))
        if user != 0:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {user} 1")
            Path("/proc/self/gid_map").write_text(f"0 {group} 1")
        _done(libc.mount(b"none", b"/", None, _PRIVATE, None))
        options = f"size={nbytes}".encode()
        _done(libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options))

    def leave(self, nbytes: int) -> None:
        """Fill it up but for so many bytes."""
        facts = os.statvfs(self._folder)
        taken = facts.f_bavail * facts.f_frsize - nbytes
        with (self._folder / BALLAST).open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, taken)

    def free(self) -> None:
        """Give the space back."""
        (self._folder / BALLAST).unlink()


def _done(status: int) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
