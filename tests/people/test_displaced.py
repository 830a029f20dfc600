"""Displaced people as a part of everyone in a unit: conserved, with an honest range."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.people import Figure, unit_people

ABC = pd.DataFrame({"pcode": ["A", "B", "C"], "name": ["A", "B", "C"], "parent_pcode": "P"})
HUNDREDS = {"A": 100.0, "B": 200.0, "C": 300.0}
DAY = dt.date(2024, 6, 30)


def displaced(figure_id, pcodes, best, *, date=DAY, operation=None, agency="IOM DTM", **range_):
    """Return a figure of displaced people; `pcodes` parted by blanks."""
    return Figure(
        figure_id=figure_id,
        pcodes=tuple(pcodes.split()),
        date=date,
        date_end=None,
        kind="displaced_present",
        since=None,
        low=range_.get("low"),
        best=float(best),
        high=range_.get("high"),
        agency=agency,
        verified=True,
        note=None,
        link=None,
        operation=operation,
    )


def place(*figures, as_of=DAY, static=HUNDREDS, **options):
    return unit_people(ABC, static, figures, as_of, **options)


def uses(table):
    return {use.figure.figure_id: (use.used, use.reason) for use in table.figures}


def test_residents_are_what_is_left_of_the_whole():
    table = place(displaced("d", "A", 60, low=60.0, high=60.0))
    a, b, c = table.units
    # 540 of 600 were not displaced: 90, 180 and 270 of them in A, B and C
    assert (a.best, b.best, c.best) == (150, 180, 270)
    assert (a.displaced, b.displaced, c.displaced) == (60, None, None)
    assert (a.basis, b.basis, c.basis) == ("displaced", "share", "share")
    assert a.figure_id == "d"
    assert uses(table)["d"] == (True, "displaced people in A, a part of everyone there")
    assert [caution.code for caution in table.cautions] == ["displaced-part"]


def test_the_range_goes_from_all_having_left_one_unit_to_none_having_left():
    table = place(displaced("d", "A", 60, low=60.0, high=60.0))
    a, b, c = table.units
    # A: nobody is displaced elsewhere, so at least 85 % of its residents; at most 115 % and all 60
    assert (a.low, a.high) == (85, 175)
    # B and C: at the low, all 60 are theirs
    assert (b.low, b.high) == (200 * 0.85 - 60, 230)
    assert (c.low, c.high) == (300 * 0.85 - 60, 345)


def test_never_fewer_than_the_displaced():
    table = place(displaced("d", "A", 90, low=90.0, high=90.0), displaced("e", "B", 200))
    assert table.by_pcode()["A"].low == 90


def test_a_population_source_that_is_less_sure_widens_the_range():
    figures = [displaced("d", "A", 60, low=60.0, high=60.0)]
    a = place(*figures, static_range=(0.5, 2.0)).units[0]
    assert (a.low, a.best, a.high) == (60, 150, 260)


def test_people_of_one_figure_for_several_units_are_shared():
    table = place(displaced("d", "A B", 60))
    assert [unit.displaced for unit in table.units] == [20, 40, None]
    assert sum(unit.best for unit in table.units) == 600


def test_age_widens():
    figure = displaced("d", "A", 60)
    new, old = (place(figure, as_of=DAY + dt.timedelta(days)).units[0] for days in (0, 50))
    assert (new.best, new.high) == (150, 115 + 69)
    assert (old.best, old.high) == (150, 115 + 69 + 36)  # 60 % of 60 at most
    assert "figure-old" in [
        caution.code for caution in place(figure, as_of=DAY + dt.timedelta(50)).cautions
    ]


def test_a_later_figure_is_not_used():
    table = place(displaced("d", "A", 60, date=DAY + dt.timedelta(1)))
    assert uses(table)["d"] == (False, "later than 2024-06-30")
    assert {unit.basis for unit in table.units} == {"static"}


def test_operations_are_never_added_up_but_in_the_high():
    quake = displaced("q", "A", 60, operation="Earthquake", low=60.0, high=60.0)
    storm = displaced("s", "A", 40, operation="Hurricane", low=40.0, high=40.0)
    table = place(storm, quake)
    a = table.units[0]
    assert (a.displaced, a.best, a.high) == (60, 150, 115 + 100)
    assert uses(table)["q"][0]
    assert uses(table)["s"] == (
        True,
        "may count others than q, or the same: added to the high only",
    )


def test_agencies_count_the_same_people():
    one = displaced("one", "A", 60, low=60.0, high=60.0)
    other = displaced("other", "A", 80, agency="UN", low=80.0, high=80.0)
    table = place(one, other)
    a = table.units[0]
    assert (a.displaced, a.high) == (60, 115 + 80)
    assert uses(table)["other"] == (
        False,
        "of the same day as one (IOM DTM, 2024-06-30); the range holds both",
    )
    before = displaced("other", "A", 80, agency="UN", date=DAY - dt.timedelta(1))
    assert uses(place(one, before))["other"] == (
        False,
        "superseded by one (IOM DTM, 2024-06-30)",
    )


def test_a_round_supersedes_an_earlier_one():
    first = displaced("r1", "A", 500, operation="X", date=DAY - dt.timedelta(30))
    last = displaced("r2", "A", 60, operation="X")
    table = place(first, last)
    assert table.units[0].displaced == 60
    assert uses(table)["r1"] == (False, "superseded by r2 (IOM DTM, 2024-06-30)")


def test_old_rounds_of_other_units_do_not_count():
    old = displaced("old", "B", 50, date=DAY - dt.timedelta(61))
    table = place(displaced("d", "A", 60), old)
    assert table.by_pcode()["B"].displaced is None
    assert uses(table)["old"][1].startswith("61 days older than the newest figure of displaced")
    newer = displaced("old", "B", 50, date=DAY - dt.timedelta(60))
    assert place(displaced("d", "A", 60), newer).by_pcode()["B"].displaced == 50


def test_figures_of_operations_that_ended_do_not_count():
    figure = displaced("d", "A", 60)
    assert place(figure, as_of=DAY + dt.timedelta(365)).units[0].displaced == 60
    table = place(figure, as_of=DAY + dt.timedelta(366))
    assert [unit.best for unit in table.units] == [100, 200, 300]
    assert uses(table)["d"][1].startswith("366 days old; displaced people have moved since")
    (caution,) = table.cautions
    assert caution.code == "displaced-old"
    assert caution.text.startswith(
        "1 figure of displaced people (the newest: IOM DTM, 2024-06-30) not used, as older"
    )


def test_a_figure_for_a_group_gives_way_to_one_for_its_unit():
    table = place(displaced("group", "A B", 90), displaced("unit", "A", 60))
    assert [unit.displaced for unit in table.units] == [60, None, None]
    assert not uses(table)["group"][0]


def test_more_displaced_people_than_a_published_total_are_set_aside():
    table = place(displaced("d", "A", 400), displaced("e", "B", 300), totals={"P": 600.0})
    assert [unit.displaced for unit in table.units] == [400, None, None]
    assert uses(table)["e"] == (
        False,
        "more displaced people than the 200 who are left of 600",
    )
    assert sum(unit.best for unit in table.units) == 600
    assert "figure-set-aside" in [caution.code for caution in table.cautions]


def test_more_displaced_people_than_a_population_source_has_are_the_total():
    table = place(displaced("d", "A", 400), displaced("e", "B", 300))
    assert [unit.best for unit in table.units] == [400, 300, 0]
    assert "total-from-figures" in [caution.code for caution in table.cautions]


@pytest.mark.parametrize("static", [dict.fromkeys("ABC", 0.0), {"A": 0.0, "B": 1.0, "C": 2.0}])
def test_units_where_the_source_has_nobody(static):
    table = place(displaced("d", "A", 5), static=static)
    a = table.units[0]
    assert a.displaced == 5
    assert 0 <= a.low <= a.best <= a.high
    assert "unit-empty" in [caution.code for caution in table.cautions]


MOVES = st.lists(st.integers(0, 40), min_size=9, max_size=9)


@given(moves=MOVES, from_outside=st.integers(0, 100))
def test_the_range_holds_whoever_moved_where(moves, from_outside):
    """Whatever the moves between units, and into the first from outside, the truth is inside."""
    left = [sum(moves[3 * row : 3 * row + 3]) for row in range(3)]
    came = [sum(moves[column::3]) + (from_outside if not column else 0) for column in range(3)]
    figures = [
        displaced(code, code, people, low=float(people), high=float(people))
        for code, people in zip("ABC", came, strict=True)
    ]
    everyone = {"A": 200.0, "B": 200.0, "C": 300.0}
    table = place(*figures, static=everyone, static_range=(1.0, 1.0))
    for unit, gone, arrived in zip(table.units, left, came, strict=True):
        assert unit.low <= unit.static - gone + arrived <= unit.high
        assert unit.displaced == arrived
    if sum(came) <= 700:
        assert sum(unit.best for unit in table.units) == pytest.approx(700)
