"""The population of a large run: a raster that is counted by tiles, and a coarser grid of it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.people.grid import PopulationGrid
from geo.people.raster import describe_raster, find_year
from geo.people.tiles import PopulationFile
from geo.people.windows import find_windows
from geo.types import Caution

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.people.geotiff import Layout
    from geo.people.tiles import PopulationTiles
    from geo.people.windows import CellWindow
    from geo.population import PopulationFinder
    from geo.settings import Settings
    from geo.types import BBox

_MOST_CELLS = 250_000  # of the grid that is kept and drawn
_STRIP_CELLS = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class LargePopulation:
    """What people are counted on.

    Attributes
    ----------
    file
        A raster of any size.
    grid
        The same people in larger cells, for drawing; its label and date are those of the figures.
    """

    file: PopulationFile
    grid: PopulationGrid


def open_population(
    people: PopulationFinder, settings: Settings, bbox: BBox, folder: Path
) -> tuple[LargePopulation, list[Caution]]:
    """Return the population of a box: the user's raster, or a model's, written into `folder`.

    Raises
    ------
    UnavailableError, UsageError, RasterError
        As `geo.people.raster.read_population`; the raster may have any number of cells.
    """
    if settings.population is None:
        grid = people.read_large(bbox)
        path = folder / "population.tif"
        _write_grid(grid, path)
        file = PopulationFile(path, unit="count")
        step = _choose_step(*grid.people.shape)
        shown = _coarsen(grid.people, step)
        grid = _with_cells(grid, shown, step)
        return LargePopulation(file, grid), _tell_step(step)
    choice = settings.populations[0]
    file = PopulationFile(settings.population, choice.unit, choice.band, choice.nodata)
    with file.open() as raster:
        windows = find_windows(file.path, raster.layout, bbox)
        grid, cautions = _read_coarsely(raster, windows, settings.raster_limit_cells)
    people.use_large(grid, bbox)
    return LargePopulation(file, grid), cautions


def _read_coarsely(
    raster: PopulationTiles, windows: list[CellWindow], limit_cells: int
) -> tuple[PopulationGrid, list[Caution]]:
    """Return the first window's people in larger cells; none where there are too many to read."""
    first, layout = windows[0], raster.layout
    rows, cols = first.row1 - first.row0, first.col1 - first.col0
    step = _choose_step(rows, cols)
    if rows * cols <= limit_cells:
        shown, cautions = _read_strips(raster, first, step), _tell_step(step)
    else:
        shown = np.full((1, 1), np.nan)
        cautions = [
            Caution(
                "density-not-drawn",
                f"The population raster has {rows * cols:,} cells round the events, too many to "
                "draw: the map has no density of population.",
            )
        ]
    return _make_grid(raster, layout, first, shown, step), cautions


def _read_strips(raster: PopulationTiles, window: CellWindow, step: int) -> NDArray[np.float64]:
    height = max(1, _STRIP_CELLS // (window.col1 - window.col0) // step) * step
    return np.concatenate(
        [
            _coarsen(
                raster.read_people(row, min(row + height, window.row1), window.col0, window.col1),
                step,
            )
            for row in range(window.row0, window.row1, height)
        ]
    )


def _make_grid(
    raster: PopulationTiles,
    layout: Layout,
    first: CellWindow,
    people: NDArray[np.float64],
    step: int,
) -> PopulationGrid:
    year = find_year(raster.path, raster.tags)
    source = describe_raster(raster.path, year)
    return PopulationGrid(
        grid_id="large",
        label=raster.path.name,
        source=source,
        population_date=year,
        modelled="no",
        crs=layout.crs,
        west=first.west,
        north=layout.north - first.row0 * layout.cell_height,
        cell_width=layout.cell_width * step,
        cell_height=layout.cell_height * step,
        people=people,
        cautions=raster.cautions,
    )


def _choose_step(rows: int, cols: int) -> int:
    return max(1, math.ceil(math.sqrt(rows * cols / _MOST_CELLS)))


def _coarsen(people: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Return the people of squares of `step` cells; NaN where none of them has data."""
    if step == 1:
        return people
    rows, cols = (math.ceil(size / step) for size in people.shape)
    whole = np.full((rows * step, cols * step), np.nan)
    whole[: people.shape[0], : people.shape[1]] = people
    blocks = whole.reshape(rows, step, cols, step)
    known = (~np.isnan(blocks)).any(axis=(1, 3))
    return np.where(known, np.nansum(blocks, axis=(1, 3)), np.nan)


def _with_cells(grid: PopulationGrid, people: NDArray[np.float64], step: int) -> PopulationGrid:
    return dataclasses.replace(
        grid,
        people=people,
        cell_width=grid.cell_width * step,
        cell_height=grid.cell_height * step,
    )


def _tell_step(step: int) -> list[Caution]:
    if step == 1:
        return []
    return [
        Caution(
            "density-coarse",
            f"The density of population is drawn, and kept in the run database, in cells {step} "
            "times as wide as those that people are counted on.",
        )
    ]


def _write_grid(grid: PopulationGrid, path: Path) -> None:
    import rasterio
    from rasterio.transform import from_origin

    rows, cols = grid.people.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=cols,
        height=rows,
        count=1,
        dtype="float64",
        crs=grid.crs,
        transform=from_origin(grid.west, grid.north, grid.cell_width, grid.cell_height),
        nodata=math.nan,
    ) as dataset:
        dataset.write(grid.people, 1)
