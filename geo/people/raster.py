"""A population file of the user's: the cells of it that cover a box, as persons."""

from __future__ import annotations

import contextlib
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import RasterError
from geo.people.geotiff import DEFAULT_LIMITS, RasterLimits
from geo.people.grid import PopulationGrid
from geo.people.tiles import open_tiles
from geo.people.windows import find_windows, place_windows
from geo.resources import hash_file
from geo.types import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.people.tiles import PopulationTiles
    from geo.people.windows import CellWindow
    from geo.ranges import RasterFile
    from geo.types import BBox

LIMIT_CELLS = 50_000_000
"""Most cells that are loaded for one box, unless told otherwise."""

_ID_LENGTH = 12
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]|20[0-4])\d(?!\d)")
_REVISION = re.compile(r"rev\d+_")  # of GPW; before it may stand the year it was adjusted to
_DAY = re.compile(r"(?<!\d)(?:19[5-9]|20[0-4])\d{5}(?!\d)")
_DATE_TAGS = ("population_date", "year", "epoch")


def read_population(
    path: RasterFile,
    bbox: BBox,
    *,
    unit: str | None = None,
    band: int | str | None = None,
    nodata: float | None = None,
    limit_cells: int = LIMIT_CELLS,
    limits: RasterLimits = DEFAULT_LIMITS,
) -> PopulationGrid:
    """Read the people of a box from a GeoTIFF of counts or density, or from polygons.

    Parameters
    ----------
    path, unit, band, nodata, limits
        As for `geo.people.tiles.open_tiles`.
    bbox
        EPSG:4326.
    limit_cells
        Most cells to load.

    Returns
    -------
        Whole cells that cover the box as far as the raster reaches, in the raster's own CRS.
        NaN: no data, also where the box goes beyond both ends of a raster that does not go all
        round the Earth.

    Raises
    ------
    UnavailableError, UsageError
        As `open_tiles`.
    OutOfReachError
        If the raster has no cell in the box.
    RasterError
        As `open_tiles`, or if there are too many cells, or values can't be people or look like
        no data that is not declared (`geo.people.fill_values`).
    """
    with open_tiles(path, unit=unit, band=band, nodata=nodata, limits=limits) as raster:
        layout = raster.layout
        people, first = read_box(raster, bbox, limit_cells=limit_cells)
        year = find_year(path, raster.tags)
        number, cautions = raster.band, raster.cautions
    source = describe_raster(path, year)
    return PopulationGrid(
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
        cautions=cautions,
    )


def read_box(
    raster: PopulationTiles, bbox: BBox, *, limit_cells: int = LIMIT_CELLS
) -> tuple[NDArray[np.float64], CellWindow]:
    """Return the persons of the whole cells that cover a box, and where the first of them lies.

    Raises
    ------
    OutOfReachError, RasterError
        As `read_population`.
    """
    path, layout = raster.path, raster.layout
    windows = find_windows(path, layout, bbox)
    starts, cols = place_windows(path, layout, windows)
    first = windows[0]
    rows = first.row1 - first.row0
    if rows * cols > limit_cells:
        raise RasterError(
            f"{path}: the area of interest has {rows * cols:,} cells; at most {limit_cells:,} "
            "are loaded. Use a coarser raster or a smaller area, or, from Python, raise "
            "limit_cells"
        )
    people = raster.read_people(*first.window)
    if len(windows) > 1:
        whole = np.full((rows, cols), np.nan)
        whole[:, : people.shape[1]] = people
        for start, piece in zip(starts[1:], windows[1:], strict=True):
            width = piece.col1 - piece.col0
            whole[:, start : start + width] = raster.read_people(*piece.window)
        people = whole
    return people, first


def describe_raster(path: RasterFile, year: str | None = None) -> Source:
    """Return a population raster as a source: its name and checksum.

    Of one that is read where it lies the checksum is that of its address, version and size.
    """
    if isinstance(path, Path):
        digest = hash_file(path)
        note = f"sha256 {digest}"
    else:
        digest = path.notes.identity
        note = (
            f"read in parts from {path}, {path.size:,} bytes, version {path.notes.version}; "
            f"sha256 of these three {digest}"
        )
    return Source(
        source_id=f"population:{digest[:_ID_LENGTH]}",
        name=f"Population raster: {path.name}",
        licence="as given with the file",
        date=year,
        note=note,
    )


def find_year(path: RasterFile, tags: Mapping[str, str]) -> str | None:
    """Return the year that the tags or the file's name give, or the name's day; None: undated.

    A day as `20231101`, in ISO 8601; only where no year stands by itself, as beside a year it is
    often that of a release.
    """
    lower = {name.lower(): value for name, value in tags.items()}
    name = _REVISION.split(path.stem)[-1]
    for text in [*(lower.get(tag, "") for tag in _DATE_TAGS), name]:
        if match := _YEAR.search(text):
            return match[0]
    if match := _DAY.search(name):
        with contextlib.suppress(ValueError):  # 31 February
            return date.fromisoformat(match[0]).isoformat()
    return None
