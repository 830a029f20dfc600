"""Names that the gazetteer doesn't know, asked of another geocoder; everything else as ever."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.errors import UnavailableError
from geo.location import locate
from geo.places import Place

CIVMAP = Path(sys.executable).parent / "civmap"
TEXT = (
    "Rebels shelled villages near Zzqarya in Sudan on Friday. Talks were held in Cairo, Egypt. "
    "Families from Rafah fled."
)


def place(country="SD", source="Elsewhere, asked today", **changes):
    fields = {
        "place_id": "x:1", "name": "Zzqarya", "country": country, "kind": "city", "lon": 25.0,
        "lat": 12.0, "precision_km": 2.0, "geoname_id": None, "pcode": None, "admin1": None,
        "population": None, "source": source, "confidence": 0.8,
    }  # fmt: skip
    return Place(**fields | changes)


class Elsewhere:
    label = "Elsewhere"

    def __init__(self, *places, error=None):
        self.asked = []
        self._places = places
        self._error = error

    def find_places(self, name, countries=(), **_):
        self.asked.append((name, tuple(countries)))
        if self._error:
            raise UnavailableError(self._error)
        return list(self._places)

    def sources(self):
        return []


def mention(found, text):
    return next(m for m in found["mentions"] if m["text"] == text)


def test_only_what_the_gazetteer_does_not_know_is_asked_in_its_country():
    elsewhere = Elsewhere(place())
    locate(TEXT, geocoder=elsewhere)
    assert elsewhere.asked == [("Zzqarya", ("SD",))]


def test_place_is_doubtful_and_carries_its_source():
    found = locate(TEXT, geocoder=Elsewhere(place()))
    unknown = mention(found, "Zzqarya")
    assert (unknown["place_id"], unknown["tier"]) == ("x:1", "doubtful")
    assert unknown["source"] == "Elsewhere, asked today"
    assert "unresolved-names" not in {w["code"] for w in found["warnings"]}


def test_all_else_is_as_without_it():
    alone, both = locate(TEXT), locate(TEXT, geocoder=Elsewhere(place()))
    spans = [[(m["start"], m["class"], m["role"], m["modality"]) for m in f["mentions"]]
             for f in (alone, both)]  # fmt: skip
    assert spans[0] == spans[1]
    assert [m for m in both["mentions"] if m["text"] != "Zzqarya"] == [
        m for m in alone["mentions"] if m["text"] != "Zzqarya"
    ]


@pytest.mark.parametrize("answer", [[], [place(source="fuzzy: 'Zzqarya' read as 'Qarya'; X")]])
def test_guessed_spelling_is_not_taken(answer):
    assert locate(TEXT, geocoder=Elsewhere(*answer)) == locate(TEXT)


def test_failure_keeps_the_built_in_answer_and_says_so():
    found = locate(TEXT, geocoder=Elsewhere(error="the line is dead"))
    warnings = {w["code"]: w["text"] for w in found["warnings"]}
    assert "Elsewhere gave no answer" in warnings["geocoder-unavailable"]
    assert "(Zzqarya): the line is dead" in warnings["geocoder-unavailable"]
    assert {k: found[k] for k in ("mentions", "events")} == {
        k: locate(TEXT)[k] for k in ("mentions", "events")
    }


def test_one_article_is_no_bulk():
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [f"Zz{a}{b}x" for a in letters[:5] for b in letters[:6]]
    text = " ".join(f"Rebels shelled villages near {name} in Sudan." for name in names)
    elsewhere = Elsewhere()
    found = locate(text, geocoder=elsewhere)
    assert len(elsewhere.asked) == 20
    warnings = {w["code"]: w["text"] for w in found["warnings"]}
    assert "more than 20 names" in warnings["geocoder-unavailable"]


ANSWER = [
    {
        "osm_type": "node", "osm_id": 7, "lat": "12", "lon": "25", "category": "place",
        "type": "village", "addresstype": "village", "name": "Zzqarya", "importance": 0.1,
        "address": {"country_code": "sd"}, "boundingbox": ["11.9", "12.1", "24.9", "25.1"],
    }
]  # fmt: skip


def civmap(*arguments, cwd, **environment):
    import os

    kept = {k: v for k, v in os.environ.items() if k != "CIVMAP_CONTACT"}
    return subprocess.run(
        [CIVMAP, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=kept | {"XDG_CACHE_HOME": str(cwd / "cache")} | environment,
        check=False,
        timeout=120,
    )


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text("24 February 2024 - " + TEXT)
    return path


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_command_asks_once_keeps_the_answer_and_names_the_source(server, article, tmp_path):
    server.answers = [(200, json.dumps(ANSWER).encode())]
    choice = ("--geocoder", f"nominatim:{server.url}")
    done = civmap("locate", article, "--json", *choice, cwd=tmp_path)
    unknown = mention(json.loads(done.stdout), "Zzqarya")
    assert unknown["source"].startswith("Nominatim/OpenStreetMap contributors, ODbL 1.0, asked 20")
    assert (unknown["place_id"], unknown["country"]) == ("osm:node/7", "SD")

    server.answers = [(500, b"")]
    again = civmap("map", article, "--out", "out", "--offline", *choice, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert "osm:node/7" in {p["place_id"] for p in report["places"]}
    assert "Nominatim" in {source["name"] for source in report["sources"]}
    assert len(server.requests) == 1


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_offline_asks_nothing_and_says_so(server, article, tmp_path):
    choice = ("--geocoder", f"nominatim:{server.url}", "--offline")
    done = civmap("locate", article, *choice, cwd=tmp_path)
    assert done.returncode == 0
    assert "not on file, and --offline forbids to ask" in done.stderr
    assert server.requests == []


def test_nobody_to_contact_is_wrong_usage(article, tmp_path):
    done = civmap("locate", article, "--geocoder", "nominatim", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "CIVMAP_CONTACT" in done.stderr


def test_missing_spacy_ends_with_status_four(article, tmp_path):
    if civmap("locate", article, "--recogniser", "spacy:none", cwd=tmp_path).returncode == 0:
        pytest.skip("a model of that name is installed")
    done = civmap("locate", article, "--recogniser", "spacy:none", cwd=tmp_path)
    assert done.returncode == 4
    assert "install it with: " in done.stderr
    assert "Traceback" not in done.stderr


def test_no_socket_is_opened_unless_asked():
    """The network is blocked here: whatever tried it would fail."""
    assert locate(TEXT)["mentions"]
