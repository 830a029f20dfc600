"""A GeoTIFF opened with care: one driver, no other file, its size and layout checked first."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import RasterError, UnavailableError, UsageError
from geo.people.grid import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAX_SIDE = 2_000_000  # the whole Earth at 0.7 arc-seconds
_MAX_BANDS = 1_000
_MAX_BLOCK_BYTES = 256_000_000
_ROTATION = 1e-9  # of a cell
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GDAL_OPTIONS = {"GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """The north-up grid of a whole raster, in units of `crs`.

    `flipped`: the rows of the file run from south to north.
    """

    crs: str
    west: float
    north: float
    cell_width: float
    cell_height: float
    rows: int
    cols: int
    flipped: bool

    @property
    def wraps(self) -> bool:
        """Whether the columns go once round the Earth."""
        turn = self.cols * self.cell_width
        return self.crs == WGS84 and abs(turn - 360.0) < self.cell_width / 2


@contextmanager
def open_geotiff(path: Path) -> Iterator[Any]:
    """Open a GeoTIFF for reading, with no other driver and no file beside it.

    Yields
    ------
        A rasterio dataset.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    RasterError
        If it is no GeoTIFF or damaged, also where that shows while it is open.
    """
    import rasterio

    _check_head(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.Env(**_GDAL_OPTIONS), rasterio.open(path, driver="GTiff") as dataset:
                yield dataset
    except (rasterio.errors.RasterioError, rasterio.errors.CRSError) as error:
        cause = error.__cause__ or error
        raise RasterError(f"{path}: damaged or cut short, can't be read: {cause}") from error


def choose_band(path: Path, dataset: Any, band: int | None) -> int:
    """Return the number of the band to read, from 1.

    Raises
    ------
    UsageError
        If there are several and none was named, or there is no such band.
    """
    if band is None and dataset.count > 1:
        names = [
            f"{number} {name}" if name else str(number)
            for number, name in enumerate(dataset.descriptions[:_LISTED], 1)
        ]
        more = ", ..." if dataset.count > _LISTED else ""
        raise UsageError(
            f"{path}: {dataset.count} bands ({', '.join(names)}{more}); name the one to read with "
            "--band N, or write it to a file of its own"
        )
    if band is not None and not 1 <= band <= dataset.count:
        raise UsageError(f"{path}: band {band}; expected 1 to {dataset.count}")
    return band or 1


def check_size(path: Path, dataset: Any) -> None:
    """Refuse a raster whose declared sizes are absurd, before anything of it is read.

    Raises
    ------
    RasterError
        If a side, the number of bands or a block is too large, or values are complex numbers.
    """
    if max(dataset.height, dataset.width) > _MAX_SIDE or dataset.count > _MAX_BANDS:
        raise RasterError(
            f"{path}: declares {dataset.height:,} rows, {dataset.width:,} columns, "
            f"{dataset.count:,} bands; expected at most {_MAX_SIDE:,} a side and {_MAX_BANDS:,} "
            "bands"
        )
    kind = dataset.dtypes[0]
    if kind.startswith("complex"):
        raise RasterError(f"{path}: values of type {kind}; expected numbers of people")
    rows, cols = dataset.block_shapes[0]
    together = dataset.count if str(dataset.interleaving).lower().endswith("pixel") else 1
    size = rows * cols * together * _item_bytes(kind)
    if size > _MAX_BLOCK_BYTES:
        raise RasterError(
            f"{path}: blocks of {rows:,} by {cols:,} cells, {size / 1e6:,.0f} MB each; expected at "
            f"most {_MAX_BLOCK_BYTES / 1e6:,.0f} MB. Write it tiled: "
            f"gdal_translate -co TILED=YES {path.name} tiled.tif"
        )


def read_layout(path: Path, dataset: Any) -> Layout:
    """Return a raster's grid.

    Raises
    ------
    RasterError
        If it has no CRS or position, is rotated or mirrored, or its bounds don't fit its CRS.
    """
    crs = _read_crs(path, dataset)
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
    )
    _check_bounds(path, layout)
    return layout


def _check_head(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise UnavailableError(f"{path} can't be read: {error.strerror or error}") from error
    if head not in _MAGIC:
        found = f"it begins with {head!r}" if head else "it is empty"
        raise RasterError(f"{path}: no GeoTIFF, whatever its name says: {found}")


def _item_bytes(kind: str) -> int:
    import numpy as np

    return np.dtype(kind).itemsize


def _read_crs(path: Path, dataset: Any) -> str:
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
    if crs.is_geographic and abs(crs.axis_info[0].unit_conversion_factor - 0.0174532925199433) > (
        1e-12
    ):
        raise RasterError(f"{path}: CRS {crs.name!r} is not in degrees; expected degrees")
    if crs.to_epsg(min_confidence=20) == 4326:
        return WGS84
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_wkt())


def _check_bounds(path: Path, layout: Layout) -> None:
    from geo.people.grid import is_geographic

    if layout.crs != WGS84 and not is_geographic(layout.crs):
        return
    east = layout.west + layout.cols * layout.cell_width
    south = layout.north - layout.rows * layout.cell_height
    edge = max(layout.cell_width, layout.cell_height)
    fits = (
        layout.west >= -180 - edge
        and east <= 360 + edge
        and east - layout.west <= 360 + edge
        and max(layout.north, -south) <= 90 + edge
    )
    if not fits:
        raise RasterError(
            f"{path}: bounds {layout.west:g}, {south:g}, {east:g}, {layout.north:g} are no "
            "degrees, but its CRS says so; expected longitudes and latitudes. Is the CRS right?"
        )
