"""Rasters and tables of the benchmarks, and the page that a full run writes."""

import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
import rasterio
import rasterio.shutil
import shapely
from rasterio.transform import from_origin
from rasterio.windows import Window

from tests.benchmarks.measure import Ledger

SIDE = 12_000
CELL = 3 / 3600
ROWS, COLS, WIDE = 18_720, 43_200, 30 / 3600
LAND, BLOCK = 0.29, 512
_LEDGER = Ledger()


def pytest_sessionfinish(session, exitstatus):
    """Write the page if all was run: a selection, or a run that broke off, leaves it as it was."""
    chosen = session.config.option.keyword or any("::" in name for name in session.config.args)
    if exitstatus in (0, 1) and not chosen and len(_LEDGER.tables) > 1:
        _LEDGER.write()


@pytest.fixture(scope="session")
def ledger():
    return _LEDGER


TILED = {
    "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "nodata": -99999,
}  # fmt: skip
WORLDPOP = {"compress": "lzw", "predictor": 2, "nodata": -3.4e38}  # strips


def open_new(path, rows, cols, west, north, cell, **profile):
    return rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_origin(west, north, cell, cell), num_threads=2, **profile,
    )  # fmt: skip


@pytest.fixture(scope="session")
def raster(tmp_path_factory):
    """12,000 x 12,000 cells of 3 arc-seconds, float32, most of them empty, as population is."""
    path = tmp_path_factory.mktemp("raster") / "people_count.tif"
    rng = np.random.default_rng(1)
    with open_new(path, SIDE, SIDE, 30.0, 40.0, CELL, **TILED) as dataset:
        for row in range(0, SIDE, 1000):
            people = rng.gamma(0.3, 20.0, (1000, SIDE)).round(2).astype(np.float32)
            people[rng.random(people.shape) < 0.6] = 0
            dataset.write(people, 1, window=Window(0, row, SIDE, 1000))
    return path


@pytest.fixture(scope="session")
def world():
    """43,200 x 18,720 cells of 30 arc-seconds, float32, laid out as WorldPop's global mosaics are.

    LZW with a predictor, in strips of one row, values that are all different on land, which is 29 %
    of it, and no data elsewhere. Kept among the temporary files, since it takes a minute to make.
    """
    folder = Path(tempfile.gettempdir()) / "civmap-benchmarks-2"
    folder.mkdir(exist_ok=True)
    path, part = folder / "world_count.tif", folder / "part.tif"
    if path.exists():
        return path
    rng = np.random.default_rng(5)
    with open_new(part, ROWS, COLS, -180.0, 84.0, WIDE, **WORLDPOP) as dataset:
        for row in range(0, ROWS, BLOCK):
            rows = min(BLOCK, ROWS - row)
            people = np.full((rows, COLS), WORLDPOP["nodata"], dtype=np.float32)
            for block in np.flatnonzero(rng.random(-(-COLS // BLOCK)) < LAND):
                land = people[:, block * BLOCK : (block + 1) * BLOCK]
                land[:] = rng.gamma(0.3, 100.0, land.shape)
            dataset.write(people, 1, window=Window(0, row, COLS, rows))
    part.rename(path)
    return path


@pytest.fixture(scope="session")
def large_cog():
    """20,000 x 20,000 cells of 3 arc-seconds as a cloud-optimised GeoTIFF of more than 1 GB.

    Kept among the temporary files, since it takes minutes to make.
    """
    folder = Path(tempfile.gettempdir()) / "civmap-benchmarks-2"
    folder.mkdir(exist_ok=True)
    path, part = folder / "large_cog_count.tif", folder / "large_part.tif"
    if path.exists():
        return path
    people = np.random.default_rng(9).gamma(0.3, 20.0, (1000, 20_000)).astype(np.float32)
    with open_new(part, 20_000, 20_000, 30.0, 40.0, CELL, tiled=True, nodata=-99999) as dataset:
        for row in range(0, 20_000, 1000):
            shifted = np.roll(people, 7 * row, axis=1)
            dataset.write(shifted, 1, window=Window(0, row, 20_000, 1000))
    draft = folder / "large_draft.tif"
    options = {"compress": "deflate", "level": 1, "blocksize": 256, "overviews": "none"}
    with rasterio.Env(GDAL_NUM_THREADS="2"):
        rasterio.shutil.copy(part, draft, driver="COG", **options)
    part.unlink()
    draft.rename(path)
    return path


@pytest.fixture(scope="session")
def centers():
    """100,000 places on the raster."""
    return np.random.default_rng(2).uniform(30.1, 39.9, (100_000, 2))


def write_events(path, centers):
    """Write a CSV of events at lon, lat."""
    ids = pa.array([f"E{number}" for number in range(len(centers))])
    lon, lat = (pa.array(column) for column in np.ascontiguousarray(np.transpose(centers)))
    pyarrow.csv.write_csv(pa.table({"event_id": ids, "lon": lon, "lat": lat}), path)
    return path


@pytest.fixture(scope="session")
def world_events(world, tmp_path_factory):
    """2.5 million events where people live."""
    rng = np.random.default_rng(6)
    places = []
    with rasterio.open(world) as dataset:
        for row in range(BLOCK // 2, ROWS, BLOCK):
            people = dataset.read(1, window=Window(0, row, COLS, 1))[0]
            col = rng.choice(np.flatnonzero(people > 0), 80_000)
            lon = -180.0 + (col + rng.random(len(col))) * WIDE
            places.append(
                np.column_stack([lon, 84.0 - (row + rng.uniform(-250, 250, len(col))) * WIDE])
            )
    centers = np.concatenate(places)
    centers = centers[rng.permutation(len(centers))[:2_500_000]]
    return write_events(tmp_path_factory.mktemp("events") / "world.csv", centers)


@pytest.fixture(scope="session")
def units(tmp_path_factory):
    """5,000 units that cover the raster and share their borders, of some 200 corners each."""
    rng = np.random.default_rng(7)
    frame = shapely.box(30.0, 30.0, 40.0, 40.0)
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(rng.uniform(30, 40, (5000, 2))), extend_to=frame
    )
    cells = shapely.intersection(shapely.get_parts(cells), frame)
    jagged = shapely.transform(
        shapely.segmentize(cells, 0.003),
        lambda xy: np.clip(xy + 0.003 * np.sin(700 * xy[:, ::-1]) * np.cos(311 * xy), 30, 40),
    )
    shapes = shapely.make_valid(jagged, method="structure", keep_collapsed=False)
    path = tmp_path_factory.mktemp("units") / "units.geojson"
    names = [f"U{number:04}" for number in range(len(shapes))]
    gpd.GeoDataFrame({"pcode": names}, geometry=shapes, crs=4326).to_file(path)
    return path
