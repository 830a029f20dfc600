"""Every text stands out from what is really behind it, at 4.5:1, large text at 3:1 (WCAG 1.4.3).

The page is taken with and without its letters. Where the first has the text's colour and the second
another there is a letter; what the second shows there and one pixel round it, halo and all, is the
letter's ground.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.maps.pictures import read_picture
from tests.maps.test_axe import OPEN_ALL
from tests.maps.vision import find_contrast
from tests.maps.whole_pages import KINDS, LANGUAGES

pytestmark = pytest.mark.browser

NO_LETTERS = "* { color: transparent !important } svg text { fill: transparent !important }"
# Each text that is seen: its colour, the ratio that it needs, and its boxes on the page.
TEXTS = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const frame = document.querySelector(".folium-map").getBoundingClientRect();
    const covers = [...document.querySelectorAll(".leaflet-control, .credits, .leaflet-popup")]
        .map((e) => e.getBoundingClientRect());
    const isOver = (a, b) =>
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const isIn = (a, b) =>
        a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
    while (walker.nextNode()) {
        const e = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (!text || e.closest("script, style, noscript, title, desc, .unseen, .skip")) continue;
        if (!e.checkVisibility({ visibilityProperty: true })) continue;
        const style = getComputedStyle(e);
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const label = e.closest(".civmap-label");
        const panel = e.closest(".scroll, .panel, .leaflet-popup-content")?.getBoundingClientRect();
        const boxes = [...range.getClientRects()].filter((b) => b.width > 2 && b.height > 2)
            .filter((b) => !label || (isIn(b, frame) && !covers.some((c) => isOver(b, c))))
            .filter((b) => !panel || isIn(b, panel));
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const ink = e instanceof SVGElement ? style.fill : style.color;
        const colour = ink.match(/[\\d.]+/g).map(Number);
        const [x, y] = [scrollX, scrollY];
        found.push({
            text: text.slice(0, 40),
            kind: label ? "label" : "text",
            colour: colour.slice(0, 3),
            opacity: colour[3] ?? 1,
            needs: isLarge ? 3 : 4.5,
            boxes: boxes.map((b) => [b.left + x, b.top + y, b.right + x, b.bottom + y]),
        });
    }
    return found.filter((text) => text.boxes.length);
}"""


def spread_mask(mask):
    """Return a mask and all pixels beside it."""
    padded = np.pad(mask, 1)
    rows, cols = mask.shape
    shifts = [padded[y : y + rows, x : x + cols] for y in range(3) for x in range(3)]
    return np.any(shifts, axis=0)


def find_ground(written, bare, colour):
    """Return the pixels under letters and beside them: what took their colour is a letter."""
    is_inked = np.abs(written - colour).max(axis=2) < 64
    has_changed = np.abs(written - bare).max(axis=2) > 48
    return bare[spread_mask(is_inked & has_changed)]


def measure_texts(page):
    """Return each text with the contrast that nineteen in twenty of its pixels reach."""
    page.evaluate("document.fonts.ready.then(() => undefined)")
    page.wait_for_timeout(200)  # labels have found their places
    texts = page.evaluate(TEXTS)
    written = read_picture(page.screenshot(full_page=True)).astype(int)
    page.add_style_tag(content=NO_LETTERS)
    bare = read_picture(page.screenshot(full_page=True)).astype(int)
    assert written.shape == bare.shape
    measured = []
    for text in texts:
        assert text["opacity"] == 1, text
        grounds = []
        for left, top, right, bottom in text["boxes"]:
            rows = slice(max(0, int(top) - 1), int(bottom) + 2)
            cols = slice(max(0, int(left) - 1), int(right) + 2)
            grounds.append(find_ground(written[rows, cols], bare[rows, cols], text["colour"]))
        ground = np.concatenate(grounds)
        ratio = np.percentile(find_contrast(ground, text["colour"]), 5) if len(ground) else 1.0
        measured.append((text["kind"], text["text"], text["needs"], round(float(ratio), 2)))
    return measured


def find_low(measured):
    """Return the texts that miss what they need."""
    return [text for text in measured if text[3] < text[2]]


@pytest.mark.parametrize("size", [(1280, 2400), (390, 900)], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("kind", "lang"),
    [(kind, "en") for kind in KINDS]
    + [("every layer", lang) for lang in LANGUAGES if lang != "en"],
)
def test_every_text_stands_out_from_what_is_behind_it(open_page, whole_page, kind, lang, size):
    page = open_page(whole_page(kind, lang), *size, bypass_csp=True, reduced_motion="reduce").page
    page.evaluate(OPEN_ALL)
    measured = measure_texts(page)
    assert len(measured) > 30
    assert find_low(measured) == []


def test_popup_stands_out_too(open_page, whole_page):
    page = open_page(
        whole_page("every layer"), 1280, 1000, bypass_csp=True, reduced_motion="reduce"
    ).page
    page.locator(".civmap-mark").last.focus()
    page.keyboard.press("Enter")
    page.locator(".civmap-popup").wait_for()
    measured = measure_texts(page)
    assert any("offensive on Rafah" in text for _kind, text, _needs, _ratio in measured)
    assert find_low(measured) == []


@pytest.mark.parametrize("fill", ["density-static", "density-dated", "disagreement-b"])
@pytest.mark.parametrize("view", ["Zone of concern", "All events"])
def test_labels_stand_out_from_the_fills(open_page, whole_page, fill, view):
    page = open_page(
        whole_page("every layer"), 1280, 1000, bypass_csp=True, reduced_motion="reduce"
    ).page
    page.locator(f'input[data-layer="{fill}"]').check()
    page.get_by_role("button", name=view).click()
    page.wait_for_timeout(300)
    measured = [text for text in measure_texts(page) if text[0] == "label"]
    assert measured
    assert find_low(measured) == []


def test_measure_sees_a_pale_text_and_a_label_without_halo(open_page, whole_page):
    page = open_page(
        whole_page("example"), 1280, 1000, bypass_csp=True, reduced_motion="reduce"
    ).page
    page.evaluate("document.querySelector('.reading').style.color = '#888'")
    page.add_style_tag(content=".civmap-label { text-shadow: none !important }")
    low = find_low(measure_texts(page))
    assert {kind for kind, *_ in low} == {"text", "label"}
    assert [ratio for kind, _text, _needs, ratio in low if kind == "text"] == [
        pytest.approx(3.54, abs=0.02)
    ]
