"""Candidates for a single name, without a text: the command `civmap geocode`."""

from __future__ import annotations

import dataclasses
import difflib
import math
from contextlib import nullcontext
from typing import TYPE_CHECKING

from geo.errors import UsageError
from geo.places.candidates import find_candidates, unit_points
from geo.places.gazetteer import open_gazetteer
from geo.places.names import normalise_name
from geo.places.record import distance_km

if TYPE_CHECKING:
    from geo.places.gazetteer import Entry, Gazetteer
    from geo.places.place import Place
    from geo.types import LonLat

FUZZY = "fuzzy"  # stands at the start of `source` where a spelling was guessed

_NEARNESS = 6.0  # points on the log10 scale: the caller asked for it
_NEAR_KM = 300.0
_LEAST_LIKENESS = 0.8
_SHORTEST_FUZZY = 5  # letters; of shorter names too many are alike
_FUZZY_CONFIDENCE = 0.5  # at most


def geocode(
    name: str,
    *,
    country: str | None = None,
    near: LonLat | None = None,
    limit: int = 10,
    gazetteer: Gazetteer | None = None,
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

    Returns
    -------
        Places with `confidence` set; the confidences of all candidates add to 1. Empty if the
        name is not known. Only if it is not known and `country` is given, places there whose
        spelling is alike: their `source` starts with `fuzzy`, and they are never better than 0.5.

    Raises
    ------
    UsageError
        If `country` is no code of a country, the name is empty, or the limit is not positive.
    """
    if not normalise_name(name):
        raise UsageError(f"name {name!r}: expected letters")
    if limit < 1:
        raise UsageError(f"limit {limit!r}: expected 1 or more")
    with open_gazetteer() if gazetteer is None else nullcontext(gazetteer) as places:
        code = _check_country(places, country)
        found = [
            entry for entry in find_candidates(places, name) if code is None or _is_in(entry, code)
        ]
        if not found and code:
            return _guess(places, name, code, limit)
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
