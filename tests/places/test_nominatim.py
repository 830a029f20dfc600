"""Nominatim within its policy, against a server on this machine."""

import itertools
import json
import logging
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from geo import __version__
from geo.errors import UnavailableError, UsageError
from geo.places import Place, geocode, open_geocoder
from geo.places.nominatim import PUBLIC, Nominatim
from geo.places.nominatim_answer import read_places

local = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = date(2026, 3, 1)
TODAY = datetime.now(tz=UTC).date()


def item(**changes):
    """Return a village as `format=jsonv2` gives it."""
    village = {
        "place_id": 1,
        "licence": "Data (c) OpenStreetMap contributors, ODbL 1.0",
        "osm_type": "node",
        "osm_id": 42,
        "lat": "12.5",
        "lon": "25.25",
        "category": "place",
        "type": "village",
        "place_rank": 19,
        "importance": 0.1,
        "addresstype": "village",
        "name": "Qarya",
        "display_name": "Qarya, North Darfur, Sudan",
        "address": {"village": "Qarya", "state": "North Darfur", "country_code": "sd"},
        "boundingbox": ["12.48", "12.52", "25.23", "25.27"],
        "namedetails": {"name": "قرية", "name:en": "Qarya", "alt_name": "Garya;Qaria"},
    }
    return village | changes


def body(*items):
    return json.dumps(items).encode()


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CIVMAP_CONTACT", raising=False)
    return tmp_path / "civmap" / "nominatim"


@pytest.fixture
def nominatim(server):
    return Nominatim(server.url, pause_s=0.0)


@local
def test_village_becomes_a_place_with_licence_and_day(server, nominatim):
    server.answers = [(200, body(item()))]
    (place,) = nominatim.find_places("Qarya", ["SD"])
    assert place == Place(
        place_id="osm:node/42",
        name="Qarya",
        country="SD",
        kind="city",
        lon=25.25,
        lat=12.5,
        precision_km=3.1,
        geoname_id=None,
        pcode=None,
        admin1="North Darfur",
        population=None,
        source=f"Nominatim/OpenStreetMap contributors, ODbL 1.0, asked {TODAY}",
        confidence=0.8,
    )
    assert nominatim.sources()[0].licence == "ODbL 1.0"


@local
def test_request_is_what_the_server_documents(server, nominatim):
    nominatim.find_places("Umm  Badr & Co\n", ["sd", "TD"])
    (path, headers, _), *_ = server.requests
    query = {key: value for key, (value,) in parse_qs(urlsplit(path).query).items()}
    assert urlsplit(path).path == "/search"
    assert query == {
        "q": "Umm Badr & Co",
        "format": "jsonv2",
        "limit": "10",
        "addressdetails": "1",
        "namedetails": "1",
        "accept-language": "en",
        "countrycodes": "sd,td",
    }
    assert headers["User-Agent"] == f"civmap/{__version__}"


@local
def test_agent_says_whom_to_contact(server, monkeypatch):
    monkeypatch.setenv("CIVMAP_CONTACT", "maps@example.org")
    Nominatim(server.url).find_places("Qarya")
    assert server.requests[0][1]["User-Agent"] == f"civmap/{__version__} (maps@example.org)"


@pytest.mark.parametrize("contact", ["", "a", "a b", "me@x.org\r\nX-Evil: 1", "x" * 300, "مي@x"])
def test_public_server_is_not_asked_by_nobody(monkeypatch, contact):
    monkeypatch.setenv("CIVMAP_CONTACT", contact)
    with pytest.raises(UsageError, match="CIVMAP_CONTACT"):
        Nominatim(PUBLIC)


@pytest.mark.parametrize("url", ["http://example.org", "example.org", "file:///x", ""])
def test_only_https_but_for_this_machine(url):
    with pytest.raises(UsageError, match="https"):
        Nominatim(url)


@local
def test_second_time_the_answer_is_on_file(server, cache):
    server.answers = [(200, body(item()))]
    first = Nominatim(server.url).find_places("Qarya")
    server.answers = [(500, b"")]
    assert Nominatim(server.url).find_places(" Qarya ") == first
    assert Nominatim(server.url, offline=True).find_places("Qarya") == first
    assert len(server.requests) == 1
    (kept,) = cache.glob("*.json")
    assert json.loads(kept.read_text())["date"] == TODAY.isoformat()


@local
def test_that_a_name_is_unknown_is_on_file_too(server, nominatim):
    assert nominatim.find_places("Nowhere") == nominatim.find_places("Nowhere") == []
    assert len(server.requests) == 1


def grow_old(cache, days):
    (path,) = cache.glob("*.json")
    kept = json.loads(path.read_text())
    kept["date"] = (TODAY - timedelta(days=days)).isoformat()
    path.write_text(json.dumps(kept))
    return kept["date"]


@local
def test_old_answer_is_asked_for_anew(server, nominatim, cache):
    nominatim.find_places("Qarya")
    grow_old(cache, 400)
    server.answers = [(200, body(item()))]
    assert len(nominatim.find_places("Qarya")) == 1
    assert len(server.requests) == 2


@local
def test_old_answer_serves_with_its_day_when_the_server_is_down(server, nominatim, cache):
    server.answers = [(200, body(item())), (503, b"")]
    nominatim.find_places("Qarya")
    day = grow_old(cache, 400)
    (place,) = nominatim.find_places("Qarya")
    assert place.source.endswith(f"asked {day}")


@local
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"url": 1}', "null", '{"url": "URL", "date": "soon", "answer": []}',
     '{"url": "URL", "date": "2026-01-01", "answer": [1]}', "[" * 100_000],
)  # fmt: skip
def test_broken_file_is_asked_for_anew(server, nominatim, cache, content):
    nominatim.find_places("Qarya")
    (path,) = cache.glob("*.json")
    path.write_text(content.replace("URL", json.loads(path.read_text())["url"]))
    assert nominatim.find_places("Qarya") == []
    assert len(server.requests) == 2


@local
def test_offline_never_asks(server):
    with pytest.raises(UnavailableError, match="--offline"):
        Nominatim(server.url, offline=True).find_places("Qarya")
    assert server.requests == []


@local
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, b"Blocked"), "refuses to answer .403.*policy"),
        ((429, b""), "no more questions for now .429"),
        ((429, b"", {"Retry-After": "3600"}), "429.* for 3600 s"),
        ((500, b""), "status 500"),
        ((200, b"<html>Please log in</html>"), "'<html>Please log in</html>' is no JSON list"),
        ((200, b'[{"lat": "1"'), "no JSON list"),
        ((200, b'{"error": "x"}'), "no JSON list"),
        ((200, b"[1, 2]"), "no JSON list"),
        ((200, b"[" * 100_000), "no JSON list"),
        ((200, b"\xff\xfe"), "no JSON list"),
        ((200, b" " * 1_000_001), "more than 1,000,000 bytes"),
        ((302, b"", {"Location": "http://example.org/"}), "redirects to http://example.org"),
    ],
)
def test_failure_is_told_and_ends_the_questions(server, nominatim, cache, answer, words):
    server.answers = [answer]
    with pytest.raises(UnavailableError, match=words):
        nominatim.find_places("Qarya")
    with pytest.raises(UnavailableError, match=f"no longer asked: .*{words}"):
        nominatim.find_places("Elsewhere")
    assert len(server.requests) == 1
    assert not list(cache.glob("*.json"))


@local
def test_slow_server_is_given_up(server, nominatim, monkeypatch):
    monkeypatch.setattr("geo.places.nominatim._TIMEOUT_S", 0.2)
    server.answers = [lambda _: time.sleep(0.6)]
    with pytest.raises(UnavailableError, match=r"no whole answer within 0\.2 s"):
        nominatim.find_places("Qarya")


@local
def test_short_retry_after_is_waited_for_once(server, nominatim):
    server.answers = [(429, b"", {"Retry-After": "1"}), (200, body(item()))]
    assert len(nominatim.find_places("Qarya")) == 1
    (_, _, first), (_, _, second) = server.requests
    assert second - first >= 1.0


@local
def test_a_run_is_no_bulk(server, nominatim, monkeypatch):
    monkeypatch.setattr("geo.places.nominatim._MOST_REQUESTS", 3)
    for number in range(3):
        nominatim.find_places(f"Qarya {number}")
    with pytest.raises(UnavailableError, match="more is bulk"):
        nominatim.find_places("One more")
    assert len(server.requests) == 3


@local
def test_without_a_cache_nothing_is_asked(monkeypatch, tmp_path, server):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(UnavailableError, match="XDG_CACHE_HOME"):
        Nominatim(server.url)


ASK = """
import sys
from geo.places.nominatim import Nominatim
for name in sys.argv[2:]:
    Nominatim(sys.argv[1]).find_places(name)
"""


@local
def test_processes_ask_at_most_once_a_second(server):
    names = [("A1", "A2"), ("B1",)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, server.url, *pair], cwd=Path(__file__).parents[2]
        )
        for pair in names
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    times = sorted(when for _, _, when in server.requests)
    assert len(times) == 3
    assert min(b - a for a, b in itertools.pairwise(times)) >= 1.0


# --- what an answer means ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"lat": "north"},
        {"lat": "91"},
        {"lon": "nan"},
        {"lon": None},
        {"lat": True},
        {"osm_id": "42"},
        {"osm_type": "<script>"},
        {"name": "", "display_name": ""},
        {"name": "x" * 300},
        {"name": 5},
        {"category": "shop"},
        {"category": "highway"},
        {"category": "amenity", "type": "restaurant"},
        {"category": ["place"]},
    ],
)
def test_what_makes_no_sense_or_is_no_place_is_left_out(changes):
    assert read_places([item(**changes)], "Qarya", [], DAY) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"address": None},
        {"address": {"country_code": 5, "state": []}},
        {"boundingbox": ["a", "b", "c", "d"]},
        {"boundingbox": [1]},
        {"namedetails": [1]},
        {"importance": "much"},
        {"addresstype": None},
        {"addresstype": {"a": 1}},
    ],
)
def test_what_is_missing_is_not_invented(changes):
    (place,) = read_places([item(**changes)], "Qarya", [], DAY)
    assert place.lon == 25.25
    assert place.country in {"SD", None}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"addresstype": "state"}, "admin1"),
        ({"addresstype": "county"}, "admin2"),
        ({"addresstype": "country"}, "country"),
        ({"addresstype": "suburb"}, "point"),
        ({"category": "natural", "addresstype": "valley"}, "point"),
        ({"addresstype": "political", "boundingbox": ["10", "14", "22", "27"]}, "region"),
    ],
)
def test_areas_are_areas_and_what_is_wide_is_no_pin(changes, kind):
    (place,) = read_places([item(**changes)], "Qarya", [], DAY)
    assert place.kind == kind


@pytest.mark.parametrize("name", ["Qarya", "qárya", "قرية", "Garya", "Qaria"])
def test_any_of_its_names_is_its_name(name):
    (place,) = read_places([item()], name, [], DAY)
    assert not place.source.startswith("fuzzy")


def test_another_name_is_a_guess_and_says_so():
    (place,) = read_places([item()], "Karja", [], DAY)
    assert place.source.startswith("fuzzy: 'Karja' read as 'Qarya'; Nominatim/")
    assert place.confidence == 0.5


def test_places_elsewhere_are_left_out_even_if_the_server_sends_them():
    assert read_places([item()], "Qarya", ["TD"], DAY) == []


def test_best_first_guesses_last_the_others_listed():
    far = item(osm_id=43, importance=0.5, address={"country_code": "td"})
    guess = item(osm_id=44, importance=0.9, name="Karja", namedetails={})
    found = read_places([item(), guess, far, far], "Qarya", [], DAY)
    assert [place.place_id for place in found] == ["osm:node/43", "osm:node/42", "osm:node/44"]
    assert [other["place_id"] for other in found[0].alternatives] == ["osm:node/42", "osm:node/44"]
    assert all(0 < place.confidence < 1 for place in found)


# --- the command `geocode` --------------------------------------------------------------------


class Recorder:
    label = "Recorder"

    def __init__(self, *answers):
        self.asked = []
        self._answers = answers

    def find_places(self, name, countries=(), **_):
        self.asked.append((name, list(countries)))
        return read_places(list(self._answers), name, countries, DAY)

    def sources(self):
        return []


def test_clear_name_is_not_asked_for(gazetteer):
    recorder = Recorder(item(name="Khartoum", namedetails={}))
    assert geocode("Khartoum", gazetteer=gazetteer, geocoder=recorder)[0].country == "SD"
    assert recorder.asked == []


def test_unknown_name_is_asked_for(gazetteer):
    recorder = Recorder(item(name="Zzqarya", namedetails={}))
    (place,) = geocode("Zzqarya", country="sd", gazetteer=gazetteer, geocoder=recorder)
    assert (place.place_id, recorder.asked) == ("osm:node/42", [("Zzqarya", ["SD"])])


def test_doubtful_name_is_asked_for_and_the_gazetteer_stays_first(gazetteer):
    recorder = Recorder(item(name="Rafah", namedetails={}))
    alone = geocode("Rafah", gazetteer=gazetteer)
    assert geocode("Rafah", gazetteer=gazetteer, geocoder=recorder)[:-1] == alone
    assert recorder.asked == [("Rafah", [])]


def test_known_spelling_comes_before_a_guessed_one(gazetteer):
    recorder = Recorder(item(name="Kharkif", address={"country_code": "ua"}, namedetails={}))
    first, *guesses = geocode("Kharkif", country="UA", gazetteer=gazetteer, geocoder=recorder)
    assert first.place_id == "osm:node/42"
    assert all(place.source.startswith("fuzzy") for place in guesses)


@local
def test_failure_leaves_the_gazetteers_answer_and_is_logged(gazetteer, server, caplog):
    server.answers = [(403, b"")]
    with caplog.at_level(logging.WARNING):
        found = geocode("Rafah", gazetteer=gazetteer, geocoder=f"nominatim:{server.url}")
    assert found == geocode("Rafah", gazetteer=gazetteer)
    assert "Nominatim was not asked for 'Rafah': Nominatim refuses" in caplog.text


@pytest.mark.parametrize("choice", ["google", "", "gazetteer:x", "Nominatim"])
def test_geocoder_that_is_none(gazetteer, choice):
    with pytest.raises(UsageError, match="expected gazetteer, nominatim or nominatim:URL"):
        open_geocoder(choice, gazetteer)


def test_gazetteer_is_a_geocoder_too(gazetteer):
    built_in = open_geocoder("gazetteer", gazetteer)
    found = built_in.find_places("Rafah", ["EG", "PS"], limit=20)
    assert {place.country for place in found} == {"EG", "PS"}
    assert next(place.country for place in found) == "EG"
    assert built_in.find_places("Rafah") == geocode("Rafah", gazetteer=gazetteer)
    assert built_in.sources() == gazetteer.sources()


@local
def test_geocode_command_names_the_source(server, tmp_path):
    server.answers = [(200, body(item(name="Zzqarya", namedetails={})))]
    done = subprocess.run(
        [Path(sys.executable).parent / "civmap", "geocode", "Zzqarya", "--geocoder",
         f"nominatim:{server.url}"],
        capture_output=True, cwd=tmp_path, check=True, text=True,
    )  # fmt: skip
    assert "Zzqarya, SD (city): 25.2500,12.5000" in done.stdout
    assert f"OpenStreetMap contributors, ODbL 1.0, asked {TODAY}" in done.stdout
