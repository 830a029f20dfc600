"""Days and ranges of days, worked out on a calendar by hand."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest

import geo
from geo.days import DayRange, choose_days, read_days
from geo.errors import UsageError
from geo.people import bundled_figures
from geo.settings import Settings


@dataclass
class Published:
    date: date


FIGURES = [
    Published(date(2023, 12, 31)),
    Published(date(2023, 10, 7)),
    Published(date(2024, 2, 13)),
    Published(date(2023, 10, 7)),
]


def days(*texts):
    return tuple(date.fromisoformat(text) for text in texts)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ()),
        ([], ()),
        ("2024-02-24", ("2024-02-24",)),
        (["2024-02-24", "2024-01-01", "2024-02-24"], ("2024-01-01", "2024-02-24")),
        ("2023-10-07..2024-02-24", ("2023-10-07", "2023-12-31", "2024-02-13", "2024-02-24")),
        ("2023-10-08..2023-12-30", ("2023-10-08", "2023-12-30")),
        ("2023-12-31..2024-02-13", ("2023-12-31", "2024-02-13")),
        ("2024-02-24..2024-02-24", ("2024-02-24",)),
        # 2024 is a leap year: 14 days from 20 February end on 5 March
        (
            "2024-02-20..2024-03-05/7",
            ("2024-02-20", "2024-02-27", "2024-03-05"),
        ),
        ("2024-02-20..2024-03-04/7", ("2024-02-20", "2024-02-27", "2024-03-04")),
        ("2024-02-20..2024-02-22/1", ("2024-02-20", "2024-02-21", "2024-02-22")),
        ("2024-02-20..2024-02-22/90", ("2024-02-20", "2024-02-22")),
        (
            ["2024-02-01..2024-02-28", "2023-11-01..2023-11-03/2", date(2024, 6, 1)],
            ("2023-11-01", "2023-11-03", "2024-02-01", "2024-02-13", "2024-02-28", "2024-06-01"),
        ),
        (datetime(2024, 2, 24, 12), ("2024-02-24",)),  # noqa: DTZ001 - a day is all that counts
        ("9999-12-30..9999-12-31/1", ("9999-12-30", "9999-12-31")),
    ],
)
def test_days_are_chosen(given, expected):
    assert choose_days(given, FIGURES) == days(*expected)


@pytest.mark.parametrize(
    ("given", "as_of", "known", "ranges"),
    [
        (None, None, (), ()),
        ("2024-02-24", "2024-02-24", (), ()),
        (["2024-02-24", "2024-02-24"], "2024-02-24", (), ()),
        (["2024-06-20", "2024-02-24"], "2024-02-24", ("2024-02-24", "2024-06-20"), ()),
        ("2024-02-24..2024-02-24", "2024-02-24", (), ()),
        ("2023-10-07..2024-06-20", "2024-06-20", (), ("2023-10-07..2024-06-20",)),
        ("2024-02-20..2024-02-23/2", "2024-02-23", ("2024-02-20", "2024-02-22", "2024-02-23"), ()),
        (
            ["2023-10-07..2024-06-20", "2024-02-24"],
            "2024-02-24",
            ("2024-02-24",),
            ("2023-10-07..2024-06-20",),
        ),
    ],
)
def test_the_last_day_given_is_the_runs_own(given, as_of, known, ranges):
    read = read_days(given)
    assert read.as_of == (as_of and date.fromisoformat(as_of))
    assert read.days == days(*known)
    assert tuple(map(str, read.day_ranges)) == ranges


def test_a_run_chooses_the_same_days_from_its_settings():
    given = ["2023-10-07..2024-06-20", "2024-02-24"]
    read = read_days(given)
    again = choose_days((*read.days, *read.day_ranges), FIGURES)
    assert again == choose_days(given, FIGURES)
    assert len(again) == 5


def test_the_bundled_figures_have_thirteen_days():
    """Counted by hand in data/population/gaza_strip_figures.csv; 20 June is an end only."""
    chosen = choose_days("2023-10-07..2024-06-20", bundled_figures())
    assert len(chosen) == 14
    assert chosen[:3] == days("2023-10-07", "2023-11-11", "2023-12-14")
    assert chosen[-2:] == days("2024-06-18", "2024-06-20")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "day '': expected YYYY-MM-DD"),
        ("24.02.2024", "expected YYYY-MM-DD"),
        ("2024-02-30", "expected YYYY-MM-DD"),
        ("2024-02-24..", "days '2024-02-24..': day ''"),
        ("..2024-02-24", "days '..2024-02-24': day ''"),
        ("2024-02-24...2024-03-01", "expected FIRST..LAST"),
        ("2024-02-24..2024-02-30", "day '2024-02-30'"),
        ("2024-02-24..2024-02-23", "the last is before the first"),
        ("2024-02-24..2024-02-23/7", "the last is before the first"),
        ("2024-02-24..2024-03-23/0", "step '0': expected whole days, 1 or more"),
        ("2024-02-24..2024-03-23/-7", "step '-7'"),
        ("2024-02-24..2024-03-23/1.5", "step '1.5'"),
        ("2024-02-24..2024-03-23/week", "step 'week'"),
        ("2024-02-24..2024-03-23/", "step ''"),
        ("2024-02-24..2024-03-23/7/7", "step '7/7'"),
        # 2023 and 2024 have 365 and 366 days; every second of them is fewer than 400
        ("2023-01-01..2024-12-31/1", "731 days.*2023-01-01..2024-12-31/2"),
        (["2024-01-01", "2024-02-24..2024-02-23"], "the last is before the first"),
    ],
)
def test_bad_days_are_refused(given, message):
    with pytest.raises(UsageError, match=message):
        read_days(given)
    with pytest.raises(UsageError, match=message):
        choose_days(given, FIGURES)


def test_more_figures_than_a_run_has_days_are_refused():
    figures = [Published(date.fromordinal(738_000 + day)) for day in range(500)]
    given = DayRange(figures[0].date, figures[-1].date)
    with pytest.raises(UsageError, match="500 days"):
        choose_days(given, figures)
    assert len(choose_days(given, figures[:399])) == 400


def test_settings_refuse_days_that_no_one_chose():
    with pytest.raises(UsageError, match="ascending and different"):
        Settings(days=days("2024-02-24", "2024-02-23"))


def test_a_run_keeps_its_days_as_parameters(tmp_path):
    article = tmp_path / "article.txt"
    article.write_text("Talks went on in Paris.")
    run = geo.assess(article, as_of=["2023-10-07..2024-06-20", "2024-01-01", "2024-02-24"])
    assert run.facts["as_of"] == "2024-02-24"
    assert run.facts["parameters"]["days"] == ["2024-01-01", "2024-02-24"]
    assert run.facts["parameters"]["day_ranges"] == ["2023-10-07..2024-06-20"]
    assert run.series.empty
    assert list(run.series) == ["zone_id", "as_of", "low", "best", "high", "static"]
    assert list(run.series_units) == ["pcode", "as_of", "low", "best", "high", "static"]
