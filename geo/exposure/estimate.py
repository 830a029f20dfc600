"""Estimate exposure: zones, units and places are counted on their grids and given a range.

People on the day are the static people of each piece times the factor of the unit that it lies
in, so that parts add up and a unit's total meets its dated figure.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from geo.database.store import insert_records
from geo.exposure.areas import group_areas, place_radius_km
from geo.exposure.comparison import compare_sources, count_others
from geo.exposure.count import build_frame, count_people, load_grid, load_spans
from geo.exposure.cut import cut_disc, cut_units, cut_zone
from geo.exposure.ranges import SHIFT_BEARINGS
from geo.exposure.results import build_rows, warn_of_gaps, warn_of_spread
from geo.exposure.spans import choose_scanlines
from geo.exposure.tally import Tally
from geo.people import POPULATION_RANGE
from geo.people.grid import is_geographic
from geo.types import Caution, LonLat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb
    import geopandas as gpd

    from geo.exposure.areas import Area
    from geo.exposure.count import Piece
    from geo.exposure.spans import Frame, Spans
    from geo.exposure.zones import Zone
    from geo.people.grid import PopulationGrid
    from geo.people.surface import UnitPeople
    from geo.places import Place
    from geo.types import BBox

_WHOLE = 0.99  # a unit is whole on a grid when this part of it is; scanlines are good to 1e-3
_GAP = 0.02  # a zone with more than this part without data gets a caution
_DEGREE_KM = 111.0
_METRE_KM = 0.001
_MOVED = 1.5  # a unit with this many times its residents, or as many times fewer


class GridFinder(Protocol):
    """Finds the population grid for a box."""

    def __call__(self, bbox: BBox, *, must_reach: bool) -> PopulationGrid:
        """Return the grid; raise if zones are counted there and it does not reach."""
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
        People on the day by unit, from the static people of whole units and how far these may be
        off (factors for low and high).
    other_labels, others_at
        Population sources that are compared, by what outputs call them; and their grids for a box,
        as `PopulationFinder.read_others`.
    """

    zones: Sequence[Zone]
    places: Sequence[Place]
    units: gpd.GeoDataFrame
    groups: Sequence[gpd.GeoDataFrame]
    population_at: GridFinder
    people_in_units: Callable[[Mapping[str, float], tuple[float, float]], Sequence[UnitPeople]]
    other_labels: Sequence[str] = ()
    others_at: Callable[[BBox], Sequence[PopulationGrid]] = lambda _bbox: ()


def estimate_exposure(con: duckdb.DuckDBPyConnection, inputs: Inputs) -> list[Caution]:
    """Count everything and fill the tables from `grids` to `exposure_admin`, and the densities.

    Returns
    -------
        Cautions: zones without data, with gaps, or on a coarse model.
    """
    names = dict(zip(inputs.units["pcode"], inputs.units["name"], strict=True))
    order = {zone.zone_id: number for number, zone in enumerate(inputs.zones)}
    cautions: list[Caution] = []
    people: dict[str, UnitPeople] = {}
    zones: list[dict[str, Any]] = []
    exposure: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for number, area in enumerate(group_areas(inputs.zones, inputs.places, inputs.groups), 1):
        grid = inputs.population_at(area.bbox, must_reach=bool(area.zones))
        grid = dataclasses.replace(grid, grid_id=f"grid-{number}")
        tally = _count_area(con, area, grid, inputs)
        _set_densities(con, area.places, tally)
        people = {**tally.units, **people}
        zones += [_zone_record(zone, grid) for zone in area.zones]
        rows, units = build_rows(area.zones, tally, names)
        exposure, parts = exposure + rows, parts + units
        cautions += warn_of_gaps(area.zones, rows, tally) + warn_of_spread(area.zones, tally)
    insert_records(con, "unit_people", [unit for _, unit in sorted(people.items())])
    for table, records in (("zones", zones), ("exposure", exposure), ("exposure_admin", parts)):
        insert_records(con, table, sorted(records, key=lambda record: order[record["zone_id"]]))
    cautions += compare_sources(con, inputs.zones, inputs.other_labels)
    return cautions


def _count_area(
    con: duckdb.DuckDBPyConnection, area: Area, grid: PopulationGrid, inputs: Inputs
) -> Tally:
    frame = build_frame(grid, _choose_scanlines(area, grid))
    units = cut_units(frame, inputs.units)
    spans: dict[str, Spans] = {zone.zone_id: cut_zone(frame, zone) for zone in area.zones}
    for zone in area.zones:
        spans |= _cut_shifts(frame, zone, grid)
    for place in area.places:
        center = LonLat(place.lon, place.lat)
        spans[f"place:{place.place_id}"] = cut_disc(frame, center, place_radius_km(place))
    spans |= {f"unit:{pcode}": unit for pcode, unit in units.items()}
    load_grid(con, grid, frame.scanlines)
    load_spans(con, frame, grid.grid_id, spans, units)
    pieces = defaultdict(list)
    for piece in count_people(con, grid.grid_id, frame.scanlines):
        pieces[piece.zone_id].append(piece)
    others = inputs.others_at(area.bbox) if area.zones else ()
    count_others(con, area, inputs.units, others, grid.grid_id, _choose_scanlines)
    areas_km2 = dict(zip(inputs.units["pcode"], inputs.units["area_km2"], strict=True))
    static = {
        pcode: sum(piece.static for piece in pieces[f"unit:{pcode}"])
        for pcode in units
        if _seen_km2(pieces[f"unit:{pcode}"]) >= _WHOLE * areas_km2[pcode]
    }
    doubt = POPULATION_RANGE[grid.modelled]
    people = inputs.people_in_units(static, doubt) if static else []
    return Tally(grid, pieces, {unit.pcode: unit for unit in people})


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


def _cut_shifts(frame: Frame, zone: Zone, grid: PopulationGrid) -> dict[str, Spans]:
    """Return a disc or ring moved by its place's precision, wherever the place may still be.

    It can't be where there is no population data: in the sea, or beyond the surface's border.
    """
    if zone.radius_km is None or not zone.precision_km:
        return {}
    centers = {bearing: zone.move_center(bearing) for bearing in SHIFT_BEARINGS}
    return {
        f"{zone.zone_id}@{bearing}": cut_disc(frame, center, zone.radius_km, zone.inner_km or 0.0)
        for bearing, center in centers.items()
        if grid.has_data(center)
    }


def _seen_km2(pieces: Sequence[Piece]) -> float:
    return sum(piece.valid_km2 + piece.nodata_km2 for piece in pieces)


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
