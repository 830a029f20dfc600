"""What ranges are made of: bars where they should lie, and the same numbers in tables."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from maps import RiskMap
from maps.doubts import LAYOUTS, describe_doubts, make_scale, write_method, write_share
from maps.furniture import tabulate_sources
from maps.run import read_run
from maps.wording import Wording

WORDS = Wording()
TITLE = "Rafah: what the range is made of"


@pytest.fixture(scope="module")
def described(run_path):
    return describe_doubts(read_run(run_path), WORDS)


def make_zone(low, best, high, parts=None):
    return {"low": low, "best": best, "high": high, "parts": parts or {}}


def read_bars(page):
    drawings = re.findall(r'<svg class="bars.*?</svg>', page, re.DOTALL)
    return [ET.fromstring(drawing) for drawing in drawings]  # noqa: S314 - our own page


def test_bars_lie_where_they_should(described):
    """The wide drawing: 200,000 persons on 600 px from x = 240, which stands for 1.3 million."""
    wide, narrow = described["charts"]
    assert [(row["name"], row["bar"]) for row in wide["rows"]] == [
        ("Figures of displacement", {"x": 270, "width": 540}),  # 1.31 to 1.49 million
        ("Where the place is", {"x": 390, "width": 240}),  # 1.35 to 1.43 million
        ("Growth since the map's year", {"x": 537, "width": 6}),  # 1.399 to 1.401 million
    ]
    assert wide["band"] == {"x": 240, "width": 600}
    assert wide["best"] == 540
    assert [(tick["x"], tick["text"]) for tick in wide["ticks"]] == [
        (240, "1.30"),
        (390, "1.35"),
        (540, "1.40"),
        (690, "1.45"),
        (840, "1.50"),
    ]
    assert [row["bar_y"] for row in wide["rows"]] == [53, 83, 113]
    assert (wide["floor"], wide["height"]) == (134, 178)
    # the narrow one: the same on 326 px from x = 16
    assert narrow["rows"][1]["bar"] == {"x": 97.5, "width": 130.4}
    assert narrow["best"] == 179


def test_the_axis_holds_what_is_wider_than_the_whole():
    zone = make_zone(520, 740, 980, {"spread": {"low": 390, "high": 1_010}})
    scale = make_scale(LAYOUTS["wide"], zone)
    assert (scale.first, scale.last, scale.step) == (200, 1_200, 200)
    assert (scale.x(200), scale.x(700), scale.x(1_200)) == (240, 540, 840)


@pytest.mark.parametrize(("people", "ends"), [(0, (0, 1)), (64, (64, 65)), (1_400, (1_400, 1_401))])
def test_a_range_of_nothing_still_has_an_axis(people, ends):
    scale = make_scale(LAYOUTS["narrow"], make_zone(people, people, people))
    assert (scale.first, scale.last) == ends


def test_texts_over_the_band_stand_apart(make_run):
    """The best figure at the low end would lie on it: they are moved apart, none leaves."""
    parts = {"z1": {"spread": (1_399_000, 1_500_000, 200_000, 1.0)}}
    run = read_run(make_run(doubts=parts))
    run.headline_zone["low"] = 1_399_000
    for chart in describe_doubts(run, WORDS)["charts"]:
        at = [end["x"] for end in chart["ends"]]
        assert all(right - left >= 84 for left, right in pairwise(at))
        assert at[0] >= 42
        assert at[-1] <= chart["layout"].width - 42


def test_the_drawing_is_a_picture_with_words(page_html):
    drawings = read_bars(page_html)
    assert [drawing.get("class") for drawing in drawings] == ["bars wide", "bars narrow"]
    for drawing in drawings:
        assert drawing.get("role") == "img"
        by_id = {e.get("id"): e.text for e in drawing.iter() if e.get("id")}
        title, text = (by_id[name] for name in drawing.get("aria-labelledby").split())
        assert title == TITLE
        assert text == (
            "About 1.4 million people (1.3 million to 1.5 million). Figures of displacement: 80 % "
            "of the width; alone 1,310,000 to 1,490,000. Where the place is: 20 % of the width; "
            "alone 1,350,000 to 1,430,000. Growth since the map's year: under 1 % of the width; "
            "alone 1,399,000 to 1,401,000."
        )
        assert len([e for e in drawing.iter() if e.get("class") == "alone"]) == 3
    ids = re.findall(r' id="([^"]+)"', page_html)
    assert len(ids) == len(set(ids))


def test_tables_have_the_same_numbers(described):
    alone, shares = described["tables"]
    assert alone.rows == [
        ("Figures of displacement", "1,310,000", "1,490,000", "159,400", "80 %"),
        ("Where the place is", "1,350,000", "1,430,000", "40,000", "20 %"),
        ("Growth since the map's year", "1,399,000", "1,401,000", "600", "under 1 %"),
        ("All together", "1,300,000", "1,500,000", "200,000", "100 %"),
    ]
    people = ("1,300,000", "1,400,000", "1,500,000")
    assert shares.columns[4:] == (
        "Where the place is",
        "How far the threat reaches",
        "Which population map",
        "Growth since the map's year",
        "Figures of displacement",
        "Where people stay inside a unit",
    )
    assert sorted(shares.rows) == [
        ("Rafah", *people, "20 %", "-", "-", "under 1 %", "80 %", "-"),
        ("Rafah, within 2 km", *people, "-", "-", "-", "-", "-", "100 %"),
    ]
    assert shares.note.startswith("Low to high are 90 % intervals of 1,000 draws with seed 7. No ")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "under 1 %"),
        (0.0049, "under 1 %"),
        (0.005, "under 1 %"),
        (0.0051, "1 %"),
        (1.0, "100 %"),
    ],
)
def test_a_small_share_is_no_zero(share, text):
    assert write_share(share, WORDS) == text


def test_what_was_taken_as_certain_is_said(make_run):
    run = read_run(make_run(certain=("spread", "place")))
    assert write_method(run, WORDS) == (
        "Low to high are 90 % intervals of 1,000 draws with seed 7. Taken as certain: Where the "
        "place is; Where people stay inside a unit."
    )
    bare = dataclasses.replace(run, facts={})
    assert write_method(bare, WORDS).startswith("Low to high are 90 % intervals of seeded draws.")


def test_a_run_without_parts_has_no_such_section(make_run):
    path = make_run(doubts={})
    assert describe_doubts(read_run(path), WORDS) is None
    assert "made-of" not in RiskMap(path).to_html().partition("<body>")[2]
    assert describe_doubts(read_run(make_run(has_zones=False)), WORDS) is None


def test_a_headline_without_parts_has_only_the_table(make_run):
    path = make_run(doubts={"z2": {"spread": (1_300_000, 1_500_000, 200_000, 1.0)}})
    page = RiskMap(path).to_html()
    assert read_bars(page) == []
    assert "What the ranges are made of" in page
    (table,) = describe_doubts(read_run(path), WORDS)["tables"]
    assert [row[0] for row in table.rows] == ["Rafah, within 2 km"]


def test_a_zone_that_nobody_can_count_is_left_out(make_run):
    run = read_run(make_run(uncounted=("z1",)))
    assert [row[0] for row in describe_doubts(run, WORDS)["tables"][-1].rows] == [
        "Rafah, within 2 km"
    ]


def test_ranges_are_of_all_sources_unless_the_first_is_certain(make_run):
    both = tabulate_sources(read_run(make_run(compared=True)), WORDS).note
    assert "in their ranges every source that has data" in both
    first = tabulate_sources(read_run(make_run(compared=True, certain=("population",))), WORDS).note
    assert first.endswith("The ranges and best figures above are from the first source.")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (390, "narrow")])
def test_the_drawing_fits_its_window(open_page, page_path, width, shown):
    opened = open_page(page_path, width, 800)
    page = opened.page
    (seen,) = [each for each in page.locator("svg.bars").all() if each.is_visible()]
    assert shown in seen.get_attribute("class")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.errors == []
    boxes = seen.locator("text").evaluate_all(
        "e => e.map(t => t.getBoundingClientRect()).map(b => [b.left, b.right, b.height])"
    )
    assert all(left >= 0 and right <= width for left, right, _ in boxes)
    assert min(height for *_, height in boxes) >= 11
    ends = seen.locator("text.end").evaluate_all(
        "e => e.map(t => t.getBoundingClientRect()).map(b => [b.top, b.left, b.right])"
    )
    for row in (ends[::2], ends[1::2]):
        assert all(one[2] < two[1] for one, two in pairwise(row))


@pytest.mark.browser
def test_bars_are_drawn_at_their_pixels(open_page, page_path):
    page = open_page(page_path).page
    drawn = page.locator("svg.bars.wide rect.alone").first.evaluate(
        "b => [b.getBBox().x, b.getBBox().width, b.getScreenCTM().a]"
    )
    assert drawn == pytest.approx([270, 540, 1])
    left = page.locator("svg.bars.wide text.name").evaluate_all(
        "e => Math.max(...e.map(t => t.getBBox().x + t.getBBox().width))"
    )
    assert left < 240  # names end before the axis starts


@pytest.mark.browser
def test_the_drawing_is_printed_whole_with_its_tables(open_page, page_path):
    page = open_page(page_path).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    box = page.locator("svg.bars.wide").bounding_box()
    assert 0 < box["height"] < 190 * 96 / 25.4
    assert page.get_by_text("What each zone's range is made of").is_visible()
    for table in page.locator(".made-of table").all():
        box = table.bounding_box()
        assert box["x"] + box["width"] <= 277 * 96 / 25.4 + 1


@pytest.mark.browser
def test_the_drawing_needs_no_script(browser, page_path):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(page_path.as_uri())
    assert page.get_by_role("img", name=TITLE).is_visible()
    context.close()


@pytest.mark.parametrize("payload", ["</title><script>window.ran=1</script>", "{{7*7}}", '" x="'])
def test_text_of_strangers_is_shown_as_written(make_run, payload):
    page = RiskMap(make_run(mark=lambda _text: payload)).to_html()
    for drawing in read_bars(page):
        assert {element.tag for element in drawing.iter()} == {
            *("svg", "title", "desc", "text", "path", "rect")
        }
        assert drawing.find("title").text == f"{payload}: what the range is made of"
    assert "<script>window" not in page
