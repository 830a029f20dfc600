"""The slider over days in a real browser."""

from __future__ import annotations

import pytest

from maps import RiskMap
from maps.style import DENSITY_COLOURS
from tests.maps.test_browser import CONTRAST
from tests.maps.test_timeline import add_unit_days

pytestmark = pytest.mark.browser

FILLS = """() => Object.fromEntries(
    [...document.querySelectorAll('.leaflet-density-days-pane path, [class*=density-days] path')]
    .map((path) => [path.getAttribute('aria-label'), path.getAttribute('fill')]))"""


@pytest.fixture(scope="module")
def page_path(make_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("days") / "map.html"
    RiskMap(add_unit_days(make_run())).save(path)
    return path


def read_text(page):
    return page.locator("[data-text]").inner_text()


def drag(page, box, start, end):
    """Drag along a box, from one fraction of its width to another."""
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=5)
    page.mouse.up()


def test_page_opens_on_its_own_day_with_the_fill_of_cells(open_page, page_path):
    opened = open_page(page_path)
    page = opened.page
    assert page.get_by_label("Day shown").input_value() == "2"
    assert read_text(page).startswith("24 February 2024: Rafah: about 1.4 million people")
    assert page.evaluate(FILLS) == {}
    assert page.locator("img.civmap-cells").count() == 1
    assert opened.errors == []
    assert opened.requests == []


def test_keys_change_day_fills_and_text(open_page, page_path):
    opened = open_page(page_path)
    page = opened.page
    slider = page.get_by_label("Day shown")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert read_text(page).startswith("31 December 2023: Rafah: about 1 million")
    assert slider.get_attribute("aria-valuetext") == "31 December 2023"
    assert page.get_by_label("Density by unit on the day chosen").is_checked()
    assert page.locator("img.civmap-cells").count() == 0  # fills exclude each other
    assert page.evaluate(FILLS) == {"Rafah": DENSITY_COLOURS[5], "Khan Younis": DENSITY_COLOURS[1]}
    page.keyboard.press("Home")
    assert page.evaluate(FILLS) == {"Rafah": DENSITY_COLOURS[3], "Khan Younis": DENSITY_COLOURS[0]}
    page.keyboard.press("End")
    assert read_text(page).startswith("20 June 2024: Rafah: about 65,000")
    assert page.evaluate(FILLS) == {"Rafah": DENSITY_COLOURS[2], "Khan Younis": "url(#hatch-gap)"}
    assert page.locator('[data-key="density-days"] .shown').inner_text() == "Shown: 20 June 2024"
    assert opened.errors == []


def test_mouse_changes_day(open_page, page_path):
    page = open_page(page_path).page
    drag(page, page.get_by_label("Day shown").bounding_box(), 2 / 3, 0.01)
    assert read_text(page).startswith("7 October 2023")


def test_buttons_step_and_stop_at_the_ends(open_page, page_path):
    page = open_page(page_path).page
    later = page.get_by_role("button", name="Next day")
    later.click()
    assert read_text(page).startswith("20 June 2024")
    assert later.get_attribute("aria-disabled") == "true"
    later.click(force=True)
    assert read_text(page).startswith("20 June 2024")
    page.get_by_role("button", name="Previous day").click()
    assert read_text(page).startswith("24 February 2024")
    assert later.get_attribute("aria-disabled") == "false"


def test_popups_and_labels_say_the_day_chosen(open_page, page_path):
    page = open_page(page_path).page
    rows = "rows => rows.map(r => r.innerText)"
    page.get_by_role("button", name="Previous day").click()
    labels = page.locator(".civmap-label:not(.hidden)").all_inner_texts()
    assert "Khan Younis: 7,000" in labels
    page.locator('path[aria-label="Rafah"]').last.focus()
    page.keyboard.press("Enter")
    said = page.locator(".civmap-popup tr").evaluate_all(rows)
    assert "On\t31 December 2023" in said
    assert "Best\t1,000,000" in said
    page.get_by_role("button", name="Next day").click()  # the popup stays, and follows
    assert "Best\t1,400,000" in page.locator(".civmap-popup tr").evaluate_all(rows)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Previous day").click()
    page.get_by_label("Population density, static").check()
    page.locator('path[aria-label="Rafah"]').last.focus()
    page.keyboard.press("Enter")  # of another fill the popup is the run's own day's
    assert "Best\t1,400,000" in page.locator(".civmap-popup tr").evaluate_all(rows)


def test_play_runs_to_the_end_and_stops(open_page, page_path):
    page = open_page(page_path).page
    play = page.locator("[data-play]")
    page.get_by_label("Day shown").fill("1")
    play.click()
    assert play.inner_text() == "Pause"
    page.locator("[data-text]", has_text="20 June 2024").wait_for()
    page.locator("[data-play]", has_text="Play").wait_for()
    page.wait_for_timeout(1500)
    assert read_text(page).startswith("20 June 2024")


@pytest.mark.parametrize("way", ["button", "escape", "slider"])
def test_play_is_stopped(open_page, page_path, way):
    page = open_page(page_path).page
    page.get_by_label("Day shown").fill("0")
    play = page.locator("[data-play]")
    play.click()
    if way == "button":
        play.click()
    elif way == "escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_label("Day shown").fill("1")
    assert play.inner_text() == "Play"
    before = read_text(page)
    assert not before.startswith(("7 October 2023", "20 June 2024"))  # it had begun, not ended
    page.wait_for_timeout(1500)
    assert read_text(page) == before


def test_nothing_plays_for_who_wants_it_still(open_page, page_path):
    page = open_page(page_path, reduced_motion="reduce").page
    assert page.locator("[data-play]").is_hidden()
    page.get_by_role("button", name="Next day").click()
    assert read_text(page).startswith("20 June 2024")


def test_paper_shows_the_run_s_own_day(open_page, page_path):
    page = open_page(page_path).page
    page.get_by_role("button", name="Previous day").click()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".days").is_hidden()
    assert page.evaluate(FILLS)["Khan Younis"] not in DENSITY_COLOURS  # nobody there, on this day
    assert page.evaluate(FILLS)["Rafah"] == DENSITY_COLOURS[5]
    assert "24 February 2024" in page.locator('[data-key="density-days"] .shown').inner_text()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(FILLS)["Khan Younis"] == DENSITY_COLOURS[1]


@pytest.mark.parametrize("width", [360, 390])
def test_slider_fits_a_phone(open_page, page_path, width):
    opened = open_page(page_path, width, 740)
    page = opened.page
    height = page.locator(".days").bounding_box()["height"]
    for _step in range(2):
        page.get_by_role("button", name="Previous day").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".days").bounding_box()["height"] == height  # the map stays in place
    for target in page.locator(".days button:visible, .days input").all():
        assert target.bounding_box()["height"] >= 24
    assert opened.errors == []


def test_text_of_the_slider_has_enough_contrast(open_page, page_path):
    page = open_page(page_path).page
    page.get_by_label("Day shown").fill("3")  # the button to the next day is off
    assert page.evaluate(CONTRAST) == []


def test_slider_is_reached_and_its_focus_is_seen(open_page, page_path):
    page = open_page(page_path).page
    page.keyboard.press("Tab")
    for name in ("Previous day", "Play", "Next day", "Day shown"):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
                const e = document.activeElement;
                return [(e.labels?.[0] ?? e).textContent.trim(), getComputedStyle(e).outlineWidth];
            }"""
        )
        assert focused == [name, "3px"]


def test_slider_is_hidden_and_figures_stand_in_tables_without_script(browser, page_path):
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(page_path.as_uri())
        assert page.locator(".days").is_hidden()
        assert page.get_by_text("People in each administrative unit, day by day").count()
        assert page.locator("td", has_text="31 December 2023").count() >= 2
    finally:
        context.close()
