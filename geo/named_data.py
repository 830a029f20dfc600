"""Sources named in place of files: fetched when it is known where the run's places lie."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.boundaries.countries import locate_countries
from geo.catalogue import make_origin
from geo.errors import InputError, UnavailableError
from geo.events.sources.reliefweb import ReliefWeb
from geo.input import NamedReport
from geo.obtained import Obtained
from geo.offers import Area
from geo.people.sources.address import Address
from geo.people.sources.in_parts import open_in_parts
from geo.published import find_published
from geo.settings import AgeFile, PopulationChoice, is_address
from geo.sources import find_area, find_offers, find_path, get_source, list_missing
from geo.types import BBox, Caution, Source
from geo.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from geo.events import EventSet
    from geo.input import Named
    from geo.offers import DataSource, Offer
    from geo.ranges import RasterFile
    from geo.settings import Settings
    from geo.wanted import Way

    Agree = Callable[[Sequence[Offer]], bool]

_PARTS_OF_SOURCES = {"ages": "ages", "events": "events", "article": "articles"}
_CONCERN = ("threatened", "site")
_AREA_KINDS = ("country", "region")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that data is wanted for: degrees; an ISO 3166-1 alpha-2 code, None: not told."""

    lon: float
    lat: float
    country: str | None = None
    kind: str = "point"


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
    places = _list_at_risk(events)
    obtained, cautions = obtain_all(named, places, day, way, agree, reach_km=max(settings.radii_km))
    if "population" in {part for part, _ in named} and not _has_demography(settings):
        obtained += find_published(obtained, day)
    return _put_in_place(settings, obtained, named), obtained, cautions


def obtain_all(
    named: Sequence[tuple[str, str]],
    places: Sequence[Spot],
    day: date,
    way: Way,
    agree: Agree | None = None,
    *,
    reach_km: float,
) -> tuple[list[Obtained], list[Caution]]:
    """Fetch pairs of part and name for places, people being counted within `reach_km` of them.

    Parameters, result and errors are those of `obtain_named`.
    """
    elsewhere: list[str] = []
    sources = [_open_source(name) for _, name in named]
    areas = []
    for source in sources:
        if isinstance(source, Address):  # it is of no country
            areas.append(Area("", "", "", _bound(places, None)))
        else:
            area, elsewhere = _locate(places)
            areas.append(area)
    offers = [
        _choose_offer(source, part, area, day, way)
        for source, (part, _), area in zip(sources, named, areas, strict=True)
    ]
    _ask(offers, way, agree)
    obtained = [
        _obtain(source, name, offer, way, reach_km)
        for source, (_, name), offer in zip(sources, named, offers, strict=True)
    ]
    cautions = [caution for each in obtained for caution in _tell(each)]
    if elsewhere:
        area = next(area for area in areas if area.iso3)
        text = (
            f"Data was fetched for {area.name} only; places at risk in {', '.join(elsewhere)} are "
            "not in it."
        )
        cautions.append(Caution("data-of-one-country", text))
    return obtained, cautions


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
        source = get_source(named.source)
        offer = _choose_offer(source, "events", area, day, way, days=named.days)
        _ask([offer], way, agree)
        obtained = _fetch(source, named.source, offer, way)
    return obtained, _tell(obtained)


def obtain_report(named: NamedReport, way: Way) -> Obtained:
    """Fetch a report; errors as `obtain_input`."""
    source = ReliefWeb()
    return _fetch(source, named.name, source.find_report(named.name, way), way)


def _ask(offers: Sequence[Offer], way: Way, agree: Agree | None) -> None:
    missing = list_missing(offers, way) if agree and not way.offline else []
    if missing and agree and not agree(missing):
        raise UnavailableError("nothing was fetched, as you said; name files instead")


def locate_run(events: EventSet) -> tuple[Area, list[str]]:
    """Return the country with most places at risk, with their box, and the other countries' codes.

    Raises
    ------
    InputError
        If no place lies in a country.
    """
    return _locate(_list_at_risk(events))


def _list_at_risk(events: EventSet) -> list[Spot]:
    """Return the places of a run that are at risk; if there are none, all that events are at."""
    places = {place.place_id: place for place in events.places}
    told = [
        (event.role, places[event.place_id]) for event in events.events if event.place_id in places
    ]
    chosen = [place for role, place in told if role in _CONCERN] or [place for _, place in told]
    return [Spot(place.lon, place.lat, place.country, place.kind) for place in chosen]


def _locate(places: Sequence[Spot]) -> tuple[Area, list[str]]:
    """Return what `locate_run` does, for places."""
    at_risk = _name_countries(places)
    counts = Counter(place.country for place in at_risk if place.country)
    if not counts:
        raise InputError(
            "the input names no place in a country, so it is unknown for where data is to be "
            "fetched; give files instead of the names of sources"
        )
    country, *others = sorted(counts, key=lambda code: (-counts[code], code))
    return find_area(country, _bound(at_risk, country)), others


def _name_countries(places: Sequence[Spot]) -> list[Spot]:
    """Return places with the country that they lie in, where the input does not say it."""
    nameless = [n for n, place in enumerate(places) if not place.country]
    found = locate_countries([(places[n].lon, places[n].lat) for n in nameless]) if nameless else []
    named = list(places)
    for number, country in zip(nameless, found, strict=True):
        named[number] = dataclasses.replace(places[number], country=country)
    return named


def _bound(places: Sequence[Spot], country: str | None) -> BBox | None:
    """Return the box of the places in a country; None: in any."""
    here = [
        place
        for place in places
        if country in (None, place.country) and place.kind not in _AREA_KINDS
    ]
    if not here:
        return None
    lons, lats = [place.lon for place in here], [place.lat for place in here]
    return BBox(min(lons), min(lats), max(lons), max(lats))


def _open_source(name: str) -> DataSource:
    return Address(name) if is_address(name) else get_source(name)


def _choose_offer(
    source: DataSource, part: str, area: Area, day: date, way: Way, *, days: int | None = None
) -> Offer:
    """Return the fittest offer of a source."""
    if isinstance(source, Address):
        return source.find(area, day, way)[0]
    found = find_offers(area, day, way, sources=[source.name], parts=[part], days=days)
    ranked = found.offers.get(part)
    if not ranked:
        raise UnavailableError(f"{source.name} has no {part} for {area.name} ({area.iso3})")
    return ranked[0].offer


def _obtain(source: DataSource, name: str, offer: Offer, way: Way, reach_km: float) -> Obtained:
    """Return a file, or a raster that is read where it lies if little of it is needed."""
    if offer.details.get("in_parts"):
        wanted = Wanted(make_origin(offer), "geotiff", source.hosts, fresh_days=90)
        file = open_in_parts(wanted, way, offer.details.get("bbox"), reach_km)
        if file is not None:
            if check := offer.details.get("check"):
                check(file)
            digest = file.notes.identity
            return Obtained(offer.part, name, offer, file, digest, file.note, file.to_record)
    return _fetch(source, name, offer, way)


def _fetch(source: DataSource, name: str, offer: Offer, way: Way) -> Obtained:
    fetched = source.fetch(offer, way)
    kept = fetched.holding
    path = find_path(offer, fetched)
    return Obtained(offer.part, name, offer, path, kept.sha256, fetched.note, kept.describe_origin)


def _has_demography(settings: Settings) -> bool:
    return settings.demography is not None or "demography" in dict(settings.named_sources)


def _tell(each: Obtained) -> list[Caution]:
    """Say what was taken, its traps, and whether it is old."""
    offer = each.offer
    text = f"{offer.title} ({offer.source}, {offer.licence or 'licence not told'})"
    told = [Caution("source-traps", f"{text}: {'; '.join(offer.traps)}.")] if offer.traps else []
    if each.note:
        told.append(Caution("source-copy-old", f"{each.note}."))
    return told


def _put_in_place(
    settings: Settings, obtained: Sequence[Obtained], named: Sequence[tuple[str, str]]
) -> Settings:
    """Return settings with files where sources were named; the names stay as a record."""
    by_name = {(each.part, each.name): each.path for each in obtained}
    changes: dict[str, Any] = {
        part: path
        for (part, _), path in by_name.items()
        if part in ("boundaries", "demography", "facilities")
    }
    changes |= _place_populations(settings, by_name)
    given = tuple(by_name.get(("displacement", str(each)), each) for each in settings.displacements)
    changes["displacement"] = given[0] if len(given) == 1 else given
    ages = [
        AgeFile(path)
        for (part, _), path in by_name.items()
        if part == "ages" and isinstance(path, Path)
    ]
    changes["ages"] = (*settings.ages, *ages)
    return dataclasses.replace(settings, **changes, named=tuple(named))


def _place_populations(
    settings: Settings, by_name: Mapping[tuple[str, str], RasterFile]
) -> dict[str, Any]:
    """Return the fields for populations; what sources have are counts of people."""

    def place(choice: PopulationChoice) -> PopulationChoice:
        path = by_name.get(("population", str(choice.source)))
        if path is None or not isinstance(choice.source, str):
            return choice
        if is_address(choice.source):
            return dataclasses.replace(choice, source=path)
        return PopulationChoice(path, "count")

    others = tuple(place(choice) for choice in settings.other_populations)
    changes: dict[str, Any] = {"other_populations": others}
    if settings.population_model:
        main = place(settings.populations[0])
        if not isinstance(main.source, str):
            changes |= {
                "population": main.source,
                "population_model": None,
                "population_unit": main.unit,
            }
    return changes


def credit_sources(sources: Sequence[Source], obtained: Sequence[Obtained]) -> list[Source]:
    """Return sources with licence, attribution and address where their file was fetched."""
    by_hash = {each.digest: each for each in obtained}
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
