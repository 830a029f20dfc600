from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from geo.errors import UnavailableError, UsageError
from maps import RiskMap
from maps.document import make_policy
from maps.furniture import list_sources
from maps.run import read_run

PRINT_HASH = (
    "import sys,hashlib; from maps import RiskMap; "
    "print(hashlib.sha256(RiskMap(sys.argv[1]).to_html().encode()).hexdigest())"
)


class Parts(HTMLParser):
    """What a browser would act on: inline scripts and styles, addresses, attributes, text."""

    def __init__(self, page):
        super().__init__()
        self.scripts, self.styles, self.blocks, self.attributes = [], [], [], []
        self.tags, self.text, self._into = [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag in ("script", "style"):
            is_data = ("type", "application/json") in attrs
            self._into = (
                self.blocks if is_data else {"script": self.scripts, "style": self.styles}[tag]
            )
            self._into.append("")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._into = None

    def handle_data(self, data):
        if self._into is None:
            self.text.append(data)
        else:
            self._into[-1] += data

    def find(self, tag, name):
        return [value for t, n, value in self.attributes if (t, n) == (tag, name)]


@pytest.fixture(scope="module")
def parts(page_html):
    return Parts(page_html)


def test_page_asks_for_nothing(parts):
    loaded = [
        (tag, name, value)
        for tag, name, value in parts.attributes
        if name in ("src", "href", "srcset", "action", "data", "poster", "background")
    ]
    assert loaded == [("a", "href", "#figures")]
    assert {"link", "iframe", "object", "embed", "base", "img"} & set(parts.tags) == set()
    for style in parts.styles:
        assert re.findall(r"@import|url\((?![\"']?(?:data:|#))", style) == []


def test_no_library_but_leaflet_is_on_the_page(page_html):
    assert not re.search(r"jquery|bootstrap|fontawesome|glyphicon", page_html, re.IGNORECASE)
    assert "Leaflet 1.9.4" in page_html


def test_policy_allows_the_page_s_own_parts_by_hash_and_no_request(parts):
    policy = dict(
        part.strip().split(" ", 1) for part in parts.find("meta", "content")[0].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data:"
    for name, texts in (("script-src", parts.scripts), ("style-src", parts.styles)):
        hashes = {
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in texts
        }
        assert set(policy[name].split()) == hashes
        assert len(hashes) >= 2
    assert "unsafe" not in " ".join(policy.values())


def test_policy_without_any_script_allows_none():
    assert "script-src 'none'; style-src 'none'" in make_policy("<p>x</p>")


def test_nothing_on_the_page_needs_what_the_policy_forbids(parts):
    assert [n for _tag, n, _value in parts.attributes if n.startswith("on") or n == "style"] == []


def test_page_is_small(page_html):
    assert len(page_html.encode()) < 600_000


def test_same_run_gives_the_same_bytes(run_path, page_html):
    expected = hashlib.sha256(page_html.encode()).hexdigest()
    for seed in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-c", PRINT_HASH, str(run_path)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert result.stdout.strip() == expected


@pytest.mark.parametrize(
    "text",
    [
        "People at risk in Rafah, Gaza Strip",
        "Situation of 24 February 2024",
        "PSE001_exposure_rafah_A4_20240224",
        "1.4 million",
        "1.3 million",
        "1.5 million",
        "275,000",
        "Static map, mid-2023",
        "275,267",
        "People living there, not people harmed.",
        "Not for targeting.",
        "Modelled, not observed. Not a forecast.",
        "do not imply official endorsement or acceptance.",
        "No people modelled (this does not mean safe)",
        "No data",
        "CC BY-IGO",
        "The surface is modelled.",
        "شمال غزة",
        "Violence or harm is reported",
    ],
)
def test_page_carries(page_html, text):
    assert text in html.unescape(page_html)


def test_page_can_be_walked_by_a_screen_reader(parts):
    assert parts.find("html", "lang") == ["en"]
    assert {"header", "main", "footer", "h1", "h2", "table", "th", "noscript"} <= set(parts.tags)
    assert parts.tags.count("h1") == 1
    assert parts.find("a", "href") == ["#figures"]
    assert "figures" in parts.find("section", "id")
    assert set(parts.find("th", "scope")) == {"col", "row"}
    assert parts.find("meta", "content")[2] == "width=device-width, initial-scale=1"


def test_figures_stand_in_real_tables(page_html):
    cells = read_cells(page_html)
    assert [
        "Rafah",
        "64 km²",
        "275,267",
        "1,300,000",
        "1,400,000",
        "1,500,000",
        "21,872 /km²",
        "100 %",
        "Modelled surface of the Gaza Strip (mid-2023)",
    ] in cells
    assert ["Rafah", "outside the units", "\N{EN DASH}", "5,267", "0", "50,000", "100,000"] in cells


def read_cells(page):
    """Return the texts of each row of the page's tables."""
    return [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", page)
    ]


def test_zone_whose_people_nobody_can_count_is_unknown_and_never_zero(make_run):
    page = RiskMap(make_run(uncounted=("z1", "z5"))).to_html()
    rows = [row for row in read_cells(page) if row[0] == "Rafah" and "64 km²" in row]
    assert [row[2:6] for row in rows] == [["unknown"] * 4]
    block = re.search(r'id="data-zone">(.*?)</script>', page)[1]
    assert '["People","unknown"]' in block
    assert "1,400,000" not in block
    assert '["In the ring from 2 km to 5 km","unknown"]' in page
    assert "1.4 million</dd>" not in page


def test_places_mentioned_have_a_table(page_html):
    assert ["Lyon, Some district, FR", "sure", "20,500"] in read_cells(page_html)
    assert "Also mentioned" in page_html


def test_page_says_what_its_ranges_are(page_html):
    page = html.unescape(page_html)
    assert "Low and high are the 5 % and 95 % points of seeded draws" in page
    assert "leave out the doubt" not in page
    assert "ends of the published figures" not in page


def test_natural_earth_is_listed_once(run_path):
    run = read_run(run_path)
    gazetteer = {**run.sources[0], "source_id": "natural-earth", "name": "Natural Earth points"}
    for sources in (run.sources, [*run.sources, gazetteer]):
        listed = list_sources(dataclasses.replace(run, sources=sources))
        assert sum("Natural Earth" in source["name"] for source in listed) == 1
        assert len(listed) == len(run.sources) + 1


def test_run_without_zones_says_so_and_shows_its_events(make_run):
    page = html.unescape(RiskMap(make_run(has_zones=False)).to_html())
    assert "No threatened place was found in the text." in page
    assert "Paris" in page
    assert "Zone of concern" not in page
    assert "Population density" not in page


def test_run_without_anything_is_a_world_map(make_run):
    page = RiskMap(make_run(has_zones=False, events={}, units={})).to_html()
    assert "Whole world" in page
    assert "data-land" in page


def test_save_writes_what_to_html_says(run_path, page_html, tmp_path):
    RiskMap(run_path).save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_bytes() == page_html.encode()


def test_save_to_a_folder_that_is_not_there_is_an_error(run_path, tmp_path):
    with pytest.raises(UnavailableError, match=r"none/map\.html.*can't be written"):
        RiskMap(run_path).save(tmp_path / "none" / "map.html")


def test_run_may_be_an_object_a_folder_or_a_file(run_path):
    class Run:
        path = run_path

    assert RiskMap(Run()).path == RiskMap(run_path.parent).path == RiskMap(str(run_path)).path


@pytest.mark.parametrize("run", [None, 3, object()])
def test_anything_else_is_a_usage_error(run):
    with pytest.raises(UsageError, match="expected an assessment"):
        RiskMap(run)


def test_missing_run_is_an_error(tmp_path):
    with pytest.raises(UnavailableError, match="no run database"):
        RiskMap(tmp_path / "run.duckdb").to_html()


def test_notebook_shows_the_page_in_a_frame_of_its_own(run_path, page_html):
    frame = RiskMap(run_path)._repr_html_()
    source = re.search(r'srcdoc="([^"]*)"', frame)
    assert html.unescape(source[1]) == page_html
    assert 'sandbox="allow-scripts"' in frame
    assert 'height="' in frame


def test_profile_of_the_headline_zone(page_path):
    text = page_path.read_text(encoding="utf-8")
    assert "Who is there and what they need a day: Rafah" in text
    rows = re.findall(r'<tr><th scope="row" dir="auto">(.*?)</th>(.*?)</tr>', text)
    cells = {
        name: [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for name, row in rows
    }
    share = "15 % of everyone (12 % to 18 %), of the whole territory, cited, to be verified"
    assert cells["Children under 5"] == [
        "200,000",
        "210,000",
        "220,000",
        f"{share}. PCBS mid-2023 projection, 2017",
    ]
    assert cells["People of 65 and over"] == [*["unknown"] * 3, "no share is known here"]
    assert cells["Toilets"][:3] == ["65,000", "70,000", "75,000"]
    assert cells["Crossings listed"][1] == "1"
    assert "1 of them at an approximate position" in cells["Crossings listed"][3]
