"""Hostile text in what is moved, stepped through, supposed, and added by the user."""

from __future__ import annotations

import json

import duckdb
import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from maps import RiskMap
from maps.escape import clean_text
from tests.maps.test_hostile_text import PAYLOADS, TextReader, find_texts
from tests.maps.test_timeline import add_unit_days

# longer texts are refused, or cut: see `test_own_layers.py`
SHORT = {name: payload for name, payload in PAYLOADS.items() if len(payload) <= 500}
CASES = pytest.mark.parametrize("payload", SHORT.values(), ids=SHORT)
# Each opens a page of its own: an eighth with the other tests, all by `make test-long`.
BROWSER_CASES = pytest.mark.parametrize(
    "payload",
    [
        pytest.param(payload, id=name, marks=[] if at % 8 == 0 else [pytest.mark.long])
        for at, (name, payload) in enumerate(SHORT.items())
    ],
)


@pytest.fixture(scope="module")
def make_page(make_run):
    pages = {}

    def make(payload):
        if payload not in pages:
            path = add_unit_days(make_run(mark=lambda _text: payload))
            end = {"name": payload, "pcode": "PS0270", "is_unit": False, "lon": 34.3, "lat": 31.34}
            facts = {
                "moves": [{"from": payload, "to": [payload], "share": 0.5}],
                "move_paths": [{"from": "PS0275", "to": [end]}],
            }
            with duckdb.connect(str(path)) as con:
                for key, value in facts.items():
                    row = [key, json.dumps(value)]
                    con.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", row)
            table = gpd.GeoDataFrame(
                {"title": [payload, "b"], payload: ["a", payload]},
                geometry=[Point(34.27, 31.3), box(34.3, 31.2, 34.4, 31.25)],
                crs=4326,
            )
            page = RiskMap(path).add_layer(
                table,
                name=payload[:80],
                source=payload,
                licence=payload,
                label="title",
                columns=[payload],
            )
            pages[payload] = page.to_html()
        return pages[payload]

    return make


@pytest.fixture(scope="module")
def plain(make_page):
    return TextReader(make_page("plain words"))


@CASES
def test_text_is_shown_as_written_and_adds_nothing(make_page, plain, payload):
    read = TextReader(make_page(payload))
    expected = clean_text(payload)
    assert read.tags == plain.tags
    blocks = [find_texts(json.loads(block)) for block in read.found["block"]]
    holding = sum(any(expected.strip() in text for text in texts) for texts in blocks)
    assert holding == sum(
        any("plain words" in find for find in find_texts(json.loads(block)))
        for block in plain.found["block"]
    )


@pytest.mark.browser
@BROWSER_CASES
def test_nothing_runs_while_days_are_stepped_and_popups_opened(
    make_page, payload, open_page, tmp_path
):
    path = tmp_path / "map.html"
    path.write_text(make_page(payload), encoding="utf-8")
    opened = open_page(path)
    page = opened.page
    expected = clean_text(payload)
    page.locator('[data-step="-1"]').click()
    assert expected in page.locator("[data-text]").evaluate("e => e.textContent")
    page.locator('[data-layer="changes"]').check()
    page.locator('[data-layer="density-compare"]').check()
    page.locator(".leaflet-own-1-pane .civmap-mark, [class*=own-1] .civmap-mark").first.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".civmap-popup")
    popup.wait_for()
    assert popup.locator("h3").evaluate("e => e.textContent").strip() == expected.strip()
    assert page.evaluate("typeof window.ran") == "undefined"
    assert page.evaluate("document.querySelectorAll('iframe, link, object, [onerror]').length") == 0
    assert opened.errors == []
    assert opened.requests == []
