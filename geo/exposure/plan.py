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

_NEIGHBOURS = 256  # columns: with the rows of a disc of 5 km on cells of 100 m they fit a cache


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
    turns = np.zeros(len(first), dtype=np.int8)
    zone, row, col0, col1 = _list_reaches(frame, reach, first, last, tile_rows, turns)
    tile_col0, tile_col1 = col0 // tile_cols, (col1 - 1) // tile_cols
    source, offset = _expand(np.arange(len(row)), tile_col1 - tile_col0 + 1)
    tile = row[source] * across + tile_col0[source] + offset
    # by tile, in it by columns that a processor holds, then by line; one key is sorted fastest
    group = tile * (tile_cols // _NEIGHBOURS + 1) + col0[source] % tile_cols // _NEIGHBOURS
    order = np.argsort(group * (frame.lines + 1) + first[zone[source]])
    tile, source = tile[order], source[order]
    zone, col0, col1 = zone[source], col0[source], col1[source]
    starts = [*np.flatnonzero(np.diff(tile, prepend=-1)), len(tile)]
    repeated = bool((turns > 1).any())
    for begin, end in itertools.pairwise(starts):
        down, right = divmod(int(tile[begin]), across)
        left, upper = right * tile_cols, down * tile_rows
        lowest = min(upper + tile_rows, frame.rows)
        found = zone[begin:end]
        if repeated:  # a zone may come round to the tile that it is in
            unique, index = np.unique(found, return_index=True)
            found = found if len(unique) == len(found) else found[np.sort(index)]
        line0 = np.maximum(first[found], upper * frame.scanlines)
        line1 = np.minimum(last[found], lowest * frame.scanlines)
        yield Tile(
            row0=int(line0.min()) // frame.scanlines,
            row1=-(-int(line1.max()) // frame.scanlines),
            col0=max(left, int(col0[begin:end].min())),
            col1=min(left + tile_cols, int(col1[begin:end].max())),
            zones=found,
            first=line0,
            last=line1,
        )


def expand_ranges(starts: NDArray[np.int64], which: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the whole numbers from `starts[w]` to `starts[w + 1]`, exclusive, for each w."""
    source, offset = _expand(which, starts[which + 1] - starts[which])
    return starts[source] + offset


def _list_reaches(
    frame: Frame,
    reach: Reach,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    tile_rows: int,
    turns: NDArray[np.int8],
) -> tuple[NDArray[np.int64], ...]:
    """Return zone, row of tiles, first and last column for each zone, turn and row of tiles.

    Adds to `turns` (n,) in how many turns each zone meets the grid.
    """
    parts = []
    per_row = tile_rows * frame.scanlines
    for turn in reach.turns:
        move = turn * reach.turn
        near = (reach.east + move > -2) & (reach.west + move < frame.cols + 2) & (last > first)
        hit = np.flatnonzero(near)
        west, east = reach.take(hit).columns(turn)
        inside = (east > 0) & (west < frame.cols)
        hit = hit[inside]
        turns[hit] += 1
        col0, col1 = np.maximum(west[inside], 0), np.minimum(east[inside], frame.cols)
        upper, lower = first[hit] // per_row, (last[hit] - 1) // per_row
        source, offset = _expand(np.arange(len(hit)), lower - upper + 1)
        parts.append((hit[source], upper[source] + offset, col0[source], col1[source]))
    zone, row, col0, col1 = (np.concatenate(part) for part in zip(*parts, strict=True))
    return zone, row, col0, col1


def _expand(
    items: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Repeat each item; return the repeated items and 0, 1, ... within each."""
    if (counts == 1).all():
        return items, np.zeros_like(items)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(items, counts), offset
