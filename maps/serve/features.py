"""A layer of a release as pygeoapi asks for it: filtered, sorted and cut in memory."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from pygeoapi.provider.base import (
    BaseProvider,
    ProviderInvalidQueryError,
    ProviderItemNotFoundError,
)

from maps.publish.guard.figures import SEVERAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from maps.publish.layers import Layer

_KINDS = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "people": {"type": "integer"},
    "day": {"type": "string", "format": "date"},
}
_IDENTIFIERS = {
    "zones": ("zone_id",),
    "admin": ("zone_id", "pcode"),
    "units": ("pcode",),
    "events": ("event_id",),
    "facilities": ("pcode", "kind"),
}
_DAYS = {"zones": "as_of", "units": "as_of", "events": "date"}
_OUTSIDE = "outside"  # people of a zone that lie in no unit
_SEVERAL = "several"  # units whose people are told together
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d)?)?")


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A layer with an identifier for each row, none of them twice.

    Attributes
    ----------
    day
        The column that a time filter looks at; None: rows have no time.
    """

    layer: Layer
    ids: Sequence[str]
    day: str | None

    def __deepcopy__(self, _: Any) -> Features:
        """Return itself: pygeoapi copies its configuration, and data is not to be copied."""
        return self


def make_features(layer: Layer) -> Features:
    """Return a layer with identifiers: of a part of a zone its zone and unit, with a dot."""
    columns = [layer.table[name] for name in _IDENTIFIERS[layer.name]]
    together = (
        layer.table["name"] == SEVERAL if "name" in layer.table else [False] * len(layer.table)
    )
    ids = [
        ".".join(
            part if isinstance(part, str) and part else _SEVERAL if several else _OUTSIDE
            for part in parts
        )
        for several, *parts in zip(together, *columns, strict=True)
    ]
    return Features(layer, ids, _DAYS.get(layer.name))


class LayerProvider(BaseProvider):  # type: ignore[misc]
    """A provider of pygeoapi over `Features`: nothing that is asked reaches SQL."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._layer = self.data.layer
        self.time_field = self.data.day
        self._fields: dict[str, dict[str, str]] = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, str]]:
        """Return JSON Schema types of the columns, with what each holds."""
        return {
            column.name: {**_KINDS[column.kind], "title": column.text}
            for column in self._layer.columns
        }

    def query(  # noqa: PLR0913, PLR0917 - pygeoapi's own names
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: Sequence[float] = (),
        datetime_: str | None = None,
        properties: Iterable[tuple[str, str]] = (),
        sortby: Sequence[Mapping[str, str]] = (),
        select_properties: Sequence[str] = (),
        skip_geometry: bool = False,
        q: str | None = None,
        filterq: Any = None,
        crs_transform_spec: Any = None,
        **_: Any,
    ) -> dict[str, Any]:
        """Return the features that are asked for, as a GeoJSON feature collection."""
        if q is not None or filterq is not None or crs_transform_spec is not None:
            raise _refuse("q, filter and crs are not served")
        table = self._layer.table
        chosen = table["geometry"].notna() | True
        for name, text in properties:
            chosen &= self._match(name, text)
        if bbox:
            chosen &= _touch(table.geometry, bbox)
        if datetime_ and self.time_field:
            chosen &= _lie_within(table[self.time_field], datetime_)
        rows = _sort(table[chosen], sortby)
        features = []
        if resulttype != "hits":
            page = rows.iloc[offset : offset + limit]
            features = [
                self._make_feature(index, select_properties, skip_geometry=skip_geometry)
                for index in page.index
            ]
        return {
            "type": "FeatureCollection",
            "features": features,
            "numberMatched": len(rows),
            "numberReturned": len(features),
        }

    def get(self, identifier: str, **_: Any) -> dict[str, Any]:
        """Return one feature."""
        try:
            place = list(self.data.ids).index(identifier)
        except ValueError:
            raise ProviderItemNotFoundError from None
        return self._make_feature(self._layer.table.index[place])

    def _match(self, name: str, text: str) -> Any:
        column = self._layer.table[name]
        if self._fields[name]["type"] == "string":
            return (column == text).fillna(False)
        try:
            number = float(text)
        except ValueError:
            raise _refuse(f"{name}: expected a number") from None
        return (column.astype("Float64") == number).fillna(False)

    def _make_feature(
        self, index: Any, names: Sequence[str] = (), *, skip_geometry: bool = False
    ) -> dict[str, Any]:
        row = self._layer.table.loc[index]
        place = self._layer.table.index.get_loc(index)
        shape = None if skip_geometry else row["geometry"]
        return {
            "type": "Feature",
            "id": self.data.ids[place],
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
            "properties": {
                column.name: _to_json(row[column.name], column.kind)
                for column in self._layer.columns
                if not names or column.name in names
            },
        }


def _refuse(text: str) -> ProviderInvalidQueryError:
    return ProviderInvalidQueryError(text, user_msg=text)


def _touch(shapes: Any, bbox: Sequence[float]) -> Any:
    """Tell which shapes meet a box; one whose west is beyond its east crosses 180 degrees."""
    west, south, east, north = bbox if len(bbox) == 4 else (*bbox[:2], *bbox[3:5])
    if west <= east:
        return shapes.intersects(shapely.box(west, south, east, north))
    return shapes.intersects(shapely.box(west, south, 180.0, north)) | shapes.intersects(
        shapely.box(-180.0, south, east, north)
    )


def _lie_within(days: Any, asked: str) -> Any:
    """Tell which days lie in an interval, both ends included; days that are not told, in none."""
    first, _, last = asked.partition("/")
    if "/" not in asked:
        last = first
    for end in (first, last):
        if end not in {"", ".."} and not _DAY.fullmatch(end):
            raise _refuse("datetime: expected YYYY-MM-DD, or FIRST/LAST with .. for an open end")
    told = days.fillna("").astype(str)
    chosen = told != ""
    if first not in {"", ".."}:
        chosen &= told >= first[:10]
    if last not in {"", ".."}:
        chosen &= told <= last[:10]
    return chosen


def _sort(rows: pd.DataFrame, sortby: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    for key in reversed(sortby):  # each sort keeps the order of the one before
        rows = rows.sort_values(
            key["property"], ascending=key["order"] != "-", kind="stable", na_position="last"
        )
    return rows


def _to_json(value: Any, kind: str) -> Any:
    if pd.isna(value):
        return None
    if kind == "people":
        return round(value)
    return float(value) if kind == "number" else str(value)
