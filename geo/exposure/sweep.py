"""The sweep: people in very many discs, with the raster read once, tile by tile.

A row's cells become running totals; a span's people are the difference of two of them, and the
parts of the cells at its ends. Tiles are worked on side by side, each into sums of its own, and
whole numbers add up to the same in any order: neither the tiles' size nor the number of workers
nor the order of the discs changes a bit. The sums are those of `count_people.sql`.
"""

from __future__ import annotations

import os
import queue
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError
from geo.exposure.chords import parametric
from geo.exposure.compiled import load_kernels
from geo.exposure.plan import Discs, Tile, find_crossing, plan_tiles
from geo.exposure.sums import DiscSums, to_km2
from geo.people.tiles import PopulationTiles, open_tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.exposure.spans import Frame

_WORDS = 6  # people, area, area without data: two each
_CACHE_BYTES = 64_000_000  # of decoded blocks; tiles are whole blocks and read once


def sweep_discs(
    path: Path,
    frame: Frame,
    discs: Discs,
    *,
    unit: str | None = None,
    band: int | None = None,
    workers: int | None = None,
    tile_shape: tuple[int, int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> DiscSums:
    """Count the people in discs.

    Parameters
    ----------
    path, unit, band
        As for `geo.people.tiles.open_tiles`.
    frame
        The raster's grid with its scanlines.
    workers
        Threads; None: one a processor. Each holds a tile.
    tile_shape
        Rows and columns of a tile; None: what suits the file's blocks.
    progress
        Told the part of the tiles that is done.

    Raises
    ------
    RasterError
        If the raster holds values that can't be people where a disc reaches.
    """
    count = workers or os.cpu_count() or 1
    kernels = load_kernels()
    chords = discs.on_frame(frame)
    sums = np.zeros((len(discs), _WORDS), dtype=np.int64)
    with ExitStack() as stack:
        rasters: queue.SimpleQueue[PopulationTiles] = queue.SimpleQueue()
        for _ in range(count):
            raster = stack.enter_context(open_tiles(path, unit=unit, band=band))
            rasters.put(raster)
        tiles = list(plan_tiles(frame, discs, tile_shape or raster.tile_shape))
        pool = stack.enter_context(ThreadPoolExecutor(count))

        def work(tile: Tile) -> NDArray[np.int64]:
            raster = rasters.get()
            try:
                return _sweep_tile(kernels, raster, frame, tile, chords)
            finally:
                rasters.put(raster)

        for number, (tile, found) in enumerate(_map_ahead(pool, work, tiles, count), 1):
            sums[tile.discs] += found
            if progress:
                progress(number / len(tiles))
        layout = raster.layout
        crossing = find_crossing(frame, discs, wraps=layout.wraps)
        whole = _measure(
            kernels, raster, frame, discs, chords, crossing & (sums[:, 2:4] > 0).any(1)
        )
    return _to_sums(sums, whole, crossing, frame.scanlines)


def _map_ahead(
    pool: ThreadPoolExecutor,
    work: Callable[[Tile], NDArray[np.int64]],
    tiles: Iterable[Tile],
    ahead: int,
) -> Iterator[tuple[Tile, NDArray[np.int64]]]:
    """Yield each tile with its result, in order, with few results waiting."""
    waiting: list[tuple[Tile, Any]] = []
    for tile in tiles:
        waiting.append((tile, pool.submit(work, tile)))
        if len(waiting) > 2 * ahead:
            done, future = waiting.pop(0)
            yield done, future.result()
    for done, future in waiting:
        yield done, future.result()


def _sweep_tile(
    kernels: Any,
    raster: PopulationTiles,
    frame: Frame,
    tile: Tile,
    chords: NDArray[np.float64],
) -> NDArray[np.int64]:
    rows, cols = tile.row1 - tile.row0, tile.col1 - tile.col0
    totals = np.empty((rows, cols + 2), dtype=np.int64)
    gaps = np.empty((rows, cols + 2), dtype=np.int32)
    _add_up(kernels, raster, tile, totals, gaps)
    line0 = tile.row0 * frame.scanlines
    found = np.zeros((len(tile.discs), _WORDS), dtype=np.int64)
    kernels.sweep(
        chords[tile.discs],
        tile.first - line0,
        tile.last - line0,
        _line_table(frame, line0, tile.row1 * frame.scanlines),
        np.array([frame.west, frame.cell_width]),
        np.array([tile.col0, tile.col1, frame.cols, frame.scanlines]),
        area_units(raster.cell_areas_km2(tile.row0, tile.row1)),
        totals,
        gaps,
        found,
    )
    return found


def _add_up(
    kernels: Any,
    raster: PopulationTiles,
    tile: Tile,
    totals: NDArray[np.int64],
    gaps: NDArray[np.int32],
) -> None:
    """Fill a tile's running totals, from the raw values where nothing about them is strange."""
    import rasterio

    window = (tile.row0, tile.row1, tile.col0, tile.col1)
    rules = raster.find_raw_rules()
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES):
        if rules is not None:
            factors, most = raster.row_factors(tile.row0, tile.row1)
            raw = np.ascontiguousarray(raster.read_raw(*window))
            if not kernels.add_up_raw(
                raw,
                rules.nodata,
                rules.top,
                rules.nan_is_gap,
                rules.scale,
                rules.offset,
                factors,
                most,
                totals,
                gaps,
            ):
                return
        people = np.ascontiguousarray(raster.read_people(*window))
    if bad := kernels.add_up(people, totals, gaps):
        raise RasterError(
            f"{raster.path}: {bad} cells of more than a thousand million people; expected the "
            "people of a cell. Is the unit, or the scale, right?"
        )


def area_units(areas_km2: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return areas as whole thousandths of a square metre."""
    return np.rint(areas_km2 * 1e9).astype(np.int64)


def _line_table(frame: Frame, first: int, last: int) -> NDArray[np.float64]:
    """Return parametric latitude, sine and cosine of scanlines, (3, n)."""
    return np.stack(parametric(frame.line_y(np.arange(first, last))))


def _measure(
    kernels: Any,
    raster: PopulationTiles,
    frame: Frame,
    discs: Discs,
    chords: NDArray[np.float64],
    wanted: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return the words of the whole area of discs, beyond the grid too; zero where not wanted."""
    words = np.zeros((len(discs), 2), dtype=np.int64)
    which = np.flatnonzero(wanted)
    if not len(which):
        return words
    first, last = discs.take(which).lines(frame)
    row0 = int(first.min()) // frame.scanlines
    row1 = -(-int(last.max()) // frame.scanlines)
    found = np.zeros((len(which), 2), dtype=np.int64)
    line0 = row0 * frame.scanlines
    kernels.measure(
        chords[which],
        first - line0,
        last - line0,
        _line_table(frame, line0, row1 * frame.scanlines),
        np.array([frame.west, frame.cell_width]),
        frame.scanlines,
        area_units(raster.cell_areas_km2(row0, row1)),
        found,
    )
    words[which] = found
    return words


def _to_sums(
    sums: NDArray[np.int64],
    whole: NDArray[np.int64],
    crossing: NDArray[np.bool_],
    scanlines: int,
) -> DiscSums:
    valid = to_km2(sums[:, 2] - sums[:, 4], sums[:, 3] - sums[:, 5], scanlines)
    nodata = to_km2(sums[:, 4], sums[:, 5], scanlines)
    measured = to_km2(whole[:, 0], whole[:, 1], scanlines)
    return DiscSums(
        people_whole=sums[:, 0] + (sums[:, 1] >> 32),
        people_part=sums[:, 1] & 0xFFFFFFFF,
        valid_km2=valid,
        nodata_km2=nodata,
        area_km2=np.where(crossing, measured, valid + nodata),
        scanlines=scanlines,
    )
