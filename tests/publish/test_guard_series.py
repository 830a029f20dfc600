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


def tell(run, folder, few=None):
    """Return rows of the public profile of a run, by table; few people live at `few`."""
    shutil.copy(run.path, folder / "run.duckdb")
    if few:
        table, key, *where = few
        with duckdb.connect(str(folder / "run.duckdb")) as con:
            con.execute(
                f"UPDATE {table} SET low = 3, best = 6, high = 9 WHERE {key} = ? AND as_of = ?",  # noqa: S608
                where,
            )
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
    zones = {row["zone_id"]: row["best"] for row in told["exposure"]}
    assert zones.keys() >= {ZONE, "E4-admin-PS0275"}
    for name, best in zones.items():
        assert by_day(told["series"], "zone_id", name)[OWN]["best"] == best
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
    told = tell(run, tmp_path, (table, key, name, day))[table]
    if day == OWN:  # that day's figure is not read from here
        assert len(by_day(told, key, name)) == 2
    else:
        assert by_day(told, key, name) == {}
    assert {row[key] for row in told} - {name}
