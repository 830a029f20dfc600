"""Arabic names of towns are told from spellings of other languages in the same letters."""

from __future__ import annotations

import pytest

from geo.places.arabic import choose_arabic_name


@pytest.mark.parametrize(
    ("spellings", "country", "name"),
    [
        (["Rafa", "рафах", "رفح"], "PS", "رفح"),
        (["القاهرة", "قاهره", "قاھىرە"], "EG", "القاهرة"),  # Persian and Uyghur beside it
        (["د مشق", "دمشق"], "SY", "دمشق"),
        (["غزة", "غزه"], "PS", "غزة"),
        (["باريس", "پاریس", "پیرس"], "FR", "باريس"),
        (["جازان", "جيزان"], "SA", None),  # two names: neither is surely the one
        (["تهران"], "IR", None),  # Persian may be written in letters of Arabic alone
        (["Paris"], "FR", None),
        ([], "PS", None),
    ],
)
def test_name_is_taken_only_if_it_is_surely_arabic(spellings, country, name):
    assert choose_arabic_name("gn:1", spellings, country) == name


def test_gazetteer_has_arabic_names(gazetteer):
    names = {
        name: gazetteer.lookup(name)[0].name_ar
        for name in ("Cairo", "Rafah", "Jerusalem", "Khartoum", "Paris", "Lyon")
    }
    assert names["Cairo"] == "القاهرة"
    assert names["Rafah"] == "رفح"
    assert names["Jerusalem"] == "القدس"
    assert names["Khartoum"] == "الخرطوم"
    assert names["Paris"] == "باريس"
