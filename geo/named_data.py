"""Sources named in place of files: fetched when it is known where the run's places lie."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.areas_at_risk import bound_places, list_at_risk, locate_countries_at_risk
from geo.catalogue import make_origin
from geo.errors import UnavailableError
from geo.events.sources.reliefweb import ReliefWeb
from geo.input import NamedReport
from geo.obtained import Obtained
from geo.offers import Area
from geo.people.sources.address import Address
from geo.people.sources.in_parts import open_in_parts
from geo.people.sources.joined import join_countries
from geo.published import find_published
from geo.settings import AgeFile, PopulationChoice, is_address
from geo.sources import find_area, find_offers, find_path, get_source, list_missing
from geo.types import Caution, Source
from geo.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from geo.areas_at_risk import Spot
    from geo.events import EventSet
    from geo.input import Named
    from geo.offers import DataSource, Offer
    from geo.ranges import RasterFile
    from geo.settings import Settings
    from geo.wanted import Way

    Agree = Callable[[Sequence[Offer]], bool]

_PARTS_OF_SOURCES = {"ages": "ages", "events": "events", "article": "articles"}
_OF_ALL = ("population", "boundaries", "displacement")  # files of several countries go together


@dataclass(slots=True)
class _Request:
    """What is named, and what its source offers for it: a file for each country, in their order."""

    source: DataSource
    part: str
    name: str
    offers: list[Offer] = field(default_factory=list)


def obtain_named(
    settings: Settings, events: EventSet, day: date, way: Way, agree: Agree | None = None
) -> tuple[Settings, list[Obtained], list[Caution]]:
    """Fetch what the settings name, for the countries of the run's places and its day.

    People, units and displacement are fetched for up to `MOST_COUNTRIES`, all else for the one
    with most places.

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
    places = list_at_risk(events)
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
    requests = [_Request(_open_source(name), part, name) for part, name in named]
    if all(isinstance(each.source, Address) for each in requests):  # they are of no country
        countries, elsewhere = [Area("", "", "")], list[str]()
    else:
        countries, elsewhere = locate_countries_at_risk(places)
    cautions = []
    for each in requests:
        each.offers, failures = choose_offers(each.source, each.part, countries, places, day, way)
        cautions += [Caution("data-of-one-country", failure) for failure in failures]
    _ask([offer for each in requests for offer in each.offers], way, agree)
    obtained = [file for each in requests for file in _obtain(each, way, reach_km)]
    cautions = [caution for each in obtained for caution in _tell(each)] + cautions
    return obtained, cautions + _tell_left_out(requests, countries, elsewhere)


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


def _open_source(name: str) -> DataSource:
    return Address(name) if is_address(name) else get_source(name)


def _choose_offer(
    source: DataSource, part: str, area: Area, day: date, way: Way, *, days: int | None = None
) -> Offer:
    """Return the fittest offer of a source."""
    found = find_offers(area, day, way, sources=[source.name], parts=[part], days=days)
    ranked = found.offers.get(part)
    if not ranked:
        raise UnavailableError(f"{source.name} has no {part} for {area.name} ({area.iso3})")
    return ranked[0].offer


def choose_offers(
    source: DataSource,
    part: str,
    countries: Sequence[Area],
    places: Sequence[Spot],
    day: date,
    way: Way,
) -> tuple[list[Offer], list[str]]:
    """Return a source's fittest offer for each country that is asked for; and what it lacks.

    Raises
    ------
    UnavailableError
        If it has none for the first country.
    """
    if isinstance(source, Address):  # it is of no country
        return source.find(Area("", "", "", bound_places(places, None)), day, way)[:1], []
    first, *others = countries
    if others and not source.by_country:
        try:
            return [_choose_offer(source, part, _join_areas(countries), day, way)], []
        except UnavailableError as error:  # such as that they lie too far apart
            told = [_tell_failure(source, part, area, error) for area in others]
            return [_choose_offer(source, part, first, day, way)], told
    offers, told = [_choose_offer(source, part, first, day, way)], list[str]()
    for area in others if part in _OF_ALL else ():
        try:
            offers.append(_choose_offer(source, part, area, day, way))
        except UnavailableError as error:
            told.append(_tell_failure(source, part, area, error))
    return offers, told


def _tell_failure(source: DataSource, part: str, area: Area, error: UnavailableError) -> str:
    return (
        f"{source.name} gave no {part} for {area.name}, and people at risk there are counted "
        f"without it: {' '.join(str(error).split())}."
    )


def _join_areas(countries: Sequence[Area]) -> Area:
    """Return the first country with the box of the places in all of them."""
    first, *others = countries
    box = first.bbox
    for area in others:
        box = box.union(area.bbox) if box and area.bbox else None
    return dataclasses.replace(first, bbox=box)


def _tell_left_out(
    requests: Sequence[_Request], countries: Sequence[Area], elsewhere: Sequence[str]
) -> list[Caution]:
    """Say which data is not of all countries in which places are at risk."""
    of_one = [
        each.name
        for each in requests
        if each.part not in _OF_ALL and not isinstance(each.source, Address)
    ]
    others = [*(area.iso2 for area in countries[1:] if of_one), *elsewhere]
    if not others:
        return []
    had = countries[:1] if of_one else countries
    text = (
        f"Data ({', '.join(of_one or (each.name for each in requests))}) was fetched for "
        f"{', '.join(area.name for area in had)} only; places at risk in {', '.join(others)} are "
        "not in it."
    )
    return [Caution("data-of-one-country", text)]


def _obtain(request: _Request, way: Way, reach_km: float) -> list[Obtained]:
    """Return a file for each offer; rasters of several countries as one."""
    source, name = request.source, request.name
    if request.part == "population" and len(request.offers) > 1:
        return [join_countries(source, name, request.offers, way)]
    return [_obtain_one(source, name, offer, way, reach_km) for offer in request.offers]


def _obtain_one(source: DataSource, name: str, offer: Offer, way: Way, reach_km: float) -> Obtained:
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
    by_name: dict[tuple[str, str], list[RasterFile]] = {}
    for each in obtained:
        by_name.setdefault((each.part, each.name), []).append(each.path)
    changes: dict[str, Any] = {
        part: paths[0]
        for (part, _), paths in by_name.items()
        if part in ("boundaries", "demography", "facilities")
    }
    further = [paths[1:] for (part, _), paths in by_name.items() if part == "boundaries"]
    changes["further_boundaries"] = tuple(path for paths in further for path in paths)
    changes |= _place_populations(settings, by_name)
    given = tuple(
        path
        for each in settings.displacements
        for path in by_name.get(("displacement", str(each)), [each])
    )
    changes["displacement"] = given[0] if len(given) == 1 else given
    ages = [
        AgeFile(path)
        for (part, _), paths in by_name.items()
        for path in paths
        if part == "ages" and isinstance(path, Path)
    ]
    changes["ages"] = (*settings.ages, *ages)
    return dataclasses.replace(settings, **changes, named=tuple(named))


def _place_populations(
    settings: Settings, by_name: Mapping[tuple[str, str], Sequence[RasterFile]]
) -> dict[str, Any]:
    """Return the fields for populations; what sources have are counts of people."""

    def place(choice: PopulationChoice) -> PopulationChoice:
        paths = by_name.get(("population", str(choice.source)))
        if paths is None or not isinstance(choice.source, str):
            return choice
        path = paths[0]
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
                "population_fetched": not is_address(settings.population_model),
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
