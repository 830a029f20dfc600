from __future__ import annotations

from datetime import date

import pytest

from geo.errors import UsageError
from maps.wording import Wording, load_wording

WORDS = Wording()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_400_000, "1.4 million"),
        (1_404_999, "1.4 million"),
        (1_426_000, "1.43 million"),
        (999_900, "1 million"),
        (275_267, "275,000"),
        (12_345_678, "12.3 million"),
        (1_234_567_890, "1,230 million"),
        (812, "812"),
        (7, "7"),
        (0, "0"),
        (None, "no data"),
        (float("nan"), "no data"),
    ],
)
def test_headline_figures_have_three_digits(value, expected):
    assert WORDS.about(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1_400_000, "1,400,000"), (0.4, "0"), (None, "no data"), (float("inf"), "no data")],
)
def test_counts_are_whole_and_missing_is_not_zero(value, expected):
    assert WORDS.count(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(64.01, "64 km²"), (2.5, "2.5 km²"), (1234.5, "1,234 km²"), (None, "no data")],
)
def test_measures_carry_their_unit(value, expected):
    assert WORDS.measure(value, "km²") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-02-24", "24 February 2024"),
        (date(2024, 2, 4), "4 February 2024"),
        ("mid-2023", "mid-2023"),
        ("2024", "2024"),
        (None, "undated"),
    ],
)
def test_dates_are_in_words(value, expected):
    assert WORDS.day(value) == expected


def test_fraction_becomes_a_percentage():
    assert WORDS.percent(0.974) == "97 %"
    assert WORDS.percent(None) == "no data"


@pytest.mark.parametrize(("count", "expected"), [(1, "1 place"), (2, "2 places"), (0, "0 places")])
def test_plural_follows_the_number(count, expected):
    assert WORDS.translate_plural("{count} place", "{count} places", count) == expected


def test_language_without_a_catalogue_is_refused():
    with pytest.raises(UsageError, match="'fa': expected one of en, ar, fr"):
        load_wording("fa")
