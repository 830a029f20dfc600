"""What is too old is said, and beyond a limit not given: the limits to the day, worked by hand."""

import dataclasses
import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from geo.errors import InputError, StaleError
from geo.headline import ENGLISH, _write_clauses
from geo.people import PopulationGrid
from geo.people.hindsight import link_later
from geo.people.rough_count import count_roughly
from geo.people.stop_rules import (
    find_known,
    judge_figures,
    judge_population,
    judge_static,
    pick_clauses,
    refuse_stale,
    warn_of_stale,
)
from geo.types import Source
from tests.people.test_surface import day, figure

DAY = day("2024-06-30")
STATIC = {"A": 100.0, "B": 200.0}


def ago(days):
    return (DAY - dt.timedelta(days)).isoformat()


@pytest.mark.parametrize(
    ("population_date", "stale", "refused"),
    [
        ("2014", False, False),
        ("2013", True, False),
        ("2004", True, False),
        ("2003", True, True),
        ("mid-2013", True, False),
        ("2003 to 2014", False, False),
        ("2030", False, False),
        (None, False, False),
        ("undated", False, False),
    ],
)
def test_a_population_is_stale_after_ten_years_and_refused_after_twenty(
    population_date, stale, refused
):
    found = judge_population("pop.tif", population_date, DAY)
    assert [each.refused for each in found] == ([refused] if stale else [])
    for each in found:
        assert each.code == "population-old"
        assert each.text.startswith(f"pop.tif is from {population_date}, ")
        assert each.concerns([], "pop.tif")
        assert not each.concerns(["A"], "other.tif")


def write(clause):
    """Return a clause of a headline in English."""
    (text,) = _write_clauses({"stale": [clause.to_parts()]}, ENGLISH)
    return text


def judge(figure_, stale_days=90):
    return judge_figures({"f": frozenset("A")}, [figure_], DAY, stale_days)


@pytest.mark.parametrize(
    ("days", "stale", "refused"),
    [(90, False, False), (91, True, False), (180, True, False), (181, True, True)],
)
def test_a_figure_is_stale_after_ninety_days_and_refused_after_twice_as_many(days, stale, refused):
    found = judge(figure("f", "A", ago(days), 5))
    assert [each.refused for each in found] == ([refused] if stale else [])
    for each in found:
        assert write(each.clause) == f"based on figures {days} days old"
        assert each.text == (
            f"The figure for A (UN, {ago(days)}) is {days} days old on 2024-06-30 (limit 180 days)"
        )
        assert each.concerns(["A"], "any.tif")
        assert not each.concerns(["B"], "any.tif")


def test_other_days_can_be_set():
    assert judge(figure("f", "A", ago(30), 5), 30) == []
    assert [each.refused for each in judge(figure("f", "A", ago(31), 5), 30)] == [False]
    assert [each.refused for each in judge(figure("f", "A", ago(61), 5), 30)] == [True]


def test_age_counts_from_the_last_day_of_publication():
    repeated = figure("f", "A", ago(300), 5, date_end=day(ago(90)))
    assert judge(repeated) == []


def test_with_hindsight_the_nearer_figure_counts():
    before, after = figure("f", "A", ago(200), 5), figure("g", "A", "2024-07-10", 9)
    assert judge(link_later([before, after], DAY)[0]) == []
    (stale,) = judge(
        link_later([before, dataclasses.replace(after, date=day("2024-10-08"))], DAY)[0]
    )
    assert not stale.refused  # 100 days to the later one
    assert "(UN, 2023-12-13; UN, 2024-10-08) is 100 days from 2024-06-30" in stale.text


def test_figures_that_are_not_in_use_are_no_matter():
    assert judge_figures({}, [figure("f", "A", ago(900), 5)], DAY, 90) == []


def known(*figures, unmoved="AB", touched="AB"):
    return [each.figure_id for each in find_known(figures, DAY, unmoved, touched)]


def test_known_are_the_newest_figures_of_the_last_year():
    assert known(figure("f", "A", ago(364), 5)) == ["f"]
    assert known(figure("f", "A", ago(365), 5)) == []
    assert known(figure("f", "A", "2024-07-01", 5)) == []
    newer = figure("g", "A", ago(3), 6)
    assert known(figure("f", "A", ago(9), 5), newer, figure("h", "A", ago(7), 5)) == ["g"]
    displaced = figure("d", "A", ago(9), 5, kind="displaced_present")
    assert known(newer, displaced) == ["g", "d"]


def test_figures_for_units_that_have_one_or_are_not_asked_for_are_no_matter():
    assert known(figure("f", "A B", ago(9), 5), touched="A") == ["f"]
    assert known(figure("f", "A B", ago(9), 5), unmoved="A") == []
    assert known(figure("f", "A", ago(9), 5), touched="B") == []


@pytest.mark.parametrize(
    ("best", "stale", "refused"),
    [
        (150, False, False),
        (151, True, False),
        (199, True, False),
        (200, True, True),
        (50, False, False),
        (49, True, True),  # fewer than half is a factor of two already
        (0, True, True),
    ],
)
def test_a_static_figure_that_is_known_to_be_wrong(best, stale, refused):
    f = figure("f", "A", ago(9), best)
    found = judge_static([f], [f], DAY, STATIC)
    assert [each.refused for each in found] == ([refused] if stale else [])
    for each in found:
        assert each.code == "static-known-wrong"
        assert (
            f"A: {best} people were there (UN, 2024-06-21), the static figure is 100" in each.text
        )
        assert (
            write(each.clause)
            == f"static although a figure of 2024-06-21 counts {best} people there"
        )


@pytest.mark.parametrize(
    ("best", "stale", "refused"),
    [(25, False, False), (26, True, False), (99, True, False), (100, True, True)],
)
def test_displaced_people_beside_a_static_figure(best, stale, refused):
    f = figure("f", "A", ago(9), best, kind="displaced_present")
    found = judge_static([f], [f], DAY, STATIC)
    assert [each.refused for each in found] == ([refused] if stale else [])


def test_joint_figures_and_those_who_left_are_compared_as_people_present():
    joint = figure("f", "A B", ago(9), 460)
    assert judge_static([joint], [joint], DAY, STATIC)[0].pcodes == {"A", "B"}
    left = figure("f", "A", ago(9), 60, kind="left", since=day(ago(20)))
    (stale,) = judge_static([left], [left], DAY, STATIC)
    assert "A: 40 people were there" in stale.text
    gone = figure("f", "A", ago(9), 101, kind="left", since=day(ago(20)))
    assert judge_static([gone], [gone], DAY, STATIC) == []  # it says nothing


def test_where_the_population_has_nobody_anybody_is_too_many():
    f = figure("f", "A", ago(9), 1)
    (stale,) = judge_static([f], [f], DAY, {"A": 0.0})
    assert stale.refused
    nobody = dataclasses.replace(f, best=0.0)
    assert judge_static([nobody], [nobody], DAY, {"A": 0.0}) == []


def test_the_refusal_names_everything_once_and_what_to_do():
    stale = [*judge(figure("f", "A", ago(400), 5)), *judge(figure("f", "A", ago(100), 5))]
    stale += judge_population("pop.tif", "1990", DAY)
    with pytest.raises(StaleError) as error:
        refuse_stale([*stale, *stale], DAY)
    message = str(error.value)
    assert message.startswith("what is known is too old for 2024-06-30:\n")
    assert message.count("is 400 days old on 2024-06-30 (limit 180 days)") == 1
    assert "pop.tif is from 1990, 34 years before" in message
    assert "100 days old" not in message
    assert "--accept-stale" in message
    assert error.value.exit_status == 3
    assert isinstance(error.value, InputError)
    refuse_stale(judge(figure("f", "A", ago(100), 5)), DAY)  # is only said


def test_cautions_say_what_was_accepted():
    old, older = (
        warn_of_stale(judge(figure("f", "A", ago(days), 5)))[0].text for days in (100, 400)
    )
    assert old.endswith("(limit 180 days).")
    assert older.endswith("(limit 180 days). Given all the same, as asked for (--accept-stale).")


def test_a_headline_gets_the_worst_of_each():
    stale = [each for days in (100, 400, 91) for each in judge(figure("f", "A", ago(days), 5))]
    stale += judge_population("pop.tif", "2013", DAY)
    assert [write(clause) for clause in pick_clauses(stale)] == [
        "based on figures 400 days old",
        "based on a population of 2013, 11 years old",
    ]


def make_grid(people, **other):
    fields = {
        "grid_id": "g",
        "label": "made up",
        "source": Source("s", "made up", "none"),
        "population_date": "2020",
        "modelled": "no",
        "crs": "EPSG:4326",
        "west": 10.0,
        "north": 2.0,
        "cell_width": 1.0,
        "cell_height": 1.0,
    } | other
    return PopulationGrid(people=np.array(people, dtype=float), **fields)


def test_a_rough_count_takes_the_cells_whose_centres_are_inside():
    grid = make_grid([[1, 2, 4], [8, np.nan, 32]])
    shape = gpd.GeoSeries([box(10.4, 0.4, 12.4, 2)], crs="EPSG:4326")
    assert count_roughly(grid, shape) == 1 + 2 + 8
    small = gpd.GeoSeries([box(12.1, 0.1, 12.2, 0.2)], crs="EPSG:4326")
    assert count_roughly(grid, small) == 32  # no centre is inside: the cell that it touches
    beyond = gpd.GeoSeries([box(10.4, 0.4, 15, 2)], crs="EPSG:4326")
    assert count_roughly(grid, beyond) is None


def test_a_rough_count_on_a_projected_grid():
    grid = make_grid([[5.0, 7.0]], crs="EPSG:3857", west=0, north=1000, cell_width=1000,
                     cell_height=1000)  # fmt: skip
    shape = gpd.GeoSeries([box(0, 0, 1000, 1000)], crs="EPSG:3857").to_crs("EPSG:4326")
    assert count_roughly(grid, shape) == 5
