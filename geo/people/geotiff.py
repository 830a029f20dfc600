"""A GeoTIFF opened with care: one driver, no other file, its size and layout checked first."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import RasterError, UnavailableError, UsageError
from geo.people.grid import WGS84, areas_between_km2
from geo.people.remote import open_dataset, raise_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.ranges import RasterFile

_ROTATION = 1e-9  # of a cell
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SQLITE = b"SQLi"
_GDAL_OPTIONS = {"GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
_LISTED = 8
_TURN = 360.0
_SMALLEST_M = 0.1  # no population is mapped in smaller cells: these are degrees
_PROBES = 9  # a side


@dataclass(frozen=True, slots=True)
class RasterLimits:
    """Sizes that a raster may declare: larger ones are refused before anything is read.

    A few kilobytes can declare terabytes. Raise a limit by giving one of these to
    `read_population` or `open_tiles`.

    Attributes
    ----------
    side
        Rows, and columns; the default is the whole Earth at 0.7 arc-seconds.
    cells
        Rows times columns; the default is twice the whole Earth at 3 arc-seconds.
    bands
        Bands.
    block_bytes
        Bytes of a block when decoded: memory that reading a single cell takes.
    """

    side: int = 2_000_000
    cells: int = 200_000_000_000
    bands: int = 1_000
    block_bytes: int = 256_000_000


DEFAULT_LIMITS = RasterLimits()


@dataclass(frozen=True, slots=True)
class Layout:
    """The north-up grid of a whole raster, in units of `crs`.

    Attributes
    ----------
    crs
        `EPSG:4326`, or the raster's own as PROJ reads it.
    west, north
        Outer edges of the first column and the northernmost row.
    flipped
        Whether the rows of the file run from south to north.
    unit_m
        Metres in a unit of `crs`; None: it is geographic, in degrees.
    """

    crs: str
    west: float
    north: float
    cell_width: float
    cell_height: float
    rows: int
    cols: int
    flipped: bool
    unit_m: float | None

    @property
    def east(self) -> float:
        """Outer edge of the last column."""
        return self.west + self.cols * self.cell_width

    @property
    def south(self) -> float:
        """Outer edge of the southernmost row."""
        return self.north - self.rows * self.cell_height

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees of longitude and latitude, of any datum."""
        return self.unit_m is None

    @property
    def is_wgs84(self) -> bool:
        """Whether they are EPSG:4326: positions need no transformation, discs have closed forms."""
        return self.crs == WGS84

    @property
    def wraps(self) -> bool:
        """Whether the columns go once round the Earth."""
        turn = self.cols * self.cell_width
        return self.is_geographic and abs(turn - _TURN) < self.cell_width / 2

    def column_edges(self, col0: int, col1: int) -> NDArray[np.float64]:
        """Return the edges of columns from west to east; they may lie off the grid."""
        return self.west + np.arange(col0, col1 + 1, dtype=np.float64) * self.cell_width

    def row_edges(self, row0: int, row1: int) -> NDArray[np.float64]:
        """Return the edges of rows from north to south; they may lie off the grid."""
        return self.north - np.arange(row0, row1 + 1, dtype=np.float64) * self.cell_height

    def true_areas_km2(self, row0: int, row1: int, col0: int, col1: int) -> NDArray[np.float64]:
        """Return the true area of the cells of a window, as `geo.people.grid.areas_between_km2`.

        Shape (rows, 1) where the CRS is geographic, else (rows, cols).
        """
        x, y = self.column_edges(col0, col1), self.row_edges(row0, row1)
        return areas_between_km2(self.crs, x, y)


@contextmanager
def open_geotiff(path: RasterFile) -> Iterator[Any]:
    """Open a GeoTIFF for reading, with no other driver and no file beside it.

    Yields
    ------
        A rasterio dataset.

    Raises
    ------
    UnavailableError
        If the file can't be read; one that is read where it lies, also where that shows later.
    RasterError
        If it is no GeoTIFF or damaged, also where that shows while it is open.
    """
    import rasterio

    _check_head(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.Env(**_GDAL_OPTIONS), open_dataset(path) as dataset:
                raise_failure(path)
                yield dataset
                raise_failure(path)
    except (rasterio.errors.RasterioError, rasterio.errors.CRSError) as error:
        raise_failure(path)
        cause = error.__cause__ or error
        raise RasterError(f"{path}: damaged or cut short, can't be read: {cause}") from error


def choose_band(path: RasterFile, dataset: Any, band: int | str | None) -> int:
    """Return the number of the band to read, from 1.

    Parameters
    ----------
    band
        Its number, also as digits, or its name (description), in any case; None: the only one
        that is not transparency.

    Raises
    ------
    UsageError
        If there are several and none was named, or there is no such band.
    """
    from rasterio.enums import ColorInterp

    shown = [n for n, kind in enumerate(dataset.colorinterp, 1) if kind != ColorInterp.alpha]
    names = dict(enumerate(dataset.descriptions, 1))
    listed = ", ".join(f"{n} {names[n]}" if names[n] else str(n) for n in shown[:_LISTED])
    listed += ", ..." if len(shown) > _LISTED else ""
    if band is None:
        if len(shown) != 1:
            raise UsageError(
                f"{path}: {len(shown)} bands ({listed}); name the one to read with --band, by its "
                "number or name, or write it to a file of its own"
            )
        return shown[0]
    found = _find_bands(band, names)
    if len(found) == 1 and found[0] in shown:
        return found[0]
    if len(found) > 1:
        text = ", ".join(map(str, found))
        raise UsageError(f"{path}: bands {text} are all called {band!r}; give the number")
    raise UsageError(f"{path}: band {band}; expected 1 to {dataset.count}: {listed}")


def _find_bands(band: int | str, names: dict[int, str | None]) -> list[int]:
    """Return the bands of a number or name: the exact name's, else the same in another case."""
    if isinstance(band, int) or band.strip().isdecimal():
        return [int(band)] if int(band) in names else []
    wanted = band.strip()
    exact = [number for number, name in names.items() if name and name == wanted]
    folded = wanted.casefold()
    return exact or [n for n, name in names.items() if name and name.strip().casefold() == folded]


def check_size(path: RasterFile, dataset: Any, limits: RasterLimits = DEFAULT_LIMITS) -> None:
    """Refuse a raster whose declared sizes are absurd, before anything of it is read.

    Raises
    ------
    RasterError
        If a side, the cells, the bands or a block are too many or large, or values are complex
        numbers.
    """
    rows, cols, bands = dataset.height, dataset.width, dataset.count
    for found, limit, name, text in (
        (max(rows, cols), limits.side, "side", "a side"),
        (rows * cols, limits.cells, "cells", "cells"),
        (bands, limits.bands, "bands", "bands"),
    ):
        if found > limit:
            raise RasterError(
                f"{path}: declares {rows:,} rows, {cols:,} columns, {bands:,} bands; expected at "
                f"most {limit:,} {text}. Cut out what is needed: gdal_translate -projwin WEST "
                f"NORTH EAST SOUTH; or, from Python, raise it: limits=RasterLimits({name}={found})"
            )
    kind = dataset.dtypes[0]
    if kind.startswith("complex"):
        raise RasterError(f"{path}: values of type {kind}; expected numbers of people")
    block_rows, block_cols = dataset.block_shapes[0]
    together = bands if str(dataset.interleaving).lower().endswith("pixel") else 1
    size = block_rows * block_cols * together * np.dtype(kind).itemsize
    if size > limits.block_bytes:
        raise RasterError(
            f"{path}: blocks of {block_rows:,} by {block_cols:,} cells, {size / 1e6:,.0f} MB each; "
            f"expected at most {limits.block_bytes / 1e6:,.0f} MB. Write it tiled: gdal_translate "
            f"-co TILED=YES {path.name} tiled.tif; or, from Python, raise it: "
            f"limits=RasterLimits(block_bytes={size})"
        )


def read_layout(path: RasterFile, dataset: Any) -> Layout:
    """Return a raster's grid.

    Raises
    ------
    RasterError
        If it has no CRS or position, is rotated or mirrored, or its bounds don't fit its CRS.
    """
    crs, unit_m = _read_crs(path, dataset)
    place = dataset.transform
    if place.is_identity:
        raise RasterError(
            f"{path}: no position; expected the coordinates of a corner and the cells' size. Give "
            "them with gdal_translate -a_ullr WEST NORTH EAST SOUTH"
        )
    skewed = max(abs(place.b), abs(place.d)) > _ROTATION * max(abs(place.a), abs(place.e))
    if skewed or place.a <= 0 or place.e == 0:
        raise RasterError(
            f"{path}: rotated or mirrored; expected rows from west to east. Straighten it, with "
            f"people kept: gdalwarp -r sum {path.name} straight.tif"
        )
    layout = Layout(
        crs=crs,
        west=place.c,
        north=place.f + max(0.0, place.e) * dataset.height,
        cell_width=place.a,
        cell_height=abs(place.e),
        rows=dataset.height,
        cols=dataset.width,
        flipped=place.e > 0,
        unit_m=unit_m,
    )
    _check_bounds(path, layout)
    return layout


def _check_head(path: RasterFile) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    raise_failure(path)
    if head not in _MAGIC:
        if head == _SQLITE:
            raise RasterError(
                f"{path}: a database of SQLite, such as a GeoPackage; expected a GeoTIFF of people "
                "here. Polygons with people, such as Kontur's hexagons, are read from a GeoPackage "
                "of yours: --population FILE.gpkg"
            )
        found = f"it begins with {head!r}" if head else "it is empty"
        raise RasterError(f"{path}: no GeoTIFF, whatever its name says: {found}")


def _read_crs(path: RasterFile, dataset: Any) -> tuple[str, float | None]:
    """Return a raster's CRS and the metres in its unit, None for degrees."""
    import pyproj

    if dataset.crs is None or not dataset.crs.to_wkt():
        raise RasterError(
            f"{path}: no CRS; expected one, such as EPSG:4326. Write it into the file: "
            f"gdal_edit.py -a_srs EPSG:4326 {path.name}"
        )
    try:
        crs = pyproj.CRS.from_wkt(dataset.crs.to_wkt())
    except pyproj.exceptions.CRSError as error:
        raise RasterError(f"{path}: CRS can't be understood: {error}") from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise RasterError(
            f"{path}: CRS {crs.name!r} is not on the Earth's surface; expected longitude and "
            "latitude or a map projection"
        )
    factor = crs.axis_info[0].unit_conversion_factor
    if crs.is_geographic and abs(factor - math.radians(1.0)) > 1e-12:
        raise RasterError(f"{path}: CRS {crs.name!r} is not in degrees; expected degrees")
    unit_m = None if crs.is_geographic else float(factor)
    if crs.is_geographic and crs.to_epsg(min_confidence=20) == 4326:
        return WGS84, unit_m
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_wkt()), unit_m


def _check_bounds(path: RasterFile, layout: Layout) -> None:
    bounds = (
        f"bounds {layout.west:g}, {layout.south:g}, {layout.east:g}, {layout.north:g} (west, "
        "south, east, north)"
    )
    if layout.unit_m is None:
        edge = max(layout.cell_width, layout.cell_height)
        fits = (
            layout.west >= -_TURN - edge
            and layout.east <= _TURN + edge
            and layout.east - layout.west <= _TURN + edge
            and max(layout.north, -layout.south) <= 90 + edge
        )
        if not fits:
            raise RasterError(
                f"{path}: {bounds} are no degrees, but its CRS says so; expected longitudes and "
                "latitudes. Is the CRS right?"
            )
        return
    smallest = min(layout.cell_width, layout.cell_height) * layout.unit_m
    if smallest < _SMALLEST_M:
        raise RasterError(
            f"{path}: cells of {smallest:g} m and {bounds} in the CRS {layout.crs[:40]}; expected "
            "coordinates of a map projection, these look like degrees. Is the CRS right?"
        )
    if not _reaches_earth(layout):
        raise RasterError(
            f"{path}: {bounds} lie nowhere on Earth in its CRS {layout.crs[:40]}. Is it right?"
        )


def _reaches_earth(layout: Layout) -> bool:
    """Tell whether some of a projected grid has longitudes and latitudes, and comes back there."""
    import pyproj

    x, y = np.meshgrid(
        np.linspace(layout.west, layout.east, _PROBES),
        np.linspace(layout.north, layout.south, _PROBES),
    )
    forth = pyproj.Transformer.from_crs(layout.crs, WGS84, always_xy=True)
    lon, lat = forth.transform(x, y)
    back_x, back_y = forth.transform(lon, lat, direction="INVERSE")
    with np.errstate(invalid="ignore"):  # beyond the projection they are infinite
        near = (np.abs(back_x - x) < layout.cell_width) & (np.abs(back_y - y) < layout.cell_height)
    return bool(near.any())
