"""Every row of the supplement is checked against GeoNames and the countries' outlines."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest

import geo.places
from geo.places import Gazetteer, NameQuery, resolve_names
from geo.places.record import distance_km
from geo.places.supplement import Addition, read_supplement
from geo.places.topology import Polygon, contains, read_outlines
from geo.resources import find_resource
from geo.types import BBox

ADDITIONS = read_supplement(Path(geo.places.__file__).with_name("supplement.csv"))
OWN = [row for row in ADDITIONS if row.lon is not None]
# Outlines are generalised, and a coast, a border crossing or an island may lie a little outside.
OUTLINE_SLACK_KM = 12.0
ISLETS = {  # too small for the outlines
    "Snake Island", "Coco Islands", "Saint Martin's Island", "Yeonpyeong", "Pratas",
}  # fmt: skip
CONFLICT_COUNTRIES = {
    "PS", "SD", "UA", "MM", "CD", "ML", "BF", "NE", "ET", "YE", "SY", "LB", "IQ", "HT",
    "NG", "SO", "SS", "CM", "MZ", "AF", "PK", "CO", "AZ", "AM", "LY", "TD", "CF",
}  # fmt: skip


COUNTRIES = sorted({row.country or "" for row in ADDITIONS})


def _in_country(country: str, rows: list[Addition]) -> list[Addition]:
    return [row for row in rows if (row.country or "") == country]


@pytest.fixture(scope="module")
def outlines(gazetteer: Gazetteer) -> dict[str, list[Polygon]]:
    topology = json.loads(find_resource("world/countries-50m.json").read_text(encoding="utf-8"))
    by_name = {
        feature.get("id"): feature["properties"]["name"]
        for feature in reversed(topology["objects"]["countries"]["geometries"])
    }  # of two features with one number, the first is the country, the second its islets
    # The short names of the outlines are looked up like any other name.
    short = {
        "Dem. Rep. Congo": "CD", "Central African Rep.": "CF", "S. Sudan": "SS", "Congo": "CG",
        "W. Sahara": "EH", "Bosnia and Herz.": "BA", "Somaliland": "SO",
    }  # fmt: skip
    found: dict[str, list[Polygon]] = {}
    for key, polygons in read_outlines(topology).items():
        name = by_name.get(key, key.removeprefix("name:"))
        country = short.get(name) or next((it.country for it in gazetteer.lookup(name)), None)
        found.setdefault(country or "", []).extend(polygons)
    return found


def test_it_covers_the_conflict_countries() -> None:
    rows = Counter(row.country for row in ADDITIONS)
    assert len(ADDITIONS) >= 260
    assert {country for country in CONFLICT_COUNTRIES if rows[country] < 5} == set()


@pytest.mark.parametrize("country", COUNTRIES)
def test_row_is_in_the_gazetteer_under_all_its_spellings(
    gazetteer: Gazetteer, country: str
) -> None:
    for row in _in_country(country, ADDITIONS):
        place = gazetteer.get(row.place_id)
        assert place is not None, row
        assert (place.name, place.country, place.kind, place.pcode) == (
            row.name, row.country, row.kind, row.pcode,
        )  # fmt: skip
        for spelling in (row.name, *row.aliases):
            found = [place.place_id for place in gazetteer.lookup(spelling)]
            assert row.place_id in found, (row, spelling)


@pytest.mark.parametrize("country", [country for country in COUNTRIES if country])
def test_own_position_is_in_its_country(
    gazetteer: Gazetteer, outlines: dict[str, list[Polygon]], country: str
) -> None:
    for row in _in_country(country, OWN):
        assert row.lon is not None
        assert row.lat is not None
        if row.name in ISLETS or any(
            contains(polygon, row.lon, row.lat) for polygon in outlines[country]
        ):
            continue
        reach = (row.precision_km or 0) + OUTLINE_SLACK_KM
        assert _near_town(gazetteer, row, reach) or _near_outline(outlines, row, reach), row


@pytest.mark.parametrize("country", COUNTRIES)
def test_own_position_agrees_with_geonames_where_it_has_the_name(
    gazetteer: Gazetteer, country: str
) -> None:
    for row in _in_country(country, OWN):
        if row.kind not in {"city", "point"}:
            continue
        assert row.lon is not None
        assert row.lat is not None
        namesakes = [
            place
            for place in gazetteer.lookup(row.name)
            if place.country == row.country and place.kind == "city" and place.source == "geonames"
        ]
        # A namesake elsewhere in the country proves nothing; one nearby must be the same place.
        for town in namesakes:
            distance = distance_km(row.lon, row.lat, town.lon, town.lat)
            near = max(5.0, (row.precision_km or 0) + town.precision_km)
            assert distance <= near or distance > 40.0, (row, town)


def test_regions_and_units_are_areas_and_own_towns_have_honest_precision() -> None:
    for row in OWN:
        assert row.precision_km is not None
        if row.source.startswith("general reference"):
            assert f"about {row.precision_km:g} km" in row.source, row.name
            assert row.precision_km >= (1.0 if row.kind == "point" else 2.0), row.name


def test_members_of_regions_exist(gazetteer: Gazetteer) -> None:
    for row in ADDITIONS:
        for code in row.members:
            unit = gazetteer.get(f"a1:{code}" if "." in code else f"co:{code}")
            assert unit is not None, (row.name, code)
            assert row.country in {None, unit.country}, (row.name, code)


def test_with_its_country_in_the_text_a_spelling_means_its_row(gazetteer: Gazetteer) -> None:
    wrong = [
        (spelling, row.name)
        for row in ADDITIONS
        for spelling in (row.name, *row.aliases)
        if not _resolves(gazetteer, row, spelling)
    ]
    total = sum(1 + len(row.aliases) for row in ADDITIONS)
    assert len(wrong) <= 0.01 * total, wrong


def _resolves(gazetteer: Gazetteer, row: Addition, spelling: str) -> bool:
    queries = [NameQuery(0, spelling, kind=row.kind if row.kind.startswith("admin") else None)]
    fact = gazetteer.country(row.country) if row.country else None
    if fact:
        queries.append(NameQuery(1, fact.name))
    place, want = resolve_names(queries, gazetteer)[0].place, gazetteer.get(row.place_id)
    if place is None or want is None or place.country != want.country:
        return False
    reach = max(25.0, want.precision_km)
    return distance_km(place.lon, place.lat, want.lon, want.lat) <= reach


def _near_town(gazetteer: Gazetteer, row: Addition, reach_km: float) -> bool:
    lon, lat = row.lon or 0.0, row.lat or 0.0
    degrees = reach_km / 60
    box = BBox(lon - degrees, lat - degrees, lon + degrees, lat + degrees)
    return any(
        town.country == row.country and distance_km(lon, lat, town.lon, town.lat) <= reach_km
        for town in gazetteer.settlements_in(box)
    )


def _near_outline(outlines: dict[str, list[Polygon]], row: Addition, reach_km: float) -> bool:
    lon, lat = row.lon or 0.0, row.lat or 0.0
    nearest = min(
        (
            distance_km(lon, lat, x, y)
            for polygon in outlines[row.country or ""]
            for ring in polygon
            for x, y in ring
        ),
        default=math.inf,
    )
    return nearest <= reach_km
