"""Land: the ground of the map, coarse for the world and finer round the place of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.exposure.zones import wrap_geometry
from geo.types import BBox
from maps.extent import to_shape
from maps.layers.countries import (
    NEAR_RESOLUTION,
    UNIT_REACH_DEGREES,
    WORLD_RESOLUTION,
    Countries,
    load_countries,
)
from maps.layers.drawing import LayerDrawing, Shapes, ShapeSet
from maps.style import LAND, Style

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from maps.run import RunData
    from maps.wording import Wording

KEY = "land"
# A hairline of the same colour closes the seam between the coarse and the fine part.
_STYLE = Style(stroke=LAND, weight=0.7, fill=LAND, fill_opacity=1.0)
_NEAR_MARGIN_DEGREES = 3.0
_MAX_SPAN_DEGREES = 12.0  # on a map of half a continent the detail would not be seen
_SEAM_DEGREES = 0.015  # between coarse land and a unit is closed, so that no gap is left
_COVERED = 0.5  # of a piece of land that the units are the better outline of
_WORLD_DECIMALS = 2
_NEAR_DECIMALS = 4


def draw(run: RunData, words: Wording) -> LayerDrawing:
    """Draw the world's land, 1:110m, and 1:50m near the focus."""
    return draw_ground(run, words, find_window(run))


def draw_ground(run: RunData, words: Wording, window: BaseGeometry | None) -> LayerDrawing:
    """Draw the world's land, 1:110m, and 1:50m inside a window (EPSG:4326), if there is one."""
    shapes = ShapeSet({"land": _STYLE}, decimals=_WORLD_DECIMALS)
    coarse = shapely.union_all(load_countries(WORLD_RESOLUTION).shapes)
    if window is None:
        shapes.add(coarse, "land")
    else:
        shapes.add(shapely.difference(coarse, window), "land")
        near = ShapeSet(shapes.styles, decimals=_NEAR_DECIMALS)
        near.add(_find_near_land(run, window), "land")
        shapes.features += near.features
    return LayerDrawing(
        KEY, words.translate("Land"), "places", Shapes(KEY, shapes), switchable=False
    )


def find_window(run: RunData) -> BaseGeometry | None:
    """Return the box in which land and borders are drawn in detail.

    It holds all zones, or if they lie too far apart what the map opens on. None where the map opens
    on the world, or on so wide an area that detail would not be seen.
    """
    for area in (run.bound_zones(), run.focus()):
        if area is None:
            continue
        if max(area.east - area.west, area.north - area.south) <= _MAX_SPAN_DEGREES:
            return wrap_geometry(to_shape(area.expand(_NEAR_MARGIN_DEGREES)))
    return None


def join_units(run: RunData) -> BaseGeometry:
    """Return the area of all units of the run, EPSG:4326; empty where it has none."""
    return shapely.union_all([unit["geometry"] for unit in run.units])


def load_near(window: BaseGeometry) -> Countries:
    """Return the countries in detail that come near a window."""
    return load_countries(NEAR_RESOLUTION, BBox(*window.bounds))


def _find_near_land(run: RunData, window: BaseGeometry) -> BaseGeometry:
    """Return the land in the window; where the units cover a coast, the coast is theirs."""
    parts = shapely.get_parts(shapely.intersection(load_near(window).shapes, window))
    units = join_units(run)
    if units.is_empty:
        return shapely.union_all(parts)
    covered = shapely.area(shapely.intersection(parts, units)) > _COVERED * shapely.area(parts)
    others = shapely.union_all(parts[~covered])
    shore = shapely.intersection(
        shapely.buffer(units, UNIT_REACH_DEGREES),
        shapely.buffer(shapely.difference(window, shapely.union_all(parts)), UNIT_REACH_DEGREES),
    )
    coarse = shapely.union_all(parts[covered])
    closed = shapely.union(others, units).buffer(_SEAM_DEGREES).buffer(-_SEAM_DEGREES)
    kept = shapely.union(shapely.difference(coarse, shore), shapely.intersection(coarse, closed))
    return shapely.union_all([others, units, kept])
