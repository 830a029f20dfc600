"""The embedded surface: totals to the person, and the same bytes when built again."""

import csv
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely

from geo.boundaries import read_embedded_units
from geo.people import FACILITIES_SOURCE, bundled_facilities, embedded_population
from geo.people.build import build_data
from geo.people.gaza import (
    GOVERNORATE_PEOPLE,
    SETTLEMENTS,
    SHARES_PER_PERSON,
    STRIP_PEOPLE,
    apportion,
    model_surface,
)
from geo.types import BBox

DATA = Path(__file__).parents[2] / "data"
SURFACE = DATA / "population" / "gaza_strip_2023.tif"


@pytest.fixture(scope="module")
def surface():
    with rasterio.open(SURFACE) as dataset:
        values = dataset.read(1)
        return np.where(values == dataset.nodata, np.nan, values.astype(np.float64))


@pytest.fixture(scope="module")
def units():
    return read_embedded_units().set_index("pcode")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    build_data(folder)
    return folder


def test_published_totals_add_up():
    assert sum(GOVERNORATE_PEOPLE.values()) == STRIP_PEOPLE == 2_226_544


def test_surface_adds_up_to_the_strip_exactly(surface):
    assert np.nansum(surface) == STRIP_PEOPLE


@pytest.mark.parametrize("pcode", sorted(GOVERNORATE_PEOPLE))
def test_each_governorate_has_its_published_total(surface, units, pcode):
    rows, cols = np.nonzero(surface > 0)
    lon, lat = (40_900 + cols + 0.5) / 1200, (38_060 - rows - 0.5) / 1200
    inside = shapely.contains_xy(units.loc[pcode].geometry, lon, lat)
    assert surface[rows[inside], cols[inside]].sum() == GOVERNORATE_PEOPLE[pcode]


def test_people_stand_only_in_cells_wholly_inside_one_unit(surface, units):
    rows, cols = np.nonzero(surface > 0)
    corners = [
        ((40_900 + cols + i) / 1200, (38_060 - rows - j) / 1200) for i in (0, 1) for j in (0, 1)
    ]
    owners = np.stack(
        [
            np.logical_and.reduce([shapely.intersects_xy(shape, *corner) for corner in corners])
            for shape in units.geometry
        ]
    )
    assert (owners.sum(axis=0) == 1).all()


def test_cells_that_touch_the_strip_are_data_and_others_are_not(surface, units):
    strip = units.geometry.union_all()
    rows, cols = surface.shape
    west, north = np.meshgrid(40_900 + np.arange(cols), 38_060 - np.arange(rows))
    boxes = shapely.box(west / 1200, (north - 1) / 1200, (west + 1) / 1200, north / 1200)
    shapely.prepare(strip)
    assert np.array_equal(shapely.intersects(strip, boxes), ~np.isnan(surface))


def test_values_are_whole_shares_of_a_person(surface):
    shares = surface[~np.isnan(surface)] * SHARES_PER_PERSON
    assert np.array_equal(shares, np.rint(shares))
    assert shares.max() < 2**24


def test_raster_says_what_it_is():
    with rasterio.open(SURFACE) as dataset:
        assert dataset.crs == "EPSG:4326"
        assert dataset.dtypes == ("float32",)
        assert dataset.nodata == -1
        tags = dataset.tags()
        assert tags["UNIT"] == "persons per cell"
        assert {"SOURCE", "LICENCE", "POPULATION_DATE", "ATTRIBUTION"} <= set(tags)
        # at least 0.12 degrees beyond the Strip
        west, south, east, north = dataset.bounds
    assert west < 34.2188 - 0.12
    assert south < 31.2200 - 0.12
    assert east > 34.5676 + 0.12
    assert north > 31.5949 + 0.12


def test_pattern_is_that_of_the_strip(surface):
    def density(lon, lat):
        return surface[int((31 + 43 / 60 - lat) * 1200), int((lon - 34 - 5 / 60) * 1200)] / 0.0073

    towns = {each.name: density(each.lon, each.lat) for each in SETTLEMENTS}
    assert min(towns["Gaza"], towns["Jabalia"], towns["Nuseirat"]) > 25_000
    assert min(towns["Rafah"], towns["Khan Younis"], towns["Deir al-Balah"]) > 10_000
    assert towns["Al-Mawasi"] < 6_000
    assert density(34.325, 31.262) < 500  # the south-eastern edge


def test_model_is_the_raster(surface):
    assert np.array_equal(model_surface(), surface, equal_nan=True)


def test_building_again_gives_the_same_bytes(rebuilt):
    for name in ("population/gaza_strip_2023.tif", "boundaries/gaza_governorates.geojson"):
        assert (rebuilt / name).read_bytes() == (DATA / name).read_bytes()


def test_source_page_has_the_checksums():
    folder = DATA / "population"
    page = (folder / "SOURCE.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", page, re.MULTILINE))
    assert set(listed) == {path.name for path in folder.iterdir()} - {"SOURCE.md"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_apportioning_is_exact_and_fair():
    assert apportion(10, np.array([1.0, 1.0, 2.0])).tolist() == [3, 2, 5]
    assert apportion(0, np.array([1.0, 2.0])).tolist() == [0, 0]


def test_grid_of_the_whole_strip():
    grid = embedded_population(BBox(34.0, 31.0, 35.0, 32.0))
    assert grid.shape == (760, 740)
    assert grid.total == STRIP_PEOPLE
    assert grid.modelled == "embedded"
    assert grid.population_date == "mid-2023"
    assert grid.bounds.west == pytest.approx(34 + 5 / 60)
    assert grid.bounds.north == pytest.approx(31 + 43 / 60)


def test_window_is_the_whole_cells_that_cover_the_box(surface):
    grid = embedded_population(BBox(34.4505, 31.5001, 34.4592, 31.5099))
    assert grid.west == 41_340 / 1200
    assert grid.north == 37_812 / 1200
    assert np.array_equal(grid.people, surface[248:260, 440:452], equal_nan=True)


@pytest.mark.parametrize(
    "bbox",
    [
        pytest.param(BBox(10, 10, 11, 11), id="elsewhere"),
        pytest.param(BBox(34.1, 31.65, 34.15, 31.7), id="at sea, within the raster"),
    ],
)
def test_nothing_where_it_has_nothing_to_say(bbox):
    assert embedded_population(bbox) is None


def test_a_position_is_its_cell():
    grid = embedded_population(BBox(34.4581, 31.5129, 34.4581, 31.5129))
    assert grid.shape == (1, 1)
    assert grid.total > 100


def test_facilities_lie_in_the_strip(units):
    strip = units.geometry.union_all().buffer(0.01)
    facilities = bundled_facilities()
    with (DATA / "population" / "gaza_strip_facilities.csv").open(encoding="utf-8") as stream:
        assert len(facilities) == len(list(csv.DictReader(stream)))
    for facility in facilities:
        assert strip.contains(shapely.Point(facility.lon, facility.lat))
        assert facility.position_quality == "supported"
        assert facility.source_id == FACILITIES_SOURCE.source_id
