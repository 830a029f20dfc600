"""Overpass: health facilities, schools and water from OpenStreetMap as it is now.

A query is sent as a form to https://overpass-api.de/api/interpreter. An answer with status 200 may
hold a `remark`: the server gave up on the way, and what it found is a part; that is an error here.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from geo.catalogue import derive, fetch_offer, need, tidy
from geo.errors import UnavailableError
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_API = "https://overpass-api.de/api/interpreter"
_HOSTS = frozenset({"overpass-api.de"})
_SECONDS = 180
_PATIENCE = 10.0  # times the usual pauses and silence: it answers when it is done, by turns
_LICENCE = "ODbL 1.0"
_CREDIT = "\u00a9 OpenStreetMap contributors"
_HEALTH = ('["amenity"~"^(hospital|clinic|doctors)$"]', '["healthcare"]')
_OTHERS = (
    '["amenity"~"^(school|kindergarten|college|university|drinking_water|water_point)$"]',
    '["man_made"~"^(water_works|water_well|water_tower|water_tap|desalination_plant)$"]',
)
_KINDS = {
    "all": ("Health facilities, schools and water", (*_HEALTH, *_OTHERS), 0.0),
    "health": ("Health facilities", _HEALTH, 0.5),
}
_TODAY = "what stands in OpenStreetMap now, not on the day; what was destroyed may still be there"
_GAPS = "what is missing there may exist all the same"
_TWICE = "a hospital that is drawn as a point and as a building is there twice"
_CENTRES = "buildings and grounds stand at the middle of their box"


class Overpass:
    """OpenStreetMap by way of the Overpass API; see `geo.offers.DataSource`."""

    name = "overpass"
    parts = ("facilities",)
    about = "health facilities, schools and water from OpenStreetMap as it is now"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return an offer of everything, and one of health facilities alone; nobody is asked."""
        del day, way
        return [
            Offer(
                source=self.name,
                offer_id=kind,
                part="facilities",
                area=area.iso3,
                title=f"{title} of {area.name}, OpenStreetMap",
                url=f"{_API}?data={quote(_write_query(area.iso2, chosen))}",
                licence=_LICENCE,
                attribution=_CREDIT,
                vintage=None,
                traps=(_TODAY, _GAPS, _TWICE, _CENTRES),
                details={"points": points, "reason": "as it is now, by the country's own outline"},
            )
            for kind, (title, chosen, points) in _KINDS.items()
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return GeoJSON, a point for each; its vintage is the moment that the server's copy is of.

        Raises
        ------
        UnavailableError
            Also if the server gave up on the way, or there is nothing: that is no zero.
        """
        fetched = fetch_offer(
            offer,
            "json",
            _HOSTS,
            _be_patient(way),
            name=f"overpass_{offer.area.lower()}_{offer.offer_id}.json",
            fresh_days=7,
            limit_bytes=400_000_000,
            check=_check_answer,
            as_form=True,
            meanings={
                429: "Others of your network may be asking too; wait some minutes",
                504: "It is busy, or the country too large for it; take --offer health, or hot",
            },
        )
        answer = json.loads(fetched.path.read_bytes())

        def write(target: Path) -> None:
            features = [_make_feature(each) for each in answer["elements"]]
            joined = {"type": "FeatureCollection", "features": features}
            target.write_text(json.dumps(joined, ensure_ascii=False), encoding="utf-8")

        return derive(fetched, f"{fetched.path.stem}.geojson", write, vintage=_find_moment(answer))


def _write_query(iso2: str, chosen: tuple[str, ...]) -> str:
    """Return a query (Overpass QL) of everything with some tags in a country."""
    asked = "".join(f"nwr(area.a){each};" for each in chosen)
    area = f'area["ISO3166-1"="{iso2}"]->.a;'
    return f"[out:json][timeout:{_SECONDS}];{area}({asked});out center tags;"


def _be_patient(way: Way) -> Way:
    manners = way.manners
    patient = replace(
        manners,
        first_pause_s=manners.first_pause_s * _PATIENCE,
        silence_s=manners.silence_s * _PATIENCE,
    )
    return replace(way, manners=patient)


def _check_answer(path: Path) -> None:
    answer = need(json.loads(path.read_bytes()), ("elements",), "overpass")
    if answer.get("remark"):
        raise UnavailableError(
            f"overpass: the server gave up on the way: {tidy(answer['remark'], 200)}; what it "
            "found until then is a part and was thrown away. Ask again later, or for --offer health"
        )
    elements = answer["elements"]
    if not isinstance(elements, list):
        raise UnavailableError("overpass: its answer was changed: 'elements' is no list")
    if not elements:
        raise UnavailableError(
            "overpass: OpenStreetMap has none there, or no area of that country's code; that is no "
            "zero"
        )
    for each in elements:
        _make_feature(each)


def _make_feature(element: Any) -> dict[str, Any]:
    """Return an element as a GeoJSON point."""
    given = need(element, ("type", "id", "tags"), "overpass")
    place = given if given["type"] == "node" else given.get("center")
    at = need(place, ("lon", "lat"), "overpass")
    if not isinstance(given["tags"], dict):
        raise UnavailableError("overpass: its answer was changed: 'tags' are no record")
    return {
        "type": "Feature",
        "properties": {**given["tags"], "@id": f"{given['type']}/{given['id']}"},
        "geometry": {"type": "Point", "coordinates": [at["lon"], at["lat"]]},
    }


def _find_moment(answer: dict[str, Any]) -> str | None:
    told = answer.get("osm3s")
    return tidy(told.get("timestamp_osm_base"), 30) or None if isinstance(told, dict) else None
