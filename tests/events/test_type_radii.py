import csv

import pytest

from geo.errors import TableError, UnavailableError, UsageError
from geo.events.options import TableOptions
from geo.events.type_radii import read_type_radii
from geo.resources import package_file


def write(tmp_path, text):
    path = tmp_path / "radii.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_table_says_whose_each_radius_is():
    radii = read_type_radii()
    assert radii["explosions/remote violence"] == 5.0
    assert radii["protests"] == 1.0
    with package_file("events", "type_radii.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(radii)
    published = {row["event_type"] for row in rows if row["basis"].startswith("published by ACLED")}
    assert published == {"Explosions/Remote violence", "Protests"}
    assert all(row["basis"] for row in rows)


def test_a_file_of_ones_own_is_read(tmp_path):
    path = write(
        tmp_path, "event_type,sub_event_type,radius_km\nBattles,,4\nBattles, Air strike,7\n"
    )
    assert read_type_radii(path) == {"battles": 4.0, "battles|air strike": 7.0}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param("", ["no column event_type", "no column radius_km"], id="empty"),
        pytest.param("event_type,radius_km\n", ["no row"], id="no row"),
        pytest.param("event_type,radius\nA,1\n", ["no column radius_km", "'radius'"], id="column"),
        pytest.param(
            "event_type,radius_km\nA,0\n,1\nB,x\nC,501\na,2\nD\n",
            [
                "line 2: radius_km '0'",
                "line 3: no event_type",
                "line 4: radius_km 'x'",
                "line 5: radius_km '501'",
                "line 6: 'a' is there twice",
                "line 7: 1 cells, expected 2",
            ],
            id="rows",
        ),
        pytest.param('event_type,radius_km\nA,"1\n', ["unexpected end"], id="quote"),
    ],
)
def test_every_fault_of_a_file_is_named_at_once(tmp_path, text, faults):
    with pytest.raises(TableError, match=r"radii\.csv") as caught:
        read_type_radii(write(tmp_path, text))
    for fault in faults:
        assert fault in str(caught.value)


def test_a_missing_file_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match=r"none\.csv can't be read"):
        read_type_radii(tmp_path / "none.csv")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "radii.csv"
    path.write_bytes("event_type,radius_km\nÉmeutes,2\n".encode("cp1252"))
    with pytest.raises(TableError, match="no UTF-8"):
        read_type_radii(path)


def test_wrong_options_are_named_together():
    with pytest.raises(UsageError) as caught:
        TableOptions(
            encoding="base64",
            date_format="%H:%M",
            precision_km={8: 1.0, 2: -1.0},
            type_radii_km={"Riots": 0.0},
        )
    for fault in ("'base64'", "'%H:%M'", "level 8", "level 2", "'Riots'"):
        assert fault in str(caught.value)
