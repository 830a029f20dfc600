"""Real runs compared; what the databases hold is the oracle, read here by other statements."""

import json
from datetime import date

import duckdb
import pytest

from geo.errors import RunError, UnavailableError

RAFAH = "Rafah (administrative unit PS0275)"
DISC = "Within 5 km of Rafah"


def read(folder, statement):
    with duckdb.connect(str(folder / "run.duckdb"), read_only=True) as con:
        return con.execute(statement).fetchall()


def find(compared, label):
    (row,) = [row for row in compared["zones"] if row["label"] == label]
    return row


def whats(compared, kind):
    return {reason["what"] for reason in compared["reasons"][kind]}


def test_the_same_run_twice_is_the_same(compare, february):
    compared = compare(february, february)
    assert compared["same"]
    assert len(compared["zones"]) == 6
    assert all(row["ranges"] == "same" and row["reasons"] == [] for row in compared["zones"])
    assert all(set(row["difference"].values()) == {0} for row in compared["zones"])
    assert compared["reasons"] == {"date": [], "data": [], "method": []}


def test_the_same_input_run_twice_is_the_same(compare, february, make_example):
    assert compare(february, make_example())["same"]


def test_figures_of_both_are_those_of_the_databases(compare, february, june):
    compared = compare(february, june)
    statement = "SELECT label, low, best, high, static FROM zones JOIN exposure USING (zone_id)"
    old, new = ({row[0]: row[1:] for row in read(run, statement)} for run in (february, june))
    assert {row["label"] for row in compared["zones"]} == old.keys()
    for row in compared["zones"]:
        label = row["label"]
        assert tuple(row["before"].values()) == old[label]
        assert tuple(row["after"].values()) == new[label]
        assert row["difference"]["best"] == new[label][1] - old[label][1]
        assert row["ratio"]["high"] == pytest.approx(new[label][2] / old[label][2])


def test_another_day_is_told_as_the_date_alone(compare, february, june):
    compared = compare(february, june)
    assert not compared["same"]
    row = find(compared, RAFAH)
    assert row["before"]["best"] == 1_400_000
    assert row["after"]["best"] == 65_000
    assert row["difference"]["static"] == 0
    assert row["ranges"] == "apart"
    assert whats(compared, "date") == {"day", "figures in use"}
    assert (whats(compared, "data"), whats(compared, "method")) == (set(), set())
    assert all(row["reasons"] == ["date"] for row in (*compared["zones"], *compared["units"]))


def test_figures_in_use_in_one_run_only_are_listed(compare, february, june):
    used = [
        {name for (name,) in read(run, "SELECT figure_id FROM figures WHERE used")}
        for run in (february, june)
    ]
    figures = compare(february, june)["figures"]
    before, after = ({f["figure_id"] for f in figures[f"only_{s}"]} for s in ("before", "after"))
    assert before == used[0] - used[1]
    assert after == used[1] - used[0]
    assert before
    assert after


def test_other_radii_are_told_as_the_method_alone(compare, february, other_radii):
    compared = compare(february, other_radii)
    assert {row["label"] for row in compared["zones"]} == {RAFAH, DISC}
    assert not find(compared, RAFAH)["changed"]
    assert all(abs(number) <= 2 for number in find(compared, DISC)["difference"].values())
    assert [row["radius_km"] for row in compared["zones_only_before"]] == [2, 10, 5, 10]
    assert [row["radius_km"] for row in compared["zones_only_after"]] == [3, 5]
    assert whats(compared, "method") <= {"radii_km", "rounding"}
    assert "radii_km" in whats(compared, "method")
    assert (whats(compared, "date"), whats(compared, "data")) == (set(), set())


def test_day_and_radii_are_told_apart_in_zones_that_both_have(compare, june, other_radii):
    """Another radius adds zones, and changes nobody in the unit: its change is from the day."""
    compared = compare(other_radii, june)
    assert find(compared, RAFAH)["reasons"] == ["date"]
    assert find(compared, DISC)["reasons"] == ["date"]
    assert whats(compared, "method") == {"radii_km"}
    alone = [*compared["zones_only_before"], *compared["zones_only_after"]]
    assert len(alone) == 6
    assert all(row["reasons"] == ["method"] for row in alone)


def test_a_zone_that_only_another_input_has_is_data(compare, february, change):
    """As an article that does not name Rafah's unit: no radius brings or drops that zone."""
    other = change(
        february,
        "DELETE FROM zones WHERE kind = 'admin'",
        inputs=[{"part": "input", "name": "other.txt", "sha256": "0" * 64}],
    )
    compared = compare(february, other)
    (row,) = compared["zones_only_before"]
    assert (row["label"], row["best"], row["reasons"]) == (RAFAH, 1_400_000, ["data"])


def test_a_ring_is_of_neighbouring_radii(compare, february, change):
    """With a radius of 3 km between them, 2 and 5 km have no ring any more."""
    ((text,),) = read(february, "SELECT value FROM run WHERE key = 'parameters'")
    other = change(
        february,
        "DELETE FROM zones WHERE kind = 'ring' AND radius_km = 5",
        parameters=json.loads(text) | {"radii_km": [2.0, 3.0, 5.0, 10.0]},
        inputs=[{"part": "input", "name": "other.txt", "sha256": "0" * 64}],
    )
    (row,) = compare(february, other)["zones_only_before"]
    assert (row["label"], row["reasons"]) == ("2 to 5 km from Rafah", ["method"])


def test_day_and_table_together_can_not_be_told_apart(compare, february, make_example):
    compared = compare(
        february, make_example(as_of=date(2024, 6, 20), displacement="none", accept_stale=True)
    )
    assert find(compared, RAFAH)["reasons"] == ["date", "data"]
    assert whats(compared, "data") == {"displacement", "figures known"}
    assert len(compared["units_only_before"]) == 5


def test_another_table_of_figures_is_data(compare, february, make_example, tmp_path):
    table = tmp_path / "figures.csv"
    table.write_text(
        "figure_id,pcodes,date,kind,best,agency\nmine,PS0275,2024-02-20,present,1350000,Us\n"
    )
    compared = compare(february, make_example(displacement=table))
    (reason,) = [each for each in compared["reasons"]["data"] if each["what"] == "displacement"]
    assert reason["before"] == "auto"
    assert reason["after"].startswith("figures.csv (sha256 ")
    assert whats(compared, "date") == set()
    row = find(compared, RAFAH)
    assert row["reasons"] == ["data"]
    assert row["ranges"] == "within"


def test_the_same_table_with_another_figure_is_data(compare, make_example, tmp_path):
    runs = []
    for number, best in enumerate((1_350_000, 1_360_000)):
        table = tmp_path / str(number) / "figures.csv"
        table.parent.mkdir()
        table.write_text(
            f"figure_id,pcodes,date,kind,best,agency\nmine,PS0275,2024-02-20,present,{best},Us\n"
        )
        runs.append(make_example(displacement=table))
    compared = compare(*runs)
    assert whats(compared, "data") == {"displacement", "figure mine"}
    assert find(compared, RAFAH)["difference"]["best"] == 10_000
    assert find(compared, RAFAH)["reasons"] == ["data"]


def test_another_version_is_method(compare, february, change):
    compared = compare(february, change(february, civmap="0.0.9"))
    assert whats(compared, "method") == {"civmap"}
    assert not compared["same"]
    assert not any(row["changed"] for row in compared["zones"])


def test_a_seed_is_method(compare, february, change):
    ((text,),) = read(february, "SELECT value FROM run WHERE key = 'parameters'")
    other = change(
        february,
        "UPDATE exposure SET low = low - 1000",
        parameters=json.loads(text) | {"seed": 7},
    )
    compared = compare(february, other)
    assert compared["reasons"]["method"][0]["what"] == "seed"
    assert compared["reasons"]["method"][0]["after"] == 7
    assert find(compared, DISC)["reasons"] == ["method"]
    assert find(compared, DISC)["ranges"] == "within"


def test_more_columns_are_method(compare, february, change):
    compared = compare(february, change(february, "ALTER TABLE exposure ADD COLUMN more DOUBLE"))
    (reason,) = compared["reasons"]["method"]
    assert (reason["what"], reason["before"], reason["after"]) == ("schema", [], ["exposure.more"])


def test_a_change_that_nothing_explains_has_no_reason(compare, february, change):
    compared = compare(february, change(february, "UPDATE exposure SET best = best + 1"))
    assert find(compared, RAFAH)["changed"]
    assert find(compared, RAFAH)["reasons"] == []


def test_other_people_under_the_same_outline_are_data(compare, february, change):
    other = change(february, "UPDATE exposure SET static = static + 50 WHERE zone_id LIKE '%5km'")
    compared = compare(february, other)
    (reason,) = compared["reasons"]["data"]
    assert reason["what"] == "people of the grid"
    assert reason["zones"] == [DISC, "2 to 5 km from Rafah"]
    assert find(compared, DISC)["reasons"] == ["data"]


@pytest.mark.parametrize(
    ("statement", "kind", "what"),
    [
        ("UPDATE grids SET population_date = '2025'", "data", "population grid"),
        ("UPDATE grids SET scanlines = 30", "method", "lines a row of cells"),
        ("UPDATE places SET precision_km = 25", "data", "precision of the position"),
        ("UPDATE zones SET lon = lon + 1 WHERE kind = 'disc'", "data", "position"),
        (
            "UPDATE zones SET geometry = (SELECT max(geometry) FROM zones) WHERE kind = 'admin'",
            "data",
            "outline",
        ),
        (
            "UPDATE sources SET date = '2025' WHERE source_id = 'cod-ab-pse'",
            "data",
            "source cod-ab-pse",
        ),
        ("DELETE FROM sources WHERE source_id = 'geonames'", "data", "source geonames"),
        (
            "UPDATE figures SET used = NOT used WHERE figure_id LIKE 'who%'",
            "method",
            "figures in use",
        ),
    ],
)
def test_each_difference_has_its_kind(compare, february, change, statement, kind, what):
    compared = compare(february, change(february, statement))
    found = {key: whats(compared, key) for key in ("date", "data", "method")}
    assert found == {"date": set(), "data": set(), "method": set()} | {kind: {what}}


@pytest.mark.parametrize(
    ("low", "best", "high", "ranges"),
    [
        (1_300_000, 1_400_000, 1_500_000, "same"),
        (1_350_000, 1_360_000, 1_450_000, "within"),
        (1_390_000, 1_495_000, 1_600_000, "within"),
        (1_410_000, 1_450_000, 1_500_000, "overlap"),  # theirs holds ours, ours not theirs
        (1_500_000, 1_600_000, 1_700_000, "overlap"),  # touch
        (1_500_001, 1_600_000, 1_700_000, "apart"),
        (100_000, 200_000, 1_299_999, "apart"),
    ],
)
def test_ranges_are_related(compare, february, change, low, best, high, ranges):
    """Of the bundled example's unit: 1.3, 1.4, 1.5 million."""
    other = change(february)
    with duckdb.connect(str(other)) as con:
        con.execute("UPDATE exposure SET low = ?, best = ?, high = ?", [low, best, high])
    assert find(compare(february, other), RAFAH)["ranges"] == ranges
    assert find(compare(other, february), RAFAH)["ranges"] == ranges


def test_a_zone_that_can_not_be_counted_is_no_zero(compare, february, change):
    other = change(february, "DELETE FROM exposure WHERE zone_id LIKE '%admin%'")
    row = find(compare(february, other), RAFAH)
    assert row["changed"]
    assert set(row["after"].values()) == set(row["difference"].values()) == {None}
    assert set(row["ratio"].values()) == {None}
    assert row["ranges"] is None


def test_a_ratio_to_nobody_is_none(compare, february, change):
    other = change(february, "UPDATE exposure SET low = 0, best = 0, high = 0")
    assert find(compare(other, february), RAFAH)["ratio"]["best"] is None
    assert find(compare(february, other), RAFAH)["ratio"]["best"] == 0


def test_what_is_no_run_is_refused(compare, february, change, tmp_path):
    with pytest.raises(UnavailableError, match="no run database"):
        compare(february, tmp_path / "nothing.duckdb")
    with pytest.raises(RunError, match=r"run second.*grids\.scanlines is missing.*civmap 0\.1\.0"):
        compare(february, change(february, "ALTER TABLE grids DROP COLUMN scanlines"))
    with pytest.raises(RunError, match="facts as_of are missing"):
        compare(february, change(february, "DELETE FROM run WHERE key = 'as_of'"))
    with duckdb.connect(str(tmp_path / "other.duckdb")) as con:
        con.execute("CREATE TABLE run (x INTEGER)")
    with pytest.raises(RunError, match=r"events\.event_id, .*another program"):
        compare(february, tmp_path / "other.duckdb")
