"""Several population sources side by side, the whole way: figures by hand, gaps, faults."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import jsonschema
import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from rasterio.transform import from_origin

import geo
from geo.errors import RasterError, UnavailableError, UsageError
from geo.population import label_others
from geo.settings import PopulationChoice, Settings, choose_populations
from maps.publish import report as report_module
from maps.publish.report import build_report, dump_report

SCHEMA = json.loads(
    (Path(report_module.__file__).parent / "report.schema.json").read_text(encoding="utf-8")
)
CIVMAP = Path(sys.executable).parent / "civmap"
WEST, NORTH = 20.0, 0.5  # a raster of one degree round the middle of the zones, at the equator
MIDDLE = (20.5, 0.0)
BOX = (20.45, -0.05, 20.55, 0.05)
NAN = np.nan


def write(path, people, west=WEST, north=NORTH, cell=0.01, **options):
    options = {"crs": "EPSG:4326", "nodata": -9.0} | options
    people = np.where(np.isnan(people), -9.0, people)
    rows, cols = people.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=rows, width=cols, dtype="float64",
        transform=from_origin(west, north, cell, cell), **options,
    ) as target:  # fmt: skip
        target.write(people, 1)
    return path


def write_zone(path, shape):
    zone = gpd.GeoDataFrame({"label": ["Drawn"]}, geometry=[shape], crs="EPSG:4326")
    zone.to_file(path, driver="GeoJSON")
    return path


@pytest.fixture
def assess(tmp_path, monkeypatch):
    """Assess an event in the middle, and a drawn zone, on rasters of the given people a cell."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.csv").write_text(
        "event_id,event_date,lon,lat,event_type,geo_precision,notes\n"
        f"A,2020-02-01,{MIDDLE[0]},{MIDDLE[1]},Shelling,1,a note\n"
    )

    def run(*population, shape=None, **options):
        zone = write_zone(tmp_path / "zone.geojson", shape or shapely.box(*BOX))
        return geo.assess(
            "events.csv", zone=zone, radius_km=(2, 5), displacement="none",
            population=[name if name in ("embedded", "coarse") else Path(name)
                        for name in population], **options,
        )  # fmt: skip

    return run


def rows_of(run, label="Drawn"):
    rows = run.exposure_sources
    (zone_id,) = run.zones.loc[run.zones["label"] == label, "zone_id"]
    return rows[rows["zone_id"] == zone_id].reset_index(drop=True)


def cautions_of(run, code):
    table = run.cautions
    return list(table.loc[table["code"] == code, "text"])


def test_figures_of_two_rasters_and_their_ratio(assess):
    write("a_2020_count.tif", np.full((100, 100), 7.0))
    write("b_2015_count.tif", np.full((50, 50), 14.0), cell=0.02)
    run = assess("a_2020_count.tif", "b_2015_count.tif")
    rows = rows_of(run)
    # 10 x 10 cells of 0.01 degrees with 7 people; 5 x 5 of 0.02 degrees with 14
    assert rows["static"].tolist() == [700, 350]
    assert rows["ratio"].tolist() == [1.0, 0.5]
    assert rows["population_source"].tolist() == ["a_2020_count.tif", "b_2015_count.tif"]
    assert rows["population_date"].tolist() == ["2020", "2015"]
    assert rows["coverage_fraction"].to_numpy() == pytest.approx(1.0, abs=1e-3)
    assert rows["nodata_fraction"].tolist() == [0.0, 0.0]
    (text,) = cautions_of(run, "sources-disagree")
    assert "Drawn: 700 by a_2020_count.tif, 350 by b_2015_count.tif" in text


def test_first_source_gives_the_figures(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    write("b_count.tif", np.full((100, 100), 21.0))
    alone, both = assess("a_count.tif"), assess("a_count.tif", "b_count.tif")
    assert alone.exposure_sources.empty
    figures = ["zone_id", "best", "static", "density_km2", "population_source"]
    assert both.exposure[figures].equals(alone.exposure[figures])
    assert both.exposure_admin["best"].equals(alone.exposure_admin["best"])
    # in half of the draws the other source holds, with three times the people
    assert (both.exposure["high"] > 2.5 * both.exposure["best"]).all()
    assert (both.exposure["low"] >= alone.exposure["low"]).all()
    turned = assess("b_count.tif", "a_count.tif")
    assert rows_of(turned)["ratio"].tolist() == [1.0, pytest.approx(1 / 3)]
    assert set(turned.exposure["population_source"]) == {"b_count.tif"}


@pytest.mark.parametrize(("people", "told"), [(1.24, False), (1.26, True), (0.81, False),
                                              (0.79, True)])  # fmt: skip
def test_sources_that_differ_by_more_than_a_quarter_are_told_of(assess, people, told):
    write("a_count.tif", np.full((100, 100), 100.0))
    write("b_count.tif", np.full((100, 100), 100.0 * people))
    assert bool(cautions_of(assess("a_count.tif", "b_count.tif"), "sources-disagree")) == told


def test_third_source_is_told_of_where_it_is_far_from_the_second(assess):
    for name, people in (("a", 100.0), ("b", 85.0), ("c", 115.0)):
        write(f"{name}_count.tif", np.full((100, 100), people))
    run = assess("a_count.tif", "b_count.tif", "c_count.tif")
    # neither is a quarter from the first; 115 is 1.35 times 85
    assert rows_of(run)["static"].tolist() == [10_000, 8_500, 11_500]
    assert "10,000 by a_count.tif, 8,500 by b_count.tif" in cautions_of(run, "sources-disagree")[0]


def test_shifted_and_finer_grid_agrees_with_exactextract(assess, tmp_path):
    rng = np.random.default_rng(3)
    write("a_count.tif", rng.gamma(0.5, 50.0, (100, 100)))
    write("b_count.tif", rng.gamma(0.5, 20.0, (260, 260)), WEST - 0.0021, NORTH + 0.0007, 0.0041)
    shape = shapely.Polygon([(20.41, -0.06), (20.57, -0.02), (20.48, 0.09)])
    rows = rows_of(assess("a_count.tif", "b_count.tif", shape=shape))
    frame = gpd.GeoDataFrame(geometry=[shape], crs=4326)
    for name, static in zip(rows["population_source"], rows["static"], strict=True):
        exact = exact_extract(tmp_path / name, frame, "sum", output="pandas")["sum"][0]
        assert static == pytest.approx(exact, rel=1e-3)


def test_rings_add_to_discs_in_each_source(assess):
    rng = np.random.default_rng(7)
    write("a_count.tif", rng.gamma(0.5, 50.0, (100, 100)))
    write("b_count.tif", rng.gamma(0.5, 3.0, (300, 300)), cell=0.0033)
    run = assess("a_count.tif", "b_count.tif", "coarse")
    kinds = run.zones.set_index("zone_id")[["kind", "radius_km"]]
    rows = run.exposure_sources.join(kinds, on="zone_id")
    for _, source in rows.groupby("population_source"):
        discs = source[source["kind"] == "disc"].set_index("radius_km")["static"]
        (ring,) = source.loc[source["kind"] == "ring", "static"]
        assert discs[2.0] + ring == discs[5.0]
    main = rows[rows["population_source"] == "a_count.tif"].set_index("zone_id")["static"]
    assert main.to_dict() == run.exposure.set_index("zone_id")["static"].to_dict()


def test_raster_that_does_not_reach_has_no_figure_and_a_caution(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    write("far_count.tif", np.full((10, 10), 7.0), west=100.0, north=10.0)
    run = assess("a_count.tif", "far_count.tif")
    rows = rows_of(run)
    assert rows["static"].isna().tolist() == [False, True]
    assert rows["ratio"].isna().tolist() == [False, True]
    assert rows["coverage_fraction"].tolist()[1] == 0.0
    (text,) = cautions_of(run, "source-out-of-reach")
    assert "far_count.tif" in text
    assert cautions_of(run, "sources-disagree") == []
    assert len(run.exposure_sources) == 2 * len(run.zones)


def test_embedded_population_does_not_reach_beyond_the_strip(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    run = assess("a_count.tif", "embedded")
    assert rows_of(run)["static"].isna().tolist() == [False, True]
    assert "Gaza Strip" in cautions_of(run, "source-out-of-reach")[0]
    with pytest.raises(RasterError, match="embedded population has the Gaza Strip only"):
        assess("embedded", "a_count.tif")


def test_gap_in_the_other_source_is_told_beside_its_figure(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    people = np.full((100, 100), 7.0)
    people[:, :50] = NAN  # the zone's western half
    write("b_count.tif", people)
    run = assess("a_count.tif", "b_count.tif")
    rows = rows_of(run)
    assert rows["static"].tolist() == [700, 350]
    assert rows["nodata_fraction"].tolist() == [0.0, pytest.approx(0.5, abs=1e-3)]
    assert "350 (with data for 50% of it) by b_count.tif" in cautions_of(run, "sources-disagree")[0]


def test_zone_without_data_in_the_other_source_is_unknown_not_zero(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    people = np.full((100, 100), 7.0)
    people[40:60, 40:60] = NAN
    write("b_count.tif", people)
    run = assess("a_count.tif", "b_count.tif")
    assert rows_of(run)["static"].isna().tolist() == [False, True]
    assert "b_count.tif has no population data for Drawn" in cautions_of(run, "source-gap")[0]


def test_nobody_in_the_main_source_has_no_ratio(assess):
    write("a_count.tif", np.zeros((100, 100)))
    write("b_count.tif", np.full((100, 100), 7.0))
    run = assess("a_count.tif", "b_count.tif")
    assert rows_of(run)["static"].tolist() == [0, 700]
    assert rows_of(run)["ratio"].isna().all()
    assert "0 by a_count.tif, 700 by b_count.tif" in cautions_of(run, "sources-disagree")[0]


def test_one_file_read_in_two_ways(assess):
    write("a.tif", np.full((100, 100), 7.0))
    run = assess("a.tif", "coarse", population_unit="count")
    assert rows_of(run)["static"].tolist()[0] == 700
    with pytest.raises(UsageError, match="named twice"):
        assess("a.tif", "a.tif", population_unit="count")
    # a cell of 0.01 degrees at the equator: 1.2309 km2 (WGS 84)
    rows = rows_of(assess("a.tif", "a.tif", population_unit=["count", "density"]))
    assert rows["static"].tolist() == [700, pytest.approx(700 * 1.2309, rel=1e-3)]
    assert rows["population_source"].tolist() == ["a.tif", "a.tif (2)"]


def test_report_lists_the_sources_and_the_manifest_every_file(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    write("b_count.tif", np.full((100, 100), 14.0))
    run = assess("a_count.tif", "b_count.tif", "embedded")
    with run.connect() as con:
        report = json.loads(dump_report(build_report(con)))
    jsonschema.validate(report, SCHEMA)
    drawn = [r for r in report["exposure_sources"] if r["zone_id"] == report["zones"][0]["zone_id"]]
    assert [row["static"] for row in drawn] == [700, 1400, None]
    names = [source["name"] for source in report["sources"]]
    assert {"Population raster: a_count.tif", "Population raster: b_count.tif"} <= set(names)
    assert {"a_count.tif", "b_count.tif"} <= {entry["name"] for entry in run.facts["inputs"]}
    others = run.facts["parameters"]["other_populations"]
    assert [other["population"] for other in others] == ["b_count.tif", "embedded"]
    assert str(Path.cwd()) not in json.dumps(run.facts)


def test_embedded_beside_a_raster_over_the_strip(tmp_path):
    """Rafah governorate (PS0275): the embedded surface meets its total exactly."""
    raster = write(tmp_path / "flat_count.tif", np.full((80, 80), 100.0), 34.0, 31.8)
    run = geo.assess(
        population=["embedded", raster, "coarse"], displacement="none", accept_stale=True
    )
    zones = run.zones[run.zones["pcode"] == "PS0275"]
    rows = run.exposure_sources.set_index(["zone_id", "population_source"])["static"]
    (zone_id,) = zones["zone_id"]
    assert rows[zone_id].iloc[0] == 275_267
    # 64 km2 of cells of 0.01 degrees (1.056 km2 at 31.28 N) with 100 people each
    assert rows[zone_id, "flat_count.tif"] == pytest.approx(64.1 / 1.056 * 100, rel=0.01)
    assert rows[zone_id].iloc[2] > 0
    with run.connect() as con:
        roles = con.execute("SELECT grid_id, role FROM grids ORDER BY grid_id").fetchall()
    main = [grid_id for grid_id, role in roles if role == "main"]
    assert {grid_id for grid_id, role in roles if role == "other"} == {
        f"{run.zones['grid_id'].iloc[0]}-{letter}" for letter in "bc"
    }
    assert set(run.zones["grid_id"]) <= set(main)


def test_bad_second_file_is_named_and_nothing_is_written(tmp_path):
    write(tmp_path / "good_count.tif", np.full((80, 80), 100.0), 34.0, 31.8)
    (tmp_path / "bad.tif").write_text("no raster")
    write(tmp_path / "worse.tif", np.full((9, 9), 1.0), crs=None)
    arguments = ["--population", "good_count.tif", "--population", "bad.tif"]
    done = subprocess.run(
        [CIVMAP, "map", "--out", "here", *arguments, "--population", "worse.tif"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "bad.tif" in done.stderr
    assert "worse.tif" in done.stderr  # all faults at once
    assert "good_count.tif" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "here").exists()


def test_missing_second_file_is_unavailable(assess):
    write("a_count.tif", np.full((100, 100), 7.0))
    with pytest.raises(UnavailableError, match=r"no\.tif can't be read"):
        assess("a_count.tif", "no.tif")


def test_options_hold_for_all_files_or_each_its_own():
    shared = choose_populations(["a.tif", "coarse", "b.tif"], ["density"], ["2"], [-1.0])
    assert shared["population"] == Path("a.tif")
    assert shared["population_unit"] == "density"
    assert shared["other_populations"] == (
        PopulationChoice("coarse"),
        PopulationChoice(Path("b.tif"), "density", "2", -1.0),
    )
    own = choose_populations(["embedded", "a.tif", "./coarse"], ["auto", "count"])
    assert own["population"] is None
    assert own["population_model"] == "embedded"
    assert own["other_populations"] == (
        PopulationChoice(Path("a.tif")),
        PopulationChoice(Path("coarse"), "count"),
    )


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["a.tif", "b.tif", "c.tif"], {"units": ["count", "density"]}, "--unit 2 times for 3"),
        (["a.tif", "coarse"], {"bands": ["1", "2"]}, "--band 2 times for 1"),
        ([], {"nodata": [1.0, 2.0]}, "--nodata 2 times for 0"),
        (["a.tif", "b.tif", "a.tif"], {}, "named twice"),
        (["coarse", "coarse"], {}, "named twice"),
        (["a.tif", ""], {}, "expected a file"),
        ([f"{number}.tif" for number in range(11)], {}, "at most 10"),
        (["a.tif", "b.tif"], {"units": ["people"]}, "count or density"),
    ],
)
def test_options_that_do_not_fit_are_refused(names, options, message):
    with pytest.raises(UsageError, match=message):
        Settings(**choose_populations(names, **options))


def test_others_need_a_first_one():
    with pytest.raises(UsageError, match="no first one"):
        Settings(other_populations=(PopulationChoice("coarse"),))
    with pytest.raises(UsageError, match="a population file and a model"):
        Settings(population=Path("a.tif"), population_model="coarse")


def test_labels_of_files_of_one_name_differ():
    settings = Settings(
        **choose_populations(["here/pop.tif", "there/pop.tif", "pop.tif"], bands=["1", "2", "2"])
    )
    assert label_others(settings) == ["pop.tif, band 2", "pop.tif (2)"]


def test_command_gives_the_same_bytes_again(tmp_path):
    write(tmp_path / "flat.tif", np.full((80, 80), 100.0), 34.0, 31.8)
    arguments = ["--population", "embedded", "--population", "flat.tif", "--unit", "count"]
    for out in ("one", "two"):
        done = subprocess.run(
            [CIVMAP, "map", "--out", out, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    for name in ("map.html", "report.json", "exposure.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    page = (tmp_path / "one" / "map.html").read_text(encoding="utf-8")
    assert "The same zones by each population source" in page
    assert "Where sources disagree: flat.tif" in page
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert "flat.tif" in {entry["name"] for entry in manifest["inputs"]}
    assert manifest["parameters"]["population_model"] == "embedded"


def test_a_unit_has_one_range_wherever_it_stands(tmp_path):
    """As a unit and as a zone, by two sources of which one has other people in it."""
    people = np.zeros((80, 80))
    people[46:, 20:60] = 9000.0
    raster = write(tmp_path / "other_count.tif", people, 34.0, 31.8)
    run = geo.assess(population=["embedded", raster], as_of="2023-10-01", moves=["Rafah=Gaza:0.1"])
    unit = run.units.set_index("pcode").loc["PS0275"]
    zone = run.zones.set_index("pcode").loc["PS0275"]
    assert unit[["low", "best", "high"]].tolist() == zone[["low", "best", "high"]].tolist()
    assert unit["high"] > 1.5 * unit["best"]
    with run.connect() as con:
        moved = con.execute("SELECT low, best, high FROM scenario_units WHERE pcode = 'PS0275'")
        assert moved.fetchone() == tuple(
            run.scenario.set_index("zone_id").loc[zone["zone_id"], ["low", "best", "high"]]
        )
