"""A population raster of any size, read tile by tile."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.people.geotiff import Layout, check_size, choose_band, open_geotiff, read_layout
from geo.people.grid import WGS84, band_areas_km2, is_geographic, quadrangle_areas_km2
from geo.people.raster import MAX_DENSITY_KM2, CellWindow, read_cells, to_persons
from geo.people.raster_unit import find_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray

_TILE_SIDE = 1024
_TILE_CELLS = 1 << 20


@dataclass(frozen=True, slots=True)
class RawRules:
    """What turns a raster's own values into persons, where no mask has to be read.

    Attributes
    ----------
    nodata
        As the raster's type holds it; NaN: none.
    nan_is_gap
        Whether NaN is the declared nodata.
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
    """An open GeoTIFF of people on a geographic grid. One thread reads from it at a time."""

    path: Path
    dataset: Any
    band: int
    layout: Layout
    unit: str
    nodata: float | None = None

    @property
    def tile_shape(self) -> tuple[int, int]:
        """Rows and columns of a tile: whole blocks of the file, about a million cells."""
        block_rows, block_cols = self.dataset.block_shapes[self.band - 1]
        cols = min(self.layout.cols, block_cols * max(1, round(_TILE_SIDE / block_cols)))
        rows = block_rows * max(1, round(_TILE_CELLS / cols / block_rows))
        return min(rows, self.layout.rows), cols

    def cell_areas_km2(self, row0: int, row1: int) -> NDArray[np.float64]:
        """Return the area of a cell of each row, square kilometres; rows may lie off the grid.

        On a projected grid it is the area in the projection's plane: parts of zones are measured
        with it, which only their ratios are made of.
        """
        if self.layout.crs != WGS84 and not is_geographic(self.layout.crs):
            return np.full(row1 - row0, self._plane_km2)
        rows = np.arange(row0, row1 + 1, dtype=np.float64)
        edges = self.layout.north - rows * self.layout.cell_height
        return band_areas_km2(edges, self.layout.cell_width)

    def read_people(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[np.float64]:
        """Return persons per cell, row 0 northernmost, NaN: no data.

        Raises
        ------
        RasterError
            If values can't be people.
        """
        window = CellWindow(row0, row1, col0, col1, west=0.0)
        values = read_cells(self.path, self.dataset, self.band, self.layout, window, self.nodata)
        return to_persons(self.path, values, self._true_areas_km2(window), self.unit)

    @property
    def _plane_km2(self) -> float:
        import pyproj

        metres = pyproj.CRS.from_user_input(self.layout.crs).axis_info[0].unit_conversion_factor
        return self.layout.cell_width * self.layout.cell_height * metres**2 / 1e6

    def _true_areas_km2(self, window: CellWindow) -> NDArray[np.float64]:
        """Return areas on the ellipsoid, (rows, 1) or (rows, cols)."""
        layout = self.layout
        if layout.crs == WGS84 or is_geographic(layout.crs):
            return self.cell_areas_km2(window.row0, window.row1)[:, None]
        cols = np.arange(window.col0, window.col1 + 1, dtype=np.float64)
        rows = np.arange(window.row0, window.row1 + 1, dtype=np.float64)
        return quadrangle_areas_km2(
            layout.crs,
            layout.west + cols * layout.cell_width,
            layout.north - rows * layout.cell_height,
        )

    def read_raw(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[Any]:
        """Return the file's own values, row 0 northernmost."""
        from rasterio.windows import Window

        top = self.layout.rows - row1 if self.layout.flipped else row0
        raw = self.dataset.read(self.band, window=Window(col0, top, col1 - col0, row1 - row0))
        north_up: NDArray[Any] = raw[::-1] if self.layout.flipped else raw
        return north_up

    def find_raw_rules(self) -> RawRules | None:
        """Return how raw values become persons.

        None where a mask or a value of the caller's says which cells have data, and where the area
        of a row's cells differs.
        """
        from rasterio.enums import MaskFlags

        projected = self.layout.crs != WGS84 and not is_geographic(self.layout.crs)
        if projected or self.nodata is not None:
            return None
        flags = self.dataset.mask_flag_enums[self.band - 1]
        if flags not in ([MaskFlags.all_valid], [MaskFlags.nodata]):
            return None
        kind = np.dtype(self.dataset.dtypes[self.band - 1])
        nodata = self.dataset.nodatavals[self.band - 1]
        top = math.inf
        if nodata is None and kind.kind in "iu":
            top = float(np.iinfo(kind).max)
        held = math.nan
        if nodata is not None and not math.isnan(nodata):
            with np.errstate(over="ignore"):
                held = float(kind.type(nodata)) if kind.kind == "f" else float(nodata)
        return RawRules(
            nodata=held,
            nan_is_gap=nodata is not None and math.isnan(nodata),
            top=top,
            scale=float(self.dataset.scales[self.band - 1]),
            offset=float(self.dataset.offsets[self.band - 1]),
        )

    def row_factors(self, row0: int, row1: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what a value of each row is multiplied by, and what a cell stays below."""
        areas = self.cell_areas_km2(row0, row1)
        factors = areas if self.unit == "density" else np.ones(len(areas))
        return factors, np.minimum(areas * MAX_DENSITY_KM2, float(1 << 30))


@dataclass(frozen=True, slots=True)
class PopulationFile:
    """A GeoTIFF of people and how it is to be read: the arguments of `open_tiles`."""

    path: Path
    unit: str | None = None
    band: int | None = None
    nodata: float | None = None

    def open(self) -> AbstractContextManager[PopulationTiles]:
        """Open the file; errors as `open_tiles`."""
        return open_tiles(self.path, unit=self.unit, band=self.band, nodata=self.nodata)


@contextmanager
def open_tiles(
    path: Path,
    *,
    unit: str | None = None,
    band: int | None = None,
    nodata: float | None = None,
) -> Iterator[PopulationTiles]:
    """Open a GeoTIFF of people, of counts or density (`geo.people.raster_unit`).

    Raises
    ------
    UnavailableError
        If the file can't be read.
    UsageError
        If the unit is neither known from the file nor given, or the band is not clear.
    RasterError
        If it is no GeoTIFF, damaged, without CRS, rotated, or absurdly large.
    """
    with open_geotiff(path) as dataset:
        check_size(path, dataset)
        layout = read_layout(path, dataset)
        number = choose_band(path, dataset, band)
        tags = {**dataset.tags(), **dataset.tags(number)}
        hints = (dataset.units[number - 1], dataset.descriptions[number - 1])
        kind = find_unit(path, tags, hints, unit)
        yield PopulationTiles(path, dataset, number, layout, kind, nodata)
