"""GeoJSON points as an event table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from geo.errors import TableError
from geo.events.columns import match_columns
from geo.events.encoding import decode_table
from geo.events.incoming import BATCH_ROWS, Broken, Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.events.encoding import TableFile
    from geo.events.options import TableOptions
    from geo.types import Caution

# The geometry gives the position, whatever the properties say.
_POSITIONS = frozenset({"lon", "lat", "longitude", "latitude"})


def open_features(
    file: TableFile, options: TableOptions, cautions: list[Caution], *, texts: bool
) -> Incoming:
    """Open a FeatureCollection of points; it is read whole.

    Raises
    ------
    OSError
        If the file can't be read.
    TableError
        If it is no FeatureCollection, or lacks columns.
    """
    features = _read_features(file, options, cautions)
    header: dict[str, None] = {"lon": None, "lat": None}
    for feature in features:
        header |= dict.fromkeys(_read_properties(feature))
    columns = match_columns(list(header), file.name, by=options.by, texts=texts)
    broken: list[Broken] = []
    found: dict[str, list[str | None]] = {column: [] for column in columns.wanted}
    for number, cells in _list_features(features):
        if isinstance(cells, str):
            broken.append(Broken(number, "geometry", cells))
            continue
        for column, values in found.items():
            value = cells.get(column)
            values.append(None if value is None else str(value))
    table = pa.table({column: pa.array(values, pa.string()) for column, values in found.items()})
    return Incoming(file.name, iter(table.to_batches(BATCH_ROWS)), columns, broken)


def _read_features(file: TableFile, options: TableOptions, cautions: list[Caution]) -> list[Any]:
    name = file.name
    try:
        found = json.loads(decode_table(file, options.encoding, cautions))
    except json.JSONDecodeError as error:
        raise TableError(f"{name}: line {error.lineno}: {error.msg}; expected GeoJSON") from error
    except RecursionError as error:
        raise TableError(f"{name}: nested too deeply; expected GeoJSON") from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise TableError(f"{name}: no GeoJSON FeatureCollection; expected one with points")
    return features


def _read_properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {}
    return {key: value for key, value in properties.items() if key.lower() not in _POSITIONS}


def _list_features(features: list[Any]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the number of a feature from 1, and its cells or what is wrong with it."""
    for number, feature in enumerate(features, start=1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if not isinstance(geometry, dict) or kind != "Point":
            yield number, f"geometry {kind!r}: expected a Point"
            continue
        position = geometry.get("coordinates")
        if not isinstance(position, list) or len(position) < 2:
            yield number, "a Point without coordinates"
            continue
        yield number, {**_read_properties(feature), "lon": position[0], "lat": position[1]}
