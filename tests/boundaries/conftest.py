"""Small boundary files, made where they are needed."""

import geopandas as gpd
import pytest
import shapely


def make_square(west, south, size=1.0):
    return shapely.box(west, south, west + size, south + size)


@pytest.fixture
def write_frame(tmp_path):
    """Write columns and geometries to a file of a given name, and return its path."""

    def write(file, geometries, /, crs="EPSG:4326", **columns):
        frame = gpd.GeoDataFrame(columns, geometry=list(geometries), crs=crs)
        path = tmp_path / file
        if path.suffix == ".gpkg":
            frame.to_file(path, driver="GPKG", layer="units")
        elif path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            path.write_text(frame.to_json(drop_id=True), encoding="utf-8")
        return path

    return write
