"""A run as a bundle: each format has the same figures, is what it says, and is the same twice."""

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime

import duckdb
import geopandas as gpd
import jsonschema
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo.assessment import run_assessment
from geo.settings import Settings
from maps.cli import main
from maps.publish.bundle_formats import FORMATS
from maps.publish.layers import LAYERS
from maps.publish.publication import publish_run
from tests.publish.flatgeobuf_reader import read_flatgeobuf
from tests.publish.readers import READERS, find, read_people, read_placemarks

ALL_LAYERS = tuple(layer for layer in LAYERS if layer != "facilities")  # of public bundles only
NOT_FOR = "Not for targeting."
MARKING = "Internal - not for distribution."


@pytest.fixture(scope="module")
def run_path(tmp_path_factory):
    return run_assessment(None, Settings(), tmp_path_factory.mktemp("run") / "run.duckdb").path


@pytest.fixture(scope="module")
def bundle(run_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    publish_run(run_path, folder, profile="internal", formats=list(READERS))
    return folder


def select(run_path, statement):
    with duckdb.connect(str(run_path), read_only=True) as con:
        return con.execute(statement).fetchall()


@pytest.mark.parametrize("kind", READERS)
def test_people_of_each_zone_are_those_of_the_run(kind, bundle, run_path):
    rows = select(run_path, "SELECT zone_id, low, best, high, static FROM exposure")
    assert read_people(kind, bundle, "zones", "zone_id") == {(row[0],): row[1:] for row in rows}


@pytest.mark.parametrize("kind", READERS)
def test_people_of_each_governorate_are_those_of_the_run(kind, bundle, run_path):
    rows = select(run_path, "SELECT pcode, static, low, best, high FROM unit_people")
    people = {(row[0],): tuple(map(int, row[1:])) for row in rows}
    assert read_people(kind, bundle, "units", "pcode") == people
    assert sum(best for _, _, best, _ in people.values()) == 2_226_544
    rows = select(run_path, "SELECT zone_id, pcode, low, best, high FROM exposure_admin")
    parts = {row[:2]: row[2:] for row in rows}
    assert read_people(kind, bundle, "admin", "zone_id", "pcode") == parts


@pytest.mark.parametrize("kind", READERS)
def test_days_are_texts_and_what_is_not_told_is_empty(kind, bundle):
    rows = {row["event_id"]: row for row in READERS[kind](bundle, "events")}
    assert rows["E1"]["date"] == "2024-02-23"
    assert rows["E4"].get("date") is None
    assert {row["as_of"] for row in READERS[kind](bundle, "zones")} == {"2024-02-24"}


def test_all_files_are_named_after_the_map(bundle):
    number = "PSE001_exposure_rafah_20240224"
    endings = ("csv", "fgb", "geojson", "parquet")
    each = {f"{number}_{layer}.{ending}" for layer in ALL_LAYERS for ending in endings}
    whole = {f"{number}_layers.{ending}" for ending in ("gpkg", "kmz", "xlsx")}
    always = {"README.md", "manifest.json"}
    assert {path.name for path in bundle.iterdir()} == each | whole | always


def test_same_run_same_bytes(run_path, bundle, tmp_path):
    publish_run(run_path, tmp_path / "again", profile="internal", formats=list(READERS))
    for path in bundle.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("layer", ALL_LAYERS)
def test_shapes_are_the_same_in_all_formats(layer, bundle):
    """GeoParquet is read by geopandas without GDAL; the others by GDAL."""
    expected = gpd.read_parquet(find(bundle, f"{layer}.parquet")).geometry
    at = shapely.get_coordinates(expected)
    shapes = {
        "geopackage": pyogrio.read_dataframe(find(bundle, "layers.gpkg"), layer=layer),
        "geojson": pyogrio.read_dataframe(find(bundle, f"{layer}.geojson")),
        "flatgeobuf": pyogrio.read_dataframe(find(bundle, f"{layer}.fgb")),
        "kmz": pyogrio.read_dataframe(find(bundle, "layers.kmz"), layer=layer),
    }
    for kind, table in shapes.items():
        found = shapely.get_coordinates(table.sort_values(list(table.columns[:1])).geometry)
        assert len(table) == len(expected), kind
        np.testing.assert_allclose(np.sort(found, axis=0)[0], np.sort(at, axis=0)[0], atol=1e-6)
        np.testing.assert_allclose(np.sort(found, axis=0)[-1], np.sort(at, axis=0)[-1], atol=1e-6)
        areas = np.sort(shapely.area(table.geometry))
        np.testing.assert_allclose(areas, np.sort(shapely.area(expected)), rtol=1e-4)


def test_events_in_areas_are_in_every_format_and_no_pins(bundle):
    names = ["Cairo", "Gaza Strip", "Paris", "Rafah"]
    for kind, read in READERS.items():
        assert sorted(row["name"] for row in read(bundle, "events")) == names, kind
    collection = json.loads(find(bundle, "events.geojson").read_text("utf-8"))
    shapes = {each["properties"]["name"]: each["geometry"] for each in collection["features"]}
    assert shapes["Gaza Strip"] is None
    assert shapes["Rafah"] == {"type": "Point", "coordinates": [34.2558, 31.2752]}
    rows = {row["name"]: row["positions"] for row in read_flatgeobuf(find(bundle, "events.fgb"))[3]}
    assert rows["Gaza Strip"] == []
    assert rows["Rafah"] == [34.2558, 31.2752]
    marks = {mark[0].text: mark for mark in read_placemarks(bundle, "events")}
    points = {name: mark.find("{*}Point/{*}coordinates") for name, mark in marks.items()}
    assert points["Gaza Strip"] is None
    assert points["Rafah"].text == "34.2558000,31.2752000"
    for kind in ("csv", "xlsx"):
        rows = {row["name"]: row for row in READERS[kind](bundle, "events")}
        assert rows["Gaza Strip"]["lon"] is rows["Gaza Strip"]["lat"] is None
        assert (float(rows["Rafah"]["lon"]), float(rows["Rafah"]["lat"])) == (34.2558, 31.2752)


def test_geojson_rings_run_anticlockwise(bundle):
    for layer in ("zones", "admin", "units"):
        collection = json.loads(find(bundle, f"{layer}.geojson").read_text("utf-8"))
        assert "crs" not in collection
        assert MARKING in collection["description"]
        for feature in collection["features"]:
            for part in shapely.get_parts(shapely.geometry.shape(feature["geometry"])):
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)


def test_flatgeobuf_has_an_index_where_all_rows_have_a_shape(bundle):
    for layer in ALL_LAYERS:
        title, description, indexed, _ = read_flatgeobuf(find(bundle, f"{layer}.fgb"))
        assert title == LAYERS[layer][0]
        assert NOT_FOR in description
        assert indexed == (layer != "events")
    box = (34.2, 31.2, 34.26, 31.25)  # a corner of Rafah's governorate
    found = pyogrio.read_dataframe(find(bundle, "units.fgb"), bbox=box)
    assert list(found["pcode"]) == ["PS0275"]


# What GeoParquet 1.1 asks of the metadata of our files, written from its specification.
PATH = {"type": "array", "prefixItems": [{"const": "bbox"}, {"type": "string"}], "minItems": 2}
GEO = {
    "type": "object",
    "required": ["version", "primary_column", "columns"],
    "properties": {
        "version": {"const": "1.1.0"},
        "primary_column": {"const": "geometry"},
        "columns": {
            "type": "object",
            "required": ["geometry"],
            "additionalProperties": {
                "type": "object",
                "required": ["encoding", "geometry_types", "covering", "crs"],
                "properties": {
                    "encoding": {"const": "WKB"},
                    "geometry_types": {
                        "type": "array",
                        "uniqueItems": True,
                        "items": {"enum": ["Point", "Polygon", "MultiPolygon"]},
                    },
                    "crs": {
                        "type": "object",
                        "properties": {
                            "type": {"const": "GeographicCRS"},
                            "id": {"const": {"authority": "EPSG", "code": 4326}},
                        },
                        "required": ["type", "id"],
                    },
                    "edges": {"enum": ["planar", "spherical"]},
                    "orientation": {"const": "counterclockwise"},
                    "bbox": {
                        "type": "array",
                        "items": {"type": "number"},
                        "minItems": 4,
                        "maxItems": 4,
                    },
                    "covering": {
                        "type": "object",
                        "required": ["bbox"],
                        "properties": {
                            "bbox": {
                                "type": "object",
                                "required": ["xmin", "ymin", "xmax", "ymax"],
                                "additionalProperties": PATH,
                            }
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("layer", ALL_LAYERS)
def test_geoparquet_metadata_are_as_specified(layer, bundle):
    path = find(bundle, f"{layer}.parquet")
    told = pq.read_schema(path).metadata
    jsonschema.validate(json.loads(told[b"geo"]), GEO)
    about = json.loads(told[b"civmap"])
    assert about["marking"].startswith(MARKING)
    assert all(source["licence"] for source in about["sources"])
    boxes = duckdb.execute("SELECT bbox.xmin, bbox.ymax FROM read_parquet(?)", [str(path)])
    west, north = zip(*boxes.fetchall(), strict=True)
    bounds = gpd.read_parquet(path).bounds
    np.testing.assert_allclose(np.array(west, float), bounds["minx"], rtol=1e-12)
    np.testing.assert_allclose(np.array(north, float), bounds["maxy"], rtol=1e-12)


def test_duckdb_adds_up_csv_and_parquet(bundle):
    for reader, ending in (("read_csv", "csv"), ("read_parquet", "parquet")):
        path = str(find(bundle, f"units.{ending}"))
        asked = f"SELECT sum(best), typeof(any_value(best)) FROM {reader}(?)"  # noqa: S608
        assert duckdb.execute(asked, [path]).fetchone() == (2_226_544, "BIGINT")


def test_geopackage_says_what_it_is(bundle):
    with closing(sqlite3.connect(find(bundle, "layers.gpkg"))) as con:
        told = con.execute(
            "SELECT table_name, md_standard_uri, metadata FROM gpkg_metadata_reference "
            "JOIN gpkg_metadata ON id = md_file_id"
        ).fetchall()
        contents = dict(con.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
        check = con.execute("PRAGMA integrity_check").fetchone()
        kinds = dict(con.execute("SELECT name, type FROM pragma_table_info('zones')").fetchall())
    assert check == ("ok",)
    assert kinds["best"] == "INTEGER"
    assert {table for table, _, _ in told} == {None, *ALL_LAYERS}
    for _, uri, text in told:
        assert uri == "http://mrcc.com/qgis.dtd"
        assert MARKING in text
        assert "CC BY-IGO" in text
    assert all(MARKING in contents[layer] for layer in ALL_LAYERS)


def test_kmz_has_its_icons_and_no_address_of_others(bundle):
    with zipfile.ZipFile(find(bundle, "layers.kmz")) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = archive.read("doc.kml").decode()
        icons = {name for name in archive.namelist() if name.startswith("icons/")}
        assert all(archive.read(name).startswith(b"\x89PNG") for name in icons)
    assert {f"icons/{role}.png" for role in ("threatened", "site", "venue")} <= icons
    assert all(name in text for name in icons)
    assert text.count("http") == text.count("http://www.opengis.net/kml/2.2") == 1
    for layer in ALL_LAYERS:
        for mark in read_placemarks(bundle, layer):
            style = mark.find("{*}styleUrl").text
            assert f'<Style id="{style.removeprefix("#")}">' in text


def test_gdal_reads_people_from_kmz(bundle):
    table = pyogrio.read_dataframe(find(bundle, "layers.kmz"), layer="units")
    people = read_people("kmz", bundle, "units", "pcode")
    found = zip(table["static"], table["low"], table["best"], table["high"], strict=True)
    assert [tuple(map(int, row)) for row in found] == list(people.values())
    assert list(table["Name"])[-1] == "Rafah"


def test_workbook_is_read_first_and_frozen(bundle):
    book = openpyxl.load_workbook(find(bundle, "layers.xlsx"))
    assert book.sheetnames == ["read me", *ALL_LAYERS]
    assert book.properties.created == datetime(2024, 2, 24)  # noqa: DTZ001 - as the file has it
    lines = [tuple(filter(None, row)) for row in book["read me"].iter_rows(values_only=True)]
    told = {line[0]: line[1] for line in lines if len(line) > 1}
    assert told["title"] == "People at risk: Rafah, Palestine"
    assert "1.4 million" in told["headline"]
    assert told["as of"] == "2024-02-24"
    assert told["marking"].startswith(MARKING)
    assert told["cod-ab-pse"] == "CC BY-IGO"
    assert "population-gap" in told
    for layer in ALL_LAYERS:
        assert book[layer].freeze_panes == "A2"
        names = [cell.value for cell in book[layer][1]]
        assert {(layer, name) for name in names} <= {line[:2] for line in lines}
    assert [cell.data_type for cell in book["units"]["A"]] == ["s"] * 6
    assert book["zones"]["F2"].number_format == "#,##0"


def test_hashtags_stand_under_the_header_where_asked_for(run_path, tmp_path, capsys):
    options = ["--profile", "internal", "--hxl", "--format", "csv", "xlsx"]
    assert main(["publish", str(run_path.parent), "--out", str(tmp_path), *options]) == 0
    assert "units.csv" in capsys.readouterr().out
    tags = ["#adm2+code", "#adm2+name", "#population+static", "#population+exposed+low"]
    lines = find(tmp_path, "units.csv").read_text("utf-8-sig").splitlines()
    assert lines[1].split(",")[:4] == tags
    assert lines[2].startswith("PS0255,North Gaza,")
    book = openpyxl.load_workbook(find(tmp_path, "layers.xlsx"))
    assert [cell.value for cell in book["units"][2]][:4] == tags
    assert book["units"].freeze_panes == "A3"
    for layer in ALL_LAYERS:
        assert all(str(cell.value).startswith("#") for cell in book[layer][2])


def test_every_vector_format_is_read_back_here():
    assert set(READERS) <= set(FORMATS)
