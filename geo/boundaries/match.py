"""Which unit a place is, or bears the name of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

_AREAS = ("country", "region")

OUTLINE_TOLERANCE_DEGREES = 0.01
"""How far outside an outline a place may lie and still be in it; outlines are generalised."""

# Words that say what kind of thing a name is for, not which one.
_GENERIC = re.compile(
    r"\b(?:city|town|governorate|province|district|state|county|prefecture|municipality|region|"
    r"department|oblast|raion|muhafazah?|wilaya[ht]?)\b(?: of\b)?"
)


def match_unit(
    units: gpd.GeoDataFrame,
    *,
    name: str,
    country: str | None,
    kind: str,
    pcode: str | None,
    lon: float,
    lat: float,
    normalise: Callable[[str], str],
) -> str | None:
    """Return the P-code of the unit that a place is or names, None if it is none of them.

    A place with a P-code that is among the units is that unit. Otherwise one of the unit's names
    must be the place's in normal form (generic words such as `city` or `governorate` aside), the
    countries must not differ, and the place must lie in the unit. So the city of Rafah stands
    for Rafah governorate, while Jabalia, inside North Gaza, stands for no unit. Countries and
    regions are none. Of several, the smallest.

    Parameters
    ----------
    units
        As `read_units` gives them.
    name, country, kind, pcode, lon, lat
        Of the place; `country` ISO 3166-1 alpha-2 or None, degrees in EPSG:4326.
    normalise
        Brings a name to the form in which two spellings are equal.
    """
    if pcode is not None and (units["pcode"] == pcode).any():
        return pcode
    wanted = _fold(name, normalise)
    if kind in _AREAS or not wanted or units.empty:
        return None
    import shapely

    near = units[
        shapely.dwithin(units.geometry.values, shapely.Point(lon, lat), OUTLINE_TOLERANCE_DEGREES)
    ]
    named = [
        (float(unit["area_km2"]), str(unit["pcode"]))
        for _, unit in near.iterrows()
        if country in (None, unit["country"]) or unit["country"] is None
        if wanted in {_fold(each, normalise) for each in _names(unit)}
    ]
    return min(named)[1] if named else None


def _names(unit: Any) -> list[str]:
    other = unit.get("other_names")
    names = [unit["name"], unit["name_ar"], *(other.split("|") if isinstance(other, str) else [])]
    return [each for each in names if isinstance(each, str)]


def _fold(name: str, normalise: Callable[[str], str]) -> str:
    plain = normalise(name)
    return " ".join(_GENERIC.sub(" ", plain).split()) or plain
