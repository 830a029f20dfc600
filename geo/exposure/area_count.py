"""The count of one area: everything that is counted on one grid, and zones as they are drawn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.exposure.areas import place_radius_km
from geo.exposure.count import build_frame, count_people, load_grid, load_spans
from geo.exposure.cut import cut_disc, cut_units, cut_zone
from geo.exposure.polygons import polygon_spans
from geo.exposure.shifts import group_families, measure_shifts
from geo.exposure.simulation import ZoneParts
from geo.exposure.spans import choose_scanlines
from geo.exposure.tally import Tally, name_overlap
from geo.people.grid import is_geographic
from geo.types import LonLat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    import geopandas as gpd

    from geo.exposure.areas import Area
    from geo.exposure.count import Piece
    from geo.exposure.spans import Frame, Spans
    from geo.exposure.zones import Zone
    from geo.people import Gathering
    from geo.people.grid import PopulationGrid

_WHOLE = 0.99  # a unit is whole on a grid when this part of it is; scanlines are good to 1e-3
_DEGREE_KM = 111.0
_METRE_KM = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class AreaCount:
    """An area counted on one grid.

    Attributes
    ----------
    pieces
        By zone, unit (`unit:` and its P-code), place (`place:` and its id) and overlap.
    static
        Static people of the units that are whole on the grid, by P-code.
    zones
        As they are drawn.
    gatherings
        Square kilometres with data of each.
    """

    grid: PopulationGrid
    pieces: Mapping[str, Sequence[Piece]]
    static: Mapping[str, float]
    zones: tuple[ZoneParts, ...]
    gatherings: tuple[float, ...]

    def land(self) -> dict[str, float]:
        """Return the square kilometres with data of whole units."""
        return {
            pcode: sum(piece.valid_km2 for piece in self.pieces[f"unit:{pcode}"])
            for pcode in self.static
        }


def count_area(
    con: duckdb.DuckDBPyConnection,
    area: Area,
    grid: PopulationGrid,
    units: gpd.GeoDataFrame,
    gatherings: Sequence[Gathering],
    families: int,
    role: str = "main",
) -> AreaCount:
    """Count the people of an area's zones, places and units on a grid, in the run database.

    Parameters
    ----------
    units
        EPSG:4326, columns of `admin_units`.
    gatherings
        Areas within units where some people stay evenly.
    families
        Families of discs in the run, see `measure_shifts`.
    role
        Of the grid, see `load_grid`.
    """
    frame = build_frame(grid, _choose_scanlines(area, grid))
    cut = cut_units(frame, units)
    spans: dict[str, Spans] = {zone.zone_id: cut_zone(frame, zone) for zone in area.zones}
    for place in area.places:
        center = LonLat(place.lon, place.lat)
        spans[f"place:{place.place_id}"] = cut_disc(frame, center, place_radius_km(place))
    spans |= {f"unit:{pcode}": unit for pcode, unit in cut.items()}
    overlaps = _cut_overlaps(frame, spans, gatherings)
    load_grid(con, grid, frame.scanlines, role)
    load_spans(con, frame, grid.grid_id, spans | overlaps, cut)
    pieces = defaultdict(list)
    for piece in count_people(con, grid.grid_id, frame.scanlines):
        pieces[piece.zone_id].append(piece)
    _forget_overlaps(con, overlaps)
    areas_km2 = dict(zip(units["pcode"], units["area_km2"], strict=True))
    static = {
        pcode: sum(piece.static for piece in pieces[f"unit:{pcode}"])
        for pcode in cut
        if is_whole(pieces[f"unit:{pcode}"], areas_km2[pcode])
    }
    tally = Tally(grid, pieces, {})
    near = units[units["pcode"].isin(list(cut))]
    parts = _list_parts(area.zones, tally, near, gatherings, families)
    gathered = (tally.valid_km2(name_overlap("", each.number)) for each in gatherings)
    return AreaCount(grid, pieces, static, parts, tuple(gathered))


def _cut_overlaps(
    frame: Frame, spans: Mapping[str, Spans], gatherings: Sequence[Gathering]
) -> dict[str, Spans]:
    """Return gatherings, and what each zone and unit has of them."""
    overlaps: dict[str, Spans] = {}
    for each in gatherings:
        own = polygon_spans(frame, each.geometry)
        if own.steps:
            overlaps[name_overlap("", each.number)] = own
            overlaps |= {
                name_overlap(zone_id, each.number): part
                for zone_id, zone in spans.items()
                if (part := zone.intersection(own)).steps
            }
    return overlaps


def _forget_overlaps(con: duckdb.DuckDBPyConnection, overlaps: Mapping[str, Spans]) -> None:
    """Take gatherings out of the run database: where people seek shelter is for counting only."""
    names = list(overlaps)
    for table in ("spans", "pieces"):
        con.execute(f"DELETE FROM {table} WHERE zone_id IN (SELECT unnest(?))", [names])  # noqa: S608


def _list_parts(
    zones: Sequence[Zone],
    tally: Tally,
    units: gpd.GeoDataFrame,
    gatherings: Sequence[Gathering],
    families: int,
) -> tuple[ZoneParts, ...]:
    """Return the zones as they are drawn: discs wherever they may be, others where they are."""
    numbers = [each.number for each in gatherings]
    shapes = [each.geometry for each in gatherings]

    def measure(piece: Piece) -> list[float]:
        overlaps = [tally.overlap_km2(piece, number) for number in numbers]
        return [piece.static, piece.valid_km2, *overlaps]

    parts: list[ZoneParts] = []
    for family in group_families(zones):
        exact = {
            zone.radius_km or 0.0: {
                piece.pcode: measure(piece) for piece in tally.pieces[zone.zone_id]
            }
            for zone in family
            if zone.kind == "disc"
        }
        shifts = measure_shifts(family, tally.grid, units, exact, families, shapes)
        parts += [
            ZoneParts(
                zone.zone_id,
                f"{zone.lon},{zone.lat}",
                shifts.pcodes,
                shifts.of(zone),
                shifts.inside(zone),
            )
            for zone in family
        ]
    for zone in zones:
        if zone.radius_km is None:
            own = tally.pieces[zone.zone_id]
            parts.append(make_parts(zone.zone_id, zone.zone_id, own, [measure(p) for p in own]))
    return tuple(parts)


def measure_parts(zone_id: str, name: str, pieces: Sequence[Piece]) -> ZoneParts:
    """Return a zone that lies where it does, without gatherings, as it is drawn by its name."""
    return make_parts(zone_id, name, pieces, [[p.static, p.valid_km2] for p in pieces])


def make_parts(
    zone_id: str, name: str, pieces: Sequence[Piece], measures: Sequence[Sequence[float]]
) -> ZoneParts:
    """Return a zone that lies where it does; `measures`: the layers of each of its pieces."""
    layers = np.array(measures).T[:, None, None, :]
    return ZoneParts(zone_id, name, tuple(piece.pcode for piece in pieces), layers)


def is_whole(pieces: Sequence[Piece], area_km2: float) -> bool:
    """Tell whether a grid holds a unit whole, by the unit's pieces and its true area."""
    return _seen_km2(pieces) >= _WHOLE * area_km2


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
