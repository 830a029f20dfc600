"""Which unit a place is, or bears the name of."""

import pytest

from geo.boundaries import match_unit, read_embedded_units


@pytest.fixture(scope="module")
def units():
    return read_embedded_units()


def match(units, name, lon, lat, **other):
    place = {"country": "PS", "kind": "city", "pcode": None} | other
    return match_unit(units, name=name, lon=lon, lat=lat, normalise=str.casefold, **place)


RAFAH = (34.2558, 31.2752)
JABALIA = (34.4832, 31.5282)


@pytest.mark.parametrize(
    ("name", "position", "expected"),
    [
        pytest.param("Rafah", RAFAH, "PS0275", id="named like its unit"),
        pytest.param("RAFAH", RAFAH, "PS0275", id="in the normaliser's form"),
        pytest.param("رفح", RAFAH, "PS0275", id="in Arabic"),
        pytest.param("Rafah Governorate", RAFAH, "PS0275", id="with a generic word"),
        pytest.param("Khan Yunis", (34.3063, 31.3402), "PS0270", id="another spelling"),
        pytest.param("Gaza City", (34.4581, 31.5129), "PS0260", id="the city says city"),
        pytest.param("Jabalia", JABALIA, None, id="inside a unit of another name"),
        pytest.param("Rafah", JABALIA, None, id="named like a unit elsewhere"),
        pytest.param("Rafah", (30.0, 0.0), None, id="far away"),
        pytest.param("Rafah crossing", (34.2592, 31.2486), None, id="no unit but a crossing"),
        pytest.param("", RAFAH, None, id="no name"),
    ],
)
def test_matches_by_name_where_the_place_lies_in_the_unit(units, name, position, expected):
    assert match(units, name, *position) == expected


def test_a_pcode_decides(units):
    assert match(units, "somewhere", 0.0, 0.0, pcode="PS0270") == "PS0270"


def test_an_unknown_pcode_leaves_it_to_the_name(units):
    assert match(units, "Rafah", *RAFAH, pcode="XX99") == "PS0275"


def test_another_country_is_no_match(units):
    assert match(units, "Rafah", *RAFAH, country="EG") is None


def test_an_unknown_country_is_no_hindrance(units):
    assert match(units, "Rafah", *RAFAH, country=None) == "PS0275"


@pytest.mark.parametrize("kind", ["country", "region"])
def test_countries_and_regions_are_no_units(units, kind):
    assert match(units, "Gaza", 34.4581, 31.5129, kind=kind) is None


def test_a_place_just_outside_a_generalised_outline_is_in_it(units):
    rafah = units.set_index("pcode").loc["PS0275"].geometry
    west, _, _, _ = rafah.bounds
    assert match(units, "Rafah", west - 0.005, 31.3237) == "PS0275"
    assert match(units, "Rafah", west - 0.02, 31.3237) is None


def test_no_units_no_match(units):
    assert match(units.iloc[:0], "Rafah", *RAFAH) is None
