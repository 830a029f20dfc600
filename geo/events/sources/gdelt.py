"""GDELT 2.0: what news around the world tells of, coded by machine. Leads only.

A file every 15 minutes, of 61 columns without a header, listed with its MD5. Kept are rows of
material conflict (QuadClass 4: something is told to have been done; class 3 is words) that are
dated in the wanted days. Only towns become places; rows that are put at a country or a province
keep no position, and the reader counts them as set aside. Numbers of dead are not in it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from geo.archives import list_members
from geo.assembly import assemble
from geo.download import fetch_file
from geo.errors import UnavailableError
from geo.events.countries import list_fips
from geo.events.publishers import PUBLISHERS
from geo.events.sources.window import choose_window, offer_events, read_window, write_rows
from geo.holdings import Holdings, Origin, today
from geo.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from geo.assembly import Pages
    from geo.events.sources.window import Window
    from geo.offers import Area, Offer
    from geo.wanted import Fetched, Way

# data.gdeltproject.org itself has no https; this is where its files lie
_FOLDER = "https://storage.googleapis.com/data.gdeltproject.org/gdeltv2"
_HOSTS = frozenset({"storage.googleapis.com/data.gdeltproject.org/"})
_LIST = f"{_FOLDER}/masterfilelist.txt"
_LINE = re.compile(r"(\d+) ([0-9a-f]{32}) \S+/gdeltv2/(\d{14})\.(\S+)\.zip")
_EXPORT = "export.CSV"
_A_DAY = 96
_DAYS, _MOST_DAYS = 1, 3
_WIDTH = 61
_TOWNS = frozenset({"3", "4"})  # ActionGeo_Type: a town of the United States, of the world
_MATERIAL_CONFLICT = "4"
_NEAR = 2  # a precision level: near a known place; a machine took the town's name from a text
_ROOTS = {
    "14": "Protest", "15": "Show of force", "16": "Reduced relations", "17": "Coercion",
    "18": "Assault", "19": "Fight", "20": "Mass violence",
}  # fmt: skip
# where columns stand, from 0, as GDELT's codebook of version 2.0 numbers them
_AT = {
    "globaleventid": 0, "event_date": 1, "actor1": 6, "actor2": 16, "event_code": 26,
    "event_root": 28, "quadclass": 29, "goldstein": 30, "num_mentions": 31, "num_sources": 32,
    "num_articles": 33, "actiongeo_type": 51, "location": 52, "country_fips": 53, "lat": 56,
    "lon": 57, "notes": 60,
}  # fmt: skip
_COLUMNS = (
    "globaleventid", "event_date", "event_type", "event_code", "quadclass", "actiongeo_type",
    "location", "country", "country_fips", "lat", "lon", "geo_precision", "num_mentions",
    "num_sources", "num_articles", "goldstein", "actor1", "actor2", "notes",
)  # fmt: skip
_LEADS = "leads to look into, not events that were checked: a machine read them out of news"
_DEAD = "never a source of casualties: it has none"
_AGAIN = "one happening stands there several times, and places are mistaken for others of a name"
_LARGE = "the list of its files has more than 100 MB; it is fetched once, and anew for newer days"


@dataclass(frozen=True)
class Gdelt:
    """GDELT's leads; see `geo.offers.DataSource`.

    Attributes
    ----------
    days
        How many days up to the day; None: 1. A day has 96 files.
    """

    days: int | None = None
    name = "gdelt"
    parts = ("events",)
    about = "leads to conflict in the news, coded by machine, GDELT 2.0; no source of casualties"
    hosts = _HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return one offer; whether it holds rows shows when it is fetched."""
        del way
        window = choose_window(self.name, day, self.days, _DAYS, _MOST_DAYS)
        return [
            offer_events(
                self.name,
                area,
                window,
                "GDELT leads to conflict in {area}, {days}",
                f"{_LIST}#{area.iso3}/{window.name}",
                traps=(_LEADS, _DEAD, _AGAIN, _LARGE),
                details={"points": 5.0, "reason": "by machine: leads only", "iso2": area.iso2},
            )
        ]

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return a table (CSV) of leads."""
        window = read_window(offer)
        codes = list_fips(offer.details["iso2"])
        over = window.last < today()

        def write(target: Path, pages: Pages) -> None:
            files = _list_files(window, way)
            rows = []
            for stamp, checksum in sorted(files.items()):
                url = f"{_FOLDER}/{stamp}.export.CSV.zip"
                path = pages.take(url, "zip", checksum=f"md5:{checksum}", check=_check_export)
                rows += [
                    _make_row(cells, offer.details["iso2"])
                    for cells in _read_export(path)
                    if _is_wanted(cells, codes, window)
                ]
            if not rows:
                raise UnavailableError(
                    f"gdelt has no leads to conflict in {offer.area}, {window}, in {len(files)} "
                    "files"
                )
            write_rows(target, _COLUMNS, rows)

        name = f"gdelt_{offer.area.lower()}_{window.name}.csv"
        return assemble(offer, _HOSTS, way, write, name=name, fresh_days=365 if over else 0)


def _list_files(window: Window, way: Way) -> dict[str, str]:
    """Return the MD5 of each file of the days, by its time (UTC) as `YYYYMMDDHHMMSS`."""
    days = {
        f"{window.first + timedelta(days=n):%Y%m%d}"
        for n in range((window.last - window.first).days + 1)
    }
    kept = Holdings().find(_LIST)
    # a kept list serves if it goes beyond the days
    serves = kept is not None and date.fromisoformat(kept.fetched) > window.last
    wanted = Wanted(
        Origin(_LIST, "gdelt list", PUBLISHERS["gdelt"].licence, PUBLISHERS["gdelt"].attribution),
        kind="text",
        hosts=_HOSTS,
        fresh_days=36_500 if serves else 0,
        limit_bytes=1_000_000_000,
        check=lambda path: _check_list(path, window),
        serves_old=False,
    )
    path = fetch_file(wanted, way).path
    found = {
        line[3]: line[2] for line in _read_list(path) if line[3][:8] in days and line[4] == _EXPORT
    }
    if not found:
        raise UnavailableError(f"gdelt lists no files of {window}; its days are those of UTC")
    if len(found) > _A_DAY * len(days):
        raise UnavailableError(
            f"gdelt lists {len(found)} files of {window}; expected at most {_A_DAY} a day"
        )
    return found


def _read_list(path: Path) -> Iterator[re.Match[str]]:
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if match := _LINE.fullmatch(line.rstrip()):
                yield match


def _check_list(path: Path, window: Window) -> None:
    """Raise if the list is none, or ends before the days do though they are over: it was cut."""
    newest = max((line[3] for line in _read_list(path)), default=None)
    if newest is None:
        raise UnavailableError("gdelt: its list of files was changed; this civmap can't read it")
    if window.last < today() and newest[:8] <= f"{window.last:%Y%m%d}":
        raise UnavailableError(
            f"gdelt: its list of files ends before {window.last} does; it was cut off"
        )


def _check_export(path: Path) -> None:
    for cells in _read_export(path):
        if len(cells) != _WIDTH:
            raise UnavailableError(
                f"gdelt: its files were changed: a row has {len(cells)} columns; expected {_WIDTH}"
            )


def _read_export(path: Path) -> Iterator[list[str]]:
    names = list_members(path)
    if len(names) != 1:
        raise UnavailableError(f"gdelt: an archive with {len(names)} files; expected one")
    try:
        with (
            zipfile.ZipFile(path) as archive,
            io.TextIOWrapper(archive.open(names[0]), "utf-8", "replace", newline="\n") as lines,
        ):
            for line in lines:
                yield line.rstrip("\r\n").split("\t")
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnavailableError(f"gdelt: {path.name} can't be read: {error}") from error


def _is_wanted(cells: list[str], codes: Collection[str], window: Window) -> bool:
    if cells[_AT["quadclass"]] != _MATERIAL_CONFLICT or cells[_AT["country_fips"]] not in codes:
        return False
    try:
        return window.holds(date.fromisoformat(cells[_AT["event_date"]]))
    except ValueError:
        return False


def _make_row(cells: list[str], iso2: str) -> dict[str, str]:
    row = {name: cells[at] for name, at in _AT.items()}
    day = row["event_date"]
    in_town = row["actiongeo_type"] in _TOWNS
    return row | {
        "event_date": f"{day[:4]}-{day[4:6]}-{day[6:]}",
        "event_type": f"{_ROOTS.get(row['event_root'], 'Conflict')} (lead, coded by machine)",
        "country": iso2,
        "geo_precision": str(_NEAR),
        "lat": row["lat"] if in_town else "",
        "lon": row["lon"] if in_town else "",
    }
