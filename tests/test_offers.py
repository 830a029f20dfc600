"""What sources offer, ranked with reasons; points worked by hand."""

import datetime as dt

import pytest

from geo.errors import UnavailableError, UsageError
from geo.offers import Offer, rank_offers
from geo.sources import SOURCES, find_area, find_offers, get_source
from tests.downloads import way
from tests.services import Routes, hdx_dataset, hdx_page, worldpop_pages

DAY = dt.date(2024, 2, 24)


def offer(**changes):
    given = {
        "source": "x",
        "offer_id": "a",
        "part": "population",
        "area": "PSE",
        "title": "X",
        "url": "https://x.example.org/x",
        "licence": "CC BY 4.0",
        "attribution": None,
        "vintage": "2024",
        "first_year": 2024,
        "last_year": 2024,
        "resolution_m": 100,
    }
    return Offer(**(given | changes))


@pytest.mark.parametrize(
    ("changes", "points", "reason"),
    [
        ({}, 0.0, "of 2024, the day's year"),
        ({"first_year": 2020, "last_year": 2024}, 0.0, "the day's year"),
        ({"vintage": "x", "first_year": 2020, "last_year": 2020}, 4.0, "4 years before the day; "),
        ({"vintage": "2023", "first_year": 2023, "last_year": 2023}, 1.0, "1 year before the day"),
        ({"vintage": "2026", "first_year": 2026, "last_year": 2026}, 2.0, "2 years after the day"),
        ({"first_year": None, "last_year": None}, 3.0, "undated"),
        ({"released": 2020}, 2.0, "projected: made in 2020, 4 years before its own year"),
        ({"released": 2025}, 0.0, "100 m cells"),
        ({"census": 2017}, 1.75, "projected from the census of 2017, 7 years before its own year"),
        ({"census": 2024}, 0.0, "of the census of 2024"),
        ({"census": 2030}, 0.0, "100 m cells"),
        ({"resolution_m": 1000}, 1.5, "1000 m cells: coarse"),
        ({"licence": "ODbL 1.0"}, 0.5, "shared alike"),
        ({"licence": None}, 1.0, "licence: not told"),
        ({"licence": "public domain"}, 0.0, "free"),
        ({"part": "boundaries", "resolution_m": None, "level": 1}, 1.0, "administrative level 1"),
        ({"part": "boundaries", "resolution_m": None, "level": 2}, 0.0, "administrative level 2"),
        ({"details": {"points": 1.5, "reason": "own"}}, 1.5, "own"),
    ],
)  # fmt: skip
def test_points_and_reasons(changes, points, reason):
    (ranked,) = rank_offers([offer(**changes)], DAY)
    assert ranked.points == points
    assert any(reason in each for each in ranked.reasons)


def test_fittest_first_and_ties_by_name():
    far = offer(offer_id="far", first_year=2015, last_year=2015)
    ranked = rank_offers([far, offer(offer_id="b"), offer(offer_id="a")], DAY)
    assert [each.offer.offer_id for each in ranked] == ["a", "b", "far"]


@pytest.fixture
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    for name in ("CIVMAP_DTM_KEY", "CIVMAP_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    found = Routes()
    server.answers = [found]
    return found


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_constrained_fine_raster_of_the_year_is_first(routes):
    routes.pages = worldpop_pages()
    found = find_offers(find_area("PS"), DAY, way(), sources=["worldpop"], parts=["population"])
    assert [(each.offer.offer_id, each.points) for each in found.offers["population"]] == [
        ("population:2024:constrained:100m", 0.0),
        ("population:2024:unconstrained:100m", 1.0),
        ("population:2024:constrained:1000m", 1.5),
    ]
    assert found.failures == {}
    assert not any("age_structures" in each for each in routes.asked)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_source_that_fails_does_not_stop_the_others(routes):
    routes.pages = {
        hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", ("pse_adm2.zip", "SHP")),
        "www.geoboundaries.org/api/current/gbOpen/PSE/ADM1/": (403, b""),
    }
    found = find_offers(find_area("PSE"), DAY, way(), parts=["boundaries", "displacement"])
    sources = [each.offer.source for each in found.offers["boundaries"]]
    assert sources == ["cod-ab", "natural-earth"]
    assert "refuses (403)" in found.failures["geoboundaries"]
    assert "CIVMAP_DTM_KEY" in found.failures["dtm"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_when_all_fail_it_is_an_error(routes):
    routes.pages = {"hub.worldpop.org/rest/data/pop": (403, b"")}
    with pytest.raises(UnavailableError, match="no source could be asked"):
        find_offers(find_area("PSE"), DAY, way(), sources=["worldpop"])


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_offline_asks_nobody(routes):
    with pytest.raises(UnavailableError, match="--offline"):
        find_offers(find_area("PSE"), DAY, way(offline=True), sources=["worldpop"])
    assert routes.asked == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sources": ["googlemaps"]}, "expected worldpop, ghs-pop, hrsl, cod-ab"),
        ({"parts": ["weather"]}, "expected population"),
        ({"sources": ["worldpop"], "parts": ["boundaries"]}, "worldpop has no boundaries"),
    ],
)
def test_names_that_are_unknown(given, words):
    with pytest.raises(UsageError, match=words):
        find_offers(find_area("PSE"), DAY, way(offline=True), **given)


def test_area_and_source_by_name():
    assert find_area("ps").iso3 == "PSE"
    assert find_area("TCD").name == "Chad"
    assert {get_source(each.name) for each in SOURCES} == set(SOURCES)
    with pytest.raises(UsageError, match="expected a country's ISO 3166-1 code"):
        find_area("Gaza")
