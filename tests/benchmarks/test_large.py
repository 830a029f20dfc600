"""A million events to a map, from file to files, as a command of its own: `make bench`."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

EVENTS = 1_000_000
MEGABYTES = 5


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    rng = np.random.default_rng(1)
    at = rng.integers(0, 40, EVENTS)
    lon, lat = rng.uniform(36.2, 41.5, 40)[at], rng.uniform(32.8, 36.6, 40)[at]
    path = tmp_path_factory.mktemp("large") / "events.csv"
    pd.DataFrame(
        {
            "event_id": np.arange(EVENTS),
            "event_date": "2024-02-24",
            "event_type": "Battles",
            "lon": (lon + rng.normal(0, 0.35, EVENTS)).round(5),
            "lat": (lat + rng.normal(0, 0.25, EVENTS)).round(5),
            "notes": "Something was reported, by several sources.",
        }
    ).to_csv(path, index=False)
    return path


def test_a_million_events_on_a_map(ledger, events, tmp_path):
    code = (
        "import json, resource, sys, time; from maps.cli import main; start = time.perf_counter(); "
        "status = main(['map', *sys.argv[1:]]); "
        "usage = resource.getrusage(resource.RUSAGE_SELF); "
        "print(json.dumps([status, time.perf_counter() - start, usage.ru_maxrss / 1000]))"
    )
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", code, str(events), "--out", str(out)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    status, seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    assert status == 0
    page = (out / "map.html").stat().st_size / 1e6
    ledger.note(
        "a million events, coarse model", "civmap map", seconds=seconds, megabytes=megabytes,
        ratio=f"page of {page:.1f} MB", bound=f"at most {MEGABYTES} MB",
    )  # fmt: skip
    assert page < MEGABYTES
