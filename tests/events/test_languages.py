"""Articles in other languages: places are found and resolved, and it is said what is not read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.location import locate
from geo.text import document_from_text

CIVMAP = Path(sys.executable).parent / "civmap"
ARTICLES = sorted((Path(__file__).parents[1] / "text" / "languages").glob("*.txt"))
LANGUAGES = {"ar": "Arabic", "es": "Spanish", "fr": "French", "ru": "Russian", "uk": "Ukrainian"}
# Places with the right country among those that the article names. When these cues were added
# the share rose from 111 of 145 to 138, and to 140 when the gazetteer grew.
LEAST_EACH, LEAST_ALL = 0.85, 0.93


def read(path):
    return path.read_text(), json.loads(path.with_suffix(".json").read_text())


def find_places(text, labels):
    """Return how many labelled places are found in their country, and what else is located."""
    mentions = locate(text)["mentions"]
    right, seen, reached = 0, set(), {}
    for name, countries in labels["places"]:
        start = text.index(name, reached.get(name, 0))
        reached[name] = start + 1
        hits = [m for m in mentions if m["start"] < start + len(name) and m["end"] > start]
        right += bool(hits) and hits[0]["country"] in countries.split("|")
        seen |= {m["start"] for m in hits}
    located = [m for m in mentions if m["class"] == "place" and m["place_id"]]
    return right, [m for m in located if m["start"] not in seen]


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_places_are_found_in_their_countries(path):
    text, labels = read(path)
    right, others = find_places(text, labels)
    assert right >= LEAST_EACH * len(labels["places"])
    countries = {code for _, codes in labels["places"] for code in codes.split("|")}
    assert {m["country"] for m in others} <= countries, others


def test_places_are_found_in_all_languages_together():
    articles = [read(path) for path in ARTICLES]
    right = sum(find_places(*article)[0] for article in articles)
    assert right >= LEAST_ALL * sum(len(labels["places"]) for _, labels in articles)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_it_is_said_that_roles_are_not_read(path):
    text, labels = read(path)
    found = locate(text)
    assert document_from_text(text, "t").language == labels["language"]
    assert found["events"] == []
    assert {m["role"] for m in found["mentions"] if m["class"] == "place"} == {"mentioned"}
    warnings = {w["code"]: w["text"] for w in found["warnings"]}
    assert f"in {LANGUAGES[labels['language']]} civmap did not read" in warnings["roles-not-read"]
    assert all(text[m["start"] : m["end"]] == m["text"] for m in found["mentions"])


def test_the_command_says_so_too(tmp_path):
    french = next(path for path in ARTICLES if path.stem.startswith("fr"))
    done = subprocess.run(
        [CIVMAP, "locate", french], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert "Roles (talks, attacks, threats) are read in English only: in French" in done.stderr

    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"id": 1, "text": french.read_text()}) + "\n")
    done = subprocess.run(
        [CIVMAP, "locate", "--batch", batch], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["warnings"][0]["code"] == "roles-not-read"


def test_map_is_drawn_without_zones_and_says_why(tmp_path):
    arabic = next(path for path in ARTICLES if path.stem.startswith("ar"))
    done = subprocess.run(
        [CIVMAP, "map", arabic, "--out", tmp_path / "out", "--as-of", "2025-01-01"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "in Arabic civmap did not read what is threatened" in done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["zones"] == []
    assert "roles-not-read" in {warning["code"] for warning in report["warnings"]}
    assert len(report["places"]) >= 15


@pytest.mark.parametrize(
    ("text", "mention", "country"),
    [
        ("Selon le maire, les habitants de la ville ont fui vers l'Égypte.", "Égypte", "EG"),
        (
            "Les familles et les blessés ont fui, pour la plupart, vers N'Djamena.",
            "N'Djamena",
            "TD",
        ),
        ("Le ministre est rentré dans la nuit en Côte d'Ivoire.", "Côte d'Ivoire", "CI"),
        ("Après le raid, des blessés sont arrivés dans la nuit à Baalbek.", "Baalbek", "LB"),
        ("Поезда идут из Харькова, сообщили жители города и врачи.", "Харькова", "UA"),
        ("Автобуси їдуть з Харкова, кажуть мешканці міста.", "Харкова", "UA"),
        ("\u0423 Миколаєві пролунали вибухи, кажуть мешканці міста.", "Миколаєві", "UA"),
        ("وقال إن القصف طال أحياء في رفح", "رفح", "PS"),
    ],
)
def test_names_in_their_sentences(text, mention, country):
    found = [m for m in locate(text)["mentions"] if m["place_id"]]
    assert [(m["text"], m["country"]) for m in found] == [(mention, country)]


@pytest.mark.parametrize(
    "text", ["وإن الوضع صعب بلا ماء", "يوم الخميس وقف إطلاق النار", "وأن المدينة كبيرة جديدة"]
)
def test_common_words_are_no_places(text):
    assert locate(text)["mentions"] == []
