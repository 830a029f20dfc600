from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.places.record import ALTERNATE, NAME, Record
from geo.places.spellings import add_spellings, describe, respell_arabic, romanise

if TYPE_CHECKING:
    from geo.places import Gazetteer


def place(name: str, country: str, *more: str, people: int = 5_000) -> Record:
    record = Record(f"gn:{name}", name, country, "city", 0.0, 0.0, 1.0, 3.0, "geonames")
    record.population = people
    for spelling in (name, *more):
        record.add_name(spelling, NAME)
    return record


@pytest.mark.parametrize(
    ("romanised", "written"),
    [
        ("dayr hafir", "deir hafer"), ("tall rifat", "tel rifat"), ("tarhunah", "tarhouna"),
        ("kafr kila", "kfar kila"), ("al qusayr", "al qousseir"), ("ayn isa", "ain issa"),
        ("nabatiyah", "nabatieh"), ("jabal marrah", "jebel marra"), ("hawran", "hauran"),
        ("manbij", "manbidj"), ("umm ruwabah", "um ruwaba"), ("suwaydiyah", "suwaydiyya"),
    ],
)  # fmt: skip
def test_arabic_names_as_news_writes_them(romanised: str, written: str) -> None:
    assert written in respell_arabic(romanised)


@pytest.mark.parametrize(
    ("cyrillic", "written"),
    [
        ("волчанск", {"volchansk"}), ("часів яр", {"chasiv yar"}), ("часов яр", {"chasov yar"}),
        ("мирное", {"mirnoe", "mirnoye"}), ("веселии", {"veseliy", "vesely"}),
        ("зелении гаи", {"zelenyi hay", "zeleniy gay"}), ("ізюм", {"izium", "izyum"}),
    ],
)  # fmt: skip
def test_cyrillic_names_as_passports_and_newspapers_write_them(
    cyrillic: str, written: set[str]
) -> None:
    assert written <= romanise(cyrillic)


def test_a_name_in_no_latin_or_slavic_letters_is_left() -> None:
    assert romanise("შუშა") == set()


def test_derived_spellings_are_alternates_and_never_take_a_name_on_file() -> None:
    town = place("Dayr Hafir", "SY")
    other = place("Deir Hafir", "FR")
    added = add_spellings([town, other])
    assert town.names["deir hafer"] == ALTERNATE
    assert "deir hafir" not in town.names
    assert added == len(town.names) - 1
    assert other.names == {"deir hafir": NAME}


def test_a_village_of_one_word_is_not_respelt() -> None:
    village, named = place("Rawdah", "SY", people=200), place("Tall Rawdah", "SY", people=200)
    add_spellings([village, named])
    assert village.names == {"rawdah": NAME}
    assert "tell rawda" in named.names


def test_burmese_without_the_word_for_town_and_in_one_word() -> None:
    town = place("Hlaing Tharyar", "MM", "လားရှိုးမြို့")
    add_spellings([town])
    assert {"hlaingtharyar", "လားရှိုး"} <= set(town.names)


@pytest.mark.parametrize(
    ("name", "feature", "described"),
    [
        ("dadaab", "camp", "dadaab refugee camp"), ("zaatari camp", "camp", "camp de zaatari"),
        ("زعتري", "camp", "مخيم زعتري"), ("qasmiya border crossing", "crossing", "qasmiya border"),
    ],
)  # fmt: skip
def test_camps_and_crossings_with_what_describes_them(
    name: str, feature: str, described: str
) -> None:
    assert described in describe(name, feature)
    assert describe(name, "town") == set()


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("Tarhouna", "LY"),
        ("Manbidj", "SY"),
        ("Beiji", "IQ"),
        ("လားရှိုး", "MM"),
        ("Kakuma displacement camp", "KE"),
        ("Masnaa border post", "LB"),
    ],
)
def test_the_gazetteer_has_them(gazetteer: Gazetteer, written: str, country: str) -> None:
    assert [place.country for place in gazetteer.lookup(written)] == [country]
