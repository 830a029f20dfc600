"""The country that a row declares, and where that country is."""

from __future__ import annotations

import csv
import functools
import re
from typing import TYPE_CHECKING

from geo.resources import find_resource
from geo.text.lexicon import load_lexicon
from geo.text.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

_BRACKETS = re.compile(r"\s*\(([^)]*)\)\s*")  # `Myanmar (Burma)`, `DR Congo (Zaire)`
# Below this a country is no larger than a town's surroundings: its centre is as good as a town.
_SMALLEST_DEGREES2 = 0.5


def find_country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name or code; None: not known."""
    text = text.strip()
    if len(text) == 2 and text.isascii() and text.isalpha():
        return text.upper()
    if len(text) == 3 and text.isascii() and text.isupper() and (code := _codes().get(text)):
        return code
    names = load_lexicon().country_codes
    inside = _BRACKETS.search(text)
    spellings = (text, _BRACKETS.sub(" ", text).strip(), inside.group(1) if inside else "")
    return next((names[key] for key in map(fold, spellings) if key in names), None)


def find_number(iso3: str) -> str | None:
    """Return a country's ISO 3166-1 number, three digits; None: it has none."""
    return next((row["numeric"] for row in _read_rows() if row["alpha3"] == iso3), None)


def list_fips(iso2: str) -> frozenset[str]:
    """Return a country's codes by FIPS 10-4, as GDELT has them; Palestine has two."""
    return frozenset(
        code for row in _read_rows() if row["alpha2"] == iso2 for code in row["fips"].split("|")
    ) - {""}


@functools.cache
def _codes() -> dict[str, str]:
    return {row["alpha3"]: row["alpha2"] for row in _read_rows()}


def _read_rows() -> list[dict[str, str]]:
    text = find_resource("boundaries/iso_3166.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def read_shapes(codes: Iterable[str]) -> dict[str, BaseGeometry]:
    """Return the outlines of countries (EPSG:4326, 1:50 million) by ISO 3166-1 alpha-2 code."""
    from geo.boundaries import read_countries

    found = read_countries("50m", countries=set(codes))
    return dict(zip(found["country"], found.geometry, strict=True))


def find_centres(codes: Iterable[str]) -> Iterator[tuple[str, float, float]]:
    """Yield code, longitude and latitude of the centroids of countries, in degrees.

    Both outlines of Natural Earth that are bundled give one, as a GIS computes it in degrees.
    Countries so small that a centroid is as good as a town are left out.
    """
    from geo.boundaries import read_countries

    wanted = set(codes)
    for resolution in ("50m", "110m"):
        yield from _list_centres(read_countries(resolution, countries=wanted))


def _list_centres(countries: gpd.GeoDataFrame) -> Iterator[tuple[str, float, float]]:
    for code, shape in zip(countries["country"], countries.geometry, strict=True):
        if shape.area >= _SMALLEST_DEGREES2:
            yield code, shape.centroid.x, shape.centroid.y
