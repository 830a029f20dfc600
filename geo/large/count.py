"""The count of a large run: each event by itself, and for each radius all of them as one zone."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.bulk.discs import count_each, prepare_discs
from geo.bulk.doubts import Doubts
from geo.bulk.request import Request
from geo.bulk.rows import RowFormat
from geo.database.store import insert_records, read_statement
from geo.exposure.area_count import AreaCount, is_whole, measure_parts
from geo.exposure.areas import Area
from geo.exposure.bulk import count_zones
from geo.exposure.combination import NO_UNIT, Combination
from geo.exposure.count import Piece, load_grid
from geo.exposure.disc_set import Discs
from geo.exposure.discs import disc_box
from geo.exposure.outlines import Outlines
from geo.exposure.polygons import metres_per_unit
from geo.exposure.spans import choose_fine_scanlines, make_frame
from geo.exposure.zones import Zone, build_zones
from geo.large.outline import outline_discs
from geo.large.population import open_population
from geo.large.stored import insert_batches, store_events
from geo.types import BBox, Caution, LonLat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.events import EventSet
    from geo.exposure.combination import Counted
    from geo.exposure.spans import Frame
    from geo.exposure.sums import Sums
    from geo.people.grid import PopulationGrid
    from geo.people.tiles import PopulationFile
    from geo.population import PopulationFinder
    from geo.settings import Settings
    from geo.territory import Territory

_KNOWN = 0.01  # with data for less than this part of a disc, its people are unknown; as for zones
_MOST_SPANS = 4_000_000
_ACROSS = (16, 64)  # scanlines that cross a disc, at least and at most, where there would be more
_SPANS_OF_RADIUS = 16_000_000
_SITES = "SELECT class_no, lon, lat, reach_km FROM sites ORDER BY site_no"
_BOX = "SELECT lon, lat, max(reach_km) FROM sites GROUP BY ALL ORDER BY ALL"


@dataclass(frozen=True, slots=True, eq=False)
class LargeCount:
    """What was counted.

    Attributes
    ----------
    area, counted
        For `geo.exposure.estimate.estimate_areas`: the unions and drawn zones on their grid.
    facts
        `events` and `counted`: how many there are, and round how many people are counted; `file`
        with their figures.
    """

    area: Area
    counted: AreaCount
    cautions: tuple[Caution, ...]
    facts: dict[str, Any]


def count_large(
    con: duckdb.DuckDBPyConnection,
    scratch: duckdb.DuckDBPyConnection,
    events: EventSet,
    settings: Settings,
    territory: Territory,
    people: PopulationFinder,
) -> LargeCount:
    """Count the people within reach of each event and of any, and the drawn zones.

    Fills `places`, `events`, `event_exposure`, `grids`, `cells` and `pieces` of the run.

    Parameters
    ----------
    con
        The run database.
    scratch
        Where `geo.events.bulk.load_events` has read the table.
    events
        The table without its events.
    """
    counted_events = store_events(con, scratch)
    ((read,),) = con.execute("SELECT count(*) FROM events").fetchall()
    con.execute(read_statement("large", "tables"))
    with tempfile.TemporaryDirectory() as name:
        request = Request(settings.population or Path(name), settings.radii_km, mode="union")
        _, cautions = prepare_discs(scratch, request)
        drawn, _ = build_zones(events, territory.units, territory.drawn, settings.radii_km)
        box = _find_box(scratch, drawn, people)
        population, more = open_population(people, settings, box, Path(name))
        with population.file.open() as raster:
            frame = make_frame(raster.layout, 1)
        count = _Count(population.file, frame, _find_units(territory, box))
        doubts = _count_each(con, scratch, replace(request, mode="each"), count)
        unions, union_cautions = _count_unions(scratch, request, count)
        sums = count.pieces | count.count_drawn(drawn) | count.count_units()
    grid = dataclasses.replace(population.grid, grid_id="grid-1")
    load_grid(con, grid, 1)
    _store_pieces(con, grid, sums)
    zones = [*drawn, *unions]
    return LargeCount(
        area=Area(box, zones=zones),
        counted=_make_count(grid, zones, sums, territory.units),
        cautions=(
            _tell_large(counted_events, settings),
            *cautions,
            *more,
            *doubts.list_cautions(),
            *union_cautions,
        ),
        facts={"events": read, "counted": counted_events, "file": "event_exposure.parquet"},
    )


@dataclass(slots=True)
class _Count:
    """The counting of zones on one population, cut along units.

    Attributes
    ----------
    units
        Those that may meet a zone.
    pieces
        Of what was counted so far, by zone.
    """

    population: PopulationFile
    frame: Frame
    units: gpd.GeoDataFrame
    pieces: dict[str, list[_Sum]] = dataclasses.field(default_factory=dict)

    @property
    def pcodes(self) -> list[str]:
        return list(self.units["pcode"])

    def count(self, frame: Frame, zones: Discs | Outlines, combination: Combination) -> Counted:
        return count_zones(self.population, frame, zones, combination)

    def cut(self, frame: Frame) -> Outlines | None:
        return Outlines.of(frame, list(self.units.geometry)) if len(self.units) else None

    def count_drawn(self, zones: Sequence[Zone]) -> dict[str, list[_Sum]]:
        found = {}
        for zone in zones:
            _, south, _, north = zone.geometry.bounds
            frame = self._choose(north - south)
            outlines = Outlines.of(frame, [zone.geometry])
            alone = Combination("union", np.zeros(1, dtype=np.int64), units=self.cut(frame))
            found[zone.zone_id] = self.list_sums(self.count(frame, outlines, alone), 0)
        return found

    def count_units(self) -> dict[str, list[_Sum]]:
        """Count whole units, each by itself."""
        if not len(self.units):
            return {}
        outlines = Outlines.of(self.frame, list(self.units.geometry))
        every = Combination("each", np.zeros(len(outlines), dtype=np.int64))
        counted = self.count(self.frame, outlines, every)
        return {
            f"unit:{pcode}": [_Sum(pcode, counted.sums.take(np.array([number])))]
            for number, pcode in enumerate(self.pcodes)
        }

    def list_sums(self, counted: Counted, owner: int) -> list[_Sum]:
        """Return the sums of one owner, by unit."""
        pcodes = self.pcodes
        rows = np.flatnonzero(counted.owner == owner)
        parts = [
            _Sum(
                None if counted.unit[row] == NO_UNIT else pcodes[counted.unit[row]],
                counted.sums.take(np.array([row])),
            )
            for row in rows.tolist()
        ]
        kept = [part for part in parts if part.sums.area_km2[0] > 0]
        return kept or parts[:1]

    def _choose(self, height_degrees: float) -> Frame:
        metres = height_degrees * 111_200.0 / metres_per_unit(self.frame.crs)
        lines = choose_fine_scanlines(metres, self.frame.cell_height)
        return replace(self.frame, scanlines=lines)


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """What a zone has in one unit; `pcode` None: in none. One row of sums."""

    pcode: str | None
    sums: Sums

    def to_piece(self, zone_id: str) -> Piece:
        people = int(self.sums.people[0] * 2.0**32 * self.sums.scanlines)
        static, nodata = float(self.sums.people[0]), float(self.sums.nodata_km2[0])
        valid = float(self.sums.covered_km2[0]) - nodata
        return Piece(zone_id, self.pcode, people, static, max(valid, 0.0), nodata)


def _find_box(
    scratch: duckdb.DuckDBPyConnection, drawn: Sequence[Zone], people: PopulationFinder
) -> BBox:
    """Return the box of all discs and drawn zones, and of units whose people are known together."""
    found = scratch.execute(_BOX).fetchnumpy()
    lon, lat, reach = (np.asarray(column, dtype=np.float64) for column in found.values())
    other = np.where(lon < 0, lon + 360.0, lon)
    lon = other if np.ptp(other) < np.ptp(lon) else lon
    boxes = [
        disc_box(LonLat((float(lon[at]) + 180.0) % 360.0 - 180.0, float(lat[at])), float(reach[at]))
        for at in np.unique([lat.argmin(), lat.argmax(), lon.argmin(), lon.argmax()]).tolist()
    ]
    widest = max(box.east - box.west for box in boxes) / 2
    tallest = float(reach.max()) / 110.0
    box = BBox(
        float(lon.min()) - widest,
        max(-90.0, float(lat.min()) - tallest),
        float(lon.max()) + widest,
        min(90.0, float(lat.max()) + tallest),
    )
    for zone in drawn:
        box = box.union(zone.bbox)
    for group in people.groups:
        bounds = BBox(*group.total_bounds)
        box = box.union(bounds) if bounds.intersects(box) else box
    return box


def _find_units(territory: Territory, box: BBox) -> gpd.GeoDataFrame:
    bounds = territory.units.geometry.bounds
    near = [
        any(box.intersects(BBox(west + turn, south, east + turn, north)) for turn in (0.0, 360.0))
        for west, south, east, north in bounds.itertuples(index=False)
    ]
    return territory.units[near].reset_index(drop=True)


def _count_each(
    con: duckdb.DuckDBPyConnection,
    scratch: duckdb.DuckDBPyConnection,
    request: Request,
    count: _Count,
) -> Doubts:
    """Fill `event_exposure`; where there is no data the number of people is unknown."""
    form = RowFormat("event_id", None, rings=False, whole=False, together=False)
    doubts = Doubts()

    def count_discs(
        discs: Discs | Outlines, combination: Combination, _overall: Callable[[float], float]
    ) -> Counted:
        return count.count(count.frame, discs, combination)

    def list_batches() -> Iterator[pa.RecordBatch]:
        for part in count_each(scratch, request, None, count_discs):
            batch = form.write(part, [])
            doubts.add(batch)
            known = pc.subtract(batch["coverage_fraction"], batch["nodata_fraction"])
            people = pc.if_else(pc.greater(known, _KNOWN), batch["people"], None)
            yield batch.set_column(2, "people", people)

    insert_batches(
        con, "event_exposure", pa.RecordBatchReader.from_batches(form.schema, list_batches())
    )
    return doubts


def _count_unions(
    scratch: duckdb.DuckDBPyConnection, request: Request, count: _Count
) -> tuple[list[Zone], list[Caution]]:
    """Return a zone for each radius: all that lies within it of any event."""
    found: Any = scratch.sql(_SITES).to_arrow_table()
    classes, lon, lat, reach = (column.to_numpy() for column in found.columns)
    classes, discs = classes.astype(np.int64), Discs(lon, lat, reach)
    ((events,),) = scratch.execute("SELECT count(*) FROM events").fetchall()
    zones, off = [], 0.0
    lines = _choose_lines(count.frame, classes, discs, request.classes)
    for scanlines in np.unique(lines).tolist():
        which = np.flatnonzero(lines[classes] == scanlines)
        frame = replace(count.frame, scanlines=scanlines)
        combination = Combination("union", classes[which], units=count.cut(frame))
        counted = count.count(frame, discs.take(which), combination)
        for number in np.flatnonzero(lines == scanlines).tolist():
            radius = request.classes[number]
            zone_id = f"union-{radius:g}km"
            sums = count.list_sums(counted, number)
            count.pieces[zone_id] = sums
            outline, error = outline_discs(discs.take(np.flatnonzero(classes == number)))
            off = max(off, error)
            zones.append(_make_union(zone_id, radius, events, sums, outline))
    text = (
        f"The outlines of what lies within reach of any event are drawn to about {off:.2g} km; "
        "people are counted within exact discs, but facilities by the outlines."
    )
    zones.sort(key=lambda zone: zone.radius_km or 0.0)
    return zones, [Caution("outlines-drawn", text)]


def _choose_lines(
    frame: Frame, classes: NDArray[np.int64], discs: Discs, radii: Sequence[float]
) -> NDArray[np.int64]:
    """Return K for each radius: that of `civmap expose`, or fewer where discs are very many.

    What a line's place does to a disc is lost among many: with 36 lines across each of 50,000
    discs of 2 km their union had the same people as with 576, to a hundred-thousandth.
    """
    cell = frame.cell_height * metres_per_unit(frame.crs) / 1000.0
    fine = choose_fine_scanlines(2 * float(discs.radius_km.min()), cell)
    rows = np.bincount(classes, 2 * discs.radius_km / cell, minlength=len(radii))
    if rows.sum() * fine <= _MOST_SPANS:
        return np.full(len(radii), fine)
    lines = []
    for number in range(len(radii)):
        reach = discs.radius_km[classes == number]
        across = min(max(_SPANS_OF_RADIUS // len(reach), _ACROSS[0]), _ACROSS[1])
        lines.append(min(fine, math.ceil(across * cell / (2 * float(reach.min())))))
    return np.array(lines)


def _make_union(
    zone_id: str, radius: float, events: int, sums: Sequence[_Sum], outline: Any
) -> Zone:
    return Zone(
        zone_id=zone_id,
        event_id=None,
        label=f"Within {radius:g} km of any of {events:,} events",
        kind="union",
        pcode=None,
        lon=None,
        lat=None,
        inner_km=None,
        radius_km=radius,
        precision_km=0.0,
        area_km2=sum(float(each.sums.area_km2[0]) for each in sums),
        geometry=outline,
    )


def _store_pieces(
    con: duckdb.DuckDBPyConnection, grid: PopulationGrid, pieces: dict[str, list[_Sum]]
) -> None:
    rows = []
    for zone_id, sums in pieces.items():
        for each in sums:
            piece = each.to_piece(zone_id)
            exact = 1e9 * 4096 * each.sums.scanlines
            rows.append(
                {
                    **dataclasses.asdict(piece),
                    "grid_id": grid.grid_id,
                    "valid_sum": round(piece.valid_km2 * exact),
                    "nodata_sum": round(piece.nodata_km2 * exact),
                }
            )
    for row in rows:  # HUGEINT: beyond what Arrow's integers hold
        for name in ("people_sum", "valid_sum", "nodata_sum"):
            row[name] = str(row[name])
    insert_records(con, "pieces", rows)


def _make_count(
    grid: PopulationGrid,
    zones: Sequence[Zone],
    sums: dict[str, list[_Sum]],
    units: gpd.GeoDataFrame,
) -> AreaCount:
    pieces = {
        zone_id: [each.to_piece(zone_id) for each in found] for zone_id, found in sums.items()
    }
    areas = dict(zip(units["pcode"], units["area_km2"], strict=True))
    static = {
        pcode: sum(piece.static for piece in pieces[f"unit:{pcode}"])
        for pcode in areas
        if f"unit:{pcode}" in pieces and is_whole(pieces[f"unit:{pcode}"], areas[pcode])
    }
    parts = tuple(
        # the unions share their doubts: one of them is never less than a smaller one
        measure_parts(zone.zone_id, "union" if zone.kind == "union" else zone.zone_id, own)
        for zone in zones
        for own in [pieces[zone.zone_id]]
    )
    return AreaCount(grid, pieces, static, parts, ())


def _tell_large(events: int, settings: Settings) -> Caution:
    radii = ", ".join(f"{radius:g}" for radius in settings.radii_km)
    return Caution(
        "large-run",
        f"People were counted round {events:,} events, too many to estimate each by itself: "
        f"figures with a range are those within {radii} km of any of them, everyone counted "
        "once. The figures of single events (event_exposure.parquet) are static, have no "
        "range, and are not to be added, since their discs overlap.",
    )
