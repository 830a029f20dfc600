"""Where people are at risk: the places of a run, their countries, and their boxes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.boundaries.countries import locate_countries
from geo.errors import InputError
from geo.events.event import MODALITIES_AT_RISK, ROLES_AT_RISK
from geo.sources import find_area
from geo.types import BBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.events import EventSet
    from geo.offers import Area

_AREA_KINDS = ("country", "region")

LEAST_SHARE = 0.02
"""Of the places that a country must have for its data to be fetched."""

MOST_COUNTRIES = 4
"""For which data is fetched in one run: those with most places at risk."""

CORNER = "corner"
"""Kind of a spot that is no place: a corner of a box of places, in whichever country."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that data is wanted for: degrees; an ISO 3166-1 alpha-2 code, None: not told."""

    lon: float
    lat: float
    country: str | None = None
    kind: str = "point"


def list_at_risk(events: EventSet) -> list[Spot]:
    """Return the places of a run that are at risk; if there are none, all that events are at."""
    places = {place.place_id: place for place in events.places}
    told = [(event, places[event.place_id]) for event in events.events if event.place_id in places]
    concern = [(event, place) for event, place in told if event.role in ROLES_AT_RISK]
    now = [(event, place) for event, place in concern if event.modality in MODALITIES_AT_RISK]
    chosen = [place for _, place in now or concern or told]
    return [Spot(place.lon, place.lat, place.country, place.kind) for place in chosen]


def locate_countries_at_risk(places: Sequence[Spot]) -> tuple[list[Area], list[str]]:
    """Return the countries with most places, at most `MOST_COUNTRIES`, with their places' boxes.

    Of the further ones not those with less than `LEAST_SHARE` of the places, as a large table would
    have a country fetched for one event at its border, nor those that are only named as a whole,
    round which nobody is counted.

    Returns
    -------
        The country with most of them first; codes (ISO 3166-1 alpha-2) of those left out.

    Raises
    ------
    InputError
        If no place lies in a country.
    """
    at_risk = _name_countries(places)
    counts = Counter(each.country for each in at_risk if each.country and each.kind != CORNER)
    if not counts:
        raise InputError(
            "the input names no place in a country, so it is unknown for where data is to be "
            "fetched; give files instead of the names of sources"
        )
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    boxes = {code: bound_places(at_risk, code) for code in codes}
    least = LEAST_SHARE * counts.total()
    further = [code for code in codes[1:] if counts[code] >= least and boxes[code]]
    chosen = [codes[0], *further][:MOST_COUNTRIES]
    left = [code for code in codes if code not in chosen]
    return [find_area(code, boxes[code]) for code in chosen], left


def _name_countries(places: Sequence[Spot]) -> list[Spot]:
    """Return places with the country that they lie in, where the input does not say it."""
    nameless = [n for n, place in enumerate(places) if not place.country]
    found = locate_countries([(places[n].lon, places[n].lat) for n in nameless]) if nameless else []
    named = list(places)
    for number, country in zip(nameless, found, strict=True):
        named[number] = dataclasses.replace(places[number], country=country)
    return named


def bound_places(places: Sequence[Spot], country: str | None) -> BBox | None:
    """Return the box of the places in a country; None: in any."""
    here = [
        place
        for place in places
        if country in (None, place.country) and place.kind not in _AREA_KINDS
    ]
    if not here:
        return None
    lons, lats = [place.lon for place in here], [place.lat for place in here]
    return BBox(min(lons), min(lats), max(lons), max(lats))
