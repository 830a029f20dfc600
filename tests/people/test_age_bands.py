"""Groups counted from age bands; every figure is worked by hand."""

import pytest

from geo.people.age_bands import AGE_GROUPS, ENDLESS, EVERYONE, Band, count_band, find_parts

FIVES = {
    Band(sex, start, ENDLESS if start == 80 else start + 5): people
    for sex, factor in (("f", 1), ("m", 2))
    for start, people in ((start, factor * (100 - start)) for start in range(0, 85, 5))
}


def test_whole_bands_are_added():
    count = count_band(FIVES, AGE_GROUPS["under_5"])
    assert (count.people, count.doubt) == (100 + 200, 0)


def test_women_are_only_women():
    # 85 + 80 + 75 + 70 + 65 + 60 + 55
    count = count_band(FIVES, AGE_GROUPS["women_15_49"])
    assert (count.people, count.doubt) == (490, 0)


def test_open_end_is_whole():
    # 3 x (35 + 30 + 25 + 20)
    assert count_band(FIVES, AGE_GROUPS["over_64"]).people == 330


def test_narrow_band_is_split_by_years():
    # 3 x (100 + 95 + 90) + 3 of 5 years of 3 x 85; in doubt: a quarter of the other 2 of 5
    count = count_band(FIVES, AGE_GROUPS["under_18"])
    assert count.people == pytest.approx(3 * 285 + 3 / 5 * 255)
    assert count.doubt == pytest.approx(1 / 4 * 2 / 5 * 255)


def test_everyone_is_the_total_or_the_sum():
    assert count_band(FIVES, EVERYONE).people == sum(FIVES.values())
    assert count_band(FIVES | {EVERYONE: 9_000.0}, EVERYONE).people == 9_000


def test_wide_band_is_split_only_where_most_of_it_is_meant():
    # 0-18 is 19 years, of which 18 are under 18
    bands = {Band("t", 0, 19): 1_900.0, Band("t", 19, 60): 4_100.0, Band("t", 60, ENDLESS): 500.0}
    count = count_band(bands, AGE_GROUPS["under_18"])
    assert (count.people, count.doubt) == (pytest.approx(1_800), pytest.approx(25))
    assert count_band(bands, AGE_GROUPS["under_5"]) is None
    assert count_band(bands, AGE_GROUPS["women_15_49"]) is None
    assert count_band(bands, AGE_GROUPS["over_64"]) is None


def test_open_band_is_never_split():
    assert count_band({Band("t", 60, ENDLESS): 7.0}, AGE_GROUPS["over_64"]) is None


def test_exact_bands_go_before_split_ones():
    bands = {Band("t", 0, 19): 1_900.0, Band("t", 0, 18): 1_790.0}
    assert count_band(bands, AGE_GROUPS["under_18"]).people == 1_790


def test_one_sex_is_not_everyone():
    assert count_band({Band("f", 0, 5): 3.0}, AGE_GROUPS["under_5"]) is None


def test_gap_between_bands_is_unknown():
    bands = {Band("t", 0, 4): 4.0, Band("t", 5, 18): 5.0}
    assert count_band(bands, AGE_GROUPS["under_18"]) is None


def test_parts_are_of_everyone():
    parts = find_parts({Band("t", 0, 5): 15.0, EVERYONE: 100.0})
    assert {group: part.best for group, part in parts.items()} == {"under_5": 0.15}
    assert find_parts({Band("t", 0, 5): 0.0, EVERYONE: 0.0}) == {}
    assert find_parts({Band("t", 0, 5): 15.0}) == {}
    assert find_parts({Band("t", 0, 5): 15.0}, 60)["under_5"].best == 0.25
