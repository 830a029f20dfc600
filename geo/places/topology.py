"""Country outlines from TopoJSON, in plain Python, for the build of the gazetteer."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Ring = list[tuple[float, float]]
Polygon = list[Ring]

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
_GRID = 8  # label points are looked for on a grid of this many rows, then once more round the best


def read_outlines(topology: dict[str, Any], layer: str = "countries") -> dict[str, list[Polygon]]:
    """Decode a quantised TopoJSON topology.

    Parameters
    ----------
    topology
        The parsed file, coordinates in EPSG:4326.
    layer
        The object to read.

    Returns
    -------
        Polygons by the feature's `id`, or by `name:<name>` where it has none. A polygon is a list
        of closed rings of (lon, lat), the outer ring first; one that crosses the date line goes
        on beyond 180 or -180.
    """
    arcs = list(_decode_arcs(topology))
    outlines: dict[str, list[Polygon]] = {}
    for feature in topology["objects"][layer]["geometries"]:
        key = feature.get("id") or f"name:{feature['properties']['name']}"
        parts = feature.get("arcs", [])
        if feature["type"] == "Polygon":
            parts = [parts]
        outlines.setdefault(key, []).extend(
            [_join_arcs(ring, arcs) for ring in part] for part in parts
        )
    return outlines


def _decode_arcs(topology: dict[str, Any]) -> Iterator[Ring]:
    scale_x, scale_y = topology["transform"]["scale"]
    west, south = topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        line: Ring = []
        for step_x, step_y in arc:
            x += step_x
            y += step_y
            line.append((west + x * scale_x, south + y * scale_y))
        yield line


def _join_arcs(numbers: Sequence[int], arcs: Sequence[Ring]) -> Ring:
    ring: Ring = []
    for number in numbers:
        # A negative number is the arc with that bitwise complement, run backwards.
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring.extend(arc[1:] if ring else arc)
    return _unwrap(ring)


def _unwrap(ring: Ring) -> Ring:
    """Return a ring without jumps from one side of the date line to the other."""
    path, turn = ring[:1], 0.0
    for (before, _), (lon, lat) in pairwise(ring):
        turn -= 360.0 * round((lon - before) / 360.0)
        path.append((lon + turn, lat))
    return path if path[-1] == path[0] else ring  # one round a pole does not close


def area_km2(polygon: Polygon) -> float:
    """Return the area of a polygon on the sphere, without its holes, square kilometres."""
    outer, *holes = (abs(_ring_area(ring)) for ring in polygon)
    return outer - sum(holes)


def _ring_area(ring: Ring) -> float:
    # Chamberlain and Duquette (2007), "Some algorithms for polygons on a sphere", eq. 1.
    total = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring):
        total += math.radians(lon_b - lon_a) * (
            2 + math.sin(math.radians(lat_a)) + math.sin(math.radians(lat_b))
        )
    return total * EARTH_RADIUS_KM**2 / 2


def contains(polygon: Polygon, lon: float, lat: float) -> bool:
    """Tell whether a position lies in a polygon and in none of its holes (even-odd rule)."""
    inside = False
    for ring in polygon:
        for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring):
            if (lat_a > lat) != (lat_b > lat):
                crossing = lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
                inside ^= lon < crossing
    return inside


def label_point(polygons: Sequence[Polygon]) -> tuple[float, float]:
    """Return a position well inside the largest polygon: (lon, lat), within -180..180.

    The position that is farthest from the outline among those of a grid, refined once; the
    same for the same polygon always.
    """
    polygon = max(polygons, key=area_km2)
    lons, lats = zip(*polygon[0], strict=True)
    west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    best = (-1.0, (west + east) / 2, (south + north) / 2)
    for _ in range(2):
        step_x, step_y = (east - west) / _GRID, (north - south) / _GRID
        for row in range(_GRID):
            for col in range(_GRID):
                lon, lat = west + (col + 0.5) * step_x, south + (row + 0.5) * step_y
                if contains(polygon, lon, lat):
                    best = max(best, (_clearance(polygon, lon, lat), lon, lat))
        _, lon, lat = best
        west, east = lon - step_x, lon + step_x
        south, north = lat - step_y, lat + step_y
    return round((best[1] + 180.0) % 360.0 - 180.0, 4), round(best[2], 4)


def _clearance(polygon: Polygon, lon: float, lat: float) -> float:
    """Return the squared distance to the nearest vertex, degrees of latitude."""
    shrink = math.cos(math.radians(lat))
    return min(((x - lon) * shrink) ** 2 + (y - lat) ** 2 for ring in polygon for x, y in ring)
