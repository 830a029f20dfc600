"""What the public profile tells of a series of days."""

import shutil
from decimal import Decimal

import duckdb
import pytest

import geo
from geo.database.store import fetch_records
from geo.run import Assessment
from maps.publish.guard import Terms, guard_run

FIRST, OWN = "2024-01-15", "2024-02-24"
ZONE, UNIT = "E4-disc-2km", "PS0255"


@pytest.fixture(scope="module")
def run():
    return geo.assess(as_of=[FIRST, OWN])


def tell(run, folder, change=""):
    """Return rows of the public profile of a run, after a change of its tables, by name."""
    folder.mkdir(exist_ok=True)
    shutil.copy(run.path, folder / "run.duckdb")
    with duckdb.connect(str(folder / "run.duckdb")) as con:
        if change:
            con.execute(change)
    public = Assessment(
        guard_run(folder / "run.duckdb", folder / "public.duckdb", "public", Terms())
    )
    with public.connect() as con:
        return {
            name: fetch_records(con, f"SELECT * FROM {name}")  # noqa: S608 - names of ours
            for name in ("series", "series_units", "exposure", "unit_people")
        }


def by_day(rows, key, name):
    return {str(row["as_of"]): row for row in rows if row[key] == name}


def count_digits(people):
    return len(Decimal(people).normalize().as_tuple().digits)


def test_days_have_two_digits_and_the_runs_own_day_the_figure_that_is_told_elsewhere(run, tmp_path):
    told = tell(run, tmp_path)
    assert {row["zone_id"] for row in told["series"]} >= {ZONE, "E4-admin-PS0275"}
    for row in told["series"]:
        if str(row["as_of"]) != OWN and "ring" not in row["zone_id"]:
            continue
        figures = {each["zone_id"]: each for each in told["exposure"]}
        if str(row["as_of"]) == OWN:
            assert row["best"] == figures[row["zone_id"]]["best"]
    first = by_day(told["series"], "zone_id", ZONE)[FIRST]
    assert (first["low"], first["best"], first["high"]) == (290_000, 500_000, 770_000)
    units = {each["pcode"]: each["best"] for each in told["unit_people"]}
    for row in told["series_units"]:
        if str(row["as_of"]) == OWN:
            assert row["best"] == units[row["pcode"]]
        else:
            assert count_digits(int(row["best"])) <= 2
    assert by_day(told["series_units"], "pcode", UNIT)[FIRST]["best"] == 230_000


@pytest.mark.parametrize("day", [FIRST, OWN])
@pytest.mark.parametrize("table", ["series", "series_units"])
def test_one_day_with_few_people_withholds_all_days_of_its_place(run, tmp_path, day, table):
    key, name = ("zone_id", ZONE) if table == "series" else ("pcode", UNIT)
    few = (
        f"UPDATE {table} SET low = 3, best = 6, high = 9 WHERE {key} = '{name}' AND as_of = '{day}'"
    )
    told = tell(run, tmp_path, few)[table]
    if day == OWN:  # that day's figure is not read from here
        assert len(by_day(told, key, name)) == 2
    else:
        assert by_day(told, key, name) == {}
    assert {row[key] for row in told} - {name}
