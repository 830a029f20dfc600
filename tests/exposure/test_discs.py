import numpy as np
import pyproj
import pytest

from geo.exposure.discs import disc_area_km2, disc_outline, disc_spans, half_chord
from geo.exposure.spans import X_STEPS, Frame, choose_scanlines
from geo.people.grid import band_areas_km2
from geo.types import LonLat

GEOD = pyproj.Geod(ellps="WGS84")
WORLD = Frame("EPSG:4326", -180.0, 90.0, 0.1, 0.1, rows=1800, cols=3600, scanlines=40)


def area_km2(frame, spans):
    """Area of spans by the exact area of each scanline's strip."""
    edges = frame.north - np.arange(frame.lines + 1) * (frame.cell_height / frame.scanlines)
    strip = band_areas_km2(edges, frame.cell_width)[spans.start // frame.stride]
    return float(((spans.end - spans.start) / X_STEPS * strip).sum())


@pytest.mark.parametrize("lat", [0.0, 12.0, -31.3, 48.0, 66.5, 80.0, 87.9])
@pytest.mark.parametrize("radius_km", [1.0, 10.0, 100.0, 500.0])
def test_outline_lies_on_the_geodesic_circle(lat, radius_km):
    ring = disc_outline(LonLat(20.0, lat), radius_km)
    below_pole = np.abs(ring[:, 1]) < 90
    lon, lats = ring[below_pole].T
    here = np.full(len(lon), lat)
    distance = GEOD.inv(np.full(len(lon), 20.0), here, lon, lats)[2] / 1000.0
    # a disc that holds a pole is drawn along its parallels' ends, which lie at 180 degrees
    on_circle = np.abs(lon - 20.0) < 179.999
    assert np.abs(distance[on_circle] / radius_km - 1).max() < 2e-6


@pytest.mark.parametrize("lat", [0.0, 31.3, -52.0, 75.0])
@pytest.mark.parametrize("radius_km", [0.5, 5.0, 50.0, 500.0])
def test_area_is_that_of_a_many_sided_geodesic_polygon(lat, radius_km):
    sides = 3600
    bearings = np.arange(sides) * 360.0 / sides
    here = np.full(sides, lat)
    lon, lats, _ = GEOD.fwd(np.zeros(sides), here, bearings, np.full(sides, radius_km * 1000.0))
    polygon = abs(GEOD.polygon_area_perimeter(lon, lats)[0]) / 1e6
    assert disc_area_km2(lat, radius_km) == pytest.approx(polygon, rel=1e-5)


@pytest.mark.parametrize(
    "center",
    [
        pytest.param(LonLat(0.0, 0.0), id="equator"),
        pytest.param(LonLat(179.99, -17.0), id="date line"),
        pytest.param(LonLat(-179.99, 65.0), id="date line, north"),
        pytest.param(LonLat(33.0, 89.5), id="over the pole"),
        pytest.param(LonLat(33.0, -90.0), id="on the pole"),
    ],
)
def test_discs_are_whole_across_the_date_line_and_the_poles(center):
    spans = disc_spans(WORLD, center, 100.0)
    assert area_km2(WORLD, spans) == pytest.approx(disc_area_km2(center.lat, 100.0), rel=1e-3)


def test_moving_grid_or_disc_by_a_turn_changes_nothing():
    east = Frame("EPSG:4326", 170.0, -10.0, 0.1, 0.1, rows=200, cols=200, scanlines=4)
    west = Frame("EPSG:4326", -190.0, -10.0, 0.1, 0.1, rows=200, cols=200, scanlines=4)
    center = LonLat(-179.5, -18.0)
    one, other = disc_spans(east, center, 60.0), disc_spans(west, center, 60.0)
    assert one.steps > 0
    assert np.array_equal(one.start, other.start)
    assert np.array_equal(one.end, other.end)


def test_disc_half_off_the_grid_covers_half():
    grid = Frame("EPSG:4326", 30.0, 10.0, 0.01, 0.01, rows=2000, cols=500, scanlines=4)
    spans = disc_spans(grid, LonLat(30.0, 0.0), 20.0)
    assert area_km2(grid, spans) == pytest.approx(disc_area_km2(0.0, 20.0) / 2, rel=1e-3)


def test_disc_off_the_grid_has_no_spans():
    grid = Frame("EPSG:4326", 30.0, 10.0, 0.01, 0.01, rows=100, cols=100, scanlines=4)
    assert disc_spans(grid, LonLat(-60.0, 0.0), 20.0).steps == 0


def test_larger_disc_holds_the_smaller():
    center = LonLat(34.25, 31.28)
    scanlines = choose_scanlines(2 / 111, 3 / 3600)
    grid = Frame("EPSG:4326", 34.0, 31.6, 3 / 3600, 3 / 3600, 800, 800, scanlines)
    small, large = disc_spans(grid, center, 2.0), disc_spans(grid, center, 5.0)
    assert small.difference(large).steps == 0


def test_parallel_that_misses_the_disc_has_no_chord():
    assert np.isnan(half_chord(LonLat(0.0, 0.0), 100.0, np.array([1.0])))[0]
