"""What lies in folders and is no file, or no file that may be read."""

from __future__ import annotations

import os
import socket
from functools import partial
from pathlib import Path

from tests.hostile.expected import Bad


def _socket(path: Path) -> None:
    # A socket's path may be no longer than 107 bytes: bound from its folder.
    before = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(before)


def _link(path: Path, target: str) -> None:
    path.symlink_to(target)


def _looping_pair(path: Path) -> None:
    other = path.with_name("b-loop.mov")
    path.symlink_to(other.name)
    other.symlink_to(path.name)


def _folder_with_an_ending(path: Path) -> None:
    path.mkdir()


PLACES = [
    Bad("pipe.mp4", os.mkfifo, "a named pipe"),
    Bad("pipe.jpg", os.mkfifo, "a named pipe"),
    Bad("socket.mkv", _socket, "a socket"),
    Bad("zero.mp4", partial(_link, target="/dev/zero"), "a device"),
    Bad("null.jpg", partial(_link, target="/dev/null"), "a device"),
    Bad("to-a-pipe.mp4", partial(_link, target="pipe.mp4"), "a named pipe"),
    Bad("nowhere.mp4", partial(_link, target="gone/film.mp4"), "not there"),
    Bad("own-tail.mp4", partial(_link, target="own-tail.mp4"), "in a circle"),
    Bad("a-loop.mov", _looping_pair, "in a circle"),
]
"""`b-loop.mov` comes with the last."""
