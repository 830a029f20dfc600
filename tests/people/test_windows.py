"""Which cells of a raster a box takes where either goes across the ends of the other."""

import numpy as np
import pytest
from rasterio.transform import Affine

from geo.errors import RasterError
from geo.people import read_population
from geo.types import BBox, LonLat


def write_row(write_raster, west, cols, cell=1.0, crs="EPSG:4326"):
    """One row of cells that hold their own numbers."""
    values = np.arange(cols, dtype=np.float32)[None, :]
    return write_raster(values, crs=crs, transform=Affine(cell, 0, west, 0, -1, 1))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4269"])
@pytest.mark.parametrize(
    ("west", "cols", "box", "expected"),
    [
        pytest.param(-180, 360, (178, 182), [358, 359, 0, 1], id="world, date line"),
        pytest.param(0, 360, (-2, 2), [358, 359, 0, 1], id="0 to 360, Greenwich"),
        pytest.param(0, 360, (178, 182), [178, 179, 180, 181], id="0 to 360, date line"),
        pytest.param(170, 20, (178, 182), [8, 9, 10, 11], id="170 to 190, date line"),
        pytest.param(170, 20, (-178, -176), [12, 13], id="170 to 190, its east"),
        pytest.param(170, 20, (171, 173), [1, 2], id="170 to 190, its west"),
        pytest.param(-190, 20, (178, 182), [8, 9, 10, 11], id="-190 to -170, date line"),
        pytest.param(-180, 359, (177, 182), [357, 358, np.nan, 0, 1], id="a column short"),
        pytest.param(0, 350, (-12, 2), [348, 349, *[np.nan] * 10, 0, 1], id="0 to 350, Greenwich"),
        pytest.param(-180, 361, (178, 182), [358, 359, 360, 1], id="a column twice"),
        pytest.param(-180, 360, (-180, 180), list(range(360)), id="all of it"),
        pytest.param(
            0, 360, (-180, 180), [*range(180, 360), *range(180)], id="all of it, from Greenwich"
        ),
    ],
)
def test_boxes_and_rasters_across_each_others_ends(write_raster, crs, west, cols, box, expected):
    path = write_row(write_raster, west, cols, crs=crs)
    grid = read_population(path, BBox(box[0], 0, box[1], 1))
    assert np.array_equal(grid.people, [expected], equal_nan=True)
    assert grid.west == pytest.approx(box[0])
    inside = LonLat((box[0] + 0.5 + 180) % 360 - 180, 0.5)
    assert grid.has_data(inside) == (not np.isnan(expected[0]))


def test_cells_that_do_not_meet_are_refused_with_the_way_out(write_raster):
    path = write_row(write_raster, -180, 514, cell=0.7)
    with pytest.raises(RasterError, match=r"crosses longitude -180, .*gdalwarp -r sum -te"):
        read_population(path, BBox(178, 0, 182, 1))
    assert read_population(path, BBox(170, 0, 175, 1)).shape == (1, 8)


def test_ghs_pop_of_the_world_has_a_column_twice(write_raster):
    """Its 30 arc-seconds: 43,201 columns from 180.0079 W."""
    cell, west = 0.00833333333333333, -180.00791593130032
    values = np.full((1, 43_201), 1.0, dtype=np.float64)
    path = write_raster(
        values,
        "GHS_POP_E2020_GLOBE_R2023A_4326_30ss_V1_0.tif",
        transform=Affine(cell, 0, west, 0, -cell, 1),
        nodata=-200,
    )
    grid = read_population(path, BBox(179, 0.995, 181, 1))
    assert grid.total == pytest.approx(2 / cell, abs=2)
    assert grid.population_date == "2020"
