"""The days of a run on the map: fills, texts and table say what the series says."""

from __future__ import annotations

import json
from datetime import date, timedelta

import duckdb
import pytest

from maps import RiskMap
from maps.layers import days, governorates, zones
from maps.run import read_run
from maps.style import DENSITY_COLOURS
from maps.timeline import MOST_UNIT_DAYS, describe_timeline, find_timeline
from maps.wording import Wording
from tests.maps.test_series import add_days

WORDS = Wording()
DAYS = [date(2023, 10, 7), date(2023, 12, 31), date(2024, 2, 24), date(2024, 6, 20)]
# people of a unit on these days; every unit of the test's run is 70 km2
PEOPLE = {
    "PS0275": [275_267, 1_000_000, 1_400_000, 65_000],
    "PS0270": [7_000, 7_001, 0, None],
}
CLASSES = {"PS0275": [3, 5, 5, 2], "PS0270": [0, 1, 8, 9]}  # by hand: 100 is the first class's end


def add_unit_days(path, people=PEOPLE, on=DAYS):
    add_days(path)
    with duckdb.connect(str(path)) as con:
        for pcode, counts in people.items():
            for day, best in zip(on, counts, strict=True):
                if best is not None:
                    row = [pcode, day, 0.9 * best, best, 1.1 * best, 275_267]
                    con.execute("INSERT INTO series_units VALUES (?, ?, ?, ?, ?, ?)", row)
    return path


@pytest.fixture(scope="module")
def days_path(make_run):
    return add_unit_days(make_run())


@pytest.fixture(scope="module")
def run(days_path):
    return read_run(days_path)


@pytest.fixture(scope="module")
def block(run):
    return json.loads(days.draw(run, WORDS).element.block)


def test_a_run_of_one_day_has_no_slider(make_run):
    run = read_run(make_run())
    assert find_timeline(run) is None
    assert days.draw(run, WORDS) is None
    assert describe_timeline(run, WORDS) is None


def test_days_without_units_have_no_slider(make_run):
    assert find_timeline(read_run(add_days(make_run()))) is None


def test_slider_starts_on_the_run_s_own_day(run, block):
    assert block["own"] == 2
    shown = describe_timeline(run, WORDS)
    assert (shown["own"], shown["last"], shown["day"]) == (2, 3, "24 February 2024")


def test_fills_are_the_density_classes_of_the_day(run, block):
    units = {run.units[unit["shape"]]["pcode"]: unit for unit in block["units"]}
    assert {pcode: unit["classes"] for pcode, unit in units.items()} == CLASSES
    colours = [style["fillColor"] for style in block["styles"]]
    assert colours[:8] == list(DENSITY_COLOURS)
    assert block["styles"][8]["fillOpacity"] == 0  # nobody is modelled
    assert colours[9] == "url(#hatch-gap)"  # nobody can be counted


def test_shapes_are_those_of_the_layer_of_units(run, block):
    features = json.loads(governorates.draw(run, WORDS).element.block)["features"]
    titles = [features[unit["shape"]]["properties"]["popup"]["title"] for unit in block["units"]]
    assert titles == ["Khan Younis · خان يونس", "Rafah · رفح"]


def test_texts_say_the_series_of_the_headline_s_zone(block):
    texts = [day["text"] for day in block["days"]]
    assert texts[1] == (
        "31 December 2023: Rafah: about 1 million people (1 million to 1.15 million); "
        "static map 275,000"
    )
    assert texts[3].endswith("about 65,000 people (54,000 to 76,000); static map 275,000")


def test_popups_say_the_day_s_figures(run, block):
    of_units = block["popups"]["layers"][governorates.KEY]
    rafah = next(unit["shape"] for unit in block["units"] if unit["label"]["text"] == "Rafah")
    people = ["900,000", "1,000,000", "1,100,000", "275,267", "14,286 people/km²"]
    assert of_units[str(rafah)]["days"][1] == people
    younis = next(unit["shape"] for unit in block["units"] if unit["shape"] != rafah)
    assert of_units[str(younis)]["days"][3] is None
    main = [zone for zone in run.zones if zones.is_main_zone(zone, run)]
    number = next(i for i, zone in enumerate(main) if zone["zone_id"] == "z1")
    of_zone = block["popups"]["layers"][zones.KEY][str(number)]
    assert of_zone["days"][2][:4] == ["1,300,000", "1,400,000", "1,500,000", "275,267"]


def test_table_holds_what_fills_and_popups_say(run):
    table = describe_timeline(run, WORDS)["table"]
    rows = {(row[0], row[1]): row[2:] for row in table.rows}
    assert len(rows) == 2 * 4
    assert rows["Rafah", "31 December 2023"] == (
        "900,000",
        "1,000,000",
        "1,100,000",
        "275,267",
        "14,286",
    )
    assert set(rows["Khan Younis", "20 June 2024"]) == {"unknown"}


def test_day_without_the_zone_is_a_gap(make_run):
    path = add_unit_days(make_run())
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM series WHERE as_of = '2023-12-31'")
    block = json.loads(days.draw(read_run(path), WORDS).element.block)
    assert block["days"][1]["text"] == "31 December 2023: Rafah: nobody can be counted"


def test_long_series_is_thinned_and_says_so(make_run):
    on = [date(2023, 1, 1) + timedelta(days=n) for n in range(700)]
    path = add_unit_days(make_run(), {pcode: [1] * 700 for pcode in PEOPLE}, on)
    run = read_run(path)
    timeline = find_timeline(run)
    assert len(timeline.days) * 2 <= MOST_UNIT_DAYS
    assert len(timeline.days) > MOST_UNIT_DAYS // 2 - 10
    assert {on[0], on[-1], date(2024, 2, 24)} <= set(timeline.days)
    steps = [(b - a).days for a, b in zip(timeline.days, timeline.days[1:], strict=False)]
    assert max(steps) <= 2
    assert f"{700 - len(timeline.days)} days" in describe_timeline(run, WORDS)["note"]
    assert len(RiskMap(path).to_html().encode()) < 1_000_000


def test_same_run_gives_the_same_bytes(days_path):
    assert RiskMap(days_path).to_html() == RiskMap(days_path).to_html()
