"""Single sentences that once were misread, each with the events that it must give."""

import pytest

from geo.events import read_events_from_bytes
from geo.settings import Settings


def read_text(text, gazetteer):
    return read_events_from_bytes(
        ("12 May 2024 - " + text).encode(), "a.txt", gazetteer, Settings()
    )


def tell(text, gazetteer):
    found = read_text(text, gazetteer)
    places = {place.place_id: place for place in found.places}
    return {
        (places[e.place_id].name, places[e.place_id].country, e.role, e.modality)
        for e in found.events
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "The premier told deputies that Ethiopia will not attack Massawa or Asmara.",
            {
                ("Massawa", "ER", "threatened", "denied"),
                ("Asmara", "ER", "threatened", "denied"),
            },
            id="negated-in-a-report",
        ),
        pytest.param(
            "Claims of an air raid on Goma were denied by the two armies.",
            {("Goma", "CD", "site", "denied")},
            id="denied-in-the-passive",
        ),
        pytest.param(
            "A strike on Goma was called off, the officer said.",
            {("Goma", "CD", "threatened", "denied")},
            id="called-off",
        ),
        pytest.param(
            "If Israel storms Rafah, Egypt will recall its envoy, Cairo said.",
            {("Rafah", "PS", "threatened", "threatened")},
            id="condition",
        ),
        pytest.param(
            "Snipers killed two men in the Bab al-Tabbaneh quarter of Tripoli, Lebanon.",
            {("Tripoli", "LB", "site", "actual")},
            id="unknown-quarter-of-a-town",
        ),
        pytest.param(
            "Two soldiers were killed in San José, Guaviare, Colombian police said.",
            {("San José del Guaviare", "CO", "site", "actual")},
            id="container-beats-prominence",
        ),
        pytest.param(
            "In Nairobi, the minister warned that rebels could attack Goma.",
            {("Goma", "CD", "threatened", "threatened")},
            id="where-it-is-said-with-a-target",
        ),
        pytest.param(
            "In Nairobi, the minister warned of an invasion.", set(), id="where-it-is-said"
        ),
        pytest.param(
            "The rebels vowed to storm Goma, the capital of North Kivu province.",
            {("Goma", "CD", "threatened", "threatened")},
            id="apposition",
        ),
        pytest.param(
            "People in Surin and Poipet were told to evacuate.",
            {
                ("Surin", "TH", "threatened", "threatened"),
                ("Paoy Paet", "KH", "threatened", "threatened"),
            },
            id="list-told-to-leave",
        ),
        pytest.param(
            "Toretsk, New York and Chasiv Yar were shelled again.",
            {
                ("Toretsk", "UA", "site", "actual"),
                ("New York", "UA", "site", "actual"),
                ("Chasiv Yar", "UA", "site", "actual"),
            },
            id="list-that-leads",
        ),
        pytest.param(
            "The fighters threatened to seize Hama, then Homs.",
            {
                ("Hama", "SY", "threatened", "threatened"),
                ("Homs", "SY", "threatened", "threatened"),
            },
            id="list-with-then",
        ),
        pytest.param(
            "A second raid is feared in Barkin Ladi.",
            {("Barkin Ladi", "NG", "threatened", "threatened")},
            id="feared-in",
        ),
        pytest.param(
            "Mourners marked the anniversary. In July 1995 troops attacked Srebrenica. "
            "The killings followed the siege of Sarajevo.",
            {
                ("Srebrenica", "BA", "site", "past"),
                ("Sarajevo", "BA", "site", "past"),
            },
            id="anniversary",
        ),
    ],
)
def test_a_sentence_gives_its_events(text, expected, gazetteer):
    assert tell(text, gazetteer) == expected


def test_a_year_named_in_passing_leaves_the_next_sentence_in_the_present(gazetteer):
    text = "The town of Goma fell in 2012. At least nine people were killed in Bukavu."
    assert ("Bukavu", "CD", "site", "actual") in tell(text, gazetteer)


def test_a_president_is_of_a_country(gazetteer):
    found = read_text("Georgia's President met senators in Atlanta.", gazetteer)
    assert {place.country for place in found.places if place.name == "Georgia"} == {"GE"}


def test_names_that_could_not_be_located_are_listed(gazetteer):
    text = "Two died in Zikkebar and Loulounisso. Shells struck Goma."
    texts = {caution.code: caution.text for caution in read_text(text, gazetteer).cautions}
    assert "could not be located: Loulounisso, Zikkebar" in texts["unresolved-names"]


def test_what_is_not_read_is_not_called_no_threat(gazetteer):
    text = "Les rebelles menacent la ville de Goma et les habitants fuient par la route."
    texts = {caution.code: caution.text for caution in read_text(text, gazetteer).cautions}
    assert "no-threat" not in texts
    assert "did not read what is threatened" in texts["roles-not-read"]


def test_the_arabic_word_for_city_is_no_place(gazetteer):
    text = "قال السكان إن المدينة هادئة اليوم وإن الطريق إلى رفح مفتوح من مدينة غزة"
    names = {place.name for place in read_text(text, gazetteer).places}
    assert "Madinah" not in names
    assert "Rafah" in names
