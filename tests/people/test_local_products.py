"""Products that are given as files, as they come."""

import numpy as np
import rasterio
from rasterio.transform import from_origin

from geo.people import read_population
from geo.types import BBox

CELL = 30 / 3600


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
