"""Where a map opens, and where the globe is cut for it: boxes across the date line too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from shapely.affinity import translate

from geo.types import BBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

_NEAR_DATE_LINE_DEGREES = 10.0


def to_shape(box: BBox) -> BaseGeometry:
    """Return a box as a polygon; its longitudes may pass 180."""
    return shapely.box(box.west, box.south, box.east, box.north)


def find_extent(shapes: Sequence[BaseGeometry]) -> BBox | None:
    """Return the smallest box round shapes, EPSG:4326; None where there is no shape.

    The widest arc of meridians without a shape is left out, so that a zone on both sides of the
    date line has a narrow box, with an east past 180.
    """
    parts = [part for part in shapely.get_parts(list(shapes)) if not part.is_empty]
    if not parts:
        return None
    bounds = shapely.bounds(parts)
    west, east = _find_arc(sorted((row[0], row[2]) for row in bounds.tolist()))
    turn = 360.0 if west < -180 else 0.0
    return BBox(west + turn, float(bounds[:, 1].min()), east + turn, float(bounds[:, 3].max()))


def _find_arc(spans: list[tuple[float, float]]) -> tuple[float, float]:
    first = spans[0][0]
    widest, west, end = first + 360.0 - max(span[1] for span in spans), first, spans[0][1]
    for start, stop in spans[1:]:
        if start - end > widest:
            widest, west = start - end, start
        end = max(end, stop)
    if widest <= 0:
        return first, max(span[1] for span in spans)
    return west, max(stop + (360.0 if start < west else 0.0) for start, stop in spans)


def find_seam(area: BBox | None) -> float | None:
    """Return the meridian at which a page cuts the globe for an area; None: the date line.

    It lies across the globe from an area that the date line crosses or comes near to.
    """
    if area is None:
        return None
    near = area.expand(_NEAR_DATE_LINE_DEGREES)
    if near.west >= -180 and near.east <= 180:
        return None
    return (area.west + area.east) / 2 % 360 - 180


def turn_lon(lon: float, seam: float | None) -> float:
    """Return a longitude on the turn of the globe that begins at a seam."""
    return lon + 360.0 if seam is not None and lon < seam else lon


def turn_box(box: BBox, seam: float | None) -> BBox:
    """Return a box on the turn of the globe that begins at a seam."""
    turn = turn_lon(box.west, seam) - box.west
    return BBox(box.west + turn, box.south, box.east + turn, box.north)


def turn_geometry(geometry: BaseGeometry, seam: float | None) -> BaseGeometry:
    """Return a geometry, -180..180, on the turn of the globe that begins at a seam; cut there."""
    if seam is None or geometry.is_empty or geometry.bounds[0] >= seam:
        return geometry
    if geometry.bounds[2] <= seam:
        return translate(geometry, 360.0)
    east = shapely.clip_by_rect(geometry, seam, -90, 180, 90)
    west = shapely.clip_by_rect(geometry, -180, -90, seam, 90)
    return shapely.union(east, translate(west, 360.0))
