"""Displaced people as a part of everyone in a unit: conserved, with an honest range."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.draws import Draws
from geo.people import Figure, StaticDoubt, unit_people

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


def test_the_range_says_that_who_left_where_is_not_known():
    sure = StaticDoubt("", 1.0, 1.0)
    table = place(displaced("d", "A", 60, low=60.0, high=60.0), doubt=sure)
    a, b, c = table.units
    # A keeps 100 less those of the 60 who are from A: by weight 1 : 2 : 3, times odds u / (1 - u)
    rng = np.random.default_rng(1)
    u = rng.random((3, 200_000))
    gave = np.array([[100.0], [200.0], [300.0]]) * u / (1 - u)
    gave *= 60 / gave.sum(axis=0)
    for unit, part, came in zip((a, b, c), gave, (60, 0, 0), strict=True):
        low, high = np.quantile(unit.static + came - part, [0.05, 0.95])
        assert unit.low == pytest.approx(low, abs=2)
        assert unit.high == pytest.approx(high, abs=2)


def test_displaced_people_are_conserved_in_every_draw():
    doubt = StaticDoubt("x", 0.8, 1.2)
    table = place(displaced("d", "A", 60), displaced("e", "B", 30), doubt=doubt)
    draws = Draws(1000)
    drawn = table.draw(draws)
    everyone = sum(unit.everyone for unit in drawn.values())
    np.testing.assert_allclose(everyone, 600 * doubt.draw(draws), rtol=1e-12)
    for unit in drawn.values():
        assert (unit.everyone >= unit.displaced).all()


def test_never_fewer_than_the_displaced():
    table = place(displaced("d", "A", 90, low=90.0, high=90.0), displaced("e", "B", 200))
    assert table.by_pcode()["A"].low == 90


def test_a_population_source_that_is_less_sure_widens_the_range():
    figures = [displaced("d", "A", 60, low=60.0, high=60.0)]
    sure, less = (
        place(*figures, doubt=StaticDoubt("x", *range_)).units[0]
        for range_ in ((0.85, 1.15), (0.5, 2.0))
    )
    assert sure.best == less.best == 150
    assert 60 <= less.low < sure.low
    assert less.high > sure.high


def test_people_of_one_figure_for_several_units_are_shared():
    table = place(displaced("d", "A B", 60))
    assert [unit.displaced for unit in table.units] == [20, 40, None]
    assert sum(unit.best for unit in table.units) == 600


def test_age_widens():
    figure = displaced("d", "A", 60)
    new, old = (place(figure, as_of=DAY + dt.timedelta(days)).units[0] for days in (0, 50))
    assert old.best == new.best == 150
    assert old.low < new.low
    assert old.high > new.high + 15
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
    assert (a.displaced, a.best) == (60, 150)
    alone = place(quake).units[0]
    assert alone.high + 20 < a.high  # 60, and at the high 100, of whom those from A are none more
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
    assert a.displaced == 60
    assert a.high > place(one).units[0].high
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


@given(moves=MOVES)
def test_people_are_conserved_whoever_moved_where(moves):
    """Whatever the moves between units: the displaced are met, the people conserved."""
    came = [sum(moves[column::3]) for column in range(3)]
    figures = [
        displaced(code, code, people, low=float(people), high=float(people))
        for code, people in zip("ABC", came, strict=True)
    ]
    everyone = {"A": 200.0, "B": 200.0, "C": 300.0}
    table = place(*figures, static=everyone, doubt=StaticDoubt("", 1.0, 1.0))
    drawn = table.draw(Draws(200))
    for unit, arrived in zip(table.units, came, strict=True):
        assert unit.low <= unit.best <= unit.high
        assert unit.displaced == arrived
        assert (drawn[unit.pcode].everyone >= arrived - 1e-9).all()
    np.testing.assert_allclose(sum(u.everyone for u in drawn.values()), max(700.0, sum(came)))
    assert sum(unit.best for unit in table.units) == pytest.approx(max(700.0, sum(came)))


def test_nine_in_ten_truths_lie_within_the_ranges():
    """Displaced people from units that gave by chance: how often the truth is in each range."""
    rng = np.random.default_rng(4)
    held = []
    for _ in range(300):
        before = rng.uniform(200, 2000, 3).round()
        odds = rng.random(3)
        odds /= 1 - odds
        moved = 0.2 * before.sum()
        gave = moved * before * odds / (before * odds).sum()
        if (gave > before).any():
            continue
        came = (moved * rng.dirichlet(np.ones(3))).round()
        figures = [
            displaced(code, code, people, low=float(people), high=float(people))
            for code, people in zip("ABC", came, strict=True)
        ]
        static = dict(zip("ABC", before, strict=True))
        table = place(*figures, static=static, doubt=StaticDoubt("", 1.0, 1.0))
        truth = before - gave + came
        held += [
            unit.low <= true <= unit.high for unit, true in zip(table.units, truth, strict=True)
        ]
    assert len(held) > 500
    assert 0.86 <= np.mean(held) <= 0.94
