"""Where the formats end: the antimeridian, full sheets and cells, units without a figure."""

import json
from dataclasses import replace

import duckdb
import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.assessment import run_assessment
from geo.errors import UsageError
from geo.run import Assessment
from geo.settings import Settings
from maps.publish.bundle_formats import FORMATS
from maps.publish.formats import kmz, xlsx
from maps.publish.layers import LAYERS, Layer, read_layers
from maps.publish.release import Release
from tests.publish.readers import READERS, find, read_placemarks

ACROSS = MultiPolygon([box(179, -17, 180, -16), box(-180, -17, -179, -16)])
HOLED = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior])


def make_layer(name, rows, shapes):
    title, columns = LAYERS[name]
    values = {column.name: [row.get(column.name) for row in rows] for column in columns}
    table = gpd.GeoDataFrame(values, geometry=shapes, crs="EPSG:4326")
    for column in columns:
        kind = {"people": "Int64", "number": "float64"}.get(column.kind, "string")
        table[column.name] = table[column.name].astype(kind)
    kind = "Point" if name == "events" else "MultiPolygon"
    return Layer(name, title, columns, table, kind)


def write(folder, layers, *kinds):
    release = Release(
        run=None, profile="internal", number="X", title="A title", headline="A headline",
        as_of="2024-02-24", layers=layers, sources=[], cautions=[],
    )  # fmt: skip
    for kind in kinds or READERS:
        FORMATS[kind](release, folder)
    return folder


def test_shapes_across_the_antimeridian_stay_cut(tmp_path):
    zones = [{"zone_id": "a", "best": 1}, {"zone_id": "b", "best": 2}, {"zone_id": "c"}]
    write(tmp_path, [make_layer("zones", zones, [ACROSS, HOLED, None])])
    shapes = {
        "geojson": pyogrio.read_dataframe(find(tmp_path, "zones.geojson")),
        "geopackage": pyogrio.read_dataframe(find(tmp_path, "layers.gpkg"), layer="zones"),
        "flatgeobuf": pyogrio.read_dataframe(find(tmp_path, "zones.fgb")),
        "geoparquet": gpd.read_parquet(find(tmp_path, "zones.parquet")),
        "kmz": pyogrio.read_dataframe(find(tmp_path, "layers.kmz"), layer="zones"),
    }
    for kind, table in shapes.items():
        found = table.set_index("zone_id").geometry
        np.testing.assert_allclose(shapely.area(found["a"]), 2, err_msg=kind)
        assert shapely.symmetric_difference(found["b"], HOLED).area < 1e-9, kind
        assert found["c"] is None, kind
        assert len(shapely.get_parts(found["a"])) == 2, kind


def test_geojson_cuts_what_runs_on_past_180(tmp_path):
    layer = make_layer("zones", [{"zone_id": "a"}], [box(179, -17, 181, -16)])
    write(tmp_path, [layer], "geojson")
    (feature,) = json.loads(find(tmp_path, "zones.geojson").read_text())["features"]
    shape = shapely.geometry.shape(feature["geometry"])
    assert shapely.symmetric_difference(shape, ACROSS).area == 0


def test_full_sheet_goes_on_in_a_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
    rows = [{"event_id": f"E{number}"} for number in range(7)]
    write(tmp_path, [make_layer("events", rows, [Point(1, 2)] * 7)], "xlsx")
    book = openpyxl.load_workbook(find(tmp_path, "layers.xlsx"))
    assert book.sheetnames == ["read me", "events", "events 2", "events 3"]
    ids = [[row[0] for row in book[name].values] for name in book.sheetnames[1:]]
    assert ids == [
        ["event_id", "E0", "E1", "E2"],
        ["event_id", "E3", "E4", "E5"],
        ["event_id", "E6"],
    ]


@pytest.mark.parametrize("text", ["x" * 40_000, "🏥" * 20_000], ids=["letters", "emoji"])
def test_text_that_no_cell_can_hold_says_that_it_is_cut(text, tmp_path):
    layer = make_layer("events", [{"event_id": "E", "name": text}], [Point(1, 2)])
    write(tmp_path, [layer])
    for kind, read in READERS.items():
        (row,) = read(tmp_path, "events")
        if kind == "xlsx":
            kept = row["name"].removesuffix(" [cut: a cell holds no more]")
            assert kept != row["name"]
            assert text.startswith(kept)
            assert 32_700 < len(row["name"].encode("utf-16-le")) / 2 <= 32_767
        else:
            assert row["name"] == text, kind


def test_text_that_just_fits_a_cell_is_whole(tmp_path):
    text = "🏥" * 16_383
    layer = make_layer("events", [{"event_id": "E", "name": text}], [Point(1, 2)])
    write(tmp_path, [layer], "xlsx")
    assert READERS["xlsx"](tmp_path, "events")[0]["name"] == text


def test_kmz_refuses_more_rows_than_readers_open(tmp_path, monkeypatch):
    monkeypatch.setattr(kmz, "_MOST_ROWS", 1)
    layer = make_layer("events", [{"event_id": "a"}, {"event_id": "b"}], [Point(1, 2)] * 2)
    with pytest.raises(UsageError, match="2 rows are too many"):
        write(tmp_path, [layer], "kmz")


def test_column_that_is_added_reaches_every_format(tmp_path):
    layer = make_layer("zones", [{"zone_id": "a", "best": 3}], [HOLED])
    status = replace(layer.columns[0], name="status", text="why a figure is missing")
    table = layer.table.assign(status=["withheld"])
    write(tmp_path, [replace(layer, columns=[*layer.columns, status], table=table)])
    for kind, read in READERS.items():
        assert read(tmp_path, "zones")[0]["status"] == "withheld", kind


def test_units_without_a_figure_are_kept(tmp_path):
    path = tmp_path / "run.duckdb"
    run_assessment(None, Settings(), path)
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM unit_people WHERE pcode = 'PS0255'")
    write(tmp_path, read_layers(Assessment(path)))
    for kind, read in READERS.items():
        rows = {row["pcode"]: row for row in read(tmp_path, "units")}
        assert len(rows) == 5
        assert rows["PS0255"]["name"] == "North Gaza", kind
        assert rows["PS0255"].get("best") is None, kind
        assert rows["PS0260"]["best"], kind
    (mark,) = (mark for mark in read_placemarks(tmp_path, "units") if mark[0].text == "North Gaza")
    assert mark.find("{*}styleUrl").text == "#units-"
