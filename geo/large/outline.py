"""The outline of very many discs as one shape, for drawing only: it is never counted from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.exposure.zones import wrap_geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.exposure.disc_set import Discs

_KM_PER_DEGREE = 111.2
_PART = 1 / 8  # of the smallest radius, that a cell is wide ...
_MOST_CELLS = 2500  # ... unless there would be more than this many on a side
_MOST_TRACED = 300_000  # corners of the cells' outline
_MOST_CORNERS = 40_000
_LEAST_OF_PART = 6
_MOST_DEGREES = 1.0
_LEAST_COSINE = 0.02
_CHORDS_AT_ONCE = 4_000_000


def outline_discs(discs: Discs) -> tuple[BaseGeometry, float]:
    """Return the outline of the union of discs, EPSG:4326, and how far it may be off, in km.

    The discs are drawn on cells of an eighth of the smallest radius (larger where they lie far
    apart, or where the outline would have very many corners), whose outline is made simpler. Discs
    may lie on both sides of the date line.
    """
    lon = _turn(discs.lon)
    widest = float(discs.radius_km.max()) / _KM_PER_DEGREE
    south, north = float(discs.lat.min()) - widest, float(discs.lat.max()) + widest
    cosine = math.cos(math.radians(min(max(abs(south), abs(north)), 89.0)))
    east_west = widest / max(cosine, _LEAST_COSINE)
    west, east = float(lon.min()) - east_west, float(lon.max()) + east_west
    middle = max(math.cos(math.radians((south + north) / 2)), _LEAST_COSINE)
    height = float(discs.radius_km.min()) / _KM_PER_DEGREE * _PART
    height = max(height, (north - south) / _MOST_CELLS, (east - west) * middle / _MOST_CELLS)
    reach = discs.radius_km / _KM_PER_DEGREE
    while True:
        width = height / middle
        shape_ = (math.ceil((north - south) / height), math.ceil((east - west) / width))
        mask = _paint(lon, discs.lat, reach, (west, north, width, height), shape_)
        corners = _count_corners(mask)
        if corners <= _MOST_TRACED:
            break
        height *= 2
    geometry = _trace(mask, west, north, width, height)
    simple, tolerance = simplify_outline(
        geometry, 2 * height if corners > 2 * _MOST_CORNERS else height, _MOST_CORNERS
    )
    if not simple.is_valid:
        simple = shapely.make_valid(simple)
    return wrap_geometry(simple), (tolerance + height) * _KM_PER_DEGREE


def simplify_outline(
    geometry: BaseGeometry, degrees: float, most_corners: int
) -> tuple[BaseGeometry, float]:
    """Return an outline made simpler, by as much as it takes, and by how much: both in degrees.

    Parameters
    ----------
    degrees
        The least that it is made simpler by; each further step doubles it, and fills the holes
        that are smaller than it.
    most_corners
        What is aimed at; an outline of very many parts keeps more, since none is left out.
    """
    simple = _simplify_rings(geometry, degrees)
    most_corners = max(most_corners, _LEAST_OF_PART * len(shapely.get_parts(geometry)))
    while shapely.get_num_coordinates(simple) > most_corners and degrees < _MOST_DEGREES:
        degrees *= 2
        simple = _simplify_rings(_fill_holes(simple, degrees), degrees)
    return simple, degrees


def _simplify_rings(geometry: BaseGeometry, degrees: float) -> BaseGeometry:
    """Make each ring simpler by itself; parts that then overlap become one.

    Shapely's own way watches over all rings of a geometry at once: minutes for some thousands.
    """
    rings, owner = shapely.get_rings(shapely.get_parts(geometry), return_index=True)
    is_outer = np.diff(owner, prepend=-1) > 0
    simple: Any = shapely.simplify(shapely.polygons(rings), degrees)
    broken = ~shapely.is_valid(simple)
    simple[broken] = shapely.make_valid(simple[broken], method="structure", keep_collapsed=False)
    shells, holes, pierced = simple[is_outer], simple[~is_outer], owner[~is_outer]
    numbers, starts = np.unique(pierced, return_index=True)
    for number, group in zip(numbers.tolist(), np.split(holes, starts[1:]), strict=False):
        shells[number] = shapely.difference(
            shells[number], shapely.disjoint_subset_union_all(group)
        )
    return shapely.disjoint_subset_union_all(shells)


def _fill_holes(geometry: BaseGeometry, degrees: float) -> BaseGeometry:
    rings, owner = shapely.get_rings(shapely.get_parts(geometry), return_index=True)
    is_outer = np.diff(owner, prepend=-1) > 0
    large = np.abs(shapely.area(shapely.polygons(rings))) > (2 * degrees) ** 2
    kept = is_outer | large
    xy, ring = shapely.get_coordinates(rings[kept], return_index=True)
    return _make_polygons(xy, np.bincount(ring), np.bincount(owner[kept]))


def _make_polygons(
    xy: NDArray[np.float64], ring_sizes: NDArray[np.int64], part_sizes: NDArray[np.int64]
) -> BaseGeometry:
    """Return polygons from the corners of all rings, how many each has, and rings by polygon."""
    offsets = [np.concatenate([[0], np.cumsum(sizes)]) for sizes in (ring_sizes, part_sizes)]
    parts: Any = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, tuple(offsets))
    polygons: BaseGeometry = shapely.multipolygons(parts)
    return polygons


def _turn(lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes in the turn in which they lie nearer together."""
    other = np.where(lon < 0, lon + 360.0, lon)
    turned: NDArray[np.float64] = other if np.ptp(other) < np.ptp(lon) else lon
    return turned


def _paint(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    reach: NDArray[np.float64],
    frame: tuple[float, float, float, float],
    shape_: tuple[int, int],
) -> NDArray[np.bool_]:
    """Return the cells whose centre lies in a disc; `frame`: west, north, cell width and height."""
    west, north, width, height = frame
    rows, cols = shape_
    # discs round nearly one place are one: half a cell is less than what the outline is good to
    halves = [(north - lat) / height, (lon - west) / width, reach / height]
    row2, col2 = (np.floor(2 * each).astype(np.int64) for each in halves[:2])
    sites = np.unique((row2 << 42) + (col2 << 21) + np.rint(2 * halves[2]).astype(np.int64))
    y, x, far = ((part & 0x1FFFFF) / 2 for part in (sites >> 42, sites >> 21, sites))
    y, x = y + 0.25, x + 0.25
    first = np.ceil(y - far - 0.5).astype(np.int64)
    counts = np.maximum(np.floor(y + far - 0.5).astype(np.int64) - first + 1, 0)
    change = np.zeros(rows * (cols + 1), dtype=np.int64)
    step = max(1, _CHORDS_AT_ONCE // int(counts.max(initial=1)))
    for start in range(0, len(y), step):
        number = counts[start : start + step]
        site = start + np.repeat(np.arange(len(number)), number)
        rank = np.arange(len(site)) - np.repeat(np.cumsum(number) - number, number)
        row = first[site] + rank
        inside = (row >= 0) & (row < rows)
        site, row = site[inside], row[inside]
        cosine = np.cos(np.radians(north - (row + 0.5) * height))
        half = np.sqrt(np.maximum(far[site] ** 2 - (row + 0.5 - y[site]) ** 2, 0.0))
        half *= height / width / np.maximum(cosine, _LEAST_COSINE)
        left = np.clip(np.ceil(x[site] - half - 0.5), 0, cols).astype(np.int64)
        right = np.clip(np.floor(x[site] + half - 0.5) + 1, 0, cols).astype(np.int64)
        at = row * (cols + 1)
        change += np.bincount(at + left, minlength=change.size)
        change -= np.bincount(at + np.maximum(left, right), minlength=change.size)
    depth = np.cumsum(change.reshape(rows, cols + 1), axis=1)
    painted: NDArray[np.bool_] = depth[:, :cols] > 0
    # a disc smaller than a cell is its cell
    at = np.clip(y, 0, rows - 1).astype(np.int64), np.clip(x, 0, cols - 1).astype(np.int64)
    painted[at] = True
    return painted


def _count_corners(mask: NDArray[np.bool_]) -> int:
    """Return how many corners the outline of the cells has."""
    padded = np.pad(mask, 1)
    rows = padded[1:] ^ padded[:-1]
    return int((rows[:, 1:] ^ rows[:, :-1]).sum())


def _trace(
    mask: NDArray[np.bool_], west: float, north: float, width: float, height: float
) -> BaseGeometry:
    from rasterio.features import shapes
    from rasterio.transform import from_origin

    transform = from_origin(west, north, width, height)
    found = shapes(mask.astype(np.uint8), mask=mask, transform=transform)
    parts = [part["coordinates"] for part, _ in found]
    rings = [ring for part in parts for ring in part]
    xy = np.array([corner for ring in rings for corner in ring])
    return _make_polygons(xy, np.array([*map(len, rings)]), np.array([*map(len, parts)]))
