"""Row 23: a density taken for a count, and the reverse, are seen in towns near by."""

from dataclasses import dataclass

import numpy as np
import pytest
from rasterio.transform import Affine

from geo.people import doubt_people, settlements
from geo.people.gaza import SURFACE_FILE
from geo.people.tiles import open_tiles
from geo.places import open_gazetteer
from geo.resources import find_resource
from geo.types import LonLat

CELL = 1 / 600  # about 180 m
SIDE = 600  # a degree
WEST, NORTH = 20.0, 5.5
HERE = [LonLat(20.5, 5.0)]


@dataclass(frozen=True)
class Town:
    name: str
    lon: float
    lat: float
    population: int


class Towns:
    """Stands for a gazetteer."""

    def __init__(self, *towns):
        self.towns = sorted(towns, key=lambda town: -town.population)
        self.asked = 0

    def settlements_in(self, box):
        self.asked += 1
        return [
            town
            for town in self.towns
            if box.west <= town.lon <= box.east and box.south <= town.lat <= box.north
        ]


BIG = Town("Big", 20.3, 5.2, 900_000)
MIDDLE = Town("Middle", 20.7, 5.2, 300_000)
SMALL = Town("Small", 20.5, 4.8, 120_000)
PART = Town("Part", 20.31, 5.21, 110_000)
ALL = Towns(BIG, MIDDLE, SMALL, PART)


def spread(*towns, rural_km2=50.0):
    """People of towns in the way they live, and some everywhere; (SIDE, SIDE)."""
    at = (np.arange(SIDE) + 0.5) * CELL
    lon, lat = np.meshgrid(WEST + at, NORTH - at)
    people = np.full((SIDE, SIDE), rural_km2 * (CELL * 111) ** 2)
    for town in towns:
        reach = settlements.settlement_reach_km(town.population)
        apart = np.hypot((lon - town.lon) * 111, (lat - town.lat) * 111)
        weights = np.maximum(0, 1 - (apart / reach) ** 2)
        people += town.population * weights / weights.sum()
    return people


@pytest.fixture
def write_towns(write_raster):
    def write(people, file="people_count.tif", **profile):
        place = Affine(CELL, 0, WEST, 0, -CELL, NORTH)
        values = np.asarray(people, np.float32)
        return write_raster(values, file, transform=place, nodata=-99999, **profile)

    return write


def doubt(path, near=HERE, towns=ALL, **options):
    with open_tiles(path, **options) as raster:
        return doubt_people(raster, near, towns)


def test_row23_a_raster_that_has_the_people_is_not_doubted(write_towns):
    people = spread(BIG, MIDDLE, SMALL)
    assert doubt(write_towns(people)) is None
    areas = (CELL * 110.9) ** 2
    assert doubt(write_towns(people / areas, "density.tif")) is None


def test_row23_a_density_taken_for_a_count_is_reported(write_towns):
    people = spread(BIG, MIDDLE, SMALL) / (CELL * 110.9) ** 2
    caution = doubt(write_towns(people))
    assert caution.code == "population-far"
    assert "people_count.tif, read as count, has 2" in caution.text
    assert "people within 6 km of Big, for which GeoNames has 900,000; in 3 towns" in caution.text
    assert "Is it a density (--unit density)" in caution.text


def test_row23_a_count_taken_for_a_density_is_reported(write_towns):
    caution = doubt(write_towns(spread(BIG, MIDDLE, SMALL)), unit="density")
    assert caution.code == "population-far"
    assert "people within 18 km of Big" in caution.text
    assert "the median is 1/" in caution.text
    assert "Is it a count (--unit count)" in caution.text


@pytest.mark.parametrize("factor", [0.3, 3.5])
def test_row23_half_or_three_times_the_people_is_within_what_is_known(write_towns, factor):
    assert doubt(write_towns(factor * spread(BIG, MIDDLE, SMALL))) is None


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_row23_ten_times_more_or_fewer_is_not(write_towns, factor):
    assert doubt(write_towns(factor * spread(BIG, MIDDLE, SMALL))) is not None


def test_row23_one_outdated_figure_is_no_reason_for_doubt(write_towns):
    assert doubt(write_towns(spread(BIG, MIDDLE))) is None
    grown = Town("Small", SMALL.lon, SMALL.lat, 9 * SMALL.population)
    assert doubt(write_towns(spread(BIG, MIDDLE, grown))) is None


def test_row23_villages_round_a_town_are_no_reason_for_doubt(write_towns):
    """As in a delta: 2,000 people a square kilometre between the towns."""
    assert doubt(write_towns(spread(BIG, MIDDLE, SMALL, rural_km2=2_000.0))) is None


def test_row23_cells_without_data_round_the_houses_are_no_reason_for_doubt(write_towns):
    people = spread(BIG, MIDDLE, SMALL, rural_km2=0.0)
    people[people == 0] = -99999
    assert doubt(write_towns(people)) is None


@pytest.mark.parametrize(
    ("near", "towns"),
    [
        pytest.param([], ALL, id="no position"),
        pytest.param([LonLat(60.0, 50.0)], ALL, id="elsewhere"),
        pytest.param(HERE, Towns(), id="no towns"),
        pytest.param(HERE, Towns(Town("Village", 20.5, 5.0, 90_000)), id="villages"),
        pytest.param(HERE, Towns(Town("Off", 21.2, 5.0, 900_000)), id="towns off the raster"),
        pytest.param(HERE, Towns(Town("Edge", 20.99, 5.0, 900_000)), id="towns on its edge"),
    ],
)
def test_row23_where_nothing_can_be_compared_there_is_no_doubt(write_towns, near, towns):
    assert doubt(write_towns(np.zeros((SIDE, SIDE))), near, towns) is None


def test_row23_a_town_across_the_border_is_not_compared(write_towns):
    people = spread(BIG, MIDDLE, SMALL)
    people[:, :330] = -99999  # where the largest is
    assert doubt(write_towns(people)) is None


def test_row23_large_cells_are_not_compared(write_raster):
    values = np.full((4, 4), 1e6)
    path = write_raster(values, transform=Affine(0.5, 0, 19.5, 0, -0.5, 6))
    assert doubt(path) is None


def test_row23_values_that_cannot_be_people_are_left_to_where_they_count(write_towns):
    people = spread(BIG, MIDDLE, SMALL)
    people[170:190, 170:190] = -5
    assert doubt(write_towns(people)) is None


def test_row23_few_of_many_positions_are_looked_round(write_towns):
    towns = Towns(BIG, MIDDLE, SMALL)
    near = [LonLat(20.0 + n / 1000, 5.0) for n in range(1000)]
    assert doubt(write_towns(10 * spread(BIG, MIDDLE, SMALL)), near, towns) is not None
    assert towns.asked <= 7


def test_row23_the_embedded_surface_has_the_people_that_geonames_has():
    path = find_resource(SURFACE_FILE)
    near = [LonLat(34.4, 31.4)]
    with open_gazetteer() as gazetteer:
        assert doubt(path, near, gazetteer, unit="count") is None
        caution = doubt(path, near, gazetteer, unit="density")
    assert "Gaza City" in caution.text
    assert "Is it a count (--unit count)" in caution.text


def test_row23_a_projected_raster_is_compared_too(write_raster):
    """Mollweide at 0 E: nearly upright cells of 200 m."""
    town = Town("Here", 0.0, 5.0, 500_000)
    place = Affine(200, 0, -60_000, 0, -200, 680_000)
    for density, doubtful in ((5_000, False), (500_000, True)):
        values = np.full((600, 600), density * 0.04, np.float32)
        path = write_raster(values, crs="ESRI:54009", transform=place)
        found = doubt(path, [LonLat(0.0, 5.0)], Towns(town))
        assert (found is not None) == doubtful
