"""A run of the bundled example, and its bundle in every format."""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from geo.assessment import run_assessment
from geo.settings import Settings
from maps.publish.publication import publish_run

NUMBER = "PSE001_exposure_rafah_20240224"


@dataclass(frozen=True)
class Bundle:
    run: Path
    folder: Path

    def path(self, part):
        return self.folder / f"{NUMBER}_{part}"

    def json(self, name):
        return json.loads((self.folder / name).read_text("utf-8"))

    def select(self, statement):
        with duckdb.connect(str(self.run), read_only=True) as con:
            return con.execute(statement).fetchall()

    def people(self, table, key):
        """People by zone or unit as the run database has them: low, best, high."""
        rows = self.select(f"SELECT {key}, low, best, high FROM {table}")  # noqa: S608
        return {name: (low, best, high) for name, low, best, high in rows}


@pytest.fixture(scope="session")
def run_path(tmp_path_factory):
    return run_assessment(None, Settings(), tmp_path_factory.mktemp("run") / "run.duckdb").path


@pytest.fixture(scope="session")
def bundle(run_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("publish") / "bundle"
    publish_run(run_path, folder, profile="internal", contact="desk@example.org")
    return Bundle(run_path, folder)
