import io
import json
from datetime import date

import pytest

from geo.errors import TableError, UnavailableError
from geo.events import read_events, read_events_from_bytes
from geo.events.table import read_table
from geo.settings import Settings

HEADER = "event_id,event_date,lon,lat,event_type,geo_precision,fatalities,country,location,notes\n"
GOOD = "A,2024-02-01,34.25,31.29,Shelling,1,3,Palestine,Rafah,a note\n"


def read(rows, name="events.csv"):
    return read_table((HEADER + rows).encode(), name)


def code(found, wanted):
    return next(caution.text for caution in found.cautions if caution.code == wanted)


def test_a_row_becomes_an_event_and_its_place():
    found = read(GOOD)
    event, place = found.events[0], found.places[0]
    assert (event.event_id, event.date, event.role) == ("A", date(2024, 2, 1), "site")
    assert (event.kind, event.event_type, event.fatalities) == ("shelling", "Shelling", 3)
    assert (place.name, place.country, place.lon, place.lat) == ("Rafah", "PS", 34.25, 31.29)
    assert event.place_id == place.place_id
    assert (found.kind, found.as_of, found.as_of_source) == (
        "table",
        date(2024, 2, 1),
        "newest event",
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("B,2024-02-01,200,31,,,,,,\n", "longitude 200", id="lon-out-of-range"),
        pytest.param("B,2024-02-01,34,91,,,,,,\n", "latitude 91", id="lat-out-of-range"),
        pytest.param("B,2024-02-01,nan,31,,,,,,\n", "longitude 'nan': expected a number", id="nan"),
        pytest.param("B,2024-02-01,inf,31,,,,,,\n", "longitude 'inf': expected a number", id="inf"),
        pytest.param("B,2024-02-01,,31,,,,,,\n", "longitude is missing", id="empty"),
        pytest.param("B,2024-02-01,34 15 E,31,,,,,,\n", "expected a number", id="degrees-minutes"),
        pytest.param("B,03/04/2024,34,31,,,,,,\n", "YYYY-MM-DD", id="ambiguous-date"),
        pytest.param("B,0001-01-01,34,31,,,,,,\n", "a year from 1900", id="year-one"),
        pytest.param("B,2024-02-01,34,31,,,-2,,,\n", "whole number of persons", id="negative"),
        pytest.param("B,2024-02-01,34,31,,,1.5,,,\n", "whole number of persons", id="fraction"),
        pytest.param("B,2024-02-01,34,31,,9,,,,\n", "geo_precision", id="unknown-precision"),
        pytest.param("B,2024-02-01,34\n", "3 cells, expected 10", id="ragged"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(row, reason):
    found = read(GOOD + row)
    assert [event.event_id for event in found.events] == ["A"]
    assert "1 of 2 rows were set aside: row 2" in code(found, "rows-rejected")
    assert reason in code(found, "rows-rejected")


def test_rows_in_are_rows_accepted_plus_rows_rejected():
    bad = "B,2024-02-01,999,0,,,,,,\n" * 7
    found = read(GOOD + bad)
    assert "7 of 8 rows" in code(found, "rows-rejected")
    assert "and 2 more" in code(found, "rows-rejected")


def test_a_position_of_zero_is_kept_but_no_place():
    found = read("Z,2024-02-01,0,0,,1,,,,\n")
    assert found.places[0].kind == "region"
    assert found.places[0].precision_km == 1000
    assert "0, 0" in code(found, "positions-doubtful")


@pytest.mark.parametrize(
    ("precision", "radius_km"), [(1, 1.0), (2, 25.0), (3, 75.0)], ids=["exact", "near", "district"]
)
def test_a_coarse_position_is_widened(precision, radius_km):
    found = read(f"A,2024-02-01,34,31,,{precision},,,,\n")
    assert found.places[0].precision_km == radius_km


def test_the_last_version_of_an_event_counts():
    found = read(GOOD + GOOD.replace(",3,", ",5,"))
    assert [event.fatalities for event in found.events] == [5]
    assert "1 rows repeat" in code(found, "events-repeated")


def test_the_country_code_of_namibia_stays_text():
    assert read("A,2024-02-01,17,-22,,,,NA,,\n").places[0].country == "NA"


def test_an_identifier_with_leading_zeros_stays_text():
    assert read(GOOD.replace("A,", "0101,", 1)).events[0].event_id == "0101"


@pytest.mark.parametrize("delimiter", [";", "\t"], ids=["semicolon", "tab"])
def test_other_delimiters_are_seen_and_told(delimiter):
    text = (HEADER + GOOD).replace(",", delimiter)
    found = read_table(text.encode("utf-8-sig"), "events.csv")
    assert len(found.events) == 1
    assert "parted by" in code(found, "delimiter")


def test_role_and_modality_of_the_table_are_taken():
    found = read_table(b"lon,lat,role,modality\n34,31,threatened,planned\n", "events.csv")
    assert (found.events[0].role, found.events[0].modality) == ("threatened", "planned")
    assert found.as_of is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b"lon,lat\n", "none of 0 rows", id="header-only"),
        pytest.param(b"lon,name\n1,x\n", "no column lat", id="no-latitude"),
        pytest.param(b"lon,lat,LON\n1,2,3\n", "'LON' is there twice", id="column-twice"),
        pytest.param(b"<!doctype html><p>x", "an HTML or XML page", id="page"),
        pytest.param(
            b'lon,lat,notes\n1,2,"open\n', "a quote is not closed.* on line 2", id="open-quote"
        ),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a PNG picture", id="picture"),
        pytest.param(b"lon,lat\n1,\x00\n", "binary data", id="nul"),
        pytest.param(b"lon,lat\n400,2\n", "longitude 400", id="no-good-row"),
    ],
)
def test_a_table_that_can_not_be_used_is_refused(data, message):
    with pytest.raises(TableError, match=message):
        read_table(data, "events.csv")


def test_geojson_points_are_events():
    feature = {
        "type": "Feature",
        "properties": {"event_id": "A", "event_date": "2024-02-01", "name": "Rafah"},
        "geometry": {"type": "Point", "coordinates": [34.25, 31.29]},
    }
    line = {**feature, "geometry": {"type": "LineString", "coordinates": []}}
    data = json.dumps({"type": "FeatureCollection", "features": [feature, line]}).encode()
    found = read_table(data, "events.geojson")
    assert [(p.name, p.lon, p.lat) for p in found.places] == [("Rafah", 34.25, 31.29)]
    assert "'LineString': expected a Point" in code(found, "rows-rejected")


@pytest.mark.parametrize("data", [b"[1, 2]", b'{"type": "Topology"}'], ids=["list", "other"])
def test_other_json_is_refused(data):
    with pytest.raises(TableError, match="FeatureCollection"):
        read_table(data, "events.geojson")


def test_parquet_rows_are_events():
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"longitude": [34.25], "latitude": [31.29], "event_date": [date(2024, 2, 1)]})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    found = read_table(buffer.getvalue(), "events.parquet")
    assert found.events[0].date == date(2024, 2, 1)


def test_broken_parquet_is_refused():
    with pytest.raises(TableError, match="no readable Parquet"):
        read_table(b"PAR1 and nothing", "events.parquet")


def test_a_missing_table_is_unavailable(tmp_path, gazetteer):
    with pytest.raises(UnavailableError, match=r"missing\.csv"):
        read_events(tmp_path / "missing.csv", gazetteer, Settings())


def test_a_table_from_bytes_goes_by_its_name(gazetteer):
    found = read_events_from_bytes((HEADER + GOOD).encode(), "x.csv", gazetteer, Settings())
    assert found.kind == "table"


@pytest.mark.parametrize(
    ("name", "page"),
    [
        pytest.param("رفح", "cp1256", id="arabic"),
        pytest.param("Курск", "cp1251", id="cyrillic"),
        pytest.param("Médenine", "cp1252", id="western"),
    ],
)
def test_a_code_page_is_guessed_by_its_letters_and_named(name, page):
    found = read_table(f"name,lon,lat\n{name},34,31\n".encode(page), "events.csv")
    assert found.places[0].name == name
    assert page in code(found, "encoding")


def test_bytes_that_make_no_words_are_refused():
    data = b"name,lon,lat\na\xe3\xd0\xc3\xd1\xc6b\xd0\xc3 \xc3\xd0\xe3\xd1a\xd0,34,31\n"
    with pytest.raises(TableError, match="save it as UTF-8"):
        read_table(data, "events.csv")


def test_events_ahead_of_today_do_not_set_the_day():
    rows = "lon,lat,event_date\n34,31,2024-01-05\n34,31,2999-01-01\n"
    found = read_table(rows.encode(), "events.csv")
    assert found.as_of.isoformat() == "2024-01-05"
    assert "2999-01-01" in code(found, "future-dates")
