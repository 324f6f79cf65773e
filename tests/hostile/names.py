"""Good films with names that shells, tables, logs and FFmpeg take for something else."""

from __future__ import annotations

import os
from pathlib import Path

from tests.drawn import corners, encode
from tests.hostile.expected import Good

_NAMES = [
    b"new\nline.mp4",
    b"carriage\rreturn.mp4",
    b"tab\there.mp4",
    b"\ttab-first.mp4",
    b"it's.mp4",
    b'say "cheese".mp4',
    b"`date`.mp4",
    b"$(date).mp4",
    b"=1+1.mp4",
    b"+cmd.mp4",
    b"@SUM(A1).mp4",
    b"-i.mp4",
    b"--out.mp4",
    b"%03d.mp4",
    b"image%d.mp4",
    b"%FF.mp4",
    b"not-utf8-\xff\xfe.mp4",
    b"latin-caf\xe9.mp4",
    b"a,b;c.mp4",
    b"http:__example.com?x=1&y=2#z.mp4",
    b"concat:a.mp4|b.mp4",
    b"file:x.mp4",
    b"pipe:0.mp4",
    b"data:video,x.mp4",
    b"crypto:x.mp4",
    b"subfile,,start,0,end,9,,:x.mp4",
    b"C:\\film.mp4",
    b"star*?[0-9].mp4",
    b" leading and trailing .mp4",
    b"\x1b[31mred\x1b[0m.mp4",
    b"\x07bell.mp4",
    b"<script>alert(1)</script>.mp4".replace(b"/", b"_"),
    "right\u202e4pm.to.left.mp4".encode(),
    "表情 😀.mp4".encode(),
    "e\u0301 and \u00e9.mp4".encode(),
    b"INFO 12:00 all is well\nERROR forged.mp4",
    b"NUL.mp4",
    b"n" * 246 + b".mp4",
]


def make_names(folder: Path) -> list[Good]:
    """Write a film under each name.

    Args:
        folder: Exists.

    Returns:
        What is expected of them, by path relative to the folder.
    """
    film = encode(folder / "made.mp4", (corners() for _ in range(5)), options={"g": "1"})
    data = film.read_bytes()
    film.unlink()
    found = []
    for name in _NAMES:
        path = os.path.join(os.fsencode(folder), name)
        Path(os.fsdecode(path)).write_bytes(data)
        times_s = tuple(number / 25 for number in range(5))
        found.append(Good(os.fsdecode(name), Path.touch, 5, times_s))
    return found
