"""People in zones of a raster of any size, by the join or by the sweep: which one, by the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.combination import NO_UNIT, Counted
from geo.exposure.disc_set import Discs
from geo.exposure.each import count_each
from geo.exposure.join import join_zones
from geo.exposure.outlines import Outlines
from geo.exposure.polygons import GEOGRAPHIC
from geo.exposure.sweep import sweep_zones

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.exposure.combination import Combination
    from geo.exposure.spans import Frame
    from geo.people.tiles import PopulationFile

JOIN_ZONES = 20
JOIN_CELLS = 1_000_000
"""Up to so many zones that reach so many cells the join is as quick as loading the compiled sweep.

Both give the same sums to the last digit; the choice changes the time only.
"""


def count_zones(
    population: PopulationFile,
    frame: Frame,
    zones: Discs | Outlines,
    combination: Combination,
    *,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Counted:
    """Count the people in zones; parameters, result and errors are those of `sweep_zones`.

    Discs on a projected grid are counted as polygons (`Outlines.of_discs`).
    """
    if isinstance(zones, Discs) and frame.crs != GEOGRAPHIC:
        zones = Outlines.of_discs(frame, zones)
    if combination.mode == "each" and combination.units is None:
        few = _is_small(frame, zones)
        sums = count_each(population, frame, zones, join=few, workers=workers, progress=progress)
        return Counted(np.arange(len(zones)), np.full(len(zones), NO_UNIT), sums)
    if _is_small(frame, zones):
        return join_zones(population, frame, zones, combination)
    return sweep_zones(population, frame, zones, combination, workers=workers, progress=progress)


def _is_small(frame: Frame, zones: Discs | Outlines) -> bool:
    return len(zones) <= JOIN_ZONES and _guess_cells(frame, zones) <= JOIN_CELLS


def _guess_cells(frame: Frame, zones: Discs | Outlines) -> float:
    reach = zones.reach(frame)
    rows = (reach.last - reach.first) / frame.scanlines
    return float((rows * (reach.east - reach.west)).sum())
