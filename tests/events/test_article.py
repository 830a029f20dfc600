from datetime import date

import pytest

from geo.events import read_events, read_events_from_bytes
from geo.settings import Settings


def read_text(text, gazetteer):
    return read_events_from_bytes(text.encode(), "stdin", gazetteer, Settings())


def picture(found):
    places = {place.place_id: place for place in found.places}
    return {
        (places[event.place_id].country, places[event.place_id].kind, event.role, event.modality)
        for event in found.events
    }


EXPECTED = {
    ("FR", "city", "venue", "actual"),
    ("PS", "city", "threatened", "threatened"),
    ("PS", "region", "site", "actual"),
}


def test_the_bundled_example(gazetteer):
    found = read_events(None, gazetteer, Settings())
    assert found.as_of == date(2024, 2, 24)
    assert picture(found) >= EXPECTED | {("EG", "city", "venue", "planned")}


def test_the_seed_article(seed_article, gazetteer):
    found = read_events(seed_article, gazetteer, Settings())
    assert (found.as_of, found.as_of_source) == (date(2024, 2, 24), "dateline")
    assert picture(found) >= EXPECTED | {("EG", "city", "venue", "actual")}
    places = {place.place_id: place for place in found.places}
    roles = {}
    for mention in found.mentions:
        assert mention.text not in {"Abbas Kamel", "Kamel", "Netanyahu"}
        place = places.get(mention.place_id)
        roles.setdefault(mention.text, set()).add(
            (mention.class_, mention.role, place.country if place else None)
        )
    assert roles["Paris"] == {("place", "venue", "FR")}
    assert roles["Cairo"] == {("place", "venue", "EG")}
    assert roles["Rafah"] == {("place", "threatened", "PS")}
    assert roles["Gaza"] == {("place", "mentioned", "PS"), ("place", "site", "PS")}
    assert roles["Washington"] == {("place", "actor", "US")}
    assert roles["Hamas"] == {("actor", "actor", None)}
    assert roles["Palestinian Authority"] == {("organisation", "mentioned", None)}
    assert {m.kind for m in found.mentions if m.text == "Gaza"} == {"region"}
    assert {m.kind for m in found.mentions if m.text == "Washington"} == {"city"}
    assert {m.tier for m in found.mentions if m.text in {"Rafah", "Gaza", "Cairo"}} == {"sure"}


def test_mentions_of_one_place_in_one_role_are_one_event(gazetteer):
    found = read_text(
        "12 May 2024 - Rebels vowed to attack Goma. Aid groups warned of an assault on Goma.",
        gazetteer,
    )
    assert len(found.events) == 1
    assert found.events[0].evidence.count("Goma") == 2


def test_past_and_present_are_two_events(gazetteer):
    found = read_text(
        "12 May 2024 - A blast killed two people in Goma. In 2012 the city was seized by rebels. "
        "Goma was also shelled in 2013.",
        gazetteer,
    )
    assert {(event.role, event.modality) for event in found.events} == {
        ("site", "actual"),
        ("site", "past"),
    }


def test_an_event_has_the_day_that_its_sentence_names(gazetteer):
    found = read_text("12 May 2024 - Shells struck Kharkiv on Friday.", gazetteer)
    assert found.events[0].date == date(2024, 5, 10)


def days(found):
    return [(event.role, event.modality, event.date and event.date.day) for event in found.events]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Shells struck Kharkiv on Friday. Shells struck Kharkiv on Saturday.",
            [("site", "actual", 10), ("site", "actual", 11)],
            id="two-days",
        ),
        pytest.param(
            "Kharkiv was shelled. Shells struck Kharkiv on Friday.",
            [("site", "actual", 10)],
            id="undated-joins",
        ),
        pytest.param(
            "Envoys held talks in Cairo. The envoys will meet again in Cairo on Friday.",
            [("venue", "actual", None), ("venue", "planned", 17)],
            id="held-and-to-come",
        ),
        pytest.param(
            "The army said on Friday that shells had struck Kharkiv.",
            [("site", "actual", None)],
            id="said-then",
        ),
    ],
)
def test_one_place_in_one_role_on_two_days_is_two_events(text, expected, gazetteer):
    assert days(read_text("12 May 2024 - " + text, gazetteer)) == expected


def test_events_are_numbered_in_text_order(gazetteer):
    text = "12 May 2024 - Shells struck Kharkiv. Talks were held in Cairo. Goma was stormed."
    found = read_text(text, gazetteer)
    assert [event.event_id for event in found.events] == ["E1", "E2", "E3"]
    assert [event.role for event in found.events] == ["site", "venue", "site"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("Nothing was said and nobody was there.", "no-place", id="no-place"),
        pytest.param("Shells struck Kharkiv.", "no-threat", id="no-threat"),
        pytest.param(
            "Les combats ont repris dans la ville de Goma et les habitants ont fui.",
            "roles-not-read",
            id="french",
        ),
    ],
)
def test_what_is_missing_is_said(text, code, gazetteer):
    assert code in [caution.code for caution in read_text(text, gazetteer).cautions]


def test_reading_twice_gives_the_same(gazetteer):
    first, second = (read_events(None, gazetteer, Settings()) for _ in range(2))
    assert first == second
