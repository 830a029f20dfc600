"""Areas that the analyst drew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.boundaries.schemas import as_text
from geo.boundaries.vectors import read_polygons

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo.types import Caution

_LABELS = ("label", "name", "title")


def read_zones(path: Path) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Read drawn areas: the polygons of a GeoJSON, GeoPackage or GeoParquet file.

    Returns
    -------
        Columns `label` and `geometry` (EPSG:4326, valid), in the file's order. The label is that
        of column `label`, `name` or `title`, else `drawn area N`, N being the row; and what to
        know of the file.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    BoundaryError
        As `geo.boundaries.vectors.read_polygons`.
    """
    import geopandas as gpd

    frame, cautions = read_polygons(path)
    lower = {str(name).lower(): name for name in reversed(frame.columns)}
    column = next((lower[name] for name in _LABELS if name in lower), None)
    given = [None] * len(frame) if column is None else [as_text(value) for value in frame[column]]
    labels = [label or f"drawn area {row}" for label, row in zip(given, frame["row"], strict=True)]
    zones = gpd.GeoDataFrame({"label": labels}, geometry=frame.geometry.tolist(), crs=frame.crs)
    return zones, cautions
