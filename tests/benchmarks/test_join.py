"""The join and the gazetteer against the clock and a peer, in one run: `make bench`."""

import statistics
import time

import geopandas as gpd
import numpy as np
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from geo.database.store import create_run
from geo.exposure.count import build_frame, count_people, load_grid, load_spans
from geo.exposure.discs import disc_outline, disc_spans
from geo.people import PopulationGrid
from geo.places import open_gazetteer
from geo.types import LonLat, Source

DISCS = 500
CELLS = 2400
CELL = 3 / 3600


def clock(act, repeats=3):
    """Median wall time of some runs, in seconds, and the last result."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = act()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def test_join_against_exactextract(tmp_path):
    rng = np.random.default_rng(1)
    people = rng.gamma(0.3, 50.0, (CELLS, CELLS))
    grid = PopulationGrid(
        "g", "made up", Source("s", "made up", "none"), None, "no", "EPSG:4326",
        30.0, 32.0, CELL, CELL, people,
    )  # fmt: skip
    size = CELLS * CELL
    centers = rng.uniform((30.1, 32.1 - size), (29.9 + size, 31.9), (DISCS, 2))
    frame = build_frame(grid, 4)

    def join():
        path = tmp_path / f"{time.monotonic_ns()}.duckdb"
        with create_run(path) as con:
            load_grid(con, grid, 4)
            zones = {str(n): disc_spans(frame, LonLat(*c), 5.0) for n, c in enumerate(centers)}
            load_spans(con, frame, "g", zones, {})
            return {piece.zone_id: piece.static for piece in count_people(con, "g", 4)}

    def peer():
        source = NumPyRasterSource(
            people, xmin=30, ymin=32 - size, xmax=30 + size, ymax=32, srs_wkt="EPSG:4326"
        )
        discs = [shapely.Polygon(disc_outline(LonLat(*c), 5.0, points=360)) for c in centers]
        frame = gpd.GeoDataFrame(geometry=discs, crs="EPSG:4326")
        return exact_extract(source, frame, "sum", output="pandas")["sum"]

    ours, counted = clock(join)
    theirs, expected = clock(peer)
    worst = max(abs(counted[str(n)] / expected[n] - 1) for n in range(DISCS))
    print(
        f"\n{DISCS} discs of 5 km, {CELLS} x {CELLS} cells: join {ours:.2f} s (grid loaded "
        f"included), exactextract {theirs:.2f} s, ratio {theirs / ours:.2f}; worst disc {worst:.1e}"
    )
    assert worst < 2e-3


def test_gazetteer_opens_and_answers():
    names = ["Rafah", "Paris", "El Fasher", "Kharkiv", "Lashio", "Goma", "Port-au-Prince"] * 100
    opening, gazetteer = clock(open_gazetteer)
    with gazetteer:
        looking, _ = clock(lambda: [gazetteer.lookup(name) for name in names])
    print(f"\nopen {opening * 1e3:.2f} ms, a name {looking / len(names) * 1e3:.3f} ms")
    assert opening < 0.010
    assert looking / len(names) < 0.001
