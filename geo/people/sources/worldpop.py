"""WorldPop: rasters of people, and of people by age and sex, for each country and year.

Its REST catalogue (https://hub.worldpop.org/rest/data) names the data sets, and for each country
their files; addresses are taken from there, never built. Of each kind the newest release is
offered: constrained (people only where buildings are) and unconstrained, 100 m and 1 km.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geo.catalogue import fetch_offer, need, read_catalogue, tidy, unpack
from geo.errors import UnavailableError
from geo.offers import Offer
from geo.people.sources.fitness import check_raster

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_REST = "https://hub.worldpop.org/rest/data"
_HOSTS = frozenset({"hub.worldpop.org", "data.worldpop.org"})
_LICENCE = "CC BY 4.0"
_ALIAS = re.compile(
    r"G2_(?P<how>CN|UC|UA)_(?:POP|Age)_(?P<release>R\d\d[A-Z])_"
    r"(?P<cell>100m|1km|3a(?:_z)?|30a(?:_z)?)"
)
_CELL_M = {"100m": 100, "3a": 100, "3a_z": 100, "1km": 1000, "30a": 1000, "30a_z": 1000}
_ARCHIVES = "_z"  # all ages of a country in one zip; the others have a file for each age
_OWN_CODES = {"XKX": "KOS"}  # where WorldPop's code of a country is not the usual one
_PROJECTS = {"population": "pop", "ages": "age_structures"}
_NEEDED = ("id", "title", "popyear", "iso3", "files", "date")
_YEAR = re.compile(r"(?:19|20)\d\d")

_MODELLED = (
    "modelled from censuses and their projections; it knows nothing of people who fled, nor of "
    "houses that were destroyed"
)
_ALPHA = "an alpha version, which its publisher may change without notice; the sha256 is kept"
_WEST_BANK = (
    "its title says West Bank; the code PSE should mean the Gaza Strip as well: whether the file "
    "reaches the places at risk is looked at when it is fetched"
)
_UNCONSTRAINED = "spreads people over all land, also where nobody lives; a small disc gets too few"


class WorldPop:
    """WorldPop's catalogue; see `geo.offers.DataSource`.

    Parameters
    ----------
    parts
        What is asked for; its catalogues of people and of ages are apart.
    """

    name = "worldpop"
    about = "people per 100 m or 1 km cell, each country, 2015 to 2030, by age and sex"
    hosts = _HOSTS
    by_country = True

    def __init__(self, parts: tuple[str, ...] = tuple(_PROJECTS)) -> None:
        self.parts = parts

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return for each data set the file of the day's year, or of the year nearest to it."""
        offers = []
        code = _OWN_CODES.get(area.iso3, area.iso3)
        for part in self.parts:
            project = _PROJECTS[part]
            for alias in self._list_aliases(project, way):
                url = f"{_REST}/{project}/{alias}?iso3={code}"
                records = read_catalogue(url, self.name, _HOSTS, way, _list_files)
                found = [
                    _make_offer(record, part, alias, area)
                    for record in records
                    if record["iso3"] == code
                ]
                offers += sorted(found, key=lambda offer: _distance(offer, day))[:1]
        return offers

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the raster; of ages the archive, see `open_ages`.

        Raises
        ------
        UnavailableError
            Also if the raster is cut off or does not reach the places it is for.
        """
        kind = "geotiff" if offer.part == "population" else "zip"
        check = offer.details.get("check")
        fetched = fetch_offer(offer, kind, _HOSTS, way, check=check, fresh_days=90)
        if check and fetched.transferred == 0:  # kept from a run elsewhere in the country
            check(fetched.path)
        return fetched

    def open_ages(self, fetched: Fetched) -> Path:
        """Return a folder with the rasters by age of a fetched archive."""
        return unpack(fetched, ".tif")

    def _list_aliases(self, project: str, way: Way) -> list[str]:
        """Return the newest data set of each kind that is known here."""
        url = f"{_REST}/{project}"
        return read_catalogue(
            url, self.name, _HOSTS, way, lambda answer: _choose_aliases(answer, project)
        )


def _choose_aliases(answer: Any, project: str) -> list[str]:
    newest: dict[tuple[str, int], tuple[str, str]] = {}
    for record in _list_records(answer):
        alias = str(need(record, ("alias",), "worldpop")["alias"])
        match = _ALIAS.fullmatch(alias)
        if match and (project == "pop" or alias.endswith(_ARCHIVES)):
            key = "CN" if match["how"] == "CN" else "UC", _CELL_M[match["cell"]]
            newest[key] = max(newest.get(key, ("", "")), (match["release"], alias))
    if not newest:
        raise UnavailableError(
            f"worldpop: its catalogue was changed: none of its data sets under {project!r} is "
            "known to this civmap"
        )
    return [alias for _, (_, alias) in sorted(newest.items())]


def _list_files(answer: Any) -> list[dict[str, Any]]:
    return [need(record, _NEEDED, "worldpop") for record in _list_records(answer)]


def _list_records(answer: Any) -> list[Any]:
    records = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        raise UnavailableError(
            "worldpop: its catalogue was changed: the answer has no list 'data'; this civmap "
            "can't read it"
        )
    return records


def _make_offer(record: dict[str, Any], part: str, alias: str, area: Area) -> Offer:
    match = _ALIAS.fullmatch(alias)
    files = record["files"]
    year = str(record["popyear"])
    if match is None or not isinstance(files, list) or not files or not _YEAR.fullmatch(year):
        raise UnavailableError(
            f"worldpop: its catalogue was changed: record {tidy(record['id'], 20)} has no file or "
            "no year"
        )
    constrained, cell = match["how"] == "CN", _CELL_M[match["cell"]]
    title = tidy(record["title"], 120)
    made = _YEAR.search(str(record["date"]))
    traps = [_MODELLED]
    if "alpha" in str(record.get("desc", "")).lower():
        traps.append(_ALPHA)
    if area.iso3 == "PSE" and "gaza" not in title.lower():
        traps.append(_WEST_BANK)
    if not constrained:
        traps.append(_UNCONSTRAINED)
    how = "constrained" if constrained else "unconstrained"
    return Offer(
        source="worldpop",
        offer_id=f"{part}:{year}:{how}:{cell}m",
        part=part,
        area=area.iso3,
        title=f"{title}, {year}, {how}, {cell} m, release {match['release']}",
        url=str(files[0]),
        licence=_LICENCE,
        attribution=tidy(record.get("citation") or "WorldPop, University of Southampton", 600),
        vintage=year,
        first_year=int(year),
        last_year=int(year),
        released=int(made[0]) if made else None,
        resolution_m=cell,
        traps=tuple(traps),
        details={
            "points": 0.0 if constrained else 1.0,
            "reason": f"{how}: people only where buildings are" if constrained else how,
            "bbox": area.bbox,
            **(_to_be_read(area, title) if part == "population" else {}),
        },
    )


def _to_be_read(area: Area, title: str) -> dict[str, Any]:
    """Return the details of an offer that is a raster: how it may be read, and is looked at."""
    name = f"worldpop: {title}"
    return {"in_parts": True, "check": lambda path: check_raster(path, area.bbox, name)}


def _distance(offer: Offer, day: date) -> tuple[int, int]:
    year = offer.first_year or 0
    return abs(year - day.year), year
