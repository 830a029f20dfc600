"""Marks of a chart on a frame of 100 by 100 pixels inside, worked out by hand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.chart import Frame, Scales, choose_step, choose_ticks, make_scales, spread

FRAME = Frame(width=130, height=125, left=20, right=10, top=5, bottom=20, most_ticks=5)
NEW_YEAR = date(2024, 1, 1)
SCALES = Scales(FRAME, NEW_YEAR, date(2024, 1, 11), 200)  # a day: 10 px; 2 persons: 1 px


def day(number):
    return NEW_YEAR + timedelta(days=number)


def test_days_and_people_lie_on_their_scales():
    assert [SCALES.x(day(number)) for number in (0, 1, 10)] == [20, 30, 120]
    assert [SCALES.y(people) for people in (0, 2, 50, 200)] == [105, 104, 80, 5]


def test_time_is_to_scale_where_days_are_uneven():
    scales = make_scales(FRAME, [date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 12)], [1])
    assert scales.x(date(2024, 2, 29)) == 20 + 100 * 28 / 40


def test_a_value_holds_until_the_next_day():
    path = SCALES.trace([(day(0), 100), (day(3), 200), (day(10), 0)])
    assert path == "M20 55 H50 V5 H120 V105 H120"


def test_a_gap_stays_open():
    path = SCALES.trace([(day(0), 100), (day(2), None), (day(3), None), (day(5), 200)])
    assert path == "M20 55 H40 M70 5 H70"
    assert SCALES.trace([(day(0), None), (day(1), None)]) == ""


def test_the_band_lies_between_its_traces():
    path = SCALES.trace_band(
        [(day(0), 50), (day(3), 100), (day(10), 20)], [(day(0), 100), (day(3), 200), (day(10), 40)]
    )
    assert path == "M20 55 H50 V5 H120 V85 H120 V95 H120 V55 H50 V80 H20 Z"


def test_the_band_ends_where_a_gap_starts():
    low, high = ([(day(0), people), (day(4), None), (day(10), None)] for people in (50, 100))
    assert SCALES.trace_band(low, high) == "M20 55 H60 V80 H20 Z"


@pytest.mark.parametrize(
    ("most", "step", "end"),
    [
        (0, 1, 1),
        (3, 1, 3),
        (12, 5, 15),  # 2.5 persons are none
        (99, 20, 100),
        (1_010_000, 250_000, 1_250_000),
        (1_500_000, 500_000, 1_500_000),
        (1_500_001, 500_000, 2_000_000),
        (275_267, 100_000, 300_000),
    ],
)
def test_people_have_round_grid_lines_from_zero(most, step, end):
    assert choose_step(most) == step
    scales = make_scales(FRAME, [day(0), day(1)], [0, most])
    assert scales.most == end
    assert choose_step(scales.most) == step


@given(st.floats(0, 1e10))
def test_grid_lines_are_few_and_hold_everyone(most):
    scales = make_scales(FRAME, [day(0), day(1)], [most])
    step = choose_step(scales.most)
    assert scales.most >= most
    assert 1 <= scales.most / step <= 5
    assert scales.most % step == 0


@pytest.mark.parametrize(
    ("first", "last", "most", "expected"),
    [
        ("2024-02-27", "2024-03-01", 4, ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2024-02-27", "2024-03-07", 4, ["2024-03-01", "2024-03-06"]),
        ("2024-02-01", "2024-02-29", 5, ["2024-02-01", "2024-02-11", "2024-02-21"]),
        (
            "2023-10-07",
            "2024-06-20",
            10,
            [f"2023-{month}-01" for month in (11, 12)]
            + [f"2024-0{month}-01" for month in range(1, 7)],
        ),
        ("2023-10-07", "2024-06-20", 4, ["2023-11-01", *(f"2024-0{m}-01" for m in (1, 3, 5))]),
        ("2021-05-05", "2024-06-20", 4, ["2022-01-01", "2023-01-01", "2024-01-01"]),
        ("2001-01-01", "2024-06-20", 3, ["2010-01-01", "2020-01-01"]),
    ],
)  # fmt: skip
def test_ticks_stand_on_round_days(first, last, most, expected):
    ticks = choose_ticks(date.fromisoformat(first), date.fromisoformat(last), most)
    assert [tick.isoformat() for tick in ticks] == expected


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 20_000), st.sampled_from((4, 10))
)
def test_ticks_are_few_and_within(first, passed, most):
    last = first + timedelta(days=passed)
    ticks = choose_ticks(first, last, most)
    assert len(ticks) <= most
    assert ticks == sorted(set(ticks))
    assert all(first <= tick <= last for tick in ticks)
    assert ticks or passed < 365  # a year always has a round day


def test_labels_stand_apart_near_their_lines():
    assert spread([50, 10, 90], 10, 0, 100) == [50, 10, 90]
    assert spread([50, 52, 51], 10, 0, 100) == [50, 70, 60]
    assert spread([98, 99, 100], 10, 0, 100) == [80, 90, 100]
    assert spread([0, 0, 0, 0], 10, 0, 25) == [0, 10, 20, 30]


@given(st.lists(st.floats(0, 200), min_size=1, max_size=4))
def test_labels_never_overlap_nor_leave(wanted):
    placed = spread(wanted, 17, 0, 200)
    ordered = sorted(placed)
    assert all(b - a >= 17 - 1e-9 for a, b in pairwise(ordered))
    assert ordered[0] >= 0
    assert ordered[-1] <= 200 + 1e-9
