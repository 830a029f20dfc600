"""Text of strangers in every field: nothing runs, no map fails, the text is shown as written."""

from __future__ import annotations

import csv
import html
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import duckdb
import pytest

from geo.run import Assessment
from maps import RiskMap
from maps.escape import clean_text
from maps.publish.report import build_report, dump_report
from maps.publish.table import write_table
from tests.maps.conftest import RunWriter

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
    "jinja filter": "{{ 'x'|attr('__class__') }}",
    "jinja import": "{% import 'os' as os %}{{ os }}",
    "other templates": "<%= 7*7 %> {{{7*7}}} #{7*7} {x}{y}{z}",
    "framework": "{{constructor.constructor('window.ran=1')()}}",
    "svg script": "<svg><script>window.ran=1</script></svg>",
    "svg animation": "<svg><animate onbegin=window.ran=1 attributeName=x dur=1s>",
    "svg use": "<svg><use href='data:image/svg+xml,<svg onload=window.ran=1/>#x'/></svg>",
    "math": "<math><mtext><mglyph><style><img src=x onerror=window.ran=1>",
    "details": "<details open ontoggle=window.ran=1>",
    "body": "<body onload=window.ran=1>",
    "video": "<video><source onerror=window.ran=1>",
    "object": "<object data='javascript:window.ran=1'></object>",
    "form": "<form action='javascript:window.ran=1'><button autofocus>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "base": "<base href='https://example.org/'>",
    "link": "<link rel=stylesheet href='https://example.org/x.css'>",
    "anchor": "<a href='javascript:window.ran=1' autofocus onfocus=window.ran=1>x</a>",
    "markdown": "[x](javascript:window.ran=1) ![y](https://example.org/y.png)",
    "css expression": "x:expression(window.ran=1); background:url(javascript:window.ran=1)",
    "css rule": "} * { display: none } @page {",
    "css escape": "\\3c img src=x onerror=window.ran=1\\3e",
    "script escape": "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "address escape": "%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "entities twice": "&amp;lt;script&amp;gt;window.ran=1&amp;lt;/script&amp;gt;",
    "nul in a tag": "<scr\x00ipt>window.ran=1</script>",
    "wide signs": "\uff1cscript\uff1ewindow.ran=1\uff1c/script\uff1e",
    "long s": "<\u017fcript>window.ran=1</\u017fcript>",
    "entity of a file": "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "cdata": "<![CDATA[<script>window.ran=1</script>]]>",
    "sql": "'; DROP TABLE zones; --",
    "formula": "=cmd|' /C calc'!A0",
    "formula, link": '=HYPERLINK("https://example.org/?"&A1,"x")',
    "formula, plus": "+1+1",
    "formula, at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula, wide": "\uff1dcmd|' /C calc'!A0",
}
CASES = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
# Each opens a page and all of its popups: an eighth with the other tests, all by `make test-long`.
BROWSER_CASES = pytest.mark.parametrize(
    "payload",
    [
        pytest.param(payload, id=name, marks=[] if at % 8 == 0 else [pytest.mark.long])
        for at, (name, payload) in enumerate(PAYLOADS.items())
    ],
)


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


# Text columns that keep what they hold: what joins tables, and what chooses how a row is drawn.
KEPT = re.compile(
    r"(grid|zone|place|event|source|mention|figure|facility)_id|run\..*|.*\.crs|grids\.(role|modelled)|"
    r".*\.pcodes?|(places|zones|figures)\.kind|(events|mentions)\.role|mentions\.(class|kind)|"
    r"people_groups\.grp|needs\.need|exposure\.parts"
)
MOVES = (("Rafah", ("Al-Mawasi", "Khan Younis"), 0.5),)
DAYS = ("2024-01-15", "2024-02-01", "2024-02-24")


@dataclass
class HostileRun(RunWriter):
    """A run in which a stranger has written every text that anyone can write."""

    def make_tables(self):
        tables = super().make_tables()
        people = {"low": 1.0e6, "best": 1.2e6, "high": 1.4e6, "static": 275_267.0}
        tables["series"] = [{"zone_id": "z1", "as_of": day, **people} for day in DAYS]
        tables["figures"] = [
            {
                "figure_id": f"f-{day}",
                "pcodes": ["PS0275"],
                "date": day,
                "kind": "present",
                "best": 1.2e6,
                "agency": "x",
                "note": "x",
                "operation": "x",
                "verified": day != DAYS[0],
                "used": True,
                "reason": "x",
            }
            for day in DAYS
        ]
        return tables

    def write(self, path):
        """Write the run, then put the text into each column that `KEPT` leaves."""
        super().write(path)
        text = self.mark("")
        with duckdb.connect(str(path)) as con:
            for table, column, kind in con.execute(TEXT_COLUMNS).fetchall():
                if not KEPT.fullmatch(f"{table}.{column}") and not KEPT.fullmatch(column):
                    value = json.dumps([{"name": text}]) if kind == "JSON" else text
                    con.execute(f'UPDATE "{table}" SET "{column}" = ?', [value])  # noqa: S608
        return path


TEXT_COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE data_type IN ('VARCHAR', 'JSON') ORDER BY ALL
"""


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory):
    paths = {}

    def write(payload):
        if payload not in paths:
            folder = tmp_path_factory.mktemp("hostile")
            run = HostileRun(mark=lambda _text: payload, compared=True, moves=MOVES)
            paths[payload] = run.write(folder / "run.duckdb")
        return paths[payload]

    return write


@pytest.fixture(scope="module")
def hostile_page(hostile_run):
    pages = {}

    def render(payload):
        if payload not in pages:
            pages[payload] = RiskMap(hostile_run(payload)).to_html()
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


@BROWSER_CASES
def test_notebook_holds_the_same_page_and_nothing_more(hostile_run, hostile_page, payload):
    frame = RiskMap(hostile_run(payload))._repr_html_()
    found = re.fullmatch(
        r'<iframe srcdoc="([^"<>]*)" sandbox="allow-scripts" width="100%" height="\d+" '
        r'frameborder="0" title="civmap"></iframe>',
        frame,
    )
    assert html.unescape(found[1]) == hostile_page(payload)


@CASES
def test_report_and_table_hold_the_text_as_written(hostile_run, payload, tmp_path):
    run = Assessment(hostile_run(payload))
    with run.connect() as con:
        report = json.loads(dump_report(build_report(con)))
    for part in ("events", "places", "zones", "sources", "figures"):
        assert payload in find_texts(report[part]), part
    write_table(run, tmp_path / "exposure.csv")
    with (tmp_path / "exposure.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert {payload, f"'{payload}"} & set(cells)
    assert not [cell for cell in cells if cell.startswith(FORMULA)]


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def test_every_text_column_is_one_of_a_stranger_or_has_a_reason(hostile_run):
    """The text stands in each column that the page could show; it grows with the schema."""
    with duckdb.connect(str(hostile_run("plain words")), read_only=True) as con:
        found = {
            f"{table}.{column}"
            for table, column, _kind in con.execute(TEXT_COLUMNS).fetchall()
            if ("plain words",) in con.table(table).select(f'"{column}"::VARCHAR').fetchall()
        }
    assert {
        "admin_units.name",
        "admin_units.name_ar",
        "cautions.text",
        "events.event_type",
        "events.evidence",
        "exposure_admin.name",
        "facilities.kind",
        "facilities.name",
        "figures.agency",
        "figures.note",
        "grids.label",
        "needs.standard",
        "people_groups.share_date",
        "places.country",
        "places.name",
        "sources.attribution",
        "sources.licence",
        "sources.name",
        "sources.url",
        "zones.label",
    } <= found


@pytest.mark.browser
@BROWSER_CASES
def test_nothing_runs_in_the_browser(hostile_page, payload, open_page, tmp_path):
    path = tmp_path / "map.html"
    path.write_text(hostile_page(payload), encoding="utf-8")
    opened = open_page(path)
    page = opened.page
    expected = clean_text(payload)
    assert page.evaluate("document.querySelector('h1').textContent") == expected
    page.evaluate(SWITCH_ALL_ON)
    popups = page.evaluate(OPEN_EACH)
    assert len(popups) >= 20  # units, zones, gaps, events, facilities, a mention, changes
    assert sum(popup["title"].startswith(expected) for popup in popups) >= 16
    for popup in popups:
        assert popup["name"] == popup["title"]
        assert set(popup["tags"]) <= {"H3", "TABLE", "TBODY", "TR", "TH", "TD", "P", "BDI"}
    assert sum(expected in popup["notes"] for popup in popups) >= 3
    assert sum(expected in popup["cells"] for popup in popups) >= 3
    labels = page.locator(".civmap-label").evaluate_all("e => e.map(x => x.textContent)")
    assert expected in labels
    listed = page.locator(".panel [dir=auto]").evaluate_all("e => e.map(x => x.textContent)")
    assert sum(expected in text for text in listed) >= 4  # zones, notes, a source's title
    page.evaluate(STIR)
    assert page.evaluate("typeof window.ran") == "undefined"
    assert page.evaluate("document.querySelectorAll('iframe, link, object, [onerror]').length") == 0
    assert page.url == path.as_uri()
    assert opened.errors == []
    assert opened.requests == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "name", ["end of script", "end of script, odd", "attribute", "jinja expression", "emoji"]
)
def test_nothing_runs_in_a_notebook(hostile_run, open_page, page_path, name):
    opened = open_page(page_path)
    opened.page.goto("about:blank")
    opened.requests.clear()
    opened.page.set_content(RiskMap(hostile_run(PAYLOADS[name]))._repr_html_())
    frame = opened.page.frame_locator("iframe")
    frame.locator(".civmap-mark").first.wait_for(state="attached")
    assert frame.locator("h1").evaluate("e => e.textContent") == clean_text(PAYLOADS[name])
    assert frame.locator("body").evaluate("() => typeof window.ran") == "undefined"
    assert opened.page.evaluate("typeof window.ran") == "undefined"
    assert opened.errors == []
    assert opened.requests == []


SWITCH_ALL_ON = """() => {
    for (const panel of document.querySelectorAll("details")) panel.open = true;
    for (const box of document.querySelectorAll("input[type=checkbox]:not(:checked)")) box.click();
}"""
# Open the popup of everything that has one, and say what it shows.
OPEN_EACH = """() => {
    const map = Object.values(window).find((v) => v instanceof L.Map);
    const found = [];
    map.eachLayer((layer) => {
        if (!layer.getPopup || !layer.getPopup() || !layer.getElement) return;
        layer.openPopup();
        const box = layer.getPopup().getElement();
        const read = (tag) => [...box.querySelectorAll(tag)].map((e) => e.textContent);
        found.push({
            title: read("h3")[0],
            name: layer.getElement().getAttribute("aria-label"),
            cells: read("td"),
            notes: read("p"),
            tags: [...box.querySelectorAll(".civmap-popup *")].map((e) => e.tagName),
        });
    });
    map.closePopup();
    return found;
}"""
# What a handler in an attribute would wait for.
STIR = """() => {
    for (const element of document.querySelectorAll("body *"))
        for (const name of ["mouseover", "mouseenter", "focus", "pointerover", "toggle", "load"])
            element.dispatchEvent(new Event(name));
}"""
