"""All sources of data by name, and what they offer for a country and a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.blocks import Blocks
from geo.boundaries.countries import find_codes, read_countries
from geo.boundaries.sources.cod_ab import CodAb
from geo.boundaries.sources.geoboundaries import GeoBoundaries
from geo.boundaries.sources.natural_earth import NaturalEarth
from geo.boundaries.sources.overture import Overture
from geo.download import find_size
from geo.errors import UnavailableError, UsageError
from geo.events.sources.acled import Acled
from geo.events.sources.gdelt import Gdelt
from geo.events.sources.reliefweb import ReliefWeb
from geo.events.sources.ucdp import Ucdp
from geo.holdings import Holdings
from geo.offers import PARTS, Area, rank_offers
from geo.people.sources.cod_ps import CodPs
from geo.people.sources.dtm import Dtm
from geo.people.sources.ghs_pop import GhsPop
from geo.people.sources.hapi import Hapi
from geo.people.sources.healthsites import Healthsites
from geo.people.sources.hot import Hot
from geo.people.sources.hrsl import Hrsl
from geo.people.sources.overpass import Overpass
from geo.people.sources.worldpop import WorldPop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geo.offers import DataSource, Offer, Ranked
    from geo.types import BBox
    from geo.wanted import Fetched, Way

SOURCES: tuple[DataSource, ...] = (
    WorldPop(),
    GhsPop(),
    Hrsl(),
    CodAb(),
    GeoBoundaries(),
    NaturalEarth(),
    Overture(),
    CodPs(),
    Dtm(),
    Hapi(),
    Hot(),
    Overpass(),
    Healthsites(),
    Acled(),
    Ucdp(),
    Gdelt(),
    ReliefWeb(),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Offers of each part, the fittest first, and the sources that could not be asked."""

    offers: dict[str, list[Ranked]]
    failures: dict[str, str]


def find_area(code: str, bbox: BBox | None = None) -> Area:
    """Return a country by its ISO 3166-1 code, of two letters or three.

    Raises
    ------
    UsageError
        If there is no such code.
    """
    codes = find_codes(code)
    if codes is None:
        raise UsageError(f"area {code!r}: expected a country's ISO 3166-1 code, such as PSE or PS")
    iso2, iso3 = codes
    names = read_countries("50m", countries={iso2})["name"]
    return Area(iso3, iso2, str(names.iloc[0]) if len(names) else iso3, bbox)


def get_source(name: str) -> DataSource:
    """Return a source by its name.

    Raises
    ------
    UsageError
        If there is none.
    """
    for source in SOURCES:
        if source.name == name:
            return source
    raise UsageError(f"source {name!r}: expected {', '.join(each.name for each in SOURCES)}")


def list_missing(offers: Sequence[Offer], way: Way) -> list[Offer]:
    """Return offers that are not in the cache, with their sizes where servers tell them."""
    holdings = Holdings()
    missing = [
        offer
        for offer in offers
        if holdings.find(offer.url) is None and Blocks(offer.url).read_notes() is None
    ]
    return [_measure(offer, way) for offer in missing]


def _measure(offer: Offer, way: Way) -> Offer:
    is_file = "." in urlsplit(offer.url).path.rsplit("/", maxsplit=1)[-1]
    if offer.size is not None or not is_file:
        return offer
    hosts = offer.details.get("hosts") or get_source(offer.source).hosts
    return replace(offer, size=find_size(offer.url, hosts, way))


def find_path(offer: Offer, fetched: Fetched) -> Path:
    """Return what the part's option takes of what was fetched: the file, of ages a folder."""
    if offer.part == "ages":
        source = get_source(offer.source)
        if isinstance(source, WorldPop):
            return source.open_ages(fetched)
    return fetched.path


def find_offers(
    area: Area,
    day: date,
    way: Way,
    *,
    sources: Sequence[str] = (),
    parts: Sequence[str] = (),
    days: int | None = None,
) -> Found:
    """Ask sources what they have; one that can't be asked does not stop the others.

    Parameters
    ----------
    sources, parts
        Names; empty: all.
    days
        Of events: how many up to the day; None: as each source does.

    Raises
    ------
    UsageError
        If a name is unknown, or no source of those named has a part of those named.
    UnavailableError
        If no source could be asked.
    """
    wrong = [part for part in parts if part not in PARTS]
    if wrong:
        raise UsageError(f"part {wrong[0]!r}: expected {', '.join(PARTS)}")
    chosen = [get_source(name) for name in sources] or list(SOURCES)
    asked = [source for source in chosen if not parts or set(source.parts) & set(parts)]
    if not asked:
        raise UsageError(f"{', '.join(sources)} has no {', '.join(parts)}")
    found: list[Offer] = []
    failures: dict[str, str] = {}
    with ThreadPoolExecutor(len(asked)) as threads:  # one that is slow does not hold up the others
        answers = threads.map(
            lambda source: _ask(_narrow(source, parts, days), area, day, way), asked
        )
        for source, answer in zip(asked, answers, strict=True):
            if isinstance(answer, str):
                failures[source.name] = answer
            else:
                found += answer
    if len(failures) == len(asked):
        raise UnavailableError("no source could be asked:\n  " + "\n  ".join(failures.values()))
    offers = {
        part: rank_offers([offer for offer in found if offer.part == part], day)
        for part in PARTS
        if not parts or part in parts
    }
    return Found({part: ranked for part, ranked in offers.items() if ranked}, failures)


def _narrow(source: DataSource, parts: Sequence[str], days: int | None) -> DataSource:
    """Return a source that is asked for what is wanted: the parts, or the days of events."""
    if isinstance(source, Acled | Ucdp | Gdelt):
        return replace(source, days=days)
    if parts and isinstance(source, WorldPop):
        return WorldPop(tuple(part for part in source.parts if part in parts))
    return source


def _ask(source: DataSource, area: Area, day: date, way: Way) -> list[Offer] | str:
    """Return what a source offers, or why it could not be asked."""
    try:
        return source.find(area, day, way)
    except UnavailableError as error:
        return str(error)
