"""The vector layers of a run as files hold them: zones, their parts by unit, units, events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.database.store import fetch_records
from maps.distribution import PUBLIC
from maps.publish.guard.figures import SEVERAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.run import Assessment


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layer.

    Attributes
    ----------
    kind
        `text`, `number` (float), `people` (persons, whole) or `day` (ISO 8601, as text).
    text
        What it holds, with its unit.
    """

    name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A vector layer.

    Attributes
    ----------
    name, title
        Such as `zones`, and what a reader calls it.
    columns
        Of `table`, in order, the geometry left out.
    table
        EPSG:4326; figures that are not known are missing, never zero. An event in a country or
        region has no geometry: an area is never a pin.
    """

    name: str
    title: str
    columns: Sequence[Column]
    table: gpd.GeoDataFrame


_AS_OF = Column("as_of", "day", "the day that the figures are for")
_RANGE = (
    Column("low", "people", "people who may be exposed, lower end of the 90 % interval, persons"),
    Column("best", "people", "people who may be exposed, best estimate, persons"),
    Column("high", "people", "people who may be exposed, upper end of the 90 % interval, persons"),
)
_STATUS = Column(
    "status",
    "text",
    "counted; withheld: fewer than 10 people, or a part of so few; unknown: no population data",
)
_STATIC = Column("static", "people", "people by the static population map, persons")
_PCODE = Column("pcode", "text", "P-code of the administrative unit; empty: in no unit")

LAYERS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "zones": (
        "Zones and the people in them",
        (
            Column("zone_id", "text", "the zone"),
            Column("label", "text", "what the zone is"),
            Column("kind", "text", "admin, disc, ring, drawn or union; zones overlap, do not add"),
            Column("area_km2", "number", "area, square kilometres"),
            *_RANGE,
            _STATIC,
            _AS_OF,
            _STATUS,
        ),
    ),
    "admin": (
        "People in zones by administrative unit",
        (
            Column("zone_id", "text", "the zone; rows of one zone add up to it"),
            _PCODE,
            Column("name", "text", "name of the administrative unit"),
            *_RANGE,
            _STATUS,
        ),
    ),
    "units": (
        "People by administrative unit",
        (
            Column("pcode", "text", "P-code of the administrative unit"),
            Column("name", "text", "name of the administrative unit"),
            _STATIC,
            *_RANGE,
            _AS_OF,
            _STATUS,
        ),
    ),
    "events": (
        "Events by role",
        (
            Column("event_id", "text", "the event"),
            Column("kind", "text", "what it is: talks, attack, violence, ..."),
            Column("role", "text", "venue, threatened, site, actor or mentioned"),
            Column("modality", "text", "actual, threatened, planned, past or denied"),
            Column("date", "day", "day of the event; empty: not told"),
            Column("name", "text", "name of the place"),
            Column("country", "text", "country of the place, ISO 3166-1 alpha-2"),
            Column("precision_km", "number", "radius within which the place lies, kilometres"),
        ),
    ),
    "facilities": (
        "Facilities by administrative unit",
        (
            Column("pcode", "text", "P-code of the administrative unit"),
            Column("name", "text", "name of the administrative unit"),
            Column("kind", "text", "health, school, water, crossing, other, or event"),
            Column("total", "number", "how many are known; no row: none is known"),
        ),
    ),
}
"""Title and columns of each layer, in the order in which files hold them."""


def read_layers(run: Assessment) -> list[Layer]:
    """Return the vector layers of a run, EPSG:4326, rows in the order of the run."""
    facts = run.facts
    as_of, is_public = facts["as_of"], facts.get("profile") == PUBLIC
    events = run.events
    events["date"] = events["date"].map(lambda day: None if day is None else str(day))
    units = run.units
    tables = {
        "zones": _tell_status(run.zones.assign(as_of=as_of), "population_source"),
        "admin": _tell_status(cut_by_unit(run), "zone_id"),
        "units": _tell_status(units.dropna(subset=["basis"]).assign(as_of=as_of), "basis"),
        "events": events,
    }
    if is_public:
        tables["facilities"] = _count_by_unit(run, units)
    return [
        Layer(name, title, columns, tables[name][[*(each.name for each in columns), "geometry"]])
        for name, (title, columns) in LAYERS.items()
        if name in tables
    ]


def _tell_status(table: gpd.GeoDataFrame, known: str) -> gpd.GeoDataFrame:
    """Add why figures are missing; a row with a value in `known` has, or had, figures."""
    missing = table["best"].isna()
    status = missing.map({False: "counted", True: "withheld"})
    return table.assign(status=status.mask(missing & table[known].isna(), "unknown"))


def _count_by_unit(run: Assessment, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the facilities in each unit of a public run, with the unit's outline."""
    import geopandas as gpd
    import pandas as pd

    with run.connect() as con:
        rows = fetch_records(con, "SELECT * FROM unit_facilities ORDER BY rowid")
    table = pd.DataFrame(rows, columns=["pcode", "name", "kind", "total"])
    shapes = table["pcode"].map(dict(zip(units["pcode"], units.geometry, strict=True)))
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def cut_by_unit(run: Assessment) -> gpd.GeoDataFrame:
    """Return the parts of zones in each unit; what lies in no unit keeps the rest of the zone.

    The row of several units together has no geometry.
    """
    import geopandas as gpd
    import pandas as pd

    zones, units = run.zones, run.units
    shapes = dict(zip(zones["zone_id"], zones.geometry, strict=True))
    unit_shapes = dict(zip(units["pcode"], units.geometry, strict=True))
    within_units = units.union_all()
    rows = run.exposure_admin
    parts = [
        shapes[zone_id].intersection(unit_shapes[pcode])
        if isinstance(pcode, str)
        else None
        if name == SEVERAL
        else shapes[zone_id].difference(within_units)
        for zone_id, pcode, name in zip(rows["zone_id"], rows["pcode"], rows["name"], strict=True)
    ]
    return gpd.GeoDataFrame(
        rows, geometry=gpd.GeoSeries(pd.Series(parts, index=rows.index)), crs="EPSG:4326"
    )
