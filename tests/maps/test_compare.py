"""Static and dated density side by side, on either side of a divider."""

from __future__ import annotations

import re

import pytest

from maps.layers import draw_layers
from maps.run import read_run
from maps.wording import Wording

WORDS = Wording()
KEY = "density-compare"


def find(run):
    return next((drawing for drawing in draw_layers(run, WORDS) if drawing.key == KEY), None)


def test_offered_only_where_both_densities_are_there(run_path, make_run):
    assert find(read_run(run_path)) is not None
    assert find(read_run(make_run(units={}))) is None
    assert find(read_run(make_run(has_zones=False))) is None


def test_off_by_default_exclusive_and_with_the_classes_of_both(run_path):
    drawings = {drawing.key: drawing for drawing in draw_layers(read_run(run_path), WORDS)}
    drawing = drawings[KEY]
    assert drawing.exclusive
    assert not drawing.shown
    labels = {entry.label for entry in drawing.legend}
    for other in ("density-static", "density-dated"):
        assert {entry.label for entry in drawings[other].legend} <= labels


CLIPS = """() => {
    const frame = document.querySelector('.folium-map').getBoundingClientRect();
    return ['density-static', 'density-dated'].map((key) => {
        const map = Object.values(window).find((v) => v instanceof L.Map);
        const pane = map.getPane(key);
        const path = pane.style.clipPath;
        const xs = [...path.matchAll(/(-?[\\d.]+)px -?[\\d.]+px/g)].map((m) => Number(m[1]));
        const left = pane.getBoundingClientRect().left - frame.left;
        return xs.length ? [Math.min(...xs) + left, Math.max(...xs) + left] : null;
    });
}"""
# The fill that a screenshot shows where no other layer lies, left and right of the middle.
DIVIDER = re.compile("Divider: static on the left")


@pytest.fixture
def page(open_page, page_path):
    page = open_page(page_path).page
    page.get_by_label("Static and on the day, side by side").check()
    return page


@pytest.mark.browser
def test_each_side_shows_its_own_density(page):
    assert page.locator("img.civmap-cells").count() == 2
    width = page.locator(".folium-map").bounding_box()["width"]
    left, right = page.evaluate(CLIPS)
    assert left == pytest.approx([0, width / 2], abs=1)
    assert right == pytest.approx([width / 2, width], abs=1)
    assert page.locator(".civmap-divider .left").inner_text() == "static"
    assert page.locator(".civmap-divider .right").inner_text() == "24 February 2024"


@pytest.mark.browser
def test_pictures_are_cut_and_not_only_said_to_be(page, open_page, page_path):
    """What is seen left of the divider is the static map's, to the pixel."""

    def take(page, name):
        page.get_by_label(name).check()
        for layer in ("Events", "Distance from the place", "Towns"):
            if page.get_by_label(layer, exact=True).count():
                page.get_by_label(layer, exact=True).uncheck()
        page.wait_for_timeout(200)
        if page.locator(".civmap-divider").count():  # it is the map below it that is compared
            page.locator(".civmap-divider").evaluate("e => e.style.visibility = 'hidden'")
        frame = page.locator(".folium-map").bounding_box()
        parts = []
        for start in (0.25, 0.52):
            clip = {
                "x": frame["x"] + start * frame["width"],
                "y": frame["y"] + 120,
                "width": 0.23 * frame["width"],
                "height": frame["height"] - 260,
            }
            parts.append(page.screenshot(clip=clip))
        return parts

    both = take(page, "Static and on the day, side by side")
    other = open_page(page_path).page
    static = take(other, "Population density, static")
    dated = take(other, "Population density on 24 February 2024")
    assert static[0] != dated[0]
    assert static[1] != dated[1]
    assert both[0] == static[0]
    assert both[1] == dated[1]


@pytest.mark.browser
def test_arrow_keys_move_the_divider_and_not_the_map(page):
    before = page.evaluate(CLIPS)
    centre = "() => String(Object.values(window).find((v) => v instanceof L.Map).getCenter())"
    at = page.evaluate(centre)
    slider = page.get_by_label(DIVIDER)
    slider.focus()
    for _press in range(10):
        page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "40"
    left, right = page.evaluate(CLIPS)
    assert left[1] == right[0] < before[0][1] - 50
    assert page.evaluate(centre) == at


@pytest.mark.browser
@pytest.mark.parametrize("grip", [0.62, 0.9], ids=["handle", "line"])
def test_divider_is_dragged(page, grip):
    frame = page.locator(".folium-map").bounding_box()
    handle = page.get_by_label(DIVIDER).bounding_box()
    y = handle["y"] + handle["height"] / 2 if grip == 0.62 else frame["y"] + grip * frame["height"]
    page.mouse.move(frame["x"] + frame["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.75 * frame["width"], y, steps=5)
    page.mouse.up()
    left, right = page.evaluate(CLIPS)
    assert left[1] == right[0] == pytest.approx(0.75 * frame["width"], abs=12)


@pytest.mark.browser
def test_divider_stays_when_the_map_moves_and_goes_with_the_choice(page):
    before = page.evaluate(CLIPS)
    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert page.evaluate(CLIPS)[0] == pytest.approx(before[0], abs=1)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(600)
    assert page.evaluate(CLIPS)[1] == pytest.approx(before[1], abs=1)
    page.get_by_label("Population density, static").check()
    assert page.locator(".civmap-divider").count() == 0
    assert page.evaluate(CLIPS) == [None, None]
    assert page.locator("img.civmap-cells").count() == 1
    page.get_by_label("No density").check()
    assert page.locator("img.civmap-cells").count() == 0


@pytest.mark.browser
def test_divider_works_on_a_phone(open_page, page_path):
    opened = open_page(page_path, 390, 740)
    page = opened.page
    page.locator(".panel > summary").click()
    page.get_by_label("Static and on the day, side by side").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    left, right = page.evaluate(CLIPS)
    assert left[1] == right[0] == pytest.approx(195, abs=1)
    assert opened.errors == []
