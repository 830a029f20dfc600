"""People by age in zones: against exactextract, and by hand on a world with known shares."""

import exactextract
import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.boundaries import measure_area_km2
from geo.exposure.age_counts import cell_parts, count_ages
from geo.exposure.discs import disc_area_km2
from geo.exposure.spans import Frame, Spans
from geo.exposure.zones import Zone
from geo.people.age_bands import Band
from geo.people.age_rasters import AgeRaster

LIMIT = 1_000_000
CHILDREN, ALL = Band("t", 0, 5), Band("t", 0, 90)


def write(path, values, crs="EPSG:4326", west=10.0, north=5.0, cell=0.01, nodata=-1.0):
    rows, cols = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=rows, width=cols, dtype="float64",
        crs=crs, transform=from_origin(west, north, cell, cell), nodata=nodata,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


def make_zone(geometry, *, lon=None, lat=None, radius_km=None):
    area = measure_area_km2(geometry) if radius_km is None else disc_area_km2(lat, radius_km)
    return Zone(
        "z", None, "z", "drawn", None, lon, lat, None if lon is None else 0.0, radius_km, 0.0,
        area, geometry,
    )  # fmt: skip


def test_parts_of_cells_by_hand():
    frame = Frame("EPSG:4326", 0.0, 2.0, 1.0, 1.0, 2, 3, 2)
    # the upper scanline of row 0 from 0.5 to 2.25, the lower one of row 1 whole
    spans = Spans.of(
        np.array([2048, 3 * frame.stride]), np.array([2 * 4096 + 1024, 3 * frame.stride + 3 * 4096])
    )
    expected = [[0.25, 0.5, 0.125], [0.5, 0.5, 0.5]]
    assert cell_parts(frame, spans).tolist() == expected


@pytest.fixture
def world(tmp_path):
    rng = np.random.default_rng(7)
    everyone = rng.gamma(0.5, 100, (60, 80))
    everyone[rng.random(everyone.shape) < 0.2] = np.nan
    share = np.linspace(0.05, 0.35, 80)[None, :]  # few children in the west, many in the east
    paths = []
    for name, values in (("all.tif", everyone), ("children.tif", everyone * share)):
        paths.append(write(tmp_path / name, np.where(np.isnan(values), -1.0, values)))
    return [AgeRaster(paths[1], CHILDREN, None), AgeRaster(paths[0], ALL, None)]


def test_polygons_against_exactextract(world):
    rng = np.random.default_rng(3)
    for _ in range(5):
        points = rng.uniform((10.05, 4.45), (10.75, 4.95), (12, 2))
        shape = shapely.convex_hull(shapely.multipoints(points)) - shapely.Point(10.4, 4.7).buffer(
            0.08
        )
        count = count_ages(world, [make_zone(shape)], limit_cells=LIMIT)["z"]
        frame = gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326")
        for raster in world:
            (row,) = exactextract.exact_extract(str(raster.path), frame, "sum")
            assert count.people[raster.band] == pytest.approx(row["properties"]["sum"], rel=2e-3)
        assert count.covered == pytest.approx(1, abs=2e-3)


def test_disc_on_an_even_world(tmp_path):
    values = np.full((60, 80), 10.0)
    path = write(tmp_path / "even.tif", values)
    shape = shapely.Point(10.4, 4.7).buffer(0.05)
    zone = make_zone(shape, lon=10.4, lat=4.7, radius_km=5.0)
    count = count_ages([AgeRaster(path, ALL, None)], [zone], limit_cells=LIMIT)["z"]
    cell_km2 = measure_area_km2(shapely.box(10.4, 4.695, 10.41, 4.705))
    assert count.people[ALL] == pytest.approx(10 * zone.area_km2 / cell_km2, rel=1e-3)
    assert count.is_whole


def test_projected_raster(tmp_path):
    # 1 km cells of 10 people in UTM 32N; the scale there is near 1
    path = write(
        tmp_path / "utm.tif", np.full((80, 80), 10.0), "EPSG:32632", 460_000, 540_000, 1_000
    )
    zone = make_zone(shapely.Point(9.0, 4.5).buffer(0.09), lon=9.0, lat=4.5, radius_km=10.0)
    count = count_ages([AgeRaster(path, ALL, None)], [zone], limit_cells=LIMIT)["z"]
    assert count.people[ALL] == pytest.approx(10 * zone.area_km2, rel=2e-3)
    assert count.is_whole


def test_raster_that_does_not_reach_does_not_speak_for_the_zone(world):
    half = make_zone(shapely.box(10.7, 4.5, 10.9, 4.9))
    count = count_ages(world, [half], limit_cells=LIMIT)["z"]
    assert count.covered == pytest.approx(0.5, abs=0.01)
    assert not count.is_whole
    far = count_ages(world, [make_zone(shapely.box(50, 4, 51, 5))], limit_cells=LIMIT)["z"]
    assert (far.covered, set(far.people.values())) == (0, {0.0})
