"""Which tiles of a raster a set of zones touches, and along which scanlines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.exposure.reach import Reach
    from geo.exposure.spans import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A window of the raster and the zones that may reach into it, by number, each once.

    `first` and `last` (exclusive): the scanlines of the grid along which each zone may reach in.
    """

    row0: int
    row1: int
    col0: int
    col1: int
    zones: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (self.row1 - self.row0) * (self.col1 - self.col0)


def plan_tiles(frame: Frame, reach: Reach, tile_shape: tuple[int, int]) -> Iterator[Tile]:
    """Yield the tiles that zones touch, row by row, each cut down to what they touch of it."""
    tile_rows, tile_cols = tile_shape
    across = -(-frame.cols // tile_cols)
    first, last = np.clip(reach.first, 0, frame.lines), np.clip(reach.last, 0, frame.lines)
    zone, row, col0, col1 = _list_reaches(frame, reach, first, last, tile_rows)
    tile_col0, tile_col1 = col0 // tile_cols, (col1 - 1) // tile_cols
    zone, offset = _expand(zone, tile_col1 - tile_col0 + 1)
    source = np.repeat(np.arange(len(row)), tile_col1 - tile_col0 + 1)
    tile = row[source] * across + tile_col0[source] + offset
    order = np.lexsort((first[zone], tile))
    tile, zone, source = tile[order], zone[order], source[order]
    starts = [*np.flatnonzero(np.diff(tile, prepend=-1)), len(tile)]
    for begin, end in itertools.pairwise(starts):
        down, right = divmod(int(tile[begin]), across)
        which, reaches = zone[begin:end], source[begin:end]
        left, upper = right * tile_cols, down * tile_rows
        lowest = min(upper + tile_rows, frame.rows)
        found, index = np.unique(which, return_index=True)
        found = found[np.argsort(index)]  # in the order of their first lines
        line0 = np.maximum(first[found], upper * frame.scanlines)
        line1 = np.minimum(last[found], lowest * frame.scanlines)
        yield Tile(
            row0=int(line0.min()) // frame.scanlines,
            row1=-(-int(line1.max()) // frame.scanlines),
            col0=max(left, int(col0[reaches].min())),
            col1=min(left + tile_cols, int(col1[reaches].max())),
            zones=found,
            first=line0,
            last=line1,
        )


def _list_reaches(
    frame: Frame,
    reach: Reach,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    tile_rows: int,
) -> tuple[NDArray[np.int64], ...]:
    """Return zone, row of tiles, first and last column for each zone, turn and row of tiles."""
    parts = []
    for turn in reach.turns:
        west, east = reach.columns(turn)
        hit = np.flatnonzero((east > 0) & (west < frame.cols) & (last > first))
        col0, col1 = np.maximum(west[hit], 0), np.minimum(east[hit], frame.cols)
        per_row = tile_rows * frame.scanlines
        upper, lower = first[hit] // per_row, (last[hit] - 1) // per_row
        zone, offset = _expand(hit, lower - upper + 1)
        source = np.repeat(np.arange(len(hit)), lower - upper + 1)
        parts.append((zone, upper[source] + offset, col0[source], col1[source]))
    zone, row, col0, col1 = (np.concatenate(part) for part in zip(*parts, strict=True))
    return zone, row, col0, col1


def _expand(
    items: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Repeat each item; return the repeated items and 0, 1, ... within each."""
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(items, counts), offset
