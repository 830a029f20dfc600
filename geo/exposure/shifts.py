"""Discs that may lie elsewhere or reach further: their people and land at each possible place.

A disc stands round a place that is known to within its precision, and for a reach that is known to
within a tenth of its radius (a judgement: radii are round numbers). Both are drawn from a few
places and a few reaches, which are measured once; a draw picks one of each. The places fill the
circle of the precision evenly (a Kronecker sequence: multiples of irrational numbers, less their
whole part), so that a place known only to a district is spread over the district.

People and land are gathered at points, the centres of cells or of blocks of them: a disc has those
within its radius. What that lacks of the exact count at the disc's own place is added to every
shift of it, so that only the difference between places is as coarse as the points are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.draws import spread_out
from geo.exposure.discs import WGS84_A, WGS84_F
from geo.people.grid import cell_areas_km2, is_geographic
from geo.types import LonLat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.exposure.zones import Zone
    from geo.people.grid import PopulationGrid

RADIUS_RANGE = (0.9, 1.0, 1.1)
"""Factor on how far a threat reaches: low, best, high. A judgement."""

REACHES = 8
PLACES = 64
_MANY = 16  # families of discs, beyond which each is measured at fewer places
_FEW_PLACES = 32
_MEASURES = 24_000_000  # distances, of all families together
_MEASURES_EACH = 1_600_000
_ACROSS = 12  # points on the smallest radius, at least, where cells are too large
_MOST_PARTS = 256
_SEQUENCE = (0.7548776662466927, 0.5698402909980532)  # 1/p, 1/p^2 of p^3 = p + 1 (Roberts, 2018)
_METRES_PER_DEGREE = 111_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """Static people and land of a family of discs round one centre, wherever it may be.

    Attributes
    ----------
    radii_km
        Ascending.
    pcodes
        Units that they reach, None: in no unit.
    layers
        Persons, square kilometres with data, and of these those in each gathering; shape (layers,
        radii, places, reaches, units). Place 0 is the centre itself, reach 0 the radius itself.
    """

    radii_km: tuple[float, ...]
    pcodes: tuple[str | None, ...]
    layers: NDArray[np.float64]

    def of(self, zone: Zone) -> NDArray[np.float64]:
        """Return the layers of a disc or ring, (layers, places, reaches, units)."""
        outer = self.layers[:, self.radii_km.index(zone.radius_km or 0.0)]
        if not zone.inner_km:
            return outer
        return np.maximum(outer - self.layers[:, self.radii_km.index(zone.inner_km)], 0.0)

    def inside(self, zone: Zone) -> NDArray[np.float64] | None:
        """Return the layers of the disc that a ring surrounds; None: it is no ring."""
        return self.layers[:, self.radii_km.index(zone.inner_km)] if zone.inner_km else None


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points in degrees, their persons, square kilometres, unit's number."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    static: NDArray[np.float64]
    land: NDArray[np.float64]
    unit: NDArray[np.int64]

    def layers(self, gatherings: Sequence[BaseGeometry]) -> list[NDArray[np.float64]]:
        """Return persons, land, and the land in each gathering."""
        import shapely

        lon = np.mod(self.lon + 180.0, 360.0) - 180.0
        inside = [shapely.contains_xy(shape, lon, self.lat) for shape in gatherings]
        return [self.static, self.land, *(np.where(each, self.land, 0.0) for each in inside)]


def group_families(zones: Sequence[Zone]) -> list[list[Zone]]:
    """Return the discs and rings round each centre."""
    families: dict[tuple[object, ...], list[Zone]] = {}
    for zone in zones:
        if zone.radius_km is not None:
            families.setdefault((zone.event_id, zone.lon, zone.lat), []).append(zone)
    return list(families.values())


def measure_shifts(
    family: Sequence[Zone],
    grid: PopulationGrid,
    units: gpd.GeoDataFrame,
    exact: Mapping[float, Mapping[str | None, Sequence[float]]],
    families: int,
    gatherings: Sequence[BaseGeometry] = (),
) -> Shifts:
    """Measure the discs of a family wherever they may be.

    Parameters
    ----------
    family
        Discs and rings round one centre.
    units
        EPSG:4326; those that the discs may reach count.
    exact
        For each radius and unit (None: in no unit) the layers of the disc at its own place.
    families
        How many there are in the run: the more, the fewer places and points each has.
    gatherings
        Areas, EPSG:4326, where some people stay evenly on the land.
    """
    center = LonLat(family[0].lon or 0.0, family[0].lat or 0.0)
    precision = max(zone.precision_km for zone in family)
    radii = tuple(sorted({r for z in family for r in (z.radius_km, z.inner_km) if r}))
    places = _find_places(center, precision, grid, PLACES if families <= _MANY else _FEW_PLACES)
    steps = (np.arange(REACHES) + 0.5) / REACHES
    reaches = np.concatenate([[1.0], spread_out(steps, *RADIUS_RANGE)])
    most = min(_MEASURES_EACH, _MEASURES // families) // len(places)
    measured: list[dict[str | None, NDArray[np.float64]]] = []
    for radius in radii:  # by itself, so that a disc is the same whatever other radii there are
        room_km = precision + radius * float(reaches.max())
        points, pcodes = _gather_points(grid, center, room_km, radius, units, most)
        sums = _sum_within(points, points.layers(gatherings), places, radius * reaches, len(pcodes))
        by_unit = dict(zip(pcodes, np.moveaxis(sums, -1, 0), strict=True))
        measured.append(_meet(by_unit, exact.get(radius, {}), sums.shape[:-1]))
    listed = dict.fromkeys(pcode for by_unit in measured for pcode in by_unit)
    order = tuple(sorted(listed, key=lambda pcode: pcode or ""))
    nothing = np.zeros((2 + len(gatherings), len(places), len(reaches)))
    layers = [[by_unit.get(pcode, nothing) for pcode in order] for by_unit in measured]
    return Shifts(radii, order, np.ascontiguousarray(np.array(layers).transpose(2, 0, 3, 4, 1)))


def _meet(
    measured: Mapping[str | None, NDArray[np.float64]],
    exact: Mapping[str | None, Sequence[float]],
    shape: tuple[int, ...],
) -> dict[str | None, NDArray[np.float64]]:
    """Return layers, (layers, places, reaches) by unit, that are exact at the disc's own place."""
    met: dict[str | None, NDArray[np.float64]] = {}
    for pcode in dict.fromkeys((*measured, *exact)):
        layers = measured.get(pcode, np.zeros(shape)).copy()
        for layer, truth in zip(layers, exact.get(pcode, np.zeros(len(layers))), strict=True):
            np.maximum(layer + (truth - layer[0, 0]), 0.0, out=layer)
            layer[0, 0] = truth
        met[pcode] = layers
    return met


def _find_places(
    center: LonLat, precision_km: float, grid: PopulationGrid, count: int
) -> list[LonLat]:
    """Return the centre and where else it may be: evenly within its precision, where data are.

    It can't be where there is no population data: in the sea, or beyond the surface's border.
    """
    if not precision_km:
        return [center]
    import pyproj

    number = np.arange(1, count + 1)
    turn, part = (np.mod(number * step + 0.5, 1.0) for step in _SEQUENCE)
    lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(
        np.full(count, center.lon),
        np.full(count, center.lat),
        turn * 360.0,
        np.sqrt(part) * precision_km * 1000.0,
    )
    moved = [LonLat(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    return [center, *(place for place in moved if grid.has_data(place))]


def _gather_points(
    grid: PopulationGrid,
    center: LonLat,
    room_km: float,
    smallest_km: float,
    units: gpd.GeoDataFrame,
    most: int,
) -> tuple[_Points, tuple[str | None, ...]]:
    """Return the points with data within `room_km` of a centre, `most` or fewer, and the units."""
    rows, cols, cell_km = _find_window(grid, center, room_km)
    people = grid.people[rows, cols]
    areas = np.broadcast_to(cell_areas_km2(grid), grid.people.shape)[rows, cols]
    parts = min(_MOST_PARTS, max(1, math.ceil(cell_km * _ACROSS / smallest_km)))
    block = max(1, math.ceil(math.sqrt(people.size / max(most, 1))))
    if block > 1:
        parts = 1
    elif parts > 1:
        parts = max(1, min(parts, math.isqrt(max(1, most // max(people.size, 1)))))
    valid = ~np.isnan(people)
    static = _divide(_add_blocks(np.where(valid, people, 0.0), block), parts)
    land = _divide(_add_blocks(np.where(valid, areas, 0.0), block), parts)
    step = block / parts
    at_row = rows.start + np.minimum((np.arange(static.shape[0]) + 0.5) * step, people.shape[0])
    at_col = cols.start + np.minimum((np.arange(static.shape[1]) + 0.5) * step, people.shape[1])
    y, x = np.meshgrid(
        grid.north - at_row * grid.cell_height,
        grid.west + at_col * grid.cell_width,
        indexing="ij",
    )
    full = land > 0
    lon, lat = _to_degrees(grid.crs, x[full], y[full])
    unit, pcodes = _find_units(lon, lat, units)
    return _Points(lon, lat, static[full], land[full], unit), pcodes


def _find_window(
    grid: PopulationGrid, center: LonLat, room_km: float
) -> tuple[slice, slice, float]:
    """Return rows and columns that hold all within `room_km`, and the size of a cell in km."""
    x, y = center.lon, center.lat
    if is_geographic(grid.crs):
        middle = (grid.bounds.west + grid.bounds.east) / 2
        x += 360.0 * round((middle - x) / 360.0)
        up = room_km * 1000.0 / _METRES_PER_DEGREE * 1.02
        narrow = math.cos(math.radians(min(89.0, abs(y) + up)))
        across, cell_km = up / narrow, grid.cell_height * _METRES_PER_DEGREE / 1000.0
    else:
        import pyproj

        to_grid = pyproj.Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
        turns = np.arange(0.0, 360.0, 15.0)
        lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(
            np.full(len(turns), x),
            np.full(len(turns), y),
            turns,
            np.full(len(turns), room_km * 1e3),
        )
        x, y = to_grid.transform(x, y)
        edge_x, edge_y = to_grid.transform(lon, lat)
        across = float(np.abs(np.asarray(edge_x) - x).max()) * 1.02
        up = float(np.abs(np.asarray(edge_y) - y).max()) * 1.02
        cell_km = grid.cell_height * room_km / up
    rows, cols = grid.shape
    first_row = math.floor((grid.north - y - up) / grid.cell_height)
    last_row = math.ceil((grid.north - y + up) / grid.cell_height)
    first_col = math.floor((x - across - grid.west) / grid.cell_width)
    last_col = math.ceil((x + across - grid.west) / grid.cell_width)
    return (
        slice(min(max(first_row, 0), rows), min(max(last_row, 0), rows)),
        slice(min(max(first_col, 0), cols), min(max(last_col, 0), cols)),
        cell_km,
    )


def _add_blocks(values: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """Add up blocks of cells; the last ones may be smaller."""
    if block == 1 or not values.size:
        return values
    down = np.add.reduceat(values, np.arange(0, values.shape[0], block), axis=0)
    summed: NDArray[np.float64] = np.add.reduceat(
        down, np.arange(0, values.shape[1], block), axis=1
    )
    return summed


def _divide(values: NDArray[np.float64], parts: int) -> NDArray[np.float64]:
    """Divide every cell into parts by parts equal ones."""
    if parts == 1:
        return values
    return np.repeat(np.repeat(values / parts**2, parts, axis=0), parts, axis=1)


def _to_degrees(
    crs: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if is_geographic(crs):
        return x, y
    import pyproj

    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def _find_units(
    lon: NDArray[np.float64], lat: NDArray[np.float64], units: gpd.GeoDataFrame
) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    """Return the number of each point's unit, and the units by number; 0 is in no unit."""
    import shapely

    found = np.zeros(len(lon), dtype=np.int64)
    pcodes: list[str | None] = [None]
    if not len(lon):
        return found, (None,)
    inside = np.mod(lon + 180.0, 360.0) - 180.0
    box = shapely.box(inside.min(), lat.min(), inside.max(), lat.max())
    for pcode, shape in zip(units["pcode"], units.geometry, strict=True):
        if not shape.intersects(box):
            continue
        shapely.prepare(shape)
        within = shapely.contains_xy(shape, inside, lat) & (found == 0)
        if within.any():
            found[within] = len(pcodes)
            pcodes.append(str(pcode))
    return found, tuple(pcodes)


def _sum_within(
    points: _Points,
    layers: Sequence[NDArray[np.float64]],
    places: Sequence[LonLat],
    limits_km: NDArray[np.float64],
    units: int,
) -> NDArray[np.float64]:
    """Return the layers within each limit, (layers, places, limits, units)."""
    at = _to_space(points.lon, points.lat)
    centers = _to_space(
        np.array([place.lon for place in places]), np.array([place.lat for place in places])
    )
    order = np.argsort(limits_km, kind="stable")
    # along a chord through the Earth, of which a sphere of its size has the arc
    radius_km = WGS84_A * (1 - WGS84_F / 3) / 1000.0
    chords = (2 * radius_km * np.sin(np.minimum(limits_km[order] / (2 * radius_km), 1.5))) ** 2
    bins = len(limits_km) + 1
    sums = np.zeros((len(layers), len(places), bins, units))
    for number, center in enumerate(centers):
        away = ((at - center) ** 2).sum(axis=1)
        where = np.searchsorted(chords, away) * units + points.unit
        for total, values in zip(sums, layers, strict=True):
            total[number] = np.bincount(where, values, bins * units).reshape(bins, units)
    within: NDArray[np.float64] = np.cumsum(sums, axis=2)[:, :, np.argsort(order, kind="stable")]
    return within


def _to_space(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions on the ellipsoid in kilometres from the Earth's centre, shape (n, 3)."""
    e2 = WGS84_F * (2 - WGS84_F)
    lam, phi = np.radians(lon), np.radians(lat)
    normal = WGS84_A / 1000.0 / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return np.column_stack(
        [
            normal * np.cos(phi) * np.cos(lam),
            normal * np.cos(phi) * np.sin(lam),
            normal * (1 - e2) * np.sin(phi),
        ]
    )
