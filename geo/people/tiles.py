"""A population raster of any size, read tile by tile."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError
from geo.people.fill_values import FillValues, read_fill_values, show_value
from geo.people.geotiff import (
    DEFAULT_LIMITS,
    Layout,
    RasterLimits,
    check_size,
    choose_band,
    open_geotiff,
    read_layout,
)
from geo.people.grid import areas_between_km2
from geo.people.hexagons import check_options, find_cells, holds_polygons, warn_of_polygons
from geo.people.raster_unit import find_unit
from geo.people.remote import fetch_window, raise_failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from geo.ranges import RasterFile
    from geo.types import Caution

MAX_DENSITY_KM2 = 5_000_000.0
"""Several times the densest block of houses there is."""

_MOST_PEOPLE = float(1 << 30)
_TILE_SIDE = 1024
_TILE_CELLS = 1 << 20
_TILE_ROWS = 64
_SMALL_SIDE = 256
_MOST_CELLS = 1 << 24  # of a tile, also where a block is larger
_AREA_ROWS, _AREA_COLS = 65, 17
_AREA_PART = 0.5


@dataclass(frozen=True, slots=True)
class RawRules:
    """What turns a raster's own values into persons, where no mask has to be read.

    Attributes
    ----------
    nodata
        As the raster's type holds it; NaN: none.
    nan_is_gap
        Whether NaN is no data, declared or named.
    top
        Values from here on are not plainly people.
    """

    nodata: float
    nan_is_gap: bool
    top: float
    scale: float
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class PopulationTiles:
    """An open GeoTIFF of people on a grid in any CRS. One thread reads from it at a time.

    Attributes
    ----------
    path
        The file that was given, also where it holds polygons and the GeoTIFF was made of them.
    band
        From 1.
    unit
        `count` or `density`.
    fill
        Which values stand for no data.
    tags
        The file's and the band's.
    least_km2
        For each row, on a projected grid: what no cell's true area is below; None where areas
        are the same along a row and follow from it.
    cautions
        What a reader of figures from it must know.
    """

    path: RasterFile
    dataset: Any
    band: int
    layout: Layout
    unit: str
    fill: FillValues
    tags: Mapping[str, str]
    least_km2: NDArray[np.float64] | None
    cautions: tuple[Caution, ...] = ()

    @property
    def tile_shape(self) -> tuple[int, int]:
        """Rows and columns of a tile: whole blocks of the file, about a million cells.

        Of strips, which are as wide as the raster, at least 64 rows, so that a zone is seldom in
        two tiles. A part of a block where one has more than 16 million.
        """
        block_rows, block_cols = self.dataset.block_shapes[self.band - 1]
        cols = min(self.layout.cols, _whole_blocks(_TILE_SIDE, block_cols))
        rows = _whole_blocks(max(_TILE_CELLS / cols, _TILE_ROWS), block_rows)
        return min(rows, self.layout.rows, max(1, _MOST_CELLS // cols)), cols

    @property
    def small_tile_shape(self) -> tuple[int, int]:
        """Rows and columns of a tile for a few zones: as few whole blocks as are worth reading."""
        block_rows, block_cols = self.dataset.block_shapes[self.band - 1]
        cols = min(self.layout.cols, _whole_blocks(_SMALL_SIDE, block_cols))
        rows = _whole_blocks(_TILE_ROWS, block_rows)
        return min(rows, self.tile_shape[0]), cols

    def cell_areas_km2(self, row0: int, row1: int) -> NDArray[np.float64]:
        """Return an area of the cells of each row, square kilometres; rows may lie off the grid.

        Geographic grids: the true area, in closed form. Projected ones: the area in the plane of
        the projection, the same for all cells, of which only ratios mean anything: what part of a
        zone the raster covers, or has no data for. People never follow from it.
        """
        layout = self.layout
        if layout.unit_m is None:
            return layout.true_areas_km2(row0, row1, 0, 1)[:, 0]
        plane = layout.cell_width * layout.cell_height * layout.unit_m**2 / 1e6
        return np.full(row1 - row0, plane)

    def read_people(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[np.float64]:
        """Return persons per cell, row 0 northernmost, NaN: no data.

        Raises
        ------
        RasterError
            If values can't be people, or look like no data that is not declared
            (`geo.people.fill_values`).
        """
        window = (row0, row1, col0, col1)
        raw = self._read(self.dataset.read, window)
        missing = self.fill.find(raw)
        if not self._is_maskless():
            missing |= self._read(self.dataset.read_masks, window) == 0
        self.fill.check_people(self.path, raw, missing)
        scale, offset = self.dataset.scales[self.band - 1], self.dataset.offsets[self.band - 1]
        values = raw.astype(np.float64) * scale + offset
        values[missing] = np.nan
        if (values < 0).any():  # by its offset: the raw values are not negative
            raise RasterError(f"{self.path}: scale and offset make negative people; check its tags")
        return self._to_persons(values, window)

    def read_raw(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[Any]:
        """Return the file's own values, row 0 northernmost.

        Raises
        ------
        RasterError
            If some look like no data that is not declared, by the rule that `read_people` follows.
        """
        raw = self._read(self.dataset.read, (row0, row1, col0, col1))
        self.fill.check_fill(self.path, raw)
        return raw

    def find_raw_rules(self) -> RawRules | None:
        """Return how raw values become persons, one factor a row; None where that is not enough.

        That is: where a mask says which cells have data, or two values stand for no data, or the
        raster holds densities on a projected grid, whose cells' areas differ along a row.
        """
        if not self._is_maskless() or len(self.fill.numbers) > 1:
            return None
        if self.unit == "density" and not self.layout.is_geographic:
            return None
        if self.fill.kind == np.float16:  # which compiled loops don't know
            return None
        largest = self.fill.largest
        return RawRules(
            nodata=float(self.fill.numbers[0]) if self.fill.numbers else math.nan,
            nan_is_gap=self.fill.has_nan,
            top=math.inf if largest is None else float(largest),
            scale=float(self.dataset.scales[self.band - 1]),
            offset=float(self.dataset.offsets[self.band - 1]),
        )

    def row_factors(self, row0: int, row1: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what a value of each row is multiplied by, and what a cell stays below.

        A cell that does not is looked at closely, by `read_people`. Only where `find_raw_rules`
        gives rules.
        """
        least = self._least_areas_km2(row0, row1)
        factors = least if self.unit == "density" else np.ones(len(least))
        return factors, np.minimum(least * MAX_DENSITY_KM2, _MOST_PEOPLE)

    def _least_areas_km2(self, row0: int, row1: int) -> NDArray[np.float64]:
        """Return what the true area of no cell of a row is below."""
        if self.least_km2 is None:
            return self.cell_areas_km2(row0, row1)
        return self.least_km2[row0:row1]

    def _read(self, read: Any, window: tuple[int, int, int, int]) -> NDArray[Any]:
        from rasterio.windows import Window

        row0, row1, col0, col1 = window
        top = self.layout.rows - row1 if self.layout.flipped else row0
        fetch_window(self.path, self.dataset, self.band, (top, top + row1 - row0, col0, col1))
        found = read(self.band, window=Window(col0, top, col1 - col0, row1 - row0))
        raise_failure(self.path)
        north_up: NDArray[Any] = found[::-1] if self.layout.flipped else found
        return north_up

    def _is_maskless(self) -> bool:
        """Whether values alone say which cells have no data: no mask of the file's, no alpha."""
        from rasterio.enums import MaskFlags

        flags = self.dataset.mask_flag_enums[self.band - 1]
        return flags in ([MaskFlags.all_valid], [MaskFlags.nodata])

    def _to_persons(
        self, values: NDArray[np.float64], window: tuple[int, int, int, int]
    ) -> NDArray[np.float64]:
        """Return persons from counts or densities, by the true areas of cells."""
        row0, row1, _, _ = window
        if self.unit == "density":
            self._check_density(values, values)
            people = values * self.layout.true_areas_km2(*window)
            lost = np.isnan(people) & (values > 0)
            if lost.any():
                raise RasterError(
                    f"{self.path}: value {show_value(values[lost][0])} in {int(lost.sum()):,} "
                    "cells beyond the reach of its projection, where cells have no area; expected "
                    "no data there. Is the CRS right?"
                )
            people[values == 0] = 0.0
            return people
        limit = (self._least_areas_km2(row0, row1) * MAX_DENSITY_KM2)[:, None]
        if (values > limit).any():
            self._check_density(values, values / self.layout.true_areas_km2(*window))
        return values

    def _check_density(self, values: NDArray[np.float64], density: NDArray[np.float64]) -> None:
        """Stop where more people live in a cell than there is room for."""
        if not (density > MAX_DENSITY_KM2).any():
            return
        at = np.unravel_index(np.nanargmax(density), density.shape)
        scale, offset = self.dataset.scales[self.band - 1], self.dataset.offsets[self.band - 1]
        worst = show_value((values[at] - offset) / scale)
        raise RasterError(
            f"{self.path}: value {worst}, or {density[at]:,.0f} people a square kilometre: "
            f"expected people. If the value stands for no data, declare it: gdal_edit.py -a_nodata "
            f"{worst} {self.path.name}, or say --nodata={worst}; else check --unit count|density"
        )


@dataclass(frozen=True, slots=True)
class PopulationFile:
    """A file of people and how it is to be read: the arguments of `open_tiles`."""

    path: RasterFile
    unit: str | None = None
    band: int | str | None = None
    nodata: float | None = None

    def open(self) -> AbstractContextManager[PopulationTiles]:
        """Open the file; errors as `open_tiles`."""
        return open_tiles(self.path, unit=self.unit, band=self.band, nodata=self.nodata)


@contextmanager
def open_tiles(
    path: RasterFile,
    *,
    unit: str | None = None,
    band: int | str | None = None,
    nodata: float | None = None,
    limits: RasterLimits = DEFAULT_LIMITS,
) -> Iterator[PopulationTiles]:
    """Open a GeoTIFF of people, of counts or density, on a grid in any CRS, or polygons of people.

    Parameters
    ----------
    path
        GeoTIFF, north-up or south-up; on this machine, or one that is read where it lies. Or, on
        this machine, a GeoPackage of polygons with a column `population`, such as Kontur's
        hexagons, also in gzip: its people are read in cells (`geo.people.hexagons`).
    unit
        `count` (persons a cell) or `density` (persons a square kilometre); None: as the file
        says (`geo.people.raster_unit`).
    band
        Its number from 1, also as digits, or its name; None: the only one.
    nodata
        The value of cells without data, NaN too, beside the one that the file declares; with it,
        no other value is suspected of standing for no data (`geo.people.fill_values`).
    limits
        Sizes that the file may declare.

    Raises
    ------
    UnavailableError
        If the file can't be read, or what is made of polygons can't be kept.
    UsageError
        If the unit is neither known from the file nor given, the band is not clear, or its type
        can't hold `nodata`; of polygons, if they are to hold anything but counts.
    RasterError
        If it is no GeoTIFF, damaged (also where that shows while it is open), without CRS,
        rotated, or absurdly large; or if its polygons hold no people.
    """
    raster = path
    of_polygons = isinstance(path, Path) and holds_polygons(path)
    if isinstance(path, Path) and of_polygons:
        check_options(path, unit, nodata)
        raster, nodata = find_cells(path), math.nan  # none of its values stands for no data
    with open_geotiff(raster) as dataset:
        check_size(path, dataset, limits)
        layout = read_layout(path, dataset)
        number = choose_band(path, dataset, band)
        tags = {**dataset.tags(), **dataset.tags(number)}
        hints = (dataset.units[number - 1], dataset.descriptions[number - 1])
        yield PopulationTiles(
            path=path,
            dataset=dataset,
            band=number,
            layout=layout,
            unit=find_unit(path, tags, hints, unit),
            fill=read_fill_values(path, dataset, number, nodata),
            tags=tags,
            least_km2=None if layout.is_geographic else _survey_areas_km2(layout),
            cautions=(warn_of_polygons(path, tags),) if of_polygons else (),
        )


def _whole_blocks(cells: float, block: int) -> int:
    """Return as many cells as fill whole blocks, about so many and at least one block."""
    return block * max(1, round(cells / block))


def _survey_areas_km2(layout: Layout) -> NDArray[np.float64]:
    """Return what no cell's true area is below, for each row of a projected grid; 0: not known.

    Half the least of those that are measured along the next measured rows above and below: areas
    change smoothly over a projection. Only how closely a cell is looked at hangs on it.
    """
    rows = np.unique(np.linspace(0, layout.rows - 1, _AREA_ROWS).astype(np.int64))
    cols = np.unique(np.linspace(0, layout.cols - 1, _AREA_COLS).astype(np.int64))
    edges = [np.stack([at, at + 1], axis=1).ravel().astype(np.float64) for at in (rows, cols)]
    x = layout.west + edges[1] * layout.cell_width
    y = layout.north - edges[0] * layout.cell_height
    measured = areas_between_km2(layout.crs, x, y)[::2, ::2]  # between them lie what is skipped
    least = np.where(np.isnan(measured), np.inf, measured).min(axis=1)
    least = np.where(np.isinf(least), 0.0, least) * _AREA_PART
    after = np.clip(np.searchsorted(rows, np.arange(layout.rows)), 0, len(rows) - 1)
    before = np.maximum(after - 1, 0)
    return np.minimum(least[before], least[after])
