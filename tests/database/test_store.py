from datetime import date

import duckdb
import pytest

from geo.database.store import (
    create_run,
    fetch_records,
    get_facts,
    insert_records,
    open_run,
    quote_name,
    set_facts,
)
from geo.errors import UnavailableError
from geo.types import Source

FIGURE = {
    "figure_id": "f1",
    "pcodes": ("A1", "A2"),
    "date": date(2024, 2, 24),
    "kind": "present",
    "low": None,
    "best": 5.0,
    "agency": "an agency",
    "verified": True,
    "used": True,
    "reason": "the newest",
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.duckdb"


def test_records_come_back_as_they_went_in(path):
    with create_run(path) as con:
        assert insert_records(con, "figures", [FIGURE]) == 1
        (row,) = fetch_records(con, "SELECT * FROM figures")
    assert row["pcodes"] == ["A1", "A2"]
    assert row["date"] == date(2024, 2, 24)
    assert row["low"] is None


def test_dataclass_fields_are_columns(path):
    with create_run(path) as con:
        insert_records(con, "sources", [Source("s", "name", "CC BY 4.0", note="n")])
        (row,) = fetch_records(con, "SELECT * FROM sources")
    assert (row["source_id"], row["note"], row["url"]) == ("s", "n", None)


def test_nothing_to_insert_is_nothing_inserted(path):
    with create_run(path) as con:
        assert insert_records(con, "sources", []) == 0


def test_facts_keep_their_types_and_text(path):
    facts = {"radii": [1, 2.5], "name": "رفح '); DROP TABLE run; --", "none": None}
    with create_run(path) as con:
        set_facts(con, facts)
        set_facts(con, {"radii": [3]})
        assert get_facts(con) == facts | {"radii": [3]}


def test_finished_run_is_read_only(path):
    create_run(path).close()
    with open_run(path) as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute("DELETE FROM run")


def test_sql_does_not_reach_python_variables(path):
    secret = [[1]]  # noqa: F841 - what a replacement scan would find
    with create_run(path) as con, pytest.raises(duckdb.Error, match="secret"):
        con.execute("SELECT * FROM secret")


def test_missing_run_is_named(path):
    with pytest.raises(UnavailableError, match="no run database at"):
        open_run(path)


def test_file_that_is_no_database_is_named(path):
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(UnavailableError, match="can't be opened"):
        open_run(path)


def test_existing_run_is_not_overwritten(path):
    path.write_bytes(b"mine")
    with pytest.raises(UnavailableError, match="exists already"):
        create_run(path)
    assert path.read_bytes() == b"mine"


def test_identifiers_are_quoted():
    assert quote_name('a"b') == '"a""b"'
