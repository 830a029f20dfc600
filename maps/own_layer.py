"""A layer of the user's own: geometries from anywhere, checked and brought to the map's degrees.

What is kept is a copy: a later change of the table changes no map.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import UsageError
from maps.escape import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

MOST_FEATURES = 2_000
MOST_POINTS = 50_000
MOST_LETTERS = 300_000
"""Features, points of their geometries, and letters of their texts that a page holds beside a run
and stays small enough for an e-mail. A judgement."""

MOST_LAYERS = 10
"""That were added to one map. A judgement: a reader tells no more apart."""

_MOST_NAME = 80
_MOST_TEXT = 500
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_KINDS = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "LinearRing": "line",
    "MultiLineString": "line",
    "Polygon": "area",
    "MultiPolygon": "area",
}


@dataclass(frozen=True, slots=True)
class OwnFeature:
    """A geometry, EPSG:4326, with its kind (`point`, `line`, `area`) and texts for its popup."""

    kind: str
    geometry: BaseGeometry
    title: str | None
    rows: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class OwnLayer:
    """A layer that was added to a map.

    Attributes
    ----------
    number
        From 1, in the order in which layers were added.
    left_out
        Rows without a geometry.
    """

    number: int
    name: str
    colour: str
    source: str
    licence: str
    features: tuple[OwnFeature, ...]
    left_out: int

    @property
    def key(self) -> str:
        """The layer's key on the page and among the sources."""
        return f"own-{self.number}"

    def to_source(self) -> dict[str, Any]:
        """Return what the page's list of sources says of it."""
        return {
            "source_id": self.key,
            "name": self.source,
            "licence": self.licence,
            "date": None,
            "url": None,
            "attribution": f"{self.name}: {self.source}",
            "note": None,
        }


def make_own_layer(
    gdf: Any,
    name: str,
    *,
    colour: str,
    label: str | None,
    columns: Sequence[str],
    terms: tuple[str, str],
    taken: Sequence[str] = (),
) -> OwnLayer:
    """Return a layer; see `maps.RiskMap.add_layer`.

    Parameters
    ----------
    terms
        Source and licence.
    taken
        Names of the layers that were added before.

    Raises
    ------
    UsageError
        If anything is not as described; all faults at once.
    """
    import geopandas as gpd

    columns = [columns] if isinstance(columns, str) else list(columns)
    faults = _check_texts(name, colour, terms, taken)
    if not isinstance(gdf, gpd.GeoDataFrame):
        faults.append(f"{type(gdf).__name__} is no GeoDataFrame")
    else:
        faults += _check_table(gdf, [*([label] if label else []), *columns])
    if faults:
        raise UsageError(f"layer {name!r}: " + "; ".join(faults))
    features = _take_features(gdf, name, label, columns)
    return OwnLayer(
        number=len(taken) + 1,
        name=clean_text(name).strip(),
        colour=colour.lower(),
        source=clean_text(terms[0]).strip(),
        licence=clean_text(terms[1]).strip(),
        features=features,
        left_out=int(_find_empty(gdf).sum()),
    )


def _check_texts(name: str, colour: str, terms: tuple[str, str], taken: Sequence[str]) -> list[str]:
    faults = []
    if len(taken) >= MOST_LAYERS:
        faults.append(f"the map has {len(taken)} layers of yours, and no place for more")
    for what, text in (("name", name), ("source", terms[0]), ("licence", terms[1])):
        most = _MOST_NAME if what == "name" else _MOST_TEXT
        if not isinstance(text, str) or not clean_text(text).strip():
            faults.append(f"{what} {text!r}: expected a text")
        elif len(text) > most:
            faults.append(f"{what}: {len(text)} letters, expected at most {most}")
        elif what == "name" and clean_text(text).strip() in taken:
            faults.append("the map has a layer of this name already")
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
        faults.append(f"colour {colour!r}: expected #rrggbb, such as #5e548e")
    return faults


def _check_table(gdf: gpd.GeoDataFrame, columns: Sequence[str]) -> list[str]:
    own = [str(column) for column in gdf.columns]
    faults = [
        f"no column {column!r}; there are: {', '.join(own)}"
        for column in columns
        if column not in gdf.columns
    ]
    if gdf.active_geometry_name is None:
        return [*faults, "no geometry column is set; use gdf.set_geometry(...)"]
    if gdf.crs is None:
        faults.append("no CRS is set; set the one the data are in, such as gdf.set_crs(4326)")
    shapes = gdf.geometry[~_find_empty(gdf)]
    if shapes.empty:
        faults.append("it has no geometry")
    strange = sorted(set(shapes.geom_type) - set(_KINDS))
    if strange:
        faults.append(f"{', '.join(strange)}: expected points, lines or polygons")
    size = int(shapely.get_num_coordinates(shapes.to_numpy()).sum())
    if size > MOST_POINTS:
        faults.append(
            f"{size:,} points in its geometries, at most {MOST_POINTS:,} fit on the page: "
            "simplify it, or take a part of it"
        )
    parts = int(
        np.where(shapes.geom_type == "MultiPoint", shapely.get_num_geometries(shapes), 1).sum()
    )
    if parts > MOST_FEATURES:
        faults.append(
            f"{parts:,} features, at most {MOST_FEATURES:,} fit on the page: take a part of it, or "
            "dissolve it"
        )
    return faults


def _find_empty(gdf: gpd.GeoDataFrame) -> Any:
    return gdf.geometry.isna() | gdf.geometry.is_empty


def _take_features(
    gdf: gpd.GeoDataFrame, name: str, label: str | None, columns: Sequence[str]
) -> tuple[OwnFeature, ...]:
    kept = gdf[~_find_empty(gdf)]
    degrees = shapely.force_2d(kept.geometry.to_crs("EPSG:4326").to_numpy())
    bounds = shapely.bounds(degrees)
    outside = ~np.isfinite(bounds).all(axis=1)
    outside |= (np.abs(bounds[:, [0, 2]]) > 180).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90).any(
        axis=1
    )
    if outside.any():
        raise UsageError(
            f"layer {name!r}: {int(outside.sum())} of its geometries lie off the earth; is the CRS "
            f"({kept.crs.to_string()}) the one that the data are in?"
        )
    titles = kept[label].tolist() if label else [None] * len(kept)
    values = [kept[column].tolist() for column in columns]
    features: list[OwnFeature] = []
    for number, geometry in enumerate(degrees):
        rows = tuple(
            (clean_text(str(column)), _write(cells[number]))
            for column, cells in zip(columns, values, strict=True)
        )
        kind = _KINDS[geometry.geom_type]
        title = _write(titles[number])
        parts = shapely.get_parts(geometry) if geometry.geom_type == "MultiPoint" else [geometry]
        features += [OwnFeature(kind, part, title, rows) for part in parts]
    letters = sum(
        len(text or "")
        for feature in features
        for text in (feature.title, *(each for row in feature.rows for each in row))
    )
    if letters > MOST_LETTERS:
        raise UsageError(
            f"layer {name!r}: {letters:,} letters in its popups, at most {MOST_LETTERS:,} fit on "
            "the page: choose fewer columns"
        )
    return tuple(features)


def _write(value: Any) -> str | None:
    """Return a cell as text; None where it is missing. Whole numbers may be years or codes."""
    import pandas as pd

    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):
        return f"{value:.10g}" if math.isfinite(value) else None
    if isinstance(value, pd.Timestamp):
        is_day = value == value.normalize()
        return value.date().isoformat() if is_day else value.isoformat(" ")
    text = clean_text(str(value)).strip()
    if len(text) > _MOST_TEXT:
        text = text[: _MOST_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return text or None
