"""Products that are given as files: LandScan as it is, Kontur by way of a density."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_origin

from geo.errors import RasterError
from geo.people import read_population
from geo.types import BBox

CELL = 30 / 3600
BOX = BBox(34.2, 31.2, 34.4, 31.4)


def test_landscan_is_read_as_it_comes(tmp_path):
    """Whole persons, int32, the sea as -2147483647, counts by its name."""
    values = np.random.default_rng(1).integers(0, 900, (120, 120)).astype("int32")
    values[:, :20] = -2147483647
    path = tmp_path / "landscan-global-2022.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=120, width=120, count=1, dtype="int32", crs="EPSG:4326",
        transform=from_origin(34.0, 32.0, CELL, CELL), nodata=-2147483647, compress="lzw",
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    grid = read_population(path, BBox(34.0, 31.0, 35.0, 32.0))
    assert grid.total == values[:, 20:].sum()
    assert np.isnan(grid.people[:, :20]).all()
    assert (grid.population_date, grid.label) == ("2022", "landscan-global-2022.tif")


@pytest.fixture
def kontur(tmp_path):
    """A GeoPackage of hexagons in Web Mercator, as Kontur's are."""
    corners = np.radians(np.arange(0, 360, 60) + 30)
    ring = 620.0 * np.column_stack([np.cos(corners), np.sin(corners)])
    east, north = 3_813_000.0, 3_660_000.0
    hexagons = [
        shapely.Polygon(ring + np.array([east + 1073.9 * (x + y / 2), north + 930.0 * y]))
        for x in range(-12, 18)
        for y in range(-12, 18)
    ]
    people = np.random.default_rng(2).integers(1, 4000, len(hexagons))
    frame = gpd.GeoDataFrame(
        {"h3": [f"8{n}" for n in range(len(hexagons))], "population": people},
        geometry=hexagons, crs=3857,
    )  # fmt: skip
    path = tmp_path / "kontur_population_PS_20231101.gpkg"
    frame.to_file(path)
    return path


def test_kontur_is_refused_with_a_way_out(kontur):
    with pytest.raises(RasterError, match=r"a GeoPackage, no raster.*docs/data\.md, Kontur"):
        read_population(kontur, BOX)


def test_kontur_by_its_density_keeps_its_people(kontur, tmp_path):
    """The way of docs/data.md: density by true area, in cells of 100 m."""
    frame = gpd.read_file(kontur)
    density = frame["population"] / (frame.to_crs("ESRI:54009").area / 1e6)
    degrees = frame.to_crs(4326)
    west, south, east, north = degrees.total_bounds
    step = 1 / 1200
    shape = (int((north - south) / step) + 1, int((east - west) / step) + 1)
    place = from_origin(west, north, step, step)
    values = rasterize(
        zip(degrees.geometry, density, strict=True), shape, transform=place, fill=0,
        dtype="float32",
    )  # fmt: skip
    path = tmp_path / "kontur_density.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=shape[0], width=shape[1], count=1, dtype="float32",
        crs="EPSG:4326", transform=place,
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    total = read_population(path, BBox(west, south, east, north), unit="density").total
    assert total == pytest.approx(frame["population"].sum(), rel=0.005)
    mercator = frame["population"] / (frame.area / 1e6)  # what must not be done
    assert (density / mercator).min() > 1.3
