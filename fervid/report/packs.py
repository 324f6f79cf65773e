"""Pack the cells of many sources into text that a page holds and a browser unpacks when asked."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.report.cells import Cells, Series

PACK_BYTES = 1 << 16
"""Before packing. A browser unpacks a whole pack for one source: 64 kB take it a millisecond."""
LEVEL = 6


@dataclass(frozen=True, slots=True)
class Packed:
    """Where the cells of a source are: the number of its pack, its first byte, its bytes."""

    pack: int
    offset: int
    length: int


class Packs:
    """Takes records in, gives packs out.

    A record, read by page/record.js, is little-endian int32 numbers: cells, series, flags (1: a
    cell is a frame; 2: smoothed); for each series its identity, first cell and number of cells;
    then by column start and frame (as differences), length, frames, no_face, failed of the cells;
    then the faces of each series. Behind these, a byte each, the probabilities of each series:
    mean, then low and high unless a cell is a frame, then smoothed, each by class; at last the
    share of low quality. Zeros fill the last four bytes up.
    """

    def __init__(self) -> None:
        self.packs: list[str] = []
        self._waiting: list[bytes] = []
        self._bytes = 0

    def add(self, cells: Cells) -> Packed:
        """Take a source."""
        record = _record(cells)
        where = Packed(len(self.packs), self._bytes, len(record))
        self._waiting.append(record)
        self._bytes += len(record)
        if self._bytes >= PACK_BYTES:
            self.flush()
        return where

    def flush(self) -> None:
        """Close the pack under way."""
        if self._waiting:
            packed = zlib.compress(b"".join(self._waiting), LEVEL)
            self.packs.append(base64.b64encode(packed).decode())
            self._waiting, self._bytes = [], 0


def _record(cells: Cells) -> bytes:
    series = cells.series
    smoothed = any(one.smoothed is not None for one in series)
    numbers: list[npt.NDArray[np.int32]] = [
        np.array([len(cells.start_ms), len(series), cells.exact + 2 * smoothed], np.int32),
        *(np.array([one.identity, one.first, len(one.faces)], np.int32) for one in series),
        np.diff(cells.start_ms, prepend=np.int32(0)),
        np.diff(cells.frame, prepend=np.int32(0)),
        cells.length_ms,
        cells.frames,
        cells.no_face,
        cells.failed,
        *(one.faces for one in series),
    ]
    text = b"".join(one.astype("<i4").tobytes() for one in numbers)
    text += b"".join(_bytes_of(one) for one in series)
    return text + bytes(-len(text) % 4)


def _bytes_of(series: Series) -> bytes:
    parts = (series.mean, series.low, series.high, series.smoothed, series.low_quality)
    return b"".join(part.tobytes() for part in parts if part is not None)
