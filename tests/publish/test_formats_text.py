"""Text of strangers in every format: as it was written, and nothing of it runs."""

import shutil
import zipfile
from html.parser import HTMLParser

import duckdb
import openpyxl
import pytest

from geo.assessment import run_assessment
from geo.run import Assessment
from geo.settings import Settings
from maps.escape import clean_text
from maps.publish.formats import xlsx
from maps.publish.layers import read_layers
from maps.publish.publication import publish_run
from tests.publish.readers import READERS, find, read_placemarks

FORMULAS = ["=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]
TEXTS = [
    "رفح — دير البلح",
    "بی\u200cگل",
    'He said: "it\'s" “over”',
    "two\nlines, and a\ttab",
    "Windows\r\nline",
    "👩\u200d⚕\ufe0f 🏥 🇵🇸",
    "<script>alert(1)</script>",
    "<b>bold</b> &lt;b&gt; &amp; ]]>",
    "$[name] $[zones/label]",
    "<r><t>rich</t></r>",
    "<r></is></c><c><f>1+1</f></c></r>",
    "safe\u202egnp.exe",
    "R\u200ba\ufefff\u00adah",
    "semi;colon, comma | bar",
    "'quoted already",
    "0012345",
    "1e5",
    "NULL",
    "TRUE",
    "2024-02-30",
    "_x0041_",
    " spaces at both ends ",
    "\u2028separators\u2029",
    "100% %s {0} ${x} {{7*7}}",
    "a" * 3000,
    "-",
    *FORMULAS,
]
CONTROLS = "nul\0 bell\x07 escape\x1b[31m end\ufffe"
PCODE = "00270"


@pytest.fixture(scope="module")
def run_path(tmp_path_factory):
    """A run whose zone, unit and places bear hostile names; the first unit's P-code is digits."""
    path = tmp_path_factory.mktemp("run") / "run.duckdb"
    run_assessment(None, Settings(), path)
    with duckdb.connect(str(path)) as con:
        for number, text in enumerate([*TEXTS, CONTROLS]):
            event, place = f"T{number:02}", f"place-{number}"
            con.execute(
                "INSERT INTO places (place_id, name, kind, lon, lat, precision_km, source, "
                "confidence) VALUES (?, ?, 'point', -34.5, 31.25, 1, 'test', 1)",
                [place, text],
            )
            con.execute(
                "INSERT INTO events (event_id, kind, role, modality, place_id) "
                "VALUES (?, ?, 'site', 'actual', ?)",
                [event, text, place],
            )
        con.execute("UPDATE zones SET label = ? WHERE kind = 'admin'", [FORMULAS[0]])
        con.execute("UPDATE sources SET name = ?, licence = ?", [TEXTS[6], FORMULAS[0]])
        con.execute("UPDATE cautions SET text = ?", [CONTROLS + TEXTS[7]])
        con.execute("UPDATE run SET value = to_json(?) WHERE key = 'title'", [CONTROLS])
        con.execute("UPDATE admin_units SET name = ? WHERE pcode = 'PS0270'", [TEXTS[0]])
        for table in ("admin_units", "unit_people", "exposure_admin"):
            con.execute(f"UPDATE {table} SET pcode = ? WHERE pcode = 'PS0270'", [PCODE])  # noqa: S608
    return path


@pytest.fixture(scope="module")
def bundle(run_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    publish_run(run_path, folder, profile="internal", formats=list(READERS))
    return folder


@pytest.fixture
def workbook_of_many_rows(run_path, tmp_path, monkeypatch):
    """The same as a workbook that is too large for memory."""
    monkeypatch.setattr(xlsx, "_MOST_IN_MEMORY", 0)
    publish_run(run_path, tmp_path, profile="internal", formats=["xlsx"])
    return tmp_path


def read_names(kind, bundle):
    return {row["event_id"]: row["name"] for row in READERS[kind](bundle, "events")}


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != "csv"])
def test_text_is_as_written(kind, bundle):
    names = read_names(kind, bundle)
    assert [names[f"T{number:02}"] for number in range(len(TEXTS))] == TEXTS


def test_text_is_as_written_in_a_workbook_of_many_rows(workbook_of_many_rows):
    names = read_names("xlsx", workbook_of_many_rows)
    assert [names[f"T{number:02}"] for number in range(len(TEXTS))] == TEXTS
    check_workbook(workbook_of_many_rows)


def test_csv_cells_that_look_like_formulas_begin_with_a_quote(bundle):
    names = read_names("csv", bundle)
    written = [names[f"T{number:02}"] for number in range(len(TEXTS))]
    signs = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d")
    assert written == ["'" + text if text.startswith(signs) else text for text in TEXTS]
    assert sum(text.startswith("'") for text in written) == len(FORMULAS) + 2
    (zone,) = (row for row in READERS["csv"](bundle, "zones") if row["kind"] == "admin")
    assert zone["label"] == "'" + FORMULAS[0]


def test_csv_is_read_so_by_duckdb(bundle):
    path = str(find(bundle, "events.csv"))
    rows = duckdb.execute(
        "SELECT name, lon FROM read_csv(?, header = true, all_varchar = true) "
        "WHERE event_id LIKE 'T%' ORDER BY event_id",
        [path],
    ).fetchall()
    names = read_names("csv", bundle)
    assert [name for name, _ in rows] == [names[key] for key in sorted(names) if key[0] == "T"]
    assert {lon for _, lon in rows} == {"-34.5"}  # a negative number is none of them


@pytest.mark.parametrize("kind", READERS)
def test_controls_break_no_format(kind, bundle):
    name = read_names(kind, bundle)[f"T{len(TEXTS):02}"]
    in_xml = "nul bell escape[31m end"  # which has no controls
    assert name == (in_xml if kind == "kmz" else CONTROLS.replace("\0", ""))


def test_workbook_has_no_formula_and_quotes_its_text(bundle):
    check_workbook(bundle)


def check_workbook(folder):
    book = openpyxl.load_workbook(find(folder, "layers.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    texts = [cell for cell in cells if cell.row > 1 and cell.data_type == "s"]
    unsafe = [cell for cell in texts if cell.value[0] in "=+-@0123456789"]
    assert len(unsafe) > 20
    assert all(cell.quotePrefix for cell in unsafe)
    with zipfile.ZipFile(find(folder, "layers.xlsx")) as archive:
        names = archive.namelist()
        assert not [name for name in names if "vba" in name or "external" in name]
        sheets = [archive.read(name) for name in names if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 5
    assert not [sheet for sheet in sheets if b"<f>" in sheet]


@pytest.mark.parametrize("kind", READERS)
def test_pcodes_of_digits_stay_text(kind, bundle):
    assert PCODE in {row["pcode"] for row in READERS[kind](bundle, "units")}
    names = {row["pcode"]: row["name"] for row in READERS[kind](bundle, "units")}
    assert names[PCODE] == TEXTS[0]


class _Balloon(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not attrs

    def handle_data(self, data):
        self.text += data


def test_balloons_show_text_and_run_nothing(bundle):
    marks = {
        mark.find(".//{*}Data[@name='event_id']")[0].text: mark
        for mark in read_placemarks(bundle, "events")
    }
    for number, text in enumerate(TEXTS):
        description = marks[f"T{number:02}"].find("{*}description").text
        balloon = _Balloon()
        balloon.feed(description)
        assert balloon.tags == {"h3", "table", "tr", "td"}
        assert clean_text(text) in balloon.text
        assert "$[" not in description


def test_figures_that_are_missing_are_empty_and_not_zero(run_path, tmp_path):
    path = tmp_path / "run.duckdb"
    shutil.copy(run_path, path)
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM exposure WHERE zone_id LIKE '%ring%'")
    folder = tmp_path / "bundle"
    publish_run(path, folder, profile="internal", formats=list(READERS))
    for kind, read in READERS.items():
        for row in read(folder, "zones"):
            found = [row.get(name) for name in ("low", "best", "high", "static")]
            assert found == [None] * 4 if row["kind"] == "ring" else all(found), kind
    description = read_placemarks(folder, "zones")[-1].find("{*}description").text
    assert description.count("not known") == 4
    assert str(read_layers(Assessment(path))[0].table["best"].dtype) == "Int64"


def test_run_without_events_or_zones_is_published(run_path, tmp_path):
    path = tmp_path / "run.duckdb"
    shutil.copy(run_path, path)
    with duckdb.connect(str(path)) as con:
        for table in ("events", "zones", "exposure", "exposure_admin"):
            con.execute(f"DELETE FROM {table}")  # noqa: S608
    publish_run(path, tmp_path / "bundle", profile="internal", formats=list(READERS))
    for kind, read in READERS.items():
        counts = [len(read(tmp_path / "bundle", name)) for name in ("zones", "events", "units")]
        assert counts == [0, 0, 5], kind
