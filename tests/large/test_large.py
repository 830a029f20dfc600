"""A run of very many events: each as `geo.expose` counts it, all together as its union."""

import json
from pathlib import Path

import geopandas as gpd
import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from exactextract import exact_extract
from shapely.geometry import Polygon

import geo
from geo.errors import UsageError
from geo.exposure.discs import disc_outline
from geo.types import LonLat
from maps.publish import report as report_module
from maps.publish.formats.geopackage import write_run_layers
from maps.publish.run_folder import write_run_folder
from maps.run import read_run
from tests.large.conftest import make_rows, write_rows

RADII = (2.0, 5.0)
SCHEMA = json.loads(
    (Path(report_module.__file__).parent / "report.schema.json").read_text(encoding="utf-8")
)
GAZA = {"west": 34.25, "south": 31.28, "side": 0.06}


@pytest.fixture(scope="module")
def run(table, raster):
    return geo.assess(table, population=raster, radius_km=RADII, displacement="none")


@pytest.fixture(scope="module")
def counted(table):
    """The events that people are counted round, for `geo.expose`."""
    rows = pd.read_csv(table)
    return rows[rows["role"] != "venue"].drop(columns="role")


def read(run, statement):
    with run.connect() as con:
        return con.sql(statement).df()


def codes(run):
    return set(run.cautions["code"])


def test_events_are_counted_as_geo_expose_does(run, counted, raster):
    expected = geo.expose(counted, population=raster, radius_km=RADII)
    found = read(run, "SELECT * FROM event_exposure")
    known = expected["coverage_fraction"] - expected["nodata_fraction"] > 0.01
    assert 0 < (~known).sum() < len(known)
    expected["people"] = expected["people"].where(known)  # a gap is a gap, not nobody
    pd.testing.assert_frame_equal(found, expected[list(found.columns)])
    assert len(found) == 630 * len(RADII)


def test_unions_are_those_of_geo_expose(run, counted, raster):
    expected = geo.expose(counted, population=raster, radius_km=RADII, mode="union")
    zones = run.zones
    assert list(zones["kind"]) == ["union", "union"]
    assert list(zones["radius_km"]) == list(RADII)
    assert list(zones["static"]) == [round(people) for people in expected["people"]]
    for name in ("coverage_fraction", "nodata_fraction"):
        np.testing.assert_allclose(zones[name], expected[name], rtol=1e-12)


def test_fewer_lines_give_nearly_the_same_union(run, table, raster, monkeypatch):
    monkeypatch.setattr("geo.large.count._MOST_SPANS", 0)
    monkeypatch.setattr("geo.large.count._SPANS_OF_RADIUS", 0)  # 16 lines across each disc
    again = geo.assess(table, population=raster, radius_km=RADII, displacement="none")
    assert list(again.zones["static"]) != list(run.zones["static"])
    np.testing.assert_allclose(again.zones["static"], run.zones["static"], rtol=1e-3)
    np.testing.assert_allclose(again.zones["area_km2"], run.zones["area_km2"], rtol=1e-4)


def test_unions_are_those_that_exactextract_counts(run, counted, raster):
    for radius, zone in zip(RADII, run.zones.to_dict("records"), strict=True):
        discs = [
            Polygon(disc_outline(LonLat(lon, lat), radius))
            for lon, lat in zip(counted["lon"], counted["lat"], strict=True)
        ]
        union = gpd.GeoDataFrame(geometry=[shapely.union_all(discs)], crs=4326)
        (found,) = exact_extract(str(raster), union, ["sum"])
        assert zone["static"] == pytest.approx(found["properties"]["sum"], rel=1e-3)
        assert zone["area_km2"] == pytest.approx(
            union.to_crs("ESRI:54034").area.item() / 1e6, rel=1e-3
        )


def test_headline_and_cautions_say_what_the_run_is(run):
    text = run.facts["headline"]["text"]
    assert "Within 5 km of any of 630 events" in text
    assert run.facts["large"] == {
        "events": 700,
        "counted": 630,
        "file": "event_exposure.parquet",
    }
    assert {"large-run", "outlines-drawn", "population-gap", "beyond-raster"} <= codes(run)


def test_ranges_hold_the_best_figure_and_grow_with_the_radius(run):
    zones = run.zones
    assert (zones["low"] < zones["best"]).all()
    assert (zones["best"] < zones["high"]).all()
    for name in ("low", "best", "high", "static"):
        assert zones[name].is_monotonic_increasing


@pytest.mark.parametrize(("places", "kinds"), [(3, {"disc", "ring"}), (2, {"union"})])
def test_the_number_of_places_with_zones_decides(tmp_path, raster, monkeypatch, places, kinds):
    monkeypatch.setattr("geo.large.MOST_PLACES", places)
    rows = make_rows(4)  # a venue, and three others
    rows.append({**rows[1], "event_id": "again"})  # at a place that is there already
    rows.append({**rows[1], "event_id": "denied", "lon": "36.5"} | {"role": "venue"})
    table = write_rows(tmp_path / "events.csv", rows)
    run = geo.assess(table, population=raster, radius_km=RADII, displacement="none")
    assert set(run.zones["kind"]) == kinds


def test_events_and_places_are_those_of_a_small_run(tmp_path, monkeypatch):
    rows = make_rows(8)
    rows[2] |= {"location": "", "notes": "", "event_type": "", "role": ""}
    rows[3] |= {"event_type": "Émeute / Riot!", "location": "=cmd()"}
    rows[4] |= {"lon": rows[5]["lon"], "lat": rows[5]["lat"], "location": "First name"}
    rows[6] |= {"lon": "-0.000001", "lat": "0"}
    rows.append({**rows[1], "lon": "500"})  # set aside
    table = write_rows(tmp_path / "events.csv", rows)
    runs = []
    for places in (100, 0):
        monkeypatch.setattr("geo.large.MOST_PLACES", places)
        runs.append(geo.assess(table, population="coarse", radius_km=RADII, displacement="none"))
    small, large = runs
    for statement in (
        "SELECT * FROM events ORDER BY rowid",
        "SELECT * EXCLUDE (density_km2, population_source) FROM places ORDER BY rowid",
    ):
        pd.testing.assert_frame_equal(read(small, statement), read(large, statement))
    assert "rows-rejected" in codes(small) & codes(large)


def test_one_disc_as_a_union_has_the_people_of_the_disc(tmp_path, monkeypatch):
    """With dated figures: the same units, factors and people on the day; ranges differ by place."""
    rows = [make_rows(2)[1] | {"lon": "34.245", "lat": "31.28", "event_date": "2024-02-24"}]
    table = write_rows(tmp_path / "events.csv", rows)
    small = geo.assess(table, radius_km=RADII)
    monkeypatch.setattr("geo.large.MOST_PLACES", 0)
    large = geo.assess(table, radius_km=RADII)
    discs = small.zones[small.zones["kind"] == "disc"].reset_index(drop=True)
    for name in ("static", "best", "area_km2"):
        np.testing.assert_allclose(large.zones[name], discs[name], rtol=2e-3)
    assert (large.zones["best"] > 3 * large.zones["static"]).all()
    parts = large.exposure_admin.groupby("zone_id")[["best", "static"]].sum()
    whole = large.exposure.set_index("zone_id")[["best", "static"]]
    pd.testing.assert_frame_equal(parts.loc[whole.index], whole, check_dtype=False)
    assert set(large.exposure_admin["pcode"].dropna()) <= set(large.units["pcode"])


def test_parts_by_unit_add_up_to_the_union(tmp_path, table, raster):
    halves = gpd.GeoDataFrame(
        {"pcode": ["SY1", "SY2"], "name": ["West", "East"]},
        geometry=[shapely.box(35.5, 32.5, 37.0, 35.5), shapely.box(37.0, 32.5, 38.5, 35.5)],
        crs=4326,
    )
    halves.to_file(tmp_path / "units.geojson", driver="GeoJSON")
    run = geo.assess(
        table, population=raster, radius_km=RADII, displacement="none",
        boundaries=tmp_path / "units.geojson",
    )  # fmt: skip
    parts = run.exposure_admin
    assert set(parts["name"]) == {"West", "East"}
    sums = parts.groupby("zone_id")[["best", "static"]].sum()
    whole = run.exposure.set_index("zone_id")[["best", "static"]]
    pd.testing.assert_frame_equal(sums.loc[whole.index], whole, check_dtype=False)


def test_drawn_zones_are_counted_beside_the_unions(tmp_path, table, raster):
    box = shapely.box(36.5, 33.5, 37.0, 34.0)
    drawn = gpd.GeoDataFrame({"label": ["Box"]}, geometry=[box], crs=4326)
    drawn.to_file(tmp_path / "zone.geojson", driver="GeoJSON")
    run = geo.assess(
        table, population=raster, radius_km=RADII, displacement="none",
        zone=tmp_path / "zone.geojson",
    )  # fmt: skip
    (found,) = exact_extract(str(raster), drawn, ["sum"])
    assert list(run.zones["kind"]) == ["drawn", "union", "union"]
    assert run.zones["static"][0] == pytest.approx(found["properties"]["sum"], rel=1e-3)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"moves": ["Rafah=Al-Mawasi:0.5"]}, "--move"),
        ({"population": ["coarse", "embedded"]}, "several populations"),
    ],
)
def test_what_a_large_run_does_not_do_is_refused(table, options, named):
    with pytest.raises(UsageError, match=named):
        geo.assess(table, **options)


def test_files_hold_all_events_and_the_report_none(run, tmp_path):
    write_run_folder(run, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, SCHEMA)
    assert report["events"] == report["places"] == []
    assert report["large"]["events"] == 700
    assert [zone["kind"] for zone in report["zones"]] == ["union", "union"]
    events = gpd.read_file(tmp_path / "layers.gpkg", layer="events")
    assert sorted(events["event_id"]) == sorted(f"E{number}" for number in range(700))
    assert len(gpd.read_file(tmp_path / "layers.gpkg", layer="zones")) == len(RADII)
    single = pq.read_table(tmp_path / "event_exposure.parquet").to_pandas()
    pd.testing.assert_frame_equal(
        single[["event_id", "radius_km", "people"]],
        read(run, "SELECT event_id, radius_km, people FROM event_exposure"),
    )
    assert len((tmp_path / "exposure.csv").read_text(encoding="utf-8-sig").splitlines()) == 3


def test_events_in_a_country_have_no_point(tmp_path, raster, monkeypatch):
    monkeypatch.setattr("geo.large.MOST_PLACES", 0)
    monkeypatch.setattr("maps.publish.layers._BATCH_ROWS", 2)  # several batches
    rows = [{**row, "where_prec": 1} for row in make_rows(5)]
    rows[3] |= {"where_prec": 6}  # known to the country only
    table = write_rows(tmp_path / "events.csv", rows)
    run = geo.assess(table, population=raster, radius_km=RADII, displacement="none")
    assert set(read(run, "SELECT event_id FROM event_exposure")["event_id"]) == {"E1", "E2", "E4"}
    write_run_layers(run, tmp_path / "layers.gpkg")
    events = gpd.read_file(tmp_path / "layers.gpkg", layer="events").set_index("event_id")
    assert list(events.index) == ["E0", "E1", "E2", "E3", "E4"]
    assert list(events.geometry.isna()) == [False, False, False, True, False]
    assert events.geometry["E1"].x == float(rows[1]["lon"])
    assert len(read_run(run.path).large.lon) == 4


def test_same_input_same_bytes(run, table, raster, tmp_path):
    again = geo.assess(table, population=raster, radius_km=RADII, displacement="none")
    for number, each in enumerate((run, again)):
        (tmp_path / str(number)).mkdir()
        write_run_folder(each, tmp_path / str(number))
    for name in ("map.html", "event_exposure.parquet", "layers.gpkg", "report.json"):
        first, second = ((tmp_path / str(n) / name).read_bytes() for n in (0, 1))
        assert first == second, name
