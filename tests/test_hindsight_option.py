"""`civmap map --hindsight`: later figures only when asked for, and the run says so everywhere."""

import json

import geo
from tests.test_cli import civmap


def test_the_run_says_that_it_knows_what_came_after(tmp_path):
    done = civmap("map", "--json", "--as-of", "2024-01-31", "--hindsight", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    (caution,) = [each for each in report["warnings"] if each["code"] == "hindsight"]
    assert "(UN, UNRWA, press, 2024-02-13, for PS0275)" in caution["text"]
    (rafah,) = [unit for unit in report["units"] if unit["pcode"] == "PS0275"]
    assert rafah["best"] == round(1_200_000 + 200_000 * 16 / 29)
    (later,) = [each for each in report["figures"] if each["used"] and each["date"] > "2024-01-31"]
    assert later["reason"].startswith("later than 2024-01-31, used with hindsight")
    out = tmp_path / "out" / "example"
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["hindsight"] is True
    assert "Nobody knew this on the day" in (out / "map.html").read_text("utf-8")


def test_without_it_nothing_later_is_used():
    run = geo.assess(as_of="2024-01-31")
    assert "hindsight" not in set(run.cautions["code"])
    with run.connect() as con:
        later = con.execute("SELECT used FROM figures WHERE date > DATE '2024-01-31'").fetchall()
    assert set(later) == {(False,)}
    assert geo.assess(as_of="2024-01-31", hindsight=True).facts["parameters"]["hindsight"]
