"""The sweep: people in very many zones, with the raster read once, tile by tile.

A row's cells become running totals, which the borders of a zone and the ends of spans look up.
Tiles are worked on side by side, each into sums of its own, and whole numbers add up to the same
in any order: neither the tiles' size nor the number of workers nor the order of the zones changes
a bit. The sums are those of `count_people.sql`.
"""

from __future__ import annotations

import os
import queue
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from geo.errors import RasterError
from geo.exposure.borders import LINES
from geo.exposure.chords import target_arc
from geo.exposure.compiled import load_kernels
from geo.exposure.disc_set import Discs
from geo.exposure.overlay import Overlay
from geo.exposure.plan import Tile, expand_ranges, plan_tiles
from geo.exposure.spans import X_STEPS
from geo.exposure.sums import Sums, area_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from geo.exposure.combination import Combination, Counted
    from geo.exposure.outlines import Outlines
    from geo.exposure.spans import Frame
    from geo.people.tiles import PopulationFile, PopulationTiles

Result = TypeVar("Result")

_AHEAD = 8  # tiles a thread that are worked on or wait to be added up
_CACHE_BYTES = 64_000_000  # of decoded blocks; tiles are whole blocks and read once


def sweep_borders(
    population: PopulationFile,
    frame: Frame,
    zones: Discs | Outlines,
    *,
    workers: int | None = None,
    tile_shape: tuple[int, int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Sums:
    """Count the people in zones, each by itself, within its exact edge.

    Parameters and errors are those of `geo.exposure.each.count_each`, but that no disc may be near
    a pole (`Discs.near_poles`).
    """
    kernels = load_kernels()
    grid = np.array([frame.west, frame.north, frame.cell_width, frame.cell_height])
    words = np.zeros((len(zones), 4, 2), dtype=np.int64)
    # discs round one place reach into the same tiles
    first = zones.find_places() if isinstance(zones, Discs) else np.arange(len(zones) + 1)
    sizes = np.diff(first)
    places = zones.largest(first) if isinstance(zones, Discs) else zones

    def sweep(raster: PopulationTiles, tile: Tile) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        totals, gaps = add_up(raster, tile)
        window = np.array([tile.row0, tile.row1, tile.col0, tile.col1])
        areas = area_units(raster.cell_areas_km2(tile.row0, tile.row1))
        numbers = expand_ranges(first, tile.zones)
        found = np.zeros((len(numbers), 4, 2), dtype=np.int64)
        counts = (grid, window, areas, totals, gaps, found)
        if isinstance(zones, Discs):
            centers = zones.take(first[tile.zones]).on_frame(frame)
            chords = np.repeat(centers, sizes[tile.zones], axis=0)
            chords[:, 4] = target_arc(zones.radius_km[numbers])
            kernels.sweep_discs(chords, *counts)
        else:
            kernels.sweep_outlines(
                zones.edges, zones.sides, zones.starts, numbers, zones.turn, *counts
            )
        return numbers, found

    with ExitStack() as stack:
        rasters = _open_rasters(stack, population, workers)
        reach = places.reach(frame)
        tiles = list(plan_tiles(frame, reach, tile_shape or rasters[0].tile_shape))
        for _, (numbers, found) in _run_tiles(rasters, tiles, sweep, progress):
            kernels.gather(words, numbers, found)
        words[:, 3] = words[:, 1]
        beyond = reach.crosses(frame, wraps=rasters[0].layout.wraps) & (reach.first < reach.last)
        which = expand_ranges(first, np.flatnonzero(beyond))
        if len(which):
            reach = zones.take(which).reach(frame)
            beyond = reach.crosses(frame, wraps=rasters[0].layout.wraps)
            which, reach = which[beyond], reach.take(np.flatnonzero(beyond))
        if len(which):
            row0 = int(reach.first.min()) // frame.scanlines
            row1 = -(-int(reach.last.max()) // frame.scanlines)
            areas = area_units(rasters[0].cell_areas_km2(row0, row1))
            whole = np.zeros((len(which), 2), dtype=np.int64)
            if isinstance(zones, Discs):
                chords = zones.take(which).on_frame(frame)
                kernels.measure_discs(chords, grid, row0, areas, whole)
            else:
                kernels.measure_outlines(
                    zones.edges, zones.sides, zones.starts, which, grid, row0, areas, whole
                )
            words[which, 3] = whole
    return Sums.of(words, LINES)


def sweep_zones(
    population: PopulationFile,
    frame: Frame,
    zones: Discs | Outlines,
    combination: Combination,
    *,
    workers: int | None = None,
    tile_shape: tuple[int, int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Counted:
    """Count the people in zones of any kind, combined and cut along units.

    Parameters and errors are those of `sweep_borders`. Zones are cut along the frame's scanlines;
    discs may be anywhere on a geographic frame.
    """
    kernels = load_kernels("overlay_kernels")
    overlay = Overlay(frame, zones, combination)
    with ExitStack() as stack:
        rasters = _open_rasters(stack, population, workers)
        sums = {id(raster): overlay.empty_words() for raster in rasters}
        tiles = list(plan_tiles(frame, overlay.reach, tile_shape or rasters[0].tile_shape))

        def work(raster: PopulationTiles, tile: Tile) -> None:
            totals, gaps = add_up(raster, tile)
            low, high = tile.col0 * X_STEPS, tile.col1 * X_STEPS
            areas = area_units(raster.cell_areas_km2(tile.row0, tile.row1))
            for _, spans in overlay.cut(tile.zones, tile.first, tile.last, low, high):
                kernels.count(
                    spans, tile.row0, frame.scanlines, low, areas, totals, gaps, sums[id(raster)]
                )

        for _ in _run_tiles(rasters, tiles, work, progress):
            pass
        words: NDArray[np.int64] = sum(sums.values(), start=overlay.empty_words())
        overlay.measure(rasters[0], words)
    return overlay.gather(Sums.of(words, frame.scanlines))


def _open_rasters(
    stack: ExitStack, population: PopulationFile, workers: int | None
) -> list[PopulationTiles]:
    """Open the raster once for each thread."""
    return [stack.enter_context(population.open()) for _ in range(workers or os.cpu_count() or 1)]


def _run_tiles(
    rasters: Sequence[PopulationTiles],
    tiles: Sequence[Tile],
    work: Callable[[PopulationTiles, Tile], Result],
    progress: Callable[[float], None] | None,
) -> Iterator[tuple[Tile, Result]]:
    """Work on tiles side by side; yield each with its result, in order, with few waiting."""
    free: queue.SimpleQueue[PopulationTiles] = queue.SimpleQueue()
    for raster in rasters:
        free.put(raster)

    def run(tile: Tile) -> Result:
        raster = free.get()
        try:
            return work(raster, tile)
        finally:
            free.put(raster)

    waiting: deque[tuple[Tile, Future[Result]]] = deque()
    with ThreadPoolExecutor(len(rasters)) as pool:
        try:
            for number, tile in enumerate(tiles, 1):
                waiting.append((tile, pool.submit(run, tile)))
                while len(waiting) > _AHEAD * len(rasters) or (waiting and number == len(tiles)):
                    done, future = waiting.popleft()
                    yield done, future.result()
                    if progress:
                        progress((number - len(waiting)) / len(tiles))
        finally:
            for _, future in waiting:
                future.cancel()


def add_up(raster: PopulationTiles, tile: Tile) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return a tile's running totals, from the raw values where nothing about them is strange."""
    import rasterio

    kernels = load_kernels()
    window = (tile.row0, tile.row1, tile.col0, tile.col1)
    rows, cols = tile.row1 - tile.row0, tile.col1 - tile.col0
    totals = np.empty((rows, cols + 2), dtype=np.int64)
    gaps = np.empty((rows, cols + 2), dtype=np.int32)
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
                return totals, gaps
        people = np.ascontiguousarray(raster.read_people(*window))
    if bad := kernels.add_up(people, totals, gaps):
        raise RasterError(
            f"{raster.path}: {bad} cells of more than a thousand million people; expected the "
            "people of a cell. Is the unit, or the scale, right?"
        )
    return totals, gaps
