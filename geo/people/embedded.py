"""The modelled surface that comes with civmap, as a population grid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo.people.gaza import (
    CELLS_PER_DEGREE,
    EAST,
    NORTH,
    SOUTH,
    SURFACE_DATE,
    SURFACE_FILE,
    SURFACE_SOURCE,
    WEST,
)
from geo.people.grid import WGS84, PopulationGrid
from geo.resources import find_resource
from geo.types import BBox

if TYPE_CHECKING:
    from pathlib import Path

LABEL = "modelled (Gaza Strip, PCBS mid-2023 projection)"

_EXTENT = BBox(
    WEST / CELLS_PER_DEGREE,
    SOUTH / CELLS_PER_DEGREE,
    EAST / CELLS_PER_DEGREE,
    NORTH / CELLS_PER_DEGREE,
)
_ROUND_DEGREES = 0.1
_TOLERANCE = 1e-6  # of a cell: an edge of the box that lies on an edge of cells takes no more


def is_embedded(bbox: BBox) -> bool:
    """Tell whether a box reaches at most a tenth of a degree beyond the embedded surface."""
    return _EXTENT.expand(_ROUND_DEGREES).union(bbox) == _EXTENT.expand(_ROUND_DEGREES)


def embedded_population(bbox: BBox) -> PopulationGrid | None:
    """Return the embedded surface within a box, None where it has nothing to say.

    Parameters
    ----------
    bbox
        EPSG:4326.

    Returns
    -------
        Whole cells that cover the box, as far as the surface reaches; None if the box meets no
        cell with data. NaN outside the Strip.

    Raises
    ------
    UnavailableError
        If the bundled file is missing.
    """
    if not bbox.intersects(_EXTENT):
        return None
    col0 = max(0, math.floor(bbox.west * CELLS_PER_DEGREE + _TOLERANCE) - WEST)
    col1 = min(EAST, math.ceil(bbox.east * CELLS_PER_DEGREE - _TOLERANCE)) - WEST
    row0 = max(0, NORTH - math.ceil(bbox.north * CELLS_PER_DEGREE - _TOLERANCE))
    row1 = NORTH - max(SOUTH, math.floor(bbox.south * CELLS_PER_DEGREE + _TOLERANCE))
    # a box without width or height is a position: its cell
    col1, row1 = max(col1, col0 + 1), max(row1, row0 + 1)
    people = _read_window(find_resource(SURFACE_FILE), row0, row1, col0, col1)
    if np.isnan(people).all():
        return None
    return PopulationGrid(
        grid_id=f"{SURFACE_SOURCE.source_id}:{row0},{col0}",
        label=LABEL,
        source=SURFACE_SOURCE,
        population_date=SURFACE_DATE,
        modelled="embedded",
        crs=WGS84,
        west=(WEST + col0) / CELLS_PER_DEGREE,
        north=(NORTH - row0) / CELLS_PER_DEGREE,
        cell_width=1 / CELLS_PER_DEGREE,
        cell_height=1 / CELLS_PER_DEGREE,
        people=people,
    )


def _read_window(path: Path, row0: int, row1: int, col0: int, col1: int) -> np.ndarray:
    import rasterio
    from rasterio.windows import Window

    with rasterio.open(path, driver="GTiff") as dataset:
        window = Window(col0, row0, col1 - col0, row1 - row0)
        people = dataset.read(1, window=window, masked=True)
    return np.asarray(people.astype(np.float64).filled(np.nan))
