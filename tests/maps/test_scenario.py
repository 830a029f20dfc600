"""What is supposed, on the page: in words and tables of its own, never among the run's figures."""

from __future__ import annotations

import html
import re

import pytest

from maps import RiskMap
from maps.run import read_run
from maps.scenario import describe_scenario, write_supposition
from maps.wording import Wording

WORDS = Wording()
MOVES = (("Rafah", ("Al-Mawasi", "Khan Younis"), 0.5),)


@pytest.fixture(scope="module")
def moved_path(make_run):
    return make_run(moves=MOVES, uncounted=("z7",))


@pytest.fixture(scope="module")
def described(moved_path):
    return describe_scenario(read_run(moved_path), WORDS)


@pytest.mark.parametrize(
    ("move", "text"),
    [
        (MOVES[0], "50 % of the people of Rafah go to Al-Mawasi and Khan Younis, in equal parts."),
        (("Rafah", ("Gaza",), 1.0), "100 % of the people of Rafah go to Gaza."),
        (
            ("A", ("B", "C", "D"), 0.125),
            "12.5 % of the people of A go to B, C and D, in equal parts.",
        ),
        (("A", ("B",), 0.333), "33.3 % of the people of A go to B."),
        (("A", ("B",), 1e-7), "0.00001 % of the people of A go to B."),
    ],
)
def test_a_move_is_told_in_words(make_run, move, text):
    (shown,) = describe_scenario(read_run(make_run(moves=(move,))), WORDS)["moves"]
    assert shown == f"Supposed, not observed: {text}"


def test_zones_stand_before_and_after(described):
    zones, _ = described["tables"]
    assert zones.columns == ("Zone", "In this run", "If they moved", "Difference")
    before, after = "1,400,000 (1,300,000 to 1,500,000)", "700,000 (650,000 to 750,000)"
    rows = {row[0]: row[1:] for row in zones.rows}
    assert len(rows) == 7
    assert rows.pop("Eastern part") == ("unknown", "unknown", "unknown")
    assert set(rows.values()) == {(before, after, "\N{MINUS SIGN}700,000")}


def test_units_stand_before_and_after(described):
    _, units = described["tables"]
    rows = {row[0]: row[1:] for row in units.rows}
    assert rows["Rafah"] == (
        "PS0275",
        "1,400,000 (1,260,000 to 1,540,000)",
        "700,000 (560,000 to 840,000)",
        "\N{MINUS SIGN}700,000",
    )
    assert rows["Khan Younis"] == (
        "PS0270",
        "226,544 (203,890 to 249,198)",
        "926,544 (903,890 to 949,198)",
        "+700,000",
    )
    assert rows["Gaza"][-1] == "0"


def test_it_is_not_among_the_run_s_own_figures(moved_path, page_html):
    page = RiskMap(moved_path).to_html()
    start, end = page.index('<section class="text supposed"'), page.index('<div class="columns">')
    assert "700,000" in page[start:end]
    outside = page[:start] + page[end:]
    for number in ("700,000", "926,544", "650,000"):
        assert number not in outside
    assert page[start:end].count("Supposed") >= 4
    headline = re.compile(r'<section class="headline".*?</section>', re.DOTALL)
    assert headline.search(page)[0] == headline.search(page_html)[0]


def test_a_run_without_moves_has_no_such_section(page_html, run_path):
    assert describe_scenario(read_run(run_path), WORDS) is None
    assert "supposed" not in page_html.partition("<body>")[2].lower()


def test_moves_where_nobody_can_be_counted_are_said_still(make_run):
    path = make_run(moves=MOVES, has_zones=False, units={})
    assert describe_scenario(read_run(path), WORDS)["tables"] == []
    assert "Supposed, not observed: 50 &#37; of the people" in RiskMap(path).to_html()


def test_several_moves_are_made_one_after_the_other(make_run, described):
    moves = (*MOVES, ("Khan Younis", ("Gaza",), 0.1))
    several = describe_scenario(read_run(make_run(moves=moves)), WORDS)
    assert len(several["moves"]) == 2
    assert "one after the other" in several["note"]
    assert "one after the other" not in described["note"]


@pytest.mark.parametrize("name", ["<b onclick=x>", "{share} {{7*7}}", "a\u202eb\x1b[31m"])
def test_text_of_strangers_is_shown_as_written(make_run, name):
    path = make_run(moves=(("Rafah", (name, "B"), 0.5),))
    page = RiskMap(path).to_html()
    shown = html.unescape(re.search(r'<p class="move" dir="auto">(.*?)</p>', page)[1])
    kept = name.replace("\u202e", "").replace("\x1b", "")
    assert shown.endswith(f" of the people of Rafah go to {kept} and B, in equal parts.")
    assert "<b onclick" not in page


def make_report(zone_id="z1", zones=(("z1", 650_000, 700_000, 750_000),), moves=MOVES):
    keys = ("zone_id", "low", "best", "high")
    return {
        "headline": {"zone_id": zone_id},
        "scenario": {
            "moves": [dict(zip(("from", "to", "share"), move, strict=True)) for move in moves],
            "zones": [dict(zip(keys, zone, strict=True)) for zone in zones],
        },
    }


HALF = "If 50 % of Rafah moved to Al-Mawasi and Khan Younis: "
ABOUT = "about 700,000 people (650,000 to 750,000)."


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (make_report(), HALF + ABOUT),
        (
            make_report(moves=(("A", ("B", "C", "D"), 1.0), ("E", ("F",), 0.25))),
            f"If 100 % of A moved to B, C and D, then 25 % of E to F: {ABOUT}",
        ),
        (make_report(zones=()), f"{HALF}the number of people is unknown."),
        (make_report(zone_id=None), f"{HALF}the people of each zone are in the map's table."),
        (make_report(moves=(("A", ("\x1b[31mB",), 0.5),)), f"If 50 % of A moved to [31mB: {ABOUT}"),
        ({"scenario": None}, None),
    ],
)
def test_the_terminal_gets_one_line(report, line):
    assert write_supposition(report) == line


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_section_fits_its_window(open_page, moved_path, tmp_path, width):
    path = tmp_path / "map.html"
    RiskMap(moved_path).save(path)
    opened = open_page(path, width, 800)
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    box = opened.page.locator(".supposed").bounding_box()
    assert box["width"] <= width
    assert opened.page.locator(".supposed table").count() == 2
    assert opened.errors == []
