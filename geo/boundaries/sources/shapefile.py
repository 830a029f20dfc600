"""Shapefiles of publishers, which become GeoParquet, the form that civmap reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

_MAGIC = b"\0\0\x27\x0a"


def write_parquet(
    shape: Path,
    target: Path,
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] | None = None,
) -> None:
    """Write the rows of a shapefile as GeoParquet, EPSG:4326.

    Parameters
    ----------
    change
        Chooses rows and names columns; None: all stay as they are.

    Raises
    ------
    UnavailableError
        If it is no shapefile, is cut off, or has no CRS.
    """
    import pyogrio
    from pyogrio.errors import DataSourceError, FieldError

    with shape.open("rb") as stream:
        if stream.read(4) != _MAGIC:
            raise UnavailableError(f"{shape.name} is no shapefile")
    try:
        frame = pyogrio.read_dataframe(shape, use_arrow=False)
    except (DataSourceError, FieldError, ValueError) as error:
        raise UnavailableError(f"{shape.name} is no whole shapefile: {error}") from error
    if frame.crs is None:
        raise UnavailableError(f"{shape.name} has no CRS (no .prj beside it)")
    frame = frame.to_crs("EPSG:4326")
    (change(frame) if change else frame).to_parquet(target, index=False)
