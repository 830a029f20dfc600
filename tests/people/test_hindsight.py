"""Figures later than the day: on a line between two, only when asked for, and always said."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.people import bundled_figures, unit_people
from geo.people.gaza import GOVERNORATE_PEOPLE, STRIP_PEOPLE
from geo.people.hindsight import find_age, link_later, warn_of_hindsight
from geo.people.parts import AGE_SHARE_PER_DAY
from geo.people.selection import read_on
from tests.people.test_surface import (
    ABC,
    HUNDREDS,
    STRIP,
    G,
    N,
    R,
    bests,
    day,
    figure,
    reasons,
    tables,
)

BEFORE = figure("before", "A", "2024-01-01", 100, low=90, high=120)
AFTER = figure("after", "A", "2024-01-11", 200, low=180, high=260)


def read(date, *figures):
    """Return what the first figure says on a day, with hindsight."""
    linked = link_later(figures, day(date))
    return read_on(linked[0], linked, day(date), HUNDREDS)


def place(date, *figures, **options):
    return unit_people(ABC, HUNDREDS, link_later(figures, day(date)), day(date), **options)


def test_people_between_two_figures_lie_on_the_line():
    reading = read("2024-01-04", BEFORE, AFTER)
    # 3 of 10 days: 100 + 0.3 x 100
    assert reading.best == 130
    # the line of the lows gives 90 + 0.3 x 90 = 117, but 3 days earlier it was 100
    assert reading.low == 100
    # the line of the highs gives 120 + 0.3 x 140 = 162; 3 days later there are 160
    assert reading.high == 162
    assert reading.day == day("2024-01-01")  # as old as the nearer, 3 days


def test_the_later_figure_can_be_the_nearer():
    reading = read("2024-01-09", BEFORE, AFTER)
    assert reading.best == 180
    assert reading.low == 160  # 2 days earlier; the lows' line gives 90 + 0.8 x 90 = 162
    assert reading.high == 232  # 120 + 0.8 x 140; 2 days later 200
    assert reading.day == day("2024-01-07")


def test_halfway_the_range_holds_both_bests():
    steady = dataclasses.replace(BEFORE, low=100.0, high=100.0)
    fled = figure("after", "A", "2024-01-11", 20, low=20, high=20)
    reading = read("2024-01-06", steady, fled)
    assert (reading.low, reading.best, reading.high) == (20, 60, 100)


def test_the_unit_gets_the_reading_widened_to_the_nearer_figure():
    table = place("2024-01-04", BEFORE, AFTER)
    doubt = 130 * AGE_SHARE_PER_DAY * 3
    unit = table.by_pcode()["A"]
    assert unit.best == 130
    assert unit.low == pytest.approx(100 - doubt, abs=1)
    assert unit.high == pytest.approx(162 + doubt, abs=1)
    assert unit.figure_id == "before"
    assert reasons(table) == {
        "before": (
            True,
            "newest figure for A; with hindsight between it and after (UN, 2024-01-11): 130 people",
        ),
        "after": (True, "later than 2024-01-04, used with hindsight: after before"),
    }
    assert sum(bests(table).values()) == 600


def test_without_hindsight_nothing_later_counts():
    table = unit_people(ABC, HUNDREDS, [BEFORE, AFTER], day("2024-01-04"))
    assert bests(table)["A"] == 100
    assert reasons(table)["after"] == (False, "later than 2024-01-04")


def test_the_newest_before_and_the_oldest_after_are_the_neighbours():
    older = figure("older", "A", "2023-12-01", 500)
    newer = figure("newer", "A", "2024-02-01", 0)
    linked = link_later([older, BEFORE, newer, AFTER], day("2024-01-04"))
    assert [each.then and each.then.figure_id for each in linked] == [None, "after", None, None]


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([figure("later", "A", "2024-01-11", 200)], id="nothing before"),
        pytest.param([figure("joint", "A B", "2024-01-11", 200), BEFORE], id="other units"),
        pytest.param(
            [dataclasses.replace(BEFORE, date_end=day("2024-01-05")), AFTER],
            id="still published on the day",
        ),
        pytest.param([BEFORE, dataclasses.replace(AFTER, date=day("2024-01-04"))], id="of the day"),
    ],
)
def test_other_figures_are_not_linked(others):
    assert link_later(others, day("2024-01-04")) == others


def test_those_who_left_are_first_read_as_people_present():
    was = figure("was", "A", "2024-01-01", 300, low=280, high=320)
    left = figure(
        "left", "A", "2024-01-11", 60, low=50, high=70, kind="left", since=day("2024-01-01")
    )
    reading = read("2024-01-06", was, left)
    # between 300 and 300 - 60; lows 280 and 280 - 70, highs 320 and 320 - 50
    assert (reading.best, reading.after.best) == (270, 240)
    assert (reading.low, reading.high) == (240, 300)
    table = place("2024-01-06", was, left)
    assert reasons(table)["left"][0]
    assert "newest figure for A; with hindsight" in reasons(table)["was"][1]


def test_a_later_figure_that_says_nothing_changes_nothing():
    left = figure("left", "A", "2024-01-11", 101, kind="left", since=day("2024-01-01"))
    reading = read("2024-01-06", BEFORE, left)
    assert (reading.low, reading.best, reading.high) == (90, 100, 120)
    assert reading.after is None


def test_a_reading_is_placed_by_the_age_of_the_nearer():
    joint = figure("joint", "A B", "2024-01-03", 150)
    # on 5 January, A is 4 days from its nearer figure: the joint one of 2 days ago goes first
    assert bests(place("2024-01-05", BEFORE, AFTER, joint))["A"] == 50
    # on 9 January it is 2 days from it, the joint one 6 days old
    assert bests(place("2024-01-09", BEFORE, AFTER, joint))["A"] == 180


def test_age_is_that_of_the_nearer():
    (linked, _) = link_later([BEFORE, AFTER], day("2024-01-09"))
    assert find_age(linked, day("2024-01-09")) == 2
    assert find_age(BEFORE, day("2024-01-09")) == 8


def displaced(figure_id, date, best, **other):
    return figure(
        figure_id, "A", date, best, low=best, high=best, kind="displaced_present", **other
    )


def test_displaced_people_are_read_between_rounds_of_one_operation():
    table = place(
        "2024-01-06", displaced("one", "2024-01-01", 60), displaced("two", "2024-01-11", 100)
    )
    a, b, c = table.units
    # 80 displaced; 520 of 600 are not: 86 2/3 of them in A
    assert a.displaced == 80
    assert a.best == pytest.approx(80 + 520 / 6, abs=1)
    assert a.best + b.best + c.best == 600
    assert reasons(table)["one"][1].endswith("between it and two (UN, 2024-01-11): 80 people")
    assert reasons(table)["two"] == (True, "later than 2024-01-06, used with hindsight: after one")


def test_displaced_people_of_other_operations_are_no_neighbours():
    figures = [
        displaced("one", "2024-01-01", 60, operation="Floods"),
        displaced("two", "2024-01-11", 100, operation="Clashes"),
        displaced("three", "2024-01-11", 100, operation="Floods", agency="Red Cross"),
    ]
    assert link_later(figures, day("2024-01-06")) == figures


def test_the_caution_names_the_later_figures():
    table = place("2024-01-04", BEFORE, AFTER)
    caution = warn_of_hindsight(table.figures, day("2024-01-04"))
    assert caution.code == "hindsight"
    assert "figures later than 2024-01-04 are used (UN, 2024-01-11, for A)" in caution.text
    nothing = warn_of_hindsight(place("2024-01-04", BEFORE).figures, day("2024-01-04"))
    assert "nothing later is used" in nothing.text


def test_old_neighbours_are_reported_by_the_nearer():
    far = dataclasses.replace(AFTER, date=day("2024-03-21"))  # 80 days after the first
    (caution,) = [
        each for each in place("2024-02-10", BEFORE, far).cautions if each.code == "figure-old"
    ]
    assert "(UN, 2024-01-01; UN, 2024-03-21) is 40 days from 2024-02-10" in caution.text


def test_rafah_at_the_end_of_january():
    as_of = day("2024-01-31")
    table = unit_people(
        STRIP, GOVERNORATE_PEOPLE, link_later(bundled_figures(), as_of), as_of
    ).by_pcode()
    # 1.2 million on 15 January, 1.4 million on 13 February: 16 of 29 days
    assert table[R].best == round(1_200_000 + 200_000 * 16 / 29)
    assert sum(unit.best for unit in table.values()) == STRIP_PEOPLE


def test_the_north_while_it_emptied():
    as_of = day("2023-12-05")
    units = unit_people(
        STRIP, GOVERNORATE_PEOPLE, link_later(bundled_figures(), as_of), as_of
    ).by_pcode()
    # 807,000 on 11 November, 511,000 on 22 April: 24 of 163 days
    assert units[N].best + units[G].best == round(807_000 - 296_000 * 24 / 163)


@given(figures=tables(), after=st.integers(0, 300), published=st.booleans())
def test_people_are_conserved_with_hindsight(figures, after, published):
    as_of = day("2024-01-01") + dt.timedelta(after)
    totals = {"P": 600.0} if published else {}
    linked = link_later(figures, as_of)
    assert [dataclasses.replace(each, then=None) for each in linked] == figures
    table = unit_people(ABC, HUNDREDS, linked, as_of, totals=totals)
    if "total-from-figures" not in [each.code for each in table.cautions]:
        assert sum(bests(table).values()) == pytest.approx(600.0, abs=1e-9)
    for unit in table.units:
        assert 0 <= unit.low <= unit.best <= unit.high
    for use in table.figures:
        if use.used and use.figure.date > as_of:
            assert (
                any(
                    each.then is not None and each.then.figure_id == use.figure.figure_id
                    for each in linked
                )
                or "before those counted" in use.reason
            )
