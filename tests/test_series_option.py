"""Several days in one run: the command's option, and the report."""

import json
from pathlib import Path

import jsonschema
import pytest

from maps.cli import main
from maps.publish import report as report_module
from maps.publish.report import build_report, dump_report
from tests.day_runs import write_days

SCHEMA = json.loads(
    (Path(report_module.__file__).parent / "report.schema.json").read_text(encoding="utf-8")
)
DAYS = ["2023-10-07", "2024-02-24", "2024-06-20"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_days(DAYS, "2024-02-24", tmp_path_factory.mktemp("days"))


@pytest.mark.parametrize(
    ("given", "as_of", "days", "ranges"),
    [
        (["2024-02-20"], "2024-02-20", [], []),
        (["2024-03-01", "2024-02-20"], "2024-02-20", ["2024-02-20", "2024-03-01"], []),
        (["2024-02-20..2024-02-22/2"], "2024-02-22", ["2024-02-20", "2024-02-22"], []),
        (["2023-10-07..2024-02-20"], "2024-02-20", [], ["2023-10-07..2024-02-20"]),
    ],
)
def test_the_command_takes_several_days(tmp_path, given, as_of, days, ranges):
    article = tmp_path / "article.txt"
    article.write_text("Talks went on in Paris.")
    options = [part for day in given for part in ("--as-of", day)]
    assert main(["map", str(article), "--out", str(tmp_path / "out"), *options]) == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == as_of
    assert manifest["parameters"]["days"] == days
    assert manifest["parameters"]["day_ranges"] == ranges


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2024-02-24..2024-02-20", "the last is before the first"),
        ("2024-02-24/7", "day '2024-02-24/7': expected YYYY-MM-DD"),
        ("2020-01-01..2024-01-01/1", "1,462 days"),
    ],
)
def test_bad_days_are_wrong_usage(tmp_path, capsys, given, message):
    assert main(["map", "--out", str(tmp_path / "out"), "--as-of", given]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_report_has_the_series(run):
    with run.connect() as con:
        report = json.loads(dump_report(build_report(con)))
    jsonschema.validate(report, SCHEMA)
    zones = [zone["zone_id"] for zone in report["zones"]]
    assert [(row["zone_id"], row["as_of"]) for row in report["series"]] == [
        (zone, day) for zone in zones for day in DAYS
    ]
    own = [row for row in report["series"] if row["as_of"] == "2024-02-24"]
    measures = ("low", "best", "high", "static")
    assert [[row[key] for key in measures] for row in own] == [
        [row[key] for key in measures] for row in report["exposure"]
    ]
    assert len(report["series_units"]) == 5 * len(DAYS)
    static = sum(row["static"] for row in report["series_units"] if row["as_of"] == DAYS[0])
    assert static == pytest.approx(2_226_544, abs=0.5)


def test_schema_of_the_series_refuses_what_is_no_day(run):
    with run.connect() as con:
        report = json.loads(dump_report(build_report(con)))
    report["series"][0]["as_of"] = "today"
    with pytest.raises(jsonschema.ValidationError, match="today"):
        jsonschema.validate(report, SCHEMA)


def test_series_is_a_table(run):
    series = run.series
    rafah = series[series["zone_id"].str.contains("admin")].set_index("as_of")
    assert [day.isoformat()[:10] for day in rafah.index] == DAYS
    assert list(rafah["best"]) == [275_267, 1_400_000, 65_000]
    assert set(run.series_units["pcode"]) == {f"PS02{end}" for end in (55, 60, 65, 70, 75)}
