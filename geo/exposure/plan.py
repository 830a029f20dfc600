"""Which tiles of a raster a set of discs touches, and along which scanlines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.chords import parametric, target_arc
from geo.exposure.discs import METRES_PER_DEGREE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.exposure.spans import Frame

_TURNS = (-360.0, 0.0, 360.0)
_POLE = 89.99  # a disc that comes nearer to a pole may lie at any longitude


@dataclass(frozen=True, slots=True, eq=False)
class Discs:
    """Geodesic discs: centres in degrees (EPSG:4326) and radii in kilometres, float64 (n,)."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_km: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of discs."""
        return len(self.lon)

    def take(self, which: NDArray[np.int64]) -> Discs:
        """Return some of the discs."""
        return Discs(self.lon[which], self.lat[which], self.radius_km[which])

    def on_frame(self, frame: Frame) -> NDArray[np.float64]:
        """Return what the chords need, (n, 5).

        The longitude in the turn of the grid's middle, the parametric latitude, its sine and
        cosine, the radius as an arc.
        """
        middle = frame.west + frame.cols * frame.cell_width / 2
        lon = self.lon + 360.0 * np.rint((middle - self.lon) / 360.0)
        return np.column_stack([lon, *parametric(self.lat), target_arc(self.radius_km)])

    def lines(self, frame: Frame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and last scanline (exclusive) of each disc, also off the grid."""
        reach = self.radius_km * 1000.0 / METRES_PER_DEGREE
        step = frame.cell_height / frame.scanlines
        first = np.floor((frame.north - (self.lat + reach)) / step) - 1
        last = np.ceil((frame.north - (self.lat - reach)) / step) + 1
        return first.astype(np.int64), last.astype(np.int64)

    def half_widths(self) -> NDArray[np.float64]:
        """Return degrees of longitude that no disc's half-chord exceeds."""
        reach = self.radius_km * 1000.0 / METRES_PER_DEGREE
        farthest = np.abs(self.lat) + reach
        sine = np.sin(np.radians(1.01 * reach)) / np.cos(np.radians(np.minimum(farthest, _POLE)))
        width = np.degrees(np.arcsin(np.minimum(sine, 1.0)))
        return np.where((farthest >= _POLE) | (sine >= 1.0), 180.0, width)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A window of the raster and the discs that may reach into it, by number, each once.

    `first` and `last` (exclusive): the scanlines of the grid along which each disc may reach in.
    """

    row0: int
    row1: int
    col0: int
    col1: int
    discs: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (self.row1 - self.row0) * (self.col1 - self.col0)


def plan_tiles(frame: Frame, discs: Discs, tile_shape: tuple[int, int]) -> Iterator[Tile]:
    """Yield the tiles that discs touch, row by row, each cut down to what they touch of it."""
    tile_rows, tile_cols = tile_shape
    across = -(-frame.cols // tile_cols)
    first, last = discs.lines(frame)
    first, last = np.clip(first, 0, frame.lines), np.clip(last, 0, frame.lines)
    disc, row, col0, col1 = _list_reaches(frame, discs, first, last, tile_rows)
    tile_col0, tile_col1 = col0 // tile_cols, (col1 - 1) // tile_cols
    disc, offset = _expand(disc, tile_col1 - tile_col0 + 1)
    source = np.repeat(np.arange(len(row)), tile_col1 - tile_col0 + 1)
    tile = row[source] * across + tile_col0[source] + offset
    order = np.lexsort((first[disc], tile))
    tile, disc, source = tile[order], disc[order], source[order]
    starts = [*np.flatnonzero(np.diff(tile, prepend=-1)), len(tile)]
    for begin, end in itertools.pairwise(starts):
        down, right = divmod(int(tile[begin]), across)
        which, reaches = disc[begin:end], source[begin:end]
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
            discs=found,
            first=line0,
            last=line1,
        )


def find_crossing(frame: Frame, discs: Discs, *, wraps: bool) -> NDArray[np.bool_]:
    """Tell which discs may reach beyond the grid's edges."""
    first, last = discs.lines(frame)
    beyond: NDArray[np.bool_] = (first < 0) | (last > frame.lines)
    if wraps:
        return beyond
    west, east = _columns(frame, discs.on_frame(frame)[:, 0], discs.half_widths())
    return beyond | (west < 0) | (east > frame.cols)


def _columns(
    frame: Frame, lon: NDArray[np.float64], half: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the columns that discs may cover, one more each side, not clipped."""
    west = np.floor((lon - half - frame.west) / frame.cell_width) - 1
    east = np.ceil((lon + half - frame.west) / frame.cell_width) + 1
    return west.astype(np.int64), east.astype(np.int64)


def _list_reaches(
    frame: Frame,
    discs: Discs,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    tile_rows: int,
) -> tuple[NDArray[np.int64], ...]:
    """Return disc, row of tiles, first and last column for each disc, turn and row of tiles."""
    lon, half = discs.on_frame(frame)[:, 0], discs.half_widths()
    parts = []
    for turn in _TURNS:
        west, east = _columns(frame, lon + turn, half)
        hit = np.flatnonzero((east > 0) & (west < frame.cols) & (last > first))
        col0, col1 = np.maximum(west[hit], 0), np.minimum(east[hit], frame.cols)
        per_row = tile_rows * frame.scanlines
        upper, lower = first[hit] // per_row, (last[hit] - 1) // per_row
        disc, offset = _expand(hit, lower - upper + 1)
        source = np.repeat(np.arange(len(hit)), lower - upper + 1)
        parts.append((disc, upper[source] + offset, col0[source], col1[source]))
    disc, row, col0, col1 = (np.concatenate(part) for part in zip(*parts, strict=True))
    return disc, row, col0, col1


def _expand(
    items: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Repeat each item; return the repeated items and 0, 1, ... within each."""
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(items, counts), offset
