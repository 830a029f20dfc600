"""People in zones, each by itself: within exact edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.exposure.borders import LINES
from geo.exposure.disc_set import Discs
from geo.exposure.join import join_borders
from geo.exposure.outlines import Outlines
from geo.exposure.sums import Sums
from geo.exposure.sweep import sweep_borders

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.exposure.spans import Frame
    from geo.people.tiles import PopulationFile


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
    workers
        Threads of the sweep, each with a tile of its own; None: one a processor.
    tile_shape
        Rows and columns of a tile of the sweep; None: what suits the file's blocks.
    progress
        Told the part of the sweep's tiles that is done.

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
    around = np.flatnonzero(polar)
    outlines = Outlines.of_polar(frame, zones.take(around))
    words[around] = count(population, frame, outlines, **options).words
    return Sums(words, LINES)
