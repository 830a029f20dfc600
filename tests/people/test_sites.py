"""Known sites: the table, and every fault of it in one message."""

import datetime as dt

import pytest

from geo.errors import TableError, UnavailableError
from geo.people.sites import parse_sites, read_sites
from geo.types import Interval


def test_a_table_with_everything_and_one_with_the_least():
    text = (
        "name,lon,lat,people,low,high,radius_km,date,source\n"
        "Camp 1,34.25,31.3,1000,800,1500,0.8,2024-02-01,UN\n"
        'Camp "2",34.26,31.31,200,,,,,\n'
    )
    first, second = parse_sites(text.encode(), "s.csv")
    assert (first.lon, first.lat, first.radius_km) == (34.25, 31.3, 0.8)
    assert first.people == Interval(800, 1000, 1500)
    assert (first.date, first.source) == (dt.date(2024, 2, 1), "UN")
    assert (second.people.low, second.people.best) == (170, 200)
    assert second.people.high == pytest.approx(230)
    assert (second.radius_km, second.date, second.source) == (0.5, None, None)


def test_every_fault_is_told_with_its_row():
    text = (
        "name,lon,lat,people,low,high,date\n"
        "A,200,31,10,,,\n"
        "B,34,north,-5,,,\n"
        ",34,31,10,,,\n"
        "D,34,31,10,20,30,\n"
        "E,34,31,10,,,01/02/2024\n"
        "F,34,31\n"
        "G,34,31,nan,,,\n"
    )
    with pytest.raises(TableError) as found:
        parse_sites(text.encode(), "s.csv")
    assert found.value.exit_status == 3
    assert str(found.value).splitlines() == [
        "s.csv: faults in the table of sites:",
        "  row 2: lon '200': expected a number from -180 to 180",
        "  row 3: lat 'north': expected a number from -90 to 90",
        "  row 3: people '-5': expected a number from 0 to 1e+08",
        "  row 4: name is empty",
        "  row 5: low 20, people 10, high 30: expected them ascending",
        "  row 6: date '01/02/2024': expected a day as YYYY-MM-DD",
        "  row 7: 3 cells; the header has 7",
        "  row 8: people 'nan': expected a number from 0 to 1e+08",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name,lon,lat\nA,1,2\n", "column 'people' is missing"),
        ("name,lon,lat,people,tents\nA,1,2,3,4\n", "column 'tents' is not known"),
        ("name,lon,lat,people,lon\nA,1,2,3,1\n", "column 'lon' stands twice"),
        ("name,lon,lat,people\n", "no rows below the header"),
        ("", "column 'name' is missing"),
        ("name,lon,lat,people\n" + "A,1,2,3\n" * 501, "501 sites; at most 500"),
    ],
)
def test_no_table_of_sites(text, fault):
    with pytest.raises(TableError, match=fault):
        parse_sites(text.encode(), "s.csv")


def test_bytes_that_are_no_text():
    with pytest.raises(TableError, match="not a CSV table in UTF-8"):
        parse_sites(b"name,lon\xff\n", "s.csv")


def test_a_missing_file(tmp_path):
    with pytest.raises(UnavailableError):
        read_sites(tmp_path / "no.csv")
