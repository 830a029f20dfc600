"""layers.gpkg: zones, their parts by unit, units and events, with named styles."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from geo.errors import UnavailableError
from maps.publish.layers import cut_by_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from geo.run import Assessment

_ZONES = ["zone_id", "label", "kind", "area_km2", "low", "best", "high", "static", "as_of"]
_ADMIN = ["zone_id", "pcode", "name", "low", "best", "high"]
_UNITS = ["pcode", "name", "static", "low", "best", "high", "as_of"]
_EVENTS = ["event_id", "kind", "role", "modality", "date", "name", "country", "precision_km"]
_MANY_EVENTS = """
    SELECT e.event_id, e.kind, e.role, e.modality, CAST(e.date AS VARCHAR) AS date, p.name,
        p.country, p.precision_km,
        CASE WHEN p.kind NOT IN ('country', 'region') THEN p.lon END AS lon,
        CASE WHEN p.kind NOT IN ('country', 'region') THEN p.lat END AS lat
    FROM events e LEFT JOIN places p USING (place_id)
    ORDER BY e.event_id
"""
_BATCH_ROWS = 200_000
_STYLES = {  # layer: geometry, fill and stroke; OCHA blue for units, one neutral hue for zones
    "zones": ("Polygon", "#8c2d04", "zones by kind"),
    "admin": ("Polygon", "#cc4c02", "exposure by unit"),
    "units": ("Polygon", "#418fde", "people by unit"),
    "events": ("Point", "#1f4e79", "events by role"),
}
_SLD = """<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld">
<NamedLayer><Name>{layer}</Name><UserStyle><Name>{name}</Name><FeatureTypeStyle><Rule>
{symbol}
</Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>
"""
_POLYGON = """<PolygonSymbolizer><Fill><CssParameter name="fill">{colour}</CssParameter>
<CssParameter name="fill-opacity">0.25</CssParameter></Fill>
<Stroke><CssParameter name="stroke">{colour}</CssParameter></Stroke></PolygonSymbolizer>"""
_POINT = """<PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName>
<Fill><CssParameter name="fill">{colour}</CssParameter></Fill></Mark><Size>9</Size>
</Graphic></PointSymbolizer>"""


def write_geopackage(run: Assessment, path: Path) -> None:
    """Write layers.gpkg, EPSG:4326, with a `layer_styles` table (SLD) that names each style.

    Events in countries and regions have no geometry: an area is never a pin.
    """
    import pyogrio

    as_of = run.facts["as_of"]
    # the GeoPackage records when it was last changed: the day of the figures, for the same bytes
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of}T00:00:00.000Z"})
    zones = run.zones.assign(as_of=as_of)
    layers = {
        "zones": zones[[*_ZONES, "geometry"]],
        "admin": cut_by_unit(run)[[*_ADMIN, "geometry"]],
        "units": run.units.dropna(subset=["best"]).assign(as_of=as_of)[[*_UNITS, "geometry"]],
    }
    try:
        for name, layer in layers.items():
            _write_layer(name, layer, path)
        for number, events in enumerate(_read_events(run)):
            _write_layer("events", events[[*_EVENTS, "geometry"]], path, append=number > 0)
        _write_styles(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, sqlite3.Error) as error:
        raise UnavailableError(f"{path.name} can't be written: {error}") from error


def _read_events(run: Assessment) -> Iterator[gpd.GeoDataFrame]:
    """Yield the events; of a large run some at a time, since all would take gigabytes."""
    import geopandas as gpd

    if "large" not in run.facts:
        events = run.events
        events["date"] = events["date"].map(lambda day: None if day is None else str(day))
        yield events
        return
    with run.connect() as con:
        for batch in con.sql(_MANY_EVENTS).to_arrow_reader(_BATCH_ROWS):
            frame = batch.drop_columns(["lon", "lat"]).to_pandas()
            at = (batch[name].to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
            points = gpd.GeoSeries(gpd.points_from_xy(*at), index=frame.index)
            points = gpd.GeoSeries(
                points.mask(batch["lon"].is_null().to_numpy(zero_copy_only=False))
            )
            yield gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def _write_layer(name: str, layer: gpd.GeoDataFrame, path: Path, *, append: bool = False) -> None:
    import pyogrio

    kind = "MultiPolygon" if _STYLES[name][0] == "Polygon" else "Point"
    pyogrio.write_dataframe(
        layer,
        path,
        layer=name,
        driver="GPKG",
        geometry_type=kind,
        promote_to_multi=kind != "Point",
        append=append,
    )


def _write_styles(path: Path) -> None:
    with closing(sqlite3.connect(path)) as con, con:
        con.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_catalog TEXT, "
            "f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, "
            "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, "
            "ui TEXT, update_time DATETIME)"
        )
        con.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
            "SELECT 'layer_styles', 'attributes', 'layer_styles', max(last_change) "
            "FROM gpkg_contents"
        )
        for layer, (geometry, colour, name) in _STYLES.items():
            symbol = (_POLYGON if geometry == "Polygon" else _POINT).format(colour=colour)
            con.execute(
                "INSERT INTO layer_styles (f_table_name, f_geometry_column, styleName, styleSLD, "
                "useAsDefault, description) VALUES (?, 'geom', ?, ?, 1, 'civmap')",
                [layer, name, _SLD.format(layer=layer, name=name, symbol=symbol)],
            )
