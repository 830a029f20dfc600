"""People in units on a day: which figures count, where people are placed, how wide the range is."""

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import UsageError
from geo.people import Figure, bundled_figures, unit_people
from geo.people.gaza import GOVERNORATE_PEOPLE, STRIP_PEOPLE
from geo.people.parts import AGE_SHARE_PER_DAY, SPLIT_SHARE, split_people

STRIP = pd.DataFrame(
    {
        "pcode": sorted(GOVERNORATE_PEOPLE),
        "name": ["North Gaza", "Gaza", "Deir Al-Balah", "Khan Younis", "Rafah"],
        "parent_pcode": "PS02",
    }
)
N, G, D, K, R = STRIP["pcode"]


def day(text):
    return dt.date.fromisoformat(text)


def strip_on(text, figures=None, static=GOVERNORATE_PEOPLE):
    return unit_people(STRIP, static, bundled_figures() if figures is None else figures, day(text))


def figure(figure_id, pcodes, date, best, **other):
    """Return a figure of people present; `pcodes` parted by blanks."""
    fields = {
        "date_end": None,
        "kind": "present",
        "since": None,
        "low": None,
        "high": None,
        "agency": "UN",
        "verified": True,
        "note": None,
        "link": None,
    } | other
    return Figure(
        figure_id=figure_id,
        pcodes=tuple(pcodes.split()),
        date=day(date),
        best=float(best),
        **fields,
    )


def make_units(*pcodes, parent="P"):
    return pd.DataFrame({"pcode": pcodes, "name": pcodes, "parent_pcode": parent})


ABC = make_units("A", "B", "C")
HUNDREDS = {"A": 100.0, "B": 200.0, "C": 300.0}


def bests(table):
    return {unit.pcode: unit.best for unit in table.units}


def reasons(table):
    return {use.figure.figure_id: (use.used, use.reason) for use in table.figures}


DATES = sorted({figure.date for figure in bundled_figures()})


@pytest.mark.parametrize(
    ("date", "low", "high"),
    [
        ("2023-10-01", 275_267, 275_267),
        ("2023-12-21", 680_000, 1_000_000),
        ("2024-02-24", 1_300_000, 1_500_000),
        ("2024-05-06", 1_100_000, 1_400_000),
        ("2024-05-14", 850_000, 850_000),
        ("2024-05-19", 500_000, 500_000),
        ("2024-05-28", 300_000, 300_000),
        ("2024-06-20", 50_000, 120_000),
    ],
)
def test_people_in_rafah(date, low, high):
    assert low <= strip_on(date).by_pcode()[R].best <= high


def test_range_of_rafah_in_february_is_the_published_one():
    unit = strip_on("2024-02-24").by_pcode()[R]
    assert (unit.low, unit.best, unit.high) == (1_300_000, 1_400_000, 1_500_000)
    assert unit.basis == "figure"
    assert unit.figure_id == "un-2024-02-13-rafah"
    assert unit.on_land == (1_400_000 - 275_267) / 2
    assert unit.factor == pytest.approx((1_400_000 - unit.on_land) / 275_267)


@pytest.mark.parametrize("date", [*DATES, *(each + dt.timedelta(1) for each in DATES)], ids=str)
def test_governorates_add_up_to_the_strip_on_every_date(date):
    table = unit_people(STRIP, GOVERNORATE_PEOPLE, bundled_figures(), date)
    assert sum(unit.best for unit in table.units) == STRIP_PEOPLE
    for unit in table.units:
        assert 0 <= unit.low <= unit.best <= unit.high
        assert unit.best == int(unit.best)


@pytest.mark.parametrize("date", DATES, ids=str)
def test_every_figure_in_use_is_met(date):
    table = unit_people(STRIP, GOVERNORATE_PEOPLE, bundled_figures(), date)
    units = table.by_pcode()
    for use in table.figures:
        if use.used and use.figure.kind == "present" and "before those" not in use.reason:
            held = sum(units[pcode].best for pcode in use.figure.pcodes)
            assert held == use.figure.best


@pytest.mark.parametrize("date", DATES, ids=str)
def test_range_on_its_day_holds_what_was_published(date):
    table = unit_people(STRIP, GOVERNORATE_PEOPLE, bundled_figures(), date)
    units = table.by_pcode()
    for use in table.figures:
        if use.figure.date == date and use.figure.kind == "present":
            low = sum(units[pcode].low for pcode in use.figure.pcodes)
            high = sum(units[pcode].high for pcode in use.figure.pcodes)
            assert low <= (use.figure.low or use.figure.best)
            assert high >= (use.figure.high or use.figure.best)


def test_before_the_first_figure_everything_is_static():
    table = strip_on("2023-10-06")
    assert bests(table) == GOVERNORATE_PEOPLE
    assert {unit.basis for unit in table.units} == {"static"}
    assert {unit.factor for unit in table.units} == {1.0}
    assert table.by_pcode()[R].low == 233_976  # 15 % below, rounded down
    assert table.by_pcode()[R].high == 316_558


def test_without_figures_everything_is_static():
    assert bests(strip_on("2024-06-20", figures=[])) == GOVERNORATE_PEOPLE


def test_june_2024_by_hand():
    units = strip_on("2024-06-20").by_pcode()
    assert units[R].best == 65_000
    assert units[N].best + units[G].best == 511_000
    assert units[N].best == round(511_000 * 444_412 / (444_412 + 749_100))
    assert units[D].best + units[K].best == STRIP_PEOPLE - 65_000 - 511_000
    assert (units[N].basis, units[D].basis) == ("figure", "share")


def test_a_figure_that_contradicts_the_total_is_set_aside_and_shown():
    table = strip_on("2024-06-20")
    used, reason = reasons(table)["pcbs-2024-04-22-middle"]
    assert not used
    assert reason.startswith("contradicts the total: the figures placed before it leave 1,650,544")
    (caution,) = [each for each in table.cautions if each.code == "figure-set-aside"]
    assert "685,000 people for PS0265 + PS0270 (PCBS, 2024-04-22) is not used" in caution.text


def test_old_figures_are_reported():
    codes = [each.code for each in strip_on("2024-06-20").cautions]
    assert codes.count("figure-old") == 1
    assert "figure-old" not in [each.code for each in strip_on("2024-02-24").cautions]


def test_later_figures_are_never_used():
    for use in strip_on("2024-02-24").figures:
        if use.figure.date > day("2024-02-24"):
            assert not use.used
            assert use.reason == "later than 2024-02-24"


def test_base_of_those_who_left_is_shown_as_used():
    used, reason = reasons(strip_on("2024-05-19"))["who-2024-05-06-rafah"]
    assert used
    assert reason == "people there before those counted by unrwa-2024-05-19-rafah-left"


def test_another_population_source_sets_the_proportions_but_not_the_total():
    static = {N: 300_000.5, G: 500_000.0, D: 400_000.0, K: 400_000.0, R: 300_000.0}
    table = strip_on("2024-02-24", static=static)
    units = table.by_pcode()
    assert sum(unit.best for unit in table.units) == STRIP_PEOPLE
    assert units[R].best == 1_400_000
    assert units[D].best == units[K].best
    assert units[R].static == 300_000.0
    assert units[R].on_land == 550_000
    assert units[R].factor == pytest.approx(8.5 / 3)
    assert [each.code for each in table.cautions] == []


def test_a_population_source_far_from_the_published_total_is_reported():
    static = {pcode: people / 100 for pcode, people in GOVERNORATE_PEOPLE.items()}
    assert "population-far" in [
        each.code for each in strip_on("2024-02-24", static=static).cautions
    ]


def test_units_without_a_figure_share_the_rest_in_proportion():
    table = unit_people(ABC, HUNDREDS, [figure("f", "A", "2024-01-01", 350)], day("2024-01-01"))
    assert bests(table) == {"A": 350.0, "B": 100.0, "C": 150.0}
    assert [unit.basis for unit in table.units] == ["figure", "share", "share"]


def test_a_joint_figure_is_split_in_proportion():
    table = unit_people(ABC, HUNDREDS, [figure("f", "A B", "2024-01-01", 90)], day("2024-01-01"))
    assert bests(table) == {"A": 30.0, "B": 60.0, "C": 510.0}


def test_the_newest_figure_for_a_unit_counts():
    figures = [figure("old", "A", "2024-01-01", 10), figure("new", "A", "2024-01-05", 20)]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-05"))
    assert bests(table)["A"] == 20
    assert reasons(table)["old"] == (False, "superseded by new (UN, 2024-01-05)")


def test_a_newer_figure_supersedes_joint_ones_and_what_those_had_superseded():
    figures = [
        figure("first", "B", "2024-01-01", 1),
        figure("joint", "A B", "2024-01-03", 150),
        figure("newest", "A", "2024-01-05", 120),
    ]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-05"))
    assert bests(table) == {"A": 120.0, "B": 192.0, "C": 288.0}
    assert reasons(table)["first"] == (False, "superseded by joint (UN, 2024-01-03)")


def test_a_figure_that_was_repeated_is_as_new_as_its_last_day():
    figures = [
        figure("long", "A", "2024-01-01", 10, date_end=day("2024-01-31")),
        figure("short", "A", "2024-01-10", 20),
    ]
    assert bests(unit_people(ABC, HUNDREDS, figures, day("2024-01-20")))["A"] == 10
    assert bests(unit_people(ABC, HUNDREDS, figures, day("2024-01-10")))["A"] == 10


@pytest.mark.parametrize(("date", "expected"), [("2024-03-01", 50.0), ("2024-03-02", None)])
def test_figures_for_other_units_bind_for_sixty_days(date, expected):
    figures = [figure("old", "B", "2024-01-01", 50), figure("new", "A", date, 100)]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-06-01"))
    if expected is None:
        assert not reasons(table)["old"][0]
        assert "61 days older than the newest figure in force" in reasons(table)["old"][1]
        assert bests(table)["B"] == 200.0
    else:
        assert bests(table)["B"] == expected


def test_of_one_day_the_figure_for_fewer_units_goes_first_then_the_earlier_row():
    figures = [
        figure("joint", "A B", "2024-01-01", 200),
        figure("one", "A", "2024-01-01", 120),
        figure("other", "A", "2024-01-01", 180, agency="Red Cross"),
    ]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-01"))
    assert bests(table)["A"] == 120
    assert reasons(table)["joint"] == (False, "of the same day as one (UN, 2024-01-01)")


def test_figures_of_one_day_that_disagree_widen_the_range():
    figures = [
        figure("one", "A", "2024-01-01", 120, low=110, high=130),
        figure("other", "A", "2024-01-01", 180, low=170, high=190, agency="Red Cross"),
    ]
    unit = unit_people(ABC, HUNDREDS, figures, day("2024-01-01")).by_pcode()["A"]
    assert (unit.low, unit.best, unit.high) == (110, 120, 190)


def test_people_who_arrived_are_added_to_the_static_figure_without_another():
    figures = [figure("f", "A", "2024-01-01", 60, kind="arrived", since=day("2023-12-01"))]
    assert bests(unit_people(ABC, HUNDREDS, figures, day("2024-01-01")))["A"] == 160


def test_people_who_left_are_taken_off_the_figure_before():
    figures = [
        figure("was", "A", "2024-01-01", 300, low=280, high=320),
        figure("f", "A", "2024-01-09", 60, low=50, high=70, kind="left", since=day("2024-01-01")),
    ]
    unit = unit_people(ABC, HUNDREDS, figures, day("2024-01-09")).by_pcode()["A"]
    assert (unit.low, unit.best, unit.high) == (210, 240, 270)


def test_more_people_than_were_there_cannot_leave():
    figures = [figure("f", "A", "2024-01-01", 101, kind="left", since=day("2023-12-01"))]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-01"))
    assert bests(table) == HUNDREDS
    assert reasons(table)["f"] == (False, "more people left than the 100 who were there")


def test_displaced_people_are_not_everyone_who_is_there():
    figures = [
        figure("d", "A", "2024-01-01", 50, kind="displaced_present"),
        figure("f", "B", "2024-01-01", 200),
    ]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-01"))
    assert bests(table) == HUNDREDS
    assert reasons(table)["d"] == (False, "counts displaced people only, not everyone who is there")
    assert {unit.displaced for unit in table.units} == {None}


def test_figures_for_other_places_are_no_matter():
    table = unit_people(ABC, HUNDREDS, [figure("f", "A Z", "2024-01-01", 5)], day("2024-01-01"))
    assert reasons(table)["f"] == (False, "for units that are not on the map: Z")


def test_more_people_than_the_whole_are_set_aside():
    table = unit_people(ABC, HUNDREDS, [figure("f", "A", "2024-01-01", 601)], day("2024-01-01"))
    assert bests(table) == HUNDREDS
    assert "600 people for its units and 2 more" in reasons(table)["f"][1]


def test_figures_for_all_units_are_the_total_where_none_was_published():
    figures = [
        figure(pcode, pcode, "2024-01-01", best)
        for pcode, best in zip("ABC", (1, 2, 900), strict=True)
    ]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-01"))
    assert bests(table) == {"A": 1.0, "B": 2.0, "C": 900.0}
    assert [each.code for each in table.cautions] == ["total-from-figures"]


def test_a_published_total_holds_against_figures_for_all_units():
    figures = [figure(pcode, pcode, "2024-01-01", 200) for pcode in "ABC"]
    table = unit_people(ABC, HUNDREDS, figures, day("2024-01-01"), totals={"P": 500.0})
    assert bests(table) == {"A": 200.0, "B": 200.0, "C": 100.0}


def test_other_parents_are_left_alone():
    units = pd.concat([ABC, make_units("Z", parent="Q")])
    figures = [figure("f", "A", "2024-01-01", 350)]
    table = unit_people(units, HUNDREDS | {"Z": 7.0}, figures, day("2024-01-01"))
    assert table.by_pcode()["Z"].best == 7.0
    assert table.by_pcode()["Z"].basis == "static"


def test_parents_that_share_a_figure_are_one_whole():
    units = pd.concat([ABC, make_units("Z", parent="Q")])
    figures = [figure("f", "C Z", "2024-01-01", 400)]
    table = unit_people(units, HUNDREDS | {"Z": 100.0}, figures, day("2024-01-01"))
    assert bests(table) == {"A": 100.0, "B": 200.0, "C": 300.0, "Z": 100.0}
    assert [unit.basis for unit in table.units] == ["share", "share", "figure", "figure"]


def test_units_without_a_parent_are_one_whole():
    units = make_units("A", "B", parent=None)
    table = unit_people(
        units, {"A": 1.0, "B": 9.0}, [figure("f", "A", "2024-01-01", 4)], day("2024-01-01")
    )
    assert bests(table) == {"A": 4.0, "B": 6.0}


def test_people_reported_where_the_source_has_nobody_are_a_caution():
    static = HUNDREDS | {"A": 0.0}
    table = unit_people(ABC, static, [figure("f", "A", "2024-01-01", 5)], day("2024-01-01"))
    assert [each.code for each in table.cautions] == ["unit-empty"]
    assert table.by_pcode()["A"].factor == 1.0


def test_units_must_have_been_counted():
    with pytest.raises(UsageError, match="units B, C have no static figure"):
        unit_people(ABC, {"A": 1.0}, [], day("2024-01-01"))


def test_default_range_and_its_growth_with_age():
    figures = [figure("f", "A", "2024-01-01", 200)]
    new = unit_people(ABC, HUNDREDS, figures, day("2024-01-01")).by_pcode()["A"]
    assert (new.low, new.high) == (170, 230)
    old = unit_people(ABC, HUNDREDS, figures, day("2024-01-11")).by_pcode()["A"]
    assert (old.low, old.high) == (170 - 40, 230 + 40)
    assert AGE_SHARE_PER_DAY == 0.02
    ancient = unit_people(ABC, HUNDREDS, figures, day("2025-01-01")).by_pcode()["A"]
    assert (ancient.low, ancient.high) == (50, 350)


def test_range_of_the_rest_is_what_the_others_leave():
    figures = [figure("f", "A B", "2024-01-01", 300, low=250, high=400)]
    unit = unit_people(ABC, HUNDREDS, figures, day("2024-01-01")).by_pcode()["C"]
    assert (unit.low, unit.best, unit.high) == (200, 300, 350)


def test_a_share_is_more_doubtful_than_the_whole():
    figures = [figure("f", "A B", "2024-01-01", 300, low=300, high=300)]
    unit = unit_people(ABC, HUNDREDS, figures, day("2024-01-01")).by_pcode()["A"]
    assert SPLIT_SHARE == 0.15
    # of 100 e : 200 f, e and f even on 1 -+ 1/6 (0.15 at 5 % and 95 %): 5 % of all pairs are below
    e, f = np.meshgrid(np.linspace(5 / 6, 7 / 6, 2001), np.linspace(5 / 6, 7 / 6, 2001))
    low, high = np.quantile(300 * e / (e + 2 * f), [0.05, 0.95])
    assert (unit.low, unit.best) == (pytest.approx(low, abs=1.5), 100)
    assert unit.high == pytest.approx(high, abs=1.5)


def test_the_same_question_has_the_same_answer():
    assert strip_on("2024-06-20") == strip_on("2024-06-20")


def test_rows_of_the_run_database():
    use = strip_on("2024-06-20").figures[-1]
    record = use.to_record()
    assert record["figure_id"] == "unrwa-2024-06-18-rafah"
    assert record["pcodes"] == [R]
    assert (record["used"], record["low"], record["best"]) == (True, None, 65_000)


@given(
    total=st.integers(0, 10**8),
    weights=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=12),
)
def test_split_people_add_up_and_are_near_their_part(total, weights):
    parts = split_people(float(total), weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1 + 1e-6


GROUPS = ["A", "B", "C", "A B", "A C", "B C", "A B C"]


@st.composite
def tables(draw):
    """Draw a table of figures for three units."""
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(GROUPS),
                st.integers(0, 200),
                st.integers(0, 900),
                st.sampled_from(["present", "present", "left", "arrived", "displaced_present"]),
                st.integers(0, 60),
                st.integers(0, 50),
            ),
            max_size=8,
        )
    )
    start = day("2024-01-01")
    return [
        figure(
            f"f{number}",
            group,
            (start + dt.timedelta(at)).isoformat(),
            best,
            kind=kind,
            since=start + dt.timedelta(max(0, at - before))
            if kind in ("left", "arrived")
            else None,
            low=float(max(0, best - spread)),
            high=float(best + spread),
        )
        for number, (group, at, best, kind, before, spread) in enumerate(rows)
    ]


@given(figures=tables(), after=st.integers(0, 300), published=st.booleans())
def test_people_are_conserved_and_figures_met_for_any_table(figures, after, published):
    as_of = day("2024-01-01") + dt.timedelta(after)
    totals = {"P": 600.0} if published else {}
    table = unit_people(ABC, HUNDREDS, figures, as_of, totals=totals)
    units = table.by_pcode()
    total = sum(unit.best for unit in table.units)
    if "total-from-figures" not in [each.code for each in table.cautions]:
        assert total == pytest.approx(600.0, abs=1e-9)
    else:
        assert not published
    for unit in table.units:
        assert 0 <= unit.low <= unit.best <= unit.high
        assert unit.best == pytest.approx(unit.static * unit.factor + unit.on_land)
    assert [use.figure for use in table.figures] == figures
    for use in table.figures:
        assert use.reason
        if use.figure.date > as_of:
            assert not use.used
        if use.used and use.figure.kind == "present" and "before those" not in use.reason:
            held = sum(units[pcode].best for pcode in use.figure.pcodes)
            assert held == pytest.approx(use.figure.best)


@given(figures=tables(), after=st.integers(0, 100), later=st.integers(1, 60))
def test_ranges_do_not_narrow_while_no_figure_comes(figures, after, later):
    as_of = day("2024-01-01") + dt.timedelta(200 + after)
    first = unit_people(ABC, HUNDREDS, figures, as_of, totals={"P": 600.0})
    second = unit_people(ABC, HUNDREDS, figures, as_of + dt.timedelta(later), totals={"P": 600.0})
    for one, other in zip(first.units, second.units, strict=True):
        draws_error = 1 + 0.03 * (one.high - one.low)
        assert other.best == one.best
        assert other.low <= one.low + draws_error
        assert other.high >= one.high - draws_error


def test_order_of_the_rows_is_no_matter_for_different_days():
    figures = [
        figure("a", "A", "2024-01-01", 50),
        figure("b", "B C", "2024-01-02", 500),
        figure("c", "C", "2024-01-03", 400),
    ]
    tables_ = [
        unit_people(ABC, HUNDREDS, list(order), day("2024-02-01")).units
        for order in itertools.permutations(figures)
    ]
    assert all(each == tables_[0] for each in tables_)
