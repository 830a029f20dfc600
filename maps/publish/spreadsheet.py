"""A layer as a table for a spreadsheet: its columns, and positions where it is of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    for row, point in zip(layer.iterate_rows(), layer.table.geometry, strict=True):
        at = (None, None) if point is None else (point.x, point.y)
        yield *row, *(None if each is None else round(each, _DECIMALS) for each in at)
