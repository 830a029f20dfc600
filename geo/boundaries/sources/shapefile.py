"""Shapefiles of publishers, which become GeoParquet, the form that civmap reads.

GDAL reads a damaged shapefile as far as it goes, and gives rows without outlines or without names;
so the lengths that its headers tell are compared with the files first (ESRI Shapefile Technical
Description, 1998: lengths in 16-bit words at byte 24; dBASE III: rows, header and row length).
"""

from __future__ import annotations

import struct
import warnings
from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

_CODE = 9994
_HEADER = 100
_INDEX_ENTRY = 8


def write_parquet(
    shape: Path,
    target: Path,
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] | None = None,
) -> None:
    """Write the rows of a shapefile as GeoParquet, EPSG:4326.

    Parameters
    ----------
    shape
        The `.shp`; `.shx`, `.dbf` and `.prj` stand beside it.
    change
        Chooses rows and names columns; None: all stay as they are.

    Raises
    ------
    UnavailableError
        If it is no shapefile, is cut off or damaged, or has no CRS.
    """
    import pyogrio
    from pyogrio import errors
    from pyproj.exceptions import ProjError
    from shapely.errors import ShapelyError

    check_whole(shape)
    faults = (
        errors.DataSourceError,
        errors.DataLayerError,
        ProjError,
        ShapelyError,
        ValueError,
        UnboundLocalError,  # pyogrio's, of a CRS that can't be written as WKT
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of odd rings, which are mended later
            frame = pyogrio.read_dataframe(shape, use_arrow=False)
        if frame.crs is None:
            raise UnavailableError(f"{shape.name} has no CRS (no .prj beside it)")
        frame = frame.to_crs("EPSG:4326")
    except faults as error:
        raise UnavailableError(f"{shape.name} is no whole shapefile: {error}") from error
    (change(frame) if change else frame).to_parquet(target, index=False)


def check_whole(shape: Path) -> None:
    """Raise if the files of a shapefile are not as long as their headers say.

    Raises
    ------
    UnavailableError
        See above; also if a file is missing or there are other numbers of shapes and rows.
    """
    beside = [path for path in shape.parent.iterdir() if path.stem == shape.stem]
    parts = {path.suffix.lower(): path for path in beside}
    missing = [end for end in (".shp", ".shx", ".dbf") if end not in parts]
    if missing:
        raise UnavailableError(f"{shape.name} is no whole shapefile: no {', '.join(missing)}")
    for end in (".shp", ".shx"):
        with parts[end].open("rb") as stream:
            head = stream.read(_HEADER)
        size = parts[end].stat().st_size
        if len(head) < _HEADER or struct.unpack(">i", head[:4]) != (_CODE,):
            raise UnavailableError(f"{parts[end].name} is no shapefile")
        if 2 * struct.unpack(">i", head[24:28])[0] != size:
            raise UnavailableError(f"{shape.name} is no whole shapefile: {end} was cut off")
    shapes = (parts[".shx"].stat().st_size - _HEADER) // _INDEX_ENTRY
    with parts[".dbf"].open("rb") as stream:
        head = stream.read(12)
    rows, start, length = struct.unpack("<IHH", head[4:12]) if len(head) == 12 else (-1, 0, 0)
    if rows != shapes or parts[".dbf"].stat().st_size < start + rows * length:
        raise UnavailableError(
            f"{shape.name} is no whole shapefile: {shapes} shapes, but not as many rows"
        )
