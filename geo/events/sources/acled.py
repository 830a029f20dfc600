"""ACLED: political violence and protests, from its API with the user's own account.

Tokens are given out for user and password (OAuth) and last a day. Pages are asked for until one is
empty; what ACLED has deleted since is left out. Its terms forbid to pass rows on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from geo.assembly import assemble
from geo.catalogue import need, tidy
from geo.credentials import read_secret
from geo.errors import UnavailableError
from geo.events.countries import find_number
from geo.events.sources.window import choose_window, offer_events, read_window, write_rows
from geo.oauth import Login

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from geo.assembly import Pages
    from geo.offers import Area, Offer
    from geo.wanted import Fetched, Way

EMAIL, PASSWORD = "CIVMAP_ACLED_EMAIL", "CIVMAP_ACLED_PASSWORD"
"""The user's account at acleddata.com; see `geo.credentials`."""

_HOST = "https://acleddata.com"
_HOSTS = frozenset({"acleddata.com"})
_PAGE = 5000
_MOST_PAGES = 100
_DAYS, _MOST_DAYS = 14, 3660
_NEEDED = (
    "event_id_cnty", "event_date", "event_type", "geo_precision", "latitude", "longitude",
    "timestamp", "fatalities",
)  # fmt: skip
_DELETED = ("event_id_cnty", "deleted_timestamp")
_TERMS = "ACLED's terms forbid passing its rows on: give away totals only, no events and no points"
_LIVING = "a living database: events are changed and deleted later; new ones come weekly"
_TIER = "whether an account gets single events hangs on its tier"


@dataclass(frozen=True)
class Acled:
    """ACLED's events; see `geo.offers.DataSource`.

    Attributes
    ----------
    days
        How many days up to the day; None: 14.
    """

    days: int | None = None
    name = "acled"
    parts = ("events",)
    about = f"political violence and protests, ACLED; needs {EMAIL} and {PASSWORD}"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer; whether it holds events shows when it is fetched."""
        window = choose_window(self.name, day, self.days, _DAYS, _MOST_DAYS)
        if not way.offline:
            _open_login()
        number = find_number(area.iso3)
        country = f"iso={int(number)}" if number else f"country={area.name.replace(' ', '%20')}"
        days = f"event_date={window.first}%7C{window.last}&event_date_where=BETWEEN"
        url = f"{_HOST}/api/acled/read?_format=json&{country}&{days}"
        title, traps = "ACLED events of {area}, {days}", (_TERMS, _LIVING, _TIER)
        return [offer_events(self.name, area, window, title, url, traps=traps)]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return a table (CSV) as ACLED exports it."""
        window = read_window(offer)

        def write(target: Path, pages: Pages) -> None:
            reader = _Reader(_open_login(), pages, way)
            rows = reader.read_all(offer.url, _NEEDED)
            rows = _leave_out(rows, reader.read_all(_find_deleted(window.first), _DELETED))
            if not rows:
                raise UnavailableError(
                    f"acled has no events of {offer.area}, {window}: there are none, or "
                    "your account gets no single events"
                )
            write_rows(target, list(rows[0]), rows)

        name = f"acled_{offer.area.lower()}_{window.name}.csv"
        return assemble(offer, _HOSTS, way, write, name=name, fresh_days=7)


def _open_login() -> Login:
    user, password = read_secret(EMAIL), read_secret(PASSWORD)
    if not user or not password:
        raise UnavailableError(
            f"acled: its API wants an account of yours (acleddata.com); set {EMAIL} and {PASSWORD}"
        )
    return Login(
        "acled",
        f"{_HOST}/oauth/token",
        client="acled",
        user=user,
        password=password,
        wanted=f"check {EMAIL} and {PASSWORD}, and that the account has agreed to ACLED's terms",
    )


def _find_deleted(first: date) -> str:
    """Return where ids are that were deleted since a day; no event of it was deleted before."""
    since = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    where = f"deleted_timestamp={since}&deleted_timestamp_where=%3E%3D"
    return f"{_HOST}/api/deleted/read?_format=json&{where}"


class _Reader:
    """Reads an endpoint page by page."""

    def __init__(self, login: Login, pages: Pages, way: Way) -> None:
        self._login, self._pages, self._way = login, pages, way

    def read_all(self, url: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return all rows; a page without any is the end."""
        rows: list[dict[str, Any]] = []
        total: int | None = None
        for number in range(1, _MOST_PAGES + 1):
            answer = self._read_page(f"{url}&limit={_PAGE}&page={number}", number, needed)
            if not answer["data"]:
                break
            rows += answer["data"]
            told = _read_count(answer, "total_count")
            if total is not None and told != total:
                raise UnavailableError(
                    f"acled: its data changed while it was read ({total}, then {told} rows); "
                    "try again"
                )
            total = told
        else:
            raise UnavailableError(f"acled: more than {_MOST_PAGES * _PAGE:,} rows; ask fewer days")
        if total is not None and total != len(rows):
            raise UnavailableError(f"acled: {len(rows)} rows came, but it says that it has {total}")
        return rows

    def _read_page(self, url: str, number: int, needed: tuple[str, ...]) -> dict[str, Any]:
        def ask(headers: Mapping[str, str]) -> dict[str, Any]:
            way = replace(self._way, secret_headers=headers)
            name = f"acled_page_{number}.json"
            answer: dict[str, Any] = self._pages.read(
                url, way=way, name=name, check=lambda path: _check_page(path, needed)
            )
            return answer

        return self._login.ask(ask, self._way)


def _check_page(path: Path, needed: tuple[str, ...]) -> None:
    answer = json.loads(path.read_bytes())
    if isinstance(answer, dict) and answer.get("success") is False:
        status = tidy(answer.get("status"), 20)
        raise UnavailableError(f"acled: it answers that it can't (status {status or 'not told'})")
    rows = need(answer, ("data",), "acled")["data"]
    if not isinstance(rows, list):
        raise UnavailableError("acled: its answer was changed: 'data' is no list")
    for row in rows:
        need(row, needed, "acled")
    count = _read_count(answer, "count")
    if count is not None and count != len(rows):
        raise UnavailableError(f"acled: a page has {len(rows)} rows, but says {count}")


def _read_count(answer: Mapping[str, Any], name: str) -> int | None:
    """Return a number of rows, which may be written as text; None: not told."""
    told = answer.get(name)
    if told is None:
        return None
    try:
        return int(told)
    except (TypeError, ValueError):
        raise UnavailableError(f"acled: its answer was changed: {name} is no number") from None


def _leave_out(rows: list[dict[str, Any]], deleted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows but those that were deleted after they were last changed."""
    gone: dict[str, float] = {}
    for each in deleted:
        key = str(each["event_id_cnty"])
        gone[key] = max(gone.get(key, 0.0), _read_time(each["deleted_timestamp"]))
    return [
        row
        for row in rows
        if _read_time(row["timestamp"]) > gone.get(str(row["event_id_cnty"]), -1.0)
    ]


def _read_time(text: object) -> float:
    """Return seconds since 1970; 0 where it is no number."""
    try:
        return float(str(text))
    except ValueError:
        return 0.0
