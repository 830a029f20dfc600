"""Supposed moves: arrows from where to where, with as many people as the scenario has."""

from __future__ import annotations

import json

import duckdb
import pytest
import shapely
from shapely.geometry import Point, shape

import geo
from geo.database.store import get_facts, open_run
from maps import RiskMap
from maps.layers import moves
from maps.run import read_run
from maps.wording import Wording

WORDS = Wording()
MOVES = ("Rafah=Khan Younis+Al-Mawasi:0.5", "PS0270=PS0265:10%")


@pytest.fixture(scope="module")
def assessment():
    return geo.assess(as_of="2024-02-24", moves=MOVES, draws=200)


@pytest.fixture(scope="module")
def run(assessment):
    return read_run(assessment.path)


@pytest.fixture(scope="module")
def drawing(run):
    return moves.draw(run, WORDS)


def test_nothing_is_drawn_where_nothing_is_supposed(run_path):
    assert moves.draw(read_run(run_path), WORDS) is None


def test_run_says_where_moves_start_and_end(assessment):
    con = open_run(assessment.path)
    try:
        first, second = get_facts(con)["move_paths"]
    finally:
        con.close()
    assert first["from"] == "PS0275"
    assert [(end["name"], end["pcode"]) for end in first["to"]] == [
        ("Khan Younis", "PS0270"),
        ("Al-Mawasi", "PS0270"),
    ]
    assert second["from"] == "PS0270"
    units = assessment.units.set_index("pcode").geometry
    for end in (*first["to"], *second["to"]):
        assert units[end["pcode"]].contains(Point(end["lon"], end["lat"]))


def test_arrows_carry_the_scenario_s_people(run):
    """The net of the arrows is the difference that the engine's own tables have."""
    steps = moves.find_steps(run)
    assert [(step["origin"], step["target"], step["people"]) for step in steps[:2]] == [
        ("Rafah", "Khan Younis", 350_000),  # 1,400,000 x 0.5 / 2
        ("Rafah", "Al-Mawasi", 350_000),
    ]
    before = {unit["pcode"]: round(unit["best"]) for unit in run.units}
    after = {row["pcode"]: round(row["best"]) for row in run.scenario_units}
    # half of Rafah's people came to Khan Younis, before a tenth of all there go on
    assert steps[2]["people"] == round((before["PS0270"] + 700_000) * 0.1)
    assert after["PS0265"] - before["PS0265"] == steps[2]["people"]
    assert after["PS0275"] - before["PS0275"] == -700_000
    assert after["PS0270"] - before["PS0270"] == 700_000 - steps[2]["people"]


def test_arrow_leads_from_its_unit_to_its_target(run, drawing):
    features = json.loads(drawing.element.block)["features"]
    steps = moves.find_steps(run)
    for feature, step in zip(features, steps, strict=True):
        arrow = shape(feature["geometry"])
        assert arrow.is_valid
        assert arrow.distance(Point(step["start"])) < 2e-3
        assert arrow.distance(Point(step["end"])) < 1e-4
    assert [feature["properties"]["label"]["text"] for feature in features[:2]] == [
        "350,000 to Khan Younis, supposed",
        "350,000 to Al-Mawasi, supposed",
    ]


def test_arrow_is_dashed_and_said_to_be_supposed(drawing):
    assert json.loads(drawing.element.block)["styles"]["move"]["dashArray"]
    assert "not observed" in drawing.legend[0].label
    assert drawing.shown


def test_arrow_is_thin_where_it_starts_wide_at_its_head_and_bent():
    arrow, label = moves.trace_arrow((0.0, 0.0), (0.0, 1.0), 1.0, 1.0)

    def cut(lat):
        return shapely.intersection(arrow, shapely.LineString([(-1, lat), (1, lat)])).length

    assert 0 < cut(0.05) < cut(0.4) < cut(0.7)
    assert cut(0.85) > 1.5 * cut(0.7)  # the head
    assert cut(0.99) < 0.03  # its tip
    assert arrow.centroid.x < -0.03  # bent to the left of its way
    back, _ = moves.trace_arrow((0.0, 1.0), (0.0, 0.0), 1.0, 1.0)
    assert not arrow.buffer(-0.02).intersects(shapely.LineString([(0, 0.2), (0, 0.8)]))
    assert back.centroid.x > 0.03  # there and back lie apart
    assert arrow.distance(Point(label)) == 0


def test_width_is_by_people_and_keeps_its_look_far_north():
    wide, _ = moves.trace_arrow((20.0, 60.0), (22.0, 60.0), 1.0, 1.0)
    thin, _ = moves.trace_arrow((20.0, 60.0), (22.0, 60.0), 0.5, 1.0)
    assert thin.area == pytest.approx(wide.area / 2, rel=0.1)
    # two degrees at 60 north are as long as one at the equator
    south, _ = moves.trace_arrow((0.0, 0.0), (1.0, 0.0), 1.0, 1.0)
    assert wide.area / 2 == pytest.approx(south.area, rel=0.02)


def test_ways_of_nobody_are_left_out(make_run):
    path = make_run()
    end = {"name": "Here", "pcode": "PS0270", "lon": 34.3, "lat": 31.34}
    facts = {
        "moves": [{"from": "Rafah", "to": ["Here"], "share": 1e-9}],
        "move_paths": [{"from": "PS0275", "to": [end]}],
    }
    with duckdb.connect(str(path)) as con:
        for key, value in facts.items():
            con.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", [key, json.dumps(value)])
    assert moves.find_steps(read_run(path)) == []
    assert moves.draw(read_run(path), WORDS) is None


@pytest.mark.browser
def test_arrows_are_seen_switched_and_opened(open_page, assessment, tmp_path):
    path = tmp_path / "map.html"
    RiskMap(assessment).save(path)
    opened = open_page(path)
    page = opened.page
    arrows = page.locator('path[aria-label="Supposed move"]')
    assert arrows.count() == 3
    arrows.first.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".civmap-popup tr").evaluate_all("rows => rows.map(r => r.innerText)")
    assert rows == ["From\tRafah", "To\tKhan Younis", "People\t350,000"]
    page.get_by_label("Supposed moves").uncheck()
    assert arrows.count() == 0
    assert opened.errors == []
    assert path.stat().st_size < 1_000_000
