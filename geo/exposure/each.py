"""People in zones, each by itself: within exact edges, or near a pole along many scanlines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.exposure.borders import LINES
from geo.exposure.combination import Combination
from geo.exposure.disc_set import Discs
from geo.exposure.discs import METRES_PER_DEGREE
from geo.exposure.join import join_borders, join_zones
from geo.exposure.outlines import Outlines
from geo.exposure.spans import choose_fine_scanlines
from geo.exposure.sums import Sums
from geo.exposure.sweep import sweep_borders, sweep_zones

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.exposure.spans import Frame
    from geo.people.tiles import PopulationFile

_POLAR_ACROSS = 4096  # there, a parallel may be an edge


def count_each(
    population: PopulationFile,
    frame: Frame,
    zones: Discs | Outlines,
    *,
    join: bool,
    workers: int | None = None,
    tile_shape: tuple[int, int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Sums:
    """Count the people in zones, each by itself.

    Parameters
    ----------
    population
        What is counted.
    frame
        The raster's grid; its scanlines mean nothing here.
    zones
        Polygons; or discs, on a geographic grid.
    join
        By the join; else by the sweep. The sums are the same.
    workers, tile_shape, progress
        For the sweep: threads, None: one a processor; rows and columns of a tile, None: what
        suits the file's blocks; told the part of the tiles that is done.

    Raises
    ------
    RasterError
        If the raster holds values that can't be people where a zone reaches.
    """
    options: dict[str, Any] = {}
    if not join:
        options = {"workers": workers, "tile_shape": tile_shape, "progress": progress}
    count: Any = join_borders if join else sweep_borders
    polar = zones.near_poles() if isinstance(zones, Discs) else np.zeros(len(zones), dtype=bool)
    if isinstance(zones, Outlines) or not polar.any():
        whole: Sums = count(population, frame, zones, **options)
        return whole
    words = np.zeros((len(zones), 4, 2), dtype=np.int64)
    plain = np.flatnonzero(~polar)
    words[plain] = count(population, frame, zones.take(plain), **options).words
    lines = np.zeros(len(zones), dtype=np.int64)
    lines[polar] = _choose_lines(frame, zones.radius_km[polar])
    cut: Any = join_zones if join else sweep_zones
    for scanlines in np.unique(lines[polar]).tolist():
        which = np.flatnonzero(lines == scanlines)
        alone = Combination("each", np.zeros(len(which), dtype=np.int64))
        finer = replace(frame, scanlines=scanlines)
        found = cut(population, finer, zones.take(which), alone, **options)
        words[which] = found.sums.rescale(LINES).words
    return Sums(words, LINES)


def _choose_lines(frame: Frame, radius_km: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return K for each disc, so that enough scanlines cross it."""
    heights = 2000.0 * radius_km / METRES_PER_DEGREE
    height = frame.cell_height
    return np.array([choose_fine_scanlines(each, height, _POLAR_ACROSS) for each in heights])
