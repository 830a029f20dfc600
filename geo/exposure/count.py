"""Count people: a population grid and spans go into the run database, pieces come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from geo.database.store import insert_frame, insert_records, read_statement
from geo.exposure.spans import Frame, Spans
from geo.exposure.sums import area_units
from geo.people.grid import cell_areas_km2

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    from numpy.typing import NDArray

    from geo.people.grid import PopulationGrid

PEOPLE_STEPS = 1 << 20
"""Fixed point: people are counted in 1/1048576 of a person."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Static people of a zone within one unit; `pcode` None: in no unit."""

    zone_id: str
    pcode: str | None
    people_sum: int
    static: float
    valid_km2: float
    nodata_km2: float


def build_frame(grid: PopulationGrid, scanlines: int) -> Frame:
    """Return the scanlines of a population grid."""
    rows, cols = grid.people.shape
    return Frame(
        grid.crs, grid.west, grid.north, grid.cell_width, grid.cell_height, rows, cols, scanlines
    )


def load_grid(
    con: duckdb.DuckDBPyConnection, grid: PopulationGrid, scanlines: int, role: str = "main"
) -> None:
    """Write a grid and its cells to `grids` and `cells`; cells without data have no people.

    `role`: `main`, or `other` for a source that is only compared.
    """
    rows, cols = grid.people.shape
    record = {
        "grid_id": grid.grid_id,
        "source_id": grid.source.source_id,
        "label": grid.label,
        "population_date": grid.population_date,
        "modelled": grid.modelled,
        "crs": grid.crs,
        "west": grid.west,
        "north": grid.north,
        "cell_width": grid.cell_width,
        "cell_height": grid.cell_height,
        "rows": rows,
        "cols": cols,
        "scanlines": scanlines,
        "role": role,
    }
    insert_records(con, "grids", [record])
    load_cells(con, grid.grid_id, grid.people, cell_areas_km2(grid))


def load_cells(
    con: duckdb.DuckDBPyConnection,
    grid_id: str,
    people: NDArray[np.float64],
    areas: NDArray[np.float64],
    corner: tuple[int, int] = (0, 0),
) -> None:
    """Write persons per cell (NaN: no data) and areas in square kilometres to `cells`.

    `corner`: the row and column of the first cell in the grid.
    """
    missing = np.isnan(people)
    people_fp = np.rint(np.where(missing, 0.0, people) * PEOPLE_STEPS).astype(np.int64)
    areas = np.ascontiguousarray(np.broadcast_to(areas, people.shape))
    area_fp = area_units(np.nan_to_num(areas))
    row, col = np.indices(people.shape, dtype=np.int32)
    row, col = row + np.int32(corner[0]), col + np.int32(corner[1])
    before = {
        "people_before": people_fp,
        "valid_before": np.where(missing, 0, area_fp),
        "nodata_before": np.where(missing, area_fp, 0),
    }
    insert_frame(
        con,
        "cells",
        pa.table(
            {
                "grid_id": pa.DictionaryArray.from_arrays(
                    np.zeros(people.size, dtype=np.int8), [grid_id]
                ).cast(pa.string()),
                "row": row.ravel(),
                "col": col.ravel(),
                "people_fp": pa.array(people_fp.ravel(), mask=missing.ravel()),
                "area_km2": areas.ravel(),
                "area_fp": area_fp.ravel(),
                **{
                    name: (np.cumsum(values, axis=1) - values).ravel()
                    for name, values in before.items()
                },
            }
        ),
    )


def load_spans(
    con: duckdb.DuckDBPyConnection,
    frame: Frame,
    grid_id: str,
    zones: Mapping[str, Spans],
    units: Mapping[str, Spans],
) -> None:
    """Write zones to `spans`, each cut along the units; what lies in no unit has no P-code.

    Parameters
    ----------
    zones
        Spans by zone id.
    units
        Spans by P-code, on the same frame; where two overlap, the first one has it.
    """
    names: list[tuple[str, str | None]] = []
    parts: list[Spans] = []
    for zone_id, spans in zones.items():
        rest = spans
        for pcode, unit in units.items():
            inside = rest.intersection(unit)
            if inside.steps:
                names.append((zone_id, pcode))
                parts.append(inside)
                rest = rest.difference(unit)
        if rest.steps:
            names.append((zone_id, None))
            parts.append(rest)
    if not parts:
        return
    sizes = [len(part.start) for part in parts]
    spans = Spans(
        np.concatenate([part.start for part in parts]), np.concatenate([part.end for part in parts])
    )
    which = pa.array(np.repeat(np.arange(len(parts)), sizes))
    zone_ids, pcodes = (pa.array(column, pa.string()) for column in zip(*names, strict=True))
    columns = spans.to_columns(frame)
    _insert(con, grid_id, columns | {"zone_id": zone_ids.take(which), "pcode": pcodes.take(which)})


def insert_spans(
    con: duckdb.DuckDBPyConnection, frame: Frame, grid_id: str, spans: NDArray[np.int64]
) -> None:
    """Write spans to `spans`: rows scanline, x0, x1, number (which becomes the zone's id)."""
    line, x0, x1, number = spans.T
    columns = {"row": line // frame.scanlines, "line": line % frame.scanlines, "x0": x0, "x1": x1}
    _insert(con, grid_id, columns | {"zone_id": pa.array(number).cast(pa.string())})


def _insert(con: duckdb.DuckDBPyConnection, grid_id: str, columns: dict[str, Any]) -> None:
    size = len(columns["x0"])
    grid = pa.array([grid_id]).take(pa.array(np.zeros(size, np.int64)))
    insert_frame(con, "spans", pa.table({"grid_id": grid, **columns}))


def count_people(con: duckdb.DuckDBPyConnection, grid_id: str, scanlines: int) -> list[Piece]:
    """Join spans with cells (`count_people.sql`), fill `pieces` and return them."""
    con.execute(
        read_statement("exposure", "count_people"), {"grid_id": grid_id, "scanlines": scanlines}
    )
    rows = con.execute(
        "SELECT zone_id, pcode, people_sum, static, valid_km2, nodata_km2 FROM pieces "
        "WHERE grid_id = ? ORDER BY zone_id, pcode NULLS LAST",
        [grid_id],
    ).fetchall()
    return [Piece(*row) for row in rows]
