import pytest

from geo.people.needs import STANDARDS, list_needs, measure_need


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        # water, food, toilets in the first days, toilets, covered space, health units
        (0, (0, 0, 0, 0, 0, 0)),
        (1, (15, 2_100, 1, 1, 3.5, 1)),
        (20, (300, 42_000, 1, 1, 70, 1)),
        (21, (315, 44_100, 1, 2, 73.5, 1)),
        (50, (750, 105_000, 1, 3, 175, 1)),
        (51, (765, 107_100, 2, 3, 178.5, 1)),
        (10_000, (150_000, 21_000_000, 200, 500, 35_000, 1)),
        (10_001, (150_015, 21_002_100, 201, 501, 35_003.5, 2)),
    ],
)
def test_needs_of_people(people, expected):
    assert tuple(measure_need(standard, people) for standard in STANDARDS) == expected


def test_range_goes_through():
    (toilets,) = [need for need in list_needs("z", (19, 40, 41)) if need.need == "toilets"]
    assert (toilets.low, toilets.best, toilets.high) == (1, 2, 3)
    assert toilets.standard == "Sphere Handbook 2018: 1 toilet for at most 20 people"


def test_needs_of_uncounted_people_are_unknown():
    assert all(need.low is need.best is need.high is None for need in list_needs("z", None))
