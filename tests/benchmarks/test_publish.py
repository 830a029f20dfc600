"""A hundred thousand events in every vector and table format: `make bench`."""

import json
import subprocess
import sys

import duckdb
import pytest

from geo.assessment import run_assessment
from geo.settings import Settings
from tests.publish.readers import READERS, find, read_csv

EVENTS = 100_000
SECONDS = 30  # of one core
_CODE = """
import json, resource, sys
from maps.cli import main
status = main(["publish", *sys.argv[1:]])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000]))
"""


@pytest.fixture(scope="module")
def run_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.duckdb"
    run_assessment(None, Settings(), path)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "INSERT INTO places (place_id, name, country, kind, lon, lat, precision_km, source, "
            "confidence) SELECT 'place-' || i, 'Town ' || i % 5000, 'SY', 'point', "
            "36 + i * 7919 % 100000 / 50000, 33 + i * 104729 % 100000 / 50000, 1.5, 'test', 1 "
            "FROM range(?) t(i)",
            [EVENTS],
        )
        con.execute(
            "INSERT INTO events (event_id, kind, role, modality, date, place_id) "
            "SELECT 'X' || i, 'Battles', 'site', 'actual', DATE '2024-01-01' + (i % 50)::INTEGER, "
            "'place-' || i FROM range(?) t(i)",
            [EVENTS],
        )
    return path


def test_a_hundred_thousand_events_in_every_format(ledger, run_path, tmp_path):
    options = ["--profile", "internal", "--format", *READERS]
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(run_path), "--out", str(tmp_path), *options],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    status, seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    assert status == 0
    assert len(read_csv(tmp_path, "events")) == EVENTS + 4
    size = sum(path.stat().st_size for path in tmp_path.iterdir()) / 1e6
    ledger.note(
        f"{EVENTS:,} events in {len(READERS)} formats", "civmap publish (processor time)",
        seconds=seconds, megabytes=megabytes, ratio=f"{size:.0f} MB",
        bound=f"at most {SECONDS} s of one core",
    )  # fmt: skip
    assert seconds < SECONDS
    assert find(tmp_path, "layers.xlsx").stat().st_size < 10e6
