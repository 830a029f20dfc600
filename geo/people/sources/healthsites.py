"""healthsites.io (API version 3): health facilities, from OpenStreetMap, curated with ministries.

Facilities are asked for by the box of the country's outline, as its API has names of its own for
countries; so some lie across the border. The key travels in the query, which is kept nowhere.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.assembly import assemble
from geo.boundaries.countries import read_countries
from geo.catalogue import need, read_token
from geo.errors import UnavailableError
from geo.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from geo.assembly import Pages
    from geo.offers import Area
    from geo.wanted import Fetched, Way

KEY = "CIVMAP_HEALTHSITES_KEY"
"""Environment variable: the key that healthsites.io shows on the page of one's account."""

_API = "https://healthsites.io/api/v3/facilities/"
_HOSTS = frozenset({"healthsites.io"})
_MOST_PAGES = 500
_REFUSED = f"Is {KEY} right? https://healthsites.io shows it on the page of your account"
_TODAY = "what stands there now, not on the day; what was destroyed may still be there"
_GAPS = "what is missing there may exist all the same"
_SAME = "mostly the facilities of OpenStreetMap, as hot and overpass have them: never add them up"
_BORDER = "facilities in the box round the country: some lie across the border"


class Healthsites:
    """healthsites.io's health facilities; see `geo.offers.DataSource`."""

    name = "healthsites"
    parts = ("facilities",)
    about = f"health facilities, curated from OpenStreetMap; needs {KEY}"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer; how many facilities it has shows when it is fetched."""
        del day
        _with_key(way)
        extent = _find_extent(area.iso2)
        if extent is None:
            return []
        return [
            Offer(
                source=self.name,
                offer_id="health",
                part="facilities",
                area=area.iso3,
                title=f"Health facilities of {area.name}, healthsites.io",
                url=f"{_API}?extent={extent}&output=geojson&flat-properties=true",
                licence="ODbL 1.0",
                attribution="\u00a9 healthsites.io and OpenStreetMap contributors",
                vintage=None,
                traps=(_TODAY, _GAPS, _SAME, _BORDER),
                details={"points": 0.5, "reason": "health facilities only"},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return all pages as one GeoJSON file."""
        name = f"healthsites_{offer.area.lower()}.geojson"
        return assemble(offer, _HOSTS, _with_key(way), _write_all(offer), name=name, fresh_days=30)


def _write_all(offer: Offer) -> Callable[[Path, Pages], None]:
    """Return what joins all pages, the last of which has no facilities."""

    def write(target: Path, pages: Pages) -> None:
        features: list[Any] = []
        before: list[Any] = []
        for number in range(1, _MOST_PAGES + 1):
            answer = pages.read(
                f"{offer.url}&page={number}",
                name=f"healthsites_page_{number}.json",
                check=_check_page,
                meanings={401: _REFUSED, 403: _REFUSED},
            )
            found = answer["features"]
            if not found:
                break
            if found == before:
                raise UnavailableError(f"healthsites: page {number} is the one before it again")
            features += found
            before = found
        else:
            raise UnavailableError(f"healthsites: more than {_MOST_PAGES} pages of facilities")
        if not features:
            raise UnavailableError(
                f"healthsites: it has no facilities of {offer.area}; that is no zero"
            )
        joined = {"type": "FeatureCollection", "features": features}
        target.write_text(json.dumps(joined, ensure_ascii=False), encoding="utf-8")

    return write


def _find_extent(iso2: str) -> str | None:
    """Return the box round a country as west, south, east, north in degrees; None: unknown.

    It is a tenth of a degree wider, as the outline leaves out small islands.
    """
    outline = read_countries("50m", countries={iso2})
    if outline.empty:
        return None
    west, south, east, north = (10 * each for each in outline.total_bounds.tolist())
    tenths = (
        math.floor(west) - 1,
        math.floor(south) - 1,
        math.ceil(east) + 1,
        math.ceil(north) + 1,
    )
    return ",".join(f"{each / 10:.1f}" for each in tenths)


def _with_key(way: Way) -> Way:
    why = "healthsites: its API wants a key; make an account at https://healthsites.io for one"
    key = read_token(KEY, way, why)
    return replace(way, secret_query={"api-key": key} if key else {})


def _check_page(path: Path) -> None:
    features = need(json.loads(path.read_bytes()), ("features",), "healthsites")["features"]
    if not isinstance(features, list):
        raise UnavailableError("healthsites: its answer was changed: 'features' is no list")
    for each in features:
        need(each, ("type", "properties", "geometry"), "healthsites")
