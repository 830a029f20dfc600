from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.places import normalise_name


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Rafaḩ", "rafah"),
        ("Khān Yūnis", "khan yunis"),
        ("KHAN YUNIS", "khan yunis"),
        ("Khan\u2011Yunis", "khan yunis"),
        ("Sana'a", "sanaa"),
        ("Sana\u2019a", "sanaa"),
        ("Al-Shuja\u02bfiyya", "al shujaiyya"),
        ("El Fasher", "al fasher"),
        ("Al-Fasher", "al fasher"),
        ("as-Suwayda", "al suwayda"),
        ("Ad Damazin", "al damazin"),
        ("ash-Shati", "al shati"),
        ("Deir ez-Zor", "deir al zor"),
        ("Deir al-Zor", "deir al zor"),
        ("El Salvador", "al salvador"),
        ("Salvador", "salvador"),
        ("as far as Kyiv", "as far as kyiv"),
        ("St. Louis", "st louis"),
        ("Saint-Louis", "st louis"),
        ("U.S.", "us"),
        ("D.C.", "dc"),
        ("Port-au-Prince", "port au prince"),
        ("N'Djamena", "ndjamena"),
        ("Gonaïves", "gonaives"),
        ("Łódź", "lodz"),
        ("Şuşa", "susa"),
        ("Xankəndi", "xankandi"),
        ("Straße", "strasse"),
        ("  Gaza\tCity ", "gaza city"),
        ("Ga\u200bza", "gaza"),
        ("\u202bGaza\u202c", "gaza"),
        ("Ga\u00adza", "gaza"),
        ("...", ""),
        ("", ""),
    ],
    ids=repr,
)
def test_normal_form_of_latin_names(written: str, normal: str) -> None:
    assert normalise_name(written) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الخرطوم", "خرطوم"),
        ("أم درمان", "ام درمان"),
        ("إدلب", "ادلب"),
        ("غزة", "غزه"),
        ("رَفَح", "رفح"),
        ("رفـــح", "رفح"),
        ("یمن", "يمن"),
        ("Киї\u0301в", "Київ"),
        ("Zaporizhzhia\u0301", "Zaporizhzhia"),
        ("\u0438\u0306", "й"),
        ("Ёлка", "Елка"),
    ],
    ids=repr,
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("El Salvador", "Salvador"), ("Киев", "Київ"), ("がざ", "かざ"), ("कि", "क")],
    ids=repr,
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


@given(st.text(max_size=40))
def test_normal_form_is_its_own_normal_form(text: str) -> None:
    normal = normalise_name(text)
    assert normalise_name(normal) == normal
    assert normal == normal.strip()
    assert "  " not in normal


@given(st.text(alphabet="aeldrstnzh -'.ALDRSN", max_size=30))
def test_articles_and_dots_are_settled_in_one_pass(text: str) -> None:
    normal = normalise_name(text)
    assert normalise_name(normal) == normal


@given(st.text(alphabet="الخرطومةىأإ ـ", max_size=30))
def test_arabic_articles_are_settled_in_one_pass(text: str) -> None:
    normal = normalise_name(text)
    assert normalise_name(normal) == normal
