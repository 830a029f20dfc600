"""The join: people in a few discs, by the SQL that defines the number (`count_people.sql`)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.database.store import create_run
from geo.exposure.chords import chord_ratio, parametric, ratio_degrees
from geo.exposure.count import count_people, load_cells, load_spans
from geo.exposure.plan import Discs, find_crossing, plan_tiles
from geo.exposure.spans import X_STEPS, Frame, Spans
from geo.exposure.sums import DiscSums, to_km2
from geo.exposure.sweep import area_units
from geo.people.tiles import PopulationTiles, open_tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GRID = "raster"


def join_discs(
    path: Path,
    frame: Frame,
    discs: Discs,
    *,
    unit: str | None = None,
    band: int | None = None,
) -> DiscSums:
    """Count the people in discs; parameters, result and errors are those of `sweep_discs`."""
    chords = discs.on_frame(frame)
    first, last = discs.lines(frame)
    whole = np.zeros((len(discs), 2), dtype=np.int64)
    zones: dict[str, Spans] = {}
    with open_tiles(path, unit=unit, band=band) as raster:
        for number, chord in enumerate(chords):
            lines = np.arange(first[number], last[number])
            hit, x0, x1 = _cut(frame, chord, lines)
            whole[number] = _measure(raster, frame, hit, x1[:, 1] - x0[:, 1])
            zones[str(number)] = _clip(frame, hit, x0, x1)
        with tempfile.TemporaryDirectory() as folder, create_run(Path(folder) / "join") as con:
            for tile in plan_tiles(frame, discs, raster.tile_shape):
                people = raster.read_people(tile.row0, tile.row1, tile.col0, tile.col1)
                areas = raster.cell_areas_km2(tile.row0, tile.row1)[:, None]
                load_cells(con, _GRID, people, areas, (tile.row0, tile.col0))
            load_spans(con, frame, _GRID, zones, {})
            pieces = {int(p.zone_id): p for p in count_people(con, _GRID, frame.scanlines)}
        crossing = find_crossing(frame, discs, wraps=raster.layout.wraps)
    numbers = np.array(list(pieces), dtype=np.int64)
    people_whole, people_part, valid, nodata = (np.zeros(len(discs), kind) for kind in "qqdd")
    people_whole[numbers] = [piece.people_sum >> 32 for piece in pieces.values()]
    people_part[numbers] = [piece.people_sum & 0xFFFFFFFF for piece in pieces.values()]
    valid[numbers] = [piece.valid_km2 for piece in pieces.values()]
    nodata[numbers] = [piece.nodata_km2 for piece in pieces.values()]
    measured = to_km2(whole[:, 0], whole[:, 1], frame.scanlines)
    covered = valid + nodata
    area = np.where(crossing & (covered > 0), measured, covered)
    return DiscSums(people_whole, people_part, valid, nodata, area, frame.scanlines)


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
    frame: Frame, lines: NDArray[np.int64], x0: NDArray[np.int64], x1: NDArray[np.int64]
) -> Spans:
    """Return what lies on the grid, as intervals on its whole-number line, in no order."""
    width = frame.cols * X_STEPS
    whole = (x1 - x0 >= round(360.0 / frame.cell_width * X_STEPS)) & (x0 == 0)
    x0, x1 = np.clip(x0, 0, width), np.where(whole, width, np.clip(x1, 0, width))
    on_grid = ((lines >= 0) & (lines < frame.lines))[:, None] & (x1 > x0)
    offset = (lines * frame.stride)[:, None]
    return Spans((x0 + offset)[on_grid], (x1 + offset)[on_grid])


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
