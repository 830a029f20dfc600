"""The page says to whom it may go."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from geo.errors import UsageError
from maps.distribution import INTERNAL, PUBLIC, name_profile
from maps.document import render_document
from maps.escape import escape_css
from maps.run import read_run
from maps.wording import Wording

LINE = "Internal - not for distribution"
# the browser's own reading of the rule for paper
PAPER = """[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSPageRule).map((rule) => rule.cssText).join(" ")"""


def find_lines(page):
    return [html.unescape(text) for text in re.findall(r'<p class="profile[^>]*>(.*?)</p>', page)]


def test_page_of_a_run_is_internal_in_its_head_and_foot(page_html):
    assert find_lines(page_html) == [LINE, LINE]


def test_public_page_says_so_and_nothing_else_changes(run_path):
    run = read_run(run_path)
    public = replace(run, facts=run.facts | {"profile": PUBLIC})
    page = render_document(public, Wording())
    assert find_lines(page) == ["Public", "Public"]
    assert "not for distribution" not in page
    assert "not for distribution" in render_document(run, Wording())


def test_unknown_profile_is_refused():
    with pytest.raises(UsageError, match="profile 'secret': expected internal or public"):
        name_profile("secret", Wording())
    assert name_profile(INTERNAL, Wording()) == LINE


@pytest.mark.browser
def test_line_is_seen_on_the_screen_and_on_paper(open_page, page_path):
    page = open_page(page_path, 390, 800).page
    line = page.locator(".masthead .profile")
    assert line.is_visible()
    assert line.bounding_box()["y"] < 200
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert line.is_visible()
    assert page.locator("footer .profile").is_visible()
    assert LINE in page.evaluate(PAPER)  # in the margin of each page


@pytest.mark.browser
@pytest.mark.parametrize(
    "text", ['a"; } * { display: none', "داخلي \\ ؛ '", "</style><b>", "7f\n8"]
)
def test_text_reads_the_same_in_a_style_sheet(open_page, page_path, text):
    escaped = str(escape_css(text))
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{6})*", escaped)
    page = open_page(page_path, bypass_csp=True).page
    page.add_style_tag(content=f'h1::after {{ content: "{escaped}"; }}')
    shown = page.evaluate("getComputedStyle(document.querySelector('h1'), '::after').content")
    assert shown.replace('\\"', '"').replace("\\\\", "\\") == '"' + text.replace("\n", " ") + '"'
