"""Several tables of displacement as one body of evidence, every row of each accounted for."""

import datetime as dt
import json

import pytest

from geo.errors import TableError, UnavailableError
from geo.people import unit_people
from geo.people.accounting import join_accountings
from geo.people.displacement import ReadingOptions, parse_displacements, read_displacements
from geo.people.hindsight import link_later
from tests.people.test_displacement import (
    EARLIER,
    UNITS,
    answer,
    coarse,
    hapi_record,
    page,
    record,
)
from tests.people.test_surface import bests as unit_bests
from tests.people.test_surface import figure, make_units

OPTIONS = ReadingOptions(units=UNITS)
OWN = "figure_id,pcodes,date,kind,best,agency\n"
LATER = {"roundNumber": 4, "reportingDate": "2024-07-10T00:00:00"}
LAST = {"roundNumber": 5, "reportingDate": "2024-08-20T00:00:00"}


def parse(*tables, options=OPTIONS, bundled=()):
    named = [(f"{number}.csv", data) for number, data in enumerate(tables, 1)]
    return parse_displacements(named, options, bundled)


def fates(tables):
    return [
        [(row.number, row.fate, row.reason) for row in each.rows] for each in tables.accountings
    ]


def own(*rows):
    return (OWN + "\n".join(rows)).encode()


def test_pages_of_one_answer_are_one_table():
    old = hapi_record(people=70, reporting_round="2", reference_period_start="2024-05-31")
    tables = parse(page(old), page(hapi_record(), hapi_record("XX0102", 5)), page())
    assert [(each.pcodes, each.best, each.round) for each in tables.figures] == [
        (("XX0101",), 100, 3),
        (("XX0102",), 5, 3),
    ]
    assert fates(tables) == [
        [(1, "superseded", "by a later round")],
        [(1, "used", "last round of its operation"), (2, "used", "last round of its operation")],
        [],
    ]
    assert [each.figures for each in tables.accountings] == [0, 2, 0]


def test_a_row_on_two_pages_counts_once():
    tables = parse(page(hapi_record()), page(hapi_record(), hapi_record("XX0102", 5)))
    assert [each.best for each in tables.figures] == [100, 5]
    assert fates(tables)[1][0] == (1, "set aside", "the same row again")


def test_assessments_on_two_pages_are_of_the_same_people():
    tables = parse(page(hapi_record(assessment_type="SA", people=60)), page(hapi_record()))
    assert [each.best for each in tables.figures] == [100]
    assert fates(tables)[0] == [
        (1, "beside", "the same people as in assessment BA of the same round")
    ]


def test_levels_in_two_answers_count_nobody_twice():
    tables = parse(answer(coarse(people=130)), answer(record(), record("XX0102", 20)))
    assert [each.best for each in tables.figures] == [100, 20]
    assert fates(tables)[0] == [(1, "beside", "the same people as in the rows of level 2")]
    # the two levels of the round don't add up to the same, and it is said once
    assert [len(each.checks) for each in tables.accountings] == [1, 0]
    assert (
        "level 2 add up to 120 people, those of level 1 to 130" in tables.accountings[0].checks[0]
    )


def test_tables_of_two_publishers_have_figures_of_their_own():
    tables = parse(answer(record()), page(hapi_record(people=90)))
    assert [each.agency for each in tables.figures] == ["IOM DTM", "IOM DTM through HDX HAPI"]
    assert len({each.figure_id for each in tables.figures}) == 2


def test_a_page_for_other_units_is_no_fault_where_others_are_for_these():
    tables = parse(page(hapi_record("ZZ0101")), page(hapi_record()))
    assert [each.best for each in tables.figures] == [100]
    assert fates(tables)[0] == [(1, "set aside", "for a unit that is not in use")]
    with pytest.raises(TableError) as error:
        parse(page(hapi_record("ZZ0101")), page(hapi_record("ZZ0102")))
    assert "1.csv (IOM DTM through HDX HAPI, API v2 JSON): no row can be used" in str(error.value)
    assert "2.csv (IOM DTM through HDX HAPI, API v2 JSON): no row can be used" in str(error.value)


def test_faults_of_all_tables_stand_in_one_message():
    with pytest.raises(TableError) as error:
        parse(
            own("a,XX0101,2024-06-30,present,-5,UN", "b,ZZ01,2024-06-30,present,5,UN"),
            own("c,XX0101,2024-06-30,present,5,UN"),
            b'{"result": [',
            own("d,XX0101,30/06/2024,present,5,UN"),
        )
    message = str(error.value)
    assert "1.csv: 2 faults in the table of figures:\n  row 2: best '-5'" in message
    assert "row 3: P-code 'ZZ01' is not among the units" in message
    assert "3.csv: not JSON" in message
    assert "4.csv: 1 fault in the table of figures:\n  row 2: date '30/06/2024'" in message
    assert "2.csv" not in message


def test_an_id_in_two_tables_is_a_fault_that_names_both():
    row = "a,XX0101,2024-06-30,present,5,UN"
    with pytest.raises(TableError, match=r"figure_id 'a' stands in 1\.csv and in 3\.csv; rename"):
        parse(own(row), own("b,XX0101,2024-06-30,present,5,MSF"), own(row))
    bundled = [figure("a", "XX0101", "2024-06-30", 5)]
    with pytest.raises(TableError, match=r"come with civmap \(auto\) and in 1\.csv"):
        parse(own(row), bundled=bundled)


def test_tables_of_different_forms_are_weighed_together():
    tables = parse(answer(record()), own("a,XX0102,2024-06-30,present,150,UN"))
    assert [each.kind for each in tables.figures] == ["displaced_present", "present"]
    units = make_units("XX0101", "XX0102", parent="XX01")
    static = {"XX0101": 200.0, "XX0102": 100.0}
    table = unit_people(units, static, tables.figures, dt.date(2024, 6, 30))
    # where everyone was counted, displaced people are shown, not used
    assert unit_bests(table) == {"XX0101": 150.0, "XX0102": 150.0}


def test_files_that_are_missing_are_all_named(tmp_path):
    with pytest.raises(UnavailableError) as error:
        read_displacements([tmp_path / "one.csv", tmp_path / "two.csv"], OPTIONS)
    assert "one.csv can't be read" in str(error.value)
    assert "two.csv can't be read" in str(error.value)


def test_the_accountings_are_added_up():
    tables = parse(page(hapi_record(), hapi_record("ZZ0101")), page(hapi_record("XX0102", None)))
    joined = join_accountings(tables.accountings)
    assert (joined["name"], joined["rows"], joined["figures"]) == ("1.csv, 2.csv", 3, 1)
    assert joined["form"] == "IOM DTM through HDX HAPI, API v2 JSON"
    assert joined["fates"]["set aside"] == {
        "rows": 2,
        "reasons": {"for a unit that is not in use": 1, "population is missing": 1},
    }
    assert [each["rows"] for each in joined["files"]] == [2, 1]
    assert join_accountings(tables.accountings[:1]) == tables.accountings[0].to_record()
    assert join_accountings(()) is None


def test_with_hindsight_the_next_round_gives_figures_too():
    table = answer(record(**EARLIER), record(), record(people=160, **LATER), record(**LAST))
    day = dt.date(2024, 7, 5)
    tables = parse(table, options=ReadingOptions(UNITS, day, hindsight=True))
    assert [(each.round, each.best) for each in tables.figures] == [(3, 100), (4, 160)]
    assert fates(tables) == [
        [
            (1, "superseded", "by a later round"),
            (2, "used", "last round of its operation"),
            (3, "used", "first round after 2024-07-05"),
            (4, "later", "than 2024-07-05"),
        ]
    ]
    linked = link_later(tables.figures, day)
    units = make_units("XX0101", "XX0102", parent="XX01")
    static = {"XX0101": 200.0, "XX0102": 100.0}
    # 30 June to 10 July: 5 of 10 days, so 130 displaced
    assert unit_people(units, static, linked, day).by_pcode()["XX0101"].displaced == 130
    without = parse(table, options=ReadingOptions(UNITS, day))
    assert [each.round for each in without.figures] == [3]


def test_chad_in_both_levels_at_once(shared_file):
    paths = [
        shared_file(f"iom-dtm/displacement-admin{level}-admin0pcode-tcd.json") for level in (1, 2)
    ]
    tables = read_displacements(paths, ReadingOptions())
    assert sum(each.best for each in tables.figures) == 225_689
    assert sum(len(each.rows) for each in tables.accountings) == 56 + 145


def test_pages_give_what_the_whole_table_gives(shared_file):
    import csv

    with shared_file("iom-dtm/hdx_hapi_idps_global.csv").open(encoding="utf-8-sig") as stream:
        rows = [
            {name: value or None for name, value in row.items()} for row in csv.DictReader(stream)
        ]
    whole = parse(json.dumps({"data": rows}).encode(), options=ReadingOptions())
    pages = [json.dumps({"data": rows[at : at + 1000]}).encode() for at in range(0, 6854, 1000)]
    paged = parse(*pages, options=ReadingOptions())
    assert len(paged.figures) == 597
    assert sorted(paged.figures, key=lambda each: each.figure_id) == sorted(
        whole.figures, key=lambda each: each.figure_id
    )
    assert [len(each.rows) for each in paged.accountings] == [1000] * 6 + [854]
