"""IOM's Displacement Tracking Matrix (API version 3): displaced people by unit and round."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.catalogue import fetch_offer, need, read_catalogue, read_token
from geo.errors import UnavailableError
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

KEY = "CIVMAP_DTM_KEY"
"""The subscription key that IOM gives out on request; see `geo.credentials`."""

_API = "https://dtmapi.iom.int/v3/displacement"
_HOSTS = frozenset({"dtmapi.iom.int"})
_FINEST = 2
_ROUNDS = "a round replaces the one before it: rounds are never added up (civmap doesn't)"
_OPERATIONS = "operations may count the same people; read the cautions of the run"


class Dtm:
    """IOM's figures of displaced people; see `geo.offers.DataSource`."""

    name = "dtm"
    parts = ("displacement",)
    about = "displaced people by unit and round, IOM DTM; needs CIVMAP_DTM_KEY"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return an offer for level 1 and one for level 2, if IOM works in the country."""
        del day  # the file has all rounds
        way = _with_key(way)
        codes = read_catalogue(f"{_API}/country-list", self.name, _HOSTS, way, _list_codes)
        if area.iso3 not in codes:
            return []
        return [
            Offer(
                source=self.name,
                offer_id=f"admin{level}",
                part="displacement",
                area=area.iso3,
                title=f"IOM DTM {area.name}, level {level}, all rounds",
                url=f"{_API}/admin{level}?Admin0Pcode={area.iso3}",
                licence="as IOM DTM's terms say (HDX: CC BY-IGO)",
                attribution="International Organization for Migration (IOM), Displacement "
                "Tracking Matrix (DTM)",
                vintage=None,
                level=level,
                traps=(_ROUNDS, _OPERATIONS),
                details={"points": 0.0 if level == _FINEST else 0.5},
            )
            for level in (1, 2)
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the API's answer (JSON)."""
        return fetch_offer(
            offer,
            "json",
            _HOSTS,
            _with_key(way),
            fresh_days=7,
            name=f"dtm_{offer.area.lower()}_{offer.offer_id}.json",
            check=_check_answer,
            limit_bytes=500_000_000,
        )


def _list_codes(answer: Any) -> set[Any]:
    """Return the codes of the countries in which IOM works."""
    listed = need(answer, ("result",), "dtm")["result"]
    return {need(each, ("admin0Pcode",), "dtm")["admin0Pcode"] for each in listed}


def _with_key(way: Way) -> Way:
    why = "dtm: IOM's API wants a key; ask for one at https://dtm.iom.int"
    key = read_token(KEY, way, why)
    return replace(way, secret_headers={"Ocp-Apim-Subscription-Key": key} if key else {})


def _check_answer(path: Path) -> None:
    rows = need(json.loads(path.read_bytes()), ("result",), "dtm")["result"]
    if not isinstance(rows, list) or not rows:
        raise UnavailableError("dtm: the answer holds no rows")
    need(rows[0], ("operation", "numPresentIdpInd", "reportingDate"), "dtm")
