"""A run over several days as the tests need one: one run a day, its rows put into the series."""

from dataclasses import replace
from datetime import date

import duckdb

from geo.assessment import run_assessment
from geo.run import Assessment
from geo.settings import Settings

_ROWS = {
    "INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)": (
        "SELECT zone_id, ?::DATE, low, best, high, static FROM exposure"
    ),
    "INSERT INTO series_units VALUES (?, ?, ?, ?, ?, ?)": (
        "SELECT pcode, ?::DATE, low, best, high, static FROM unit_people"
    ),
}


def write_days(days, own_day, folder, settings=None):
    """Write `run.duckdb` of the bundled example on `own_day`, with a series of `days`."""
    settings = settings or Settings()
    own_day, path = date.fromisoformat(own_day), folder / "run.duckdb"
    run_assessment(None, replace(settings, as_of=own_day), path)
    for text in days:
        day = date.fromisoformat(text)
        other = folder / f"{text}.duckdb"
        with run_assessment(None, replace(settings, as_of=day), other).connect() as con:
            rows = {table: con.execute(select, [day]).fetchall() for table, select in _ROWS.items()}
        other.unlink()
        with duckdb.connect(str(path)) as con:
            for insert, records in rows.items():
                con.executemany(insert, records)
    return Assessment(path)
