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
from geo.exposure.count import build_frame, count_people, load_grid, load_spans
from geo.exposure.cut import cut_disc, cut_units, cut_zone
from geo.exposure.ranges import SHIFT_BEARINGS, combine_parts, round_family
from geo.exposure.spans import choose_scanlines
from geo.people import POPULATION_RANGE
from geo.types import Caution, Interval, LonLat

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
        People on the day by unit, from the static people of whole units.
    """

    zones: Sequence[Zone]
    places: Sequence[Place]
    units: gpd.GeoDataFrame
    groups: Sequence[gpd.GeoDataFrame]
    population_at: GridFinder
    people_in_units: Callable[[Mapping[str, float]], Sequence[UnitPeople]]


@dataclass(frozen=True, slots=True)
class Count:
    """Pieces of one area, and what scales them."""

    grid: PopulationGrid
    pieces: Mapping[str, Sequence[Piece]]
    units: Mapping[str, UnitPeople]

    def people(self, zone_id: str) -> float:
        """People on the day."""
        return sum(self.best(piece) for piece in self.pieces.get(zone_id, ()))

    def best(self, piece: Piece) -> float:
        """People of a piece on the day."""
        unit = self.units.get(piece.pcode or "")
        return piece.static * (unit.factor if unit else 1.0)

    def extremes(self, pieces: Sequence[Piece], source: str) -> Interval:
        """People of pieces if only `source` is in doubt.

        `displacement` moves units with a total for the day to its low and high; `population`
        moves everyone else by the range of the population source.
        """
        low = best = high = 0.0
        for piece in pieces:
            here = self.best(piece)
            unit = self.units.get(piece.pcode or "")
            down, up = 1.0, 1.0
            if unit and source == "displacement" and unit.best > 0:
                down, up = unit.low / unit.best, unit.high / unit.best
            elif not unit and source == "population":
                down, up = POPULATION_RANGE[self.grid.modelled]
            low, best, high = low + here * down, best + here, high + here * up
        return Interval(low, best, high)


def estimate_exposure(con: duckdb.DuckDBPyConnection, inputs: Inputs) -> list[Caution]:
    """Count everything and fill the tables from `grids` to `exposure_admin`, and the densities.

    Returns
    -------
        Cautions: zones without data, with gaps, or on a coarse model.
    """
    cautions: list[Caution] = []
    names = dict(zip(inputs.units["pcode"], inputs.units["name"], strict=True))
    seen: set[str] = set()
    areas = group_areas(inputs.zones, inputs.places, inputs.groups)
    for number, area in enumerate(areas, 1):
        grid = inputs.population_at(area.bbox, must_reach=bool(area.zones))
        grid = dataclasses.replace(grid, grid_id=f"grid-{number}")
        count = _count_area(con, area, grid, inputs)
        new = [unit for pcode, unit in count.units.items() if pcode not in seen]
        seen.update(unit.pcode for unit in new)
        insert_records(con, "unit_people", new)
        insert_records(con, "zones", [_zone_record(zone, grid) for zone in area.zones])
        cautions += _publish_zones(con, area.zones, count, names)
        cautions += _warn_of_spread(area.zones, count)
        _publish_densities(con, area.places, count)
    return cautions


def _count_area(
    con: duckdb.DuckDBPyConnection, area: Area, grid: PopulationGrid, inputs: Inputs
) -> Count:
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
    areas_km2 = dict(zip(inputs.units["pcode"], inputs.units["area_km2"], strict=True))
    static = {
        pcode: sum(piece.static for piece in pieces[f"unit:{pcode}"])
        for pcode in units
        if _seen_km2(pieces[f"unit:{pcode}"]) >= _WHOLE * areas_km2[pcode]
    }
    people = inputs.people_in_units(static) if static else []
    return Count(grid, pieces, {unit.pcode: unit for unit in people})


def _choose_scanlines(area: Area, grid: PopulationGrid) -> int:
    heights = [_height(zone.bbox) for zone in area.zones if zone.kind != "ring"]
    heights += [2 * place_radius_km(place) / _DEGREE_KM for place in area.places]
    smallest = min(heights)
    if not grid.crs.endswith(":4326"):
        smallest *= _DEGREE_KM * 1000.0
    return choose_scanlines(smallest, grid.cell_height)


def _height(bbox: BBox) -> float:
    return bbox.north - bbox.south


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


def _publish_zones(
    con: duckdb.DuckDBPyConnection,
    zones: Sequence[Zone],
    count: Count,
    names: Mapping[str, str],
) -> list[Caution]:
    """Write the rows of zones that have data; rounded so that all their parts add up."""
    cautions: list[Caution] = []
    known: list[Zone] = []
    for zone in zones:
        valid = sum(piece.valid_km2 for piece in count.pieces.get(zone.zone_id, ()))
        if valid > 0:
            known.append(zone)
        else:
            cautions.append(
                Caution(
                    "no-population-data",
                    f"{zone.label}: there is no population data here, so the number of people is "
                    "unknown, not zero. Give a raster that reaches it with --population FILE.",
                )
            )
    best = round_family(zones, {z.zone_id: _by_unit(count, z, count.best) for z in known})
    static = round_family(
        zones, {z.zone_id: _by_unit(count, z, lambda piece: piece.static) for z in known}
    )
    gaps: list[str] = []
    for zone in known:
        row = _exposure_row(zone, count, sum(best[zone.zone_id].values()))
        row["static"] = sum(static[zone.zone_id].values())
        insert_records(con, "exposure", [row])
        insert_records(
            con,
            "exposure_admin",
            _admin_rows(zone, count, best[zone.zone_id], static[zone.zone_id], names),
        )
        gap = row["nodata_fraction"] + 1 - row["coverage_fraction"]
        if gap > _GAP and zone.kind != "ring":
            gaps.append(f"{zone.label} {gap:.0%}")
    if gaps:
        cautions.append(
            Caution(
                "population-gap",
                f"Part of the area has no population data (sea, or beyond {count.grid.label}), and "
                f"anyone there is not counted: {'; '.join(gaps)}.",
            )
        )
    return cautions


def _warn_of_spread(zones: Sequence[Zone], count: Count) -> list[Caution]:
    """Say where many more or fewer people than residents are spread as the residents were."""
    parts = {
        piece.pcode
        for zone in zones
        if zone.kind in ("disc", "drawn")
        for piece in count.pieces.get(zone.zone_id, ())
    }
    moved = [
        unit.name
        for pcode, unit in sorted(count.units.items())
        if pcode in parts and not 1 / _MOVED < unit.factor < _MOVED
    ]
    if not moved:
        return []
    return [
        Caution(
            "spread-inside-unit",
            f"{', '.join(moved)}: the number of people has changed much, and inside the unit they "
            "are placed as its residents were. Displaced people also stay on open land, so the "
            "unit's total is surer than the figures of discs and drawn areas.",
        )
    ]


def _by_unit(count: Count, zone: Zone, value: Callable[[Piece], float]) -> dict[str | None, float]:
    return {piece.pcode: value(piece) for piece in count.pieces[zone.zone_id]}


def _exposure_row(zone: Zone, count: Count, best: int) -> dict[str, Any]:
    pieces = count.pieces[zone.zone_id]
    people = count.people(zone.zone_id)
    parts = {source: count.extremes(pieces, source) for source in ("displacement", "population")}
    if zone.precision_km:
        shifts = [f"{zone.zone_id}@{bearing}" for bearing in SHIFT_BEARINGS]
        shifted = [count.people(shift) for shift in shifts if shift in count.pieces]
        parts["place"] = Interval(min(*shifted, people), people, max(*shifted, people))
    interval = combine_parts(people, parts)
    valid = sum(piece.valid_km2 for piece in pieces)
    nodata = sum(piece.nodata_km2 for piece in pieces)
    return {
        "zone_id": zone.zone_id,
        "low": min(round(interval.low), best),
        "best": best,
        "high": max(round(interval.high), best),
        "density_km2": people / valid,
        "population_source": count.grid.label,
        "population_date": count.grid.population_date,
        "coverage_fraction": min(1.0, (valid + nodata) / zone.area_km2),
        "nodata_fraction": min(1.0, nodata / zone.area_km2),
        "parts": {
            name: {"low": round(part.low), "high": round(part.high)}
            for name, part in parts.items()
            if part.high > part.low
        },
    }


def _admin_rows(
    zone: Zone,
    count: Count,
    best: Mapping[str | None, int],
    static: Mapping[str | None, int],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    rows = []
    for piece in count.pieces[zone.zone_id]:
        parts = {
            source: count.extremes([piece], source) for source in ("displacement", "population")
        }
        interval = combine_parts(count.best(piece), parts)
        here = best[piece.pcode]
        if piece.pcode is None and not here and not static[None] and len(best) > 1:
            continue
        rows.append(
            {
                "zone_id": zone.zone_id,
                "pcode": piece.pcode,
                "name": names[piece.pcode] if piece.pcode else "outside",
                "low": min(round(interval.low), here),
                "best": here,
                "high": max(round(interval.high), here),
                "static": static[piece.pcode],
            }
        )
    return rows


def _publish_densities(
    con: duckdb.DuckDBPyConnection, places: Sequence[Place], count: Count
) -> None:
    for place in places:
        key = f"place:{place.place_id}"
        valid = sum(piece.valid_km2 for piece in count.pieces.get(key, ()))
        if valid > 0:
            con.execute(
                "UPDATE places SET density_km2 = ?, population_source = ? WHERE place_id = ?",
                [count.people(key) / valid, count.grid.label, place.place_id],
            )
