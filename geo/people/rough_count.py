"""A rough count of the static people in a unit: good enough to see that a number is far off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.people.grid import PopulationGrid


def count_roughly(grid: PopulationGrid, shape: gpd.GeoSeries) -> float | None:
    """Return the people of the cells whose centres lie in a shape; None: the grid ends within it.

    Parameters
    ----------
    shape
        In a CRS of its own. In one that has no cell's centre the cells that it touches count.
    """
    from rasterio.features import geometry_mask
    from rasterio.transform import from_origin

    placed = shape.to_crs(grid.crs)
    west, south, east, north = placed.total_bounds
    bounds = grid.bounds
    inside = (
        west >= bounds.west - grid.cell_width
        and east <= bounds.east + grid.cell_width
        and south >= bounds.south - grid.cell_height
        and north <= bounds.north + grid.cell_height
    )
    if not inside:
        return None
    place = from_origin(grid.west, grid.north, grid.cell_width, grid.cell_height)
    for all_touched in (False, True):
        mask = geometry_mask(placed, grid.shape, place, all_touched=all_touched, invert=True)
        if mask.any():
            break
    return float(np.nansum(grid.people[mask]))
