"""Keep exported networks in the user's cache: made in another process, checked at each use.

What is made of weights cannot be pinned beforehand: it depends on TensorFlow's version. So a list
of sha256 lies beside it, which tells damage, and files that anybody but this user or root could
have written are not read, which tells tampering as far as a cache can.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from fervid import presets
from fervid.errors import FervidError
from fervid.exported.apart import export_apart
from fervid.workplace import abandoned, new_folder

_LIST = "sha256.json"

log = logging.getLogger("fervid")


def exported(
    title: str,
    key: str,
    names: Collection[str],
    module: str,
    arguments: Sequence[str] = (),
    given: bytes = b"",
) -> Mapping[str, bytes]:
    """Read exported networks from the cache; export them where they are not there, or damaged.

    Args:
        title: What they belong to, as a user would say it.
        key: Name of their folder in the cache: of all that they are made of.
        names: Of the files.
        module: Is run as `python -m module FOLDER *arguments` and leaves them in that folder.
        arguments: For it.
        given: To its standard input.

    Returns:
        Name of a file to its content.

    Raises:
        FervidError: They could not be made, or another user may have made them.
    """
    folder = presets.cache_dir() / key
    if folder.is_dir():
        try:
            return _read(folder, names)
        except _DamagedError as error:
            log.warning("%s is damaged (%s).", folder, error)
    log.warning("Preparing %s for this machine, once, in %s.", title, folder)
    _make(title, folder, [module, "{}", *arguments], given)
    return _read(folder, names)


class _DamagedError(Exception):
    """A file of the cache is not what was written."""


def _read(folder: Path, names: Collection[str]) -> dict[str, bytes]:
    """Read what lies in a folder of the cache.

    Raises:
        _DamagedError: It is not what was written there.
        FervidError: Another user may have written it.
    """
    try:
        listed = json.loads(_own(folder / _LIST))
        expected = {name: listed[name] for name in names}
        found = {name: _own(folder / name) for name in names}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _DamagedError(repr(error)) from error
    for name, content in found.items():
        if hashlib.sha256(content).hexdigest() != expected[name]:
            raise _DamagedError(f"{name} is another one")
    return found


def _own(path: Path) -> bytes:
    """Read a file that nobody but this user and root could have written."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise _DamagedError(f"{path.name} is no file")
        if facts.st_uid not in (0, os.geteuid()) or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise FervidError(
                f"{path} may have been written by another user: it is of user {facts.st_uid}, "
                f"mode {stat.filemode(facts.st_mode)}.",
                "Delete the folder it lies in, or set XDG_CACHE_HOME to a folder of your own.",
            )
        return stream.read(presets.MOST_BYTES)


def _make(title: str, folder: Path, command: Sequence[str], given: bytes) -> None:
    prefix = f"{folder.name}."
    with contextlib.ExitStack() as kept:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            for left in abandoned(folder.parent, prefix):
                shutil.rmtree(left, ignore_errors=True)
            made = kept.enter_context(new_folder(folder.parent, prefix))
        except OSError as error:
            raise FervidError(
                f"Cannot write to the cache folder {folder.parent}: {error.strerror}.",
                "Set XDG_CACHE_HOME to a folder that can be written to.",
            ) from error
        kept.callback(shutil.rmtree, made, ignore_errors=True)
        export_apart(title, [one.format(made) for one in command], given)
        _list(made)
        _publish(made, folder)


def _list(folder: Path) -> None:
    """Write down what was made, and let nobody else write it, whatever the umask."""
    made = sorted(folder.iterdir())
    listed = {path.name: presets.sha256(path) for path in made}
    (folder / _LIST).write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    for path in (*made, folder / _LIST):
        path.chmod(0o644)
    folder.chmod(0o755)


def _publish(made: Path, folder: Path) -> None:
    """Rename; what is there already is damaged, or of another process that was faster."""
    aside = made.with_name(f"{made.name}.old")
    with contextlib.suppress(FileNotFoundError):
        folder.rename(aside)
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
