"""The join: people in a few zones, by the SQL that defines the number (`count_people.sql`)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geo.database.store import create_run, insert_frame
from geo.exposure.borders import LINES, POINT_ROWS, shape_disc, trace_disc, trace_outline
from geo.exposure.count import count_people, insert_spans, load_cells
from geo.exposure.outlines import Outlines
from geo.exposure.plan import plan_tiles
from geo.exposure.spans import X_STEPS, Frame
from geo.exposure.sums import Sums, area_units

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb
    from numpy.typing import NDArray

    from geo.exposure.combination import Combination, Counted
    from geo.exposure.disc_set import Discs
    from geo.exposure.plan import Tile
    from geo.people.tiles import PopulationFile, PopulationTiles

    _Window = tuple[int, int, int, int]
    _Tracer = Callable[[int, int, _Window], NDArray[np.int64]]

_GRID = "raster"
_ANYWHERE = (-(1 << 30), 1 << 30)  # columns
_BORDERS = """
DROP VIEW borders;
CREATE TABLE borders (
    grid_id VARCHAR, zone_id VARCHAR, pcode VARCHAR,
    row BIGINT, col BIGINT, lines BIGINT, part BIGINT
)
"""
_SUMS = """
SELECT CAST(zone_id AS BIGINT), people_sum, valid_sum + nodata_sum, nodata_sum, 0 FROM pieces
"""


def join_borders(population: PopulationFile, frame: Frame, zones: Discs | Outlines) -> Sums:
    """Count the people in zones, within exact edges, as `sweep_borders` does."""
    trace, reach = _make_tracer(frame, zones), zones.reach(frame)
    with (
        population.open() as raster,
        tempfile.TemporaryDirectory() as folder,
        create_run(Path(folder) / "join") as con,
    ):
        con.execute(_BORDERS)
        parts = []
        for tile in plan_tiles(frame, reach, raster.small_tile_shape):
            _load_tile(con, raster, tile)
            window = (tile.row0, tile.row1, tile.col0, tile.col1)
            for number in tile.zones.tolist():
                for turn in reach.turns:
                    found = trace(number, turn, window)
                    # what lies further east takes in the last cell whole
                    east = found[:, 1] == tile.col1
                    found[:, 1] -= east
                    found[:, 3] += east * found[:, 2] * LINES
                    parts.append(np.insert(found, 0, number, axis=1))
        if parts:
            _insert_borders(con, np.concatenate(parts))
        words = _count(con, LINES, len(zones)).words
        beyond = reach.crosses(frame, wraps=raster.layout.wraps) & (reach.first < reach.last)
        for number in np.flatnonzero(beyond).tolist():
            rows = (
                int(reach.first[number]) // frame.scanlines,
                -(-int(reach.last[number]) // frame.scanlines),
            )
            words[number, 3] = _measure(raster, trace(number, 0, (*rows, *_ANYWHERE)))
    inside = ~beyond
    words[inside, 3] = words[inside, 1]
    return Sums(words, LINES)


def join_zones(
    population: PopulationFile,
    frame: Frame,
    zones: Discs | Outlines,
    combination: Combination,
) -> Counted:
    """Count the people in zones of any kind, combined and cut along units, as `sweep_zones` does.

    Parameters, result and errors are those of `sweep_zones`.
    """
    from geo.exposure.overlay import Overlay

    overlay = Overlay(frame, zones, combination)
    with (
        population.open() as raster,
        tempfile.TemporaryDirectory() as folder,
        create_run(Path(folder) / "join") as con,
    ):
        for tile in plan_tiles(frame, overlay.reach, raster.small_tile_shape):
            _load_tile(con, raster, tile)
            low, high = tile.col0 * X_STEPS, tile.col1 * X_STEPS
            for _, spans in overlay.cut(tile.zones, tile.first, tile.last, low, high):
                insert_spans(con, frame, _GRID, spans)
        words = _count(con, frame.scanlines, len(overlay.slots)).words
        overlay.measure(raster, words)
    return overlay.gather(Sums.of(words, frame.scanlines))


def _load_tile(con: duckdb.DuckDBPyConnection, raster: PopulationTiles, tile: Tile) -> None:
    people = raster.read_people(tile.row0, tile.row1, tile.col0, tile.col1)
    areas = raster.cell_areas_km2(tile.row0, tile.row1)[:, None]
    load_cells(con, _GRID, people, areas, (tile.row0, tile.col0))


def _count(con: duckdb.DuckDBPyConnection, scanlines: int, slots: int) -> Sums:
    """Run the join and return the sums of all slots, those without cells too."""
    count_people(con, _GRID, scanlines)
    rows = con.execute(_SUMS).fetchall()
    words = np.zeros((slots, 4, 2), dtype=np.int64)
    if rows:
        numbers = np.array([row[0] for row in rows])
        words[numbers] = Sums.of_integers([row[1:] for row in rows], scanlines).words
    return Sums(words, scanlines)


def _make_tracer(frame: Frame, zones: Discs | Outlines) -> _Tracer:
    """Return a function that lists the borders of a zone, in a turn, within a window."""
    grid = (frame.west, frame.north, frame.cell_width, frame.cell_height)
    if isinstance(zones, Outlines):
        edges, sides, starts = zones.edges.tolist(), zones.sides.tolist(), zones.starts.tolist()

        def trace_polygon(number: int, turn: int, window: _Window) -> NDArray[np.int64]:
            begin, end, shift = starts[number], starts[number + 1], turn * zones.turn
            found, used = trace_outline(edges, sides, begin, end, shift, grid, window, _make_room())
            borders: NDArray[np.int64] = found[:used]
            return borders

        return trace_polygon
    columns = 360.0 / frame.cell_width
    discs = zones.on_frame(frame).tolist()

    def trace(number: int, turn: int, window: _Window) -> NDArray[np.int64]:
        coefficients = [0.0] * 24
        shape = shape_disc(discs[number], grid, coefficients)
        points = np.empty((POINT_ROWS, 1024))
        found, _, used = trace_disc(
            shape, coefficients, turn * columns, window, _make_room(), points
        )
        borders: NDArray[np.int64] = found[:used]
        return borders

    return trace


def _make_room() -> NDArray[np.int64]:
    return np.empty((256, 4), dtype=np.int64)


def _insert_borders(con: duckdb.DuckDBPyConnection, borders: NDArray[np.int64]) -> None:
    """Write borders to `borders`: rows zone, row, column, lines, part."""
    zone, row, col, lines, part = borders.T
    grid = pa.array([_GRID]).take(pa.array(np.zeros(len(borders), dtype=np.int64)))
    columns = {"row": row, "col": col, "lines": lines, "part": part}
    zones = pa.array(zone).cast(pa.string())
    insert_frame(con, "borders", pa.table({"grid_id": grid, "zone_id": zones, **columns}))


def _measure(raster: PopulationTiles, borders: NDArray[np.int64]) -> tuple[int, int]:
    """Return the two words of the whole area that borders enclose."""
    if not len(borders):
        return 0, 0
    row, col, lines, part = borders.T
    areas = area_units(raster.cell_areas_km2(int(row.min()), int(row.max()) + 1))[row - row.min()]
    steps = (col - col[0]) * LINES * lines + part
    total = sum(step * area for step, area in zip(steps.tolist(), areas.tolist(), strict=True))
    return total >> 22, total & 0x3FFFFF
