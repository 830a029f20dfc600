"""The page in a real browser, with no network."""

from __future__ import annotations

import pytest

from maps import RiskMap
from tests.pace import time_beside_peer

pytestmark = pytest.mark.browser


def count_marks(page):
    return page.locator(".civmap-mark").count()


def test_page_asks_for_nothing_and_logs_nothing(open_page, page_path):
    opened = open_page(page_path)
    opened.page.wait_for_timeout(300)
    assert opened.requests == []
    assert opened.errors == []


@pytest.mark.alone
def test_map_is_there_within_a_second(open_page, page_path):
    def load():
        page = open_page(page_path).page
        assert page.locator(".leaflet-land-pane path, [class*=land-pane] path").count() >= 2
        loaded = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        return page.evaluate(loaded) / 1000

    seconds = time_beside_peer(load, bound=1.0, attempts=5)
    assert min(seconds) <= 1.0, seconds


def test_policy_stops_a_request_and_a_foreign_script(open_page, page_path):
    opened = open_page(page_path)
    outcome = opened.page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            document.body.append(script);
            let fetched = "yes";
            try { await fetch("https://example.org/"); } catch { fetched = "no"; }
            return [typeof window.ran, fetched];
        }"""
    )
    assert outcome == ["undefined", "no"]
    assert opened.requests == []


def test_layers_are_switched(open_page, page_path):
    page = open_page(page_path).page
    assert count_marks(page) == 3  # Paris, Cairo, Rafah; a region is never a pin
    page.get_by_label("Events", exact=True).uncheck()
    assert count_marks(page) == 0
    assert page.locator('[data-key="events"]').is_hidden()
    page.get_by_label("Events", exact=True).check()
    assert count_marks(page) == 3
    page.get_by_label("Facilities").check()
    assert count_marks(page) == 5


def test_density_fills_exclude_each_other(open_page, page_path):
    page = open_page(page_path).page
    images = page.locator("img.civmap-cells")
    dated = images.first.get_attribute("src")
    assert images.count() == 1
    page.get_by_label("Population density, static").check()
    assert images.count() == 1
    assert images.first.get_attribute("src") != dated
    page.get_by_label("No density").check()
    assert images.count() == 0


def test_map_opens_on_the_zones_and_shows_all_events_on_request(open_page, page_path):
    page = open_page(page_path).page
    box = page.locator(".folium-map").bounding_box()

    def sees(title):
        mark = page.locator(f'.civmap-mark[title="{title}"]').bounding_box()
        return (
            box["x"] <= mark["x"] <= box["x"] + box["width"]
            and box["y"] <= mark["y"] <= box["y"] + box["height"]
        )

    assert sees("Rafah, PS")
    assert not sees("Paris, FR")
    page.get_by_role("button", name="All events").click()
    page.wait_for_timeout(600)
    assert sees("Paris, FR")
    assert sees("Cairo, EG")
    page.get_by_role("button", name="Zone of concern", exact=True).click()
    page.wait_for_timeout(600)
    assert not sees("Paris, FR")


def test_popups_show_the_figures(open_page, page_path):
    page = open_page(page_path).page
    page.locator('path[aria-label="Rafah"]').last.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".civmap-popup tr").evaluate_all("rows => rows.map(r => r.innerText)")
    assert "Static\t275,267" in rows
    assert "Best\t1,400,000" in rows
    page.keyboard.press("Escape")
    page.locator(".civmap-popup").wait_for(state="detached")


def test_everything_is_reached_by_keyboard(open_page, page_path):
    page = open_page(page_path).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    names = set()
    for _step in range(80):
        page.keyboard.press("Tab")
        names.add(
            page.evaluate(
                "(e => e.getAttribute('aria-label') || e.dataset.layer || e.title || e.textContent)"
                "(document.activeElement)"
            )
        )
    assert {"Zoom in", "Zoom out", "All events", "Whole world"} <= names
    assert {"Rafah, PS", "Khan Younis · خان يونس", "events", "units", "density-dated"} <= names
    assert "People living in each zone on 24 February 2024" in names


@pytest.mark.parametrize(
    "selector",
    [
        "summary",
        "input[data-layer]",
        ".civmap-mark",
        ".civmap-views button",
        ".scroll",
        "path[tabindex]",
    ],
)
def test_focus_is_seen(open_page, page_path, selector):
    page = open_page(page_path).page
    page.keyboard.press("Tab")  # from here on the browser shows the keyboard's focus
    look = """e => {
        const read = () => {
            const style = getComputedStyle(e);
            return style.outline + style.stroke + style.strokeWidth;
        };
        const before = read();
        e.focus();
        return [before, read()];
    }"""
    before, after = page.locator(selector).last.evaluate(look)
    assert before != after


@pytest.mark.parametrize("width", [360, 414, 768, 1280, 2560])
def test_page_fits_its_window(open_page, page_path, width):
    page = open_page(page_path, width, 740 if width < 700 else 1000).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".folium-map").bounding_box()
    assert box["width"] >= min(width, 340)
    assert box["height"] >= 300


def test_panels_are_folded_on_a_phone_and_open_on_a_desk(open_page, page_path):
    folded = "[...document.querySelectorAll('details')].filter(d => d.open).length"
    assert open_page(page_path, 360, 740).page.evaluate(folded) == 0
    assert open_page(page_path).page.evaluate(folded) >= 6


MAP_STATE = """() => {
    const map = Object.values(window).find((v) => v instanceof L.Map);
    const open = [...document.querySelectorAll("details")].map((d) => Number(d.open));
    const { width, height } = document.querySelector(".sheet").getBoundingClientRect();
    const { lat, lng } = map.getCenter();
    return [lat, lng, map.getZoom(), width, height, ...open];
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 740)], ids=["desk", "phone"])
def test_print_fits_the_map_on_the_first_page_and_gives_the_screen_back(
    open_page, page_path, width, height
):
    page = open_page(page_path, width, height).page
    page.emulate_media(media="print")
    before = page.evaluate(MAP_STATE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    sheet = page.locator(".sheet").bounding_box()
    ring = page.locator('path[aria-label="Rafah, within 10 km"]').bounding_box()
    millimetre = 96 / 25.4
    assert sheet["width"] == pytest.approx(277 * millimetre, abs=1)
    assert 90 * millimetre < sheet["height"]
    assert sheet["y"] + sheet["height"] < 190 * millimetre
    assert sheet["y"] <= ring["y"]
    assert ring["y"] + ring["height"] <= sheet["y"] + sheet["height"]
    assert ring["height"] > 0.7 * sheet["height"]
    assert page.locator("details:not([open])").count() == 0
    for control in (".civmap-views", ".leaflet-control-zoom", ".skip"):
        assert page.locator(control).is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(MAP_STATE) == pytest.approx(before, abs=3e-4)  # of a degree: a pixel


def test_print_shows_what_the_reader_moved_to(open_page, page_path):
    page = open_page(page_path).page
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_timeout(600)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    sheet = page.locator(".sheet").bounding_box()
    ring = page.locator('path[aria-label="Rafah, within 10 km"]').bounding_box()
    assert ring["height"] < 0.6 * sheet["height"]


def test_printed_document_has_few_pages(open_page, page_path):
    page = open_page(page_path).page
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert 2 <= pages <= 5


def test_map_keeps_still_for_who_wants_it(open_page, page_path):
    page = open_page(page_path, reduced_motion="reduce").page
    assert page.evaluate("L.Map.prototype.options.zoomAnimation") is False


def test_text_has_enough_contrast(open_page, page_path):
    page = open_page(page_path).page
    low = page.evaluate(CONTRAST)
    assert low == []


def test_raster_corners_lie_in_place_on_the_screen(open_page, page_path):
    page = open_page(page_path).page
    off = page.evaluate(
        """() => {
            const map = Object.values(window).find((v) => v instanceof L.Map);
            const image = document.querySelector("img.civmap-cells").getBoundingClientRect();
            const frame = map.getContainer().getBoundingClientRect();
            const corner = map.latLngToContainerPoint([31.65, 34.15]);
            const other = map.latLngToContainerPoint([31.65 - 20 * 0.0225, 34.15 + 20 * 0.0225]);
            return [image.left - frame.left - corner.x, image.top - frame.top - corner.y,
                    image.right - frame.left - other.x, image.bottom - frame.top - other.y];
        }"""
    )
    assert all(abs(pixels) <= 2 for pixels in off)


@pytest.mark.parametrize(
    "place",
    [(-175.2, -21.13), (15.6, 78.2), (-69.9, -55.0)],
    ids=["Tonga", "Svalbard", "Tierra del Fuego"],
)
def test_far_away_zone_makes_a_map(open_page, make_run, tmp_path, place):
    path = tmp_path / "map.html"
    run = make_run(
        rafah=place, units={}, events={"e3": ("attack", "threatened", "threatened", "rafah", "x")}
    )
    RiskMap(run).save(path)
    opened = open_page(path)
    assert opened.errors == []
    box = opened.page.locator('.civmap-mark[title="Rafah, PS"]').bounding_box()
    assert 0 < box["x"] < 940
    assert 100 < box["y"] < 800


@pytest.mark.parametrize(
    "options", [{"has_zones": False}, {"has_zones": False, "events": {}, "units": {}}]
)
def test_run_without_zones_makes_a_map(open_page, make_run, tmp_path, options):
    path = tmp_path / "map.html"
    RiskMap(make_run(**options)).save(path)
    opened = open_page(path)
    assert opened.errors == []
    assert opened.page.get_by_role("button", name="Whole world").is_visible()


def test_notebook_frame_works_without_network(open_page, page_path, run_path, tmp_path):
    path = tmp_path / "cell.html"
    path.write_text(f"<!DOCTYPE html>{RiskMap(run_path)._repr_html_()}", encoding="utf-8")
    opened = open_page(page_path)
    opened.requests.clear()
    opened.page.set_content(path.read_text(encoding="utf-8"))
    frame = opened.page.frame_locator("iframe")
    frame.locator(".civmap-mark").first.wait_for()
    assert opened.errors == []
    assert opened.requests == []


# WCAG 2.1 contrast of every text on the page's own grounds; the map's labels have a white halo.
CONTRAST = """() => {
    const parse = (c) => c.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => {
        const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
    };
    const ground = (e) => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] > 0.8) return c;
        }
        return [255, 255, 255];
    };
    const low = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const e = walker.currentNode.parentElement;
        if (!walker.currentNode.textContent.trim() || !e.checkVisibility()) continue;
        if (e.closest("script, style, noscript, .leaflet-pane")) continue;
        const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) low.push([e.textContent.slice(0, 40), contrast]);
    }
    return low;
}"""
