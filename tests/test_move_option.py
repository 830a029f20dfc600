"""`civmap map --move`: what is supposed, in the report and on the terminal; parts in the report."""

import copy
import csv
import json
from pathlib import Path

import jsonschema
import pytest

from maps.cli import main
from maps.publish import report as report_module

SCHEMA = json.loads(
    (Path(report_module.__file__).parent / "report.schema.json").read_text(encoding="utf-8")
)
MOVE = "Rafah=Al-Mawasi+Khan Younis:0.5"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The bundled example without and with a move."""
    folder = tmp_path_factory.mktemp("moves")
    for name, options in (("plain", []), ("moved", ["--move", MOVE])):
        assert main(["map", "--out", str(folder / name), *options]) == 0
    return folder


@pytest.fixture
def reports(runs):
    return [
        json.loads((runs / name / "report.json").read_text(encoding="utf-8"))
        for name in ("plain", "moved")
    ]


def test_the_report_has_what_is_supposed_and_is_of_its_schema(reports):
    plain, moved = reports
    for report in reports:
        jsonschema.validate(report, SCHEMA)
    assert plain["scenario"] is None
    scenario = moved.pop("scenario")
    assert scenario["moves"] == [
        {"from": "Rafah", "to": ["Al-Mawasi", "Khan Younis"], "share": 0.5}
    ]
    assert [row["zone_id"] for row in scenario["zones"]] == [
        row["zone_id"] for row in moved["exposure"]
    ]
    by_code = {row["pcode"]: row for row in scenario["units"]}
    before = {row["pcode"]: row for row in moved["units"]}
    assert by_code["PS0275"]["best"] == 700_000
    assert by_code["PS0270"]["best"] == before["PS0270"]["best"] + 700_000  # both targets are there
    assert sum(row["best"] for row in by_code.values()) == sum(
        row["best"] for row in before.values()
    )


def test_the_run_s_own_figures_are_as_without_it(runs, reports):
    plain, moved = reports
    for key in ("headline", "exposure", "exposure_admin", "units"):
        assert moved[key] == plain[key]
    tables = [(runs / name / "exposure.csv").read_bytes() for name in ("plain", "moved")]
    assert tables[0] == tables[1]
    (header, *_) = csv.reader(tables[0].decode("utf-8-sig").splitlines())
    assert "parts" not in header


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("scenario", "moves"), []),
        (("scenario", "moves", 0, "share"), 0),
        (("scenario", "moves", 0, "share"), 1.5),
        (("scenario", "moves", 0, "to"), []),
        (("scenario", "zones", 0, "low"), -1),
        (("scenario", "units", 0), {"pcode": "PS0275"}),
        (("exposure", 1, "parts", "spread"), {"low": 1, "high": 2}),
        (("exposure", 1, "parts", "spread", "share"), 1.01),
        (("exposure", 1, "parts", "spread", "width"), -1),
    ],
)
def test_the_schema_refuses_what_is_none(reports, path, value):
    report = copy.deepcopy(reports[1])
    inner = report
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, SCHEMA)


def test_the_terminal_gets_a_line_after_the_headline(tmp_path, capsys):
    assert main(["map", "--out", str(tmp_path / "out"), "--move", MOVE]) == 0
    headline, supposed, page = capsys.readouterr().out.splitlines()
    assert headline.startswith("As of 24 February 2024: Rafah")
    assert supposed == (
        "If 50 % of Rafah moved to Al-Mawasi and Khan Younis: about 700,000 people (650,000 to "
        "750,000)."
    )
    assert page.endswith("map.html")


def test_without_a_move_there_is_no_such_line(tmp_path, capsys):
    assert main(["map", "--out", str(tmp_path / "out")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_shares_of_a_range_add_up_to_its_width(reports):
    rows = [row for row in reports[0]["exposure"] if row["parts"]]
    assert len(rows) == 6
    for row in rows:
        assert sum(part["width"] for part in row["parts"].values()) == row["high"] - row["low"]
