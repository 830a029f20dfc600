"""The join: people in a few zones, by the SQL that defines the number (`count_people.sql`)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.database.store import create_run
from geo.exposure.chords import chord_ratio, parametric, ratio_degrees
from geo.exposure.count import count_people, insert_spans, load_cells
from geo.exposure.plan import plan_tiles
from geo.exposure.spans import X_STEPS, Frame
from geo.exposure.sums import Sums, area_units

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from geo.exposure.combination import Combination, Counted
    from geo.exposure.disc_set import Discs
    from geo.exposure.outlines import Outlines
    from geo.exposure.plan import Tile
    from geo.people.tiles import PopulationFile, PopulationTiles

_GRID = "raster"
_SUMS = """
SELECT CAST(zone_id AS BIGINT), people_sum, valid_sum + nodata_sum, nodata_sum, 0 FROM pieces
"""


def join_discs(
    population: PopulationFile,
    frame: Frame,
    discs: Discs,
) -> Sums:
    """Count the people in discs; parameters, result and errors are those of `sweep_discs`."""
    chords, reach = discs.on_frame(frame), discs.reach(frame)
    words = np.zeros((len(discs), 4, 2), dtype=np.int64)
    with (
        population.open() as raster,
        tempfile.TemporaryDirectory() as folder,
        create_run(Path(folder) / "join") as con,
    ):
        crossing = reach.crosses(frame, wraps=raster.layout.wraps)
        cuts = [
            _cut(frame, chord, np.arange(first, last))
            for chord, first, last in zip(chords, reach.first, reach.last, strict=True)
        ]
        for number in np.flatnonzero(crossing).tolist():
            hit, x0, x1 = cuts[number]
            words[number, 3] = _measure(raster, frame, hit, x1[:, 1] - x0[:, 1])
        for tile in plan_tiles(frame, reach, raster.tile_shape):
            _load_tile(con, raster, tile)
            for number in tile.zones.tolist():
                insert_spans(con, frame, _GRID, _clip(frame, tile, cuts[number], number))
        words[:, :3] = _count(con, frame, len(discs)).words[:, :3]
    inside = ~crossing | ~(words[:, 1] > 0).any(axis=1)
    words[inside, 3] = words[inside, 1]
    return Sums.of(words, frame.scanlines)


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
        for tile in plan_tiles(frame, overlay.reach, raster.tile_shape):
            _load_tile(con, raster, tile)
            low, high = tile.col0 * X_STEPS, tile.col1 * X_STEPS
            for _, spans in overlay.cut(tile.zones, tile.first, tile.last, low, high):
                insert_spans(con, frame, _GRID, spans)
        words = _count(con, frame, len(overlay.slots)).words
        overlay.measure(raster, words)
    return overlay.gather(Sums.of(words, frame.scanlines))


def _load_tile(con: duckdb.DuckDBPyConnection, raster: PopulationTiles, tile: Tile) -> None:
    people = raster.read_people(tile.row0, tile.row1, tile.col0, tile.col1)
    areas = raster.cell_areas_km2(tile.row0, tile.row1)[:, None]
    load_cells(con, _GRID, people, areas, (tile.row0, tile.col0))


def _count(con: duckdb.DuckDBPyConnection, frame: Frame, slots: int) -> Sums:
    """Run the join and return the sums of all slots, those without cells too."""
    count_people(con, _GRID, frame.scanlines)
    rows = con.execute(_SUMS).fetchall()
    words = np.zeros((slots, 4, 2), dtype=np.int64)
    if rows:
        numbers = np.array([row[0] for row in rows])
        words[numbers] = Sums.of_integers([row[1:] for row in rows], frame.scanlines).words
    return Sums(words, frame.scanlines)


def _cut(
    frame: Frame, chord: NDArray[np.float64], lines: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the scanlines that meet a disc and its ends on each, in three turns, (n, 3)."""
    lon, beta, sine, cosine, arc = chord
    line_beta, line_sine, line_cosine = parametric(frame.line_y(lines))
    ratio = chord_ratio(line_beta, line_sine, line_cosine, beta, sine, cosine, arc)
    hit = ratio >= 0
    half = ratio_degrees(ratio[hit])[:, None]
    middle = lon + np.array([-360.0, 0.0, 360.0])
    x0 = np.rint((middle - half - frame.west) / frame.cell_width * X_STEPS).astype(np.int64)
    x1 = np.rint((middle + half - frame.west) / frame.cell_width * X_STEPS).astype(np.int64)
    round_ = ratio[hit] >= 1.0
    turn = round(360.0 / frame.cell_width * X_STEPS)
    x0[round_] = [-1, 0, -1]  # the whole parallel, once
    x1[round_] = [-1, turn, -1]
    return lines[hit], x0, x1


def _clip(
    frame: Frame,
    tile: Tile,
    cut: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    number: int,
) -> NDArray[np.int64]:
    """Return what of a cut disc lies in a tile as spans: scanline, first and last step, number."""
    lines, x0, x1 = cut
    whole = (x1 - x0 >= round(360.0 / frame.cell_width * X_STEPS)) & (x0 == 0)
    low, high = tile.col0 * X_STEPS, tile.col1 * X_STEPS
    x0, x1 = np.clip(x0, low, high), np.where(whole, high, np.clip(x1, low, high))
    line = np.broadcast_to(lines[:, None], x0.shape)
    top, bottom = tile.row0 * frame.scanlines, tile.row1 * frame.scanlines
    inside = (line >= top) & (line < bottom) & (x1 > x0)
    return np.column_stack(
        [line[inside], x0[inside], x1[inside], np.full(int(inside.sum()), number)]
    )


def _measure(
    raster: PopulationTiles,
    frame: Frame,
    lines: NDArray[np.int64],
    steps: NDArray[np.int64],
) -> tuple[int, int]:
    """Return the two words of a disc's whole area."""
    if not len(lines):
        return 0, 0
    rows = lines // frame.scanlines
    areas = area_units(raster.cell_areas_km2(int(rows[0]), int(rows[-1]) + 1))[rows - rows[0]]
    return int((steps * (areas >> 22)).sum()), int((steps * (areas & 0x3FFFFF)).sum())
