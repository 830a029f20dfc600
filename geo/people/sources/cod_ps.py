"""OCHA's common operational datasets: population statistics (COD-PS), by way of HDX."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from geo.catalogue import fetch_offer
from geo.errors import TableError, UnavailableError
from geo.hdx import HOSTS, Package, read_package, read_size
from geo.offers import Offer
from geo.people.cod_ps import read_rows

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.offers import Area
    from geo.wanted import Fetched, Way

_NAME = re.compile(r"admpop_adm(?:in)?([0-4])_((?:19|20)\d\d)\w*(?:\.csv)?$", re.IGNORECASE)
_BANDS = "age bands and columns differ from country to country"
_DERIVED = "figures are projected from a census whose year its notes give"


class CodPs:
    """OCHA's populations by age; see `geo.offers.DataSource`."""

    name = "cod-ps"
    parts = ("demography",)
    about = "populations by age and P-code, from national censuses, by way of HDX"
    hosts = HOSTS
    by_country = True

    def find(self, area: Area, day: date, way: Way) -> list[Offer]:
        """Return an offer for each table (CSV) of a level and a year."""
        del day
        package = read_package(f"cod-ps-{area.iso3.lower()}", self.name, way)
        if package is None:
            return []
        offers = []
        for resource in package.resources:
            match = _NAME.search(str(resource["name"]).removesuffix(".csv"))
            if match and str(resource["format"]).upper() == "CSV":
                offers.append(_make_offer(package, area, match, resource))
        return offers

    def fetch(self, offer: Offer, way: Way) -> Fetched:
        """Return the table as it is published."""
        return fetch_offer(
            offer,
            "csv",
            HOSTS,
            way,
            fresh_days=90,
            limit_bytes=200_000_000,
            check=_check_table,
        )


def _check_table(path: Path) -> None:
    """Raise if a table has none of the forms that are known, or no row."""
    text = path.read_bytes().decode("latin-1").removeprefix("\u00ef\u00bb\u00bf")  # UTF-8's mark
    try:
        if next(read_rows(path, text, [], Counter()), None) is not None:
            return
        fault = "no row with a P-code"
    except TableError as error:
        fault = str(error).removeprefix(f"{path}: ")
    raise UnavailableError(f"cod-ps: the table was changed: {fault}; this civmap can't read it")


def _make_offer(
    package: Package, area: Area, match: re.Match[str], resource: dict[str, Any]
) -> Offer:
    level, year = int(match[1]), match[2]
    return Offer(
        source="cod-ps",
        offer_id=f"{year}:{level}",
        part="demography",
        area=area.iso3,
        title=f"{package.title}, level {level}, {year}",
        url=str(resource["url"]),
        licence=package.licence,
        attribution=package.attribution,
        vintage=year,
        first_year=int(year),
        last_year=int(year),
        census=package.census,
        size=read_size(resource),
        level=level,
        traps=(_BANDS, _DERIVED, *package.warnings),
    )
