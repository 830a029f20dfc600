"""Gatherings and moves: nobody is lost, in the best figures and in every draw."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo.draws import Draws
from geo.people import Figure, Gathering, Move, StaticDoubt, unit_people
from geo.types import Interval

ABC = pd.DataFrame({"pcode": ["A", "B", "C"], "name": ["A", "B", "C"], "parent_pcode": "P"})
STATIC = {"A": 1000.0, "B": 2000.0, "C": 3000.0}
DAY = dt.date(2024, 6, 30)
SURE = StaticDoubt("", 1.0, 1.0)
SHAPE = box(0, 0, 1, 1)


def make_table(*figures, static=STATIC, doubt=SURE):
    return unit_people(ABC, static, figures, DAY, doubt=doubt)


def present(pcode, best):
    return Figure(f"f{pcode}", (pcode,), DAY, None, "present", None, float(best), float(best),
                  float(best), "UN", True, None, None)  # fmt: skip


def site(number, pcode, best, low=None, high=None):
    people = Interval(best if low is None else low, best, best if high is None else high)
    return Gathering(number, f"site {number}", pcode, SHAPE, people)


def test_people_at_a_site_are_a_part_of_those_who_came():
    table = make_table(present("A", 2500)).gather([site(0, "A", 600)])
    a = table.by_pcode()["A"]
    assert a.gathered == ((0, 600.0),)
    assert a.best == 2500
    # 1,500 came, 600 of them at the site; half of the other 900 on open land
    assert a.on_land == 450
    assert a.factor == pytest.approx((2500 - 600 - 450) / 1000)
    drawn = table.draw(Draws(100))["A"]
    np.testing.assert_allclose(drawn.gathered[0], 600)
    np.testing.assert_allclose(drawn.everyone, 2500)


def test_sites_with_more_people_than_came_take_from_the_residents():
    a = make_table().gather([site(0, "A", 300)]).by_pcode()["A"]
    assert (a.best, a.on_land, a.gathered) == (1000, 0, ((0, 300.0),))
    assert a.factor == 0.7


def test_sites_never_hold_more_than_the_unit_has():
    table = make_table().gather([site(0, "A", 900), site(1, "A", 1100)])
    a = table.by_pcode()["A"]
    assert dict(a.gathered) == {0: pytest.approx(450), 1: pytest.approx(550)}
    assert a.factor == pytest.approx(0)
    drawn = table.draw(Draws(100))["A"]
    np.testing.assert_allclose(sum(drawn.gathered.values()), 1000)


def test_a_sites_range_is_drawn():
    table = make_table(present("A", 2500)).gather([site(0, "A", 600, 500, 800)])
    drawn = table.draw(Draws(1000))["A"]
    low, high = np.quantile(drawn.gathered[0], [0.05, 0.95], method="hazen")
    assert (low, high) == pytest.approx((500, 800))


def test_gatherings_of_units_elsewhere_are_left_out():
    assert make_table().gather([site(0, "Z", 5)]).gatherings == ()


def test_half_of_a_unit_goes_to_a_unit_and_a_gathering():
    table = make_table(present("A", 2501)).gather([Gathering(0, "camp", "C", SHAPE)])
    moved = table.move([Move("A", ("B", 0), 0.5)], Draws(100)).by_pcode()
    # 2,501 x 0.5 are 1,250 whole persons, even numbers half of the time: 625 to each
    assert moved["A"].best == 1251
    assert moved["B"].best == table.by_pcode()["B"].best + 625
    assert moved["C"].best == table.by_pcode()["C"].best + 625
    assert moved["C"].gathered == ((0, 625.0),)
    assert moved["B"].gathered == ()
    assert moved["B"].on_land == 625 / 2  # who arrives stays as displaced people do
    assert moved["A"].on_land == pytest.approx(1501 * 1251 / 2501 / 2)


def test_moves_follow_one_another():
    table = make_table()
    moved = table.move([Move("A", ("B",), 1.0), Move("B", ("C",), 0.5)], Draws(100)).by_pcode()
    assert [moved[code].best for code in "ABC"] == [0, 1500, 4500]


MOVES = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.lists(st.sampled_from(["A", "B", "C", 0, 1]), min_size=1, max_size=3, unique=True),
        st.floats(0.01, 1.0),
    ),
    max_size=4,
)


@given(moves=MOVES, first=st.integers(0, 4000), at_site=st.integers(0, 3000))
def test_nobody_is_lost(moves, first, at_site):
    doubt = StaticDoubt("x", 0.8, 1.2, 3.0)
    gatherings = [Gathering(0, "a", "A", SHAPE), site(1, "B", at_site, 0, 2 * at_site)]
    table = make_table(present("A", first), doubt=doubt).gather(gatherings)
    asked = [Move(origin, tuple(t for t in targets if t != origin), share)
             for origin, targets, share in moves if set(targets) != {origin}]  # fmt: skip
    draws = Draws(50)
    moved = table.move(asked, draws)
    total = sum(unit.best for unit in table.units)
    assert sum(unit.best for unit in moved.units) == pytest.approx(total)
    before = sum(drawn.everyone for drawn in table.draw(draws).values())
    after = moved.draw(draws)
    np.testing.assert_allclose(sum(drawn.everyone for drawn in after.values()), before)
    for unit in moved.units:
        assert 0 <= unit.low <= unit.best <= unit.high
        parts = unit.factor * unit.static + unit.on_land + sum(p for _, p in unit.gathered)
        assert parts == pytest.approx(unit.best)
        assert unit.on_land >= 0
        drawn = after[unit.pcode]
        gathered = sum(drawn.gathered.values(), start=np.zeros(1))
        assert (gathered <= drawn.everyone + 1e-6).all()
