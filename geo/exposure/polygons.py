"""Polygons as spans: where a scanline crosses their edges.

Each edge is walked from its lower to its upper end, so that two polygons which share an edge
get the same crossing to the last bit: neighbours neither overlap nor leave a gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exposure.discs import METRES_PER_DEGREE
from geo.exposure.spans import Frame, Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

GEOGRAPHIC = "EPSG:4326"
_SEGMENT_DEGREES = 0.01  # straight edges in degrees are curves in a projection: cut before warping


def polygon_spans(frame: Frame, geometry: BaseGeometry) -> Spans:
    """Return the spans of a polygon or multipolygon.

    Parameters
    ----------
    geometry
        Valid, EPSG:4326, edges straight in degrees; on a projected frame it is cut into short
        edges and transformed. Longitudes may run past 180; they wrap onto the grid.
    """
    if frame.crs != GEOGRAPHIC:
        return _edge_spans(frame, _ring_edges(project_geometry(geometry, frame.crs)))
    edges = _ring_edges(geometry)
    if not len(edges):
        return Spans.empty()
    spans = Spans.empty()
    east = frame.west + frame.cols * frame.cell_width
    low, high = edges[:, [0, 2]].min(), edges[:, [0, 2]].max()
    for turn in (-360.0, 0.0, 360.0):
        if low + turn < east and high + turn > frame.west:
            shifted = edges + np.array([turn, 0.0, turn, 0.0]) if turn else edges
            spans = spans.union(_edge_spans(frame, shifted))
    return spans


def project_geometry(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Return an EPSG:4326 geometry in another CRS, its edges cut to 0.01 degrees first."""
    import pyproj

    transformer = pyproj.Transformer.from_crs(GEOGRAPHIC, crs, always_xy=True)
    cut = shapely.segmentize(geometry, _SEGMENT_DEGREES)
    return shapely.transform(
        cut, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )


def metres_per_unit(crs: str) -> float:
    """Return the metres of a unit of a CRS: of a degree of latitude at the least, or as it says."""
    import pyproj

    axes = pyproj.CRS.from_user_input(crs)
    return METRES_PER_DEGREE if axes.is_geographic else axes.axis_info[0].unit_conversion_factor


def _ring_edges(geometry: BaseGeometry) -> NDArray[np.float64]:
    """Return all edges of all rings as rows x0, y0, x1, y1 with y0 <= y1, shape (n, 4)."""
    parts = shapely.get_parts(geometry)
    rings = shapely.get_rings(parts)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    if len(points) == 0:
        return np.empty((0, 4))
    same = ring_of[1:] == ring_of[:-1]
    edges = np.column_stack([points[:-1], points[1:]])[same]
    down = edges[:, 1] > edges[:, 3]
    edges[down] = edges[down][:, [2, 3, 0, 1]]
    sloping: NDArray[np.float64] = edges[edges[:, 1] < edges[:, 3]]
    return sloping


def _edge_spans(frame: Frame, edges: NDArray[np.float64]) -> Spans:
    """Pair the crossings of each scanline, left to right."""
    step = frame.cell_height / frame.scanlines
    # a scanline at y is crossed by an edge when y0 <= y < y1: vertices count once
    first = np.ceil((frame.north - edges[:, 3]) / step - 0.5).astype(np.int64) - 1
    last = np.floor((frame.north - edges[:, 1]) / step - 0.5).astype(np.int64) + 1
    first, last = np.clip(first, 0, frame.lines), np.clip(last, -1, frame.lines - 1)
    counts = np.maximum(0, last - first + 1)
    edge = np.repeat(np.arange(len(edges)), counts)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    line = first[edge] + offset
    y = frame.line_y(line)
    x0, y0, x1, y1 = edges[edge].T
    hit = (y0 <= y) & (y < y1)
    line, y, x0, y0, x1, y1 = (part[hit] for part in (line, y, x0, y0, x1, y1))
    x = x0 + (y - y0) * ((x1 - x0) / (y1 - y0))
    order = np.lexsort((x, line))
    position = (line * frame.stride + frame.to_steps(x))[order]
    start, end = position[0::2], position[1::2]
    return Spans.of(start[end > start], end[end > start])
