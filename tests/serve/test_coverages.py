"""Rasters in another CRS than degrees, against pyproj and rasterio."""

import copy
import io

import numpy as np
import pytest
import rasterio
from pygeoapi.provider.base import ProviderInvalidQueryError
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.transform import from_origin

from maps.serve.coverages import Raster, RasterProvider

EAST, NORTH, CELL = 600_000.0, 3_470_000.0, 1000.0  # UTM 36N


@pytest.fixture(scope="module")
def provider():
    cells = np.arange(60, dtype=np.float32).reshape(6, 10)
    cells[2, 3] = np.nan
    raster = Raster(
        "people", "People", "persons per cell", cells, CRS.from_epsg(32636),
        from_origin(EAST, NORTH, CELL, CELL), {}, (33.0, 31.0, 35.0, 32.0),
    )  # fmt: skip
    return RasterProvider({"name": "x", "type": "coverage", "data": raster, "epsg": 32636})


def test_box_of_degrees_is_laid_over_metres(provider):
    to_degrees = Transformer.from_crs("EPSG:32636", "OGC:CRS84", always_xy=True)
    west, south = to_degrees.transform(EAST + 3500, NORTH - 3500)
    east, north = to_degrees.transform(EAST + 4500, NORTH - 1500)
    found = provider.query(bbox=(west, south, east, north))
    values = found["ranges"]["people"]["values"]
    # rows 1 to 3 and columns 3 and 4 hold the two corners
    assert found["ranges"]["people"]["shape"] == [3, 2]
    assert values == [13.0, 14.0, None, 24.0, 33.0, 34.0]
    axes = found["domain"]["axes"]
    assert (axes["x"]["start"], axes["y"]["start"]) == (EAST + 3500, NORTH - 1500)
    assert found["domain"]["referencing"][0]["system"]["id"].endswith("/EPSG/0/32636")


def test_subset_is_in_metres_and_edges_only_touch(provider):
    subset = {"x": (EAST + 1000, EAST + 3000), "y": (NORTH - 2000, NORTH - 1000)}
    assert provider.query(subsets=subset)["ranges"]["people"]["values"] == [11.0, 12.0]
    with rasterio.open(io.BytesIO(provider.query(subsets=subset, format_="GTiff"))) as part:
        assert part.read(1).tolist() == [[11.0, 12.0]]
        assert part.bounds == (EAST + 1000, NORTH - 2000, EAST + 3000, NORTH - 1000)
        assert part.crs.to_epsg() == 32636
        assert part.descriptions == ("People",)


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": (0, 0, 1, 1)},
        {"bbox": (34, 31, 33, 32)},
        {"bbox": (34, 31, 35, 32), "subsets": {"x": (0, 1)}},
        {"subsets": {"x": (2, 1)}},
        {"subsets": {"x": ("a", "b")}},
        {"bbox": (34, 31, 35, 32), "bbox_crs": "EPSG:3857"},
    ],
)
def test_boxes_that_make_no_sense_are_refused(provider, query):
    with pytest.raises(ProviderInvalidQueryError):
        provider.query(**query)


def test_cells_are_not_copied_with_the_configuration(provider):
    assert copy.deepcopy({"data": provider.data})["data"] is provider.data
