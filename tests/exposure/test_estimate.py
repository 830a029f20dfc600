"""Zones on made-up grids: what is known, what is a gap, what is unknown."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest

from geo.boundaries import UNIT_COLUMNS
from geo.database.store import create_run, fetch_records
from geo.draws import Draws
from geo.exposure.estimate import Inputs, estimate_exposure
from geo.exposure.zones import build_zones
from geo.people import PopulationGrid
from geo.places import Place
from geo.types import Source


def make_place(lon, lat, kind="point", precision_km=0.0):
    return Place("p", "Town", "XX", kind, lon, lat, precision_km, None, None, None, None, "made up")


def estimate(
    tmp_path, place, people, *, west=0.0, north=1.0, cell=0.01, radii=(2.0, 5.0), certain=()
):
    """Exposure of discs round a place that is threatened, on a grid of people a cell."""
    from geo.events import Event, EventSet

    event = Event("E1", "attack", "threatened", "threatened", None, place.place_id, None)
    events = EventSet(
        [], [event], [place], [], [], None, "none", None, None, "article", "a.txt", ""
    )
    units = gpd.GeoDataFrame(
        {name: [] for name in UNIT_COLUMNS if name != "geometry"}, geometry=[], crs="EPSG:4326"
    )
    zones, cautions = build_zones(events, units, None, radii)
    grid = PopulationGrid(
        "g", "made up", Source("s", "made up", "none"), "2020", "no", "EPSG:4326",
        west, north, cell, cell, np.array(people, dtype=np.float64),
    )  # fmt: skip
    inputs = Inputs(
        zones=zones,
        places=[place],
        units=units,
        groups=[],
        population_at=lambda _bbox, *, must_reach: grid,  # noqa: ARG005
        people_in_units=lambda *_static, **_telling: None,
        as_of=dt.date(2020, 7, 1),
        draws=Draws(10_000, certain=frozenset(certain)),
    )
    with create_run(tmp_path / "run.duckdb") as con:
        cautions += estimate_exposure(con, inputs)
        rows = {row["zone_id"]: row for row in fetch_records(con, "SELECT * FROM exposure")}
    return rows, {caution.code for caution in cautions}


def test_even_land_is_area_times_density(tmp_path):
    rows, cautions = estimate(tmp_path, make_place(0.5, 0.5), np.full((100, 100), 100.0))
    # cells of 0.01 degrees at the equator: 1.2309 km2, so 81.24 people a square kilometre
    assert rows["E1-disc-5km"]["best"] == pytest.approx(78.54 * 81.24, rel=2e-3)
    assert rows["E1-disc-5km"]["density_km2"] == pytest.approx(81.24, rel=1e-3)
    assert rows["E1-disc-5km"]["coverage_fraction"] == pytest.approx(1.0, abs=1e-3)
    assert cautions == set()


def test_range_of_a_raster_is_fifteen_per_cent(tmp_path):
    certain = ("radius", "spread", "growth")
    rows, _ = estimate(tmp_path, make_place(0.5, 0.5), np.full((100, 100), 100.0), certain=certain)
    row = rows["E1-disc-5km"]
    assert row["low"] == pytest.approx(0.85 * row["best"], abs=1)
    assert row["high"] == pytest.approx(1.15 * row["best"], abs=1)


def test_doubt_of_the_place_widens_the_range(tmp_path):
    rng = np.random.default_rng(2)
    people = rng.gamma(0.2, 500.0, (100, 100))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    exact, _ = estimate(tmp_path / "a", make_place(0.5, 0.5), people)
    vague, _ = estimate(tmp_path / "b", make_place(0.5, 0.5, precision_km=3.0), people)
    for zone_id in exact:
        assert exact[zone_id]["best"] == vague[zone_id]["best"]
        assert vague[zone_id]["low"] <= exact[zone_id]["low"]
        assert vague[zone_id]["high"] >= exact[zone_id]["high"]
    assert "place" in vague["E1-disc-2km"]["parts"]


def test_size_of_a_city_is_no_doubt_of_its_centre(tmp_path):
    people = np.zeros((100, 100))
    people[45:55, 45:55] = 5000.0
    rows, _ = estimate(tmp_path, make_place(0.5, 0.5, "city", precision_km=15.0), people)
    assert rows["E1-disc-2km"]["low"] > 0.5 * rows["E1-disc-2km"]["best"]


def test_disc_half_off_the_grid_says_so(tmp_path):
    rows, cautions = estimate(tmp_path, make_place(0.0, 0.5), np.full((100, 100), 100.0))
    assert rows["E1-disc-5km"]["coverage_fraction"] == pytest.approx(0.5, abs=0.01)
    assert cautions == {"population-gap"}


def test_zone_almost_without_data_is_unknown_not_zero(tmp_path):
    people = np.full((100, 100), np.nan)
    people[50, 50] = 0.0
    rows, cautions = estimate(tmp_path, make_place(0.5, 0.5), people, radii=(0.3, 40.0))
    assert "E1-disc-40km" not in rows
    assert "no-population-data" in cautions


def test_district_without_an_outline_is_unknown(tmp_path):
    rows, cautions = estimate(
        tmp_path, make_place(0.5, 0.5, "admin1", precision_km=30.0), np.full((100, 100), 100.0)
    )
    assert rows == {}
    assert cautions == {"extent-unknown"}


def test_disc_across_the_date_line_is_counted_on_both_sides(tmp_path):
    rows, cautions = estimate(
        tmp_path, make_place(-179.999, 0.5), np.full((100, 100), 100.0), west=179.5
    )
    assert rows["E1-disc-5km"]["best"] == pytest.approx(78.54 * 81.24, rel=2e-3)
    assert cautions == set()
