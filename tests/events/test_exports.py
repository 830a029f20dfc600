"""ACLED's and UCDP's own tables, known by their columns. The rows of ACLED's are made up."""

import csv
import io
import zipfile

import pandas as pd
import pytest

ACLED = (
    "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,country,location,"
    "latitude,longitude,geo_precision,notes,fatalities,timestamp\n"
)


def acled(*rows):
    return ACLED + "\n".join(rows) + "\n"


def row(event_id="XXX1", **cells):
    values = {
        "event_date": "24 February 2024",
        "year": "2024",
        "time_precision": "1",
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "country": "Sudan",
        "location": "El Fasher",
        "latitude": "13.63",
        "longitude": "25.35",
        "geo_precision": "1",
        "notes": "made up",
        "fatalities": "2",
        "timestamp": "1700000000",
    }
    return ",".join([event_id, *(values | cells).values()])


def test_acled_dates_types_and_levels_are_read(load):
    text = acled(
        row(),
        row("XXX2", event_date="2024-03-01", event_type="Protests", geo_precision="2"),
        row("XXX3", event_type="Strategic developments", geo_precision="3"),
        row("XXX4", event_type="Something new"),
    )
    found = load(text)
    assert found.list("event_id, CAST(event_date AS VARCHAR), type_radius_km, precision_km") == [
        ("XXX1", "2024-02-24", 5.0, 0.0),
        ("XXX2", "2024-03-01", 1.0, 25.0),
        ("XXX3", "2024-02-24", 1.0, 75.0),
        ("XXX4", "2024-02-24", None, 0.0),
    ]
    assert found.list("country, fatalities")[0] == ("SD", 2)


def test_row13_levels_beyond_acleds_three_are_none_of_its(load):
    found = load(acled(row(), row("XXX2", geo_precision="4")))
    assert found.rejected == [(2, "precision")]
    assert found.reasons[2] == "geo_precision '4': expected 1 (exact) to 3 (coarsest)"


def test_row7_the_version_changed_last_counts_wherever_it_stands(load):
    text = acled(
        row(fatalities="7", timestamp="1700000900"),
        row("XXX2", fatalities="1"),
        row(fatalities="2", timestamp="1700000100"),
        row("XXX2", fatalities="4"),
    )
    found = load(text)
    assert found.list("event_id, fatalities") == [("XXX1", 7), ("XXX2", 4)]
    assert (
        "2 rows repeat an event_id; the version changed last counts"
        in (found.cautions["events-repeated"])
    )
    assert "XXX1; XXX2" not in found.cautions["events-repeated"].split(":")[0]


def test_a_timestamp_in_another_table_is_no_version(load):
    text = "event_id,lon,lat,timestamp\nA,34,31,9\nA,35,31,1\n"
    assert load(text).list("lon") == [35.0]


def test_a_subtype_goes_before_its_type(load):
    radii = {"Battles": 4.0, "battles|armed  clash": 2.5}
    found = load(acled(row(), row("XXX2", sub_event_type="Other")), type_radii_km=radii)
    assert found.list("type_radius_km") == [2.5, 4.0]


def test_radii_by_type_that_are_given_replace_the_bundled_ones(load):
    found = load(acled(row(), row("XXX2", event_type="Riots")), type_radii_km={"Riots": 9.0})
    assert found.list("type_radius_km") == [None, 9.0]


def ged(*rows):
    """UCDP's columns of versions from 23.1 on, as far as they matter here."""
    header = (
        "id,relid,year,active_year,code_status,type_of_violence,where_prec,where_coordinates,"
        "where_description,latitude,longitude,country,date_prec,date_start,date_end,best,high,low\n"
    )
    return header + "\n".join(rows) + "\n"


def test_ucdp_types_and_levels_have_ucdps_meaning(load):
    rows = [
        f"{n},R,2020,1,Clear,{kind},{level},x,y,12.5,24.5,Sudan,1,2020-05-0{n} 00:00:00.000,"
        "2020-05-09,3,4,2"
        for n, (kind, level) in enumerate([(1, 1), (2, 3), (3, 4), (3, 7)], start=1)
    ]
    found = load(ged(*rows))
    assert found.list("event_type, type_radius_km, precision_km, fatalities") == [
        ("State-based conflict", 5.0, 0.0, 3),
        ("Non-state conflict", 5.0, 75.0, 3),
        ("One-sided violence", 3.0, 150.0, 3),
        ("One-sided violence", 3.0, 1000.0, 3),
    ]
    assert found.list("CAST(event_date AS VARCHAR)")[0] == "2020-05-01"


def test_real_ucdp_rows_are_all_accepted(load, shared_file):
    archive = zipfile.ZipFile(shared_file("ucdp/download.zip"))
    data = archive.read("ged191.csv")
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    found = load(data)
    assert found.list() == [row["id"] for row in rows]
    assert found.list("lon, lat") == [(float(r["longitude"]), float(r["latitude"])) for r in rows]
    assert found.list("fatalities") == [int(row["best"]) for row in rows]
    radii = {"1": 0, "2": 25, "3": 75, "4": 150, "5": 150, "6": 500, "7": 1000}
    assert found.list("precision_km") == [radii[row["where_prec"]] for row in rows]
    assert set(found.list("country")) == {"MM", "BD"}
    assert not found.cautions


def test_a_row_of_hxl_tags_is_set_aside_as_one(load, shared_file):
    path = shared_file("ucdp/conflict_data_BGD.csv")
    found = load(path)
    assert found.rejected == [(1, "hxl-tags")]
    assert found.reasons[1] == "HXL tag row"
    assert "rows-rejected" not in found.cautions
    assert "HXL tags" in found.cautions["hxl-tags"]
    assert len(found.list()) == len(pd.read_csv(path)) - 1


@pytest.mark.parametrize(
    ("second", "third", "rejected"),
    [
        pytest.param("#event+id,#geo+lon,#geo+lat", "A,34,31", [(1, "hxl-tags")], id="tags"),
        pytest.param(",#geo+lon,#geo+lat", "A,34,31", [(1, "hxl-tags")], id="some tags"),
        pytest.param("#A,34,31", "B,34,31", [], id="an identifier"),
        pytest.param("A,34,31", "#x,#y,#z", [(2, "lon-number")], id="not below the header"),
    ],
)
def test_only_tags_below_the_header_are_tags(load, second, third, rejected):
    found = load(f"event_id,lon,lat\n{second}\n{third}\n")
    assert found.rejected == rejected
