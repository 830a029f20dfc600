"""The coarse settlement model, on towns whose answer is known and on real ones."""

import math
import time
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.people import cell_areas_km2, coarse_population
from geo.people.settlements import (
    COARSE_LABEL,
    REACH_KM,
    settlement_density_km2,
    settlement_reach_km,
)
from geo.types import BBox
from tests.pace import time_beside_peer


@dataclass(frozen=True)
class Town:
    lon: float
    lat: float
    population: int | None


@dataclass(frozen=True)
class Country:
    population: int


class Index:
    """Settlements in a list; every country has the people given."""

    def __init__(self, *towns, country_people=0, settled=0):
        self.towns, self.country_people, self.settled = towns, country_people, settled
        self.asked = []

    def settlements_in(self, bbox):
        self.asked.append(bbox)
        return [
            town
            for town in self.towns
            if bbox.south <= town.lat <= bbox.north
            and any(bbox.west <= town.lon + turn <= bbox.east for turn in (-360, 0, 360))
        ]

    def country(self, _iso2):
        return Country(self.country_people) if self.country_people else None

    def settled_people(self, _iso2):
        return self.settled


# in the middle of Chad, far from any sea
LON, LAT = 18.0, 12.0
BOX = BBox(17.8, 11.8, 18.2, 12.2)


def cell(grid, lon, lat):
    return int((grid.north - lat) * 120), int((lon - grid.west) * 120)


def test_grid_is_whole_cells_of_30_seconds_that_cover_the_box():
    grid = coarse_population(BBox(17.801, 11.801, 18.199, 12.199), Index())
    assert grid.shape == (48, 48)
    assert grid.bounds.west == pytest.approx(17.8)
    assert grid.bounds.north == pytest.approx(12.2)
    assert grid.modelled == "coarse"
    assert grid.label == COARSE_LABEL
    assert [caution.code for caution in grid.cautions] == ["population-coarse"]
    assert "--population FILE" in grid.cautions[0].text
    assert grid.people.tolist() == np.zeros((48, 48)).tolist()


def test_a_town_keeps_its_people_and_thins_out():
    grid = coarse_population(BOX, Index(Town(LON, LAT, 100_000)))
    assert grid.total == pytest.approx(100_000, rel=1e-9)
    density = grid.people / cell_areas_km2(grid)
    row, col = cell(grid, LON + 0.001, LAT + 0.001)
    # mean 5,000 over its disc, so 10,000 at the top of a paraboloid; its cell reaches down to 0.83
    assert density[row, col] == pytest.approx(9_120, rel=0.01)
    assert density[row, col] > density[row, col + 1] > density[row, col + 2] > 0
    assert density[row, col + 5] == 0


def test_reach_follows_from_people_and_density():
    assert settlement_density_km2(100_000) == 5000
    assert settlement_density_km2(3_200_000) == pytest.approx(10_000)
    assert settlement_reach_km(100_000) == pytest.approx(math.sqrt(20 / math.pi))
    assert settlement_reach_km(40_000_000) == REACH_KM


def test_a_hamlet_stands_in_its_cell():
    grid = coarse_population(BOX, Index(Town(LON + 0.004, LAT + 0.004, 100)))
    assert grid.people[cell(grid, LON + 0.004, LAT + 0.004)] == pytest.approx(100)


def test_towns_outside_the_box_reach_into_it():
    town = Town(LON, LAT, 1_000_000)
    inside = coarse_population(BOX, Index(town))
    beside = coarse_population(BBox(LON + 0.01, 11.8, 18.2, 12.2), Index(town))
    assert 0 < beside.total < 0.5 * inside.total
    col = round((beside.west - inside.west) * 120)
    assert beside.people == pytest.approx(inside.people[:, col:])


def test_parts_of_a_larger_town_are_not_counted_again():
    city = Town(LON, LAT, 1_000_000)
    part, twin, suburb = (
        Town(LON + 0.02, LAT, 299_000),
        Town(LON + 0.02, LAT, 301_000),
        Town(LON + 0.12, LAT, 10_000),
    )
    assert coarse_population(BOX, Index(city, part)).total == pytest.approx(1_000_000)
    assert coarse_population(BOX, Index(city, twin)).total == pytest.approx(1_301_000)
    assert coarse_population(BOX, Index(city, suburb)).total == pytest.approx(1_010_000)


def test_towns_without_people_are_left_out():
    assert coarse_population(BOX, Index(Town(LON, LAT, None), Town(LON, LAT, 0))).total == 0


def test_the_rest_of_a_country_is_spread_over_its_land():
    grid = coarse_population(BOX, Index(country_people=12_670_000, settled=0))
    density = grid.people / cell_areas_km2(grid)
    # Chad has about 1.27 million square kilometres
    assert density == pytest.approx(np.full(grid.shape, density[0, 0]))
    assert density[0, 0] == pytest.approx(10, rel=0.03)


def test_more_people_in_towns_than_in_the_country_leave_none():
    assert coarse_population(BOX, Index(country_people=100, settled=200)).total == 0


def test_the_sea_is_no_data():
    grid = coarse_population(BBox(-150.2, -0.2, -149.8, 0.2), Index())
    assert np.isnan(grid.people).all()


def test_an_island_that_the_map_lacks_holds_its_town():
    grid = coarse_population(BBox(-150.2, -0.2, -149.8, 0.2), Index(Town(-150.0, 0.0, 50_000)))
    assert grid.total == pytest.approx(50_000)


def test_a_town_on_the_coast_lives_on_land():
    town = Town(-72.335, 18.54, 500_000)  # Port-au-Prince
    grid = coarse_population(BBox(-72.6, 18.3, -72.1, 18.8), Index(town))
    assert grid.total == pytest.approx(500_000)
    assert np.isnan(grid.people).any()


def test_a_box_across_the_date_line():
    town = Town(-179.95, 67.0, 50_000)  # Chukotka
    grid = coarse_population(BBox(179.7, 66.8, 180.3, 67.2), Index(town))
    assert grid.total == pytest.approx(50_000)
    _, col = np.unravel_index(np.nanargmax(grid.people), grid.shape)
    assert grid.west + (col + 0.5) / 120 == pytest.approx(180.05, abs=0.02)


def test_the_same_question_has_the_same_answer():
    index = Index(Town(LON, LAT, 70_000), Town(LON + 0.05, LAT, 70_000), country_people=10**7)
    first, second = coarse_population(BOX, index), coarse_population(BOX, index)
    assert first.people.tobytes() == second.people.tobytes()
    assert first.grid_id == second.grid_id


@settings(max_examples=15, deadline=None)
@given(
    towns=st.lists(
        st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05), st.integers(1, 300_000)),
        max_size=6,
    )
)
def test_nobody_is_lost_or_made(towns):
    index = Index(*(Town(LON + x, LAT + y, people) for x, y, people in towns))
    grid = coarse_population(BBox(17.5, 11.5, 18.5, 12.5), index)
    total = sum(people for _, _, people in towns)
    largest = max((people for _, _, people in towns), default=0)
    assert grid.total <= total * (1 + 1e-9)
    assert grid.total >= largest * (1 - 1e-9)


@pytest.mark.parametrize(
    ("lon", "lat", "low", "high"),
    [
        # people within 5 km as city statistics have them, and a factor of about two each way
        pytest.param(29.2285, -1.6792, 350_000, 1_400_000, id="Goma"),
        pytest.param(25.35, 13.628, 150_000, 700_000, id="El Fasher"),
        pytest.param(36.25, 49.98, 300_000, 1_200_000, id="Kharkiv"),
        pytest.param(-72.335, 18.54, 600_000, 2_400_000, id="Port-au-Prince"),
        pytest.param(97.75, 22.935, 80_000, 350_000, id="Lashio"),
        pytest.param(2.35, 48.857, 900_000, 3_000_000, id="Paris"),
        pytest.param(31.25, 30.05, 1_200_000, 4_000_000, id="Cairo"),
    ],
)
def test_real_towns_have_the_size_they_should(gazetteer, lon, lat, low, high):
    width = 0.18 / math.cos(math.radians(lat))
    grid = coarse_population(BBox(lon - width, lat - 0.18, lon + width, lat + 0.18), gazetteer)
    rows, cols = grid.shape
    x = (grid.west + (np.arange(cols) + 0.5) / 120 - lon) * math.cos(math.radians(lat))
    y = grid.north - (np.arange(rows) + 0.5) / 120 - lat
    near = np.hypot(x[None, :], y[:, None]) * 111.2 < 5
    assert low < np.nansum(grid.people[near]) < high


@pytest.mark.parametrize(
    ("lon", "lat", "density"),
    [
        pytest.param(2.35, 48.857, 20_000, id="Paris"),
        pytest.param(31.25, 30.05, 30_000, id="Cairo"),
    ],
)
def test_density_of_great_cities_is_plausible(gazetteer, lon, lat, density):
    grid = coarse_population(BBox(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01), gazetteer)
    here = grid.total / (cell_areas_km2(grid).sum() * grid.shape[1])
    assert density / 2.5 < here < density * 2.5


@pytest.mark.alone
def test_a_box_of_40_km_is_quick(gazetteer):
    box = BBox(29.05, -1.86, 29.41, -1.5)
    coarse_population(box, gazetteer)  # imports

    def make():
        start = time.perf_counter()
        coarse_population(box, gazetteer)
        return time.perf_counter() - start

    assert min(time_beside_peer(make, bound=1.0)) <= 1.0  # 0.1 s on an idle core
