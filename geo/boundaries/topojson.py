"""Decode TopoJSON: shared arcs of whole numbers to polygons in degrees.

Format: https://github.com/topojson/topojson-specification. Longitudes may run across the date
line without a cut (world-atlas is stitched); rings are cut there, and a ring round a pole is
closed over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.affinity

from geo.types import BBox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_HALF_TURN = 180.0
_TURN = 360.0
_RING_POINTS = 4
_ANTARCTIC = -60.0


def decode_arcs(topology: Mapping[str, Any]) -> list[NDArray[np.float64]]:
    """Return the arcs of a topology as positions, shape (n, 2), lon and lat in degrees."""
    transform = topology.get("transform")
    arcs = []
    for arc in topology["arcs"]:
        points = np.asarray(arc, dtype=np.float64)
        if transform is not None:
            points = np.cumsum(points, axis=0) * transform["scale"] + transform["translate"]
        arcs.append(points)
    return arcs


def decode_polygon(
    geometry: Mapping[str, Any], arcs: Sequence[NDArray[np.float64]]
) -> BaseGeometry:
    """Return a Polygon or MultiPolygon object of a topology, within -180..180, valid.

    Raises
    ------
    ValueError
        If the object is of another type.
    """
    kind = geometry["type"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"TopoJSON object of type {kind!r}: expected Polygon or MultiPolygon")
    polygons = geometry["arcs"] if kind == "MultiPolygon" else [geometry["arcs"]]
    parts = [_build_polygon([_join_arcs(ring, arcs) for ring in rings]) for rings in polygons]
    parts = [part for part in parts if not part.is_empty]
    if len(parts) == 1:
        return parts[0]
    merged = shapely.multipolygons([p for part in parts for p in shapely.get_parts(part)])
    return merged if merged.is_valid else shapely.union_all(parts)


def measure_extent(geometry: Mapping[str, Any], arcs: Sequence[NDArray[np.float64]]) -> BBox:
    """Return a box that holds a Polygon or MultiPolygon object, perhaps larger than it.

    Of one across the date line: all longitudes; of one in the Antarctic: down to the pole.
    """
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    used = [arcs[at if at >= 0 else ~at] for rings in polygons for ring in rings for at in ring]
    points = np.concatenate(used)
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    return BBox(
        float(west), -90.0 if south < _ANTARCTIC else float(south), float(east), float(north)
    )


def _join_arcs(ring: Sequence[int], arcs: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return a closed ring; an arc numbered ~i is arc i backwards. Joints are kept once."""
    parts = [arcs[at] if at >= 0 else arcs[~at][::-1] for at in ring]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _build_polygon(rings: Sequence[NDArray[np.float64]]) -> BaseGeometry:
    shell, *holes = (_unwrap(ring) for ring in rings)
    if len(shell) < _RING_POINTS:
        return shapely.Polygon()
    kept = [hole for hole in holes if len(hole) >= _RING_POINTS]
    # a hole is unwrapped from its own first point: bring it to the shell's turn
    middle = (shell[:, 0].min() + shell[:, 0].max()) / 2
    for hole in kept:
        hole[:, 0] -= _TURN * np.round((hole[:, 0].mean() - middle) / _TURN)
    polygon: BaseGeometry = shapely.Polygon(shell, kept)
    if not polygon.is_valid:
        polygon = _polygons_of(shapely.make_valid(polygon))
    return _cut_at_date_line(polygon)


def _unwrap(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a ring whose longitudes don't jump; one round a pole is closed over the pole."""
    steps = np.diff(ring[:, 0])
    turns = np.zeros(len(ring))
    turns[1:] = -_TURN * np.cumsum(np.round(steps / _TURN))
    path = ring.copy()
    path[:, 0] += turns
    if abs(path[-1, 0] - path[0, 0]) < _HALF_TURN:
        return path
    pole = 90.0 if path[:, 1].mean() > 0 else -90.0
    # start and end on the date line, so that the cut falls on the closing sides
    start = _TURN * np.floor((path[0, 0] + _HALF_TURN) / _TURN)
    path[:, 0] -= start
    over = np.array([[path[-1, 0], pole], [path[0, 0], pole], path[0]])
    return np.concatenate([path, over])


def _cut_at_date_line(polygon: BaseGeometry) -> BaseGeometry:
    west, _, east, _ = polygon.bounds if not polygon.is_empty else (0.0, 0.0, 0.0, 0.0)
    if west >= -_HALF_TURN and east <= _HALF_TURN:
        return polygon
    world = shapely.box(-_HALF_TURN, -90.0, _HALF_TURN, 90.0)
    parts = []
    for turn in (-_TURN, 0.0, _TURN):
        moved = shapely.affinity.translate(polygon, xoff=turn)
        parts.append(_polygons_of(moved.intersection(world)))
    return shapely.union_all([part for part in parts if not part.is_empty])


def _polygons_of(geometry: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry, without its lines and points."""
    parts = shapely.get_parts(geometry)
    if any(part.geom_type == "MultiPolygon" for part in parts):
        parts = shapely.get_parts(parts)
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])
