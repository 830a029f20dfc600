"""Bad event tables: every row ends as accepted, repaired and told, or rejected with a code."""

import pandas as pd
import pytest

from geo.errors import TableError, UsageError

GOOD = "lon,lat,event_id,event_date,name\n34.25,31.29,A,2024-02-01,Rafah\n"


def make(*rows, header="event_id,lon,lat"):
    return "\n".join([header, *rows]) + "\n"


# 1: encodings


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        pytest.param("utf-8-sig", None, id="row1-bom"),
        pytest.param("utf-16", None, id="row1-utf16"),
        pytest.param("utf-16-le", None, id="row1-utf16-without-mark"),
        pytest.param("cp1256", None, id="row1-cp1256"),
        pytest.param("cp1256", "cp1256", id="row1-cp1256-declared"),
        pytest.param("utf-8-sig", "utf-8", id="row1-bom-declared"),
    ],
)
def test_arabic_names_are_read_whole(load, encoding, declared):
    text = make("A,34.3,31.3,رفح", "B,34.4,31.5,غزة", header="event_id,lon,lat,name")
    found = load(text.encode(encoding), encoding=declared, for_map=True)
    assert found.list("event_id, name") == [("A", "رفح"), ("B", "غزة")]
    guessed = encoding == "cp1256" and declared is None
    assert ("encoding" in found.cautions) == guessed
    if guessed:
        assert "cp1256" in found.cautions["encoding"]


def test_row1_western_page_is_declared_or_told(load):
    data = make("A,10,33,Médenine", header="event_id,lon,lat,name").encode("cp1252")
    assert load(data, for_map=True).list("name") == ["Médenine"]
    found = load(data, for_map=True, encoding="cp1252")
    assert found.list("name") == ["Médenine"]
    assert not found.cautions


def test_row1_first_letter_beyond_ascii_comes_late(load):
    """A page is chosen by the lines that need one, wherever they stand."""
    rows = [f"{n},34,31,Gaza" for n in range(20_000)]
    text = make(*rows, "R,34,31,رفح", "S,34,31,دير البلح", header="event_id,lon,lat,name")
    found = load(text.encode("cp1256"), for_map=True)
    assert found.list("name")[-2:] == ["رفح", "دير البلح"]


def test_row1_a_line_in_another_encoding_is_rejected_and_named(load):
    rows = [f"{n},34,31,رفح" for n in range(5)]
    data = make(*rows, header="event_id,lon,lat,name").encode() + "B,34,31,Médenine\n".encode(
        "cp1252"
    )
    found = load(data, for_map=True)
    assert found.rejected == [(6, "encoding")]
    assert found.reasons[6] == "text that is no utf-8"
    assert "row 6: text that is no utf-8" in found.cautions["rows-rejected"]
    assert found.list("name") == ["رفح"] * 5
    assert "not UTF-8 as the others are" in found.cautions["encoding"]


def test_row1_bytes_that_no_declared_encoding_has_are_rejected(load):
    data = make("A,34,31,رفح", "B,34,31,x", header="event_id,lon,lat,name").encode()
    found = load(data, encoding="ascii", for_map=True)
    assert found.rejected == [(1, "encoding")]


def test_row1_unknown_encoding_is_refused(load):
    with pytest.raises(UsageError, match="encoding 'klingon': not known; expected one such as"):
        load(GOOD, encoding="klingon")


# 2: delimiters and decimal commas


@pytest.mark.parametrize(
    ("delimiter", "shown"),
    [
        pytest.param(";", "semicolon", id="row2-semicolon"),
        pytest.param("\t", "tab", id="row2-tab"),
        pytest.param("|", "bar", id="row2-bar"),
    ],
)
def test_other_delimiters_and_their_decimal_commas_are_read_and_told(load, delimiter, shown):
    text = make("A;34,25;31,29", "B;34.5;31.5", header="event_id;lon;lat").replace(";", delimiter)
    found = load(text)
    assert found.list("event_id, lon, lat") == [("A", 34.25, 31.29), ("B", 34.5, 31.5)]
    assert shown in found.cautions["delimiter"]
    assert found.cautions["decimal-comma"].startswith("1 rows have a decimal comma")
    assert "row 1" in found.cautions["decimal-comma"]


def test_row2_a_decimal_comma_among_commas_is_rejected(load):
    found = load(make('A,"34,25",31', "B,34,31"))
    assert found.rejected == [(1, "lon-number")]
    assert found.reasons[1] == "longitude '34,25': expected a number with a decimal point"


def test_row2_a_thousands_separator_is_no_count_of_persons(load):
    found = load("lon;lat;fatalities\n34;31;1,000\n34;31;2\n")
    assert found.rejected == [(1, "fatalities")]


def test_row2_excel_declares_its_delimiter(load):
    found = load("sep=;\nevent_id;lon;lat\nA;34,5;31\nB;1\n")
    assert found.list("event_id, lon") == [("A", 34.5)]
    assert found.rejected == [(2, "ragged")]


# 3: broken shapes


def test_row3_ragged_rows_are_rejected_with_their_numbers(load):
    text = make("A,34,31", "B,34", "", "C,35,31", "D,35,31,9,9", 'E,"34\n",31', "F,1")
    found = load(text)
    assert found.rejected == [(2, "ragged"), (4, "ragged"), (6, "ragged")]
    assert found.list("number, event_id") == [(1, "A"), (3, "C"), (5, "E")]
    assert found.reasons[4] == "5 cells, expected 3 as in the header: 'D,35,31,9,9'"
    assert "row 2: 2 cells, expected 3" in found.cautions["rows-rejected"]


def test_row3_rows_in_are_rows_accepted_and_rejected(load):
    """Over many blocks of a long file, with ragged and bad rows throughout."""
    rows = []
    for n in range(300_000):
        if n % 1000 == 7:
            rows.append(f"E{n},1")
        elif n % 1000 == 8:
            rows.append(f"E{n},,31")
        else:
            rows.append(f"E{n},34.{n},31.{n}")
    found = load(make(*rows))
    accepted = found.list("number, event_id")
    assert len(accepted) == 300_000 - 600
    assert all(event_id == f"E{number - 1}" for number, event_id in accepted)
    assert found.rejected[:2] == [(8, "ragged"), (9, "lon-missing")]
    assert len(found.rejected) == 600
    assert {number for number, _ in accepted}.isdisjoint(n for n, _ in found.rejected)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "the file is empty", id="row3-empty"),
        pytest.param(b" \n\n", "the file is empty", id="row3-blank"),
        pytest.param(b"lon,lat\n", "none of 0 rows", id="row3-header-only"),
        pytest.param(b"lon,lat\n1\n", "none of 1 rows can be used: row 1", id="row3-all-ragged"),
        pytest.param(b"<!doctype html><p>Sign in", "an HTML or XML page", id="row3-page"),
        pytest.param(b"lon,lat\n1,2\x00\n", "binary data", id="row3-nul"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(9), "a PNG picture", id="row3-picture"),
        pytest.param(b"PK\x03\x04" + bytes(90), "a ZIP archive", id="row3-workbook"),
        pytest.param(
            b'lon,lat,name\n1,2,a\n3,4,"b\n5,6,c\n7,8,d\n',
            "a quote is not closed.* begins on line 3",
            id="row3-open-quote",
        ),
        pytest.param(
            b'lon,lat,name\n1,2,a\n3,4,"b\n5,6,"c, d"\n',
            "a quote is not closed.* begins on line 3",
            id="row3-open-quote-before-others",
        ),
    ],
)
def test_what_is_no_table_is_refused(load, data, message):
    with pytest.raises(TableError, match=message):
        load(data)


@pytest.mark.parametrize("rows", [1, 400_000], ids="row3-{}-rows-swallowed".format)
def test_quotes_that_swallow_rows_are_told(load, rows):
    """Their number is even and each row that is left has its cells: no parser objects."""
    lines = "".join(f"{n},34,31,x\n" for n in range(rows))
    text = 'event_id,lon,lat,name\nA,34,31,"open\n' + lines + 'B,34,31,close"\n'
    with pytest.raises(
        TableError, match=r"the quote that opens on line 2 .* line 3 looks like a row"
    ):
        load(text)


def test_row3_a_row_longer_than_a_block_is_told(load):
    text = 'lon,lat,name\n34,31,"' + "x\n" * 5_000_000 + '"\n'
    with pytest.raises(
        TableError, match=r"events\.csv: a row is longer than 4 MB; check the quotes"
    ):
        load(text)


def test_row3_a_note_of_several_lines_is_a_note(load):
    text = 'event_id,lon,lat,notes\nA,34,31,"one, two,\n""three"", four, five\n\nsix"\nB,34,31,x\n'
    found = load(text, for_map=True)
    assert found.list("notes") == ['one, two,\n"three", four, five\n\nsix', "x"]


def test_row3_a_torn_parquet_file_is_refused_in_one_line(load, tmp_path):
    path = tmp_path / "events.parquet"
    pd.DataFrame({"lon": [34.0] * 99, "lat": [31.0] * 99}).to_parquet(path)
    data = bytearray(path.read_bytes())
    data[8:60] = bytes(52)
    with pytest.raises(TableError, match=r"^events\.parquet: ") as caught:
        load(bytes(data), "events.parquet")
    assert "\n" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_fault_of_the_program_is_not_put_down_to_the_table(load, monkeypatch):
    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr("geo.events.cells.find_country", fail)
    with pytest.raises(ZeroDivisionError):
        load("lon,lat,country\n34,31,Sudan\n")


def test_row3_a_nul_late_in_a_file_is_refused_even_if_declared(load):
    data = make(*(f"{n},34,31" for n in range(9)), "B\0,34,31").encode()
    for encoding in (None, "utf-8", "cp1252"):
        with pytest.raises(TableError, match="binary data"):
            load(data, encoding=encoding)


# 4: columns


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param("event_id,x", r"no column lat \(or latitude, y\)", id="row4-missing"),
        pytest.param("lon,lat,Lon ", "column 'Lon' is there twice", id="row4-twice"),
        pytest.param("a,b", "no column lon .*; lat .*; the columns are: a, b", id="row4-none"),
    ],
)
def test_missing_and_repeated_columns_are_named(load, header, message):
    with pytest.raises(TableError, match=message):
        load(f"{header}\n1,2,3\n")


def test_row4_a_column_that_changes_its_kind_late_costs_only_those_rows(load):
    rows = [f"{n},34,31" for n in range(30_000)]
    found = load(make(*rows, "x,34°15'E,31", "y,north,31", "z,34,31"))
    assert found.rejected == [(30_001, "lon-number"), (30_002, "lon-number")]
    assert found.list()[-1] == "z"


def test_row4_a_frame_of_mixed_kinds_is_read_cell_by_cell(load):
    found = load(pd.DataFrame({"lon": [34.25, "x", None], "lat": ["31", 31.5, 31.0]}))
    assert found.list("lon, lat") == [(34.25, 31.0)]
    assert found.rejected == [(2, "lon-number"), (3, "lon-missing")]


def test_row4_a_column_of_lists_is_named(load, tmp_path):
    path = tmp_path / "events.parquet"
    pd.DataFrame({"lon": [[1.0, 2.0]], "lat": [31.0]}).to_parquet(path)
    with pytest.raises(TableError, match="column 'lon' holds list"):
        load(path)


# 5: codes stay text


def test_row5_codes_stay_text(load):
    text = "event_id,lon,lat,country,code\n0101,17,-22,NA,007\n1e5,17.1,-22,NA,0x1F\n"
    found = load(text, by="code")
    assert found.list("event_id, country, by_group") == [
        ("0101", "NA", "007"),
        ("1e5", "NA", "0x1F"),
    ]


# 6: dates


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param("2024-02-24", "2024-02-24", id="row6-iso"),
        pytest.param("24 February 2024", "2024-02-24", id="row6-words"),
        pytest.param("20240224", "2024-02-24", id="row6-compact"),
        pytest.param("2024-02-24 13:00:00", "2024-02-24", id="row6-time"),
        pytest.param("2024-02-24T23:30:00-05:00", "2024-02-24", id="row6-zone-west"),
        pytest.param("2024-02-24T00:30:00+13:00", "2024-02-24", id="row6-zone-east"),
    ],
)
def test_a_day_is_read_as_written(load, written, day):
    found = load(make(f"A,34,31,{written}", header="event_id,lon,lat,event_date"))
    assert found.list("CAST(event_date AS VARCHAR)") == [day]
    assert ("dates-zoned" in found.cautions) == ("0:00-" in written or "0:00+" in written)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        pytest.param("03/04/2024", "date-ambiguous", id="row6-slashes"),
        pytest.param("24.02.2024", "date-ambiguous", id="row6-dots"),
        pytest.param("03-04-24", "date-ambiguous", id="row6-hyphens"),
        pytest.param("0001-01-01", "date-year", id="row6-year-one"),
        pytest.param("2024-02-30", "date-form", id="row6-no-such-day"),
        pytest.param("2024-02-241", "date-form", id="row6-too-long"),
        pytest.param("yesterday", "date-form", id="row6-word"),
        pytest.param("45346", "date-form", id="row6-serial"),
    ],
)
def test_a_day_that_can_not_be_told_is_rejected(load, written, code):
    rows = (f"A,34,31,{written}", "B,34,31,2024-02-24")
    found = load(make(*rows, header="event_id,lon,lat,event_date"))
    assert found.rejected == [(1, code)]
    assert found.reasons[1].startswith(f"date '{written}': ")
    assert found.list() == ["B"]


def test_row6_an_ambiguous_day_is_read_in_the_declared_form(load):
    rows = ("A,34,31,03/04/2024", "B,34,31,13/04/2024 10:30", "C,34,31,2024-04-03", "D,34,31,1/2")
    found = load(make(*rows, header="event_id,lon,lat,event_date"), date_format="%d/%m/%Y")
    days = found.list("CAST(event_date AS VARCHAR)")
    assert days == ["2024-04-03", "2024-04-13", "2024-04-03"]
    assert found.rejected == [(4, "date-form")]
    with pytest.raises(UsageError, match="'%d': expected one with day, month and year"):
        load(GOOD, date_format="%d")


def test_row6_future_dates_are_flagged(load):
    found = load(make("A,34,31,2999-01-01", "B,34,31,2024-01-01", header="event_id,lon,lat,date"))
    assert found.list() == ["A", "B"]
    assert found.cautions["future-dates"].startswith("1 events are dated after today")
    assert "2999-01-01" in found.cautions["future-dates"]


# 7: the same event again


def test_row7_the_last_version_of_an_event_counts(load):
    found = load(make("A,34,31", "B,35,31", "A,36,31", "A,37,31"))
    assert found.list("event_id, lon") == [("B", 35.0), ("A", 37.0)]
    assert found.cautions["events-repeated"].startswith("2 rows repeat an event_id; its last row")
    assert not found.rejected


def test_row7_a_bad_update_leaves_the_last_good_version(load):
    found = load(make("A,34,31", "A,999,31"))
    assert found.list("lon") == [34.0]
    assert found.rejected == [(2, "lon-range")]


# 8: fatalities


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("-1", id="row8-negative"),
        pytest.param("2.5", id="row8-fraction"),
        pytest.param("many", id="row8-words"),
        pytest.param("inf", id="row8-infinite"),
        pytest.param("1e300", id="row8-absurd"),
    ],
)
def test_fatalities_that_are_no_persons_are_rejected(load, value):
    text = make(f"A,34,31,{value}", "B,34,31,3.0", "C,34,31,", header="event_id,lon,lat,fatalities")
    found = load(text)
    assert found.rejected == [(1, "fatalities")]
    assert f"fatalities '{value}': expected a whole number of persons" in found.reasons[1]
    assert found.list("fatalities") == [3, None]


# 10: positions that are none


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        pytest.param("", "31", "lon-missing", id="row10-no-longitude"),
        pytest.param("34", " ", "lat-missing", id="row10-no-latitude"),
        pytest.param("nan", "31", "lon-number", id="row10-nan"),
        pytest.param("34", "inf", "lat-number", id="row10-infinite"),
        pytest.param('34°15\'30""E', "31", "lon-number", id="row10-degrees-minutes"),
        pytest.param("34 15 E", "31", "lon-number", id="row10-degrees-letter"),
        pytest.param("-180.1", "31", "lon-range", id="row10-longitude-range"),
        pytest.param("34", "90.001", "lat-range", id="row10-latitude-range"),
        pytest.param("1e308", "31", "lon-range", id="row10-huge"),
        pytest.param("190", "31", "lon-360", id="row10-counted-to-360"),
    ],
)
def test_what_is_no_position_is_rejected(load, lon, lat, code):
    found = load(make(f'A,"{lon}","{lat}"', "B,34,31"))
    assert found.rejected == [(1, code)]
    assert found.list() == ["B"]


def test_row10_longitudes_to_360_are_told_the_way_out(load):
    found = load(make("A,190,31", "B,34,31"))
    assert "longitude 190: expected degrees from -180 to 180" in found.reasons[1]
    assert "subtract 360" in found.reasons[1]


def test_row10_nan_in_a_parquet_file_is_no_number(load, tmp_path):
    path = tmp_path / "events.parquet"
    pd.DataFrame({"lon": [float("nan"), 34.0], "lat": [31.0, 31.0]}).to_parquet(path)
    found = load(path)
    assert [number for number, _ in found.rejected] == [1]


# 11: positions that stand for nothing exact


def test_row11_zero_zero_is_a_missing_position(load):
    found = load(make("A,0,0", "B,0.0,31", "C,34,0"))
    assert found.rejected == [(1, "null-island")]
    assert found.reasons[1] == "position 0, 0: a missing position, not a place"


def test_row11_a_countrys_centre_is_not_exact(load):
    from geo.boundaries import read_countries

    (shape,) = read_countries("50m", countries=["SD"]).geometry
    centre = f"{shape.centroid.x:.4f},{shape.centroid.y:.4f}"
    rows = (f"A,{centre},Sudan,1", "B,32.53,15.5,Sudan,1", f"C,{centre},Chad,")
    found = load(make(*rows, header="event_id,lon,lat,country,geo_precision"))
    assert found.list("event_id, precision_km, place_kind") == [
        ("A", 500.0, "country"),
        ("B", 0.0, "point"),
        ("C", 0.0, "point"),
    ]
    assert found.cautions["positions-central"].startswith("1 events lie at the centre")
    assert "A (SD)" in found.cautions["positions-central"]


def test_row11_the_centre_of_a_small_country_is_as_good_as_a_town(load):
    from geo.boundaries import read_countries

    (shape,) = read_countries("50m", countries=["SG"]).geometry
    found = load(f"lon,lat,country\n{shape.centroid.x},{shape.centroid.y},SG\n")
    assert found.list("precision_km") == [0.0]


# 12: the edges of the world


def test_row12_the_date_line_and_the_poles_are_places(load):
    rows = ("A,180,10", "B,-180,10", "C,20,90", "D,20,-90", "E,-179.999999,-89.999999")
    found = load(make(*rows))
    assert found.list() == ["A", "B", "C", "D", "E"]
    assert not found.cautions


# 13: coarse positions


def test_row13_a_coarse_position_is_widened_and_never_dropped(load):
    rows = [f"{code},34,31,{code}" for code in range(1, 8)]
    found = load(make(*rows, header="event_id,lon,lat,where_prec"))
    assert found.list("precision_km") == [0, 25, 75, 150, 150, 500, 1000]
    assert found.list("place_kind") == ["point"] * 5 + ["country"] * 2


def test_row13_the_radius_of_a_level_can_be_declared(load):
    text = make("A,34,31,2", "B,34,31,3", header="event_id,lon,lat,geo_precision")
    assert load(text, precision_km={2: 10.0}).list("precision_km") == [10.0, 75.0]


@pytest.mark.parametrize("level", ["0", "9", "2.5", "near"], ids="row13-{}".format)
def test_a_level_that_is_none_is_rejected(load, level):
    text = make(f"A,34,31,{level}", "B,34,31,", header="event_id,lon,lat,geo_precision")
    found = load(text)
    assert found.rejected == [(1, "precision")]
    assert found.list("precision_km") == [0.0]
