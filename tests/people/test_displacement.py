"""Tables of displaced people as IOM and HDX publish them: read whole, every row accounted for."""

import csv
import dataclasses
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import TableError, UnavailableError
from geo.people import read_displacement
from geo.people.displacement import parse_displacement

DAY = dt.date(2024, 6, 30)
UNITS = {"XX0101": "XX01", "XX0102": "XX01", "XX0201": "XX02"}
HAPI_HEADER = (
    "location_code,has_hrp,in_gho,provider_admin1_name,provider_admin2_name,admin1_code,"
    "admin1_name,admin2_code,admin2_name,admin_level,operation,assessment_type,population,"
    "reporting_round,reference_period_start,reference_period_end,dataset_hdx_id,resource_hdx_id,"
    "warning,error"
)


def record(pcode="XX0101", people=100, **changes):
    """Return a record of IOM's API, level 2."""
    return {
        "id": 1,
        "operation": "River floods",
        "admin0Name": "Xland",
        "admin0Pcode": "XXX",
        "admin1Name": "West",
        "admin1Pcode": pcode[:4],
        "admin2Name": "Upper West",
        "admin2Pcode": pcode,
        "numPresentIdpInd": people,
        "reportingDate": "2024-06-30T00:00:00",
        "yearReportingDate": 2024,
        "monthReportingDate": 6,
        "roundNumber": 3,
        "displacementReason": "Conflict",
        "numberMales": None,
        "numberFemales": None,
        "idpOriginAdmin1Name": "Not available",
        "idpOriginAdmin1Pcode": "Not available",
        "assessmentType": "BA",
    } | changes


def coarse(pcode="XX01", people=100, **changes):
    """Return a record of IOM's API, level 1."""
    made = record(people=people, admin1Pcode=pcode, **changes)
    return {name: made[name] for name in made if not name.startswith("admin2")}


def answer(*records, **changes):
    return json.dumps(
        {
            "result": list(records),
            "statusCode": 200,
            "isSuccess": True,
            "errorMessages": [],
            "totalRecordsCount": len(records),
        }
        | changes
    ).encode()


def line(code="XX0101", people="100", **changes):
    """Return a line of HAPI's file, of the level that the P-code has."""
    level = {0: "0", 4: "1"}.get(len(code), "2")
    cells = dict.fromkeys(HAPI_HEADER.split(","), "") | {
        "location_code": "XXX",
        "admin1_code": code[:4],
        "admin2_code": code if level == "2" else "",
        "admin_level": level,
        "operation": "River floods",
        "assessment_type": "BA",
        "population": people,
        "reporting_round": "3",
        "reference_period_start": "2024-06-30",
        "reference_period_end": "2024-06-30",
        "dataset_hdx_id": "32d0365c-d513-4721-8d66-1b19b12c4b08",
    }
    return ",".join((cells | changes).values())


def parse(*records, units=UNITS, **options):
    return parse_displacement(answer(*records), "dtm.json", units=units, **options)


def hapi_record(code="XX0101", people=100, **changes):
    """Return a record of HAPI's API, of the level that the P-code has; missing is null."""
    cells = next(csv.DictReader([HAPI_HEADER, line(code, str(people), **changes)]))
    made = {name: value or None for name, value in cells.items()}
    made |= {"admin_level": int(made["admin_level"]), "population": people}
    made |= {"reporting_round": int(made["reporting_round"])}
    for name in ("reference_period_start", "reference_period_end"):
        made[name] += "T00:00:00"
    for name in ("dataset_hdx_id", "warning", "error"):  # the API's records have none of them
        del made[name]
    return made | {"resource_hdx_id": "80911e9b-7527-469a-a545-4074860e1288", "admin2_ref": 7}


def page(*records):
    return json.dumps({"data": list(records)}).encode()


def parse_lines(*lines, units=UNITS, header=HAPI_HEADER, **options):
    data = "\r\n".join([header, *lines]).encode("utf-8-sig")
    return parse_displacement(data, "idps.csv", units=units, **options)


def bests(table):
    return {figure.pcodes: figure.best for figure in table.figures}


def fates(table):
    return [(row.number, row.fate, row.reason) for row in table.accounting.rows]


EARLIER = {"roundNumber": 2, "reportingDate": "2024-05-31T00:00:00"}


def test_a_record_becomes_a_dated_sourced_figure():
    (figure,) = parse(record()).figures
    assert (figure.kind, figure.date, figure.best) == ("displaced_present", DAY, 100)
    assert (figure.low, figure.high) == (None, None)
    assert (figure.agency, figure.operation, figure.round) == ("IOM DTM", "River floods", 3)
    assert figure.note == "River floods, round 3; baseline assessment"
    assert figure.link == "https://dtm.iom.int"
    assert figure.figure_id == "dtm-XXX-river-floods-round-3-2024-06-30-XX0101"


def test_a_line_of_hapi_becomes_the_same_figure():
    (figure,) = parse_lines(line()).figures
    (same,) = parse(record()).figures
    assert figure.agency == "IOM DTM through HDX HAPI"
    assert figure.link == "https://data.humdata.org/dataset/32d0365c-d513-4721-8d66-1b19b12c4b08"
    assert (figure.pcodes, figure.date, figure.best, figure.round) == (
        same.pcodes,
        same.date,
        same.best,
        same.round,
    )


def test_a_record_of_hapis_api_becomes_what_its_line_becomes():
    for code in ("XX0101", "XX01", ""):
        answered = parse_displacement(page(hapi_record(code), hapi_record()), "page.json")
        lined = parse_lines(line(code), line(), units=None)
        assert answered.accounting.form == "IOM DTM through HDX HAPI, API v2 JSON"
        link = "https://data.humdata.org/dataset/hdx-hapi-idps"  # the API names no data set
        assert [dataclasses.replace(each, link=link) for each in lined.figures] == list(
            answered.figures
        )
        assert [fate[1:] for fate in fates(answered)] == [fate[1:] for fate in fates(lined)]


def test_reasons_and_origins_of_a_round_are_added_up():
    table = parse(
        record(),
        record(people=20, displacementReason="Insecurity"),
        record(people=3, idpOriginAdmin1Pcode="XX02", idpOriginAdmin1Name="East"),
    )
    assert bests(table) == {("XX0101",): 123}
    assert table.accounting.count("used") == 3


def test_the_last_round_counts_and_rounds_are_never_added_up():
    table = parse(record(people=900, **EARLIER), record(), record("XX0102", 50))
    assert bests(table) == {("XX0101",): 100, ("XX0102",): 50}
    assert fates(table)[0] == (1, "superseded", "by a later round")


def test_the_last_round_on_the_day():
    table = parse(record(people=900, **EARLIER), record(), as_of=dt.date(2024, 6, 29))
    assert bests(table) == {("XX0101",): 900}
    assert fates(table)[1] == (2, "later", "than 2024-06-29")
    nothing = parse(record(), as_of=dt.date(2020, 1, 1))
    assert nothing.figures == ()
    assert nothing.accounting.count("later") == 1


def test_a_unit_that_the_last_round_does_not_list_keeps_its_older_figure():
    table = parse(record("XX0102", 70, **EARLIER), record())
    old = next(figure for figure in table.figures if figure.pcodes == ("XX0102",))
    assert (old.best, old.date) == (70, dt.date(2024, 5, 31))
    assert old.note.endswith("not in the operation's last round")
    assert fates(table)[0] == (1, "used", "last round that lists its unit")
    earlier = record("XX0102", 70, roundNumber=1, reportingDate="2024-04-30T00:00:00")
    gone = parse(earlier, record())
    assert bests(gone) == {("XX0101",): 100}
    assert fates(gone)[0] == (1, "superseded", "by later rounds that do not list its unit")


def test_the_only_unit_of_its_parent_counts_once():
    table = parse_lines(line("XX02", "15"), line("XX0201", "15"))
    assert bests(table) == {("XX0201",): 15}
    assert fates(table)[0] == (2, "beside", "the same people as in the rows of level 2")


def test_a_baseline_goes_before_a_site_assessment_of_the_same_round():
    table = parse(record(people=40, assessmentType="SA"), record())
    assert bests(table) == {("XX0101",): 100}
    assert fates(table)[0][1:] == (
        "beside",
        "the same people as in assessment BA of the same round",
    )
    later = parse(record(people=40, assessmentType="SA"), record(**EARLIER))
    assert bests(later) == {("XX0101",): 40}
    assert "site assessment, people in sites only" in later.figures[0].note


def test_operations_are_kept_apart():
    table = parse(record(), record(people=30, operation="Earthquake", **EARLIER))
    assert sorted((figure.operation, figure.best) for figure in table.figures) == [
        ("Earthquake", 30),
        ("River floods", 100),
    ]


def test_level_2_goes_before_level_1():
    table = parse_lines(
        line("", "175"), line("XX01", "160"), line(), line("XX0102", "60"), line("XX0201", "15")
    )
    assert bests(table) == {("XX0101",): 100, ("XX0102",): 60, ("XX0201",): 15}
    assert fates(table)[:2] == [
        (2, "beside", "total of a country, checked against its units"),
        (3, "beside", "the same people as in the rows of level 2"),
    ]
    # level 1 lists West only, with 160 of the country's 175
    said = "XXX, River floods, 2024-06-30 (BA): the rows of level"
    assert table.accounting.checks == (
        f"{said} 1 add up to 160 people, those of level 0 to 175",
        f"{said} 2 add up to 175 people, those of level 1 to 160",
    )


def test_level_1_alone_is_for_all_of_its_units_together():
    table = parse(coarse())
    assert bests(table) == {("XX0101", "XX0102"): 100}


def test_a_later_round_of_level_1_goes_before_an_earlier_one_of_level_2():
    earlier = {"reporting_round": "2", "reference_period_start": "2024-05-31"}
    table = parse_lines(line("XX01", "160"), line(**earlier))
    assert bests(table) == {("XX0101", "XX0102"): 160}
    assert fates(table)[1] == (3, "superseded", "by a later round of level 1")


def test_units_of_level_1():
    units = {"XX01": "XXX", "XX02": "XXX"}
    table = parse_lines(line("XX01", "160"), line(), line("XX0201", "15"), units=units)
    assert bests(table) == {("XX01",): 160}
    assert fates(table)[1:] == [
        (3, "beside", "the same people as in the rows of level 1"),
        (4, "set aside", "finer than the units in use"),
    ]


def test_any_units_where_none_are_in_use():
    table = parse(record(), record("XX0201", 7), units=None)
    assert bests(table) == {("XX0101",): 100, ("XX0201",): 7}
    lines = parse_lines(line("XX01", "160"), line(), line("XX02", "15"), units=None)
    assert bests(lines) == {("XX0101",): 100, ("XX02",): 15}


def test_p_codes_in_two_spellings():
    units = {"XXX0101": "XXX01"}
    assert bests(parse(record(), units=units)) == {("XXX0101",): 100}
    respelt = line("XX0101").replace("XX01", "XXX01").split(",")
    respelt[-2] = "PCode length XX0101->XXX0101|PCode length XX01->XXX01"
    assert bests(parse_lines(",".join(respelt))) == {("XX0101",): 100}


@pytest.mark.parametrize("nothing", [None, "", "Not available", "not available", " N/A "])
@pytest.mark.parametrize(
    "name",
    ["numPresentIdpInd", "admin2Pcode", "reportingDate", "operation", "admin0Pcode"],
)
def test_missing_is_missing_and_never_zero(name, nothing):
    table = parse(record("XX0102", 5), record(**{name: nothing}))
    assert bests(table) == {("XX0102",): 5}
    assert fates(table)[1] == (2, "set aside", f"{name} is missing")


def test_a_round_with_a_part_missing_says_so():
    table = parse(record(), record(people=None, displacementReason="Insecurity"))
    (figure,) = table.figures
    assert figure.best == 100
    assert figure.note.endswith("; a part of this round is missing")
    assert fates(table)[1] == (2, "set aside", "numPresentIdpInd is missing")
    earlier = parse(record(people=None), record(people=80, **EARLIER))
    assert bests(earlier) == {("XX0101",): 80}


def test_a_zero_that_is_published_is_a_zero():
    assert bests(parse(record(people=0))) == {("XX0101",): 0}


def test_a_round_without_a_number_is_ordered_by_its_day():
    table = parse(record(people=9, **EARLIER), record(roundNumber=None))
    assert bests(table) == {("XX0101",): 100}
    assert table.figures[0].round is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"people": -5}, "numPresentIdpInd is negative"),
        ({"people": "-5"}, "numPresentIdpInd is negative"),
        ({"people": 1.5}, "numPresentIdpInd is no whole number"),
        ({"people": True}, "numPresentIdpInd is no whole number"),
        ({"people": [1]}, "numPresentIdpInd is no whole number"),
        ({"people": "1e6"}, "numPresentIdpInd is no whole number"),
        ({"people": 10**11}, "numPresentIdpInd is more than everyone on Earth"),
        ({"reportingDate": "30/06/2024"}, "reportingDate is no day as YYYY-MM-DD"),
        ({"reportingDate": "2024-02-30T00:00:00"}, "reportingDate is no day as YYYY-MM-DD"),
        ({"reportingDate": 20240630}, "reportingDate is no day as YYYY-MM-DD"),
        ({"roundNumber": -1}, "roundNumber is negative"),
        ({"roundNumber": 10**6}, "roundNumber is above 99999"),
        ({"admin2Pcode": "XX'; DROP TABLE figures"}, "admin2Pcode is no P-code"),
        ({"admin2Pcode": 101}, "admin2Pcode is no P-code"),
        ({"admin0Pcode": "Xland"}, "admin0Pcode is no ISO 3166-1 alpha-3 code"),
        ({"operation": "a\x1b[31m"}, "operation is no plain text of at most 200 letters"),
        ({"operation": "x" * 201}, "operation is no plain text of at most 200 letters"),
        ({"adminLevel": "3"}, "adminLevel is not 0, 1 or 2"),
        ({"admin2Pcode": "ZZ9999", "admin1Pcode": "ZZ99"}, "for a unit that is not in use"),
    ],
)
def test_rows_that_cannot_be_used_are_set_aside_with_the_reason(changes, reason):
    table = parse(record("XX0102", 5), record(**changes))
    assert bests(table) == {("XX0102",): 5}
    assert fates(table)[1] == (2, "set aside", reason)


def test_values_that_are_no_records_are_set_aside():
    table = parse(record(), 5, None, [record()])
    assert table.accounting.reasons("set aside") == {"no record with named values": 3}


def test_a_row_that_stands_twice_counts_once():
    table = parse(record(), record())
    assert bests(table) == {("XX0101",): 100}
    assert fates(table)[1] == (2, "set aside", "the same row again")


def test_rows_that_contradict_each_other_widen_the_range():
    (figure,) = parse(
        record(), record(people=140), record(people=5, displacementReason="x")
    ).figures
    assert (figure.low, figure.best, figure.high) == (105, 105, 145)
    assert "rows contradict each other" in figure.note


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line(error="Duplicate row"), "marked by HDX as an error"),
        (line(population="-4"), "population is negative"),
        (line(population=""), "population is missing"),
        (line(admin_level="x"), "admin_level is not 0, 1 or 2"),
        (line(admin2_code=""), "admin2_code is missing"),
        (line(location_code="#country+code"), "line of HXL tags"),
        ("XXX,Y,Y", "another number of cells than the header"),
    ],
)
def test_lines_of_hapi_that_cannot_be_used(text, reason):
    table = parse_lines(line("XX0102", "5"), text)
    assert bests(table) == {("XX0102",): 5}
    assert fates(table)[1] == (3, "set aside", reason)


def test_the_csv_of_ioms_columns():
    columns = ["operation", "admin0Pcode", "admin1Pcode", "admin2Pcode", "adminLevel"]
    columns += ["numPresentIdpInd", "reportingDate", "roundNumber", "assessmentType"]
    rows = [
        "River floods,XXX,,,0,100,2024-06-30T00:00:00,3,BA",
        "River floods,XXX,XX01,,1,100,2024-06-30,3,BA",
        "River floods,XXX,XX01,XX0101,2,100,2024-06-30,3,BA",
    ]
    table = parse_lines(*rows, header=",".join(columns))
    assert bests(table) == {("XX0101",): 100}
    assert table.accounting.form == "IOM DTM, CSV"
    assert table.accounting.checks == ()


def test_the_accounting_adds_up_and_is_told():
    table = parse(
        record(people=900, **EARLIER), record(), record(people=-1), record("XX0102", None)
    )
    accounting = table.accounting
    assert accounting.describe() == (
        "dtm.json (IOM DTM, API v3 JSON), 4 rows: 1 used in 1 figure; 1 superseded (by a later "
        "round); 2 set aside (1 numPresentIdpInd is missing, 1 numPresentIdpInd is negative)."
    )
    told = accounting.to_record()
    assert told["rows"] == sum(fate["rows"] for fate in told["fates"].values()) == 4
    assert json.loads(json.dumps(told)) == told


def test_nothing_usable_is_an_error_that_says_why():
    with pytest.raises(TableError) as error:
        parse(*[record(f"ZZ{number:04}", 5) for number in range(8)], record(people=-1))
    message = str(error.value)
    assert message.startswith("dtm.json (IOM DTM, API v3 JSON): no row can be used")
    assert "8 rows set aside, for a unit that is not in use: 1 (ZZ0000), 2 (ZZ0001)" in message
    assert "1 row set aside, numPresentIdpInd is negative: 9" in message


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"{", "not JSON", id="cut off"),
        pytest.param(b"[" * 100_000, "not JSON", id="nested"),
        pytest.param(b'{"result": [' + b"1" * 5000 + b"]}", "not JSON", id="endless number"),
        pytest.param(b'{"result": [NaN]}', "NaN is no number of JSON", id="not a number"),
        pytest.param(b"[1]", "JSON with no object; expected civmap's", id="a list"),
        pytest.param(b'{"rows": []}', "JSON with keys rows; expected civmap's", id="other JSON"),
        pytest.param(b'{"data": []}', r"API v2 JSON.*\n  no records in it", id="an empty page"),
        pytest.param(
            b'{"data": [{"location_code": "XXX", "population": 5}]}',
            r"HAPI without admin1_code, .*; expected the answer of affected-people/idps",
            id="HAPI of another topic",
        ),
        pytest.param(b'{"result": []}', "without operation", id="no records"),
        pytest.param(
            b'{"result": [{"operation": "X", "operationStatus": "Active", "admin0Pcode": "XXX"}]}',
            "records of IOM DTM without numPresentIdpInd",
            id="the list of operations",
        ),
        pytest.param(
            answer(record(), isSuccess=False), "the API's answer is an error", id="no success"
        ),
        pytest.param(
            answer(record(), errorMessages=["quota"]), "the API's answer is an error", id="error"
        ),
        pytest.param(
            answer(record(), totalRecordsCount=145),
            "1 records of 145 announced; the answer is not whole",
            id="not whole",
        ),
        pytest.param(b"{\xff", "not JSON", id="not UTF-8"),
        pytest.param(
            HAPI_HEADER.replace("population,", "").encode(),
            "HDX HAPI with faults: column 'population' is missing",
            id="HAPI without a column",
        ),
        pytest.param(
            f"{HAPI_HEADER},operation\n".encode(),
            "column 'operation' stands twice",
            id="HAPI with a column twice",
        ),
        pytest.param(HAPI_HEADER.encode(), "no row can be used", id="HAPI without lines"),
        pytest.param(HAPI_HEADER.encode() + b"\n\xff", "not UTF-8", id="HAPI, not UTF-8"),
        pytest.param(
            HAPI_HEADER.encode() + b'\n"' + b"x" * 200_000, "not a CSV table", id="HAPI, open quote"
        ),
        pytest.param(b"", "empty; expected a header", id="empty"),
        pytest.param(b"<html>", "column 'figure_id' is missing", id="a page"),
    ],
)
def test_what_is_none_of_the_forms_is_refused(data, fault):
    with pytest.raises(TableError, match=fault):
        parse_displacement(data, "file", units=UNITS)


def test_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "dtm.json"
    path.write_bytes(answer(record(), record("XX0102")))
    monkeypatch.setattr("geo.people.forms.MOST_ROWS", 1)
    with pytest.raises(TableError, match="more than 1 rows"):
        read_displacement(path)
    monkeypatch.setattr("geo.people.displacement._MAX_BYTES", 10)
    with pytest.raises(TableError, match="expected a table"):
        read_displacement(path)
    with pytest.raises(UnavailableError, match="can't be read"):
        read_displacement(tmp_path / "none.json")


def test_civmaps_own_form_goes_the_same_way(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("figure_id,pcodes,date,kind,best,agency\na,XX0101,2024-06-30,present,5,UN\n")
    table = read_displacement(path, units=UNITS)
    assert [figure.kind for figure in table.figures] == ["present"]
    assert (table.accounting.form, table.accounting.count("used")) == ("civmap figures", 1)
    assert not table.accounting.needs_telling


def test_a_row_that_two_coarser_ones_may_hold_has_one_fate():
    # XXX01 is a spelling of the unit above XX0101, and of ZZ01 too
    early = {"roundNumber": 1, "reportingDate": "2024-04-30T00:00:00"}
    table = parse(coarse("XX01"), coarse("ZZ01"), record("XX0101", **early), units=None)
    assert fates(table) == [
        (1, "used", "last round of its operation"),
        (2, "used", "last round of its operation"),
        (3, "superseded", "by a later round of level 1"),
    ]


def test_figures_have_ids_of_their_own():
    table = parse(record(), record(operation="River-floods"), record(operation="RIVER FLOODS"))
    assert len({figure.figure_id for figure in table.figures}) == len(table.figures) == 3


@st.composite
def tables(draw):
    """Draw records of both levels, some of them not usable."""
    made = st.builds(
        lambda fine, code, people, operation, number, reason, kind: (record if fine else coarse)(
            code if fine else code[:4],
            people,
            operation=operation,
            roundNumber=number,
            reportingDate=f"2024-0{number}-15T00:00:00",
            displacementReason=reason,
            assessmentType=kind,
        ),
        st.booleans(),
        st.sampled_from([*UNITS, "ZZ0101"]),
        st.one_of(st.none(), st.integers(-2, 50)),
        st.sampled_from(["Floods", "Fire"]),
        st.integers(1, 9),
        st.sampled_from(["Conflict", "Other"]),
        st.sampled_from(["BA", "SA"]),
    )
    return draw(st.lists(made, min_size=1, max_size=12))


@given(records=tables(), month=st.integers(1, 9), units=st.sampled_from([UNITS, None]))
def test_every_row_has_one_fate_and_nobody_counts_twice(records, month, units):
    as_of = dt.date(2024, month, 20)
    try:
        table = parse(*records, units=units, as_of=as_of)
    except TableError as error:
        assert "no row can be used" in str(error)  # noqa: PT017 - one of two outcomes
        return
    assert [row.number for row in table.accounting.rows] == list(range(1, len(records) + 1))
    covered = set()
    for figure in table.figures:
        assert figure.date <= as_of
        for unit in figure.pcodes:
            assert (figure.operation, unit) not in covered
            covered.add((figure.operation, unit))
    used = [
        records[row.number - 1]["numPresentIdpInd"]
        for row in table.accounting.rows
        if row.fate == "used"
    ]
    least = sum(figure.best if figure.low is None else figure.low for figure in table.figures)
    assert least <= sum(used)
    assert all(people >= 0 for people in used)


# what IOM and HDX really publish


@pytest.fixture(scope="module")
def official_units(shared_file):
    """Return the P-codes of a country's level, and the unit above each, from OCHA's list."""

    def find(country, level):
        path = shared_file("cod-ab-global-pcodes/fixtures-download-global-pcodes-adm-1-2.csv")
        with path.open(encoding="utf-8") as stream:
            return {
                row["P-Code"]: row["Parent P-Code"]
                for row in csv.DictReader(stream)
                if (row["Location"], row["Admin Level"]) == (country, str(level))
            }

    return find


def count(table):
    fates_ = ("used", "superseded", "later", "beside", "set aside")
    return tuple(table.accounting.count(fate) for fate in fates_)


@pytest.mark.parametrize(
    ("level", "counts", "figures"),
    [(1, (2, 54, 0, 0, 0), 1), (2, (4, 141, 0, 0, 0), 3)],
)
def test_chad_as_iom_publishes_it(shared_file, official_units, level, counts, figures):
    path = shared_file(f"iom-dtm/displacement-admin{level}-admin0pcode-tcd.json")
    for units in (official_units("TCD", 2), None):
        table = read_displacement(path, units=units)
        assert count(table) == counts
        assert len(table.figures) == figures
        # 221,543 fled conflict, 4,146 a disaster: the last round, not the sum of 24
        assert sum(figure.best for figure in table.figures) == 225_689
        assert {(each.round, each.date) for each in table.figures} == {(24, dt.date(2025, 1, 31))}


def test_chad_round_by_round(shared_file, official_units):
    path = shared_file("iom-dtm/displacement-admin2-admin0pcode-tcd.json")
    units = official_units("TCD", 2)
    totals = {
        day: sum(each.best for each in read_displacement(path, units=units, as_of=day).figures)
        for day in (dt.date(2017, 9, 30), dt.date(2018, 7, 30), dt.date(2019, 5, 1))
    }
    # rounds 1 and 4 have a baseline and a site assessment of the same people, round 8 sites only
    assert list(totals.values()) == [147_032, 124_788, 133_338]


@pytest.mark.parametrize(
    ("country", "level", "counts", "total"),
    [
        ("TCD", 1, (1, 28, 0, 190, 6_635), 225_689),
        ("TCD", 2, (3, 112, 0, 104, 6_635), 225_689),
        ("AFG", 1, (34, 391, 0, 4_960, 1_469), 6_557_855),
        ("AFG", 2, (396, 4_852, 0, 137, 1_469), 6_557_855),
        ("HTI", 1, (24, 120, 0, 1_312, 5_398), 1_287_593),
        ("HTI", 2, (198, 1_129, 0, 129, 5_398), 1_287_593),
    ],
)
def test_hapi_with_every_row_accounted_for(
    shared_file, official_units, country, level, counts, total
):
    path = shared_file("iom-dtm/hdx_hapi_idps_global.csv")
    table = read_displacement(path, units=official_units(country, level))
    assert count(table) == counts
    assert sum(counts) == len(table.accounting.rows) == 6_854
    assert [row.number for row in table.accounting.rows] == list(range(2, 6_856))
    assert table.accounting.checks == ()
    newest = max(figure.date for figure in table.figures)
    # the country's own row of the last round, to the person
    assert sum(figure.best for figure in table.figures if figure.date == newest) == total


def test_units_that_the_last_round_does_not_list(shared_file, official_units):
    path = shared_file("iom-dtm/hdx_hapi_idps_global.csv")
    table = read_displacement(path, units=official_units("AFG", 2))
    # of 401 districts 5 were last listed eight months before the last round, or earlier: with them
    # the districts would have 2,707 people more than the country
    assert {each.round for each in table.figures} == {16}
    assert sum(figure.best for figure in table.figures) == 6_557_855
    gone = "by later rounds that do not list its unit"
    assert table.accounting.reasons("superseded")[gone] == 5
    last = {}
    with path.open(encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            if (row["location_code"], row["admin_level"]) == ("AFG", "2"):
                at = (row["reference_period_start"], int(row["population"]))
                last[row["admin2_code"]] = max(at, last.get(row["admin2_code"], at))
    assert len(last) == 401
    assert sum(people for _, people in last.values()) == 6_557_855 + 2_707


def test_all_countries_of_hapi_at_once(shared_file):
    table = read_displacement(shared_file("iom-dtm/hdx_hapi_idps_global.csv"))
    assert count(table) == (597, 6_093, 0, 164, 0)
    assert len({figure.figure_id for figure in table.figures}) == len(table.figures) == 597
