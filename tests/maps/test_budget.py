"""Pages of the bundled example and the seed article: small, quick, silent, the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.assessment import run_assessment
from geo.settings import Settings
from maps import RiskMap
from tests.pace import time_beside_peer

# the article that civmap was thought up from lies beside the repository, never in it
SEEDS = sorted((Path(__file__).parents[2].parent / "shared" / "seeds").glob("*.txt"))
MOST_BYTES = 1_000_000


@pytest.fixture(scope="module", params=[None, *SEEDS], ids=["example", *("seed" for _ in SEEDS)])
def two_pages(request, tmp_path_factory):
    """Write the page of two runs of one input."""
    pages = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("run")
        run = run_assessment(request.param, Settings(), folder / "run.duckdb")
        RiskMap(run).save(folder / "map.html")
        pages.append(folder / "map.html")
    return pages


def test_second_run_gives_the_same_bytes(two_pages):
    first, second = (page.read_bytes() for page in two_pages)
    assert first == second


def test_page_is_at_most_a_megabyte_and_lets_nothing_in(two_pages):
    page = two_pages[0].read_text(encoding="utf-8")
    assert len(page.encode()) <= MOST_BYTES
    policy = page.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy


@pytest.mark.browser
def test_page_asks_for_nothing_whatever_is_done_with_it(two_pages, open_page):
    opened = open_page(two_pages[0])
    page = opened.page
    for name in ("All events", "Whole world", "Zone of concern"):
        page.get_by_role("button", name=name, exact=True).click()
    page.evaluate("for (const box of document.querySelectorAll('input[data-layer]')) box.click()")
    page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(300)
    assert opened.requests == []
    assert opened.errors == []


@pytest.mark.browser
@pytest.mark.alone
def test_map_answers_within_a_second(two_pages, open_page):
    """Time from the start of the load to a map whose layers are drawn and whose switches work."""

    def load():
        page = open_page(two_pages[0]).page
        assert page.locator(".civmap-mark").count() > 0
        loaded = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        return page.evaluate(loaded) / 1000

    seconds = time_beside_peer(load, bound=1.0, attempts=5)
    assert min(seconds) <= 1.0, seconds
