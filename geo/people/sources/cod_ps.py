"""OCHA's common operational datasets: population statistics (COD-PS), by way of HDX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geo.catalogue import fetch_offer
from geo.hdx import HOSTS, Package, read_package, read_size
from geo.offers import Offer

if TYPE_CHECKING:
    from datetime import date

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
        return fetch_offer(offer, "csv", HOSTS, way, fresh_days=90, limit_bytes=200_000_000)


def _make_offer(
    package: Package, area: Area, match: re.Match[str], resource: dict[str, Any]
) -> Offer:
    level, year = int(match[1]), match[2]
    traps = [_BANDS, _DERIVED]
    if package.caveats:
        traps.append(f"its publisher says: {package.caveats}")
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
        size=read_size(resource),
        level=level,
        traps=tuple(traps),
    )
