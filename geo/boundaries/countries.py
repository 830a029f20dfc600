"""The world's countries and land from world-atlas (Natural Earth, public domain)."""

from __future__ import annotations

import csv
import functools
import json
from typing import TYPE_CHECKING, Any

from geo.errors import UsageError
from geo.resources import find_resource
from geo.types import BBox, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_NO_CODE = "~"  # sorts after every code

_NEAR_DEGREES = 0.2

RESOLUTIONS = ("50m", "110m")

WORLD_SOURCE = Source(
    source_id="world-atlas",
    name="Countries and land: Natural Earth, by way of world-atlas 2",
    licence="public domain (Natural Earth); ISC (world-atlas)",
    url="https://www.naturalearthdata.com",
    attribution="Made with Natural Earth",
)

# world-atlas has no ISO number for these. Somaliland and Northern Cyprus are drawn with the
# states that the United Nations count them to; Kosovo has the user-assigned code of GeoNames;
# Christmas Island and the Cocos Islands are Australia's; the Siachen Glacier is nobody's alone.
_WITHOUT_NUMBER: dict[str, tuple[str, str] | None] = {
    "Kosovo": ("XK", "XKX"),
    "Somaliland": ("SO", "SOM"),
    "N. Cyprus": ("CY", "CYP"),
    "Indian Ocean Ter.": ("AU", "AUS"),
    "Siachen Glacier": None,
}

# countries that have taken another name since the outlines were published
_RENAMED = {"Macedonia": "North Macedonia", "eSwatini": "Eswatini", "Swaziland": "Eswatini"}


def read_countries(
    resolution: str = "50m",
    *,
    countries: Collection[str] | None = None,
    bbox: BBox | None = None,
) -> gpd.GeoDataFrame:
    """Return the world's countries.

    Parameters
    ----------
    resolution
        `50m` or `110m`: scales of 1:50 and 1:110 million. At 110m the Gaza Strip is missing.
    countries
        ISO 3166-1 alpha-2 codes of those wanted; None: all.
    bbox
        Leave out countries that don't come near this box, EPSG:4326; None: leave out none.

    Returns
    -------
        Columns `country` (ISO 3166-1 alpha-2, None for land that no code is for), `iso3`, `name`
        (Natural Earth's, English, some shortened) and `geometry` (EPSG:4326, within -180..180),
        one row a country, sorted by country, None last.

    Raises
    ------
    UsageError
        If there is no such resolution.
    UnavailableError
        If the bundled file is missing.
    """
    import geopandas as gpd
    import pandas as pd

    from geo.boundaries.topojson import decode_polygon, measure_extent

    items, arcs = _read_topology(_find_topology("countries", resolution))
    codes = _read_codes()
    found: dict[str, list[tuple[str, BaseGeometry]]] = {}
    iso3_of: dict[str, str | None] = {}
    for item in items:
        name = _RENAMED.get(item["properties"]["name"], str(item["properties"]["name"]))
        code = _find_code(item.get("id"), name, codes)
        if countries is not None and (code is None or code[0] not in countries):
            continue
        if bbox is not None and not any(
            measure_extent(item, arcs).intersects(half) for half in _halve(bbox)
        ):
            continue
        key = code[0] if code else f"{_NO_CODE}{name}"
        iso3_of[key] = code[1] if code else None
        found.setdefault(key, []).append((name, decode_polygon(item, arcs)))
    keys = sorted(found)
    return gpd.GeoDataFrame(
        {
            "country": pd.Series(
                [None if key.startswith(_NO_CODE) else key for key in keys], dtype=object
            ),
            "iso3": pd.Series([iso3_of[key] for key in keys], dtype=object),
            # of a country in several rows: the name of the largest
            "name": [max(found[key], key=lambda part: float(part[1].area))[0] for key in keys],
        },
        geometry=[_merge([geometry for _, geometry in found[key]]) for key in keys],
        crs="EPSG:4326",
    )


def find_codes(code: str) -> tuple[str, str] | None:
    """Return the ISO 3166-1 alpha-2 and alpha-3 codes of a country by either; None: unknown."""
    upper = code.strip().upper()
    extra = [each for each in _WITHOUT_NUMBER.values() if each]
    return next((pair for pair in [*_read_codes().values(), *extra] if upper in pair), None)


def locate_countries(points: Sequence[tuple[float, float]]) -> list[str | None]:
    """Return the country that each point lies in, or that is within 0.2 degrees of it.

    Parameters
    ----------
    points
        Longitude and latitude, EPSG:4326.

    Returns
    -------
        ISO 3166-1 alpha-2 codes; None: far from any. Borders are those of 1:50 million.
    """
    import shapely

    countries = read_countries("50m")
    tree = shapely.STRtree(countries.geometry.to_numpy())
    found: list[str | None] = [None] * len(points)
    if not points:
        return found
    which, country = tree.query_nearest(shapely.points(points), max_distance=_NEAR_DEGREES)
    for at, number in sorted(zip(which.tolist(), country.tolist(), strict=True), reverse=True):
        found[at] = countries["country"].iloc[number]
    return found


def read_land(resolution: str = "50m") -> BaseGeometry:
    """Return the world's land as one multipolygon, EPSG:4326, within -180..180.

    Raises
    ------
    UsageError
        If there is no such resolution.
    UnavailableError
        If the bundled file is missing.
    """
    from geo.boundaries.topojson import decode_polygon

    items, arcs = _read_topology(_find_topology("land", resolution))
    return _merge([decode_polygon(item, arcs) for item in items])


def _halve(bbox: BBox) -> list[BBox]:
    """Cut a box at the date line."""
    if bbox.east <= 180:
        return [bbox]
    return [
        BBox(bbox.west, bbox.south, 180.0, bbox.north),
        BBox(-180.0, bbox.south, bbox.east - 360, bbox.north),
    ]


def _merge(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    import shapely

    return parts[0] if len(parts) == 1 else shapely.union_all(list(parts))


def _find_topology(layer: str, resolution: str) -> Path:
    if resolution not in RESOLUTIONS:
        raise UsageError(f"resolution {resolution!r}: expected {' or '.join(RESOLUTIONS)}")
    return find_resource(f"world/{layer}-{resolution}.json")


@functools.lru_cache(maxsize=2)
def _read_topology(path: Path) -> tuple[Sequence[Mapping[str, Any]], list[NDArray[np.float64]]]:
    """Return the objects and arcs of a bundled topology; a run asks for the same one often."""
    from geo.boundaries.topojson import decode_arcs

    topology = json.loads(path.read_bytes())
    layer = path.name.split("-", maxsplit=1)[0]
    return topology["objects"][layer]["geometries"], decode_arcs(topology)


def _read_codes() -> dict[str, tuple[str, str]]:
    """Return ISO 3166-1 alpha-2 and alpha-3 codes by number, three digits as text."""
    text = find_resource("boundaries/iso_3166.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["numeric"]: (row["alpha2"], row["alpha3"]) for row in rows}


def _find_code(
    number: str | None, name: str, codes: dict[str, tuple[str, str]]
) -> tuple[str, str] | None:
    return _WITHOUT_NUMBER.get(name) if number is None else codes.get(str(number))
