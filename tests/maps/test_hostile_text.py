"""Text of strangers in every field: nothing runs, no map fails, the text is shown as written."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from maps import RiskMap
from maps.escape import clean_text

PAYLOADS = {
    "jinja expression": "{{7*7}}",
    "jinja attribute": "{{ ''.__class__.__mro__ }}",
    "jinja call": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "jinja statement": "{% for i in range(9) %}x{% endfor %}",
    "jinja raw": "{% raw %}",
    "jinja comment": "{# note",
    "jinja stray": "{% {{ }} %} #}",
    "jinja line": "# for x in y\n## comment",
    "template literal": "${window.ran=1}",
    "template literal call": "${alert(1)}",
    "backtick": "a ` b ` c",
    "path": "C:\\2019\\users\\u0041",
    "backslash at end": "ends with \\",
    "end of script": "</script><script>window.ran=1</script>",
    "end of script, odd": "</ScRiPt ><svg/onload=window.ran=1>",
    "script comment": "<!--<script>",
    "comment end": "--> ]]>",
    "image": "<img src=x onerror=window.ran=1>",
    "svg": "<svg onload=window.ran=1>",
    "frame": "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "style": "</style><style>*{display:none}</style>",
    "attribute": '" onfocus=window.ran=1 autofocus x="',
    "attribute, single": "' onmouseover='window.ran=1",
    "end of title": "</title></textarea></noscript><img src=x onerror=window.ran=1>",
    "address": "javascript:window.ran=1",
    "import": "@import url(https://example.org/x.css);",
    "entities": "&lt;b&gt; &amp; &#60;script&#62; &nbsp;",
    "quotes": 'He said: "it\'s" \u201cover\u201d',
    "statement": "');window.ran=1;//",
    "statement, double": '");window.ran=1;//',
    "json": '"},"ran":{"x":"',
    "prototype": "__proto__",
    "bidi override": "safe\u202egnp.exe\u2066x\u2069",
    "marks": "\u200f\u200eRTL\u061c",
    "zero width": "R\u200ba\ufefff\u00adah",
    "separators": "a\u2028b\u2029c",
    "controls": "nul\x01\x1b[31mred\x7f",
    "zwnj": "بی\u200cگل",
    "arabic": "رفح: ٣٬٤ مليون نسمة",
    "emoji": "👩\u200d⚕\ufe0f 🏥 🇵🇸",
    "combining": "Z\u0351\u036b\u0343a\u030al\u0327go",
    "decomposed": "Rafah\u0323, Khan Yu\u0304nis",
    "long": "x" * 3000,
    "percent": "100% %s %(name)s {0} {name}",
    "dollar": "$& $1 $$ \\1 \\g<0>",
}
CASES = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)


class TextReader(HTMLParser):
    """The text of each element of some kinds, and the data blocks."""

    def __init__(self, page):
        super().__init__()
        self.found = {"h1": [], "title": [], "th": [], "td": [], "li": [], "block": []}
        self.tags, self._open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        kind = "block" if ("type", "application/json") in attrs else tag
        if kind in self.found:
            self._open.append(kind)
            self.found[kind].append("")

    def handle_endtag(self, tag):
        if self._open and tag in (self._open[-1], "script"):
            self._open.pop()

    def handle_data(self, data):
        if self._open:
            self.found[self._open[-1]][-1] += data


def find_texts(value):
    if isinstance(value, dict):
        return [text for item in value.values() for text in find_texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in find_texts(item)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(scope="module")
def hostile_page(make_run):
    pages = {}

    def render(payload):
        if payload not in pages:
            moves = (("Rafah", ("Al-Mawasi", "Khan Younis"), 0.5),)
            path = make_run(mark=lambda _text: payload, compared=True, moves=moves)
            pages[payload] = RiskMap(path).to_html()
        return pages[payload]

    return render


@pytest.fixture(scope="module")
def plain(hostile_page):
    return TextReader(hostile_page("plain words"))


@CASES
def test_text_stands_on_the_page_as_written(hostile_page, payload):
    shown = TextReader(hostile_page(payload)).found
    expected = clean_text(payload)
    assert shown["h1"] == [expected]
    assert shown["title"][0].startswith(expected)
    assert shown["th"].count(expected) >= 7  # zones, units
    assert shown["td"].count(expected) >= 4  # evidence, names of units
    blocks = {text for block in shown["block"] for text in find_texts(json.loads(block))}
    assert expected in blocks


@CASES
def test_text_adds_no_element_and_no_script(hostile_page, payload, plain):
    page = hostile_page(payload)
    assert TextReader(page).tags == plain.tags
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff\x00-\x08]", page)


@pytest.mark.browser
@CASES
def test_nothing_runs_in_the_browser(hostile_page, payload, open_page, tmp_path):
    path = tmp_path / "map.html"
    path.write_text(hostile_page(payload), encoding="utf-8")
    opened = open_page(path)
    page = opened.page
    expected = clean_text(payload)
    assert page.evaluate("document.querySelector('h1').textContent") == expected
    page.locator(".civmap-mark").first.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".civmap-popup")
    popup.wait_for()
    assert popup.locator("h3").evaluate("e => e.textContent") in (
        expected,
        f"{expected}, PS",
        f"{expected}, FR",
        f"{expected}, EG",
    )
    assert expected in popup.locator("p").evaluate_all("e => e.map(x => x.textContent)")
    labels = page.locator(".civmap-label").evaluate_all("e => e.map(x => x.textContent)")
    assert expected in labels
    assert page.evaluate("typeof window.ran") == "undefined"
    assert page.evaluate("document.querySelectorAll('iframe, link, object, [onerror]').length") == 0
    assert opened.errors == []
    assert opened.requests == []
