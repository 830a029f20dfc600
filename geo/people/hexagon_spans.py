"""Which cells of a grid polygons take up: spans of cells along its rows.

The grid is that of the whole Earth in cells of 3 arc-seconds, rows from the north pole, columns
from 180 degrees west. A cell is its centre's: a polygon takes those whose centres lie in it, by
the rule of even and odd crossings (Foley et al., Computer Graphics, on the scan conversion of
polygons); of polygons that share an edge exactly one takes a centre on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.people.hexagon_file import PolygonBatch

CELLS_PER_DEGREE = 1200
EARTH_ROWS, EARTH_COLS = 180 * CELLS_PER_DEGREE, 360 * CELLS_PER_DEGREE

_MOST_CROSSINGS = 20_000_000  # of edges with rows, in one batch
_MOST_VERTICES = 20_000_000
_EDGE_M = 2_000.0  # a longer edge of a projection is no straight one in degrees
_FARTHEST_M = 1e9
_CENTRE = 0.5


@dataclass(frozen=True, slots=True)
class Spans:
    """Cells along rows: arrays of one length; ends are exclusive, within the Earth's columns."""

    polygon: NDArray[np.int64]
    row: NDArray[np.int64]
    col0: NDArray[np.int64]
    col1: NDArray[np.int64]

    def take(self, which: NDArray[Any]) -> Spans:
        """Return some of them."""
        return Spans(self.polygon[which], self.row[which], self.col0[which], self.col1[which])

    def join(self, other: Spans) -> Spans:
        """Return these and others."""
        return Spans(
            np.concatenate([self.polygon, other.polygon]),
            np.concatenate([self.row, other.row]),
            np.concatenate([self.col0, other.col0]),
            np.concatenate([self.col1, other.col1]),
        )


@dataclass(frozen=True, slots=True)
class _Outlines:
    """Vertices of rings in cells, so that centres are whole numbers: across and down."""

    across: NDArray[np.float64]
    down: NDArray[np.float64]
    ring: NDArray[np.int64]
    part: NDArray[np.int64]  # of each vertex
    polygon: NDArray[np.int64]  # of each part


def find_spans(path: Path, batch: PolygonBatch, crs: Any) -> Spans:
    """Return the cells of polygons; each has one at least.

    A polygon without the centre of a cell takes the cell that holds a point of it.

    Parameters
    ----------
    path
        For messages.
    crs
        That of the polygons, of pyproj.

    Raises
    ------
    RasterError
        If outlines lie nowhere on Earth, go round a pole, or are far too long.

    Notes
    -----
    Between two vertices an outline goes the shorter way round the Earth, so that a hexagon across
    the date line is small, however its longitudes are written.
    """
    import pyproj

    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    spans = _cross_rows(path, _trace_outlines(path, batch, crs, to_degrees))
    spans = _wrap_columns(path, spans)
    without = np.setdiff1d(np.arange(len(batch.people)), spans.polygon)
    if not len(without):
        return spans
    return spans.join(_find_points(path, batch, without, to_degrees))


def _trace_outlines(path: Path, batch: PolygonBatch, crs: Any, to_degrees: Any) -> _Outlines:
    import shapely

    parts, polygon = shapely.get_parts(batch.geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if crs.is_projected:
        _check_size(path, batch, crs)
        rings = _divide_edges(path, rings, crs, to_degrees)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1])
    _check_degrees(path, batch, lon, lat, polygon[part[ring]])
    starts = np.flatnonzero(np.diff(ring, prepend=-1))
    steps = np.diff(lon, prepend=lon[0])
    steps[starts] = 0.0
    turns = -np.cumsum(np.round(steps / 360.0))
    turns -= turns[starts][ring]
    ends = np.append(starts[1:], len(lon)) - 1
    if turns[ends].any():
        row = batch.first + polygon[part[np.flatnonzero(turns[ends])[0]]]
        raise RasterError(f"{path}: the polygon in row {row} goes round a pole; cut it along 180")
    # holes lie where the outer ring of their part does
    outer = np.flatnonzero(np.diff(part, prepend=-1))
    turns += np.round((lon[starts][outer][part] - lon[starts]) / 360.0)[ring]
    return _Outlines(
        across=(lon + 360.0 * turns + 180.0) * CELLS_PER_DEGREE - _CENTRE,
        down=(90.0 - lat) * CELLS_PER_DEGREE - _CENTRE,
        ring=ring,
        part=part[ring],
        polygon=polygon,
    )


def _check_size(path: Path, batch: PolygonBatch, crs: Any) -> None:
    import shapely

    fits = np.abs(shapely.bounds(batch.geometries)) * _metres(crs) < _FARTHEST_M
    if not fits.all():
        row = batch.first + int(np.flatnonzero(~fits.all(axis=1))[0])
        raise RasterError(f"{path}: the polygon in row {row} lies nowhere on Earth in its CRS")


def _divide_edges(path: Path, rings: NDArray[Any], crs: Any, to_degrees: Any) -> NDArray[Any]:
    """Return rings of a projection whose long edges have further vertices.

    A ring across the date line stays as it is: on the map it goes the long way.
    """
    import shapely

    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    lengths = np.hypot(*np.diff(xy, axis=0).T)[same] * _metres(crs)
    if not (lengths > _EDGE_M).any():
        return rings
    lon, _ = to_degrees.transform(xy[:, 0], xy[:, 1])
    with np.errstate(invalid="ignore"):  # infinite where the CRS does not reach
        across = ring[1:][same & (np.abs(np.diff(lon)) > 180.0)]
    plain = np.setdiff1d(np.unique(ring[1:][same][lengths > _EDGE_M]), across)
    if float(shapely.length(rings[plain]).sum()) * _metres(crs) / _EDGE_M > _MOST_VERTICES:
        raise _refuse_outlines(path)
    divided = rings.copy()
    divided[plain] = shapely.segmentize(rings[plain], _EDGE_M / _metres(crs))
    return divided


def _metres(crs: Any) -> float:
    """Return the metres in a unit of a projection."""
    return float(crs.axis_info[0].unit_conversion_factor)


def _check_degrees(
    path: Path,
    batch: PolygonBatch,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    polygon: NDArray[np.int64],
) -> None:
    fits = (np.abs(lon) <= 360.0) & (np.abs(lat) <= 90.0)  # infinite where a CRS does not reach
    if not fits.all():
        at = int(np.flatnonzero(~fits)[0])
        raise RasterError(
            f"{path}: the polygon in row {batch.first + polygon[at]} reaches to {lon[at]:g}, "
            f"{lat[at]:g}; expected longitudes and latitudes. Is the CRS right?"
        )


def _cross_rows(path: Path, outlines: _Outlines) -> Spans:
    """Return the spans between crossings of outlines with the middles of rows."""
    here = np.flatnonzero(outlines.ring[:-1] == outlines.ring[1:])
    # from north to south, so that neighbours reckon their edge alike
    falls = outlines.down[here] <= outlines.down[here + 1]
    top, foot = np.where(falls, here, here + 1), np.where(falls, here + 1, here)
    row0 = np.ceil(outlines.down[top]).astype(np.int64)
    count = np.ceil(outlines.down[foot]).astype(np.int64) - row0
    if int(count.sum()) > _MOST_CROSSINGS:
        raise _refuse_outlines(path)
    edge = np.repeat(np.arange(len(here)), count)
    row = row0[edge] + count_up(count)
    top, foot = top[edge], foot[edge]
    slope = (outlines.across[foot] - outlines.across[top]) / (
        outlines.down[foot] - outlines.down[top]
    )
    across = outlines.across[top] + (row - outlines.down[top]) * slope
    order = np.lexsort((across, row, outlines.part[top]))
    # a closed ring crosses a row an even number of times
    first, last = order[::2], order[1::2]
    spans = Spans(
        polygon=outlines.polygon[outlines.part[top[first]]],
        row=row[first],
        col0=np.ceil(across[first]).astype(np.int64),
        col1=np.ceil(across[last]).astype(np.int64),
    )
    return spans.take(spans.col0 < spans.col1)


def _wrap_columns(path: Path, spans: Spans) -> Spans:
    """Return spans within the Earth's columns; one across the date line becomes two."""
    if (spans.col1 - spans.col0 > EARTH_COLS).any():
        raise RasterError(f"{path}: a polygon goes more than once round the Earth")
    turned = spans.col0 // EARTH_COLS * EARTH_COLS
    whole = Spans(spans.polygon, spans.row, spans.col0 - turned, spans.col1 - turned)
    over = whole.take(whole.col1 > EARTH_COLS)
    rest = Spans(over.polygon, over.row, np.zeros_like(over.col0), over.col1 - EARTH_COLS)
    whole = Spans(whole.polygon, whole.row, whole.col0, np.minimum(whole.col1, EARTH_COLS))
    return whole.join(rest)


def _find_points(
    path: Path, batch: PolygonBatch, which: NDArray[np.int64], to_degrees: Any
) -> Spans:
    """Return the cell that holds a point of each of some polygons."""
    import shapely

    points = shapely.point_on_surface(batch.geometries[which])
    lon, lat = to_degrees.transform(shapely.get_x(points), shapely.get_y(points))
    _check_degrees(path, batch, lon, lat, which)
    row = np.floor((90.0 - lat) * CELLS_PER_DEGREE).astype(np.int64)
    col = np.floor((lon + 180.0) * CELLS_PER_DEGREE).astype(np.int64) % EARTH_COLS
    return Spans(which, np.minimum(row, EARTH_ROWS - 1), col, col + 1)


def count_up(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Return 0, 1, ... for each of some counts, one after the other."""
    ends = np.cumsum(counts, dtype=np.int64)
    before: NDArray[np.int64] = np.repeat(ends - counts, counts)
    return np.arange(len(before)) - before


def _refuse_outlines(path: Path) -> RasterError:
    return RasterError(
        f"{path}: outlines far longer than those of hexagons or districts; expected polygons with "
        "people. Is the CRS right?"
    )
