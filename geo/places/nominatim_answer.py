"""Nominatim's answer (format `jsonv2`) to places of civmap."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from geo.places.geocoder import FUZZY
from geo.places.names import normalise_name
from geo.places.place import Place
from geo.places.reasons import summarise
from geo.places.record import distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

LICENCE = "ODbL 1.0"

_ATTRIBUTION = f"Nominatim/OpenStreetMap contributors, {LICENCE}"
_CITIES = frozenset({"city", "town", "village", "hamlet", "municipality", "isolated_dwelling"})
_UNITS = {
    "country": "country",
    "state": "admin1",
    "region": "region",
    "province": "admin1",
    "state_district": "admin2",
    "county": "admin2",
    "district": "admin2",
}
# What an article may mean by a name; streets, shops and restaurants of that name are left out.
_CATEGORIES = frozenset(
    (
        *("place", "boundary", "natural", "waterway", "landuse", "aeroway", "military", "railway"),
        *("amenity", "barrier"),
    )
)
_AMENITIES = frozenset(
    (
        *("hospital", "clinic", "university", "college", "school", "place_of_worship", "prison"),
        *("refugee_site", "social_facility", "townhall", "courthouse", "ferry_terminal"),
    )
)
_STEEPNESS = 6.0  # importance is a logarithm of fame, roughly: a step of 1/6 is worth ten times
_LEAST_KM, _MOST_KM = 0.5, 2000.0
_WIDE_KM = 25.0  # a feature wider than that is an area, never a pin
_LONGEST_NAME = 200
_GUESSED = 0.5  # the most that a guessed spelling is worth
_LESS_SURE = 0.8  # the most that an answer without any context is worth
_MOST_ALTERNATIVES = 5


def read_places(
    answer: Sequence[dict[str, Any]], name: str, countries: Sequence[str], day: date
) -> list[Place]:
    """Return the places of an answer, best first; what makes no sense is left out.

    Parameters
    ----------
    answer
        Objects of format `jsonv2` with `addressdetails` and `namedetails`.
    name
        What was asked for: a place that bears another name is labelled `fuzzy`.
    countries
        ISO 3166-1 alpha-2; places elsewhere are left out. None given: all stay.
    day
        When the server was asked; it stands in each place's source.
    """
    wanted = {code.upper() for code in countries}
    found: dict[str, tuple[float, Place]] = {}
    for item in answer:
        place = _read_place(item, name, day)
        if place is None or (wanted and place.country not in wanted):
            continue
        importance = _to_number(item.get("importance"))
        weight = 10.0 ** (_STEEPNESS * min(1.0, max(0.0, importance or 0.0)))
        found.setdefault(place.place_id, (weight, place))
    ranked = sorted(found.values(), key=lambda pair: (_is_guess(pair[1]), -pair[0]))
    places = [
        dataclasses.replace(
            place,
            confidence=round(
                most * weight / sum(w for w, other in ranked if _is_guess(other) == guess), 3
            ),
        )
        for guess, most in ((False, _LESS_SURE), (True, _GUESSED))
        for weight, place in ranked
        if _is_guess(place) == guess
    ]
    if len(places) > 1:
        others = tuple(summarise(p, p.confidence) for p in places[1 : 1 + _MOST_ALTERNATIVES])
        places[0] = dataclasses.replace(places[0], alternatives=others)
    return places


def _is_guess(place: Place) -> bool:
    return place.source.startswith(FUZZY)


def _read_place(item: dict[str, Any], name: str, day: date) -> Place | None:
    lon, lat = _to_number(item.get("lon")), _to_number(item.get("lat"))
    category, type_ = str(item.get("category")), str(item.get("type"))
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    if category not in _CATEGORIES or (category == "amenity" and type_ not in _AMENITIES):
        return None
    main = item.get("name") or str(item.get("display_name", "")).partition(",")[0]
    osm_type, osm_id = str(item.get("osm_type")), item.get("osm_id")
    if not isinstance(main, str) or not main.strip() or len(main) > _LONGEST_NAME:
        return None
    if osm_type not in {"node", "way", "relation"} or not isinstance(osm_id, int):
        return None
    address = item.get("address")
    address = address if isinstance(address, dict) else {}
    code = address.get("country_code")
    state = address.get("state")
    source = f"{_ATTRIBUTION}, asked {day.isoformat()}"
    if normalise_name(name) not in _spellings(main, item.get("namedetails")):
        source = f"{FUZZY}: {name!r} read as {main!r}; {source}"
    kind = _read_kind(item)
    precision_km = _read_extent(item.get("boundingbox"), kind)
    if kind == "point" and precision_km > _WIDE_KM:
        kind = "region"
    return Place(
        place_id=f"osm:{osm_type}/{osm_id}",
        name=main.strip(),
        country=code.upper() if isinstance(code, str) and len(code) == 2 else None,
        kind=kind,
        lon=lon,
        lat=lat,
        precision_km=precision_km,
        geoname_id=None,
        pcode=None,
        admin1=state if isinstance(state, str) and kind != "admin1" else None,
        population=None,
        source=source,
    )


def _spellings(main: str, details: object) -> set[str]:
    names: Iterable[object] = details.values() if isinstance(details, dict) else ()
    spelt = {normalise_name(part) for n in names if isinstance(n, str) for part in n.split(";")}
    return spelt | {normalise_name(main)}


def _read_kind(item: dict[str, Any]) -> str:
    said = str(item.get("addresstype"))
    return "city" if said in _CITIES else _UNITS.get(said, "point")


def _read_extent(box: object, kind: str) -> float:
    """Return half the diagonal of the box that holds the place, kilometres."""
    plain = 5.0 if kind in {"city", "point"} else 50.0
    if not isinstance(box, list) or len(box) != 4:
        return plain
    south, north, west, east = (_to_number(edge) for edge in box)
    if south is None or north is None or west is None or east is None:
        return plain
    half = distance_km(west, south, east, north) / 2
    return round(min(_MOST_KM, max(_LEAST_KM, half)), 1)


def _to_number(value: object) -> float | None:
    """Return a finite number, also one that is written as text; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
