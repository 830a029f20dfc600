"""Sources named in place of files: fetched when it is known where the run's places lie."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.boundaries.countries import locate_countries
from geo.errors import InputError, UnavailableError
from geo.events.sources.reliefweb import ReliefWeb
from geo.holdings import Holdings
from geo.input import NamedReport
from geo.offers import Offer
from geo.people.demography import read_demography
from geo.settings import AgeFile, PopulationChoice
from geo.sources import find_area, find_offers, find_path, get_source, list_missing
from geo.types import BBox, Caution, Source
from geo.wanted import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from geo.events import EventSet
    from geo.holdings import Holding
    from geo.input import Named
    from geo.offers import Area
    from geo.people.demography import Demography
    from geo.places import Place
    from geo.settings import Settings
    from geo.wanted import Way

    Agree = Callable[[Sequence[Offer]], bool]

_TABLE = re.compile(r"adm(?:in)?([0-4])_((?:19|20)\d\d)", re.IGNORECASE)
_USUAL_LEVEL = "2"
_PARTS_OF_SOURCES = {"ages": "ages", "events": "events", "article": "articles"}
_CONCERN = ("threatened", "site")
_AREA_KINDS = ("country", "region")


@dataclass(frozen=True, slots=True)
class Obtained:
    """A file that stands where a source was named.

    Attributes
    ----------
    path
        The file, or a folder of files that came out of it.
    """

    part: str
    offer: Offer
    fetched: Fetched
    path: Path

    def to_record(self) -> dict[str, Any]:
        """Return where it is from, for the manifest."""
        kept = self.fetched.holding
        return {
            "source": kept.origin.source,
            "title": self.offer.title,
            "url": kept.origin.url.partition("#")[0],
            "licence": kept.origin.licence,
            "attribution": kept.origin.attribution,
            "vintage": kept.origin.vintage,
            "fetched": kept.fetched,
            "mirror": kept.mirror,
            "sha256": kept.sha256,
        }


def obtain_named(
    settings: Settings, events: EventSet, day: date, way: Way, agree: Agree | None = None
) -> tuple[Settings, list[Obtained], list[Caution]]:
    """Fetch what the settings name, for the country of the run's places and its day.

    Parameters
    ----------
    agree
        Asked with what would be fetched before it is; None: go on. What is in the cache already
        is not asked about.

    Returns
    -------
        Settings with files where sources were named; the files; what to know of them.

    Raises
    ------
    InputError
        If the run's places lie in no country.
    UnavailableError
        If a source has nothing for it, can't be had, or `agree` says no.
    """
    named = settings.named_sources
    area, elsewhere = locate_run(events)
    offers = [_choose_offer(part, name, area, day, way) for part, name in named]
    obtained = _fetch_all(offers, way, agree)
    if "population" in {part for part, _ in named} and not _has_demography(settings):
        obtained += _find_published(area, day)
    cautions = [caution for each in obtained for caution in _tell(each)]
    if elsewhere:
        text = (
            f"Data was fetched for {area.name} only; places at risk in {', '.join(elsewhere)} are "
            "not in it."
        )
        cautions.append(Caution("data-of-one-country", text))
    return _put_in_place(settings, obtained, named), obtained, cautions


def obtain_input(
    named: Named, day: date, way: Way, agree: Agree | None = None
) -> tuple[Obtained, list[Caution]]:
    """Fetch what is named as input: a report, or a table of events for the days up to a day.

    Returns
    -------
        The file, which is read as any other; what to know of it.

    Raises
    ------
    UsageError
        If there is no such country, the source does not give so many days, or a report's name is
        no number and no address.
    UnavailableError
        If the source has nothing for it, can't be had, or `agree` says no.
    """
    if isinstance(named, NamedReport):
        obtained = obtain_report(named, way)
    else:
        area = find_area(named.area)
        offer = _choose_offer("events", named.source, area, day, way, days=named.days)
        (obtained,) = _fetch_all([offer], way, agree)
    return obtained, _tell(obtained)


def obtain_report(named: NamedReport, way: Way) -> Obtained:
    """Fetch a report; errors as `obtain_input`."""
    return _fetch(ReliefWeb().find_report(named.name, way), way)


def _fetch_all(offers: Sequence[Offer], way: Way, agree: Agree | None) -> list[Obtained]:
    missing = list_missing(offers, way) if agree and not way.offline else []
    if missing and agree and not agree(missing):
        raise UnavailableError("nothing was fetched, as you said; name files instead")
    return [_fetch(offer, way) for offer in offers]


def locate_run(events: EventSet) -> tuple[Area, list[str]]:
    """Return the country with most places at risk, with their box, and the other countries' codes.

    Raises
    ------
    InputError
        If no place lies in a country.
    """
    places = {place.place_id: place for place in events.places}
    told = [
        (event.role, places[event.place_id]) for event in events.events if event.place_id in places
    ]
    at_risk = [place for role, place in told if role in _CONCERN] or [place for _, place in told]
    at_risk = _name_countries(at_risk)
    counts = Counter(place.country for place in at_risk if place.country)
    if not counts:
        raise InputError(
            "the input names no place in a country, so it is unknown for where data is to be "
            "fetched; give files instead of the names of sources"
        )
    country, *others = sorted(counts, key=lambda code: (-counts[code], code))
    return find_area(country, _bound(at_risk, country)), others


def _name_countries(places: list[Place]) -> list[Place]:
    """Return places with the country that they lie in, where the input does not say it."""
    nameless = [n for n, place in enumerate(places) if not place.country]
    found = locate_countries([(places[n].lon, places[n].lat) for n in nameless]) if nameless else []
    named = list(places)
    for number, country in zip(nameless, found, strict=True):
        named[number] = dataclasses.replace(places[number], country=country)
    return named


def _bound(places: Sequence[Place], country: str) -> BBox | None:
    here = [place for place in places if place.country == country and place.kind not in _AREA_KINDS]
    if not here:
        return None
    lons, lats = [place.lon for place in here], [place.lat for place in here]
    return BBox(min(lons), min(lats), max(lons), max(lats))


def _choose_offer(
    part: str, name: str, area: Area, day: date, way: Way, *, days: int | None = None
) -> Offer:
    """Return the fittest offer of a source."""
    found = find_offers(area, day, way, sources=[name], parts=[part], days=days)
    ranked = found.offers.get(part)
    if not ranked:
        raise UnavailableError(f"{name} has no {part} for {area.name} ({area.iso3})")
    return ranked[0].offer


def _fetch(offer: Offer, way: Way) -> Obtained:
    fetched = get_source(offer.source).fetch(offer, way)
    return Obtained(offer.part, offer, fetched, find_path(offer, fetched))


def _has_demography(settings: Settings) -> bool:
    return settings.demography is not None or "demography" in dict(settings.named_sources)


def _find_published(area: Area, day: date) -> list[Obtained]:
    """Return the table of populations in the cache that fits best, to compare a raster with."""
    found = [
        (match, kept)
        for kept in Holdings().list_all()
        if (kept.origin.source, kept.origin.area) == ("cod-ps", area.iso3)
        and (match := _TABLE.search(kept.path.name))
    ]
    if not found:
        return []

    def judge(each: tuple[re.Match[str], Holding]) -> tuple[bool, int, str]:
        match, kept = each
        return match[1] != _USUAL_LEVEL, abs(int(match[2]) - day.year), kept.path.name

    _, kept = min(found, key=judge)
    origin = kept.origin
    offer = Offer(
        source=origin.source,
        offer_id=kept.path.name,
        part="published",
        area=area.iso3,
        title=kept.path.name,
        url=origin.url,
        licence=origin.licence,
        attribution=origin.attribution,
        vintage=origin.vintage,
    )
    return [Obtained(offer.part, offer, Fetched(kept), kept.path)]


def read_published(obtained: Sequence[Obtained], year: int) -> Demography | None:
    """Return the table of populations that a raster is compared with; None: there is none."""
    for each in obtained:
        if each.part == "published":
            return read_demography(each.path, year)
    return None


def _tell(each: Obtained) -> list[Caution]:
    """Say what was taken, its traps, and whether it is old."""
    offer = each.offer
    text = f"{offer.title} ({offer.source}, {offer.licence or 'licence not told'})"
    told = [Caution("source-traps", f"{text}: {'; '.join(offer.traps)}.")] if offer.traps else []
    if each.fetched.note:
        told.append(Caution("source-copy-old", f"{each.fetched.note}."))
    return told


def _put_in_place(
    settings: Settings, obtained: Sequence[Obtained], named: Sequence[tuple[str, str]]
) -> Settings:
    """Return settings with files where sources were named; the names stay as a record."""
    by_name = {(each.part, each.offer.source): each.path for each in obtained}
    changes: dict[str, Any] = {
        part: path
        for (part, _), path in by_name.items()
        if part in ("boundaries", "demography", "facilities")
    }
    changes |= _place_populations(settings, by_name)
    given = tuple(by_name.get(("displacement", str(each)), each) for each in settings.displacements)
    changes["displacement"] = given[0] if len(given) == 1 else given
    ages = [AgeFile(path) for (part, _), path in by_name.items() if part == "ages"]
    changes["ages"] = (*settings.ages, *ages)
    return dataclasses.replace(settings, **changes, named=tuple(named))


def _place_populations(
    settings: Settings, by_name: Mapping[tuple[str, str], Path]
) -> dict[str, Any]:
    """Return the fields for populations; what is fetched are counts of people."""

    def place(choice: PopulationChoice) -> PopulationChoice:
        path = by_name.get(("population", str(choice.source)))
        known = path is not None and isinstance(choice.source, str)
        return PopulationChoice(path, "count") if known and path else choice

    changes: dict[str, Any] = {
        "other_populations": tuple(place(choice) for choice in settings.other_populations)
    }
    if settings.population_model:
        main = place(PopulationChoice(settings.population_model))
        if not isinstance(main.source, str):
            changes |= {
                "population": main.source,
                "population_model": None,
                "population_unit": main.unit,
            }
    return changes


def credit_sources(sources: Sequence[Source], obtained: Sequence[Obtained]) -> list[Source]:
    """Return sources with licence, attribution and address where their file was fetched."""
    by_hash = {each.fetched.holding.sha256: each for each in obtained}
    by_part = {each.part: each for each in obtained}
    credited = []
    for source in sources:
        digest = next((each for each in by_hash if each in (source.note or "")), None)
        each = by_hash[digest] if digest else None
        if each is None:  # its note tells no sha256
            part = source.source_id.partition(":")[0]
            each = by_part.get(_PARTS_OF_SOURCES.get(part, ""))
        credited.append(_credit(source, each) if each else source)
    return credited


def _credit(source: Source, each: Obtained) -> Source:
    record = each.to_record()
    return dataclasses.replace(
        source,
        licence=record["licence"] or source.licence,
        date=source.date or record["vintage"],
        url=record["url"],
        attribution=record["attribution"],
    )
