"""geoBoundaries: administrative boundaries of all countries, each layer with its own licence.

https://www.geoboundaries.org/api/current/gbOpen/<ISO3>/<ADM0-5>/ describes a layer; its files lie
on GitHub, in Git LFS. Its units have ids of their own (`shapeID`), no P-codes; these serve as such.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.catalogue import derive, fetch_offer, need, read_catalogue, tidy
from geo.errors import UnavailableError
from geo.offers import Offer
from geo.statuses import is_missing

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_API = "https://www.geoboundaries.org/api/current/gbOpen"
_HOSTS = frozenset(
    {
        "www.geoboundaries.org",
        "github.com/wmgeolab/",
        "raw.githubusercontent.com/wmgeolab/",
        "media.githubusercontent.com/media/wmgeolab/",
    }
)
_LEVELS = (1, 2)
_NEEDED = ("boundaryISO", "boundaryYearRepresented", "boundaryLicense", "gjDownloadURL")
_OWN_CODES = "its codes are its own, not OCHA's P-codes: figures by P-code don't find its units"
_LICENCE = "each layer has a licence of its own; this one's stands here"
_YEARS = "the year is the one that its maker gives; outlines are often older"


class GeoBoundaries:
    """geoBoundaries' open layers; see `geo.offers.DataSource`."""

    name = "geoboundaries"
    parts = ("boundaries",)
    about = "administrative units of all countries, with codes of their own"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return an offer for level 1 and one for level 2, where they are."""
        del day  # there is one version at a time
        offers: list[Offer] = []
        failures = []
        for level in _LEVELS:
            try:
                url = f"{_API}/{area.iso3}/ADM{level}/"
                records = read_catalogue(url, self.name, _HOSTS, way, _list_records)
            except UnavailableError as error:
                if not is_missing(error):
                    failures.append(error)
                continue
            offers += [_make_offer(record, area, level) for record in records]
        if failures and not offers:
            raise failures[0]
        return offers

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return GeoJSON with columns `pcode`, `name`, `admin_level`, `country`."""
        fetched = fetch_offer(offer, "json", _HOSTS, way, fresh_days=180)
        level, country = offer.level, offer.details["iso2"]

        def write(target: Path) -> None:
            data = json.loads(fetched.path.read_bytes())
            target.write_text(
                json.dumps(_rename(data, level, country), ensure_ascii=False), encoding="utf-8"
            )

        return derive(fetched, f"{fetched.path.stem}_units.geojson", write)


def _list_records(answer: Any) -> list[dict[str, Any]]:
    records = answer if isinstance(answer, list) else [answer]
    return [need(record, _NEEDED, "geoboundaries") for record in records]


def _rename(data: Any, level: int | None, country: str) -> dict[str, Any]:
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise UnavailableError("geoboundaries: the file is no list of features")
    named = []
    for feature in features:
        given = need(feature, ("properties", "geometry"), "geoboundaries")
        own = need(given["properties"], ("shapeID", "shapeName"), "geoboundaries")
        columns = {
            "pcode": own["shapeID"],
            "name": own["shapeName"],
            "admin_level": level,
            "country": country,
        }
        named.append({"type": "Feature", "properties": columns, "geometry": given["geometry"]})
    return {"type": "FeatureCollection", "features": named}


def _make_offer(record: dict[str, Any], area: Area, level: int) -> Offer:
    year = str(record["boundaryYearRepresented"])[:4]
    told = int(year) if year.isdecimal() else None
    return Offer(
        source="geoboundaries",
        offer_id=f"gbOpen:{level}",
        part="boundaries",
        area=area.iso3,
        title=f"geoBoundaries {area.name}, level {level}",
        url=str(record["gjDownloadURL"]),
        licence=tidy(record["boundaryLicense"], 100),
        attribution=tidy(f"geoBoundaries; source: {record.get('boundarySource') or 'not told'}"),
        vintage=year if told else None,
        first_year=told,
        last_year=told,
        level=level,
        traps=(_OWN_CODES, _LICENCE, _YEARS),
        details={"iso2": area.iso2, "points": 1.0, "reason": "codes of its own, no P-codes"},
    )
