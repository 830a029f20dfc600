"""HDX HAPI (version 2): displaced people by unit and round, as OCHA passes on IOM's figures."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.assembly import assemble
from geo.catalogue import need
from geo.credentials import hide, read_secret
from geo.errors import UnavailableError
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.assembly import Pages
    from geo.offers import Area
    from geo.wanted import Fetched, Way

CONTACT = "CIVMAP_CONTACT"
"""An e-mail address, which HAPI wants to know of those who ask; see `geo.credentials`."""

_API = "https://hapi.humdata.org/api/v2/affected-people/idps"
_HOSTS = frozenset({"hapi.humdata.org"})
_PAGE = 10_000
_MOST_PAGES = 50
_MAIL = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:]+", re.ASCII)
_LATE = "passes IOM's figures on, some weeks later"


class Hapi:
    """HAPI's figures of displaced people; see `geo.offers.DataSource`."""

    name = "hapi"
    parts = ("displacement",)
    about = "displaced people by unit and round, HDX HAPI; needs CIVMAP_CONTACT"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer; whether it holds rows shows when it is fetched."""
        del day, way
        return [
            Offer(
                source=self.name,
                offer_id="idps",
                part="displacement",
                area=area.iso3,
                title=f"HDX HAPI, internally displaced people, {area.name}",
                url=f"{_API}?location_code={area.iso3}&output_format=json",
                licence="as each contributor's data set on HDX (IOM DTM: CC BY-IGO)",
                attribution="IOM DTM, by way of OCHA's HDX HAPI",
                vintage=None,
                traps=(_LATE,),
                details={"points": 0.5, "reason": _LATE},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return all pages as one answer (JSON)."""
        way = _with_contact(way)

        def write(target: Path, pages: Pages) -> None:
            rows: list[Any] = []
            for number in range(_MOST_PAGES):
                url = f"{offer.url}&limit={_PAGE}&offset={number * _PAGE}"
                name = f"hapi_page_{number}.json"
                found = pages.read(url, name=name, check=_check_page)["data"]
                rows += found
                if len(found) < _PAGE:
                    break
            else:
                raise UnavailableError(f"hapi: more than {_MOST_PAGES * _PAGE:,} rows")
            if not rows:
                raise UnavailableError(f"hapi has no displaced people of {offer.area}")
            target.write_text(json.dumps({"data": rows}), encoding="utf-8")

        name = f"hapi_idps_{offer.area.lower()}.json"
        return assemble(offer, _HOSTS, way, write, name=name, fresh_days=7)


def _with_contact(way: Way) -> Way:
    """Return a way that says who asks; in a header, as it is nobody else's business."""
    if way.offline:
        return way
    contact = read_secret(CONTACT) or ""
    if not _MAIL.fullmatch(contact):
        raise UnavailableError(
            f"hapi: it wants to know who asks; set {CONTACT} to an e-mail address of yours"
        )
    identifier = hide(base64.b64encode(f"civmap:{contact}".encode()).decode())
    return replace(way, secret_headers={"X-HDX-HAPI-APP-IDENTIFIER": identifier})


def _check_page(path: Path) -> None:
    rows = need(json.loads(path.read_bytes()), ("data",), "hapi")["data"]
    if not isinstance(rows, list):
        raise UnavailableError("hapi: its answer was changed: 'data' is no list")
    for row in rows[:1]:
        need(row, ("location_code", "population", "reference_period_start"), "hapi")
