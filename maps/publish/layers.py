"""The vector layers of a run as files hold them: zones, their parts by unit, units, events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from geo.boundaries.vectors import keep_polygons
from geo.database.store import fetch_records
from maps.distribution import PUBLIC
from maps.publish.guard.figures import SEVERAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import geopandas as gpd
    import pandas as pd
    import pyarrow as pa

    from geo.run import Assessment

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layer.

    Attributes
    ----------
    kind
        `text`, `number` (float), `people` (persons, whole) or `day` (ISO 8601, as text).
    text
        What it holds, with its unit.
    hxl
        Its hashtag with attributes (Humanitarian Exchange Language 1.1); empty: none.
    """

    name: str
    kind: str
    text: str
    hxl: str = ""


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
        EPSG:4326; people are Int64, text and days strings; figures that are not known are missing,
        never zero. An event in a country or region has no geometry: an area is never a pin.
    geometry_type
        `MultiPolygon` (single polygons too) or `Point`.
    """

    name: str
    title: str
    columns: Sequence[Column]
    table: gpd.GeoDataFrame
    geometry_type: str = "MultiPolygon"

    def iterate_rows(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows without their geometry, as Python's values; None where one is missing."""
        columns = [self.table[column.name] for column in self.columns]
        cells = [each.astype(object).where(each.notna(), None).tolist() for each in columns]
        return zip(*cells, strict=True)


_AS_OF = Column("as_of", "day", "the day that the figures are for", "#date+as_of")
_EXPOSED = "people who may be exposed"
_RANGE = (
    Column(
        "low",
        "people",
        f"{_EXPOSED}, lower end of the 90 % interval, persons",
        "#population+exposed+low",
    ),
    Column("best", "people", f"{_EXPOSED}, best estimate, persons", "#population+exposed+best"),
    Column(
        "high",
        "people",
        f"{_EXPOSED}, upper end of the 90 % interval, persons",
        "#population+exposed+high",
    ),
)
_STATIC = Column(
    "static", "people", "people by the static population map, persons", "#population+static"
)
_ZONE = "#loc+zone+code"
_UNIT = "#loc+unit"  # `#adm1` to `#adm5` where all units are of one level
_UNIT_NAME = Column("name", "text", "name of the administrative unit", f"{_UNIT}+name")
_STATUS = Column(
    "status",
    "text",
    "counted; withheld: fewer than 10 people, or a part of so few; unknown: no population data",
    "#status",
)

LAYERS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "zones": (
        "Zones and the people in them",
        (
            Column("zone_id", "text", "the zone", _ZONE),
            Column("label", "text", "what the zone is", "#loc+zone+name"),
            Column(
                "kind",
                "text",
                "admin, disc, ring, drawn or union; zones overlap, do not add",
                "#loc+zone+type",
            ),
            Column("area_km2", "number", "area, square kilometres", "#geo+area+km2"),
            *_RANGE,
            _STATIC,
            _AS_OF,
            _STATUS,
        ),
    ),
    "admin": (
        "People in zones by administrative unit",
        (
            Column("zone_id", "text", "the zone; rows of one zone add up to it", _ZONE),
            Column(
                "pcode",
                "text",
                "P-code of the administrative unit; empty: in no unit",
                f"{_UNIT}+code",
            ),
            _UNIT_NAME,
            *_RANGE,
            _STATUS,
        ),
    ),
    "units": (
        "People by administrative unit",
        (
            Column("pcode", "text", "P-code of the administrative unit", f"{_UNIT}+code"),
            _UNIT_NAME,
            _STATIC,
            *_RANGE,
            _AS_OF,
            _STATUS,
        ),
    ),
    "events": (
        "Events by role",
        (
            Column("event_id", "text", "the event", "#event+code"),
            Column("kind", "text", "what it is: talks, attack, violence, ...", "#event+type"),
            Column("role", "text", "venue, threatened, site, actor or mentioned", "#event+role"),
            Column(
                "modality",
                "text",
                "actual, threatened, planned, past or denied",
                "#event+modality",
            ),
            Column("date", "day", "day of the event; empty: not told", "#date+event"),
            Column("name", "text", "name of the place", "#loc+name"),
            Column(
                "country",
                "text",
                "country of the place, ISO 3166-1 alpha-2",
                "#country+code+v_iso2",
            ),
            Column(
                "precision_km",
                "number",
                "radius within which the place lies, kilometres",
                "#geo+precision+km",
            ),
        ),
    ),
    "facilities": (
        "Facilities by administrative unit",
        (
            Column("pcode", "text", "P-code of the administrative unit", f"{_UNIT}+code"),
            _UNIT_NAME,
            Column("kind", "text", "health, school, water, crossing, other, or event", "#loc+type"),
            Column("total", "number", "how many are known; no row: none is known", "#loc+num"),
        ),
    ),
}
"""Title and columns of each layer, in the order in which files hold them.

`status` is there where a figure is withheld, `facilities` in public runs.
"""

_EVENTS = """
    SELECT e.event_id, e.kind, e.role, e.modality, CAST(e.date AS VARCHAR) AS date, p.name,
        p.country, p.precision_km,
        CASE WHEN p.kind NOT IN ('country', 'region') THEN p.lon END AS lon,
        CASE WHEN p.kind NOT IN ('country', 'region') THEN p.lat END AS lat
    FROM events e LEFT JOIN places p USING (place_id)
    ORDER BY e.event_id
"""
_BATCH_ROWS = 200_000


def read_layers(run: Assessment) -> list[Layer]:
    """Return the vector layers of a run, EPSG:4326, rows in the order of the run."""
    import pandas as pd

    parts: dict[str, list[Layer]] = {}
    for layer in stream_layers(run):
        parts.setdefault(layer.name, []).append(layer)
    return [
        replace(same[0], table=pd.concat([each.table for each in same], ignore_index=True))
        if len(same) > 1
        else same[0]
        for same in parts.values()
    ]


def stream_layers(run: Assessment) -> Iterator[Layer]:
    """Yield the layers as `read_layers` returns them, very many events as several layers.

    All of a large run's events at once would take gigabytes.
    """
    facts, units = run.facts, run.units
    as_of = facts["as_of"]
    levels = units["admin_level"].unique()
    level = int(levels[0]) if len(levels) == 1 else None
    zones = _tell_status(run.zones.assign(as_of=as_of), "population_source")
    yield _make_layer("zones", zones, level)
    yield _make_layer("admin", _tell_status(_cut_by_unit(run), "zone_id"), level)
    yield _make_layer("units", _tell_status(units.assign(as_of=as_of), "basis"), level)
    with run.connect() as con:
        for events in _stream_events(con):
            yield _make_layer("events", events, level)
    if facts.get("profile") == PUBLIC:
        yield _make_layer("facilities", _count_by_unit(run, units), level)


def _make_layer(name: str, table: gpd.GeoDataFrame, level: int | None) -> Layer:
    title, columns = LAYERS[name]
    if "status" in table and "withheld" not in set(table["status"]):
        columns = tuple(each for each in columns if each is not _STATUS)
    if level is not None:
        columns = tuple(
            replace(each, hxl=each.hxl.replace(_UNIT, f"#adm{level}")) for each in columns
        )
    kept = table[[*(each.name for each in columns), "geometry"]].reset_index(drop=True)
    for column in columns:
        kept[column.name] = _set_type(kept[column.name], column.kind)
    return Layer(name, title, columns, kept, "Point" if name == "events" else "MultiPolygon")


def _set_type(values: pd.Series, kind: str) -> pd.Series:
    import pandas as pd

    if kind == "people":
        return pd.to_numeric(values).round().astype("Int64")
    if kind == "number":
        return pd.to_numeric(values).astype("float64")
    # a text ends for GDAL where it holds a NUL
    return values.astype("string").str.replace("\0", "", regex=False)


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


def _cut_by_unit(run: Assessment) -> gpd.GeoDataFrame:
    """Return the parts of zones in each unit; what lies in no unit keeps the rest of the zone.

    The row of several units together has no geometry.
    """
    import geopandas as gpd
    import numpy as np

    zones, units = run.zones, run.units
    shapes = dict(zip(zones["zone_id"], zones.geometry, strict=True))
    unit_shapes = dict(zip(units["pcode"], units.geometry, strict=True))
    within_units = units.union_all()
    rows = run.exposure_admin
    parts = [
        keep_polygons(
            shapes[zone_id].intersection(unit_shapes[pcode])
            if isinstance(pcode, str)
            else shapes[zone_id].difference(within_units)
        )
        if isinstance(pcode, str) or name != SEVERAL
        else None
        for zone_id, pcode, name in zip(rows["zone_id"], rows["pcode"], rows["name"], strict=True)
    ]
    shapes_of_rows = gpd.GeoSeries(np.array(parts, dtype=object), index=rows.index)
    return gpd.GeoDataFrame(rows, geometry=shapes_of_rows, crs="EPSG:4326")


def _stream_events(con: duckdb.DuckDBPyConnection) -> Iterator[gpd.GeoDataFrame]:
    """Yield the events some at a time, once at the least."""
    reader = con.sql(_EVENTS).to_arrow_reader(_BATCH_ROWS)
    empty = True
    for batch in reader:
        empty = False
        yield _place_events(batch)
    if empty:
        yield _place_events(reader.schema.empty_table())


def _place_events(batch: pa.RecordBatch | pa.Table) -> gpd.GeoDataFrame:
    import geopandas as gpd

    frame = batch.drop_columns(["lon", "lat"]).to_pandas()
    lon, lat = (batch[name].to_pandas().to_numpy() for name in ("lon", "lat"))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=frame.index, crs="EPSG:4326")
    missing = batch["lon"].is_null().to_pandas().to_numpy()
    return gpd.GeoDataFrame(frame, geometry=points.mask(missing))
