"""ReliefWeb (API version 2): articles and reports of agencies, NGOs and news, for reading.

What is fetched becomes a page (.html) with the report's title, day, publisher and text, as civmap
reads any saved page. The text belongs to its publisher: it is read, and not passed on.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from geo.catalogue import derive, fetch_offer, need, read_catalogue, read_token, tidy
from geo.errors import UnavailableError, UsageError
from geo.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

APPNAME = "CIVMAP_RELIEFWEB_APPNAME"
"""Environment variable: the name that ReliefWeb approved for those who ask."""

Result = TypeVar("Result")

_API = "https://api.reliefweb.int/v2/reports"
_HOSTS = frozenset({"api.reliefweb.int"})
_LICENCE = "belongs to its publisher; for reading only"
_DAYS = 7  # before the day and after it, in which reports are looked for
_MOST = 20
_FIELDS = ("id", "title", "date", "source", "url_alias", "format", "language")
_ID = re.compile(r"\d{1,10}")
_NODE = re.compile(r"https://reliefweb\.int/node/(\d{1,10})/?")
_PAGE = re.compile(r"https://reliefweb\.int/(?:report|map)/[\w%./-]{3,400}", re.ASCII)
_ASK = "ask for one at https://apidoc.reliefweb.int/parameters#appname (days, not minutes)"
_MEANINGS = {
    403: f"It answers only names that it approved: {_ASK} and set {APPNAME} to it",
    410: "ReliefWeb ends versions of its API (version 1 is gone); this civmap asks version 2. "
    "Save the article's text as .txt, and look for a newer civmap",
    429: "It answers about 1,000 questions a day",
}
_OWN = "the text belongs to its publisher: what civmap makes of it may be shared, the text not"
_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}|>|[*+-]|\d{1,2}\.)\s+|\*\*|__|\\(?=[^\w\s])", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,2000}\)")
_GAP = re.compile(r"\n\s*\n|\n(?=\s{0,3}(?:[*+-]|\d{1,2}\.)\s)")


class ReliefWeb:
    """ReliefWeb's reports; see `geo.offers.DataSource`."""

    name = "reliefweb"
    parts = ("articles",)
    about = f"articles and reports of agencies, NGOs and news; needs {APPNAME}"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return the reports on a country of the week before a day and the week after it."""
        first, last = (day + timedelta(days=days) for days in (-_DAYS, _DAYS))
        asked = {
            "limit": _MOST,
            "filter[operator]": "AND",
            "filter[conditions][0][field]": "country.iso3",
            "filter[conditions][0][value]": area.iso3.lower(),
            "filter[conditions][1][field]": "date.original",
            "filter[conditions][1][value][from]": f"{first}T00:00:00+00:00",
            "filter[conditions][1][value][to]": f"{last}T23:59:59+00:00",
            "sort[]": "date.original:desc",
        }
        fields = "".join(f"&fields[include][]={name}" for name in _FIELDS)
        url = f"{_API}?{urlencode(asked)}{fields}"
        return self._read(
            url, way, lambda records: [_make_offer(each, area.iso3, day) for each in records]
        )

    def find_report(self, name: str, way: Way) -> Offer:
        """Return a report by its number, or by its address on reliefweb.int.

        Raises
        ------
        UsageError
            If it is neither.
        UnavailableError
            If there is no such report, or it can't be had.
        """
        node = _NODE.fullmatch(name)
        number = node[1] if node else name
        if _ID.fullmatch(number):
            return _describe_report(number)
        if not _PAGE.fullmatch(name):
            raise UsageError(
                f"reliefweb report {name[:100]!r}: expected its number, such as 4012345, or its "
                "address, https://reliefweb.int/report/..."
            )
        asked = {"filter[field]": "url_alias", "filter[value]": name, "limit": 1}
        url = f"{_API}?{urlencode(asked)}&fields[include][]=id"
        numbers = self._read(url, way, lambda records: [str(each["id"]) for each in records])
        if not numbers:
            raise UnavailableError(f"reliefweb knows no report at {name}")
        return _describe_report(numbers[0])

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the report as a page; its day is that of its publication by its publisher.

        Raises
        ------
        UnavailableError
            Also if it has no text of its own, only files.
        """
        number = offer.offer_id
        fetched = fetch_offer(
            offer,
            "json",
            _HOSTS,
            _with_appname(way),
            name=f"reliefweb_{number}.json",
            fresh_days=30,
            limit_bytes=20_000_000,
            check=lambda path: _check_report(path, number),
            meanings=_MEANINGS | {404: f"Is {number} the number of a report?"},
        )
        fields = _read_fields(fetched.path)

        def write(target: Path) -> None:
            target.write_text(_write_page(fields), encoding="utf-8")

        told = replace(
            fetched.holding.origin, attribution=_name_publishers(fields), vintage=_find_day(fields)
        )
        known = replace(fetched, holding=replace(fetched.holding, origin=told))
        return derive(known, f"reliefweb_{number}.html", write)

    def _read(
        self, url: str, way: Way, read: Callable[[list[dict[str, Any]]], list[Result]]
    ) -> list[Result]:
        """Return what is read from the records of an answer."""
        return read_catalogue(
            url,
            self.name,
            _HOSTS,
            _with_appname(way),
            lambda answer: read(_list_records(answer)),
            meanings=_MEANINGS,
        )


def _with_appname(way: Way) -> Way:
    why = f"reliefweb: its API answers only names that it approved; {_ASK}"
    appname = read_token(APPNAME, way, why)
    return replace(way, secret_query={"appname": appname} if appname else {})


def _describe_report(number: str) -> Offer:
    """Return what is known of a report by its number alone."""
    return Offer(
        source="reliefweb",
        offer_id=number,
        part="articles",
        area="",
        title=f"ReliefWeb report {number}",
        url=f"{_API}/{number}",
        licence=_LICENCE,
        attribution=None,
        vintage=None,
        traps=(_OWN,),
    )


def _make_offer(record: dict[str, Any], iso3: str, day: date) -> Offer:
    fields = need(record["fields"], ("title", "date"), "reliefweb")
    told = _find_day(fields)
    apart = abs((date.fromisoformat(told) - day).days) if told else _DAYS
    return replace(
        _describe_report(str(record["id"])),
        area=iso3,
        title=f"{tidy(fields['title'], 150)} ({_name_publishers(fields)})",
        attribution=_name_publishers(fields),
        vintage=told,
        first_year=int(told[:4]) if told else None,
        last_year=int(told[:4]) if told else None,
        details={"points": apart / 10, "reason": f"{apart} days from the day"},
    )


def _list_records(answer: Any) -> list[dict[str, Any]]:
    records = need(answer, ("data",), "reliefweb")["data"]
    if not isinstance(records, list):
        raise UnavailableError("reliefweb: its answer was changed: 'data' is no list")
    return [need(each, ("id", "fields"), "reliefweb") for each in records]


def _read_fields(path: Path) -> dict[str, Any]:
    (record,) = _list_records(json.loads(path.read_bytes()))[:1] or [{"fields": {}}]
    return need(record["fields"], ("title", "date"), "reliefweb")


def _check_report(path: Path, number: str) -> None:
    fields = _read_fields(path)
    if not isinstance(fields.get("body"), str) or not fields["body"].strip():
        raise UnavailableError(
            f"reliefweb: report {number} has no text of its own, only files; open it at "
            f"https://reliefweb.int/node/{number} and save the text of a file as .txt"
        )


def _find_day(fields: dict[str, Any]) -> str | None:
    """Return the day on which the publisher published it; None: not told."""
    given = fields["date"] if isinstance(fields["date"], dict) else {}
    for name in ("original", "created"):
        try:
            return date.fromisoformat(str(given.get(name) or "")[:10]).isoformat()
        except ValueError:
            continue
    return None


def _name_publishers(fields: dict[str, Any]) -> str:
    given = fields.get("source")
    records = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    names = [tidy(each.get("shortname") or each.get("name"), 80) for each in records]
    return ", ".join(name for name in names[:5] if name) or "publisher not told"


def _write_page(fields: dict[str, Any]) -> str:
    """Return a page of a report's text (Markdown), without its marks and links."""
    text = _LINK.sub(r"\1", fields["body"].replace("\r", ""))
    blocks = [" ".join(_MARKS.sub("", block).split()) for block in _GAP.split(text)]
    title, day = html.escape(tidy(fields["title"], 300)), _find_day(fields)
    paragraphs = "\n".join(f"<p>{html.escape(block)}</p>" for block in blocks if block)
    published = f'<meta property="article:published_time" content="{day}">\n' if day else ""
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title>\n{published}'
        f'<meta property="og:site_name" content="{html.escape(_name_publishers(fields))}">\n'
        f"</head><body><article><h1>{title}</h1>\n{paragraphs}\n</article></body></html>\n"
    )
