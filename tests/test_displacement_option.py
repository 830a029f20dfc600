"""`civmap map --displacement FILE`: bad tables are refused whole, other forms are told apart."""

import json

import jsonschema
import pytest

from tests.test_cli import assert_refused, civmap
from tests.test_run import SCHEMA

OPERATION = "Displacement <img src=x onerror=alert(1)>"
HEADER = "figure_id,pcodes,date,kind,since,low,best,high,agency"
NORTH, RAFAH = "PS0255", "PS0275"


def own(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def dtm(*records):
    return json.dumps({"result": list(records), "isSuccess": True})


def record(pcode=RAFAH, people=50_000, **changes):
    return {
        "operation": OPERATION,
        "admin0Pcode": "PSE",
        "admin1Pcode": "PS02",
        "admin2Pcode": pcode,
        "numPresentIdpInd": people,
        "reportingDate": "2024-02-20T00:00:00",
        "roundNumber": 2,
        "displacementReason": "Conflict",
        "idpOriginAdmin1Pcode": "Not available",
        "assessmentType": "BA",
    } | changes


BAD = {
    "negative": (
        own(f"a,{RAFAH},2024-02-01,present,,,-5,,UN"),
        "row 2: best '-5': expected whole persons, 0 or more",
    ),
    "low above best": (
        own(f"a,{RAFAH},2024-02-01,present,,200,100,300,UN"),
        "row 2: low 200 is above best 100",
    ),
    "high below best": (
        own(f"a,{RAFAH},2024-02-01,present,,50,100,90,UN"),
        "row 2: high 90 is below best 100",
    ),
    "unknown P-code": (
        own("a,XX0101,2024-02-01,present,,,100,,UN"),
        "row 2: P-code 'XX0101' is not among the units (PS0255,",
    ),
    "figure above the whole": (
        own(f"a,{RAFAH},2024-02-01,present,,,3000000,,UN"),
        "'a': best 3000000 is above the 2,226,544 people of PS0255 + ",
    ),
    "figures above the whole": (
        own(
            f"a,{RAFAH},2024-02-01,present,,,1500000,,UN",
            f"b,{NORTH},2024-02-01,present,,,1500000,,UN",
        ),
        "'a', 'b': they add up to 3000000, above the 2,226,544 people",
    ),
    "dates in two formats": (
        own(
            f"a,{RAFAH},2024-02-01,present,,,100,,UN",
            f"b,{RAFAH},02/03/2024,present,,,100,,UN",
        ),
        "row 3: date '02/03/2024': expected a day as YYYY-MM-DD",
    ),
    "id twice": (
        own(
            f"a,{RAFAH},2024-02-01,present,,,100,,UN",
            f"a,{RAFAH},2024-02-02,present,,,100,,UN",
        ),
        "figure_id 'a' stands 2 times",
    ),
    "statement twice": (
        own(
            f"a,{RAFAH},2024-02-01,present,,,100,,UN",
            f"b,{RAFAH},2024-02-01,present,,,100,,UN",
        ),
        "'b' and 'a' are for the same units, day, kind and agency; keep one",
    ),
    "unit twice through a group": (
        own(
            f"a,{RAFAH},2024-02-01,present,,,100,,UN",
            f"b,{NORTH}|{RAFAH},2024-02-01,present,,,200,,UN",
        ),
        "'b' and 'a' are both for unit PS0275, with the same day, kind and agency; keep one",
    ),
    "unit twice in a group": (
        own(f"a,{RAFAH}|{RAFAH},2024-02-01,present,,,100,,UN"),
        "row 2: P-code 'PS0275' stands twice",
    ),
    "displaced above present": (
        own(
            f"a,{RAFAH},2024-02-01,present,,,100,,UN",
            f"b,{RAFAH},2024-02-01,displaced_present,,,101,,UN",
        ),
        "'b': 101 displaced people are above the 100 present of 'a'",
    ),
    "DTM of another country": (
        dtm(record("XX0101", admin1Pcode="XX01")),
        "1 row set aside, for a unit that is not in use: 1 (XX0101)",
    ),
    "DTM without a usable number": (
        dtm(record(people=-1), record(people="Not available")),
        "1 row set aside, numPresentIdpInd is missing: 2",
    ),
    "DTM cut off": (dtm(record())[:-20], "not JSON"),
    "other JSON": ('{"features": []}', "JSON with keys features; expected civmap's figures"),
}


@pytest.mark.parametrize(("text", "fault"), BAD.values(), ids=BAD)
def test_bad_tables_are_refused_and_nothing_is_written(tmp_path, text, fault):
    (tmp_path / "bad.csv").write_text(text)
    done = civmap("map", "--out", "here", "--displacement", "bad.csv", cwd=tmp_path)
    assert_refused(done, 3, fault, tmp_path / "here")
    assert {entry.name for entry in tmp_path.iterdir()} == {"bad.csv"}


def test_all_faults_stand_in_one_message(tmp_path):
    names = ("negative", "low above best", "unknown P-code", "unit twice in a group")
    rows = [
        row.replace("a,", f"{number},", 1)
        for number, name in enumerate(names)
        for row in BAD[name][0].splitlines()[1:]
    ]
    rows += BAD["unit twice through a group"][0].splitlines()[1:]
    rows += [f"c,{NORTH},2024-02-02,present,,,3000000,,UN", f"d,{RAFAH},1/2/24,present,,,1,,UN"]
    (tmp_path / "bad.csv").write_text(own(*rows))
    done = civmap("map", "--out", "here", "--displacement", "bad.csv", cwd=tmp_path)
    assert_refused(done, 3, "bad.csv: 7 faults in the table of figures:", tmp_path / "here")
    message = done.stderr.decode()
    for fault in (
        "best '-5'",
        "low 200",
        "P-code 'XX0101'",
        "P-code 'PS0275' stands twice",
        "both for unit PS0275",
        "best 3000000",
        "date '1/2/24'",
    ):
        assert message.count(fault) == 1


def test_a_bad_table_leaves_the_files_of_an_earlier_run(tmp_path):
    (tmp_path / "bad.csv").write_text(BAD["negative"][0])
    assert civmap("map", "--out", "here", cwd=tmp_path).returncode == 0
    before = {file.name: file.read_bytes() for file in (tmp_path / "here").iterdir()}
    done = civmap("map", "--out", "here", "--displacement", "bad.csv", cwd=tmp_path)
    assert done.returncode == 3
    assert before == {file.name: file.read_bytes() for file in (tmp_path / "here").iterdir()}


def test_a_table_of_iom_is_told_from_its_content(tmp_path):
    rows = [
        record(people=900_000, roundNumber=1, reportingDate="2024-01-20T00:00:00"),
        record(people=1_000_000),
        record(people=100_000, displacementReason="Insecurity"),
        record(NORTH, None),
        record("XX0101", 7, admin1Pcode="XX01"),
        record(people=5, reportingDate="2024-05-20T00:00:00", roundNumber=3),
    ]
    (tmp_path / "strip.csv").write_text(dtm(*rows))  # the name says nothing
    done = civmap("map", "--json", "--displacement", tmp_path / "strip.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert str(tmp_path) not in done.stdout.decode()  # files by their names, never their folders
    told = report["displacement"]
    assert (told["form"], told["rows"], told["figures"]) == ("IOM DTM, API v3 JSON", 6, 1)
    assert {fate: found["rows"] for fate, found in told["fates"].items()} == {
        "used": 2,
        "superseded": 1,
        "later": 1,
        "beside": 0,
        "set aside": 2,
    }
    warnings = {warning["code"]: warning["text"] for warning in report["warnings"]}
    assert "6 rows: 2 used in 1 figure; 1 superseded" in warnings["displacement-rows"]
    assert warnings["displaced-part"].startswith("1,100,000 displaced people in PS0275 (IOM DTM")
    units = {unit["pcode"]: unit for unit in report["units"]}
    # 1,126,544 of the Strip's 2,226,544 were not displaced; 275,267 lived in Rafah
    residents = 1_126_544 * 275_267 / 2_226_544
    assert units[RAFAH]["displaced"] == 1_100_000
    assert units[RAFAH]["best"] == pytest.approx(1_100_000 + residents, abs=1)
    assert units[RAFAH]["basis"] == "displaced"
    assert sum(unit["best"] for unit in report["units"]) == 2_226_544
    (figure,) = report["figures"]
    assert (figure["kind"], figure["operation"], figure["round"], figure["used"]) == (
        "displaced_present",
        OPERATION,
        2,
        True,
    )
    (source,) = [each for each in report["sources"] if "round 2" in each["name"]]
    assert source["attribution"].endswith("Displacement Tracking Matrix (DTM)")
    page = (tmp_path / "out" / "example" / "map.html").read_text(encoding="utf-8")
    assert "displaced people and residents" in page
    assert "Of them displaced" in page
    assert "<img src=x" not in page


def test_the_bundled_figures_and_tables_of_the_users_own_together(tmp_path):
    (tmp_path / "mine.csv").write_text(own(f"mine,{RAFAH},2024-02-20,present,,,1350000,,MSF"))
    (tmp_path / "north.csv").write_text(own(f"north,{NORTH},2024-02-01,present,,,100000,,MSF"))
    done = civmap(
        "map", "--json", "--displacement", "auto", "--displacement", "mine.csv",
        "--displacement", tmp_path / "north.csv", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    told = report["displacement"]
    assert (told["name"], told["rows"], told["figures"]) == ("mine.csv, north.csv", 2, 2)
    assert [each["name"] for each in told["files"]] == ["mine.csv", "north.csv"]
    units = {unit["pcode"]: unit for unit in report["units"]}
    assert units[RAFAH]["best"] == 1_400_000  # the bundled one was still published on the day
    assert units[NORTH]["best"] == 100_000
    manifest = json.loads((tmp_path / "out" / "example" / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["displacement"] == ["auto", "mine.csv", "north.csv"]
    assert [each["name"] for each in manifest["inputs"][1:]] == ["mine.csv", "north.csv"]
    assert str(tmp_path) not in json.dumps(manifest)


@pytest.mark.parametrize(
    ("tables", "status", "message"),
    [
        pytest.param(("none", "a.csv"), 2, "displacement none together with a.csv", id="none"),
        pytest.param(("a.csv", "a.csv"), 2, "displacement a.csv is given twice", id="twice"),
        pytest.param(("auto", "auto"), 2, "displacement auto is given twice", id="auto twice"),
        pytest.param(
            ("a.csv", "b.csv"), 3, "figure_id 'a' stands in a.csv and in b.csv", id="one id"
        ),
        pytest.param(
            ("auto", "c.csv"),
            3,
            "'un-2024-02-13-rafah' stands in the figures that come with civmap (auto) and in c.csv",
            id="an id of the bundled ones",
        ),
    ],
)
def test_tables_that_do_not_go_together(tmp_path, tables, status, message):
    for name, figure_id in (("a", "a"), ("b", "a"), ("c", "un-2024-02-13-rafah")):
        row = f"{figure_id},{RAFAH},2024-02-20,present,,,1350000,,MSF"
        (tmp_path / f"{name}.csv").write_text(own(row))
    options = [part for table in tables for part in ("--displacement", table)]
    done = civmap("map", "--out", "here", *options, cwd=tmp_path)
    assert_refused(done, status, message, tmp_path / "here")


def test_from_python_tables_are_a_list(tmp_path):
    import geo

    (tmp_path / "mine.csv").write_text(own(f"mine,{NORTH},2024-02-20,present,,,100000,,MSF"))
    run = geo.assess(displacement=["auto", str(tmp_path / "mine.csv")])
    assert run.units.set_index("pcode").loc[NORTH, "best"] == 100_000
    assert run.facts["parameters"]["displacement"] == ["auto", "mine.csv"]
    with pytest.raises(geo.errors.UsageError, match="none together with"):
        geo.assess(displacement=["none", tmp_path / "mine.csv"])
