"""A common lattice: the people of two population grids on cells coarse enough for both.

The lattice is made of whole cells of the coarser grid, so that this one is summed as it is. The
other's cells are shared out by area between the lattice cells that they overlap; its people stay
the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.people.grid import WGS84, is_geographic

if TYPE_CHECKING:
    from numpy.typing import NDArray


LEAST_KM = 0.5
"""Lattice cells are at least as high and wide. A judgement: smaller ones compare which house the
people of a street were put into."""

_KM_PER_DEGREE = 111.2
_SNAP = 1e-6  # of a lattice cell: an edge that lies on another
_PARTS = 4  # across a lattice cell, at least, where a cell of another CRS is taken for a box
_OUTLINE = 32  # points a side that a grid is bounded by
_SLIVER = 1e-5  # of a cell
_CHUNK = 1 << 20  # cells at once


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Persons per cell of a north-up grid: array (rows, cols), row 0 northernmost, NaN: no data.

    `west`, `north`: outer edges; these and the cells' sizes in units of `crs`.
    """

    crs: str
    west: float
    north: float
    cell_width: float
    cell_height: float
    people: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What one grid has in each cell of a lattice, arrays (rows, cols).

    `people`: persons; `inside`: part of the cell that lies in the grid, 0..1; `valid`: part that
    has data, 0..1.
    """

    people: NDArray[np.float64]
    inside: NDArray[np.float64]
    valid: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Two grids on common cells; `west`, `north` and the cells' sizes in units of `crs`."""

    crs: str
    west: float
    north: float
    cell_width: float
    cell_height: float
    main: Share
    other: Share


@dataclass(frozen=True, slots=True)
class _Mesh:
    """Where the lattice's cells lie."""

    crs: str
    west: float
    north: float
    width: float
    height: float
    rows: int
    cols: int


def share_lattice(main: Cells, other: Cells, least_km: float = LEAST_KM) -> Lattice:
    """Sum two grids on a common lattice.

    Parameters
    ----------
    least_km
        Cells are at least as high and wide, kilometres.

    Returns
    -------
        A lattice in the CRS of the grid with the larger cells (of equals, the main one), of whole
        cells of that grid, that holds both grids. People of each grid add up to its own. Exact in
        one CRS, people spread evenly inside a cell; between two, a cell of the finer grid (or its
        fourth part) is taken for a box along the lattice's axes.
    """
    anchor, guest = (main, other) if _cell_area(main) >= _cell_area(other) else (other, main)
    mesh = _lay_mesh(anchor, guest, least_km)
    shares = {id(cells): _share_out(cells, mesh) for cells in (anchor, guest)}
    return Lattice(
        mesh.crs,
        mesh.west,
        mesh.north,
        mesh.width,
        mesh.height,
        shares[id(main)],
        shares[id(other)],
    )


def _lay_mesh(anchor: Cells, guest: Cells, least_km: float) -> _Mesh:
    across, down = _sizes_km(anchor)
    guest_across, guest_down = _sizes_km(guest)
    width = anchor.cell_width * _times(max(guest_across, least_km) / across)
    height = anchor.cell_height * _times(max(guest_down, least_km) / down)
    rows, cols = anchor.people.shape
    alone = _Mesh(
        anchor.crs,
        anchor.west,
        anchor.north,
        width,
        height,
        math.ceil(rows * anchor.cell_height / height - _SNAP),
        math.ceil(cols * anchor.cell_width / width - _SNAP),
    )
    columns, lines = _find_nodes(_outline(guest), alone, 1)
    seen = np.isfinite(columns) & np.isfinite(lines)
    left, right = _bounds(columns[seen], cols * anchor.cell_width / width)
    top, bottom = _bounds(lines[seen], rows * anchor.cell_height / height)
    return _Mesh(
        anchor.crs,
        anchor.west + left * width,
        anchor.north - top * height,
        width,
        height,
        bottom - top,
        right - left,
    )


def _outline(cells: Cells) -> Cells:
    """Return a grid of the same extent in few cells."""
    rows, cols = cells.people.shape
    return Cells(
        cells.crs,
        cells.west,
        cells.north,
        cells.cell_width * cols / _OUTLINE,
        cells.cell_height * rows / _OUTLINE,
        np.zeros((_OUTLINE, _OUTLINE)),
    )


def _bounds(positions: NDArray[np.float64], end: float) -> tuple[int, int]:
    """Return the lattice lines that hold positions and the anchor, which is from 0 to `end`."""
    first = min(0.0, float(positions.min(initial=0.0)))
    last = max(end, float(positions.max(initial=end)))
    return math.floor(first + _SNAP), math.ceil(last - _SNAP)


def _times(ratio: float) -> int:
    return max(1, math.ceil(ratio - _SNAP))


def _share_out(cells: Cells, mesh: _Mesh) -> Share:
    """Return what a grid has in each cell of a lattice whose cells are no smaller."""
    size = mesh.rows * mesh.cols
    people, inside, valid = np.zeros(size), np.zeros(size), np.zeros(size)
    parts = 1 if cells.crs == mesh.crs else _choose_parts(cells, mesh)
    rows, cols = cells.people.shape
    step = max(1, _CHUNK // (cols * parts * parts))
    for row in range(0, rows, step):
        strip = Cells(
            cells.crs,
            cells.west,
            cells.north - row * cells.cell_height,
            cells.cell_width,
            cells.cell_height,
            cells.people[row : row + step],
        )
        held = np.repeat(np.repeat(strip.people, parts, axis=0), parts, axis=1) / parts**2
        for at, part, area in _overlap(strip, mesh, parts):
            here = part > 0
            index, share = at[here], part[here]
            persons, plane = held[here], area[here]
            known = ~np.isnan(persons)
            people += np.bincount(index, np.where(known, persons, 0.0) * share, size)
            inside += np.bincount(index, plane * share, size)
            valid += np.bincount(index, np.where(known, plane, 0.0) * share, size)
    shape = (mesh.rows, mesh.cols)
    return Share(
        people.reshape(shape),
        np.minimum(inside, 1.0).reshape(shape),
        np.minimum(valid, 1.0).reshape(shape),
    )


def _overlap(
    cells: Cells, mesh: _Mesh, parts: int
) -> list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]]:
    """Return, four times, a lattice cell that each (part of a) cell overlaps, and by what part.

    Returns
    -------
        Index of the lattice cell, part of the cell that lies in it, area of the cell in lattice
        cells; arrays (rows, cols) of the parts of cells.
    """
    x, y = _find_nodes(cells, mesh, parts)
    west, east = (x[:-1, :-1] + x[1:, :-1]) / 2, (x[:-1, 1:] + x[1:, 1:]) / 2
    top, low = (y[:-1, :-1] + y[:-1, 1:]) / 2, (y[1:, :-1] + y[1:, 1:]) / 2
    with np.errstate(invalid="ignore"):  # beyond the projection
        tilt = (y[:-1, 1:] + y[1:, 1:] - y[:-1, :-1] - y[1:, :-1]) / 2
        lean = (x[1:, :-1] + x[1:, 1:] - x[:-1, :-1] - x[:-1, 1:]) / 2
        area = np.abs((east - west) * (low - top) - tilt * lean)
    col, across = _split(west, east)
    row, down = _split(top, low)
    found = []
    for right, below in ((0, 0), (0, 1), (1, 0), (1, 1)):
        at_col, at_row = col + right, row + below
        part = (across if right == 0 else 1 - across) * (down if below == 0 else 1 - down)
        off = (at_col < 0) | (at_col >= mesh.cols) | (at_row < 0) | (at_row >= mesh.rows)
        part = np.where(off | ~np.isfinite(area), 0.0, part)
        index = np.where(off, 0, at_row * mesh.cols + at_col)
        found.append((index, part, area))
    return found


def _split(
    start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the lattice column (or row) that intervals begin in, and what part lies in it."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    low, high = np.nan_to_num(low, posinf=-9.0, neginf=-9.0), np.nan_to_num(high, posinf=-8.0)
    first = np.floor(low + _SNAP)
    part = np.clip((first + 1 - low) / np.maximum(high - low, _SNAP), 0.0, 1.0)
    part = np.where(part > 1 - _SLIVER, 1.0, np.where(part < _SLIVER, 0.0, part))
    return first.astype(np.int64), part


def _find_nodes(
    cells: Cells, mesh: _Mesh, parts: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a grid's cells in lattice columns and rows from its corner.

    Arrays (rows x parts + 1, cols x parts + 1); infinite where the lattice's CRS does not reach.
    """
    rows, cols = cells.people.shape
    x = cells.west + np.arange(cols * parts + 1) * (cells.cell_width / parts)
    y = cells.north - np.arange(rows * parts + 1) * (cells.cell_height / parts)
    middle = mesh.west + mesh.cols * mesh.width / 2
    grid_x, grid_y = np.meshgrid(x, y)
    if cells.crs != mesh.crs:
        import pyproj

        to_mesh = pyproj.Transformer.from_crs(cells.crs, mesh.crs, always_xy=True)
        grid_x, grid_y = to_mesh.transform(grid_x, grid_y)
        if _has_degrees(mesh.crs):
            turns = np.round((middle - grid_x) / 360.0)
            grid_x = grid_x + 360.0 * np.nan_to_num(turns, posinf=0.0, neginf=0.0)
    elif _has_degrees(mesh.crs):
        grid_x = grid_x + 360.0 * round((middle - (x[0] + x[-1]) / 2) / 360.0)
    return (grid_x - mesh.west) / mesh.width, (mesh.north - grid_y) / mesh.height


def _choose_parts(cells: Cells, mesh: _Mesh) -> int:
    """Return into how many a side the cells are cut, so that each is a fourth of the lattice's."""
    like = Cells(mesh.crs, mesh.west, mesh.north, mesh.width, mesh.height, np.zeros((1, 1)))
    ratio = max(a / b for a, b in zip(_sizes_km(cells), _sizes_km(like), strict=True))
    return max(1, math.ceil(_PARTS * ratio - _SNAP))


def _cell_area(cells: Cells) -> float:
    across, down = _sizes_km(cells)
    return across * down


def _sizes_km(cells: Cells) -> tuple[float, float]:
    """Return the width and height of a cell in the grid's middle, kilometres, roughly."""
    if _has_degrees(cells.crs):
        lat = cells.north - cells.people.shape[0] * cells.cell_height / 2
        cosine = max(0.01, math.cos(math.radians(lat)))
        return _KM_PER_DEGREE * cosine * cells.cell_width, _KM_PER_DEGREE * cells.cell_height
    import pyproj

    unit_km = pyproj.CRS.from_user_input(cells.crs).axis_info[0].unit_conversion_factor / 1000
    return cells.cell_width * unit_km, cells.cell_height * unit_km


def _has_degrees(crs: str) -> bool:
    return crs == WGS84 or is_geographic(crs)
