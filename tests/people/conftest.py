"""Small rasters, made where they are needed."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine


@pytest.fixture
def write_raster(tmp_path):
    """Write values to a GeoTIFF and return its path; 1-degree cells from 10 E, 5 N by default."""

    def write(
        values,
        file="people_count.tif",
        *,
        crs="EPSG:4326",
        transform=None,
        tags=None,
        units=None,
        description=None,
        scale=None,
        offset=None,
        **profile,
    ):
        values = np.atleast_3d(np.asarray(values)) if np.ndim(values) < 3 else np.asarray(values)
        if values.shape[2] == 1:
            values = values.transpose(2, 0, 1)
        path = tmp_path / file
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=values.shape[0],
            height=values.shape[1],
            width=values.shape[2],
            dtype=values.dtype,
            crs=crs,
            transform=transform or Affine(1, 0, 10, 0, -1, 5),
            **profile,
        ) as dataset:
            dataset.write(values)
            dataset.update_tags(**(tags or {}))
            if units:
                dataset.units = (units,) * values.shape[0]
            if description:
                dataset.set_band_description(1, description)
            if scale is not None:
                dataset.scales = (scale,) * values.shape[0]
            if offset is not None:
                dataset.offsets = (offset,) * values.shape[0]
        return path

    return write
