"""Windows: the cells of a raster that cover a box of longitudes and latitudes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import RasterError
from geo.people.grid import WGS84
from geo.types import BBox

if TYPE_CHECKING:
    from geo.people.geotiff import Layout
    from geo.ranges import RasterFile

_EDGE = 1e-6  # of a cell: an edge of the box that lies on an edge of cells takes no more
_TURNS = (0.0, 360.0, -360.0)
_MISFIT = 0.01  # of a cell
_NEARLY_ALL = 350.0  # degrees: such a box is the same in every datum


class OutOfReachError(RasterError):
    """A raster has no cell in the box that was asked for."""


@dataclass(frozen=True, slots=True)
class CellWindow:
    """Cells of a raster: rows from the north, columns from the west, ends exclusive.

    `west` is the edge of the first column in the longitudes (or x) that were asked for.
    """

    row0: int
    row1: int
    col0: int
    col1: int
    west: float

    @property
    def window(self) -> tuple[int, int, int, int]:
        """First and last row, first and last column."""
        return self.row0, self.row1, self.col0, self.col1


def find_windows(path: RasterFile, layout: Layout, bbox: BBox) -> list[CellWindow]:
    """Return the cells of a box from west to east; several where it crosses the raster's edges.

    The box is looked for at its longitudes and one turn further each way, so that rasters from 0
    to 360 degrees, across the date line, and boxes across it are met. Windows never overlap; all
    have the same rows. Between them there may be columns that the raster lacks.

    Raises
    ------
    OutOfReachError
        If the raster has no cell in the box.
    RasterError
        If the box crosses the raster's edges where its cells don't meet.
    """
    turns = _TURNS if layout.is_geographic else (0.0,)
    boxes = [(_shift(box, turn), turn) for box in _project_box(layout, bbox) for turn in turns]
    found = [piece for box, turn in boxes if (piece := _cut(layout, box, turn)) is not None]
    if not found:
        raise OutOfReachError(
            f"{path}: covers {layout.west:g}, {layout.south:g}, {layout.east:g}, {layout.north:g} "
            f"({layout.crs[:40]}), none of the area of interest {bbox.west:g}, {bbox.south:g}, "
            f"{bbox.east:g}, {bbox.north:g}; give a raster that covers it"
        )
    found.sort(key=lambda piece: piece.west)
    windows = [found[0]]
    for piece in found[1:]:
        end = _column_of(path, layout, windows[0], windows[-1]) + _width(windows[-1])
        over = end - _column_of(path, layout, windows[0], piece)
        if over < _width(piece):
            over = max(0, over)
            west = piece.west + over * layout.cell_width
            windows.append(replace(piece, col0=piece.col0 + over, west=west))
    return windows


def place_windows(
    path: RasterFile, layout: Layout, windows: list[CellWindow]
) -> tuple[list[int], int]:
    """Return the column that each window begins at, counted from the first's, and their end.

    Raises
    ------
    RasterError
        If their cells are not on one grid.
    """
    starts = [_column_of(path, layout, windows[0], window) for window in windows]
    return starts, starts[-1] + _width(windows[-1])


def _width(window: CellWindow) -> int:
    return window.col1 - window.col0


def _column_of(path: RasterFile, layout: Layout, first: CellWindow, window: CellWindow) -> int:
    """Return where a window begins, in columns of the raster from the first one's west edge."""
    columns = (window.west - first.west) / layout.cell_width
    if abs(columns - round(columns)) > _MISFIT:
        raise RasterError(
            f"{path}: the area of interest crosses longitude {layout.west:g}, where the raster's "
            f"edges don't meet: 360 degrees are no whole number of its cells of "
            f"{layout.cell_width:g}. Warp it onto a grid across the area, with people kept: "
            f"gdalwarp -r sum -te WEST SOUTH EAST NORTH {path.name} whole.tif"
        )
    return round(columns)


def _shift(box: BBox, by: float) -> BBox:
    return BBox(box.west + by, box.south, box.east + by, box.north)


def _project_box(layout: Layout, bbox: BBox) -> list[BBox]:
    """Return the box that holds `bbox` in the raster's CRS; empty where it can't be projected."""
    if layout.is_wgs84 or (layout.is_geographic and bbox.east - bbox.west > _NEARLY_ALL):
        return [bbox]
    import pyproj

    to_raster = pyproj.Transformer.from_crs(WGS84, layout.crs, always_xy=True)
    halves = [bbox]
    if bbox.east > 180:
        halves = [
            BBox(bbox.west, bbox.south, 180.0, bbox.north),
            BBox(-180.0, bbox.south, bbox.east - 360, bbox.north),
        ]
    bounds = np.array(
        [
            to_raster.transform_bounds(half.west, half.south, half.east, half.north)
            for half in halves
        ]
    )
    if not np.isfinite(bounds).all():
        return []
    west, south = map(float, bounds[:, :2].min(axis=0))
    east, north = map(float, bounds[:, 2:].max(axis=0))
    if layout.is_geographic:  # in one turn again, also where another datum's 180 lies elsewhere
        west, east = float(bounds[0, 0]), float(bounds[-1, 2])
        east += 0.0 if east >= west else 360.0
    return [BBox(west, south, east, north)]


def _cut(layout: Layout, box: BBox, turn: float) -> CellWindow | None:
    """Return the cells of a box in the raster's coordinates, None if there are none."""
    cols = _cover(box.west - layout.west, box.east - layout.west, layout.cell_width, layout.cols)
    rows = _cover(
        layout.north - box.north, layout.north - box.south, layout.cell_height, layout.rows
    )
    if cols is None or rows is None:
        return None
    west = layout.west + cols[0] * layout.cell_width - turn
    return CellWindow(*rows, *cols, west)


def _cover(start: float, end: float, size: float, count: int) -> tuple[int, int] | None:
    """Return the cells `first..last` (exclusive) that cover an interval, as far as they reach."""
    first = math.floor(start / size + _EDGE)
    last = max(first + 1, math.ceil(end / size - _EDGE))
    first, last = max(first, 0), min(last, count)
    return (first, last) if first < last else None
