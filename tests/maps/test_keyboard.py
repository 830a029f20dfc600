"""Everything on the page is reached and worked by keyboard alone, and the focus is always seen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.maps.pictures import take_picture
from tests.maps.vision import find_contrast

pytestmark = pytest.mark.browser

MAP = "Object.values(window).find((v) => v instanceof L.Map)"
FOCUSED = """() => {
    const e = document.activeElement;
    const box = e.getBoundingClientRect();
    const kind = e.matches(".skip") ? "skip"
        : e.matches(".folium-map") ? "map"
        : e.closest(".leaflet-control-container") ? "control"
        : e.matches(".civmap-mark") ? "mark"
        : e.matches("path") ? "shape"
        : e.closest(".panel") ? "panel"
        : e.closest("main") ? "text" : e.tagName;
    return {
        kind,
        name: e.getAttribute("aria-label") || e.dataset.layer || e.textContent.trim(),
        box: { x: box.x, y: box.y, width: box.width, height: box.height },
        top: box.top + scrollY,
    };
}"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STATE = f"""() => {{
    const map = {MAP};
    const {{ lat, lng }} = map.getCenter();
    return {{ zoom: map.getZoom(), lat, lng }};
}}"""
# The middle of what has the focus is in the window, and nothing lies over it.
IS_COVERED = """() => {
    const e = document.activeElement;
    const box = e.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
    const seen = document.elementFromPoint(x, y);
    return !seen || !(e.contains(seen) || seen.contains(e) || seen.closest("label")?.contains(e));
}"""


@pytest.fixture
def page(open_page, whole_page):
    return open_page(whole_page("every layer"), reduced_motion="reduce").page


def walk(page, most=200):
    """Press Tab until the page is left, and yield each thing that has the focus."""
    for _step in range(most):
        page.keyboard.press("Tab")
        page.evaluate(TWO_FRAMES)
        found = page.evaluate(FOCUSED)
        if found["kind"] == "BODY":
            return
        yield found
    pytest.fail(f"more than {most} stops")


def test_skip_link_leads_to_the_figures(page):
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "figures"


def test_map_is_zoomed_and_moved(page):
    page.locator(".folium-map").focus()
    before = page.evaluate(STATE)
    page.keyboard.press("+")
    closer = page.evaluate(STATE)
    assert closer["zoom"] > before["zoom"]
    page.keyboard.press("-")
    assert page.evaluate(STATE)["zoom"] == before["zoom"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    moved = page.evaluate(STATE)
    assert moved["lng"] > before["lng"]
    assert moved["lat"] > before["lat"]


def test_controls_of_the_map_work(page):
    before = page.evaluate(STATE)
    page.get_by_role("button", name="Zoom in").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(STATE)["zoom"] > before["zoom"]
    page.get_by_role("button", name="Whole world").focus()
    page.keyboard.press(" ")
    assert page.evaluate(STATE)["zoom"] < 5


@pytest.mark.parametrize("key", ["Enter", " "], ids=["enter", "space"])
@pytest.mark.parametrize(
    ("selector", "name"),
    [
        ('.civmap-mark[aria-label="Rafah, PS"]', "Rafah, PS"),
        ('path[aria-label="Khan Younis · خان يونس"]', "Khan Younis · خان يونس"),
        ('path[aria-label="Rafah, within 10 km"]', "Rafah, within 10 km"),
    ],
    ids=["event", "unit", "distance"],
)
def test_popup_takes_the_focus_and_gives_it_back(page, selector, name, key):
    page.locator(selector).last.focus()
    page.keyboard.press(key)
    popup = page.get_by_role("dialog", name=name)
    popup.wait_for()
    assert popup.evaluate("e => e.contains(document.activeElement)")
    page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    assert page.evaluate(f"document.activeElement.matches({selector!r})")


def test_popup_is_closed_by_its_button_too(page):
    page.locator('.civmap-mark[aria-label="Rafah, PS"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "leaflet-popup-close-button"
    page.keyboard.press("Enter")
    page.locator(".civmap-popup").wait_for(state="detached")
    assert page.evaluate(FOCUSED)["name"] == "Rafah, PS"


def test_popup_that_a_mouse_opened_leaves_the_focus_where_it_is(page):
    page.locator('.civmap-mark[aria-label="Rafah, PS"]').click()
    page.locator(".civmap-popup").wait_for()
    assert page.evaluate(FOCUSED)["kind"] == "mark"
    page.keyboard.press("Escape")
    page.locator(".civmap-popup").wait_for(state="detached")


def test_long_popup_scrolls(open_page, make_run, tmp_path):
    from maps import RiskMap

    path = tmp_path / "map.html"
    long = {"e3": ("attack", "threatened", "threatened", "rafah", "A long note. " * 200)}
    RiskMap(make_run(events=long)).save(path)
    page = open_page(path, reduced_motion="reduce").page
    page.locator(".civmap-mark").last.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    content = page.locator(".leaflet-popup-content")
    assert content.evaluate("e => e.tabIndex") == 0
    page.wait_for_timeout(400)
    assert content.evaluate("e => e.scrollTop") > 100


def test_layers_are_switched(page):
    box = page.locator('input[data-layer="facilities"]')
    box.focus()
    page.keyboard.press(" ")
    assert page.locator('.civmap-mark[aria-label="Nasser hospital"]').count() == 1
    page.keyboard.press(" ")
    assert page.locator('.civmap-mark[aria-label="Nasser hospital"]').count() == 0
    first = page.locator('input[name="fill"]:checked')
    chosen = first.get_attribute("value")
    first.focus()
    page.keyboard.press("ArrowDown")
    assert page.locator('input[name="fill"]:checked').get_attribute("value") != chosen


def test_panels_are_unfolded_and_tables_scrolled_on_a_phone(open_page, whole_page):
    page = open_page(whole_page("every layer"), 390, 800, reduced_motion="reduce").page
    summary = page.locator("#figures summary").first
    summary.focus()
    page.keyboard.press("Enter")
    table = page.locator("#figures details[open] .scroll").first
    table.focus()
    assert table.evaluate("e => e.scrollWidth > e.clientWidth")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert table.evaluate("e => e.scrollLeft") > 0


def test_order_of_the_focus_is_the_order_of_reading(page):
    assert page.locator("[tabindex]").evaluate_all("e => Math.max(...e.map(x => x.tabIndex))") == 0
    stops = list(walk(page))
    kinds = [stop["kind"] for stop in stops]
    assert list(dict.fromkeys(kinds)) == [
        "skip",
        "map",
        "control",
        "shape",
        "mark",
        "panel",
        "text",
    ]
    # a kind's stops follow each other
    assert sum(a != b for a, b in itertools.pairwise(kinds)) == 6
    tops = [stop["top"] for stop in stops if stop["kind"] == "text"]
    columns = len(page.locator(".columns summary").all())
    assert tops[:-columns] == sorted(tops[:-columns])
    assert all(stop["name"] for stop in stops)


def is_faint(page, found):
    """Tell whether fewer than 60 pixels change by 3:1 when the focus comes."""
    box, window = found["box"], page.viewport_size
    left, top = max(0.0, box["x"] - 8), max(0.0, box["y"] - 8)
    right = min(window["width"], box["x"] + box["width"] + 8)
    bottom = min(window["height"], box["y"] + box["height"] + 8)
    if right <= left or bottom <= top:
        return True
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    focused = take_picture(page, clip)
    page.evaluate("document.activeElement.blur()")
    return bool(np.sum(find_contrast(focused, take_picture(page, clip)) >= 3) < 60)


@pytest.mark.parametrize("size", [(1280, 900), (390, 800)], ids=["desk", "phone"])
def test_focus_is_seen_on_every_stop(open_page, whole_page, size):
    page = open_page(whole_page("every layer"), *size, reduced_motion="reduce").page
    covered, faint = [], []
    for found in walk(page):
        if found["kind"] not in ("map", "shape") and page.evaluate(IS_COVERED):
            covered.append((found["kind"], found["name"]))
        if found["kind"] != "skip" and is_faint(page, found):
            faint.append((found["kind"], found["name"]))
    assert (covered, faint) == ([], [])
