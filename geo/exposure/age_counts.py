"""People by age in each zone, from rasters: the zone's part of every cell, times what it holds.

A zone's spans give what part of each cell lies in it; rasters on one grid share these parts.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import UsageError
from geo.exposure.cut import cut_zone
from geo.exposure.spans import X_STEPS, Frame, choose_scanlines
from geo.people.grid import areas_between_km2, is_geographic
from geo.people.raster import read_box
from geo.people.tiles import PopulationFile
from geo.people.windows import OutOfReachError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.exposure.spans import Spans
    from geo.exposure.zones import Zone
    from geo.people.age_bands import Band
    from geo.people.age_rasters import AgeRaster
    from geo.people.tiles import PopulationTiles

LEAST_COVERED = 0.9
"""What part of a zone's area a raster must reach for its shares to be the zone's."""

_ACROSS = 256
_DEGREE_KM = 111.0
_METRE_KM = 0.001


@dataclass(frozen=True, slots=True)
class AgeCount:
    """Persons of each band in a zone; `covered` is the least part of its area that any reaches."""

    people: dict[Band, float]
    covered: float

    @property
    def is_whole(self) -> bool:
        """Whether the rasters reach far enough over the zone to speak for it."""
        return self.covered >= LEAST_COVERED


def count_ages(
    rasters: Sequence[AgeRaster], zones: Sequence[Zone], *, limit_cells: int
) -> dict[str, AgeCount]:
    """Count people by age in zones.

    Parameters
    ----------
    rasters
        GeoTIFFs of persons a cell, unless their tags say density. Cells without data hold nobody.
    limit_cells
        Most cells of one raster that are loaded for a zone.

    Returns
    -------
        By zone id. A raster that does not reach a zone has nobody there, and covers nothing.

    Raises
    ------
    UnavailableError, RasterError
        As `geo.people.raster.read_population`.
    """
    counts = {}
    with ExitStack() as stack:
        opened = [(raster.band, _open(stack, raster)) for raster in rasters]
        for zone in zones:
            parts: dict[Frame, tuple[NDArray[np.float64], float]] = {}
            people, covered = {}, 1.0
            for band, raster in opened:
                try:
                    cells, first = read_box(raster, zone.bbox, limit_cells=limit_cells)
                except OutOfReachError:
                    people[band], covered = 0.0, 0.0
                    continue
                frame = _make_frame(raster, first.west, first.row0, cells.shape, zone)
                if frame not in parts:
                    parts[frame] = _cut(frame, zone)
                weights, reached = parts[frame]
                people[band] = float(np.nansum(weights * cells))
                covered = min(covered, reached)
            counts[zone.zone_id] = AgeCount(people, covered)
    return counts


def cell_parts(frame: Frame, spans: Spans) -> NDArray[np.float64]:
    """Return what part of each cell of a frame spans cover, shape (rows, cols), 0 to 1."""
    columns = spans.to_columns(frame)
    change = np.zeros((frame.rows, frame.cols + 2))
    for x, side in ((columns["x0"], 1.0), (columns["x1"], -1.0)):
        col, step = x // X_STEPS, (x % X_STEPS) / X_STEPS
        # all that lies east of x: of its own cell the rest, of the others the whole
        np.add.at(change, (columns["row"], col), side * (1 - step))
        np.add.at(change, (columns["row"], col + 1), side * step)
    parts: NDArray[np.float64] = np.cumsum(change, axis=1)[:, : frame.cols] / frame.scanlines
    return parts


def _open(stack: ExitStack, raster: AgeRaster) -> PopulationTiles:
    """Open a raster; one that doesn't say what it holds has persons a cell."""
    try:
        return stack.enter_context(PopulationFile(raster.path).open())
    except UsageError:
        return stack.enter_context(PopulationFile(raster.path, unit="count").open())


def _make_frame(
    raster: PopulationTiles, west: float, row0: int, shape: tuple[int, ...], zone: Zone
) -> Frame:
    layout = raster.layout
    _, south, _, north = zone.geometry.bounds
    unit_km = _DEGREE_KM if is_geographic(layout.crs) else _METRE_KM
    scanlines = choose_scanlines(
        (north - south) * _DEGREE_KM, layout.cell_height * unit_km, _ACROSS
    )
    return Frame(
        layout.crs,
        west,
        layout.north - row0 * layout.cell_height,
        layout.cell_width,
        layout.cell_height,
        shape[0],
        shape[1],
        scanlines,
    )


def _cut(frame: Frame, zone: Zone) -> tuple[NDArray[np.float64], float]:
    """Return the zone's part of each cell, and what part of the zone the cells reach."""
    weights = cell_parts(frame, cut_zone(frame, zone))
    x = frame.west + np.arange(frame.cols + 1, dtype=np.float64) * frame.cell_width
    y = frame.north - np.arange(frame.rows + 1, dtype=np.float64) * frame.cell_height
    areas = areas_between_km2(frame.crs, x, y)
    return weights, float(np.nansum(weights * areas)) / zone.area_km2
