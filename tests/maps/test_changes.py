"""Net change by unit: symbols whose area is proportional to people, and no invented flow."""

from __future__ import annotations

import json
import math
from datetime import date

import duckdb
import pytest

from maps.layers import changes
from maps.run import read_run
from maps.style import FEWER, MORE, SHAPES
from maps.wording import Wording
from tests.maps.conftest import UNITS

WORDS = Wording()


@pytest.fixture(scope="module")
def drawing(run_path):
    return changes.draw(read_run(run_path), WORDS)


def read_features(drawing):
    block = json.loads(drawing.element.block)
    return {
        feature["properties"]["popup"]["title"]: (
            feature["properties"],
            block["styles"][feature["properties"]["style"]],
        )
        for feature in block["features"]
    }


def test_direction_has_its_own_shape_sign_and_colour(drawing):
    marks = {name: style for name, (_, style) in read_features(drawing).items()}
    assert marks["Rafah"]["path"] == SHAPES["up"]
    assert marks["Rafah"]["fill"] == MORE
    fewer = [mark for name, mark in marks.items() if name != "Rafah"]
    assert len(fewer) == 4
    assert {mark["path"] for mark in fewer} == {SHAPES["down"]}
    assert {mark["fill"] for mark in fewer} == {FEWER}
    # the plus has one stroke more than the minus
    assert SHAPES["up"].lower().count("m") == SHAPES["down"].lower().count("m") + 1


def test_area_is_proportional_to_people(drawing):
    sizes = {name: style["size"] for name, (_, style) in read_features(drawing).items()}
    change = {name: best - static for name, _, _, static, best in UNITS.values()}
    for name, size in sizes.items():
        exact = sizes["Rafah"] * math.sqrt(abs(change[name]) / change["Rafah"])
        assert size == pytest.approx(exact, abs=0.25)  # drawn to half a pixel


def test_figures_are_the_difference_of_the_map_s_own(drawing):
    features = read_features(drawing)
    rows = dict(features["Rafah"][0]["popup"]["rows"])
    assert rows["Net change"] == "+1,124,733"  # 1,400,000 - 275,267
    assert features["Rafah"][0]["label"]["text"] == "Rafah +1.12 million"
    rows = dict(features["North Gaza"][0]["popup"]["rows"])
    assert rows["Net change"] == "\N{MINUS SIGN}294,412"  # 150,000 - 444,412
    assert "not known" in drawing.note
    assert not drawing.shown


def test_legend_has_three_round_sizes_and_the_other_direction(drawing):
    labels = [entry.label for entry in drawing.legend]
    assert labels == ["1 million more", "500,000 more", "100,000 more", "500,000 fewer"]
    sizes = [entry.swatch.size_px for entry in drawing.legend]
    rafah = read_features(drawing)["Rafah"][1]["size"]
    for people, size in zip((1_000_000, 500_000, 100_000, 500_000), sizes, strict=True):
        assert size == pytest.approx(rafah * math.sqrt(people / 1_124_733), abs=0.5)


@pytest.mark.parametrize(
    ("most", "sizes"),
    [
        (1_124_733, [1e6, 5e5, 1e5]),
        (4_999, [2e3, 1e3, 2e2]),
        (5_000, [5e3, 2e3, 5e2]),
        (1, [1, 0.5, 0.1]),
    ],
)
def test_sizes_are_round(most, sizes):
    assert changes.choose_sizes(most) == pytest.approx(sizes)


def test_only_what_changed_is_drawn_and_small_changes_are_counted(make_run):
    run = read_run(make_run())
    for unit in run.units:
        unit["best"] = unit["static"]
    assert changes.draw(run, WORDS) is None
    run.units[0]["best"] = None  # nobody can be counted: no change is known
    run.units[1]["best"] += 1_000_000
    run.units[2]["best"] += 100
    drawing = changes.draw(run, WORDS)
    assert len(read_features(drawing)) == 1
    assert "1 change is too small to be drawn." in drawing.note


def test_published_departures_of_exactly_this_unit_are_told(make_run):
    path = make_run()
    rows = [
        ("a", ["PS0275"], date(2024, 2, 20), "left", 450_000, True),
        ("b", ["PS0275"], date(2024, 3, 1), "left", 1, True),  # later than the map's day
        ("c", ["PS0275", "PS0270"], date(2024, 2, 20), "left", 2, True),
        ("d", ["PS0270"], date(2024, 2, 20), "arrived", 3_000, False),
    ]
    with duckdb.connect(str(path)) as con:
        for name, pcodes, day, kind, best, verified in rows:
            con.execute(
                "INSERT INTO figures (figure_id, pcodes, date, kind, since, best, agency, "
                "verified, used, reason) "
                "VALUES (?, ?, ?, ?, DATE '2024-02-01', ?, 'UNRWA', ?, false, 'so')",
                [name, pcodes, day, kind, best, verified],
            )
    features = read_features(changes.draw(read_run(path), WORDS))
    assert features["Rafah"][0]["popup"]["notes"][1:] == [
        "450,000 left it since 1 February 2024, says UNRWA on 20 February 2024."
    ]
    [told] = features["Khan Younis"][0]["popup"]["notes"][1:]
    assert told == (
        "3,000 came to it since 1 February 2024, says UNRWA (cited, to be verified) on "
        "20 February 2024."
    )


@pytest.mark.browser
def test_symbols_are_switched_and_opened(open_page, page_path):
    opened = open_page(page_path)
    page = opened.page
    symbols = page.locator('.civmap-mark[title="Rafah"]')
    assert symbols.count() == 0
    page.get_by_label("Change of people, 24 February 2024").check()
    assert symbols.count() == 1
    assert symbols.bounding_box()["width"] == pytest.approx(64, abs=0.5)
    symbols.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".civmap-popup tr").evaluate_all("rows => rows.map(r => r.innerText)")
    assert "Net change\t+1,124,733" in rows
    swatches = page.locator('[data-key="changes"] svg path')
    widths = [swatches.nth(i).bounding_box()["width"] for i in range(3)]
    assert widths[0] > widths[1] > widths[2]
    assert opened.errors == []
