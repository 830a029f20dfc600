"""Real runs of the bundled example that differ in one thing each."""

import json
import shutil
from datetime import date

import duckdb
import pytest

from geo.assessment import run_assessment
from geo.comparison import compare_runs
from geo.settings import Settings


@pytest.fixture(scope="session")
def make_example(tmp_path_factory):
    """Run the bundled example with settings and return the folder."""

    def make(**settings):
        folder = tmp_path_factory.mktemp("run")
        run_assessment(None, Settings(**settings), folder / "run.duckdb")
        return folder

    return make


@pytest.fixture(scope="session")
def february(make_example):
    return make_example()


@pytest.fixture(scope="session")
def june(make_example):
    return make_example(as_of=date(2024, 6, 20))


@pytest.fixture(scope="session")
def other_radii(make_example):
    return make_example(radii_km=(3.0, 5.0))


@pytest.fixture
def change(tmp_path):
    """Copy a run and change its database, as another version or other data would have."""

    def copy(folder, *statements, **facts):
        path = tmp_path / f"changed-{len(list(tmp_path.iterdir()))}.duckdb"
        shutil.copy(folder / "run.duckdb", path)
        with duckdb.connect(str(path)) as con:
            for statement in statements:
                con.execute(statement)
            for key, value in facts.items():
                con.execute("UPDATE run SET value = ? WHERE key = ?", [json.dumps(value), key])
        return path

    return copy


@pytest.fixture(scope="session")
def compare():
    def compare_(before, after):
        paths = [path / "run.duckdb" if path.is_dir() else path for path in (before, after)]
        return compare_runs((paths[0], "first"), (paths[1], "second"))

    return compare_
