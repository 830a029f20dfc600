"""Seconds and memory of whole commands, and the table that the run leaves in the docs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import rasterio

CIVMAP = Path(sys.executable).parent / "civmap"
PEERS = Path(__file__).with_name("peers.py")
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
RUNS = 3
OURS = ("duckdb", "numba", "numpy", "rasterio")

# a child's peak memory is told from its parent's at the fork on: this one has a small parent
_SMALL_PARENT = """
import resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.stderr.write(done.stderr)
sys.exit(done.returncode)
"""


def run_command(*arguments):
    """Return seconds and peak megabytes of a command, with bytecode kept as users have it."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _SMALL_PARENT, *map(str, arguments)],
        check=False, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, kilobytes = done.stdout.split()
    return float(seconds), int(kilobytes) / 1024


def run_expose(table, raster, out, *options):
    """Return seconds and peak megabytes of `civmap expose`."""
    return run_command(CIVMAP, "expose", table, "--population", raster, "--out", out, *options)


def find_peers():
    """Return the interpreter of the peers' environment (`make bench` says which)."""
    return os.environ.get("CIVMAP_PEERS", str(Path(sys.executable).with_name("peers") / "python"))


def run_peer(peer, table, raster, out, *options):
    """Return seconds and peak megabytes of a peer."""
    return run_command(find_peers(), PEERS, peer, table, raster, out, *options)


def repeat(act, runs=RUNS):
    """Return the median seconds and the most megabytes of some runs."""
    seconds, megabytes = zip(*(act() for _ in range(runs)), strict=True)
    return statistics.median(seconds), max(megabytes)


def read_raster(path, rows=12_000):
    """Return the seconds that rasterio takes to read every value, so many rows at a time."""
    from rasterio.windows import Window

    start = time.perf_counter()
    with rasterio.open(path) as dataset:
        for row in range(0, dataset.height, rows):
            height = min(rows, dataset.height - row)
            dataset.read(1, window=Window(0, row, dataset.width, height))
    return time.perf_counter() - start


class Ledger:
    """What was measured, by workload, in the order it was noted."""

    def __init__(self):
        self.tables = {}

    def note(self, workload, who, *, seconds, megabytes=None, ratio="", bound=""):
        """Note a line, and print it."""
        memory = "" if megabytes is None else f"{megabytes:,.0f} MB"
        self.tables.setdefault(workload, []).append(
            (who, f"{seconds:,.2f} s", memory, ratio, bound)
        )
        print(f"\n{workload} | {who} | {seconds:.2f} s | {memory} | {ratio} | {bound}", flush=True)

    def write(self):
        """Write the page."""
        names = ", ".join(f"{name} {version(name)}" for name in OURS)
        peers = subprocess.run(
            [find_peers(), PEERS, "versions"], capture_output=True, text=True, check=True
        ).stdout.split("\n")
        lines = [
            "# Benchmarks",
            "",
            "Written by `make bench`: all figures are from one run, on one machine. Times are of",
            "whole commands, from file to file, medians of some runs; memory is the most that a",
            "process held. Ratios are what matters, seconds are the machine's. The run asserts",
            "what the bounds say.",
            "",
            f"- {os.cpu_count()} cores, Python {sys.version.split()[0]}",
            f"- civmap {version('civmap')} with {names}",
            f"- peers: {', '.join(filter(None, peers))}",
        ]
        for workload, rows in self.tables.items():
            lines += ["", f"## {workload}", ""]
            lines += ["| Who | Time | Memory | Ratio | Bound |", "|---|---:|---:|---|---|"]
            lines += [f"| {' | '.join(row)} |" for row in rows]
        PAGE.write_text("\n".join([*lines, ""]), encoding="utf-8")
