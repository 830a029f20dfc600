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
from geo.draws import Draws
from geo.exposure.areas import group_areas, place_radius_km
from geo.exposure.count import build_frame, count_people, load_grid, load_spans
from geo.exposure.cut import cut_disc, cut_units, cut_zone
from geo.exposure.results import (
    build_rows,
    build_series,
    find_bests,
    find_known,
    warn_of_gaps,
    warn_of_spread,
)
from geo.exposure.shifts import group_families, measure_shifts
from geo.exposure.simulation import (
    SPREAD,
    SourceDay,
    ZoneParts,
    draw_zone,
    find_ranges,
    list_certain,
)
from geo.exposure.spans import choose_scanlines
from geo.exposure.tally import Tally
from geo.people import doubt_static
from geo.people.grid import is_geographic
from geo.types import Caution, LonLat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb
    import geopandas as gpd

    from geo.exposure.areas import Area
    from geo.exposure.count import Piece
    from geo.exposure.spans import Spans
    from geo.exposure.zones import Zone
    from geo.people import StaticDoubt, UnitPeople, UnitTable
    from geo.people.grid import PopulationGrid
    from geo.places import Place
    from geo.types import BBox

_WHOLE = 0.99  # a unit is whole on a grid when this part of it is; scanlines are good to 1e-3
_DEGREE_KM = 111.0
_METRE_KM = 0.001
_MANY_ZONES = 100  # beyond which a tenth of the draws is made, no fewer than the least
_LEAST_DRAWS = 1000


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


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """An area counted on one grid: pieces, whole units by P-code, and zones as they are drawn."""

    grid: PopulationGrid
    pieces: Mapping[str, Sequence[Piece]]
    static: Mapping[str, float]
    zones: tuple[ZoneParts, ...]

    def land(self) -> dict[str, float]:
        """Return the square kilometres with data of whole units."""
        return {
            pcode: sum(piece.valid_km2 for piece in self.pieces[f"unit:{pcode}"])
            for pcode in self.static
        }


def estimate_exposure(con: duckdb.DuckDBPyConnection, inputs: Inputs) -> list[Caution]:
    """Count everything and fill the tables from `grids` to `exposure_admin`, and the densities.

    Returns
    -------
        Cautions: zones without data, with gaps, or on a coarse model.
    """
    order = {zone.zone_id: number for number, zone in enumerate(inputs.zones)}
    inputs = dataclasses.replace(inputs, draws=_choose_draws(inputs))
    cautions: list[Caution] = []
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    people: dict[str, dict[str, Any]] = {}
    for number, area in enumerate(group_areas(inputs.zones, inputs.places, inputs.groups), 1):
        grid = inputs.population_at(area.bbox, must_reach=bool(area.zones))
        grid = dataclasses.replace(grid, grid_id=f"grid-{number}")
        counted = _count_area(con, area, grid, inputs)
        tally = _estimate_area(area, counted, inputs, tables)
        _set_densities(con, area.places, tally)
        records = {pcode: _unit_record(unit, tally) for pcode, unit in tally.units.items()}
        people = {**records, **people}
        tables["zones"] += [_zone_record(zone, grid) for zone in area.zones]
        rows = {row["zone_id"]: row for row in tables["exposure"]}
        known = [rows[zone.zone_id] for zone in area.zones if zone.zone_id in rows]
        cautions += warn_of_gaps(area.zones, known, tally) + warn_of_spread(area.zones, tally)
    insert_records(con, "unit_people", [unit for _, unit in sorted(people.items())])
    for table, records_ in tables.items():
        if table == "series_units":
            unique = {(row["pcode"], row["as_of"]): row for row in reversed(records_)}
            insert_records(con, table, [row for _, row in sorted(unique.items())])
        else:
            insert_records(con, table, sorted(records_, key=lambda row: order[row["zone_id"]]))
    return cautions


def _choose_draws(inputs: Inputs) -> Draws:
    """Return fewer draws where zones are very many, so that a map stays a matter of seconds."""
    draws = inputs.draws
    if len(inputs.zones) <= _MANY_ZONES or draws.count <= _LEAST_DRAWS:
        return draws
    return Draws(max(_LEAST_DRAWS, draws.count // 10), draws.seed, draws.certain)


def _estimate_area(
    area: Area,
    counted: _Counted,
    inputs: Inputs,
    tables: dict[str, list[dict[str, Any]]],
) -> Tally:
    """Add an area's rows to `exposure`, `exposure_admin` and the series; return its tally."""
    names = dict(zip(inputs.units["pcode"], inputs.units["name"], strict=True))
    table, doubt = _place_people(counted, inputs, inputs.as_of, telling=True)
    tally = Tally(counted.grid, counted.pieces, table.by_pcode() if table else {})
    known = {zone.zone_id for zone in find_known(area.zones, tally)}
    drawable = [[zone] for zone in counted.zones if zone.zone_id in known]
    if drawable:
        bests = {z.zone_id: find_bests(z, tally) for z in area.zones if z.zone_id in known}
        days = {
            draws.certain: [_draw_day(counted, table, doubt, draws)]
            for draws in list_certain(inputs.draws)
        }
        ranges = find_ranges(drawable, days, inputs.draws, bests)
        rows, parts = build_rows(area.zones, tally, names, ranges)
        tables["exposure"] += rows
        tables["exposure_admin"] += parts
    for day in inputs.days:
        table, doubt = _place_people(counted, inputs, day, telling=False)
        dated = Tally(counted.grid, counted.pieces, table.by_pcode() if table else {})
        source = _draw_day(counted, table, doubt, inputs.draws)
        people = {
            zones[0].zone_id: sum(
                draw_zone(zones, [source], inputs.draws).values(), start=np.zeros(1)
            )
            for zones in drawable
        }
        tables["series"] += build_series(area.zones, dated, people, day)
        tables["series_units"] += [
            {"as_of": day, **dataclasses.asdict(unit)} for unit in dated.units.values()
        ]
    return tally


def _place_people(
    counted: _Counted, inputs: Inputs, day: date, *, telling: bool
) -> tuple[UnitTable | None, StaticDoubt]:
    doubt = doubt_static(counted.grid, day)
    if not counted.static:
        return None, doubt
    return inputs.people_in_units(counted.static, doubt, day, telling=telling), doubt


def _draw_day(
    counted: _Counted, table: UnitTable | None, doubt: StaticDoubt, draws: Draws
) -> SourceDay:
    return SourceDay(
        doubt=doubt,
        spread=SPREAD[counted.grid.modelled],
        static=counted.static,
        land=counted.land(),
        people=table.draw(draws) if table else {},
    )


def _count_area(
    con: duckdb.DuckDBPyConnection, area: Area, grid: PopulationGrid, inputs: Inputs
) -> _Counted:
    frame = build_frame(grid, _choose_scanlines(area, grid))
    units = cut_units(frame, inputs.units)
    spans: dict[str, Spans] = {zone.zone_id: cut_zone(frame, zone) for zone in area.zones}
    for place in area.places:
        center = LonLat(place.lon, place.lat)
        spans[f"place:{place.place_id}"] = cut_disc(frame, center, place_radius_km(place))
    spans |= {f"unit:{pcode}": unit for pcode, unit in units.items()}
    load_grid(con, grid, frame.scanlines)
    load_spans(con, frame, grid.grid_id, spans, units)
    pieces = defaultdict(list)
    for piece in count_people(con, grid.grid_id, frame.scanlines):
        pieces[piece.zone_id].append(piece)
    areas_km2 = dict(zip(inputs.units["pcode"], inputs.units["area_km2"], strict=True))
    static = {
        pcode: sum(piece.static for piece in pieces[f"unit:{pcode}"])
        for pcode in units
        if _seen_km2(pieces[f"unit:{pcode}"]) >= _WHOLE * areas_km2[pcode]
    }
    near = inputs.units[inputs.units["pcode"].isin(list(units))]
    families = len(group_families(inputs.zones))
    return _Counted(grid, pieces, static, _list_parts(area.zones, pieces, grid, near, families))


def _list_parts(
    zones: Sequence[Zone],
    pieces: Mapping[str, Sequence[Piece]],
    grid: PopulationGrid,
    units: gpd.GeoDataFrame,
    families: int,
) -> tuple[ZoneParts, ...]:
    """Return the zones as they are drawn: discs wherever they may be, others where they are."""
    parts: list[ZoneParts] = []
    for family in group_families(zones):
        exact = {
            zone.radius_km or 0.0: {
                piece.pcode: (piece.static, piece.valid_km2) for piece in pieces[zone.zone_id]
            }
            for zone in family
            if zone.kind == "disc"
        }
        shifts = measure_shifts(family, grid, units, exact, families)
        parts += [
            ZoneParts(
                zone.zone_id,
                f"{zone.lon},{zone.lat}",
                shifts.pcodes,
                *shifts.of(zone),
                inner=shifts.inside(zone),
            )
            for zone in family
        ]
    for zone in zones:
        if zone.radius_km is None:
            own = pieces[zone.zone_id]
            static, land = (
                np.array([[values]])
                for values in ([p.static for p in own], [p.valid_km2 for p in own])
            )
            pcodes = tuple(piece.pcode for piece in own)
            parts.append(ZoneParts(zone.zone_id, zone.zone_id, pcodes, static, land))
    return tuple(parts)


def _choose_scanlines(area: Area, grid: PopulationGrid) -> int:
    heights_km = [_height_km(zone) for zone in area.zones if zone.kind != "ring"]
    heights_km += [2 * place_radius_km(place) for place in area.places]
    cell_km = grid.cell_height * (_DEGREE_KM if is_geographic(grid.crs) else _METRE_KM)
    return choose_scanlines(min(heights_km), cell_km)


def _height_km(zone: Zone) -> float:
    if zone.radius_km is not None:
        return 2 * zone.radius_km
    _, south, _, north = zone.geometry.bounds
    return float(north - south) * _DEGREE_KM


def _seen_km2(pieces: Sequence[Piece]) -> float:
    return sum(piece.valid_km2 + piece.nodata_km2 for piece in pieces)


def _unit_record(unit: UnitPeople, tally: Tally) -> dict[str, Any]:
    return dataclasses.asdict(unit) | {"land_km2": tally.land_km2(unit.pcode)}


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
