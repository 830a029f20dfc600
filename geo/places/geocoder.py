"""Candidates for a single name, without a text: the command `civmap geocode`."""

from __future__ import annotations

import dataclasses
import difflib
import logging
import math
from contextlib import nullcontext
from typing import TYPE_CHECKING

from geo.errors import UnavailableError, UsageError
from geo.places.candidates import find_candidates, unit_points
from geo.places.gazetteer import open_gazetteer
from geo.places.names import normalise_name
from geo.places.online import GazetteerGeocoder, open_geocoder
from geo.places.record import distance_km

if TYPE_CHECKING:
    from geo.places.gazetteer import Entry, Gazetteer
    from geo.places.online import Geocoder
    from geo.places.place import Place
    from geo.types import LonLat

logger = logging.getLogger(__name__)

FUZZY = "fuzzy"  # stands at the start of `source` where a spelling was guessed

_NEARNESS = 6.0  # points on the log10 scale: the caller asked for it
_NEAR_KM = 300.0
_LEAST_LIKENESS = 0.8
_SHORTEST_FUZZY = 5  # letters; of shorter names too many are alike
_FUZZY_CONFIDENCE = 0.5  # at most
_CLEAR = 0.85  # confidence from which nobody else is asked
_SAME_KM = 10.0


def geocode(
    name: str,
    *,
    country: str | None = None,
    near: LonLat | None = None,
    limit: int = 10,
    gazetteer: Gazetteer | None = None,
    geocoder: str | Geocoder = "gazetteer",
    offline: bool = False,
) -> list[Place]:
    """Return the places that a name may mean, best first.

    Parameters
    ----------
    name
        A place name in any script.
    country
        ISO 3166-1 alpha-2; only places there are returned, and regions that it has part in.
    near
        A position; places near it come first.
    limit
        Most places to return.
    gazetteer
        An open gazetteer; None: the built-in one is opened and closed.
    geocoder
        Who is asked beside the gazetteer, where that doesn't know the name or is in doubt
        (best confidence below 0.85): `nominatim`, `nominatim:URL`, or an object of yours. Its
        places follow the gazetteer's, but come before guessed spellings. If it can't be asked,
        a warning is logged and the gazetteer's answer stands.
    offline
        Never touch the network.

    Returns
    -------
        Places with `confidence` set; the confidences of all the gazetteer's candidates add to 1.
        Empty if the name is not known. Only if it is not known and `country` is given, places
        there whose spelling is alike: their `source` starts with `fuzzy`, and they are never
        better than 0.5.

    Raises
    ------
    UsageError
        If `country` is no code of a country, the name is empty, the limit is not positive, or
        there is no such geocoder.
    """
    if not normalise_name(name):
        raise UsageError(f"name {name!r}: expected letters")
    if limit < 1:
        raise UsageError(f"limit {limit!r}: expected 1 or more")
    with open_gazetteer() if gazetteer is None else nullcontext(gazetteer) as places:
        code = _check_country(places, country)
        known = _find_known(places, name, code, near, limit)
        if geocoder == "gazetteer" or (known and known[0].confidence >= _CLEAR):
            return known
        if isinstance(geocoder, str):
            geocoder = open_geocoder(geocoder, places, offline=offline)
        if isinstance(geocoder, GazetteerGeocoder):
            return known
        return _ask_beyond(geocoder, name, code, known)[:limit]


def _find_known(
    gazetteer: Gazetteer, name: str, code: str | None, near: LonLat | None, limit: int
) -> list[Place]:
    found = [
        entry for entry in find_candidates(gazetteer, name) if code is None or _is_in(entry, code)
    ]
    if not found and code:
        return _guess(gazetteer, name, code, limit)
    if not found:
        return []
    scores = [
        (entry.prominence + unit_points(entry, found) + _nearness(entry, near), entry)
        for entry in found
    ]
    scores.sort(key=lambda item: (-item[0], item[1].place.place_id))
    total = sum(10.0 ** (score - scores[0][0]) for score, _ in scores)
    return [
        dataclasses.replace(
            entry.place, confidence=round(10.0 ** (score - scores[0][0]) / total, 3)
        )
        for score, entry in scores[:limit]
    ]


def _ask_beyond(geocoder: Geocoder, name: str, code: str | None, known: list[Place]) -> list[Place]:
    """Add what another geocoder knows; if it can't be asked, say so and keep what is known."""
    try:
        found = geocoder.find_places(name, [code] if code else [])
    except UnavailableError as error:
        logger.warning("%s was not asked for %r: %s", geocoder.label, name, error)
        return known
    new = [
        place
        for place in found
        if not any(
            place.kind == other.kind
            and distance_km(place.lon, place.lat, other.lon, other.lat) <= _SAME_KM
            for other in known
            if not other.source.startswith(FUZZY)
        )
    ]
    return sorted([*known, *new], key=lambda place: place.source.startswith(FUZZY))


def _check_country(gazetteer: Gazetteer, country: str | None) -> str | None:
    if country is None:
        return None
    fact = gazetteer.country(country)
    if fact is None:
        raise UsageError(
            f"country {country!r}: expected an ISO 3166-1 alpha-2 code such as PS or SD"
        )
    return fact.iso2


def _is_in(entry: Entry, country: str) -> bool:
    """Tell whether a place is in a country, or a region across borders in part."""
    if entry.place.country is None:
        return any(code.startswith(country) for code in entry.members)
    return entry.place.country == country


def _nearness(entry: Entry, near: LonLat | None) -> float:
    if near is None:
        return 0.0
    distance = distance_km(entry.place.lon, entry.place.lat, near.lon, near.lat)
    return _NEARNESS * math.exp(-distance / _NEAR_KM)


def _guess(gazetteer: Gazetteer, name: str, country: str, limit: int) -> list[Place]:
    """Find names in a country that are spelt alike, and say so."""
    normal = normalise_name(name)
    if len(normal) < _SHORTEST_FUZZY:
        return []
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(normal)
    best: dict[str, tuple[float, str, Entry]] = {}
    for spelling, entry in gazetteer.names_like(normal, country):
        matcher.set_seq1(spelling)
        if matcher.real_quick_ratio() < _LEAST_LIKENESS or matcher.quick_ratio() < _LEAST_LIKENESS:
            continue
        likeness = matcher.ratio()
        key = entry.place.place_id
        if likeness >= _LEAST_LIKENESS and (key not in best or likeness > best[key][0]):
            best[key] = (likeness, spelling, entry)
    ranked = sorted(
        best.values(), key=lambda item: (-round(item[0], 2), -item[2].prominence, item[1])
    )
    return [
        dataclasses.replace(
            entry.place,
            confidence=round(_FUZZY_CONFIDENCE * likeness, 3),
            source=f"{FUZZY}: {name!r} read as {spelling!r}; {entry.place.source}",
        )
        for likeness, spelling, entry in ranked[:limit]
    ]
