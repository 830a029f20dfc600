"""Publish again and again, and kill it at random moments: `python killed.py RUN OUT COUNT`.

A program of its own, since only a process with one thread is forked safely.
"""

import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path

from maps.publish import bundle
from maps.publish.publication import publish_run
from maps.publish.verify import verify_folder

_GOLDEN = 0.618034  # whose multiples lie evenly between whole numbers
FORMATS = (["geojson"], ["geojson", "stac", "datapackage"])


def publish(run, out, number):
    from maps.publish.guard import Terms

    terms = Terms(released_by=str(number))
    publish_run(run, out, profile="internal", formats=FORMATS[number % 2], terms=terms)


def start(run, out, number, at_exchange=None):
    """Publish in a process that is forked; it kills itself before or after folders change."""
    child = os.fork()
    if child:
        return child
    exchange = bundle._exchange

    def exchange_and_die(*folders):
        if at_exchange == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = exchange(*folders)
        if at_exchange == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    bundle._exchange = exchange_and_die
    try:
        publish(run, out, number)
    finally:
        os._exit(0)


def read_number(out):
    verify_folder(out)
    return int(json.loads((out / "manifest.json").read_text("utf-8"))["released_by"])


def main(run, out, count):
    begun = time.monotonic()
    os.waitpid(start(run, out, 0), 0)
    duration = time.monotonic() - begun
    current, killed, new = read_number(out), 0, 0
    for number in range(1, count + 1):
        at = {1: "before", 2: "after"}.get(number)
        child = start(run, out, number, at)
        if at is None:
            time.sleep(1.05 * duration * (number * _GOLDEN % 1.0))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        found = read_number(out)
        assert found in (current, number), (found, current, number)
        assert (at, found) not in (("before", number), ("after", current))
        new += found == number
        current = found
    publish(run, out, -1)  # sweeps away what was left
    assert read_number(out) == -1
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    sys.stdout.write(json.dumps({"killed": killed, "new": new}))


if __name__ == "__main__":
    for name in ("duckdb", "geopandas", "pyarrow", "pyogrio", "pyproj", "rasterio"):
        importlib.import_module(name)  # once, and not in every process
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
