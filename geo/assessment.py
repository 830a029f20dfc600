"""The whole way from an input to an `Assessment`.

A news article or an event table goes in. Places are found, told apart by the part they play,
and geocoded. Threatened places become zones. The population, corrected to where people are on
that date, is joined with the zones in DuckDB. Out come the people exposed, in one run database.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from geo.database.store import create_run, insert_records, set_facts
from geo.days import read_days
from geo.doubts import COUNT
from geo.errors import ChangedError, UnavailableError
from geo.input import NamedEvents, NamedReport, choose_input
from geo.parameters import describe_inputs, describe_settings
from geo.run import Assessment
from geo.settings import (
    Settings,
    choose_displacement,
    choose_named,
    choose_populations,
)
from geo.types import Caution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.days import GivenDays
    from geo.events import EventSet
    from geo.exposure.zones import Zone
    from geo.input import Named
    from geo.named_data import Agree
    from geo.obtained import Obtained
    from geo.places import Gazetteer
    from geo.population import PopulationFinder
    from geo.territory import Territory
    from geo.types import Source
    from geo.wanted import Way


# units that a zone touches, and all that were counted with them
_SEEN_UNITS = "SELECT DISTINCT pcode FROM pieces WHERE pcode IS NOT NULL"


# units that hold people of a zone
_ASKED_UNITS = """
    SELECT DISTINCT pieces.pcode FROM pieces JOIN zones USING (zone_id)
    WHERE pieces.pcode IS NOT NULL AND pieces.static > 0
"""

# a full disk, a lock, no memory
_UNWRITABLE = (duckdb.IOException, duckdb.TransactionException, duckdb.OutOfMemoryException)


def assess(  # noqa: PLR0913 - the public function takes its options by name
    source: str | Path | None = None,
    *,
    area: str | None = None,
    event_days: int | None = None,
    as_of: GivenDays = None,
    population: str | Path | Sequence[str | Path] | None = None,
    population_unit: str | Sequence[str | None] | None = None,
    displacement: str | Path | Sequence[str | Path] = "auto",
    boundaries: str | Path | None = None,
    zone: str | Path | None = None,
    radius_km: float | Sequence[float] = (2.0, 5.0, 10.0),
    recogniser: str = "rules",
    geocoder: str = "gazetteer",
    offline: bool = False,
    draws: int = COUNT,
    seed: int = 0,
    certain: Sequence[str] = (),
    sites: str | Path | None = None,
    moves: Sequence[str] = (),
    ages: Sequence[str | Path] = (),
    demography: str | Path | None = None,
    household_size: float | None = None,
    facilities: str | Path | None = None,
    hindsight: bool = False,
    stale_days: int = 90,
    accept_stale: bool = False,
) -> Assessment:
    """Assess an article or an event table.

    Parameters
    ----------
    source
        A news article (`.txt`, `.md`, `.html`) or an event table (`.csv`, `.geojson`,
        `.parquet`); or a report that is fetched, `reliefweb:4012345` or its address there; or
        `acled`, `ucdp`, `gdelt`, whose events are fetched; None: the bundled example article.
    area, event_days
        Of events that are fetched: the country (ISO 3166-1), and how many days up to `as_of`;
        None: as many as the source gives.
    as_of
        The day that the figures are for, `YYYY-MM-DD`; None: the input's own. A list of days, or
        a range as in `geo.days.read_days`, makes a series; the last one given is the run's own.
    population
        A GeoTIFF of counts or density, a GeoPackage of polygons with people, or `embedded`,
        `coarse`, or `worldpop`, which is fetched; None: the embedded surface, or the coarse model.
        Several: the first one gives the figures, the others are compared.
    population_unit
        `count` or `density`, of all files or one for each; None: read from the raster.
    displacement
        `auto`, `none`, or a table: dated figures (CSV), IOM DTM or HDX HAPI idps (JSON, CSV); or
        `dtm`, `hapi`, which are fetched. Or a list of these, `auto` too.
    boundaries, zone
        Files of administrative units (or `cod-ab`, `geoboundaries`, `natural-earth`,
        `overture`, which are fetched), and of polygons that are zones of their own.
    radius_km
        Radii of the discs round a threatened place, kilometres.
    recogniser
        Who finds the names of an article: `rules`, `spacy`, `spacy:MODEL`.
    geocoder
        Who is asked for names that the gazetteer does not know: `gazetteer` (nobody else),
        `nominatim`, `nominatim:URL`.
    offline
        Never touch the network.
    draws, seed
        How many draws the ranges are made from, and their seed.
    certain
        Sources of doubt that are taken as certain: `place`, `radius`, `population`, `growth`,
        `displacement`, `spread`.
    sites
        A table of known sites where displaced people stay (CSV), see `geo.people.sites`.
    moves
        What is supposed: `FROM=TO:SHARE`, see `geo.scenario`.
    ages
        Rasters of people by age: `FILE.tif` or a folder, named as WorldPop's are, or
        `GROUP=FILE.tif` (`under_5`, `under_18`, `women_15_49`, `over_64`, `total`).
    demography
        A table of populations by age and P-code: OCHA COD-PS or HDX HAPI (CSV); or `cod-ps`.
    household_size
        Persons a household.
    facilities
        Facilities: GeoJSON, GeoPackage, GeoParquet, or CSV with `lon` and `lat`; or `hot`,
        `overpass`, `healthsites`, which are fetched.
    hindsight
        Use figures later than the day too, beside those before it; the run says so.
    stale_days
        From how many days on a dated figure is said to be old; from twice as many on it is refused.
    accept_stale
        Go on although what is known is too old for the day; the run says so.

    Raises
    ------
    CivmapError
        One of its leaves, see `geo.errors`.

    Examples
    --------
    >>> run = assess()
    >>> run.facts["as_of"]
    '2024-02-24'
    """
    radii = (radius_km,) if isinstance(radius_km, (int, float)) else tuple(radius_km)
    given = read_days(as_of)
    tables = (displacement,) if isinstance(displacement, str | Path) else displacement
    settings = Settings(
        as_of=given.as_of,
        displacement=choose_displacement(tables),
        zone=_to_path(zone),
        radii_km=tuple(float(radius) for radius in radii),
        recogniser=recogniser,
        geocoder=geocoder,
        offline=offline,
        draws=draws,
        seed=seed,
        certain=tuple(certain),
        sites=_to_path(sites),
        moves=tuple(moves),
        **choose_populations(_list(population), _list(population_unit)),
        days=given.days,
        day_ranges=given.day_ranges,
        household_size=household_size,
        **choose_named(boundaries, demography, facilities, ages),
        hindsight=hindsight,
        stale_days=stale_days,
        accept_stale=accept_stale,
    )
    folder = tempfile.mkdtemp(prefix="civmap-")
    try:
        chosen = choose_input(source, area, event_days)
        run = run_assessment(chosen, settings, Path(folder) / "run.duckdb")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(run, shutil.rmtree, folder, ignore_errors=True)
    return run


def run_assessment(
    source: Path | tuple[bytes, str] | Named | None,
    settings: Settings,
    path: Path,
    *,
    way: Way | None = None,
    agree: Agree | None = None,
) -> Assessment:
    """Assess an input into a new run database.

    Parameters
    ----------
    source
        A file; or bytes and the name to call them by (stdin); a report or a source of events,
        which are fetched; None: the bundled example.
    path
        Where the run database is written; the folder must exist, the file must not.
    way, agree
        How what the settings name is fetched, and who is asked before; see `geo.named_data`.
    """
    try:
        return _assess_once(source, settings, path, way, agree)
    except ChangedError as error:  # figures are of one version of a file, or of none
        path.unlink(missing_ok=True)
        if way and way.tell:
            way.tell(f"{error}: it starts anew")
        return _assess_once(source, settings, path, way, agree)


def _assess_once(
    source: Path | tuple[bytes, str] | Named | None,
    settings: Settings,
    path: Path,
    way: Way | None,
    agree: Agree | None,
) -> Assessment:
    from geo.places import open_gazetteer
    from geo.wanted import Way

    way = way or Way(settings.offline)
    obtained: list[Obtained] = []
    told: list[Caution] = []
    if isinstance(source, NamedEvents | NamedReport):
        from geo.named_data import obtain_input

        fetched, told = obtain_input(source, settings.as_of or _find_today(), way, agree)
        obtained, source = [fetched], fetched.file
    with ExitStack() as stack:
        gazetteer = stack.enter_context(open_gazetteer())
        events, scratch = _read_events(source, gazetteer, settings, stack)
        if settings.named_sources:
            from geo.named_data import obtain_named

            day, _, _ = _choose_day(events, settings)
            settings, files, cautions = obtain_named(settings, events, day, way, agree)
            obtained, told = [*obtained, *files], [*told, *cautions]
        try:
            with create_run(path) as con:
                con.begin()  # one commit, not one after every statement
                _fill_run(con, events, settings, gazetteer, obtained, scratch)
                insert_records(con, "cautions", told)
                con.commit()
        except _UNWRITABLE as error:
            raise UnavailableError(f"run database {path.name} can't be written: {error}") from error
    return Assessment(path)


def _read_events(
    source: Path | tuple[bytes, str] | None,
    gazetteer: Gazetteer,
    settings: Settings,
    stack: ExitStack,
) -> tuple[EventSet, duckdb.DuckDBPyConnection | None]:
    """Return the input's events; of a large table without them, and the database that has them."""
    from geo.events import read_events, read_events_from_bytes
    from geo.events.read import open_input_table
    from geo.large import MOST_PLACES, refuse_options

    if table := open_input_table(source, stack):
        if table.count_places() <= MOST_PLACES:
            return table.read(), None
        refuse_options(settings)
        return table.describe(), table.con
    if isinstance(source, tuple):
        return read_events_from_bytes(*source, gazetteer, settings), None
    return read_events(source, gazetteer, settings), None


def _to_path(name: str | Path | None) -> Path | None:
    return Path(name) if name else None


def _list(given: Any) -> list[Any]:
    """Return one, several or none as a list."""
    if given is None or isinstance(given, (str, Path)):
        return [given] if given else []
    return list(given)


def _fill_run(
    con: duckdb.DuckDBPyConnection,
    events: EventSet,
    settings: Settings,
    gazetteer: Gazetteer,
    obtained: Sequence[Obtained],
    scratch: duckdb.DuckDBPyConnection | None = None,
) -> None:
    """Go the whole way, table by table; `scratch` has the events where they are very many."""
    from geo.draws import Draws
    from geo.exposure.estimate import Inputs, estimate_areas, estimate_exposure
    from geo.exposure.profile import fill_profile
    from geo.exposure.zones import build_zones
    from geo.large import count_large
    from geo.people.accounting import join_accountings
    from geo.people.stop_rules import refuse_stale, warn_of_stale
    from geo.population import PopulationFinder
    from geo.published import read_published
    from geo.scenario import read_scenario
    from geo.summary import summarise_run
    from geo.territory import read_territory

    as_of, as_of_source, day_cautions = _choose_day(events, settings)
    territory = read_territory(settings)
    zones: Sequence[Zone] = []
    zone_cautions: Sequence[Caution] = []
    if scratch is None:
        zones, zone_cautions = build_zones(
            events, territory.units, territory.drawn, settings.radii_km
        )
        insert_records(con, "places", events.places)
        insert_records(con, "mentions", events.mentions)
        insert_records(con, "events", events.events)
    scenario = read_scenario(settings, territory, gazetteer, as_of)
    draws = Draws(settings.draws, settings.seed, frozenset(settings.certain)).for_zones(len(zones))
    people = PopulationFinder(
        settings,
        gazetteer,
        territory,
        as_of,
        draws=draws,
        gatherings=scenario.gatherings,
        held=scenario.pcodes,
    )
    large = None
    if scratch is not None:
        large = count_large(con, scratch, events, settings, territory, people)
        zones, zone_cautions = large.area.zones, large.cautions
    with_events = {event.place_id for event in events.events}
    inputs = Inputs(
        zones=zones,
        places=[place for place in events.places if place.place_id in with_events],
        units=territory.units,
        groups=people.groups,
        population_at=people.read_grid,
        people_in_units=people.place_people,
        as_of=as_of,
        days=people.choose_days(zones),
        draws=draws,
        gatherings=scenario.gatherings,
        moves=scenario.moves,
        other_labels=people.other_labels,
        others_at=people.read_others,
    )
    if large is None:
        exposure_cautions = estimate_exposure(con, inputs)
    else:
        exposure_cautions = estimate_areas(con, inputs, [(large.area, [large.counted])])
    stale = people.find_stale({code for (code,) in con.execute(_ASKED_UNITS).fetchall()})
    if not settings.accept_stale:
        refuse_stale(stale, as_of)
    pcodes = {code for (code,) in con.execute(_SEEN_UNITS).fetchall()}
    insert_records(con, "admin_units", territory.records(pcodes))
    insert_records(con, "figures", people.figure_records())
    profile = fill_profile(con, zones, settings, people.find_facilities, as_of.year)
    cautions = [
        *day_cautions,
        *events.cautions,
        *territory.cautions,
        *zone_cautions,
        *people.cautions,
        *scenario.cautions,
        *people.compare_totals(pcodes, profile.demography or read_published(obtained, as_of.year)),
        *people.tell_hindsight(),
        *warn_of_stale(stale),
        *exposure_cautions,
        *profile.cautions,
    ]
    insert_records(con, "cautions", dict.fromkeys(cautions))
    sources = _list_sources(con, events, territory, people, profile.sources)
    insert_records(con, "sources", _credit(sources, obtained))
    parameters = {
        "as_of": as_of.isoformat(),
        "as_of_source": as_of_source,
        "radii_km": settings.radii_km,
        "parameters": describe_settings(settings),
        "inputs": describe_inputs(events, settings, obtained),
        "displacement": join_accountings(people.accountings),
        "moves": scenario.described,
        "move_paths": scenario.paths,
        "draws": draws.count,
        "facilities": profile.facilities,
    }
    if large is not None:
        parameters["large"] = large.facts
    set_facts(con, summarise_run(con, events, gazetteer, as_of, stale) | parameters)


def _choose_day(events: EventSet, settings: Settings) -> tuple[date, str, list[Caution]]:
    """Return the day of the figures, where it is from, and a caution if it is only today."""
    if settings.as_of:
        return settings.as_of, "given", []
    if events.as_of:
        return events.as_of, events.as_of_source or "input", []
    today = _find_today()
    text = (
        f"The input has no date; the figures are for today, {today.isoformat()}. Give the day "
        "with --as-of YYYY-MM-DD."
    )
    return today, "today", [Caution("no-date", text)]


def _find_today() -> date:
    return datetime.now(tz=UTC).date()


def _list_sources(
    con: duckdb.DuckDBPyConnection,
    events: EventSet,
    territory: Territory,
    people: PopulationFinder,
    more: Sequence[Source],
) -> list[Source]:
    """Return what went into the run, each source once, in order of its id."""
    used = {code for (code,) in con.execute("SELECT source_id FROM admin_units").fetchall()}
    outlines = [source for source in territory.sources if source.source_id in used]
    listed = [*events.sources, *outlines, *people.sources, *people.figure_sources(), *more]
    by_id = {source.source_id: source for source in listed}
    return [source for _, source in sorted(by_id.items())]


def _credit(sources: list[Source], obtained: Sequence[Obtained]) -> list[Source]:
    """Return sources with what is known of the files that were fetched."""
    if not obtained:
        return sources
    from geo.named_data import credit_sources

    return credit_sources(sources, obtained)
