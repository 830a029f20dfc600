"""A raster's people in units against a table's; numbers worked by hand."""

import pytest

from geo.people.demography import Demography, Total, read_demography
from geo.people.published_totals import choose_compared, doubt_totals
from geo.types import Source


def make_table(**totals):
    source = Source("demography:x", "Population by age and sex: t.csv", "CC BY-IGO")
    found = {code: Total(people, "2023") for code, people in totals.items()}
    return Demography({}, {}, source, (), found)


@pytest.mark.parametrize(
    ("counted", "published", "is_told"),
    [
        ({"A": 100.0, "B": 100.0}, {"A": 100.0, "B": 100.0}, False),
        ({"A": 125.0, "B": 125.0}, {"A": 100.0, "B": 100.0}, False),  # a quarter more
        ({"A": 126.0, "B": 125.0}, {"A": 100.0, "B": 100.0}, True),
        ({"A": 80.0, "B": 80.0}, {"A": 100.0, "B": 100.0}, False),  # 1 / 1.25
        ({"A": 79.0, "B": 80.0}, {"A": 100.0, "B": 100.0}, True),
        ({"A": 200.0, "B": 900.0}, {"A": 100.0, "B": 1000.0}, False),  # twice in one of them
        ({"A": 201.0, "B": 900.0}, {"A": 100.0, "B": 1000.0}, True),
        ({"A": 0.0, "B": 1000.0}, {"A": 100.0, "B": 1000.0}, True),
        ({"A": 500.0}, {"B": 100.0}, False),  # nothing in both
        ({"A": 500.0}, {"A": 0.0}, False),  # a table without people says nothing
        ({}, {"A": 100.0}, False),
    ],
)
def test_what_is_far_apart_is_told(counted, published, is_told):
    told = doubt_totals("people.tif", counted, make_table(**published))
    assert (told is not None) is is_told


def test_caution_has_both_numbers_the_year_and_the_farthest_unit():
    told = doubt_totals("p.tif", {"A": 3000.0, "B": 100.0}, make_table(A=1000.0, B=90.0, C=5.0))
    assert told.code == "population-differs"
    assert told.text.startswith(
        "p.tif has 3,100 people in 2 units at risk, for which Population by age and sex: t.csv "
        "(2023) has 1,090; farthest apart is A, with 3,000 and 1,000. Either may be off"
    )
    one = doubt_totals("p.tif", {"A": 3000.0}, make_table(A=1000.0))
    assert "3,000 people in the unit at risk" in one.text
    assert "farthest" not in one.text


def test_units_with_most_people_are_compared():
    table = make_table(**{f"U{n:02}": float(n) for n in range(30)})
    chosen = choose_compared({f"U{n:02}" for n in range(40)}, table)
    assert chosen == [f"U{n:02}" for n in range(18, 30)]


def test_totals_are_those_of_all_ages_in_the_chosen_year(tmp_path):
    path = tmp_path / "x_admpop_adm2.csv"
    path.write_text(
        "ADM2_PCODE,ADM1_PCODE,year,T_TL,T_00_04\n"
        "PS0275,PS02,2017,200,30\nPS0275,PS02,2023,267,40\nPS0270,PS02,2023,400,60\n"
    )
    totals = read_demography(path, 2024).totals
    assert totals["PS0275"] == Total(267.0, "2023")
    assert totals["PS02"] == Total(667.0, "2023")
    assert read_demography(path, 2020).totals["PS0275"].people == 200.0
