from __future__ import annotations

import pytest

import geo
from geo.errors import UsageError
from geo.places import Gazetteer, geocode
from geo.types import LonLat


def test_best_first_with_confidence(gazetteer: Gazetteer) -> None:
    found = geocode("Paris", gazetteer=gazetteer)
    assert found[0].country == "FR"
    assert [place.confidence for place in found] == sorted(
        (place.confidence for place in found), reverse=True
    )
    assert len(found) == 10
    assert geocode("Paris", gazetteer=gazetteer, limit=2) == found[:2]


def test_confidences_of_all_candidates_add_to_one(gazetteer: Gazetteer) -> None:
    found = geocode("Rafah", gazetteer=gazetteer)
    assert sum(place.confidence for place in found) == pytest.approx(1, abs=0.01)


def test_country_keeps_to_that_country(gazetteer: Gazetteer) -> None:
    found = geocode("Rafah", country="eg", gazetteer=gazetteer)
    assert {place.country for place in found} == {"EG"}


def test_near_puts_the_neighbour_first(gazetteer: Gazetteer) -> None:
    dallas = LonLat(-96.8, 32.8)
    assert geocode("Paris", near=dallas, gazetteer=gazetteer)[0].admin1 == "Texas"


def test_unknown_name_without_country_is_never_guessed(gazetteer: Gazetteer) -> None:
    assert geocode("Kharkif", gazetteer=gazetteer) == []


def test_guess_is_labelled_and_never_confident(gazetteer: Gazetteer) -> None:
    found = geocode("Kharkif", country="UA", gazetteer=gazetteer)
    assert found[0].name == "Kharkiv"
    assert all(place.source.startswith("fuzzy: 'Kharkif' read as '") for place in found)
    assert all(place.confidence <= 0.5 for place in found)


@pytest.mark.parametrize("name", ["Zzzzzzzz", "Lviw", "Qqq"])
def test_nothing_alike_is_empty(gazetteer: Gazetteer, name: str) -> None:
    assert geocode(name, country="PS", gazetteer=gazetteer) == []


def test_exact_match_is_not_labelled_fuzzy(gazetteer: Gazetteer) -> None:
    found = geocode("Kharkiv", country="UA", gazetteer=gazetteer)
    assert not any(place.source.startswith("fuzzy") for place in found)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"name": "Rafah", "country": "Palestine"}, "country 'Palestine': expected an ISO"),
        ({"name": "..."}, "name '...': expected letters"),
        ({"name": "Rafah", "limit": 0}, "limit 0: expected 1 or more"),
    ],
    ids=["country", "name", "limit"],
)
def test_bad_calls_say_what_was_expected(
    gazetteer: Gazetteer, options: dict[str, object], fault: str
) -> None:
    with pytest.raises(UsageError, match=fault):
        geocode(gazetteer=gazetteer, **options)


def test_it_is_public_and_opens_the_built_in_gazetteer() -> None:
    assert geo.geocode is geocode
    assert geo.geocode("El Fasher")[0].country == "SD"
