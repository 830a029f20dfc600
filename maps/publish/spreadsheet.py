"""A layer as a table for a spreadsheet: its columns, and positions where it is of points."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import shapely

from maps.publish.layers import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maps.publish.layers import Cell, Layer

_POSITION = (
    Column("lon", "number", "longitude, degrees east; empty: an area is never a pin", "#geo+lon"),
    Column("lat", "number", "latitude, degrees north; empty: an area is never a pin", "#geo+lat"),
)
_DECIMALS = 7  # as GeoJSON has them


def list_columns(layer: Layer) -> list[Column]:
    """Return the columns of a layer's table."""
    return [*layer.columns, *(_POSITION if layer.geometry_type == "Point" else ())]


def iterate_table(layer: Layer) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of a layer's table; None where a cell is missing."""
    if layer.geometry_type != "Point":
        yield from layer.iterate_rows()
        return
    points = layer.table.geometry.to_numpy()
    for row, lon, lat in zip(
        layer.iterate_rows(), shapely.get_x(points), shapely.get_y(points), strict=True
    ):
        if isnan(lon):
            yield *row, None, None
        else:
            yield *row, round(float(lon), _DECIMALS), round(float(lat), _DECIMALS)
