"""Bulk exposure against peers and against reading the raster, in one run, as ratios: `make bench`.

The whole work is timed, from file to file, each as a command of its own: reading the table, making
the zones, counting, writing. Discs are 720 geodesic corners to exactextract and rasterstats.
"""

import functools

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.conftest import write_events
from tests.benchmarks.measure import read_raster, repeat, run_expose, run_peer

RADIUS_KM = 5
PART = 2_000  # discs that the slower of exactextract's strategies gets
FEW = 1_000  # discs that every peer gets


def compare(path, expected):
    """Return how far people of a file are from those of a peer: 95 % of rows, and in total."""
    ours, theirs = pd.read_csv(path), pd.read_csv(expected)
    key = "event_id" if "event_id" in ours else "pcode"
    both = ours.set_index(key)["people"].to_frame().join(theirs.set_index(key)["sum"], how="inner")
    assert len(both) == len(theirs)
    both = both[both["sum"] > 0]
    off = np.abs(both["people"] / both["sum"] - 1)
    return float(np.percentile(off, 95)), abs(float(both["people"].sum() / both["sum"].sum() - 1))


@pytest.fixture(scope="module")
def reading(raster):
    return repeat(lambda: (read_raster(raster), 0.0))[0]


@pytest.mark.parametrize("count", [20_000, 100_000])
def test_discs_of_5_km(ledger, raster, reading, centers, tmp_path, count):
    workload = f"{count:,} discs of {RADIUS_KM} km, 12,000 x 12,000 cells of 3 arc-seconds"
    events, out = write_events(tmp_path / "events.csv", centers[:count]), tmp_path / "out.csv"
    expose = functools.partial(run_expose, events, raster, out, "--radius", RADIUS_KM)
    expose()  # the first run compiles
    seconds, megabytes = repeat(expose)
    ledger.note(workload, "reading the raster (rasterio)", seconds=reading)
    ledger.note(
        workload, "civmap expose", seconds=seconds, megabytes=megabytes,
        ratio=f"{seconds / reading:.1f} times the reading", bound="at most 4 times for 100,000",
    )  # fmt: skip
    options = ("--radius", RADIUS_KM)
    full = write_events(tmp_path / "full.csv", centers[:20_000])
    part = write_events(tmp_path / "part.csv", centers[:PART])
    one = write_events(tmp_path / "one.csv", centers[:1])
    found = tmp_path / "sums.csv"
    best = np.inf
    for strategy, table, done in (
        ("raster-sequential", full, 20_000),
        ("feature-sequential", part, PART),
    ):
        peer = functools.partial(run_peer, f"exactextract {strategy}")
        base, _ = peer(one, raster, tmp_path / "base.csv", *options)
        theirs, memory = peer(table, raster, found, *options)
        # what a disc costs beyond what one costs, times the discs
        scaled = base + (theirs - base) * (count - 1) / (done - 1)
        how = "" if done == count else f", from {theirs:.1f} s for {done:,}"
        best = min(best, scaled)
        ledger.note(
            workload, f"exactextract {strategy}{how}", seconds=scaled, megabytes=memory,
            ratio=f"{scaled / seconds:.1f} times civmap",
        )  # fmt: skip
        nearly_all, total = compare(out, found)
        assert nearly_all < 2e-3
        assert total < 5e-4
    assert best > {20_000: 8, 100_000: 30}[count] * seconds
    if count == 100_000:
        assert seconds < 4 * reading


def test_few_discs(ledger, raster, centers, tmp_path):
    workload = f"{FEW:,} discs of {RADIUS_KM} km, 12,000 x 12,000 cells, every peer"
    events, out = write_events(tmp_path / "events.csv", centers[:FEW]), tmp_path / "out.csv"
    expose = functools.partial(run_expose, events, raster, out, "--radius", RADIUS_KM)
    expose()
    seconds, megabytes = repeat(expose)
    ledger.note(workload, "civmap expose", seconds=seconds, megabytes=megabytes)
    for peer in (
        "exactextract raster-sequential",
        "exactextract feature-sequential",
        "rasterstats",
        "geopandas buffer",
        "popexposure",
    ):
        found = tmp_path / f"{peer}.csv"
        theirs, memory = run_peer(peer, events, raster, found, "--radius", RADIUS_KM)
        nearly_all, total = compare(out, found)
        ledger.note(
            workload, peer, seconds=theirs, megabytes=memory,
            ratio=f"{theirs / seconds:.1f} times civmap",
            bound=f"people differ by {nearly_all:.2%} (95 %), {total:.3%} in total",
        )  # fmt: skip


def test_ten_events_on_a_large_raster(ledger, raster, centers, tmp_path):
    events, out = write_events(tmp_path / "events.csv", centers[:10]), tmp_path / "out.csv"
    expose = functools.partial(run_expose, events, raster, out, "--radius", RADIUS_KM)
    seconds, megabytes = repeat(expose)
    ledger.note(
        "10 discs of 5 km, 12,000 x 12,000 cells", "civmap expose", seconds=seconds,
        megabytes=megabytes, bound="less than 2 s and 400 MB",
    )  # fmt: skip
    assert seconds < 2
    assert megabytes < 400


def test_the_world(ledger, world, world_events, tmp_path):
    workload = "2.5 million events within 1, 2 and 5 km, 43,200 x 18,720 cells of 30 arc-seconds"
    reading, _ = repeat(lambda: (read_raster(world), 0.0))
    ledger.note(workload, "reading the raster (rasterio)", seconds=reading)
    out = tmp_path / "out.parquet"
    expose = functools.partial(run_expose, world_events, world, out, "--radius", "1,2,5")
    seconds, megabytes = repeat(expose)
    ledger.note(
        workload, "civmap expose", seconds=seconds, megabytes=megabytes,
        ratio=f"{seconds / reading:.1f} times the reading", bound="at most 6 times, 3 GB",
    )  # fmt: skip
    assert megabytes < 3000
    assert seconds < 6 * reading


def test_units(ledger, raster, units, tmp_path):
    workload = "5,000 units that cover 12,000 x 12,000 cells"
    out, found = tmp_path / "out.csv", tmp_path / "sums.csv"
    expose = functools.partial(run_expose, units, raster, out)
    expose()
    seconds, megabytes = repeat(expose)
    ledger.note(
        workload, "civmap expose", seconds=seconds, megabytes=megabytes,
        bound="exactextract at least 1.5 times",
    )  # fmt: skip
    best = np.inf
    for strategy in ("raster-sequential", "feature-sequential"):
        peer = f"exactextract {strategy}"
        theirs, memory = repeat(functools.partial(run_peer, peer, units, raster, found), 1)
        best = min(best, theirs)
        ledger.note(
            workload, peer, seconds=theirs, megabytes=memory,
            ratio=f"{theirs / seconds:.1f} times civmap",
        )  # fmt: skip
    ours = pd.read_csv(out).rename(columns={"event_id": "pcode"})
    ours.to_csv(out, index=False)
    nearly_all, total = compare(out, found)
    assert nearly_all < 2e-3
    assert total < 5e-4
    assert best > 1.5 * seconds
