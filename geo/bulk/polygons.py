"""Polygons that are zones themselves: a file or a GeoDataFrame, to the rows of a result."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from geo.boundaries.vectors import read_polygons
from geo.bulk.rows import Part, Rows
from geo.errors import UnavailableError, UsageError
from geo.exposure.borders import LINES
from geo.exposure.combination import Combination
from geo.exposure.outlines import Outlines
from geo.exposure.spans import choose_fine_scanlines

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo.bulk.request import Request
    from geo.exposure.combination import Counted
    from geo.exposure.spans import Frame
    from geo.types import Caution

    Count = Callable[[Frame, Outlines, Combination, Callable[[float], float]], Counted]

_ID_COLUMNS = ("event_id", "zone_id", "id", "pcode", "name", "label")
_GEOMETRY = re.compile(
    rb'"type"\s*:\s*"(Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon)"'
)
_HEAD = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class ZoneTable:
    """Polygon zones.

    Attributes
    ----------
    ids
        What they are called, as text.
    groups
        Values of the column they are grouped by, or None.
    geometries
        Valid polygons, EPSG:4326.
    """

    ids: list[str]
    groups: list[str | None] | None
    geometries: list[Any]


def holds_polygons(events: Path | pd.DataFrame) -> bool:
    """Tell whether a table holds polygons, not points, by its first geometry.

    Raises
    ------
    UnavailableError
        If the file can't be read.
    """
    if not isinstance(events, Path):
        name = getattr(events, "_geometry_column_name", None)
        if name not in events.columns:
            return False
        kinds = set(events[name].geom_type.dropna().unique())
        return bool(kinds) and kinds <= {"Polygon", "MultiPolygon", "GeometryCollection"}
    suffix = events.suffix.lower()
    if suffix == ".gpkg":
        return True
    try:
        with events.open("rb") as stream:
            if suffix in {".geojson", ".json"}:
                found = _GEOMETRY.search(stream.read(_HEAD))
                return found is not None and found[1].endswith(b"Polygon")
            if suffix in {".parquet", ".geoparquet"} and stream.read(4) == b"PAR1":
                return _is_geoparquet_of_polygons(events)
    except OSError as error:
        raise UnavailableError(f"{events} can't be read: {error.strerror or error}") from error
    return False


def _is_geoparquet_of_polygons(path: Path) -> bool:
    import json

    import pyarrow.parquet as pq

    try:
        meta = json.loads((pq.read_schema(path).metadata or {})[b"geo"])
        kinds = meta["columns"][meta["primary_column"]]["geometry_types"]
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError):
        return False
    return bool(kinds) and all("Polygon" in str(kind) for kind in kinds)


def read_zone_table(
    events: Path | gpd.GeoDataFrame, by: str | None
) -> tuple[ZoneTable, list[Caution]]:
    """Return polygon zones from a file (GeoJSON, GeoPackage, GeoParquet) or a GeoDataFrame.

    They are called by the first of the columns `event_id`, `zone_id`, `id`, `pcode`, `name`,
    `label` that is there, else by their rows.

    Raises
    ------
    UnavailableError, BoundaryError
        As `geo.boundaries.vectors.read_polygons`.
    UsageError
        If there is no column `by`.
    """
    frame, cautions = read_polygons(events)
    names = {str(column).lower(): column for column in frame.columns}
    column = next((names[name] for name in _ID_COLUMNS if name in names), "row")
    ids = [
        cell if column != "row" and cell is not None else f"row-{row}"
        for row, cell in zip(frame["row"], _read_texts(frame[column]), strict=True)
    ]
    if by is None:
        return ZoneTable(ids, None, list(frame.geometry)), cautions
    columns = [str(name) for name in frame.columns if name not in ("geometry", "row")]
    if by not in columns:
        raise UsageError(f"no column {by!r}; the columns are: {', '.join(columns)}")
    return ZoneTable(ids, _read_texts(frame[by]), list(frame.geometry)), cautions


def _read_texts(column: pd.Series[Any]) -> list[str | None]:
    """Return cells as text, None where they are empty."""
    missing = column.isna() | (column == "")
    return [None if gone else str(cell) for cell, gone in zip(column, missing, strict=True)]


def count_polygons(
    table: ZoneTable, request: Request, frame: Frame, units: Outlines | None, count: Count
) -> Part:
    """Return the rows of every zone by itself, in the table's order, or of groups or the union."""
    outlines = Outlines.of(frame, table.geometries)
    group, labels = np.arange(len(outlines)), pa.array(table.ids)
    if table.groups is not None:
        numbers = {name: number for number, name in enumerate(dict.fromkeys(table.groups))}
        group = np.array([numbers[name] for name in table.groups], dtype=np.int64)
        labels = pa.array(list(numbers), pa.string())
    elif request.mode == "union":
        group, labels = np.zeros(len(outlines), dtype=np.int64), pa.array(["all"])
    radius = np.zeros(len(outlines), dtype=np.int64)
    if request.mode == "union":
        finest = replace(frame, scanlines=int(_choose_scanlines(outlines, frame).max(initial=4)))
        counted = count(finest, outlines, Combination("union", group, units=units), float)
        rows = Rows.of(counted.owner, np.zeros_like(counted.owner), counted.unit, counted.sums)
    else:
        counted = count(frame, outlines, Combination("each", group), float)
        rows = Rows(np.arange(len(outlines)), radius, counted.unit, counted.sums)
        if units is not None:
            rows = _cut_along(units, outlines, frame, count).settle(rows)
        rows = Rows.of(group[rows.label], rows.radius, rows.unit, rows.sums)
    return Part(rows, labels, np.full(len(rows.label), np.nan))


def _cut_along(units: Outlines, outlines: Outlines, frame: Frame, count: Count) -> Rows:
    """Return polygons by themselves, cut along units.

    Small zones and large ones are cut along scanlines of their own.
    """
    scanlines = _choose_scanlines(outlines, frame)
    parts = []
    for lines in np.unique(scanlines).tolist():
        which = np.flatnonzero(scanlines == lines)
        combination = Combination("each", np.zeros(len(which), dtype=np.int64), units=units)
        counted = count(replace(frame, scanlines=lines), outlines.take(which), combination, float)
        label = which[counted.owner]
        sums = counted.sums.rescale(LINES)
        parts.append(Rows.of(label, np.zeros_like(label), counted.unit, sums))
    return functools.reduce(Rows.join, parts)


def _choose_scanlines(outlines: Outlines, frame: Frame) -> NDArray[np.int64]:
    """Return K for each polygon, so that enough scanlines cross its height."""
    heights = outlines.heights().tolist()
    return np.array([choose_fine_scanlines(height, frame.cell_height) for height in heights])
