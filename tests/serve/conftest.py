"""One server process for the tests of this room, told apart from them by a process of its own."""

import contextlib
import signal
import subprocess
import sys

import pytest

from geo.assessment import run_assessment
from geo.settings import Settings

START = "from maps.cli import run; run()"


@pytest.fixture(scope="session")
def run_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.duckdb"
    run_assessment(None, Settings(), path)
    return path


@contextlib.contextmanager
def start_server(run, stop):
    """Give the address of `civmap serve` on a free port; a signal then ends it, cleanly."""
    command = [sys.executable, "-c", START, "serve", str(run), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            assert " at http" in line, process.stderr.read()
            yield line.split(" at ")[1].split()[0]
            process.send_signal(stop)
            assert process.wait(20) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


@pytest.fixture(scope="session")
def url(run_path):
    with start_server(run_path, signal.SIGTERM) as address:
        yield address
