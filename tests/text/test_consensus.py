"""What an article says as a whole: exercises, denials, countries beside towns, later words."""

import pytest

from geo.text import document_from_text, find_mentions

LEAD = "12 May 2024 - "


def roles(text, index):
    mentions = find_mentions(document_from_text(LEAD + text, "a"), index)
    return [(m.text, m.role, m.modality) for m in mentions if m.class_ == "place"]


def echoes(text, index):
    mentions = find_mentions(document_from_text(LEAD + text, "a"), index)
    return [(m.text, echo.role, echo.modality) for m in mentions for echo in m.echoes]


def test_an_exercise_threatens_nobody(index):
    text = "Soldiers are to storm Goma in a yearly exercise. Tanks will roll towards Sake."
    assert [role for _, role, _ in roles(text, index)] == ["mentioned", "mentioned"]


def test_casualties_in_an_article_about_an_exercise_are_real(index):
    text = "The exercise ended on Friday. A bomb killed nine people in Sake."
    assert roles(text, index) == [("Sake", "site", "actual")]


def test_a_guess_yields_to_a_denial(index):
    text = "The army denied any plan to attack Goma. Shops in Goma are shut: bombs are feared."
    assert [role for _, role, _ in roles(text, index)] == ["threatened", "mentioned"]


def test_a_country_yields_to_the_town_that_is_threatened_in_it(index):
    text = "Rebels threatened to invade Ukraine. They have vowed to storm Kharkiv."
    assert [(text, role) for text, role, _ in roles(text, index)] == [
        ("Ukraine", "mentioned"),
        ("Kharkiv", "threatened"),
    ]


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("Goma is quiet. The rebels have vowed to storm the town.", "Goma"),
        ("Goma and Sake are quiet. The rebels plan to bomb both towns.", "Goma"),
        ("The market of Goma is empty. People fear a raid there.", "Goma"),
        ("Goma is quiet. Residents were ordered to leave.", "Goma"),
        ("Rebels vowed to storm Goma. Sake is near. The town may be bombed.", "Goma"),
    ],
)
def test_later_words_stand_for_the_town(text, town, index):
    assert (town, "threatened") in {(name, role) for name, role, _ in echoes(text, index)}
