"""The table of dated figures: its format, and every fault named at once."""

import datetime as dt

import pytest

from geo.errors import TableError, UnavailableError
from geo.people import bundled_figures, read_figures
from geo.people.figures import parse_figures

HEADER = "figure_id,pcodes,date,date_end,kind,since,low,best,high,agency,verified,note,link"
GOOD = "a,X1|X2,2024-01-05,,present,,90,100,110,UN,true,,"


def parse(*rows, header=HEADER, **options):
    return parse_figures("\n".join([header, *rows]).encode(), "table.csv", **options)


def test_a_row_becomes_a_figure():
    (figure,) = parse(
        "a,X2|X1,2024-01-05,2024-01-09,left,2024-01-01,90,100,110,UN,false,n,https://x"
    )
    assert figure.pcodes == ("X1", "X2")
    assert figure.date == dt.date(2024, 1, 5)
    assert figure.date_end == dt.date(2024, 1, 9)
    assert (figure.kind, figure.since) == ("left", dt.date(2024, 1, 1))
    assert (figure.low, figure.best, figure.high) == (90, 100, 110)
    assert (figure.agency, figure.verified, figure.note, figure.link) == (
        "UN",
        False,
        "n",
        "https://x",
    )


def test_only_what_is_needed_is_needed():
    (figure,) = parse(
        "a,X1,2024-01-05,present,100,UN", header="figure_id,pcodes,date,kind,best,agency"
    )
    assert (figure.low, figure.high, figure.since, figure.verified) == (None, None, None, True)


def test_blank_lines_and_blanks_are_no_matter():
    assert parse("", " a , X1 , 2024-01-05 ,,present,,,100,,UN,,,", "").__len__() == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param("a,,2024-01-05,,present,,,100,,UN,,,", "pcodes is empty", id="no unit"),
        pytest.param("a,X 1,2024-01-05,,present,,,100,,UN,,,", "P-code 'X 1'", id="strange P-code"),
        pytest.param(
            "a,X1|X1,2024-01-05,,present,,,100,,UN,,,", "P-code 'X1' stands twice", id="unit twice"
        ),
        pytest.param(
            "a,X1,05/01/2024,,present,,,100,,UN,,,",
            "date '05/01/2024': expected a day",
            id="date format",
        ),
        pytest.param(
            "a,X1,2024-02-30,,present,,,100,,UN,,,", "date '2024-02-30'", id="no such day"
        ),
        pytest.param(
            "a,X1,2024-01-05,,gone,,,100,,UN,,,", "kind 'gone': expected present", id="kind"
        ),
        pytest.param(
            "a,X1,2024-01-05,,present,,,-5,,UN,,,",
            "best '-5': expected whole persons",
            id="negative",
        ),
        pytest.param("a,X1,2024-01-05,,present,,,1.5,,UN,,,", "best '1.5'", id="half a person"),
        pytest.param("a,X1,2024-01-05,,present,,,1e6,,UN,,,", "best '1e6'", id="exponent"),
        pytest.param(
            "a,X1,2024-01-05,,present,,,99999999999,,UN,,,", "best '99999999999'", id="too many"
        ),
        pytest.param("a,X1,2024-01-05,,present,,,,,UN,,,", "best is empty", id="no figure"),
        pytest.param(
            "a,X1,2024-01-05,,present,,200,100,,UN,,,",
            "low 200 is above best 100",
            id="low above best",
        ),
        pytest.param(
            "a,X1,2024-01-05,,present,,,100,50,UN,,,",
            "high 50 is below best 100",
            id="high below best",
        ),
        pytest.param(
            "a,X1,2024-01-05,,left,,,100,,UN,,,", "since is empty", id="left without since"
        ),
        pytest.param(
            "a,X1,2024-01-05,,present,2024-01-01,,100,,UN,,,",
            "only for kind 'left'",
            id="since without left",
        ),
        pytest.param(
            "a,X1,2024-01-05,,left,2024-02-01,,100,,UN,,,",
            "is after date '2024-01-05'",
            id="since later",
        ),
        pytest.param(
            "a,X1,2024-01-05,2024-01-01,present,,,100,,UN,,,",
            "date_end '2024-01-01' is before",
            id="end first",
        ),
        pytest.param(
            "a,X1,2024-01-05,,present,,,100,,,,,", "agency is empty", id="nobody's figure"
        ),
        pytest.param(
            "a,X1,2024-01-05,,present,,,100,,UN,yes,,",
            "verified 'yes': expected true or false",
            id="verified",
        ),
        pytest.param("a,X1,2024-01-05", "3 cells; the header has 13", id="short row"),
    ],
)
def test_faults_name_row_value_and_what_was_expected(row, fault):
    with pytest.raises(TableError) as error:
        parse(row)
    assert fault in str(error.value)
    assert "row 2" in str(error.value)


def test_all_faults_are_named_at_once():
    with pytest.raises(TableError) as error:
        parse("a,X1,2024-13-05,,gone,,,-1,,,,,", GOOD, "b,X1,2024-01-05,,present,,,x,,UN,,,")
    message = str(error.value)
    assert "table.csv: 5 faults" in message
    for part in ("row 2: agency is empty", "kind 'gone'", "date '2024-13-05'", "best '-1'"):
        assert part in message
    assert "row 4: best 'x'" in message


def test_one_id_or_one_statement_twice():
    with pytest.raises(TableError) as error:
        parse(GOOD, GOOD.replace("100", "105"), GOOD.replace("a,", "b,", 1))
    assert "figure_id 'a' stands 2 times" in str(error.value)
    assert "'b' and 'a' are for the same units, day, kind and agency" in str(error.value)


def test_unknown_units_are_a_fault_where_the_units_are_known():
    assert parse(GOOD, known_pcodes={"X1", "X2", "X3"})
    with pytest.raises(TableError, match=r"P-code 'X2' is not among the units \(X1, X3\)"):
        parse(GOOD, known_pcodes={"X1", "X3"})


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty; expected a header"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b"a,b\n1,2\n", "column 'figure_id' is missing"),
        (HEADER.encode() + b",extra\n", "column 'extra' is not known"),
        (HEADER.encode() + b",note\n", "column 'note' stands twice"),
        (HEADER.encode(), "no rows below the header"),
        (b'"' + b"x" * 200_000, "not a CSV table"),
    ],
)
def test_other_files_are_refused(data, fault):
    with pytest.raises(TableError, match=fault):
        parse_figures(data, "table.csv")


def test_missing_file_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match=r"none\.csv can't be read: No such file"):
        read_figures(tmp_path / "none.csv")


def test_byte_order_mark_is_no_matter(tmp_path):
    path = tmp_path / "bom.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{GOOD}\r\n".encode())
    assert len(read_figures(path)) == 1


def test_bundled_table():
    figures = {figure.figure_id: figure for figure in bundled_figures()}
    assert len(figures) == 20
    first = [figure for figure in figures.values() if figure.date == dt.date(2023, 10, 7)]
    assert sum(figure.best for figure in first) == 2_226_544
    assert not any(figure.verified for figure in first)
    february = figures["un-2024-02-13-rafah"]
    assert (february.low, february.best, february.high) == (1_300_000, 1_400_000, 1_500_000)
    assert february.date_end == dt.date(2024, 2, 29)
