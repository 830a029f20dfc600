"""Facilities from Overpass and healthsites.io, spoken by a server on this machine."""

import datetime as dt
import json
from urllib.parse import parse_qs

import pytest

from geo.errors import UnavailableError, UsageError
from geo.holdings import Holdings
from geo.offers import Area
from geo.people.facility_file import read_facilities
from geo.people.sources.healthsites import Healthsites
from geo.people.sources.overpass import Overpass
from tests.downloads import way
from tests.services import Routes, dump

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = dt.date(2024, 2, 24)
PSE = Area("PSE", "PS", "Palestine")
OVERPASS = "overpass-api.de/api/interpreter"
SITES = "healthsites.io/api/v3/facilities/"
KEY = "0123-k3y-of-nobody"


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    monkeypatch.setenv("CIVMAP_HEALTHSITES_KEY", KEY)
    found = Routes()
    server.answers = [found]
    return found


# --- Overpass ---------------------------------------------------------------------------------

ELEMENTS = [
    {"type": "node", "id": 7, "lat": 31.29, "lon": 34.257,
     "tags": {"amenity": "clinic", "name": "A clinic"}},
    {"type": "way", "id": 8, "center": {"lat": 31.303, "lon": 34.261},
     "tags": {"amenity": "hospital", "name": "A hospital", "building": "yes"}},
    {"type": "relation", "id": 9, "center": {"lat": 31.305, "lon": 34.267},
     "tags": {"amenity": "school"}},
    {"type": "node", "id": 10, "lat": 31.307, "lon": 34.263, "tags": {"man_made": "water_well"}},
]  # fmt: skip
ANSWER = {
    "version": 0.6,
    "osm3s": {"timestamp_osm_base": "2024-02-23T21:00:00Z"},
    "elements": ELEMENTS,
}


def find_everything():
    return next(each for each in Overpass().find(PSE, DAY, way()) if each.offer_id == "all")


def test_overpass_is_asked_by_a_form_and_gives_facilities(routes, server):
    routes.pages = {OVERPASS: dump(ANSWER)}
    fetched = Overpass().fetch(find_everything(), way())
    rows = read_facilities(fetched.path).rows
    assert [(row.facility.facility_id, row.facility.kind, row.facility.lat) for row in rows] == [
        ("node/7", "health", 31.29),
        ("way/8", "health", 31.303),
        ("relation/9", "school", 31.305),
        ("node/10", "water", 31.307),
    ]
    assert fetched.holding.origin.vintage == "2024-02-23T21:00:00Z"
    assert fetched.holding.origin.licence == "ODbL 1.0"
    assert [path for path, *_ in server.requests] == [f"/{OVERPASS}"]
    (query,) = parse_qs(server.forms[0].decode())["data"]
    assert query.startswith('[out:json][timeout:180];area["ISO3166-1"="PS"]->.a;(nwr(area.a)[')
    assert query.endswith(");out center tags;")
    again = Overpass().fetch(find_everything(), way(offline=True))
    assert (again.path, again.transferred) == (fetched.path, 0)


def test_overpass_offers_are_kept_apart(routes):
    routes.pages = {OVERPASS: dump(ANSWER)}
    for offer in Overpass().find(PSE, DAY, way()):
        Overpass().fetch(offer, way())
    assert len(routes.asked) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ANSWER | {"remark": "runtime error: Query timed out in 'query' at line 1 after 181 s."},
         r"gave up on the way: runtime error: Query timed out.*a part and was thrown away"),
        ({"elements": [], "remark": "runtime error: out of memory"}, "gave up on the way"),
        ({"elements": []}, "OpenStreetMap has none there.*no zero"),
        ({"elements": {}}, "'elements' is no list"),
        ({"nodes": []}, "a record has no elements"),
        ({"elements": [{"type": "way", "id": 1, "tags": {}}]}, "has no lon, lat"),
        ({"elements": [{"type": "node", "id": 1, "lat": 1, "lon": 1}]}, "has no tags"),
        ({"elements": [{"type": "node", "id": 1, "lat": 1, "lon": 1, "tags": []}]}, "no record"),
    ],
)  # fmt: skip
def test_overpass_part_or_nothing_is_no_file(routes, answer, words):
    routes.pages = {OVERPASS: dump(answer)}
    with pytest.raises(UnavailableError, match=words):
        Overpass().fetch(find_everything(), way())
    assert Holdings().list_all() == []


@pytest.mark.parametrize(("status", "words"), [(429, "wait some minutes"), (504, "or hot")])
def test_overpass_is_asked_again_when_it_is_busy(server, status, words):
    server.answers = [(status, b"busy"), (status, b"busy"), (200, dump(ANSWER))]
    assert Overpass().fetch(find_everything(), way()).transferred > 0
    first, second, third = (moment for *_, moment in server.requests)
    assert second - first > 0.05  # ten times the usual pause of 0.01 s, times 0.5 at least
    assert third - second > 0.1
    server.answers = [(status, b"busy")]
    health = Overpass().find(PSE, DAY, way())[1]
    with pytest.raises(UnavailableError, match=words):
        Overpass().fetch(health, way())


# --- healthsites.io ---------------------------------------------------------------------------


def feature(number, **tags):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [34.3 + number / 1000, 31.401]},
        "properties": {"osm_id": number, "osm_type": "node", **tags},
    }


def page(*features):
    return dump({"type": "FeatureCollection", "features": list(features)})


class Paged:
    """Pages by the number that is asked for; it wants the key in the query."""

    def __init__(self, *pages):
        self.pages = pages
        self.asked = []

    def __call__(self, handler):
        query = parse_qs(handler.path.partition("?")[2])
        self.asked.append(query)
        number = int(query["page"][0])
        known = query.get("api-key") == [KEY]
        body = self.pages[number - 1] if number <= len(self.pages) else page()
        handler.send_response(200 if known else 403)
        handler.send_header("Content-Length", str(len(body) if known else 0))
        handler.end_headers()
        if known:
            handler.wfile.write(body)


def test_healthsites_pages_become_one_file(server, tmp_path):
    paged = Paged(page(feature(1, amenity="hospital")), page(feature(2, amenity="clinic")))
    server.answers = [paged]
    (offer,) = Healthsites().find(PSE, DAY, way())
    fetched = Healthsites().fetch(offer, way())
    rows = read_facilities(fetched.path).rows
    assert [(row.facility.facility_id, row.facility.kind) for row in rows] == [
        ("node/1", "health"),
        ("node/2", "health"),
    ]
    assert [query["page"] for query in paged.asked] == [["1"], ["2"], ["3"]]
    west, south, east, north = map(float, paged.asked[0]["extent"][0].split(","))
    assert (west, south, east, north) == (34.0, 31.1, 35.7, 32.7)  # Gaza and the West Bank
    assert Healthsites().fetch(offer, way(offline=True)).path == fetched.path
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()
    assert all(KEY not in each.origin.url for each in Holdings().list_all())


def test_healthsites_key_that_is_wrong_is_told_and_not_shown(server, monkeypatch):
    monkeypatch.setenv("CIVMAP_HEALTHSITES_KEY", "another-of-nobody")
    server.answers = [Paged(page())]
    (offer,) = Healthsites().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match="Is CIVMAP_HEALTHSITES_KEY right") as told:
        Healthsites().fetch(offer, way())
    assert "another-of-nobody" not in str(told.value)


@pytest.mark.parametrize(
    "target", ["https://evil.example.com/?k={}", "https://healthsites.io/?k={}"]
)
def test_healthsites_key_is_not_taken_elsewhere_by_a_redirect(server, target):
    """The mirror is the origin here; even to a host of the source it would be another one."""
    server.answers = [(302, b"", {"Location": target.format(KEY)})]
    (offer,) = Healthsites().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match="nothing was followed") as told:
        Healthsites().fetch(offer, way())
    assert KEY not in str(told.value)
    assert len(server.requests) == 1


def test_healthsites_without_a_key_says_how_to_get_one(monkeypatch):
    monkeypatch.delenv("CIVMAP_HEALTHSITES_KEY")
    with pytest.raises(UnavailableError, match=r"account at .* set CIVMAP_HEALTHSITES_KEY to it"):
        Healthsites().find(PSE, DAY, way())


def test_key_with_a_line_break_is_refused_and_not_shown(monkeypatch):
    monkeypatch.setenv("CIVMAP_HEALTHSITES_KEY", "ab\ncd")
    with pytest.raises(UsageError, match="characters that no token has") as told:
        Healthsites().find(PSE, DAY, way())
    assert "ab" not in str(told.value).replace("CIVMAP_HEALTHSITES_KEY", "")


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([page()], "has no facilities of PSE; that is no zero"),
        ([dump({"results": []})], "has no features"),
        ([dump({"features": {}})], "'features' is no list"),
        ([page({"type": "Feature"})], "has no properties, geometry"),
        ([page(feature(1)), page(feature(1))], "page 2 is the one before it again"),
        ([b"<html>Log in</html>"], "a web page, perhaps one to log in"),
    ],
)
def test_healthsites_answer_that_changed_is_told(server, pages, words):
    server.answers = [Paged(*pages)]
    (offer,) = Healthsites().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match=words):
        Healthsites().fetch(offer, way())


def test_healthsites_that_never_ends_is_stopped(server, monkeypatch):
    monkeypatch.setattr("geo.people.sources.healthsites._MOST_PAGES", 2)
    server.answers = [Paged(*(page(feature(n)) for n in range(9)))]
    (offer,) = Healthsites().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match="more than 2 pages"):
        Healthsites().fetch(offer, way())


def test_country_without_outline_has_no_offer():
    assert Healthsites().find(Area("XXX", "XX", "Nowhere"), DAY, way()) == []


def test_joined_file_is_plain_geojson(server):
    server.answers = [Paged(page(feature(1, amenity="hospital", name="مستشفى")))]
    (offer,) = Healthsites().find(PSE, DAY, way())
    path = Healthsites().fetch(offer, way()).path
    assert path.suffix == ".geojson"
    assert "مستشفى" in path.read_text(encoding="utf-8")
    assert json.loads(path.read_bytes())["type"] == "FeatureCollection"
