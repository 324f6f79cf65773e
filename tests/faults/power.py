"""What a power cut may leave of a folder: what was not synced is damaged, gone, or still there.

POSIX promises the contents of a file after its fsync, and a name after that of its folder. A rename
is taken for atomic, as on every journaling file system.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

Names = dict[str, int]
"""Name to file; files are numbered anew here, since the system uses inodes again."""

MODES = ("least", "journal", "names")
"""Nothing but what was synced; the names at some time since anything was; all of the names."""


class Disk:
    """A folder as the disk knows it, beside the one that the process sees.

    Args:
        root: The folder; all that lies there now is durable.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._numbers: dict[int, int] = {}
        self._count = 0
        self._contents: dict[int, bytes] = {}
        self._durable: dict[int, Names] = {}
        self._history: list[dict[int, Names]] = []
        self._folders: set[int] = set()
        seen = self._look()
        self._durable = {folder: dict(names) for folder, names in seen.items()}
        for path in self._files():
            self._contents[self._number(path)] = path.read_bytes()

    def changes(self, _: str = "") -> None:
        """Look at the names once more; call it before each change."""
        self._look()

    def synced(self, path: Path) -> None:
        """Note that a file's contents, or a folder's names, are durable."""
        seen = self._look()
        self._history = [seen]  # a journal holds all that came before
        number = self._number(path)
        if path.is_dir():
            self._sync_names(number, seen)
        else:
            self._contents[number] = path.read_bytes()

    def cut(self, mode: str, rng: random.Random, target: Path) -> None:
        """Write down what the disk holds if the power fails now.

        Args:
            mode: One of `MODES`.
            rng: Seeded.
            target: A folder to be made.
        """
        seen = self._look()
        live = {self._number(path): path.read_bytes() for path in self._files()}
        names = {
            "least": self._durable,
            "journal": rng.choice([*self._history, seen]),
            "names": seen,
        }[mode]
        top = self._number(self._root)
        self._write(top, names, {top}, target, lambda number: self._left_of(number, live, rng))

    def _left_of(self, number: int, live: dict[int, bytes], rng: random.Random) -> bytes:
        """What is left of a file: all of it when it was synced as it is, else what there may be."""
        durable, present = self._contents.get(number), live.get(number, b"")
        if durable is not None and (durable == present or number not in live):
            return durable
        cut = rng.randrange(len(present)) if present else 0
        damaged = [present, b"", present[:cut], bytes(len(present))]
        damaged.append(present[:cut] + bytes(len(present) - cut))
        return rng.choice(damaged if durable is None else [*damaged, durable])

    def _sync_names(self, folder: int, seen: dict[int, Names]) -> None:
        before, now = self._durable.get(folder, {}), seen[folder]
        self._durable[folder] = dict(now)
        # Renames are atomic: what was moved here from elsewhere is not there any more,
        for other, names in self._durable.items():
            for name, number in list(names.items()):
                if number in now.values() and seen.get(other, {}).get(name) != number:
                    del names[name]
        # and what was moved elsewhere from here is there.
        for number in set(before.values()) - set(now.values()):
            for other, names in seen.items():
                for name, held in names.items():
                    if held == number:
                        self._durable.setdefault(other, {})[name] = number

    def _look(self) -> dict[int, Names]:
        """Read all names; forget the inodes that are gone."""
        there: set[int] = set()
        seen: dict[int, Names] = {}
        for folder, folders, files in os.walk(self._root):
            path = Path(folder)
            there |= {(path / name).lstat().st_ino for name in (*folders, *files)}
            seen[self._number(path)] = {
                name: self._number(path / name) for name in (*folders, *files)
            }
        there.add(self._root.stat().st_ino)
        self._numbers = {inode: each for inode, each in self._numbers.items() if inode in there}
        self._folders |= seen.keys()
        self._history.append(seen)
        return seen

    def _number(self, path: Path) -> int:
        inode = path.lstat().st_ino
        if inode not in self._numbers:
            self._count += 1
            self._numbers[inode] = self._count
        return self._numbers[inode]

    def _files(self) -> Iterator[Path]:
        return (path for path in self._root.rglob("*") if path.is_file())

    def _write(self, folder, names, above, target, left_of) -> None:
        target.mkdir()
        for name, number in names.get(folder, {}).items():
            if number in self._folders:
                if number not in above:
                    self._write(number, names, above | {number}, target / name, left_of)
            else:
                (target / name).write_bytes(left_of(number))
