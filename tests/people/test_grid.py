"""Population grids and the areas of their cells."""

import math

import numpy as np
import pyproj
import pytest

from geo.errors import RasterError
from geo.people import PopulationGrid, cell_areas_km2
from geo.types import BBox, Source

SOURCE = Source("test", "test", "none")
GEOD = pyproj.Geod(ellps="WGS84")


def make_grid(people, crs="EPSG:4326", west=10.0, north=5.0, width=1.0, height=1.0):
    return PopulationGrid(
        "g",
        "test",
        SOURCE,
        None,
        "no",
        crs,
        west,
        north,
        width,
        height,
        np.asarray(people, dtype=np.float64),
    )


def test_bounds_shape_and_total():
    grid = make_grid([[1, 2, np.nan], [3, 4, 5]])
    assert grid.shape == (2, 3)
    assert grid.bounds == BBox(10.0, 3.0, 13.0, 5.0)
    assert grid.total == 15.0


@pytest.mark.parametrize("bad", [-1.0, math.inf, -math.inf])
def test_what_cannot_be_people_is_refused(bad):
    with pytest.raises(RasterError, match="expected people of 0 or more"):
        make_grid([[1.0, bad]])


def test_sizes_must_be_positive():
    with pytest.raises(RasterError, match="expected positive sizes"):
        make_grid([[1.0]], height=-1.0)


def test_arrays_must_be_two_dimensional_floats():
    with pytest.raises(RasterError, match="expected rows and columns of float64"):
        make_grid([1.0, 2.0])


@pytest.mark.parametrize("north", [90.0, 75.0, 31.0, 0.5, -60.0])
def test_geographic_areas_are_those_on_the_ellipsoid(north):
    grid = make_grid(np.ones((2, 3)), north=north, width=0.5, height=0.25)
    areas = cell_areas_km2(grid)
    assert areas.shape == (2, 1)
    # an oracle that walks the parallels in short geodesics
    lon = np.linspace(10.0, 10.5, 400)
    ring_lon = np.concatenate([lon, lon[::-1]])
    ring_lat = np.concatenate([np.full(400, north - 0.25), np.full(400, north)])
    oracle = abs(GEOD.polygon_area_perimeter(ring_lon, ring_lat)[0]) / 1e6
    assert areas[0, 0] == pytest.approx(oracle, rel=1e-6)


def test_bands_of_the_whole_earth_add_up():
    grid = make_grid(np.ones((180, 1)), west=-180.0, north=90.0, width=360.0)
    assert cell_areas_km2(grid).sum() == pytest.approx(510_065_621.7, rel=1e-8)


@pytest.mark.parametrize("crs", ["EPSG:6933", "EPSG:3035"])
def test_equal_area_projection_has_its_own_areas(crs):
    grid = make_grid(np.ones((2, 2)), crs=crs, west=3e6, north=4e6, width=1e3, height=1e3)
    assert cell_areas_km2(grid) == pytest.approx(np.ones((2, 2)), rel=1e-6)


def test_mollweide_on_a_sphere_is_measured_on_the_ellipsoid():
    grid = make_grid(np.ones((2, 2)), crs="ESRI:54009", west=3e6, north=4e6, width=1e3, height=1e3)
    assert cell_areas_km2(grid) == pytest.approx(np.full((2, 2), 0.99727), rel=1e-5)


def test_mercator_cells_shrink_towards_the_pole():
    y = 8_399_737.89  # 60 degrees north: lengths are stretched by about two
    grid = make_grid(np.ones((1, 1)), crs="EPSG:3857", west=0.0, north=y, width=1e3, height=1e3)
    to_degrees = pyproj.Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True)
    x = np.array([0.0, 1e3, 1e3, 0.0])
    lon, lat = to_degrees.transform(x, np.array([y - 1e3, y - 1e3, y, y]))
    oracle = abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6
    assert cell_areas_km2(grid)[0, 0] == pytest.approx(oracle, rel=1e-4)
    assert oracle < 0.26


def test_cells_beyond_the_projection_have_no_area():
    grid = make_grid(np.ones((1, 1)), crs="ESRI:54009", west=3e7, north=0.0, width=1e3, height=1e3)
    assert np.isnan(cell_areas_km2(grid)).all()
