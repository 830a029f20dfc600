"""HDX HAPI (version 2): displaced people by unit and round, as OCHA passes on IOM's figures."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.catalogue import derive_joined, need
from geo.credentials import hide, read_secret
from geo.errors import UnavailableError
from geo.offers import Offer
from geo.pages import Pages, fetch_pages

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

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
                url=_page_url(area.iso3, 0),
                licence="as each contributor's data set on HDX (IOM DTM: CC BY-IGO)",
                attribution="IOM DTM, by way of OCHA's HDX HAPI",
                vintage=None,
                traps=(_LATE,),
                details={"points": 0.5, "reason": _LATE},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return all pages as one answer (JSON)."""
        name = f"hapi_idps_{offer.area.lower()}"
        pages = Pages(
            lambda number: _page_url(offer.area, number * _PAGE),
            _read_page,
            name,
            full=_PAGE,
            most=_MOST_PAGES,
        )
        files, rows = fetch_pages(offer, pages, _HOSTS, _with_contact(way), fresh_days=7)
        if not rows:
            raise UnavailableError(f"hapi has no displaced people of {offer.area}")
        if len(files) == 1:
            return files[0]

        def write(target: Path) -> None:
            target.write_text(json.dumps({"data": rows}), encoding="utf-8")

        return derive_joined(files, f"{name}_all", ".json", write)


def _page_url(iso3: str, offset: int) -> str:
    return f"{_API}?location_code={iso3}&output_format=json&limit={_PAGE}&offset={offset}"


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


def _read_page(answer: Any) -> list[Any]:
    rows = need(answer, ("data",), "hapi")["data"]
    if not isinstance(rows, list):
        raise UnavailableError("hapi: its answer was changed: 'data' is no list")
    for row in rows[:1]:
        need(row, ("location_code", "population", "reference_period_start"), "hapi")
    return rows
