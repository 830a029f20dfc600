import csv

import pytest

from geo.errors import TableError, UnavailableError, UsageError
from geo.events.rejected import write_rejected


def test_every_rejected_row_is_written_with_code_and_reason(load, tmp_path):
    found = load("event_id,lon,lat\nA,34,31\nB,34\nC,,31\nD,34,99\n")
    path = tmp_path / "rejected.csv"
    path.write_text("old")
    assert write_rejected(found.con, path) == 3
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [
        ["number", "code", "reason"],
        ["2", "ragged", "2 cells, expected 3 as in the header: 'B,34'"],
        ["3", "lon-missing", "longitude is missing"],
        ["4", "lat-range", "latitude 99: expected degrees from -90 to 90"],
    ]
    assert not list(tmp_path.glob(".*"))


def test_a_file_without_rows_has_its_header(load, tmp_path):
    assert write_rejected(load("lon,lat\n34,31\n").con, tmp_path / "rejected.csv") == 0
    assert (tmp_path / "rejected.csv").read_text() == '"number","code","reason"\n'


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t"], ids="row31-{!r}".format)
def test_no_cell_is_a_formula(load, tmp_path, sign):
    found = load("lon,lat\n34,31\n")
    found.con.execute("INSERT INTO rejected VALUES (2, 'x', ?)", [f"{sign}1+1"])
    write_rejected(found.con, tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(newline="") as stream:
        assert list(csv.reader(stream))[1] == ["2", "x", f"'{sign}1+1"]


def test_a_file_that_can_not_be_written_is_unavailable(load, tmp_path):
    found = load("lon,lat\n34,31\n")
    with pytest.raises(UnavailableError, match="can't be written"):
        write_rejected(found.con, tmp_path / "none" / "rejected.csv")


def test_row34_names_of_columns_are_no_sql(load):
    column = 'a"; DROP TABLE x; --'
    text = 'lon,lat,"a""; DROP TABLE x; --"\n34,31,"\'); DELETE FROM events; --"\n'
    found = load(text, by=column)
    assert found.list("by_group") == ["'); DELETE FROM events; --"]
    with pytest.raises(UsageError, match="no column 'b'"):
        load(text, by="b")


@pytest.mark.parametrize("name", ["data[1].csv", "a*.csv", "x';--.csv"], ids="row32-{}".format)
def test_a_file_name_is_no_pattern(load, tmp_path, name):
    (tmp_path / name).write_text("lon,lat\n34,31\n")
    assert load(tmp_path / name).list() == ["row-1"]


def test_row32_long_and_odd_identifiers_are_kept_as_text(load):
    ids = ["../../etc/passwd", "x" * 5000, "a,b\nc", "💥"]
    rows = "".join(f'"{event_id}",34,31\n' for event_id in ids)
    assert load("event_id,lon,lat\n" + rows).list() == ids


def test_an_error_in_the_table_names_the_file(load):
    with pytest.raises(TableError, match=r"^events\.csv: "):
        load("lon,lat\n999,31\n")
