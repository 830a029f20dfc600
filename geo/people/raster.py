"""A population raster of the user's: the window of a GeoTIFF that covers a box, as persons."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError
from geo.people.geotiff import Layout, check_size, choose_band, open_geotiff, read_layout
from geo.people.grid import WGS84, PopulationGrid, cell_areas_km2
from geo.people.raster_unit import find_unit
from geo.resources import hash_file
from geo.types import BBox, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LIMIT_CELLS = 50_000_000
"""Most cells that are loaded for one box, unless told otherwise."""

MAX_DENSITY_KM2 = 5_000_000.0
"""Several times the densest block of houses there is."""

_ID_LENGTH = 12
_EDGE = 1e-6  # of a cell: an edge of the box that lies on an edge of cells takes no more
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]|20[0-4])\d(?!\d)")
_DATE_TAGS = ("population_date", "year", "epoch")


class OutOfReachError(RasterError):
    """A raster has no cell in the box that was asked for."""


@dataclass(frozen=True, slots=True)
class CellWindow:
    """Cells of the raster, and the west edge they have in the longitudes that are asked for.

    Rows from the north, also where the file's run from the south; ends are exclusive.
    """

    row0: int
    row1: int
    col0: int
    col1: int
    west: float


def read_population(
    path: Path,
    bbox: BBox,
    *,
    unit: str | None = None,
    band: int | None = None,
    nodata: float | None = None,
    limit_cells: int = LIMIT_CELLS,
) -> PopulationGrid:
    """Read the people of a box from a GeoTIFF of counts or density.

    Parameters
    ----------
    path
        GeoTIFF in any CRS, north-up or south-up.
    bbox
        EPSG:4326.
    unit
        `count` (persons a cell) or `density` (persons a square kilometre); None: as the file
        says (`geo.people.raster_unit`).
    band
        From 1; None: the only one.
    nodata
        The value of cells without data, NaN too, beside the one that the file declares.
    limit_cells
        Most cells to load.

    Returns
    -------
        Whole cells that cover the box as far as the raster reaches, in the raster's own CRS.
        NaN: no data.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    UsageError
        If the unit is neither known from the file nor given, or the band is not clear.
    OutOfReachError
        If the raster has no cell in the box.
    RasterError
        If it is no GeoTIFF, damaged, without CRS, rotated, absurdly large, or holds values that
        can't be people.
    """
    with open_geotiff(path) as dataset:
        check_size(path, dataset)
        layout = read_layout(path, dataset)
        number = choose_band(path, dataset, band)
        tags = {**dataset.tags(), **dataset.tags(number)}
        hints = (dataset.units[number - 1], dataset.descriptions[number - 1])
        kind = find_unit(path, tags, hints, unit)
        pieces = _find_pieces(path, layout, bbox)
        _check_cells(path, pieces, limit_cells)
        people = np.hstack(
            [read_cells(path, dataset, number, layout, piece, nodata) for piece in pieces]
        )
    year = _find_year(path, tags)
    source = describe_raster(path, year)
    first = pieces[0]
    grid = PopulationGrid(
        grid_id=f"{source.source_id}:{number}:{first.row0},{first.col0}",
        label=path.name,
        source=source,
        population_date=year,
        modelled="no",
        crs=layout.crs,
        west=first.west,
        north=layout.north - first.row0 * layout.cell_height,
        cell_width=layout.cell_width,
        cell_height=layout.cell_height,
        people=people,
    )
    return replace(grid, people=to_persons(path, people, cell_areas_km2(grid), kind))


def describe_raster(path: Path, year: str | None = None) -> Source:
    """Return a population raster as a source: its name and checksum."""
    digest = hash_file(path)
    return Source(
        source_id=f"population:{digest[:_ID_LENGTH]}",
        name=f"Population raster: {path.name}",
        licence="as given with the file",
        date=year,
        note=f"sha256 {digest}",
    )


def _find_year(path: Path, tags: Mapping[str, str]) -> str | None:
    """Return the year that the tags or the file's name give; None: undated."""
    lower = {name.lower(): value for name, value in tags.items()}
    for text in [*(lower.get(name, "") for name in _DATE_TAGS), path.stem]:
        if match := _YEAR.search(text):
            return match[0]
    return None


def _find_pieces(path: Path, layout: Layout, bbox: BBox) -> list[CellWindow]:
    """Return the cells of the box, from west to east; several where it crosses the raster's edge.

    The box is looked for at its longitudes and one turn further each way, so that rasters from 0
    to 360 degrees and boxes across the date line are met.
    """
    boxes = [(box, 0.0) for box in _project_box(layout, bbox)]
    if layout.crs == WGS84:
        boxes += [(_shift(bbox, turn), turn) for turn in (360.0, -360.0)]
    pieces = [piece for box, turn in boxes if (piece := _cut(layout, box, turn)) is not None]
    if not pieces:
        east = layout.west + layout.cols * layout.cell_width
        south = layout.north - layout.rows * layout.cell_height
        raise OutOfReachError(
            f"{path}: covers {layout.west:g}, {south:g}, {east:g}, {layout.north:g} "
            f"({layout.crs[:40]}), none of the area of interest {bbox.west:g}, {bbox.south:g}, "
            f"{bbox.east:g}, {bbox.north:g}; give a raster that covers it"
        )
    pieces.sort(key=lambda piece: piece.west)
    if layout.wraps:
        return pieces
    return [max(pieces, key=lambda piece: piece.col1 - piece.col0)]


def _shift(box: BBox, degrees: float) -> BBox:
    return BBox(box.west + degrees, box.south, box.east + degrees, box.north)


def _project_box(layout: Layout, bbox: BBox) -> list[BBox]:
    """Return the box that holds `bbox` in the raster's CRS; empty where it can't be projected."""
    if layout.crs == WGS84:
        return [bbox]
    import pyproj

    to_raster = pyproj.Transformer.from_crs(WGS84, layout.crs, always_xy=True)
    halves = [bbox]
    if bbox.east > 180:
        halves = [
            BBox(bbox.west, bbox.south, 180.0, bbox.north),
            BBox(-180.0, bbox.south, bbox.east - 360, bbox.north),
        ]
    bounds = np.array(
        [
            to_raster.transform_bounds(half.west, half.south, half.east, half.north)
            for half in halves
        ]
    )
    if not np.isfinite(bounds).all():
        return []
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return [BBox(float(west), float(south), float(east), float(north))]


def _cut(layout: Layout, box: BBox, turn: float) -> CellWindow | None:
    """Return the cells of a box in the raster's coordinates, None if there are none."""
    cols = _cover(box.west - layout.west, box.east - layout.west, layout.cell_width, layout.cols)
    rows = _cover(
        layout.north - box.north, layout.north - box.south, layout.cell_height, layout.rows
    )
    if cols is None or rows is None:
        return None
    west = layout.west + cols[0] * layout.cell_width - turn
    return CellWindow(*rows, *cols, west)


def _cover(start: float, end: float, size: float, count: int) -> tuple[int, int] | None:
    """Return the cells `first..last` (exclusive) that cover an interval, as far as they reach."""
    first = math.floor(start / size + _EDGE)
    last = max(first + 1, math.ceil(end / size - _EDGE))
    first, last = max(first, 0), min(last, count)
    return (first, last) if first < last else None


def _check_cells(path: Path, pieces: Sequence[CellWindow], limit: int) -> None:
    cells = sum((piece.row1 - piece.row0) * (piece.col1 - piece.col0) for piece in pieces)
    if cells > limit:
        raise RasterError(
            f"{path}: the area of interest has {cells:,} cells; at most {limit:,} are loaded. Use "
            "a coarser raster or a smaller area, or raise the limit"
        )


def read_cells(
    path: Path, dataset: Any, band: int, layout: Layout, piece: CellWindow, nodata: float | None
) -> NDArray[np.float64]:
    """Return the values of some cells, row 0 northernmost, NaN: no data.

    Raises
    ------
    RasterError
        If values can't be people and are not declared to be no data.
    """
    from rasterio.windows import Window

    rows = piece.row1 - piece.row0
    top = layout.rows - piece.row1 if layout.flipped else piece.row0
    window = Window(piece.col0, top, piece.col1 - piece.col0, rows)
    raw = dataset.read(band, window=window)
    missing = dataset.read_masks(band, window=window) == 0
    if nodata is not None:
        missing |= np.isnan(raw) if math.isnan(nodata) else raw == nodata
    declared = dataset.nodatavals[band - 1] is not None
    _check_values(path, raw, missing, declared=declared)
    values = raw.astype(np.float64) * dataset.scales[band - 1] + dataset.offsets[band - 1]
    values[missing] = np.nan
    if (values < 0).any():  # by its offset: the raw values are not negative
        raise RasterError(f"{path}: scale and offset make negative people; check its tags")
    north_up: NDArray[np.float64] = values[::-1] if layout.flipped else values
    return north_up


def _check_values(
    path: Path, raw: NDArray[Any], missing: NDArray[np.bool_], *, declared: bool
) -> None:
    """Stop on values that can't be people and are not declared to be no data."""
    if np.issubdtype(raw.dtype, np.floating):
        strange = ~np.isfinite(raw) | (raw < 0)
    else:
        strange = raw < 0
        if not declared:  # the largest number of the type is what "no data" is often written as
            strange |= raw == np.iinfo(raw.dtype).max
    strange &= ~missing
    if not strange.any():
        return
    value = raw[strange][0]
    text = f"{value:g}" if np.issubdtype(raw.dtype, np.floating) else str(value)
    raise RasterError(
        f"{path}: value {text} in {int(strange.sum()):,} cells of the area of interest; expected "
        "people, 0 or more. If it stands for no data, declare that in the file: "
        f"gdal_edit.py -a_nodata {text} {path.name}"
    )


def to_persons(
    path: Path, values: NDArray[np.float64], areas: NDArray[np.float64], kind: str
) -> NDArray[np.float64]:
    """Return persons per cell from counts or density, given the cells' areas in square kilometres.

    Raises
    ------
    RasterError
        If more people live in a cell than there is room for.
    """
    density = values if kind == "density" else values / areas
    if (density > MAX_DENSITY_KM2).any():
        worst = float(np.nanmax(values))
        raise RasterError(
            f"{path}: value {worst:g}, or {float(np.nanmax(density)):,.0f} people a square "
            "kilometre: expected people. If the value stands for no data, declare it: "
            f"gdal_edit.py -a_nodata {worst:g} {path.name}; else check --unit count|density"
        )
    return values * areas if kind == "density" else values
