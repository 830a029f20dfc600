"""A large raster read where it lies: what is sent, and how long it takes."""

import mmap
import time

import numpy as np
import pytest

from maps.cli import main
from tests.benchmarks.conftest import write_events
from tests.downloads import HOST, Parts


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_district_of_a_gigabyte(server, large_cog, monkeypatch, tmp_path):
    """30 discs of 2 km in a district of 30 by 30 km, of a raster of more than 1 GB."""
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    monkeypatch.chdir(tmp_path)
    write_events("events.csv", np.random.default_rng(4).uniform(34.2, 34.5, (30, 2)))
    command = ["expose", "events.csv", "--radius", "2", "--out"]
    with large_cog.open("rb") as stream, mmap.mmap(stream.fileno(), 0, prot=1) as body:
        parts = Parts(body)
        server.answers = [parts]
        address = f"https://{HOST}/{large_cog.name}"
        times = {}
        for name, options in {
            "file": ["--population", str(large_cog)],
            "near": ["--population", address],
            "again": ["--population", address, "--offline"],
        }.items():
            start = time.perf_counter()
            assert main([*command, f"{name}.csv", *options]) == 0
            times[name] = time.perf_counter() - start
        size, asked = len(body), len(parts.asked)
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
    print(f"of {size / 1e9:.2f} GB {parts.sent / 1e6:.2f} MB were sent in {asked} requests; {told}")
    read = {(tmp_path / f"{name}.csv").read_bytes() for name in times}
    assert len(read) == 1
    assert size > 1e9
    assert parts.sent < 5e6
    assert times["near"] < 3.0
