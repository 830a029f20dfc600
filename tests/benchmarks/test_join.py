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
from geo.exposure.discs import METRES_PER_DEGREE, disc_outline, disc_spans
from geo.exposure.spans import choose_scanlines
from geo.people import PopulationGrid
from geo.places import open_gazetteer
from geo.types import LonLat, Source

DISCS = 500
CELLS = 2400
CELL = 3 / 3600
RADIUS_KM = 5.0


def clock(act, repeats=3):
    """Median wall time of some runs, in seconds, and the last result."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = act()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def test_join_against_exactextract(ledger, tmp_path):
    """Both warm: cells and spans in the run database, raster and polygons in memory."""
    rng = np.random.default_rng(1)
    people = rng.gamma(0.3, 50.0, (CELLS, CELLS))
    people[rng.random(people.shape) < 0.6] = 0.0
    grid = PopulationGrid(
        "g", "made up", Source("s", "made up", "none"), None, "no", "EPSG:4326",
        30.0, 32.0, CELL, CELL, people,
    )  # fmt: skip
    size = CELLS * CELL
    places = rng.uniform((30.1, 32.1 - size), (29.9 + size, 31.9), (DISCS, 2))
    centers = [LonLat(*place) for place in places]
    scanlines = choose_scanlines(2000.0 * RADIUS_KM / METRES_PER_DEGREE, CELL)
    frame = build_frame(grid, scanlines)
    source = NumPyRasterSource(
        people, xmin=30, ymin=32 - size, xmax=30 + size, ymax=32, srs_wkt="EPSG:4326"
    )
    discs = [shapely.Polygon(disc_outline(center, RADIUS_KM, points=360)) for center in centers]
    polygons = gpd.GeoDataFrame(geometry=discs, crs="EPSG:4326")
    with create_run(tmp_path / "run.duckdb") as con:
        load_grid(con, grid, scanlines)
        spans = {str(n): disc_spans(frame, center, RADIUS_KM) for n, center in enumerate(centers)}
        load_spans(con, frame, "g", spans, {})

        def join():
            con.execute("DELETE FROM pieces")
            return {piece.zone_id: piece.static for piece in count_people(con, "g", scanlines)}

        ours, counted = clock(join)
    theirs, expected = clock(lambda: exact_extract(source, polygons, "sum", output="pandas")["sum"])
    workload = f"The SQL join: {DISCS} discs of 5 km, {CELLS:,} x {CELLS:,} cells, both warm"
    ledger.note(workload, "count_people.sql", seconds=ours, bound="exactextract at least 5 times")
    ledger.note(
        workload, "exactextract, polygons ready", seconds=theirs, ratio=f"{theirs / ours:.1f} times"
    )
    off = max(abs(counted[str(n)] / expected[n] - 1) for n in range(DISCS))
    assert off < 2e-3
    assert theirs > 5 * ours


def test_gazetteer_opens_and_answers(ledger):
    names = ["Rafah", "Paris", "El Fasher", "Kharkiv", "Lashio", "Goma", "Port-au-Prince"] * 100
    opening, gazetteer = clock(open_gazetteer)
    with gazetteer:
        looking, _ = clock(lambda: [gazetteer.lookup(name) for name in names])
    print(f"\nopen {opening * 1e3:.2f} ms, a name {looking / len(names) * 1e3:.3f} ms")
    ledger.note("The gazetteer", "opening it", seconds=opening, bound="less than 0.01 s")
    ledger.note("The gazetteer", "700 names", seconds=looking, bound="less than 0.001 s a name")
    assert opening < 0.010
    assert looking / len(names) < 0.001
