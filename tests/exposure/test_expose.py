"""`geo.expose` and the file that `civmap expose` writes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

import geo
from geo.bulk import Request, write_exposure
from geo.errors import RasterError, TableError, UnavailableError, UsageError
from geo.exposure.discs import disc_area_km2

COLUMNS = ["event_id", "radius_km", "people", "coverage_fraction", "nodata_fraction"]


@pytest.fixture
def population(write_count):
    """One person a square kilometre, or nearly: cells of 0.1 degrees near the equator."""
    return write_count(np.full((100, 100), 123.6, np.float32), cell=0.1)


def test_every_event_gets_a_row_for_each_radius(population, write_events):
    events = write_events("event_id,lon,lat", "B,15,0", "A,12.5,3.25")
    found = geo.expose(events, population=population, radius_km=[10, 50])
    assert list(found.columns) == COLUMNS
    assert found["event_id"].tolist() == ["B", "B", "A", "A"]
    assert found["radius_km"].tolist() == [10, 50, 10, 50]
    assert found["coverage_fraction"].tolist() == [1.0] * 4
    expected = [disc_area_km2(0.0, radius) for radius in (10, 50, 10, 50)]
    assert found["people"].to_numpy() == pytest.approx(np.array(expected), rel=1e-2)


def test_an_event_with_a_radius_of_its_own_gets_that_one(population, write_events):
    events = write_events("event_id,lon,lat,radius_km", "A,15,0,", "B,15,0,20", "C,15,0,30.5")
    found = geo.expose(events, population=population, radius_km=[10, 50])
    rows = list(zip(found["event_id"], found["radius_km"], strict=True))
    assert rows == [("A", 10), ("A", 50), ("B", 20), ("C", 30.5)]


def test_few_events_and_many_are_counted_to_the_same_digit(population):
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(9.5, 20.5, 300), rng.uniform(-5.5, 5.5, 300)
    many = pd.DataFrame({"lon": lon, "lat": lat})
    swept = geo.expose(many, population=population, radius_km=[5, 20])
    joined = geo.expose(many[:4], population=population, radius_km=[5, 20])
    pd.testing.assert_frame_equal(swept[:8], joined, check_exact=True)


def test_a_coarse_position_is_counted_more_widely_and_said(population, write_events):
    events = write_events("event_id,lon,lat,where_prec", "A,15,0,1", "B,15,0,2", "C,15,0,3")
    found = geo.expose(events, population=population, radius_km=5)
    people = found["people"].tolist()
    assert people[1] == pytest.approx(25 * people[0], rel=0.02)
    assert people[2] == pytest.approx(225 * people[0], rel=0.02)
    assert found["radius_km"].tolist() == [5, 5, 5]
    ((code, text),) = found.attrs["cautions"]
    assert code == "positions-coarse"
    assert text.startswith("2 of 3 events")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("X,,0,,,", "longitude is missing", id="no longitude"),
        pytest.param("X,181,0,,,", "longitude 181: expected degrees", id="longitude"),
        pytest.param("X,15,-90.5,,,", "latitude -90.5: expected degrees", id="latitude"),
        pytest.param("X,15,nan,,,", "latitude 'nan': expected a number", id="NaN"),
        pytest.param("X,inf,1,,,", "longitude 'inf': expected a number", id="infinite"),
        pytest.param("X,15° 3',1,,,", "longitude '15° 3'': expected a number", id="minutes"),
        pytest.param('X,"15,5",1,,,', "longitude '15,5': expected a number with", id="comma"),
        pytest.param("X,0,0,,,", "position 0, 0: a missing position", id="null island"),
        pytest.param("X,15,1,-3,,", "radius_km '-3': expected more than 0", id="radius"),
        pytest.param("X,15,1,,9,", "geo_precision '9': expected 1", id="precision"),
        pytest.param("X,15,1,,,-2", "fatalities '-2': expected a whole number", id="fatalities"),
        pytest.param("X,15,1", "3 cells, expected 6", id="ragged"),
    ],
)
def test_rows_that_cannot_be_used_are_counted_with_the_reason(
    population, write_events, row, reason
):
    events = write_events("event_id,lon,lat,radius_km,geo_precision,fatalities", "A,15,0,,,0", row)
    found = geo.expose(events, population=population, radius_km=5)
    assert found["event_id"].tolist() == ["A"]
    ((code, text),) = found.attrs["cautions"]
    assert code == "rows-rejected"
    assert text.startswith("1 of 2 rows were set aside: ")
    assert reason in text


def test_an_ambiguous_date_is_set_aside(population, write_events):
    events = write_events("lon,lat,event_date", "15,0,2024-04-03", "15,0,03/04/2024")
    found = geo.expose(events, population=population, radius_km=5)
    assert found["event_id"].tolist() == ["row-1"]
    assert "date '03/04/2024': expected YYYY-MM-DD" in found.attrs["cautions"][0][1]


def test_the_last_version_of_an_event_counts(population, write_events):
    events = write_events("event_id,lon,lat", "A,11,0", "B,12,0", "A,60,0")
    found = geo.expose(events, population=population, radius_km=5)
    assert found["event_id"].tolist() == ["B", "A"]
    assert found["coverage_fraction"].tolist() == [1.0, 0.0]
    assert found.attrs["cautions"][0][0] == "events-repeated"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_identifiers_survive_every_encoding(population, write_events, encoding):
    events = write_events("event_id,lon,lat", "رفح,15,0", "NA,15,0", "007,15,0", encoding=encoding)
    found = geo.expose(events, population=population, radius_km=5)
    assert found["event_id"].tolist() == ["رفح", "NA", "007"]


def test_other_formats_give_the_same(population, write_events, tmp_path):
    frame = pd.DataFrame({"event_id": ["A", "B"], "lon": [15.1, 12.3], "lat": [0.2, 3.4]})
    points = gpd.GeoDataFrame(
        frame[["event_id"]], geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326
    )
    points.to_file(tmp_path / "events.geojson")
    frame.to_parquet(tmp_path / "events.parquet")
    tables = [
        write_events("event_id;longitude;latitude", "A;15.1;0.2", "B;12.3;3.4"),
        tmp_path / "events.geojson",
        tmp_path / "events.parquet",
        points.to_crs(3857).to_crs(4326),
        frame,
    ]
    found = [geo.expose(table, population=population, radius_km=[5]) for table in tables]
    for other in found[1:]:
        pd.testing.assert_frame_equal(other, found[0], rtol=1e-9)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_file_holds_what_the_function_returns(population, write_events, tmp_path, suffix):
    events = write_events("event_id,lon,lat", "A,15,0", "-1+1,12,1", "-7,12,1")
    out = tmp_path / f"out.{suffix}"
    write_exposure(events, out, Request(population, (5.0, 9.0)))
    expected = geo.expose(events, population=population, radius_km=[5, 9])
    if suffix == "csv":
        written = pd.read_csv(out, dtype={"event_id": str})
        # no spreadsheet takes an identifier for a formula
        assert written["event_id"].tolist()[::2] == ["A", "'-1+1", "'-7"]
        written["event_id"] = written["event_id"].str.removeprefix("'")
    else:
        written = pq.read_table(out).to_pandas()
    pd.testing.assert_frame_equal(written, expected, check_dtype=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["events.csv", out.name, population.name]
    )


def test_a_table_that_goes_over_the_raster_several_times_gives_the_same(
    population, write_events, monkeypatch
):
    events = write_events("lon,lat", *(f"{11 + n / 10},{n / 30}" for n in range(30)))
    whole = geo.expose(events, population=population, radius_km=[5, 20])
    monkeypatch.setattr("geo.bulk.discs._DISCS_AT_ONCE", 7)
    parts = geo.expose(events, population=population, radius_km=[5, 20])
    pd.testing.assert_frame_equal(parts, whole, check_exact=True)


def test_a_failed_run_leaves_the_old_file(population, write_events, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old")
    with pytest.raises(TableError, match="none of 1 rows can be used: row 1: longitude"):
        write_exposure(write_events("lon,lat", "999,0"), out, Request(population, (5.0,)))
    assert out.read_text() == "old"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param(["lon,lat,lon", "1,2,3"], "'lon' is there twice", id="duplicate column"),
        pytest.param(["x1,y1", "1,2"], "no column lon", id="no position"),
        pytest.param(["<html><body>", "no</body>"], "an HTML or XML page", id="a page"),
        pytest.param(["lon,lat,name", '1,2,"a', "3,4,b"], "a quote is not closed", id="quote"),
        pytest.param(["lon,lat"], "none of 0 rows", id="no rows"),
    ],
)
def test_broken_tables_are_refused(population, write_events, lines, message):
    with pytest.raises(TableError, match=message):
        geo.expose(write_events(*lines), population=population, radius_km=5)


def test_missing_and_empty_tables_are_refused(population, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 but not really")
    for name, error in (
        ("none.csv", UnavailableError),
        ("empty.csv", TableError),
        ("bad.parquet", TableError),
    ):
        with pytest.raises(error, match=name):
            geo.expose(tmp_path / name, population=population, radius_km=5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"radius_km": []}, "radius", id="none"),
        pytest.param({"radius_km": [5, 5]}, "ascending, different", id="twice"),
        pytest.param({"radius_km": [0]}, "more than 0", id="zero"),
        pytest.param({"radius_km": 501}, "at most 500", id="large"),
        pytest.param({"radius_km": 5, "mode": "some"}, "expected each", id="mode"),
        pytest.param({"radius_km": 5, "workers": 0}, "expected 1 or more", id="workers"),
        pytest.param({"radius_km": 5, "unit": "people"}, "expected count or density", id="unit"),
        pytest.param({"radius_km": 5, "band": 2}, "band 2; expected 1", id="band"),
    ],
)
def test_wrong_options_are_named(population, options, message):
    events = pd.DataFrame({"lon": [15.0], "lat": [0.0]})
    with pytest.raises(UsageError, match=message):
        geo.expose(events, population=population, **options)


@pytest.fixture
def crowd():
    """Events of two groups, some at one place."""
    return pd.DataFrame(
        {
            "event_id": ["A", "B", "C", "D", "E"],
            "lon": [12.0, 12.0, 12.2, 17.0, 17.3],
            "lat": [0.0, 0.0, 0.1, -2.0, -2.0],
            "party": ["x", "y", "x", "y", "y"],
        }
    )


UNITS = gpd.GeoDataFrame(
    {"pcode": ["P1", "P2"], "name": ["one", "two"]},
    geometry=[shapely.box(11, -1, 12.1, 1), shapely.box(12.1, -1, 13, 1)],
    crs=4326,
)


def test_shares_add_up_to_the_union_and_events_at_one_place_get_equal_parts(population, crowd):
    union = geo.expose(crowd, population=population, radius_km=[20, 50], mode="union")
    shares = geo.expose(crowd, population=population, radius_km=[20, 50], mode="nearest")
    assert union["event_id"].tolist() == ["all", "all"]
    assert shares["event_id"].tolist() == ["A", "A", "B", "B", "C", "C", "D", "D", "E", "E"]
    total = shares.groupby("radius_km")["people"].sum().to_numpy()
    assert total == pytest.approx(union["people"].to_numpy(), rel=1e-12)
    people = shares["people"].tolist()
    assert people[:2] == pytest.approx(people[2:4], rel=1e-9)


def test_groups_have_rows_of_their_own_named_after_the_column(population, crowd):
    options = {"population": population, "radius_km": [20, 50], "by": "party"}
    each = geo.expose(crowd, **options)
    assert list(each.columns) == ["party", *COLUMNS[1:]]
    assert each["party"].tolist() == ["x", "x", "y", "y"]
    alone = geo.expose(crowd, population=population, radius_km=[20, 50])
    assert each["people"].sum() == pytest.approx(alone["people"].sum(), rel=1e-12)
    union = geo.expose(crowd[crowd["party"] == "y"], **options, mode="union")
    both = geo.expose(crowd, **options, mode="union")
    assert both["people"].tolist()[2:] == union["people"].tolist()
    shares = geo.expose(crowd, **options, mode="nearest")
    whole = geo.expose(crowd, population=population, radius_km=[20, 50], mode="union")
    total = shares.groupby("radius_km")["people"].sum().to_numpy()
    assert total == pytest.approx(whole["people"].to_numpy(), rel=1e-12)


@pytest.mark.parametrize("mode", ["each", "union", "nearest"])
def test_units_and_outside_add_up_after_rounding_too(population, crowd, mode, tmp_path):
    UNITS.to_file(tmp_path / "units.geojson")
    options = {"population": population, "radius_km": [20, 50], "mode": mode, "rings": True}
    whole = geo.expose(crowd, **options)
    parts = geo.expose(crowd, **options, admin=tmp_path / "units.geojson")
    assert list(parts.columns) == [*COLUMNS, "inner_km", "ring_people", "pcode", "name"]
    assert set(parts["pcode"]) == {"P1", "P2", "outside"}
    keys = ["event_id", "radius_km"]
    for column in ("people", "ring_people"):
        added = parts.groupby(keys)[column].sum()
        assert added.to_numpy() == pytest.approx(
            whole.set_index(keys)[column].sort_index(), rel=1e-9
        )
    rounded = geo.expose(crowd, **options, whole=True)
    rounded_parts = geo.expose(crowd, **options, whole=True, admin=UNITS)
    assert rounded["people"].dtype == np.int64
    added = rounded_parts.groupby(keys)["people"].sum()
    assert added.tolist() == rounded.set_index(keys)["people"].sort_index().tolist()
    rings = rounded.groupby("event_id")["ring_people"].sum()
    assert (
        rings.tolist()
        == rounded[rounded["radius_km"] == 50].set_index("event_id")["people"].sort_index().tolist()
    )
    if mode == "nearest":
        union = geo.expose(crowd, **options | {"mode": "union"}, whole=True)
        assert rounded.groupby("radius_km")["people"].sum().tolist() == union["people"].tolist()


def test_polygons_are_zones_themselves(population, tmp_path):
    UNITS.to_file(tmp_path / "units.gpkg")
    for zones in (UNITS, tmp_path / "units.gpkg"):
        found = geo.expose(zones, population=population)
        assert found["event_id"].tolist() == ["P1", "P2"]
        assert found["people"].tolist() == pytest.approx([220 * 123.6, 180 * 123.6], rel=1e-4)
        assert found["radius_km"].isna().all()
    union = geo.expose(UNITS, population=population, mode="union")
    assert union["people"].tolist() == pytest.approx([400 * 123.6], rel=1e-4)
    with pytest.raises(UsageError, match="leave --radius out"):
        geo.expose(UNITS, population=population, radius_km=5)
    with pytest.raises(UsageError, match="no radius"):
        geo.expose(pd.DataFrame({"lon": [15.0], "lat": [0.0]}), population=population)


def test_what_lies_beyond_the_raster_is_said(population):
    events = pd.DataFrame({"lon": [15.0, 60.0, 10.0], "lat": [0.0, 0.0, 0.0]})
    found = geo.expose(events, population=population, radius_km=20)
    assert found["coverage_fraction"].tolist()[:2] == [1.0, 0.0]
    ((code, text),) = found.attrs["cautions"]
    assert code == "beyond-raster"
    assert text.startswith("1 of 3 rows lie wholly beyond the population raster and 1 in part")


def test_a_value_that_the_file_does_not_declare_can_be_named_as_nodata(write_count):
    values = np.full((100, 100), 5.0, np.float32)
    values[:, :50] = -99999
    path = write_count(values, cell=0.1)
    for events in (1, 30):  # the join, and the sweep
        table = pd.DataFrame({"lon": [15.0] * events, "lat": np.linspace(-1, 1, events)})
        found = geo.expose(table, population=path, radius_km=50, nodata=-99999)
        assert found["nodata_fraction"].to_numpy() == pytest.approx(np.full(events, 0.5), abs=1e-3)
        with pytest.raises(RasterError, match="value -99999"):
            geo.expose(table, population=path, radius_km=50)


def test_radii_go_by_the_type_of_event(population, write_events, tmp_path):
    events = write_events(
        "event_id,lon,lat,event_type,radius_km",
        "A,15,0,Protests,",
        "B,15,0,Battles,",
        "C,15,0,Parade,",
        "D,15,0,Battles,20",
    )
    found = geo.expose(events, population=population, radius_km="auto")
    assert found["radius_km"].tolist() == [1.0, 5.0, 5.0, 20.0]
    assert ("types-unknown", "1 of 4 events have no radius") in [
        (code, text[:28]) for code, text in found.attrs["cautions"]
    ]
    union = geo.expose(events, population=population, radius_km="auto", mode="union")
    assert union["radius_km"].isna().tolist() == [True]
    assert union["people"].tolist() == [found["people"].max()]
    radii = tmp_path / "radii.csv"
    radii.write_text("event_type,radius_km\nProtests,7\nParade,2\n")
    found = geo.expose(events, population=population, radius_km="auto", type_radii_km=radii)
    assert found["radius_km"].tolist() == [7.0, 5.0, 2.0, 20.0]
    with pytest.raises(UsageError, match="or auto"):
        geo.expose(events, population=population, radius_km="some")


def test_what_a_level_of_precision_stands_for_can_be_said(population, write_events):
    events = write_events("event_id,lon,lat,geo_precision", "A,15,0,2", "B,15,0,1")
    plain = geo.expose(events, population=population, radius_km=5)["people"]
    said = geo.expose(events, population=population, radius_km=5, precision_km={2: 10})["people"]
    assert plain[0] == pytest.approx(25 * plain[1], rel=0.02)
    assert said[0] == pytest.approx(4 * said[1], rel=0.02)


def test_rows_that_were_set_aside_are_written_with_their_reasons(
    population, write_events, tmp_path
):
    events = write_events("event_id,lon,lat", "A,15,0", "B,,0", "C,15,95", "D,0,0")
    request = Request(population, (5.0,), rejected=tmp_path / "rejected.csv")
    write_exposure(events, tmp_path / "out.csv", request)
    rejected = pd.read_csv(tmp_path / "rejected.csv")
    assert rejected["number"].tolist() == [2, 3, 4]
    assert rejected["code"].is_unique
    assert len(pd.read_csv(tmp_path / "out.csv")) + len(rejected) == 4


def test_row23_a_raster_far_from_what_was_published_is_doubted(write_count):
    """20,000 people in every 500 m round Yaounde: a density, it seems, or a wrong scale."""
    path = write_count(np.full((400, 400), 20_000.0), west=10.5, north=4.9, cell=0.005)
    points = pd.DataFrame({"lon": [11.5], "lat": [3.87]})
    zone = gpd.GeoDataFrame(geometry=[shapely.box(11.4, 3.8, 11.6, 3.9)], crs=4326)
    for found in (
        geo.expose(points, population=path, radius_km=5),
        geo.expose(zone, population=path),
    ):
        cautions = dict(found.attrs["cautions"])
        assert "Is it a density (--unit density)" in cautions["population-far"]
