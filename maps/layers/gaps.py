"""Gaps in the data: parts of the zones for which the population source says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import box, shape

from geo.exposure.zones import wrap_geometry
from maps.layers.drawing import LayerDrawing, LegendEntry, Popup, Shapes, ShapeSet
from maps.layers.picture import find_cell_centres, find_transform, is_degrees
from maps.style import GAP, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from maps.run import Record, RunData, Surface
    from maps.wording import Wording

KEY = "gaps"
_STYLE = Style(stroke=GAP, weight=0.6, pattern="hatch-gap", fill_opacity=0.45)
_BOX_STEPS = 32
_METRES_PER_DEGREE = 111_320.0


def draw(run: RunData, words: Wording) -> LayerDrawing | None:
    """Draw the parts of the zones without population data; None where there are none."""
    _ = words.translate
    title = _("No population data")
    popup = Popup(title, notes=[_("People here are not counted. This does not mean nobody.")])
    shapes = ShapeSet({"gap": _STYLE})
    for surface in run.surfaces:
        zones = [
            zone["geometry"]
            for zone in _leave_inner_unions(run.zones)
            if zone["grid_id"] == surface.grid["grid_id"]
            and (zone["coverage_fraction"] or 0) - (zone["nodata_fraction"] or 0) < 1
        ]
        gap = _find_gap(surface, shapely.union_all(zones)) if zones else None
        if gap is not None and not gap.is_empty:
            shapes.add(gap, "gap", popup=popup)
    if not shapes.features:
        return None
    return LayerDrawing(KEY, title, "people", Shapes(KEY, shapes), [LegendEntry(title, _STYLE)])


def _leave_inner_unions(zones: Sequence[Record]) -> list[Record]:
    """Return zones without the unions of a smaller radius: they lie within the widest one."""
    unions = [zone for zone in zones if zone["kind"] == "union"]
    widest = max(unions, key=lambda zone: zone["radius_km"], default=None)
    return [zone for zone in zones if zone["kind"] != "union" or zone is widest]


def _find_gap(surface: Surface, zones: BaseGeometry) -> BaseGeometry:
    """Return the part of the zones outside the grid, or in cells without data.

    Its longitudes are within -180..180, where those of a grid may run past the date line.
    """
    zones = _turn_to_grid(zones, surface)
    return wrap_geometry(_find_gap_on_grid(surface, zones))


def _turn_to_grid(zones: BaseGeometry, surface: Surface) -> BaseGeometry:
    """Return zones with each part on the turn round the globe that is nearest to the grid."""
    grid = surface.grid
    if not is_degrees(grid["crs"]):
        return zones
    middle = grid["west"] + grid["cols"] * grid["cell_width"] / 2
    parts = [
        translate(part, 360.0 * round((middle - part.centroid.x) / 360.0))
        for part in shapely.get_parts(zones)
    ]
    return shapely.union_all(parts)


def _find_gap_on_grid(surface: Surface, zones: BaseGeometry) -> BaseGeometry:
    outside = shapely.difference(zones, _find_outline(surface))
    lon, lat = find_cell_centres(surface)
    empty = np.isnan(surface.people) & ~np.isnan(surface.area_km2)
    west, south, east, north = zones.bounds
    across, down = _find_step(surface, lon), _find_step(surface, lat)
    near = (
        (west - across < lon) & (lon < east + across) & (south - down < lat) & (lat < north + down)
    )
    cells = _trace_cells(surface, empty & near)
    return _keep_areas(shapely.union(outside, shapely.intersection(cells, zones)))


def _find_step(surface: Surface, degrees: npt.NDArray[np.float64]) -> float:
    """Return the most that two neighbouring cells' centres are apart, degrees; a cell at the least.

    In a projected grid rows and columns are turned against the degrees.
    """
    least = max(surface.cell_width, surface.cell_height)
    if not is_degrees(surface.grid["crs"]):
        least /= _METRES_PER_DEGREE
    steps = (np.abs(np.diff(degrees, axis=axis)).max(initial=least) for axis in (0, 1))
    return float(max(steps))


def _trace_cells(surface: Surface, mask: npt.NDArray[np.bool_]) -> BaseGeometry:
    """Return the outline of the cells of a mask, EPSG:4326."""
    from rasterio.features import shapes

    outlines = shapes(mask.astype(np.uint8), mask=mask, transform=find_transform(surface))
    joined = shapely.union_all([shape(outline) for outline, _value in outlines])
    # half a cell is the most that an edge can be sure of; it also keeps the page small
    outline = shapely.simplify(joined, surface.cell_width / 2)
    if is_degrees(surface.grid["crs"]) or outline.is_empty:
        return outline
    from rasterio.warp import transform_geom

    warped = shape(transform_geom(surface.grid["crs"], "EPSG:4326", outline.__geo_interface__))
    return shapely.make_valid(warped)


def _find_outline(surface: Surface) -> BaseGeometry:
    """Return the outline of the whole grid, EPSG:4326."""
    grid = surface.grid
    east = grid["west"] + grid["cols"] * grid["cell_width"]
    south = grid["north"] - grid["rows"] * grid["cell_height"]
    outline = box(grid["west"], south, east, grid["north"])
    if is_degrees(grid["crs"]):
        return outline
    from rasterio.warp import transform_geom

    dense = shapely.segmentize(outline, (east - grid["west"]) / _BOX_STEPS)
    warped: BaseGeometry = shape(transform_geom(grid["crs"], "EPSG:4326", dense.__geo_interface__))
    return warped


def _keep_areas(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    areas: BaseGeometry = shapely.multipolygons(parts)
    return areas
