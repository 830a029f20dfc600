"""People per cell on the day: the run's cells scaled so that each unit's total is met.

The rule is that of the figures (`geo/exposure/tally.py`): static people times the unit's factor,
and the cell's part of those who stay on the unit's land. A cell that lies in several units has
each unit's part by its own rule; what lies in no unit, or in one whose people on the day are not
known, stays as the population source has it. Totals are met by construction: a unit's cells are
scaled to the people that the run has for it. People at known sites are spread over their unit's
land, for where people seek shelter is in no run database.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.polygons import polygon_spans
from geo.exposure.spans import X_STEPS, Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.exposure.spans import Spans
    from maps.run import Record, RunData, Surface

_COARSE_LINES = 16  # scanlines a row where the run's own grid is for drawing only
_WHOLE = 0.99  # part of a unit's area that the cells hold, from which on they hold it whole


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class DatedSurface:
    """A grid of a run on the run's day.

    Attributes
    ----------
    surface
        `people`: persons on the day, array (rows, cols), NaN without data.
    pcodes
        Units whose people on the day the cells add up to.
    """

    surface: Surface
    pcodes: tuple[str, ...]


def date_surfaces(run: RunData) -> list[DatedSurface]:
    """Return the run's main grids with people on the day; that of the headline's zone first."""
    headline = run.headline_zone or {}
    surfaces = sorted(
        run.surfaces, key=lambda surface: surface.grid["grid_id"] != headline.get("grid_id")
    )
    return [date_surface(surface, run.units) for surface in surfaces]


def date_surface(surface: Surface, units: list[Record]) -> DatedSurface:
    """Return a grid with people on the day; units as of `maps.run.RunData`."""
    frame = _build_frame(surface)
    static = surface.people
    people = static.copy()
    free = np.ones(static.shape)  # part of each cell that no unit has yet
    pcodes = []
    for unit in units:
        spans = polygon_spans(frame, unit["geometry"])
        if not spans.steps:
            continue
        rows, part = _cover(spans, frame)
        part = np.minimum(part, free[rows])
        free[rows] -= part
        if unit["best"] is None or not _is_whole(part * surface.area_km2[rows], unit):
            continue
        residents = np.nan_to_num(static[rows] * part)
        land = np.where(np.isnan(static[rows]), 0.0, surface.area_km2[rows]) * part
        people[rows] += _place_people(unit, residents, land) - residents
        pcodes.append(unit["pcode"])
    return DatedSurface(dataclasses.replace(surface, people=people), tuple(pcodes))


def _build_frame(surface: Surface) -> Frame:
    rows, cols = surface.people.shape
    lines = surface.grid["scanlines"]
    return Frame(
        surface.grid["crs"],
        surface.west,
        surface.north,
        surface.cell_width,
        surface.cell_height,
        rows,
        cols,
        lines if lines > 1 else _COARSE_LINES,
    )


def _cover(spans: Spans, frame: Frame) -> tuple[slice, NDArray[np.float64]]:
    """Return the rows that spans lie in, and the part of each of their cells that they cover."""
    columns = spans.to_columns(frame)
    first = int(columns["row"].min())
    rows = slice(first, int(columns["row"].max()) + 1)
    shape = (rows.stop - first, frame.cols + 1)
    own, after = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for x, sign in ((columns["x0"], 1), (columns["x1"], -1)):
        col, part = np.divmod(x, X_STEPS)
        np.add.at(own, (columns["row"] - first, col), sign * (X_STEPS - part))
        np.add.at(after, (columns["row"] - first, np.minimum(col + 1, frame.cols)), sign * X_STEPS)
    steps = (own + np.cumsum(after, axis=1))[:, : frame.cols]
    return rows, steps / (X_STEPS * frame.scanlines)


def _is_whole(area_km2: NDArray[np.float64], unit: Record) -> bool:
    return bool(np.nansum(area_km2) >= _WHOLE * unit["area_km2"])


def _place_people(
    unit: Record, residents: NDArray[np.float64], land_km2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a unit's people on the day in each cell, from its static people and its land."""
    best, settled = unit["best"], min(unit["best"], unit["static"] * unit["factor"])
    total, land = residents.sum(), land_km2.sum()
    placed = np.zeros_like(residents)
    if total > 0:
        placed += residents * ((settled if land > 0 else best) / total)
    if land > 0:
        placed += land_km2 * ((best - (settled if total > 0 else 0.0)) / land)
    return placed
