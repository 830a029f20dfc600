"""Grid cells as they may be told: a model's shares of the figures that are told of each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.database.store import insert_frame
from maps.publish.guard.figures import is_small, round_people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from maps.publish.guard.places import Unit
    from maps.run import Record

_FIXED_POINT = 1 << 20
_WHOLE = 0.05  # cells with a unit's people but for this part are all of its cells
_CELLS = "SELECT * FROM cells WHERE grid_id = ? ORDER BY row, col"


def write_cells(
    source: duckdb.DuckDBPyConnection,
    target: duckdb.DuckDBPyConnection,
    units: Sequence[Unit],
    counted: Mapping[str, tuple[float, float | None]],
    areas: Sequence[BaseGeometry],
) -> None:
    """Write the cells of the main grids, scaled in each unit to the static people told of it.

    A cell counts for the unit that holds its centre. The cells of a unit whose people are withheld
    have no data. Cells in no unit are scaled to their own sum, rounded, or have no data. Running
    totals are not kept: they would tell of cells that are not there. Of units that the run holds
    in part, and of what is in none, only the cells in a zone are kept: where the run's cells end
    tells where its events are.

    Parameters
    ----------
    counted
        Static people of units: as counted, and as told (None: withheld).
    areas
        Outlines of the zones that are told, EPSG:4326.
    """
    zones = shapely.union_all(list(areas))
    grids = source.execute(
        "SELECT grid_id, crs, west, north, cell_width, cell_height FROM grids "
        "WHERE role = 'main' ORDER BY grid_id"
    ).fetchall()
    for grid_id, crs, west, north, width, height in grids:
        cells = source.execute(_CELLS, [grid_id]).df()
        if cells.empty:
            continue
        x = west + (cells["col"].to_numpy() + 0.5) * width
        y = north - (cells["row"].to_numpy() + 0.5) * height
        people = cells["people_fp"].to_numpy(dtype=np.float64, na_value=np.nan) / _FIXED_POINT
        lon, lat = _to_degrees(crs, x, y)
        told, kept = _scale(people, lon, lat, units, counted, zones)
        fixed = pd.array(np.rint(np.nan_to_num(told) * _FIXED_POINT).astype(np.int64), "Int64")
        fixed[np.isnan(told)] = pd.NA
        cells["people_fp"] = fixed
        cells[["people_before", "valid_before", "nodata_before"]] = 0
        if kept.any():
            insert_frame(target, "cells", cells[kept])


def _scale(
    people: NDArray[np.float64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    units: Sequence[Unit],
    counted: Mapping[str, tuple[float, float | None]],
    zones: BaseGeometry,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return people by cell as they are told, NaN where there are no data, and which cells stay."""
    told = np.full_like(people, np.nan)
    free = np.ones(len(people), dtype=bool)
    shapely.prepare(zones)
    kept: NDArray[np.bool_] = shapely.contains_xy(zones, lon, lat)
    for unit in units:
        if unit.pcode not in counted:
            continue
        shapely.prepare(unit.geometry)
        inside = free & shapely.contains_xy(unit.geometry, lon, lat)
        free &= ~inside
        true, figure = counted[unit.pcode]
        held = float(np.nansum(people[inside]))
        is_whole = abs(held - true) <= _WHOLE * true
        if is_whole:
            kept |= inside
        if figure is not None:
            whole = held if is_whole else true
            told[inside] = people[inside] * (figure / whole if whole else 0.0)
    free &= kept
    rest = float(np.nansum(people[free]))
    if not is_small(rest):
        told[free] = people[free] * (round_people(rest) / rest if rest else 0.0)
    return told, kept


def _to_degrees(
    crs: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from pyproj import CRS, Transformer

    if CRS(crs).is_geographic:
        return (x + 180.0) % 360.0 - 180.0, y
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def spread_unit(unit: Record, best: int, static: int) -> Record:
    """Return how the people told of a unit lie in its cells: scaled, and evenly over its land.

    As without known sites: who stays at one is scaled like a resident.
    """
    on_land = 0.0
    if unit["on_land"] and unit["best"]:
        on_land = min(float(best), float(round_people(unit["on_land"] * best / unit["best"])))
    if static == 0:
        return {"factor": 1.0, "on_land": float(best)}
    return {"factor": (best - on_land) / static, "on_land": on_land}
