"""The files of a run, read back with other programs than wrote them."""

import csv
import json
import sqlite3
from contextlib import closing

import duckdb
import pyogrio
import pytest
import shapely

from geo.assessment import run_assessment
from geo.settings import Settings
from maps.publish.run_folder import write_run_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    write_run_folder(run_assessment(None, Settings(), out / "run.duckdb"), out)
    return out


@pytest.fixture(scope="module")
def exposure(folder):
    """People by zone as the run database has them."""
    with duckdb.connect(str(folder / "run.duckdb"), read_only=True) as con:
        rows = con.execute("SELECT zone_id, low, best, high, static FROM exposure").fetchall()
    return {row[0]: row[1:] for row in rows}


def test_csv_has_the_same_figures(folder, exposure):
    with (folder / "exposure.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    figures = {
        row["zone_id"]: tuple(int(row[name]) for name in ("low", "best", "high", "static"))
        for row in rows
    }
    assert figures == exposure
    assert {row["as_of"] for row in rows} == {"2024-02-24"}
    assert all(row["population_source"] and row["population_date"] for row in rows)


def test_csv_is_read_by_duckdb(folder, exposure):
    path = str(folder / "exposure.csv")
    (total,) = duckdb.execute("SELECT sum(best) FROM read_csv(?)", [path]).fetchone()
    assert total == sum(best for _, best, _, _ in exposure.values())


def test_report_has_the_same_figures(folder, exposure):
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    rows = {r["zone_id"]: (r["low"], r["best"], r["high"], r["static"]) for r in report["exposure"]}
    assert rows == exposure


LAYERS = {
    "zones": "zone_id label kind area_km2 low best high static as_of",
    "admin": "zone_id pcode name low best high",
    "units": "pcode name static low best high as_of",
    "events": "event_id kind role modality date name country precision_km",
}


@pytest.mark.parametrize("layer", LAYERS)
def test_geopackage_layers_have_their_columns(folder, layer):
    meta = pyogrio.read_info(folder / "layers.gpkg", layer=layer)
    assert list(meta["fields"]) == LAYERS[layer].split()
    assert meta["crs"] == "EPSG:4326"


def test_geopackage_has_the_same_figures(folder, exposure):
    with closing(sqlite3.connect(folder / "layers.gpkg")) as con:
        rows = con.execute("SELECT zone_id, low, best, high, static FROM zones").fetchall()
        units = con.execute("SELECT sum(best) FROM units").fetchone()
    assert {row[0]: row[1:] for row in rows} == exposure
    assert units == (2_226_544,)


def test_parts_by_unit_have_pcodes_and_tile_their_zone(folder, exposure):
    zones = pyogrio.read_dataframe(folder / "layers.gpkg", layer="zones").set_index("zone_id")
    parts = pyogrio.read_dataframe(folder / "layers.gpkg", layer="admin")
    assert set(parts["pcode"].dropna()) == {"PS0270", "PS0275"}
    for zone_id, rows in parts.groupby("zone_id"):
        assert rows["best"].sum() == exposure[zone_id][1]
        inside = rows[rows["pcode"].notna()]
        assert shapely.area(inside.geometry).sum() <= zones.geometry[zone_id].area * (1 + 1e-9)


def test_areas_are_no_pins(folder):
    events = pyogrio.read_dataframe(folder / "layers.gpkg", layer="events").set_index("name")
    assert events.geometry["Gaza Strip"] is None
    assert events.geometry["Rafah"].geom_type == "Point"


def test_every_layer_has_a_named_style(folder):
    with closing(sqlite3.connect(folder / "layers.gpkg")) as con:
        rows = con.execute("SELECT f_table_name, styleName, styleSLD FROM layer_styles").fetchall()
    assert {layer for layer, _, _ in rows} == set(LAYERS)
    assert all(name and name in sld for _, name, sld in rows)


def test_cells_that_look_like_formulas_are_quoted(tmp_path):
    zone = tmp_path / "zone.geojson"
    ring = [[34.2, 31.2], [34.3, 31.2], [34.3, 31.3], [34.2, 31.2]]
    feature = {
        "type": "Feature",
        "properties": {"label": "=HYPERLINK(1)"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    zone.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    out = tmp_path / "out"
    out.mkdir()
    write_run_folder(run_assessment(None, Settings(zone=zone), out / "run.duckdb"), out)
    with (out / "exposure.csv").open(encoding="utf-8-sig", newline="") as lines:
        labels = [row["label"] for row in csv.DictReader(lines)]
    assert labels[0] == "'=HYPERLINK(1)"
