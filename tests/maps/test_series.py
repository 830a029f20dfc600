"""People over time on the page: the same numbers in the chart, in words and in a table."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import duckdb
import pytest

from maps import RiskMap
from maps.escape import clean_text
from maps.run import read_run
from maps.series import FRAMES, describe_series
from maps.wording import Wording

WORDS = Wording()
# the run's own day is 24 February, its headline zone is z1, which is unit PS0275
ROWS = [
    ("z1", "2023-10-07", 230_000, 275_267, 320_000, 275_267),
    ("z1", "2023-12-31", 1_000_000, 1_000_000, 1_150_000, 275_267),
    ("z1", "2024-02-24", 1_300_000, 1_400_000, 1_500_000, 275_267),
    ("z1", "2024-06-20", 54_000, 65_000, 76_000, 275_267),
    ("z3", "2023-10-07", 1, 2, 3, 2),
]
# id, P-codes, day, kind, persons, in use
FIGURES = [
    ("a", ["PS0275"], "2023-12-31", "present", 1_000_000, False),
    ("b", ["PS0275"], "2024-02-13", "present", 1_400_000, True),
    ("c", ["PS0275"], "2024-05-14", "left", 450_000, False),
    ("d", ["PS0265", "PS0275"], "2024-02-13", "present", 1_500_000, False),
    ("e", ["PS0275"], "2024-06-21", "present", 60_000, False),
]


def add_days(path, rows=ROWS, figures=FIGURES, agency="UNRWA"):
    with duckdb.connect(str(path)) as con:
        for row in rows:
            con.execute("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)", row)
        for name, pcodes, day, kind, best, used in figures:
            con.execute(
                "INSERT INTO figures (figure_id, pcodes, date, kind, best, agency, verified, used, "
                "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'so')",
                [name, pcodes, day, kind, best, agency, name != "b", used],
            )
    return path


@pytest.fixture(scope="module")
def days_path(make_run):
    return add_days(make_run())


@pytest.fixture(scope="module")
def page(days_path):
    return RiskMap(days_path).to_html()


@pytest.fixture(scope="module")
def page_path(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("days") / "map.html"
    path.write_text(page, encoding="utf-8")
    return path


def read_charts(page):
    charts = re.findall(r'<svg class="chart.*?</svg>', page, re.DOTALL)
    return [ET.fromstring(chart) for chart in charts]  # noqa: S314 - our own page


def test_a_run_of_one_day_has_no_chart(page_html, make_run):
    assert "over-time" not in page_html.partition("<body>")[2]
    path = add_days(make_run(), rows=ROWS[:1])
    assert describe_series(read_run(path), WORDS) is None


def test_a_run_without_a_headline_zone_has_no_chart(make_run):
    path = add_days(make_run(has_zones=False))
    assert describe_series(read_run(path), WORDS) is None


def test_charts_are_pictures_with_words(page):
    charts = read_charts(page)
    assert len(charts) == 2
    for chart in charts:
        assert chart.get("role") == "img"
        by_id = {e.get("id"): e.text for e in chart.iter() if e.get("id")}
        title, text = (by_id[name] for name in chart.get("aria-labelledby").split())
        assert title == "Rafah: people from 7 October 2023 to 20 June 2024"
        assert text == (
            "7 October 2023: about 275,000 (230,000 to 320,000), static map 275,000; "
            "20 June 2024: about 65,000 (54,000 to 76,000), static map 275,000."
        )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_points_of_the_best_line_lie_where_they_should(days_path):
    """The wide frame: 257 days on 700 px from x = 52; 1.5 million on 250 px up from y = 294."""
    (chart, _) = describe_series(read_run(days_path), WORDS)["charts"]
    frame = FRAMES["wide"]
    assert (frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom) == (
        700,
        250,
    )
    x = [52 + 700 * passed / 257 for passed in (0, 85, 140, 257)]
    y = [294 - 250 * people / 1_500_000 for people in (275_267, 1_000_000, 1_400_000, 65_000)]
    path = next(line["path"] for line in chart["lines"] if line["kind"] == "best")
    numbers = [float(number) for number in re.findall(r"[\d.]+", path)]
    expected = [x[0], y[0], x[1], y[1], x[2], y[2], x[3], y[3], x[3]]
    assert numbers == pytest.approx(expected, abs=0.051)
    assert chart["own_day"]["x"] == pytest.approx(x[2], abs=0.051)


def test_only_figures_of_exactly_this_unit_are_circles(days_path):
    described = describe_series(read_run(days_path), WORDS)
    (chart, _) = described["charts"]
    assert [circle["text"] for circle in chart["circles"]] == [
        "31 December 2023: 1,000,000, UNRWA",
        "13 February 2024: 1,400,000, UNRWA",
    ]
    (first, second) = chart["circles"]
    assert (first["x"], first["y"]) == (round(52 + 700 * 85 / 257, 1), round(294 - 250 / 1.5, 1))
    assert second["x"] == round(52 + 700 * 129 / 257, 1)
    table = described["tables"][1]
    assert [(row[0], *row[2:]) for row in table.rows] == [
        ("31 December 2023", "1,000,000", "none", "UNRWA", "no"),
        ("13 February 2024", "1,400,000", "none", "UNRWA (cited, to be verified)", "yes"),
    ]


def test_the_table_has_the_same_numbers(page):
    table = page.partition("The same people, day by day")[2].partition("</table>")[0]
    cells = [
        re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]
    assert cells[1:] == [
        [WORDS.day(day), *(f"{people:,}" for people in (low, best, high, static))]
        for zone, day, low, best, high, static in ROWS
        if zone == "z1"
    ]


def test_a_day_without_people_is_a_gap_and_said(make_run):
    rows = [*ROWS, ("z3", "2024-03-01", 1, 2, 3, 2), ("z3", "2024-07-01", 1, 2, 3, 2)]
    described = describe_series(read_run(add_days(make_run(), rows=rows)), WORDS)
    assert "On 2 days nobody can be counted: gaps in the lines." in described["text"]
    table = described["tables"][0]
    assert ("1 March 2024", *["unknown"] * 4) in table.rows
    assert ("1 July 2024", *["unknown"] * 4) in table.rows
    assert not any("0" in row[1:] for row in table.rows)
    for line in described["charts"][0]["lines"]:
        assert line["path"].count("M") == 2


def test_a_long_table_is_folded(make_run):
    rows = [("z1", date.fromordinal(738_000 + n).isoformat(), 1, 2, 3, 2) for n in range(40)]
    assert describe_series(read_run(add_days(make_run(), rows, [])), WORDS)["is_open"] is False


def test_labels_of_people_have_units(make_run):
    def label(most):
        rows = [("z1", f"2024-01-0{n}", 0, most, most, most) for n in (1, 2)]
        chart = describe_series(read_run(add_days(make_run(), rows, [])), WORDS)["charts"][0]
        return chart["unit"], [row["text"] for row in chart["rows"]]

    assert label(1_400_000) == ("People, millions", ["0", "0.5", "1.0", "1.5"])
    assert label(40_000) == ("People, thousands", ["0", "10", "20", "30", "40"])
    assert label(3) == ("People", ["0", "1", "2", "3"])
    assert label(0) == ("People", ["0", "1"])


@pytest.mark.parametrize(
    "payload",
    [
        "</title><script>window.ran=1</script>",
        '" onload="window.ran=1',
        "{{7*7}}",
        "a\u202eb\x1b[31m",
    ],
)
def test_text_of_strangers_is_shown_as_written(make_run, payload):
    path = add_days(make_run(mark=lambda _text: payload), agency=payload)
    for chart in read_charts(RiskMap(path).to_html()):
        tags = {element.tag for element in chart.iter()}
        assert tags == {"svg", "title", "desc", "text", "path", "circle"}
        titles = [element.text for element in chart.iter("title")]
        assert titles[0].startswith(clean_text(payload))
        assert titles[1].endswith(clean_text(payload))
        assert not any(name.startswith("on") for element in chart.iter() for name in element.keys())  # noqa: SIM118


def test_the_page_is_the_same_each_time(days_path, page):
    assert RiskMap(days_path).to_html() == page


@pytest.mark.browser
@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (390, "narrow")])
def test_chart_fits_its_window(open_page, page_path, width, shown):
    opened = open_page(page_path, width, 800)
    page = opened.page
    (seen,) = [chart for chart in page.locator("svg.chart").all() if chart.is_visible()]
    assert shown in seen.get_attribute("class")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.errors == []
    assert opened.requests == []
    boxes = seen.locator("text.end").evaluate_all(
        "e => e.map(t => t.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom])"
    )
    assert len(boxes) == 4
    assert all(right <= width for _, right, _, _ in boxes)
    boxes.sort(key=lambda box: box[2])
    assert all(upper[3] <= lower[2] + 1 for upper, lower in pairwise(boxes))
    sizes = seen.locator("text").evaluate_all("e => e.map(t => t.getBoundingClientRect().height)")
    assert min(sizes) >= 11


@pytest.mark.browser
def test_chart_is_drawn_at_its_pixels(open_page, page_path):
    page = open_page(page_path).page
    left, top, width, height, scale = page.locator(".wide path.line.best").evaluate(
        """line => {
            const { x, y, width, height } = line.getBBox();
            return [x, y, width, height, line.getScreenCTM().a];
        }"""
    )
    assert scale == pytest.approx(1)
    assert [left, width] == pytest.approx([52, 700], abs=0.1)
    assert [top, top + height] == pytest.approx(
        [294 - 250 * 1.4 / 1.5, 294 - 250 * 0.065 / 1.5], abs=0.1
    )


@pytest.mark.browser
def test_chart_is_printed_whole_with_its_table(open_page, page_path):
    page = open_page(page_path).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    box = page.locator("svg.chart.wide").bounding_box()
    assert 0 < box["height"] < 190 * 96 / 25.4
    assert page.get_by_text("The same people, day by day").is_visible()
    assert page.get_by_role("cell", name="1,000,000").first.is_visible()


@pytest.mark.browser
def test_chart_needs_no_script(browser, page_path):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(page_path.as_uri())
    assert page.locator("svg.chart.wide").is_visible()
    assert page.get_by_role("img", name="Rafah: people from 7 October 2023").is_visible()
    context.close()
