"""`civmap diff` as a user types it, and its text."""

import json
import shutil
from datetime import date

import duckdb
import pytest

from geo.assessment import run_assessment
from geo.settings import Settings
from maps.cli import main
from maps.publish.diff import write_comparison


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    settings = {
        "february": Settings(),
        "june": Settings(as_of=date(2024, 6, 20)),
        "radii": Settings(radii_km=(3.0, 5.0)),
        "static": Settings(as_of=date(2024, 6, 20), displacement="none", accept_stale=True),
    }
    for name, each in settings.items():
        (folder / name).mkdir()
        run_assessment(None, each, folder / name / "run.duckdb")
    return folder


@pytest.fixture
def diff(runs, capsys, monkeypatch):
    def diff_(*arguments):
        monkeypatch.chdir(runs)
        status = main(["diff", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return diff_


def test_same_run_twice(diff):
    status, out, err = diff("february", "february")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "First:   february  24 February 2024  rafah_2024-02-24.txt  civmap 0.1.0",
        "Second:  february  24 February 2024  rafah_2024-02-24.txt  civmap 0.1.0",
        "",
        "Nothing changed.",
    ]


def test_a_folder_and_its_database_are_one_run(diff):
    assert "Nothing changed." in diff("february", "february/run.duckdb")[1]


def test_two_days(diff):
    _, out, _ = diff("february", "june")
    lines = out.splitlines()
    at = lines.index("Rafah (administrative unit PS0275)")
    best = ["best", "1.4", "million", "65,000", "-1.34", "million", "x", "0.0464"]
    assert lines[at + 1].split() == best
    assert lines[at + 4].split() == ["static", "275,000", "275,000", "same"]
    assert lines[at + 5] == "  the ranges do not overlap"
    assert "Date: what differs" in lines
    assert "  day of the figures: 2024-02-24 -> 2024-06-20" in lines
    assert "    first: 2024-02-13, PS0275: 1.4 million present, UN, UNRWA, press" in lines
    assert "    second: 2024-06-18, PS0275: 65,000 present, UNRWA" in lines
    assert "Data: the same" in lines
    assert "Method: the same" in lines
    assert lines[-1] == "6 zones with other figures: from the date; the rest is the same."


def test_other_radii(diff):
    lines = diff("february", "radii")[1].splitlines()
    assert any(line.startswith("Zones only in the first run ") for line in lines)
    assert any(line.startswith("  Within 3 km of Rafah ") for line in lines)
    assert "  radii, km: 2; 5; 10 -> 3; 5" in lines
    assert lines[-1] == "6 zones in one run only: from the method; the rest is the same."


def test_what_differs_and_does_not_matter_is_told_apart(diff):
    *_, changed, alone = diff("radii", "june")[1].splitlines()
    assert changed == (
        "2 zones with other figures: from the date; what else differs concerns other zones."
    )
    assert (
        alone == "6 zones in one run only: from the method; what else differs concerns other zones."
    )


def test_two_reasons_together_are_not_guessed_at(diff):
    last = diff("february", "static")[1].splitlines()[-1]
    assert last.startswith("6 zones with other figures: date and data differ together.")
    assert "can't be told from these two runs" in last


def test_json_has_full_numbers(diff):
    status, out, _ = diff("february", "june", "--json")
    compared = json.loads(out)
    assert status == 0
    row = next(row for row in compared["zones"] if row["kind"] == "admin")
    assert row["before"] == {
        "low": 1_300_000,
        "best": 1_400_000,
        "high": 1_500_000,
        "static": 275_267,
    }
    assert row["difference"]["best"] == -1_335_000
    assert row["ratio"]["best"] == 65_000 / 1_400_000
    assert compared["figures"]["only_before"][0]["date"] == "2024-02-13"
    assert diff("february", "june", "--json")[1] == out


def test_no_run_is_told(diff, runs):
    status, out, err = diff("february", "nowhere")
    assert (status, out) == (4, "")
    assert "no run database at nowhere" in err
    (runs / "empty").mkdir(exist_ok=True)
    assert diff("empty", "february")[0] == 4


def test_another_schema_is_told(diff, runs, tmp_path):
    path = tmp_path / "old.duckdb"
    shutil.copy(runs / "february" / "run.duckdb", path)
    with duckdb.connect(str(path)) as con:
        con.execute("DROP TABLE unit_people")
    status, out, err = diff("february", str(path))
    assert (status, out) == (3, "")
    assert "its database is of another schema: unit_people.best" in err
    assert "Traceback" not in err


def test_labels_reach_a_terminal_without_controls(diff, runs, tmp_path):
    path = tmp_path / "hostile.duckdb"
    shutil.copy(runs / "february" / "run.duckdb", path)
    hostile = "Ra\x1b]0;owned\x07fah\n\x1b[2JFirst: \u202egnp\u200b"
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE zones SET label = ?", [hostile])
        con.execute("UPDATE exposure SET best = best + 9000")
        con.execute("UPDATE sources SET name = ?", [hostile])
        con.execute("UPDATE figures SET agency = ?", [hostile])
        con.execute("UPDATE unit_people SET name = ?, low = 1", [hostile])
    _, out, _ = diff("february", str(path))
    assert all(char == "\n" or char.isprintable() for char in out)
    assert "Ra]0;ownedfah [2JFirst: gnp (first: Rafah (administrative unit PS0275))" in out
    assert json.loads(diff("february", str(path), "--json")[1])["zones"][0]["label"] == hostile
    assert "\x1b" not in diff("february", str(path), "--json")[1]


def make_row(label, before, after, ranges, reasons):
    measures = ("low", "best", "high", "static")
    old, new = (dict(zip(measures, each, strict=True)) for each in (before, after))
    known = None not in before + after
    return {
        "label": label,
        "before": old,
        "after": new,
        "difference": {key: new[key] - old[key] if known else None for key in measures},
        "ratio": {key: new[key] / old[key] if known and old[key] else None for key in measures},
        "ranges": ranges,
        "changed": before != after,
        "reasons": reasons,
    }


def test_text_by_hand():
    run = {"run": "a", "as_of": "2024-02-24", "input": {"name": "x.txt"}, "civmap": "1"}
    compared = {
        "same": False,
        "before": run,
        "after": run | {"run": "b"},
        "zones": [
            make_row("A", (10, 20, 30, 0), (15, 25, 30, 0), "within", []),
            make_row("B", (10, 20, 30, 5), (None,) * 4, None, ["date", "data", "method"]),
            make_row("C", (1, 2, 3, 4), (1, 2, 3, 4), "same", []),
        ],
        "zones_only_before": [],
        "zones_only_after": [],
        "units": [],
        "units_only_before": [],
        "units_only_after": [],
        "figures": {"only_before": [], "only_after": []},
        "reasons": {
            "date": [],
            "data": [
                {"what": "outline", "before": None, "after": None, "zones": ["A", "B"]},
                {"what": "zone", "before": None, "after": "z.geojson", "zones": None},
            ],
            "method": [],
        },
    }
    assert write_comparison(compared) == (
        "First:   a  24 February 2024  x.txt  civmap 1\n"
        "Second:  b  24 February 2024  x.txt  civmap 1\n"
        "\n"
        "Zones with other figures: first, second, difference, ratio\n"
        "A\n"
        "  best    20       25    +5  x 1.25\n"
        "  low     10       15    +5   x 1.5\n"
        "  high    30       30  same\n"
        "  static   0        0  same\n"
        "  each best estimate within the range of the other\n"
        "B\n"
        "  best    20  unknown\n"
        "  low     10  unknown\n"
        "  high    30  unknown\n"
        "  static   5  unknown\n"
        "\n"
        "Zones with the same figures (1): C\n"
        "\n"
        "Date: the same\n"
        "\n"
        "Data: what differs\n"
        "  outline of the area\n"
        "    in A; B\n"
        "  zone file: none -> z.geojson\n"
        "\n"
        "Method: the same\n"
        "\n"
        "1 zone with other figures: nothing that the runs record explains it.\n"
        "1 zone with other figures: date, data and method differ together. Which of them makes "
        "the change can't be told from these two runs: change one at a time, such as the day "
        "with --as-of.\n"
    )
