"""Make any file name drawable: no markup, no missing glyphs, no endless lines."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from matplotlib import font_manager

_BASE = "DejaVu Sans"  # comes with matplotlib
_WIDE = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Hiragino Sans GB",
    "Arial Unicode MS",
)
"""Fonts with Chinese characters, as Linux and macOS call them."""


SLUG_LENGTH = 40


@cache
def families() -> tuple[str, ...]:
    """Name the fonts to draw with: matplotlib's own, then one with Chinese if there is one."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return (_BASE, *[name for name in _WIDE if name in installed][:1])


def has_wide_font() -> bool:
    """Tell whether names in Chinese can be drawn as they are."""
    return len(families()) > 1


@cache
def _known_characters() -> frozenset[int]:
    known: set[int] = set()
    for name in families():
        path = font_manager.findfont(font_manager.FontProperties(family=name))
        known |= font_manager.get_font(path).get_charmap().keys()
    return frozenset(known)


def drawable(text: str, length: int) -> str:
    """Write what no font here can draw as its code point, and shorten the text in its middle.

    Args:
        text: Any, a file name say.
        length: Characters of the result, at most.
    """
    known = _known_characters()
    pieces = [
        each if each.isprintable() and ord(each) in known else _escaped(each) for each in text
    ]
    if sum(map(len, pieces)) <= length:
        return "".join(pieces)
    head, tail = "", ""
    while pieces and len(head) + len(pieces[0]) < length // 3:
        head += pieces.pop(0)
    while pieces and len(head) + len(tail) + len(pieces[-1]) < length:
        tail = pieces.pop() + tail
    return f"{head}…{tail}"


def file_name(prefix: str, source_id: str) -> str:
    """Name a source's chart: readable, safe on every file system, unique by a short hash."""
    words = re.findall(r"[a-z0-9]+", source_id.lower())
    while len("-".join(words)) > SLUG_LENGTH and len(words) > 1:
        del words[0]
    slug = "-".join(words)[-SLUG_LENGTH:]
    digest = hashlib.sha256(source_id.encode()).hexdigest()[:8]
    return "-".join(part for part in (prefix, slug, digest) if part) + ".png"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
