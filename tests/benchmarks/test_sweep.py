"""Bulk exposure against exactextract and against reading the raster, in one run, as ratios.

Our whole work is timed, from file to file: `civmap expose` as a command of its own. exactextract
gets a part of the discs, as ready-made geodesic polygons, and is timed without making them; what
a disc costs it beyond what one disc costs is scaled up to all of them.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.csv
import pyproj
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from rasterio.windows import Window

CIVMAP = Path(sys.executable).parent / "civmap"
SIDE = 12_000
CELL = 3 / 3600
RADIUS_KM = 5.0
DISCS = 100_000
PART = 2_000  # discs that exactextract gets
POINTS = 720
RUNS = 3


@pytest.fixture(scope="module")
def raster(tmp_path_factory):
    """12,000 x 12,000 cells of float32, most of them empty, as population is."""
    path = tmp_path_factory.mktemp("raster") / "people_count.tif"
    rng = np.random.default_rng(1)
    profile = {
        "driver": "GTiff",
        "height": SIDE,
        "width": SIDE,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": rasterio.transform.from_origin(30.0, 40.0, CELL, CELL),
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "compress": "deflate",
        "nodata": -99999,
    }
    with rasterio.open(path, "w", **profile) as dataset:
        for row in range(0, SIDE, 1000):
            people = rng.gamma(0.3, 20.0, (1000, SIDE)).round(2).astype(np.float32)
            people[rng.random(people.shape) < 0.6] = 0
            dataset.write(people, 1, window=Window(0, row, SIDE, 1000))
    return path


@pytest.fixture(scope="module")
def centers():
    rng = np.random.default_rng(2)
    return rng.uniform(30.1, 39.9, (DISCS, 2))


def write_events(path, centers):
    lines = [f"E{n},{lon!r},{lat!r}" for n, (lon, lat) in enumerate(centers.tolist())]
    path.write_text("\n".join(["event_id,lon,lat", *lines, ""]))
    return path


def run_expose(raster, centers, folder):
    """Seconds of the whole command and of reading the raster, in turns, and the people written."""
    events, out = write_events(folder / "events.csv", centers), folder / "out.csv"
    arguments = ["expose", events, "--population", raster, "--radius", str(RADIUS_KM), "--out", out]
    ours, reading = [], []
    for _ in range(RUNS + 1):  # the first one compiles
        start = time.perf_counter()
        subprocess.run([CIVMAP, *map(str, arguments)], check=True, capture_output=True)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        with rasterio.open(raster) as dataset:
            dataset.read(1)
        reading.append(time.perf_counter() - start)
    people = pyarrow.csv.read_csv(out)["people"].to_numpy()
    return statistics.median(ours[1:]), statistics.median(reading[1:]), people


def run_exactextract(raster, centers, strategy):
    geod = pyproj.Geod(ellps="WGS84")
    bearings = np.arange(POINTS) * 360.0 / POINTS
    rings = []
    for lon, lat in centers:
        x, y, _ = geod.fwd(
            np.full(POINTS, lon), np.full(POINTS, lat), bearings, np.full(POINTS, RADIUS_KM * 1e3)
        )
        rings.append(shapely.Polygon(np.column_stack([x, y])))
    polygons = gpd.GeoDataFrame(geometry=rings, crs=4326)
    start = time.perf_counter()
    found = exact_extract(str(raster), polygons, "sum", strategy=strategy, output="pandas")
    return time.perf_counter() - start, found["sum"].to_numpy()


def test_bulk_against_exactextract_and_reading(raster, centers, tmp_path):
    ours, reading, people = run_expose(raster, centers, tmp_path)
    print(f"\nreading the raster with rasterio: {reading:.2f} s")
    print(f"civmap expose, {DISCS:,} discs of {RADIUS_KM:g} km: {ours:.2f} s, whole command")
    print(f"  = {ours / reading:.1f} times the reading")
    theirs = {}
    for strategy in ("raster-sequential", "feature-sequential"):
        base, _ = run_exactextract(raster, centers[:1], strategy)
        seconds, sums = run_exactextract(raster, centers[:PART], strategy)
        # what a disc costs more, times the discs, on top of what one disc costs
        theirs[strategy] = base + (seconds - base) * (DISCS - 1) / (PART - 1)
        off = np.abs(people[:PART] / sums - 1)
        print(
            f"exactextract {strategy}: {seconds:.2f} s for {PART:,} discs, "
            f"about {theirs[strategy]:.0f} s for {DISCS:,}; people differ by "
            f"{np.percentile(off, 95):.2%} (95 %), {abs(people[:PART].sum() / sums.sum() - 1):.3%} "
            "in total"
        )
        assert np.percentile(off, 95) < 2e-3
        assert people[:PART].sum() == pytest.approx(sums.sum(), rel=5e-4)
    ratio = min(theirs.values()) / ours
    print(f"civmap expose is {ratio:.0f} times as fast as exactextract's better strategy")
    assert ratio > 10  # half of what is seen on two cores would be an alarm
    assert ours < 6 * reading


def test_few_events_read_only_what_they_touch(raster, centers, tmp_path):
    seconds, _, _ = run_expose(raster, centers[:10], tmp_path)
    print(f"\ncivmap expose, 10 discs: {seconds:.2f} s, whole command")
    assert seconds < 4
