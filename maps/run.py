"""What the map shows of a run, read from its database and from nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import shapely

from geo.database.store import fetch_records, get_facts, open_run
from geo.errors import UsageError
from geo.types import BBox
from maps.distribution import INTERNAL, PUBLIC
from maps.extent import find_extent, find_seam, to_shape
from maps.large import FIRST_EVENTS, Large, read_large

if TYPE_CHECKING:
    import duckdb
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from maps.own_layer import OwnLayer

Record: TypeAlias = dict[str, Any]

AREA_KINDS = frozenset({"country", "region"})  # never a pin
_CONCERN_ROLES = frozenset({"threatened", "site"})
_POINT_MARGIN_DEGREES = 0.25


class HasPath(Protocol):
    """A run that knows where its database is, such as `geo.Assessment`."""

    @property
    def path(self) -> Path:
        """Path of the run database."""
        ...


@dataclass(frozen=True, slots=True)
class Surface:
    """People per cell of one grid, the area of interest only.

    Attributes
    ----------
    people, area_km2
        Arrays (rows, cols), row 0 northernmost; `people` is NaN where the grid has no data,
        `area_km2` is NaN where the run holds no cell.
    west, north, cell_width, cell_height
        Outer edges of the first cell and cell sizes, CRS units.
    """

    grid: Record
    people: npt.NDArray[np.float64]
    area_km2: npt.NDArray[np.float64]
    west: float
    north: float
    cell_width: float
    cell_height: float


@dataclass(frozen=True, slots=True)
class RunData:
    """The tables of a run as records, in a fixed order; geometries are shapely, EPSG:4326.

    Attributes
    ----------
    events
        With their place's columns (`name`, `country`, `place_kind`, `lon`, `lat`, ...).
    units
        Administrative units with their people (`static`, `low`, `best`, `high`, `displaced`,
        `factor`, `on_land`, `land_km2`, `basis`; None where the run has no figures for the unit).
    zones
        With their exposure (`static`, `low`, `best`, `high`, `parts`, ...; None where nobody can be
        counted). Of units and zones `withheld` says that figures are missing since they are few.
    mentioned
        Places that the text names and tells nothing of: towns and points that have no event and
        do not only stand for a government. With `tier`, the surest reading of their name.
    surfaces, other_surfaces
        The grids that the figures are from; those of sources that are compared with them.
    exposure_sources
        Static people of each zone by each source; empty where there is one source.
    series
        People by zone and day, where the run has more than one day.
    figures
        Dated figures of people present, used and set aside.
    scenario, scenario_units
        People by zone and by unit if people moved as the fact `moves` supposes.
    unit_facilities
        Of a public run, which has no positions of facilities: how many of a kind a unit has.
    series_units
        People by administrative unit and day, where the run has more than one day.
    own_layers
        Layers that the page's maker added; they are not in the run database.
    large
        Where events are very many: `events` and `places` hold the first of them only.
    """

    facts: Record
    sources: list[Record]
    cautions: list[Record]
    places: list[Record]
    mentioned: list[Record]
    events: list[Record]
    units: list[Record]
    zones: list[Record]
    parts: list[Record]
    facilities: list[Record]
    surfaces: list[Surface]
    other_surfaces: list[Surface]
    exposure_sources: list[Record]
    series: list[Record]
    figures: list[Record]
    people_groups: list[Record] = field(default_factory=list)
    needs: list[Record] = field(default_factory=list)
    zone_facilities: list[Record] = field(default_factory=list)
    unit_facilities: list[Record] = field(default_factory=list)
    scenario: list[Record] = field(default_factory=list)
    scenario_units: list[Record] = field(default_factory=list)
    series_units: list[Record] = field(default_factory=list)
    own_layers: tuple[OwnLayer, ...] = ()
    large: Large | None = None

    @property
    def profile(self) -> str:
        """To whom what is drawn may go, see `maps.distribution`: the run's fact `profile`."""
        return str(self.facts.get("profile", INTERNAL))

    @property
    def headline_zone(self) -> Record | None:
        """The zone that the headline speaks of; None where no place is threatened."""
        zone_id = (self.facts.get("headline") or {}).get("zone_id")
        return next((zone for zone in self.zones if zone["zone_id"] == zone_id), None)

    @property
    def focus_zones(self) -> list[Record]:
        """The headline's zone with the other zones of its event; without a headline, all zones."""
        headline = self.headline_zone
        if headline is None or self.large is not None:
            return self.zones
        return [zone for zone in self.zones if zone["event_id"] == headline["event_id"]]

    @property
    def pins(self) -> list[Record]:
        """Events at a place that may be drawn as a pin: not a country, not a region."""
        return [
            event
            for event in self.events
            if event["lon"] is not None and event["place_kind"] not in AREA_KINDS
        ]

    @property
    def is_of_concern(self) -> bool:
        """Whether any place is reported as threatened or harmed."""
        return any(event["role"] in _CONCERN_ROLES for event in self.events)

    def focus(self) -> BBox | None:
        """Return what the map opens on.

        The headline's zone with the other zones of its event, else all zones, else the pins, else
        the places that are mentioned, else None (the world).
        """
        return find_extent(_list_shapes(self.focus_zones)) or find_extent(
            _surround_points(self.pins or self.mentioned)
        )

    def bound_zones(self) -> BBox | None:
        """Return the box of all zones; None where there are none."""
        return find_extent(_list_shapes(self.zones))

    def bound_events(self) -> BBox | None:
        """Return the box of all zones and pins, else of the places mentioned, else None."""
        return find_extent(self._surround_events()) or find_extent(_surround_points(self.mentioned))

    def bound_places(self) -> BBox | None:
        """Return the box of everything that has a position; None where nothing has."""
        return find_extent([*self._surround_events(), *_surround_points(self.mentioned)])

    @property
    def seam(self) -> float | None:
        """The meridian at which the page cuts the globe; None: the date line."""
        return None if self.large else find_seam(self.bound_places())

    def _surround_events(self) -> list[BaseGeometry]:
        if self.large:
            around = self.large.bounds
            pins = [] if around is None else [to_shape(around)]
        else:
            pins = _surround_points(self.pins)
        return [*_list_shapes(self.zones), *pins]


def _list_shapes(zones: list[Record]) -> list[BaseGeometry]:
    return [zone["geometry"] for zone in zones]


def _surround_points(points: list[Record]) -> list[BaseGeometry]:
    return [
        to_shape(BBox(at["lon"], at["lat"], at["lon"], at["lat"]).expand(_POINT_MARGIN_DEGREES))
        for at in points
    ]


def find_run_database(run: HasPath | Path | str) -> Path:
    """Return the path of a run's database.

    Parameters
    ----------
    run
        An assessment, the path of a run folder, or the path of a `run.duckdb`.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    path = run if isinstance(run, str | Path) else getattr(run, "path", None)
    if not isinstance(path, str | Path):
        raise UsageError(
            f"run {run!r}: expected an assessment, the folder of a run, or its run.duckdb"
        )
    path = Path(path)
    return path / "run.duckdb" if path.is_dir() else path


def read_run(path: Path) -> RunData:
    """Read what the map shows from a run database.

    Raises
    ------
    UnavailableError
        If the database is missing, no run database, or locked.
    """
    con = open_run(path)
    try:
        facts = get_facts(con)
        large = read_large(con) if facts.get("large") else None
        some = f" LIMIT {FIRST_EVENTS}" if large else ""
        return RunData(
            facts=facts,
            large=large,
            sources=fetch_records(con, "SELECT * FROM sources ORDER BY source_id"),
            cautions=fetch_records(con, "SELECT DISTINCT code, text FROM cautions ORDER BY ALL"),
            places=fetch_records(con, f"SELECT * FROM places ORDER BY place_id{some}"),  # noqa: S608
            mentioned=fetch_records(con, _MENTIONED),
            events=fetch_records(con, (_LARGE_EVENTS if large else _EVENTS) + some),
            units=_with_shapes(fetch_records(con, _UNITS)),
            zones=_with_shapes(fetch_records(con, _ZONES)),
            parts=fetch_records(con, _PARTS),
            facilities=fetch_records(con, "SELECT * FROM facilities ORDER BY facility_id"),
            surfaces=_read_surfaces(con, "main"),
            other_surfaces=_read_surfaces(con, "other"),
            exposure_sources=fetch_records(con, _EXPOSURE_SOURCES),
            series=fetch_records(con, "SELECT * FROM series ORDER BY zone_id, as_of"),
            figures=fetch_records(con, "SELECT * FROM figures ORDER BY date, figure_id"),
            people_groups=fetch_records(con, "SELECT * FROM people_groups ORDER BY rowid"),
            needs=fetch_records(con, "SELECT * FROM needs ORDER BY rowid"),
            zone_facilities=fetch_records(con, "SELECT * FROM zone_facilities ORDER BY rowid"),
            scenario=fetch_records(con, "SELECT * FROM scenario ORDER BY zone_id"),
            unit_facilities=_read_unit_facilities(con, facts),
            scenario_units=fetch_records(con, "SELECT * FROM scenario_units ORDER BY pcode"),
            series_units=fetch_records(con, "SELECT * FROM series_units ORDER BY pcode, as_of"),
        )
    finally:
        con.close()


_MENTIONED = """
    SELECT p.*, m.tier
    FROM places p JOIN (
        SELECT place_id, max(tier) AS tier -- sure after doubtful
        FROM mentions WHERE class = 'place' AND role = 'mentioned' GROUP BY place_id
    ) m USING (place_id)
    WHERE p.kind IN ('city', 'point') AND p.place_id NOT IN (
        SELECT place_id FROM events WHERE place_id IS NOT NULL
    )
    ORDER BY p.place_id
"""
_EVENTS = """
    SELECT e.*, p.name, p.name_ar, p.country, p.kind AS place_kind, p.lon, p.lat, p.precision_km,
           p.admin1, p.density_km2, p.population_source
    FROM events e LEFT JOIN places p USING (place_id)
    ORDER BY e.event_id
"""
_LARGE_EVENTS = _EVENTS.replace("ORDER BY e.event_id", "ORDER BY e.rowid")
_UNITS = """
    SELECT u.*, n.static, n.low, n.best, n.high, n.displaced, n.factor, n.on_land,
        n.land_km2, n.basis, n.pcode IS NOT NULL AND n.best IS NULL AS withheld
    FROM admin_units u LEFT JOIN unit_people n USING (pcode)
    ORDER BY u.pcode
"""
_ZONES = """
    SELECT z.*, x.low, x.best, x.high, x.static, x.density_km2, x.population_source,
           x.population_date, x.coverage_fraction, x.nodata_fraction, x.parts,
           x.zone_id IS NOT NULL AND x.best IS NULL AS withheld
    FROM zones z LEFT JOIN exposure x USING (zone_id)
    ORDER BY z.event_id NULLS LAST, z.kind, z.radius_km, z.zone_id
"""
_PARTS = """
    SELECT a.*, z.label
    FROM exposure_admin a LEFT JOIN zones z USING (zone_id)
    ORDER BY a.zone_id, a.pcode NULLS LAST
"""
_EXPOSURE_SOURCES = """
    SELECT s.*, z.label
    FROM exposure_sources s JOIN zones z USING (zone_id)
    ORDER BY z.event_id NULLS LAST, z.kind, z.radius_km, z.zone_id, s.rowid
"""
_FIXED_POINT = float(1 << 20)  # people_fp: persons x 2^20


def _read_unit_facilities(con: duckdb.DuckDBPyConnection, facts: Record) -> list[Record]:
    if facts.get("profile") != PUBLIC:
        return []
    return fetch_records(con, "SELECT * FROM unit_facilities ORDER BY rowid")


def _with_shapes(records: list[Record]) -> list[Record]:
    for record in records:
        record["geometry"] = shapely.from_wkb(bytes(record["geometry"]))
    return records


def _read_surfaces(con: duckdb.DuckDBPyConnection, role: str) -> list[Surface]:
    grids = fetch_records(con, "SELECT * FROM grids WHERE role = ? ORDER BY grid_id", [role])
    surfaces = (_read_surface(con, grid) for grid in grids)
    return [surface for surface in surfaces if surface is not None]


def _read_surface(con: duckdb.DuckDBPyConnection, grid: Record) -> Surface | None:
    cells = con.execute(
        "SELECT row, col, people_fp, area_km2 FROM cells WHERE grid_id = ? ORDER BY row, col",
        [grid["grid_id"]],
    ).fetchnumpy()
    rows, cols = np.asarray(cells["row"]), np.asarray(cells["col"])
    if not len(rows):
        return None
    top, left = int(rows.min()), int(cols.min())
    shape = (int(rows.max()) - top + 1, int(cols.max()) - left + 1)
    people, area_km2 = np.full(shape, np.nan), np.full(shape, np.nan)
    counted = np.ma.filled(np.ma.asarray(cells["people_fp"]).astype(np.float64), np.nan)
    people[rows - top, cols - left] = counted / _FIXED_POINT
    area_km2[rows - top, cols - left] = cells["area_km2"]
    return Surface(
        grid=grid,
        people=people,
        area_km2=area_km2,
        west=grid["west"] + left * grid["cell_width"],
        north=grid["north"] - top * grid["cell_height"],
        cell_width=grid["cell_width"],
        cell_height=grid["cell_height"],
    )
