"""Damage a sound file in a way that its name and a number tell again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tests.fuzz.blocks import Block, blocks, mended

_MOST_STEPS = 4
_MOST_BYTES = 1 << 20
_HEADER_BYTES = 48
"""Of a block, where most of what steers a parser stands."""

Step = Callable[[bytes, Random, bytes], bytes]
"""Takes a file, chance and another sound file; returns the file damaged."""


def mutant(seeds: Mapping[str, bytes], name: str, number: int) -> bytes:
    """Damage a file.

    Args:
        seeds: Sound files by name; parts of another may get into this one.
        name: Which.
        number: Any; the same one gives the same damage.

    Returns:
        A damaged file; with luck, one that is sound still.
    """
    chance = Random(f"{name}/{number}")  # noqa: S311
    data = seeds[name]
    names = sorted(seeds)
    for _ in range(chance.randint(1, _MOST_STEPS)):
        other = seeds[chance.choice(names)]
        data = chance.choice(STEPS)(data, chance, other)[:_MOST_BYTES]
    return mended(data) if chance.random() < 0.7 else data


def _place(data: bytes, chance: Random) -> int:
    """Choose a place: anywhere, or near the beginning, where the headers are."""
    if chance.random() < 0.5:
        return chance.randrange(len(data) + 1)
    return chance.randrange(min(len(data), 256) + 1)


def _stretch(data: bytes, chance: Random) -> tuple[int, int]:
    start = _place(data, chance)
    return start, min(len(data), start + int(2 ** chance.uniform(0, 12)))


def _flip_bits(data: bytes, chance: Random, _: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 40)) if damaged else 0):
        damaged[min(_place(data, chance), len(data) - 1)] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _extreme(size: int, chance: Random) -> int:
    """A number of some bytes that is rarely expected."""
    largest = (1 << 8 * size) - 1
    return chance.choice(
        (
            0,
            1,
            2,
            largest,
            largest >> 1,
            (largest >> 1) + 1,
            largest - 7,
            chance.randint(0, largest),
        )
    )


def _overwrite_number(data: bytes, chance: Random, _: bytes) -> bytes:
    at, size = _place(data, chance), chance.choice((1, 2, 4, 8))
    number = _extreme(size, chance).to_bytes(size, chance.choice(("big", "little")))
    return data[:at] + number + data[at + size :]


def _truncate(data: bytes, chance: Random, _: bytes) -> bytes:
    return data[: _place(data, chance)]


def _drop(data: bytes, chance: Random, _: bytes) -> bytes:
    start, end = _stretch(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: Random, _: bytes) -> bytes:
    start, end = _stretch(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 20)) + data[end:]


def _blank(data: bytes, chance: Random, _: bytes) -> bytes:
    start, end = _stretch(data, chance)
    return data[:start] + chance.choice((b"\0", b"\xff")) * (end - start) + data[end:]


def _noise(data: bytes, chance: Random, _: bytes) -> bytes:
    start, end = _stretch(data, chance)
    end = chance.choice((start, end))  # between, or instead
    return data[:start] + chance.randbytes(chance.randint(1, 64)) + data[end:]


def _splice(data: bytes, chance: Random, other: bytes) -> bytes:
    return data[: _place(data, chance)] + other[_place(other, chance) :]


def _join(data: bytes, chance: Random, other: bytes) -> bytes:
    return data + chance.choice((data, other))


def _change_size(data: bytes, chance: Random, _: bytes) -> bytes:
    block = _chosen(data, chance)
    if block is None or not block.size_bytes:
        return data
    end = block.size_at + block.size_bytes
    now = int.from_bytes(data[block.size_at : end], block.order)
    most = (1 << 8 * block.size_bytes) - 1
    size = chance.choice((now + 1, now - 1, now * 2, now // 2, _extreme(block.size_bytes, chance)))
    return (
        data[: block.size_at]
        + max(0, min(size, most)).to_bytes(block.size_bytes, block.order)
        + data[end:]
    )


def _change_header(data: bytes, chance: Random, _: bytes) -> bytes:
    block = _chosen(data, chance)
    if block is None:
        return data
    size = chance.choice((1, 2, 4))
    at = chance.randrange(block.start, min(block.end, block.start + _HEADER_BYTES))
    return data[:at] + _extreme(size, chance).to_bytes(size, block.order) + data[at + size :]


def _drop_block(data: bytes, chance: Random, _: bytes) -> bytes:
    block = _chosen(data, chance)
    return data if block is None else data[: block.start] + data[block.end :]


def _repeat_block(data: bytes, chance: Random, _: bytes) -> bytes:
    block = _chosen(data, chance)
    if block is None:
        return data
    whole = data[block.start : block.end]
    return data[: block.end] + whole * chance.choice((1, 2, 50)) + data[block.end :]


def _swap_blocks(data: bytes, chance: Random, _: bytes) -> bytes:
    one, two = _chosen(data, chance), _chosen(data, chance)
    if one is None or two is None:
        return data
    if one.start > two.start:
        one, two = two, one
    if one.end > two.start:
        return data
    return (
        data[: one.start]
        + data[two.start : two.end]
        + data[one.end : two.start]
        + data[one.start : one.end]
        + data[two.end :]
    )


def _foreign_block(data: bytes, chance: Random, other: bytes) -> bytes:
    block, stranger = _chosen(data, chance), _chosen(other, chance)
    if block is None or stranger is None:
        return data
    end = chance.choice((block.start, block.end))  # before, or instead
    return data[: block.start] + other[stranger.start : stranger.end] + data[end:]


def _chosen(data: bytes, chance: Random) -> Block | None:
    found = [block for block in _blocks_if_any(data) if block.start < block.end <= len(data)]
    return chance.choice(found) if found else None


def _blocks_if_any(data: bytes) -> list[Block]:
    try:
        return blocks(data)
    except IndexError:  # damaged already
        return []


STEPS: tuple[Step, ...] = (
    _flip_bits,
    _flip_bits,
    _overwrite_number,
    _truncate,
    _drop,
    _repeat,
    _blank,
    _noise,
    _splice,
    _join,
    _change_size,
    _change_size,
    _change_header,
    _change_header,
    _drop_block,
    _repeat_block,
    _swap_blocks,
    _foreign_block,
)
"""What is listed twice happens twice as often."""
