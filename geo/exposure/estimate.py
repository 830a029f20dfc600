"""Estimate exposure: zones, units and places are counted on their grids and given a range.

People on the day are the static people of each piece times the factor of the unit that it lies
in, and its part of those who stay on the unit's land, so that parts add up and a unit's total meets
its dated figure. The range is that of seeded draws (`simulation.py`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from geo.database.store import insert_records
from geo.draws import Draws, find_interval, to_persons
from geo.errors import UsageError
from geo.exposure.area_count import count_area
from geo.exposure.areas import group_areas
from geo.exposure.comparison import compare_sources
from geo.exposure.results import (
    build_dated_rows,
    build_rows,
    find_bests,
    find_known,
    warn_of_gaps,
    warn_of_spread,
)
from geo.exposure.shifts import group_families
from geo.exposure.simulation import (
    SPREAD,
    SourceDay,
    draw_zone,
    find_ranges,
    list_certain,
)
from geo.exposure.tally import Tally
from geo.people import doubt_static

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import duckdb
    import geopandas as gpd

    from geo.exposure.area_count import AreaCount
    from geo.exposure.areas import Area
    from geo.exposure.simulation import ZoneParts
    from geo.exposure.zones import Zone
    from geo.people import Drawn, Gathering, Move, StaticDoubt, UnitPeople, UnitTable
    from geo.people.grid import PopulationGrid
    from geo.places import Place
    from geo.types import BBox, Caution

_DOUBTS_OF_PLACE = frozenset({"place", "radius", "spread"})  # a unit's total does not know them


class GridFinder(Protocol):
    """Finds the population grid for a box."""

    def __call__(self, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        """Return the grid; raise if zones are counted there and it does not reach."""
        ...


class PeopleFinder(Protocol):
    """Finds the people of units on a day."""

    def __call__(
        self, static: Mapping[str, float], doubt: StaticDoubt, as_of: date, *, telling: bool
    ) -> UnitTable | None:
        """Return people on the day from the static people of whole units; None: of none.

        `telling`: whether the figures used, and cautions, are those of the run's own day.
        """
        ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is counted, and how people are found.

    Attributes
    ----------
    units
        Administrative units, EPSG:4326, columns of `admin_units`.
    groups
        Groups of units whose people are known together; an area that touches one holds it whole.
    population_at
        The grid for a box; `must_reach` where zones are counted in it.
    people_in_units
        People on a day by unit.
    as_of, days
        The run's own day, and those of its series.
    gatherings
        Areas within units where some people stay evenly; moves may lead there.
    moves
        What is supposed: people of units who go elsewhere.
    other_labels, others_at
        Population sources that are compared, by what outputs call them; and their grids for a box,
        as `PopulationFinder.read_others`.
    """

    zones: Sequence[Zone]
    places: Sequence[Place]
    units: gpd.GeoDataFrame
    groups: Sequence[gpd.GeoDataFrame]
    population_at: GridFinder
    people_in_units: PeopleFinder
    as_of: date
    days: Sequence[date] = ()
    draws: Draws = dataclasses.field(default_factory=Draws)
    gatherings: Sequence[Gathering] = ()
    moves: Sequence[Move] = ()
    other_labels: Sequence[str] = ()
    others_at: Callable[[BBox], Sequence[PopulationGrid]] = lambda _bbox: ()


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """An area by one population source on one day."""

    count: AreaCount
    table: UnitTable | None
    doubt: StaticDoubt

    def tally(self) -> Tally:
        units = self.table.by_pcode() if self.table else {}
        return Tally(self.count.grid, self.count.pieces, units)


def estimate_exposure(con: duckdb.DuckDBPyConnection, inputs: Inputs) -> list[Caution]:
    """Count everything and fill the tables from `grids` to `exposure_admin`, and the densities.

    Returns
    -------
        Cautions: zones without data, with gaps, or on a coarse model.
    """
    areas = group_areas(inputs.zones, inputs.places, inputs.groups)
    return estimate_areas(con, inputs, _count_areas(con, areas, inputs))


def _count_areas(
    con: duckdb.DuckDBPyConnection, areas: Sequence[Area], inputs: Inputs
) -> Iterator[tuple[Area, list[AreaCount]]]:
    for number, area in enumerate(areas, 1):
        grid = inputs.population_at(area.bbox, must_reach=bool(area.zones))
        grid = dataclasses.replace(grid, grid_id=f"grid-{number}")
        yield area, _count_sources(con, area, grid, inputs)


def estimate_areas(
    con: duckdb.DuckDBPyConnection,
    inputs: Inputs,
    areas: Iterable[tuple[Area, Sequence[AreaCount]]],
) -> list[Caution]:
    """Give ranges to what was counted, and fill the tables as `estimate_exposure` does.

    Parameters
    ----------
    areas
        Areas as they were counted, on the main grid first.
    """
    order = {zone.zone_id: number for number, zone in enumerate(inputs.zones)}
    cautions: list[Caution] = []
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    people: dict[str, dict[str, Any]] = {}
    for area, counted in areas:
        grid = counted[0].grid
        before = len(tables["exposure"])
        tally = _estimate_area(area, counted, inputs, tables)
        _set_densities(con, area.places, tally)
        records = {pcode: _unit_record(unit, tally) for pcode, unit in tally.units.items()}
        people = {**records, **people}
        tables["zones"] += [_zone_record(zone, grid) for zone in area.zones]
        known = tables["exposure"][before:]
        cautions += warn_of_gaps(area.zones, known, tally) + warn_of_spread(area.zones, tally)
    if inputs.moves and not tables["scenario"]:
        raise UsageError(
            "a move is between units that are not counted together near any zone; expected units "
            "of one territory that the population source holds whole"
        )
    insert_records(con, "unit_people", [unit for _, unit in sorted(people.items())])
    for table, rows_ in tables.items():
        if table.endswith("_units"):  # a unit may be counted in two areas
            unique = {(row["pcode"], row.get("as_of")): row for row in reversed(rows_)}
            insert_records(con, table, [row for _, row in sorted(unique.items())])
        else:
            insert_records(con, table, sorted(rows_, key=lambda row: order[row["zone_id"]]))
    cautions += compare_sources(con, inputs.zones, inputs.other_labels)
    return cautions


def _count_sources(
    con: duckdb.DuckDBPyConnection, area: Area, grid: PopulationGrid, inputs: Inputs
) -> list[AreaCount]:
    """Count an area on the main grid, and its zones on those of the sources that are compared."""
    families = len(group_families(inputs.zones))
    counted = [count_area(con, area, grid, inputs.units, inputs.gatherings, families)]
    zones_only = dataclasses.replace(area, places=[])
    for found in inputs.others_at(area.bbox) if area.zones else ():
        other = dataclasses.replace(found, grid_id=f"{grid.grid_id}-{found.grid_id}")
        counted.append(
            count_area(
                con, zones_only, other, inputs.units, inputs.gatherings, families, role="other"
            )
        )
    return counted


def _estimate_area(
    area: Area,
    counted: Sequence[AreaCount],
    inputs: Inputs,
    tables: dict[str, list[dict[str, Any]]],
) -> Tally:
    """Add an area's rows to `exposure`, `exposure_admin` and the series; return its tally."""
    names = dict(zip(inputs.units["pcode"], inputs.units["name"], strict=True))
    sources = _place_sources(counted, inputs, inputs.as_of, telling=True)
    own, tally = sources[0].table, sources[0].tally()
    known = find_known(area.zones, tally)
    if not known:
        return tally
    bests = {zone.zone_id: find_bests(zone, tally) for zone in known}
    days = _draw_days(sources, list_certain(inputs.draws))
    drawable = _list_drawable(known, area, sources)
    ranges = find_ranges(drawable, days, inputs.draws, bests)
    rows, parts = build_rows(area.zones, tally, names, ranges)
    tables["exposure"] += rows
    tables["exposure_admin"] += parts
    for day in inputs.days:
        dated, rows = _draw_rows(area, _place_sources(counted, inputs, day), inputs)
        tables["series"] += [{"as_of": day, **row} for row in rows]
        tables["series_units"] += [
            {"as_of": day, **unit.to_record()} for unit in dated.units.values()
        ]
    if own is not None and own.can_move(inputs.moves):
        moved = _join_ranges(
            [
                dataclasses.replace(source, table=source.table.move(inputs.moves, inputs.draws))
                for source in sources
                if source.table is not None
            ],
            inputs.draws,
        )
        supposed, rows = _draw_rows(area, moved, inputs)
        tables["scenario"] += rows
        tables["scenario_units"] += [unit.to_record() for unit in supposed.units.values()]
    return tally


def _draw_rows(
    area: Area, sources: Sequence[_Source], inputs: Inputs
) -> tuple[Tally, list[dict[str, Any]]]:
    """Return the tally, and low, best, high, static of the known zones, for other people."""
    draws = inputs.draws
    tally = sources[0].tally()
    days = _draw_days(sources, [draws])[draws.certain]
    people = {
        zones[0].zone_id: sum(draw_zone(zones, days, draws).values(), start=np.zeros(1))
        for zones in _list_drawable(find_known(area.zones, tally), area, sources)
    }
    return tally, build_dated_rows(area.zones, tally, people)


def _place_sources(
    counted: Sequence[AreaCount], inputs: Inputs, day: date, *, telling: bool = False
) -> list[_Source]:
    """Return the people of the units by each source; only the main one tells of what it used."""
    sources = []
    for number, count in enumerate(counted):
        doubt = doubt_static(count.grid, day)
        table = None
        if count.static:
            tells = telling and number == 0
            table = inputs.people_in_units(count.static, doubt, day, telling=tells)
        sources.append(_Source(count, table, doubt))
    return _join_ranges(sources, inputs.draws)


def _join_ranges(sources: list[_Source], draws: Draws) -> list[_Source]:
    """Return the sources with the main one's units in the range that they have by all of them."""
    main, *others = sources
    if main.table is None or not others:
        return sources
    drawn = [source.table.draw(draws) for source in sources if source.table is not None]
    units = []
    for unit in main.table.units:
        told = [people[unit.pcode].everyone for people in drawn if unit.pcode in people]
        chosen = draws.pick("population", "source", len(told))
        people = find_interval(np.choose(chosen, np.broadcast_arrays(*told)), unit.best)
        whole = to_persons(people)
        units.append(dataclasses.replace(unit, low=whole.low, high=whole.high))
    table = dataclasses.replace(main.table, units=tuple(units))
    return [dataclasses.replace(main, table=table), *others]


def _list_drawable(
    known: Sequence[Zone], area: Area, sources: Sequence[_Source]
) -> list[list[ZoneParts]]:
    """Return each known zone by the sources that can say who is there.

    Beside the main one those with data for it, and totals of the same units.
    """
    units = [set(source.table.by_pcode() if source.table else ()) for source in sources]
    found: dict[str, list[ZoneParts]] = {zone.zone_id: [] for zone in known}
    for number, source in enumerate(sources):
        told = {zone.zone_id for zone in find_known(area.zones, source.tally())}
        for parts in source.count.zones:
            needed = units[0].intersection(pcode for pcode in parts.pcodes if pcode)
            if parts.zone_id in found and (
                number == 0 or (parts.zone_id in told and needed <= units[number])
            ):
                found[parts.zone_id].append(dataclasses.replace(parts, source=number))
    return list(found.values())


def _draw_days(
    sources: Sequence[_Source], wanted: Sequence[Draws]
) -> dict[frozenset[str], list[SourceDay]]:
    """Return the people of the units that zones touch, for each set of certain doubts."""
    days: dict[frozenset[str], list[SourceDay]] = {draws.certain: [] for draws in wanted}
    for source in sources:
        touched = {pcode for zone in source.count.zones for pcode in zone.pcodes}
        land = source.count.land()
        drawn: dict[frozenset[str], dict[str, Drawn]] = {}
        for draws in wanted:
            matters = draws.certain - _DOUBTS_OF_PLACE
            if matters not in drawn:
                people = source.table.draw(draws) if source.table else {}
                drawn[matters] = {pcode: people[pcode] for pcode in people if pcode in touched}
            days[draws.certain].append(
                SourceDay(
                    doubt=source.doubt,
                    spread=SPREAD[source.count.grid.modelled],
                    static=source.count.static,
                    land=land,
                    people=drawn[matters],
                    gatherings=source.count.gatherings,
                )
            )
    return days


def _unit_record(unit: UnitPeople, tally: Tally) -> dict[str, Any]:
    return unit.to_record() | {"land_km2": tally.land_km2(unit.pcode)}


def _zone_record(zone: Zone, grid: PopulationGrid) -> dict[str, Any]:
    record = {
        field.name: getattr(zone, field.name)
        for field in dataclasses.fields(zone)
        if field.name != "geometry"
    }
    return record | {"grid_id": grid.grid_id, "geometry": zone.geometry.wkb}


def _set_densities(con: duckdb.DuckDBPyConnection, places: Sequence[Place], tally: Tally) -> None:
    for place in places:
        key = f"place:{place.place_id}"
        valid = sum(piece.valid_km2 for piece in tally.pieces.get(key, ()))
        if valid > 0:
            con.execute(
                "UPDATE places SET density_km2 = ?, population_source = ? WHERE place_id = ?",
                [tally.people(key) / valid, tally.grid.label, place.place_id],
            )
