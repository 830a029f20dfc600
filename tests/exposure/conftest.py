"""Small rasters and event tables, made where they are needed."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine


@pytest.fixture
def write_count(tmp_path):
    """Write people per cell to a GeoTIFF and return its path."""

    def write(
        values, *, west=10.0, north=5.0, cell=1.0, crs="EPSG:4326", south_up=False, **profile
    ):
        values = np.asarray(values)
        path = tmp_path / profile.pop("file", "people_count.tif")
        rows, cols = values.shape
        place = Affine(cell, 0, west, 0, -cell, north)
        if south_up:
            place = Affine(cell, 0, west, 0, cell, north - rows * cell)
            values = values[::-1]
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=1,
            height=rows,
            width=cols,
            dtype=values.dtype,
            crs=crs,
            transform=place,
            **profile,
        ) as dataset:
            dataset.write(values, 1)
        return path

    return write


@pytest.fixture
def write_events(tmp_path):
    """Write lines of CSV and return the path."""

    def write(*lines, file="events.csv", encoding="utf-8"):
        path = tmp_path / file
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return write
