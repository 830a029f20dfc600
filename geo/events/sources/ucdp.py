"""UCDP: the Georeferenced Event Dataset (GED) and its monthly candidates.

With a token from the API, without one from the files that anyone may fetch. Both hold the whole
world. Rows of the wanted days whose positions lie in the country are kept; UCDP's own country is
that of a system of states in which the Gaza Strip is Israel's.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.archives import list_members
from geo.assembly import assemble
from geo.boundaries.countries import locate_countries
from geo.catalogue import need, read_catalogue
from geo.credentials import read_secret
from geo.download import ask_size, fetch_file
from geo.errors import UnavailableError
from geo.events.publishers import PUBLISHERS
from geo.events.sources.window import choose_window, offer_events, read_window, write_rows
from geo.holdings import Holdings, Origin, today
from geo.statuses import RefusedError
from geo.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

    from geo.assembly import Pages
    from geo.events.sources.window import Window
    from geo.offers import Area, Offer
    from geo.wanted import Fetched, Way

TOKEN = "CIVMAP_UCDP_TOKEN"  # noqa: S105 - its name
"""The token that UCDP gives out for its API; see `geo.credentials`."""

_API = "https://ucdpapi.pcr.uu.se/api/gedevents"
_FILES = "https://ucdp.uu.se/downloads"
_HOSTS = frozenset({"ucdpapi.pcr.uu.se", "ucdp.uu.se"})
_PAGE = 1000
_MOST_PAGES = 600
_DAYS, _MOST_DAYS = 14, 3660
_RELEASES = 3  # of the last years, among which the newest is looked for
_BROKEN = (csv.Error, UnicodeDecodeError, zipfile.BadZipFile, zlib.error, EOFError)
_NO_RELEASE = frozenset({400, 404})
_NEEDED = (
    "id", "type_of_violence", "where_prec", "latitude", "longitude", "country", "date_start",
    "date_end", "best",
)  # fmt: skip
_COARSE = "positions from precision 4 on are centres of areas, no places of events"
_CANDIDATE = "candidate events are provisional: UCDP changes, drops and replaces them later"
_DEADLY = "only organised violence that killed somebody"
_BORDER = "rows lie in the country by Natural Earth's borders, not by UCDP's own country"


@dataclass(frozen=True)
class Ucdp:
    """UCDP's events; see `geo.offers.DataSource`.

    Attributes
    ----------
    days
        How many days up to the day; None: 14.
    """

    days: int | None = None
    name = "ucdp"
    parts = ("events",)
    about = f"deadly organised violence, UCDP GED and candidates; {TOKEN} for its API, else files"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer, of the releases that hold the days; none if there are none yet."""
        window = choose_window(self.name, day, self.days, _DAYS, _MOST_DAYS)
        releases = _choose_releases(window, way)
        found = {version: size for version, size in releases.items() if size is not None}
        if not found:
            return []
        missing = [version for version in releases if version not in found]
        candidates = [version for version in found if _is_candidate(version)]
        traps = [_DEADLY, _COARSE, _BORDER]
        if candidates:
            traps.append(_CANDIDATE)
        if missing:
            traps.append(f"a part of the days is in no release yet ({', '.join(missing)})")
        versions = ", ".join(
            f"{'candidate' if _is_candidate(each) else 'GED'} {each}" for each in found
        )
        first = _find_url(next(iter(found)))
        return [
            offer_events(
                self.name,
                area,
                window,
                f"UCDP events of {{area}}, {{days}} ({versions})",
                f"{first}#{area.iso3}/{window.name}/{'+'.join(found)}",
                size=sum(found.values()) or None,
                traps=tuple(traps),
                details={"versions": list(found), "iso2": area.iso2},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return a table (CSV) with GED's columns."""
        window = read_window(offer)

        def write(target: Path, pages: Pages) -> None:
            rows: list[dict[str, Any]] = []
            for version in offer.details["versions"]:
                rows += _read_release(version, window, pages, way)
            points = [(float(row["longitude"]), float(row["latitude"])) for row in rows]
            countries = locate_countries(points)
            here = [
                row
                for row, country in zip(rows, countries, strict=True)
                if country == offer.details["iso2"]
            ]
            if not here:
                raise UnavailableError(
                    f"ucdp has no events of {offer.area}, {window}; of the whole world it has "
                    f"{len(rows)} on these days"
                )
            columns = dict.fromkeys(column for row in here for column in row)
            write_rows(target, list(columns), here)

        name = f"ucdp_{offer.area.lower()}_{window.name}.csv"
        return assemble(offer, _HOSTS, way, write, name=name, fresh_days=30)


def _is_candidate(version: str) -> bool:
    return ".0." in version


def _choose_releases(window: Window, way: Way) -> dict[str, int | None]:
    """Return the releases that hold the days, with their bytes (0: not told; None: missing).

    The yearly one (26.1 is to the end of 2025) where it is out, else the candidates of each month.
    """
    years = [today().year - back for back in range(_RELEASES)]
    sizes = {
        year: _look_up(f"{year % 100:02}.1", way) for year in years if year > window.first.year
    }
    newest = max((year for year, size in sizes.items() if size is not None), default=0)
    found: dict[str, int | None] = {}
    for year, month in _list_months(window):
        if year < newest:
            found[f"{newest % 100:02}.1"] = sizes[newest]
        else:
            version = f"{year % 100:02}.0.{month}"
            found[version] = _look_up(version, way)
    return found


def _list_months(window: Window) -> Iterator[tuple[int, int]]:
    month = date(window.first.year, window.first.month, 1)
    while month <= window.last:
        yield month.year, month.month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _find_url(version: str) -> str:
    """Return where a release is: in the API with a token, else its file."""
    if read_secret(TOKEN):
        return f"{_API}/{version}"
    digits = version.replace(".", "_")
    if _is_candidate(version):
        return f"{_FILES}/candidateged/GEDEvent_v{digits}.csv"
    return f"{_FILES}/ged/ged{version.replace('.', '')}-csv.zip"


def _look_up(version: str, way: Way) -> int | None:
    """Return the bytes of a release, 0 if they are not told; None if it is not out."""
    url = _find_url(version)
    try:
        if not read_secret(TOKEN):
            kept = Holdings().find(url)
            if kept or way.offline:
                return kept.size if kept else None
            return ask_size(url, _HOSTS, way) or 0
        return read_catalogue(
            f"{url}?pagesize=1&page=0", "ucdp", _HOSTS, _with_token(way), _check_answer
        )
    except UnavailableError as error:
        if way.offline or (isinstance(error, RefusedError) and error.status in _NO_RELEASE):
            return None
        raise


def _check_answer(answer: Any) -> int:
    """Return that the size is not told, after the answer was seen to be one."""
    need(answer, ("TotalCount", "Result"), "ucdp")
    return 0


def _with_token(way: Way) -> Way:
    token = read_secret(TOKEN)
    return replace(way, secret_headers={"x-ucdp-access-token": token} if token else {})


def _read_release(version: str, window: Window, pages: Pages, way: Way) -> list[dict[str, Any]]:
    """Return a release's rows of the days, of all countries."""
    if read_secret(TOKEN):
        rows: Iterator[Mapping[str, Any]] = _ask_api(version, window, pages, way)
    else:
        rows = _read_file(version, way)
    return [dict(row) for row in rows if _touches(row, window)]


def _touches(row: Mapping[str, Any], window: Window) -> bool:
    """Tell whether an event, which may have lasted for weeks, has a day in the window."""
    try:
        first, last = (date.fromisoformat(str(row[n])[:10]) for n in ("date_start", "date_end"))
    except ValueError:
        raise UnavailableError("ucdp: its answer was changed: a row has no days") from None
    return first <= window.last and last >= window.first


def _ask_api(version: str, window: Window, pages: Pages, way: Way) -> Iterator[Mapping[str, Any]]:
    days = f"StartDate={window.first}&EndDate={window.last}"
    way, came = _with_token(way), 0
    for number in range(_MOST_PAGES):
        url = f"{_API}/{version}?pagesize={_PAGE}&page={number}&{days}"
        name = f"ucdp_{version}_{number}.json"
        answer = pages.read(url, way=way, name=name, check=_check_page)
        yield from answer["Result"]
        came += len(answer["Result"])
        if not answer["NextPageUrl"] or number + 1 >= int(answer["TotalPages"]):
            break
    else:
        raise UnavailableError(f"ucdp: more than {_MOST_PAGES * _PAGE:,} rows; ask fewer days")
    if came != int(answer["TotalCount"]):
        raise UnavailableError(
            f"ucdp: {came} rows came, but it says that it has {answer['TotalCount']}"
        )


def _check_page(path: Path) -> None:
    names = ("TotalCount", "TotalPages", "NextPageUrl", "Result")
    answer = need(json.loads(path.read_bytes()), names, "ucdp")
    if not isinstance(answer["Result"], list) or not all(
        isinstance(answer[name], int) for name in ("TotalCount", "TotalPages")
    ):
        raise UnavailableError("ucdp: its answer was changed: no list 'Result', or no counts")
    for row in answer["Result"]:
        need(row, _NEEDED, "ucdp")


def _read_file(version: str, way: Way) -> Iterator[Mapping[str, Any]]:
    url = _find_url(version)
    publisher = PUBLISHERS["ucdp"]
    wanted = Wanted(
        Origin(url, "ucdp", publisher.licence, publisher.attribution, version),
        kind="csv" if _is_candidate(version) else "zip",
        hosts=_HOSTS,
        fresh_days=30,
        limit_bytes=1_000_000_000,
        check=_check_file,
    )
    path = fetch_file(wanted, way).path
    with _open_rows(path) as stream:
        yield from csv.DictReader(stream)


def _check_file(path: Path) -> None:
    with _open_rows(path) as stream:
        header = next(csv.reader(stream), [])
    need(dict.fromkeys(header), _NEEDED, "ucdp")


@contextlib.contextmanager
def _open_rows(path: Path) -> Iterator[TextIO]:
    """Open a table, or the only table in a zip archive.

    Raises
    ------
    UnavailableError
        If it can't be read, also while it is.
    """
    with contextlib.ExitStack() as stack:
        try:
            if zipfile.is_zipfile(path):
                names = [name for name in list_members(path) if name.lower().endswith(".csv")]
                if len(names) != 1:
                    raise UnavailableError(
                        f"ucdp: an archive with {len(names)} tables; expected one"
                    )
                archive = stack.enter_context(zipfile.ZipFile(path))
                packed = stack.enter_context(archive.open(names[0]))
                yield io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")
            else:
                yield stack.enter_context(path.open(encoding="utf-8-sig", newline=""))
        except _BROKEN as error:
            raise UnavailableError(f"ucdp: {path.name} can't be read: {error}") from error
