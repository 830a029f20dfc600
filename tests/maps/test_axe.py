"""axe-core, a checker of accessibility, finds nothing on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.maps.whole_pages import KINDS, LANGUAGES

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / ".venv" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2, A and AA (each version's rules have a tag of their own), and what axe thinks good.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Two things are left out of one rule. Marks that stand nearer than their size, as in WCAG 2.5.8:
# where a mark on a map lies is essential (how large each is has a test of its own). And what is 24
# pixels wide and high with nothing over it: axe reckons with shapes that the map's frame cuts off.
RUN = """async (tags) => {
    const isFree = (e) => {
        e.scrollIntoView({ block: "center" });
        const { left, top, right, bottom } = e.getBoundingClientRect();
        const [x, y] = [[left + 3, (left + right) / 2, right - 3], [top + 3, bottom - 3]];
        return right - left >= 24 && bottom - top >= 24 &&
            x.every((at) => y.every((to) => e.contains(document.elementFromPoint(at, to))));
    };
    const isLeftOut = (e) => e.matches(".civmap-mark") || isFree(e);
    const result = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return result.violations.flatMap((rule) => rule.nodes
        .filter((node) => rule.id !== "target-size" ||
            !isLeftOut(document.querySelector(node.target[0])))
        .map((node) => [rule.id, rule.help, String(node.target), node.failureSummary]));
}"""
OPEN_ALL = """() => {
    for (const panel of document.querySelectorAll("details")) panel.open = true;
    for (const box of document.querySelectorAll("input[type=checkbox]:not(:checked)")) box.click();
}"""


@pytest.fixture(scope="module")
def axe():
    if not AXE.is_file():
        pytest.fail("no axe-core in .venv/npm; `make .venv/browser` puts it there")
    return AXE.read_text(encoding="utf-8")


def open_with_axe(open_page, path, axe, width):
    # the page's policy lets no foreign script in, so the browser is told to pass over it
    page = open_page(path, width, 900, bypass_csp=True).page
    page.evaluate(axe)
    return page


# English on a desk and Arabic on a phone with the other tests, all by `make test-long`.
USUAL = {("en", 1280), ("ar", 390)}
PAGES = [
    pytest.param(
        kind,
        lang,
        width,
        id=f"{kind}-{lang}-{width}",
        marks=[] if (lang, width) in USUAL else [pytest.mark.long],
    )
    for kind in KINDS
    for lang in LANGUAGES
    for width in (1280, 390)
]


@pytest.mark.parametrize(("kind", "lang", "width"), PAGES)
def test_axe_finds_nothing(open_page, whole_page, axe, kind, lang, width):
    page = open_with_axe(open_page, whole_page(kind, lang), axe, width)
    assert page.evaluate(RUN, TAGS) == []
    page.evaluate(OPEN_ALL)
    if page.locator(".civmap-mark").count():
        page.locator(".civmap-mark").last.focus()
        page.keyboard.press("Enter")
        page.locator(".civmap-popup").wait_for()
        page.wait_for_timeout(300)  # until it has faded in
    assert page.evaluate(RUN, TAGS) == []


def test_marks_are_large_enough_for_a_finger(open_page, whole_page):
    page = open_page(whole_page("every layer")).page
    page.evaluate(OPEN_ALL)
    sizes = page.locator(".civmap-mark").evaluate_all(
        "marks => marks.map((m) => [m.offsetWidth, m.offsetHeight])"
    )
    assert len(sizes) >= 6  # 3 events, 1 mentioned, 2 facilities, changes
    assert min(min(size) for size in sizes) >= 24


HARMS = {
    "color-contrast": "document.querySelector('.layer span').style.color = '#aaa'",
    "html-has-lang": "document.documentElement.removeAttribute('lang')",
    "aria-command-name": """() => {
        const mark = document.querySelector('.civmap-mark');
        mark.removeAttribute('aria-label');
        mark.title = '';
    }""",
    "target-size": """() => {
        for (const button of document.querySelectorAll('.civmap-views button'))
            button.style = 'padding: 0; height: 9px; overflow: hidden';
    }""",
    "page-has-heading-one": "document.querySelector('h1').remove()",
}


@pytest.mark.parametrize(("rule", "harm"), HARMS.items(), ids=HARMS)
def test_axe_sees_a_fault(open_page, page_path, axe, rule, harm):
    page = open_with_axe(open_page, page_path, axe, 1280)
    page.evaluate(harm)
    assert rule in {found[0] for found in page.evaluate(RUN, TAGS)}
