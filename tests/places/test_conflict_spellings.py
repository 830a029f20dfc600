"""The best answer to each spelling of `conflict_spellings.csv`, without and with its country.

Right is: in the row's country, and

- of a point (city, camp, crossing, neighbourhood): within 25 km;
- of a country: that country;
- of another area: an area that the row's label point lies in, or within 25 km of its middle. An
  island, a peninsula or a stretch of land that the gazetteer keeps as a point is one too.

A place in no one country is right for a region if the country is one of its members.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from geo.places import Gazetteer, Place, geocode
from geo.places.geocoder import FUZZY
from geo.places.record import distance_km

REACH_KM = 25.0
POINTS = {"city", "camp", "neighbourhood", "crossing"}
SMALL_AREAS = {"area", "island", "peninsula"}
LEAST_RIGHT = {"alone": 0.98, "with country": 0.985}


class Spelling(NamedTuple):
    """A row of the list."""

    spelling: str
    language: str
    country: str
    place: str
    kind: str
    lon: float
    lat: float


def read_spellings() -> list[Spelling]:
    path = Path(__file__).with_name("conflict_spellings.csv")
    with path.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [Spelling(*row[:5], float(row[5]), float(row[6])) for row in rows]


SPELLINGS = read_spellings()


def is_right(row: Spelling, found: Place, gazetteer: Gazetteer) -> bool:
    if found.country != row.country:
        entry = gazetteer.entry(found.place_id)
        members = entry.members if entry and found.country is None else ()
        if row.kind in POINTS or row.country not in {code[:2] for code in members}:
            return False
    if row.kind == "country":
        return found.kind == "country"
    distance = distance_km(found.lon, found.lat, row.lon, row.lat)
    if row.kind in POINTS:
        return distance <= REACH_KM
    entry = gazetteer.entry(found.place_id)
    fits = found.is_area or (entry is not None and entry.feature in SMALL_AREAS)
    return fits and distance <= max(REACH_KM, found.precision_km)


@pytest.mark.parametrize("asked", LEAST_RIGHT)
def test_the_best_answer_is_the_place(gazetteer: Gazetteer, asked: str) -> None:
    misses, silent = [], []
    for row in SPELLINGS:
        country = row.country if asked == "with country" else None
        found = next(iter(geocode(row.spelling, country=country, gazetteer=gazetteer)), None)
        if found is not None and is_right(row, found, gazetteer):
            continue
        answer = found and (found.name, found.country, found.kind, found.source)
        misses.append(f"{row.spelling} ({row.language}, {row.kind} in {row.country}): {answer}")
        known = {place.place_id for place in gazetteer.lookup(row.spelling)}
        if country and found and found.place_id not in known:
            silent += [] if found.source.startswith(FUZZY) else [misses[-1]]
    right = 1 - len(misses) / len(SPELLINGS)
    report = "\n  ".join([f"{asked}: {right:.1%} of {len(SPELLINGS)} right; not:", *misses])
    sys.stdout.write(f"{report}\n")  # pytest -s
    assert right >= LEAST_RIGHT[asked], report
    assert silent == []


@pytest.mark.parametrize("name", ["Kharkyv", "Bukavo", "Deir al-Ballah", "Mosull"])
def test_a_guess_is_only_made_in_a_country_and_says_so(gazetteer: Gazetteer, name: str) -> None:
    assert geocode(name, gazetteer=gazetteer) == []
    guesses = [
        guess
        for country in ("UA", "CD", "PS", "IQ")
        for guess in geocode(name, country=country, gazetteer=gazetteer)
    ]
    assert guesses
    assert all(guess.source.startswith(FUZZY) for guess in guesses)
    assert all(guess.confidence <= 0.5 for guess in guesses)
