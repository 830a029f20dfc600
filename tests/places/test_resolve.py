from __future__ import annotations

import json

import pytest

from geo.database.store import create_run, fetch_records, insert_records
from geo.places import Gazetteer, NameQuery, Resolution, resolve_names
from geo.places.profile import Profile
from geo.places.record import distance_km


def read(gazetteer: Gazetteer, *names: str | tuple[str, str], **options) -> list[Resolution]:
    queries = [
        NameQuery(index, *(name if isinstance(name, tuple) else (name,)), position=index)
        for index, name in enumerate(names)
    ]
    return list(resolve_names(queries, gazetteer, **options).values())


def test_the_two_rafahs_are_told_apart_by_country(gazetteer: Gazetteer) -> None:
    palestine, _ = read(gazetteer, ("Rafah", "Gaza"), "Gaza")
    egypt, _, _ = read(gazetteer, "Rafah", "Sinai", "Egypt")
    assert (palestine.place.country, palestine.tier) == ("PS", "sure")
    assert (egypt.place.country, egypt.tier) == ("EG", "sure")
    assert "border twin: another Rafah lies 2 km away in EG" in palestine.reason
    assert "border twin" in egypt.reason


def test_rafah_alone_is_doubtful_and_lists_the_other(gazetteer: Gazetteer) -> None:
    (alone,) = read(gazetteer, "Rafah")
    assert (alone.place.country, alone.tier) == ("PS", "doubtful")
    assert [other["country"] for other in alone.place.alternatives] == ["EG"]
    assert "small margin over Rafah" in alone.reason


@pytest.mark.parametrize("name", ["Gaza", "the Gaza Strip", "Gaza Strip", "غزة"])
def test_gaza_is_the_strip_an_area(gazetteer: Gazetteer, name: str) -> None:
    first, *_ = read(gazetteer, name, "Israel")
    assert (first.place.place_id, first.place.kind, first.tier) == ("a1:PS.GZ", "region", "sure")


def test_gaza_city_is_the_city(gazetteer: Gazetteer) -> None:
    city, strip = read(gazetteer, "Gaza City", "Gaza")
    assert (city.place.kind, strip.place.kind) == ("city", "region")


def test_a_governorate_that_is_called_one(gazetteer: Gazetteer) -> None:
    (unit,) = read(gazetteer, "Rafah governorate")
    assert (unit.place.kind, unit.place.pcode) == ("admin2", "PS0275")


def test_paris_is_in_france_unless_the_text_says_texas(gazetteer: Gazetteer) -> None:
    (prior,) = read(gazetteer, "Paris")
    texas, _ = read(gazetteer, ("Paris", "Texas"), "Texas")
    assert (prior.place.country, prior.tier) == ("FR", "sure")
    assert prior.reason == "the most prominent place of this name"
    assert (texas.place.country, texas.place.admin1) == ("US", "Texas")


@pytest.mark.parametrize(
    ("name", "container", "place_id"),
    [
        ("Lashio", "northern Shan State", "gn:1314759"),
        ("Rafah", "Gaza", "gn:281102"),
        ("Rafah", "the Gaza Strip", "gn:281102"),
        ("Paris", "TX", "gn:4717560"),
        ("Tripoli", "Lebanon", "gn:266826"),
        ("Hyderabad", "Pakistan", "gn:1176734"),
        ("Hyderabad", "India", "gn:1269843"),
        ("El Fasher", "North Darfur", "gn:379555"),
        ("El Fasher", "Darfur", "gn:379555"),
        ("Birmingham", "Alabama", "gn:4049979"),
        ("Shujaiya", "Gaza City", "cm:ps-point-shujaiya"),
        ("Bara", "North Kordofan", "gn:377724"),
    ],
)
def test_containers_decide(gazetteer: Gazetteer, name: str, container: str, place_id: str) -> None:
    (found,) = read(gazetteer, (name, container))
    assert found.place.place_id == place_id
    assert "as the text says" in found.reason


def test_a_container_that_holds_no_such_place_makes_doubtful(gazetteer: Gazetteer) -> None:
    (found,) = read(gazetteer, ("Kharkiv", "Brazil"))
    assert found.tier == "doubtful"
    assert "no place of this name is known in brazil" in found.reason


def test_the_container_itself_is_read_by_what_it_holds(gazetteer: Gazetteer) -> None:
    _, state = read(gazetteer, ("Atlanta", "Georgia"), "Georgia")
    country, _ = read(gazetteer, "Georgia", "Ukraine")
    assert state.place.place_id == "a1:US.GA"
    assert country.place.place_id == "co:GE"


def test_the_country_in_the_text_decides(gazetteer: Gazetteer) -> None:
    tripoli, _ = read(gazetteer, "Tripoli", "Benghazi")
    lebanese, _ = read(gazetteer, "Tripoli", "Lebanon")
    assert (tripoli.place.country, lebanese.place.country) == ("LY", "LB")


def test_a_unit_elsewhere_in_the_text_decides(gazetteer: Gazetteer) -> None:
    town, _ = read(gazetteer, "Victoria", "British Columbia")
    assert town.place.country == "CA"
    assert "its first-level unit is in the text" in town.reason


def test_nearness_decides_among_towns_of_a_country(gazetteer: Gazetteer) -> None:
    here, _, _ = read(gazetteer, "Kostiantynivka", "Kramatorsk", "Chasiv Yar")
    assert here.place.place_id == "gn:705104"
    assert "near other places" in here.reason


def test_what_its_source_wrote_about_before_tips_the_scale(gazetteer: Gazetteer) -> None:
    spanish, texan = Profile(), Profile()
    for _ in range(20):
        spanish.add_place("ES", "ES.51")
        texan.add_place("US", "US.TX")
    (away,) = read(gazetteer, "Córdoba")
    (home,) = read(gazetteer, "Córdoba", profile=spanish)
    assert (away.place.country, home.place.country) == ("AR", "ES")
    (paris,) = read(gazetteer, "Paris", profile=texan)
    assert paris.place.country == "FR", "a great name is not drawn home"
    (georgetown,) = read(gazetteer, "Georgetown", profile=texan)
    assert georgetown.unit == "US.TX"


def test_a_new_source_proves_little() -> None:
    profile = Profile()
    assert profile.share("US") == 0
    profile.add_place("US", None)
    assert 0 < profile.share("US") < 0.2
    assert profile.share(None) == 0


def test_one_name_is_one_place_unless_containers_differ(gazetteer: Gazetteer) -> None:
    first, second = read(gazetteer, ("Paris", "Texas"), "Paris")
    assert first.place.place_id == second.place.place_id
    texas, france = read(gazetteer, ("Paris", "Texas"), ("Paris", "France"))
    assert (texas.place.country, france.place.country) == ("US", "FR")


def test_countries_and_regions_are_areas(gazetteer: Gazetteer) -> None:
    names = ("Sudan", "Darfur", "the Sahel", "Donbas", "Horn of Africa", "Shan State")
    kinds = [found.place.kind for found in read(gazetteer, *names)]
    assert kinds == ["country", "region", "region", "region", "region", "admin1"]
    assert all(found.place.is_area for found in read(gazetteer, *names))


def test_what_the_text_calls_it_counts(gazetteer: Gazetteer) -> None:
    region, city = read(gazetteer, "Kharkiv region", "Kharkiv")
    assert (region.place.kind, city.place.kind) == ("admin1", "city")
    queries = [NameQuery("unit", "Aleppo", kind="admin1"), NameQuery("town", "Aleppo", kind="city")]
    found = resolve_names(queries, gazetteer)
    assert (found["unit"].place.kind, found["town"].place.kind) == ("admin1", "city")


def test_unknown_name_is_none_and_never_guessed(gazetteer: Gazetteer) -> None:
    (found,) = read(gazetteer, "Kharkyff")
    assert found == Resolution(None, "doubtful", "no place of this name in the gazetteer")


def test_every_key_is_answered_in_order_of_the_queries(gazetteer: Gazetteer) -> None:
    queries = [NameQuery("z", "Goma"), NameQuery("a", "Goma"), NameQuery("m", "nowhere at all")]
    found = resolve_names(queries, gazetteer)
    assert list(found) == ["z", "a", "m"]
    assert found["z"] is found["a"]
    assert resolve_names([], gazetteer) == {}


def test_order_of_the_queries_does_not_matter(gazetteer: Gazetteer) -> None:
    names = ["Rafah", "Gaza", "Cairo", "Paris", "Egypt", "Israel", "Tripoli", "Washington"]
    queries = [NameQuery(name, name, position=index) for index, name in enumerate(names)]
    assert resolve_names(queries, gazetteer) == resolve_names(queries[::-1], gazetteer)


def test_confidence_is_a_probability_and_doubt_lists_alternatives(gazetteer: Gazetteer) -> None:
    for found in read(gazetteer, "San Antonio", "Springfield", "Goma", "Washington", "Victoria"):
        assert 0 < found.place.confidence <= 1
        assert found.tier in {"sure", "doubtful"}
        if found.tier == "doubtful":
            assert found.place.alternatives
        else:
            assert found.place.alternatives == ()


def test_places_go_into_the_run_database(gazetteer: Gazetteer, tmp_path) -> None:
    (found,) = read(gazetteer, "Rafah")
    con = create_run(tmp_path / "run.duckdb")
    insert_records(con, "places", [found.place])
    (row,) = fetch_records(con, "SELECT * FROM places")
    con.close()
    assert row["place_id"] == "gn:281102"
    assert json.loads(json.dumps(row["alternatives"]))[0]["country"] == "EG"


# Written from general knowledge, apart from the supplement: name, country, lat, lon.
CONFLICT_SPELLINGS = [
    ("Khan Yunis", "PS", 31.34, 34.30), ("Deir el-Balah", "PS", 31.42, 34.35),
    ("Jabaliya", "PS", 31.53, 34.48), ("Beit Lahia", "PS", 31.55, 34.50),
    ("Nuseirat refugee camp", "PS", 31.45, 34.39), ("Shejaiya", "PS", 31.50, 34.47),
    ("Jénine", "PS", 32.46, 35.30), ("Huwwara", "PS", 32.15, 35.26),
    ("خان يونس", "PS", 31.34, 34.30), ("Al-Fashir", "SD", 13.63, 25.35),
    ("الفاشر", "SD", 13.63, 25.35), ("El-Geneina", "SD", 13.45, 22.45),
    ("Zamzam camp", "SD", 13.48, 25.31), ("Omdourman", "SD", 15.65, 32.48),
    ("Wad Medani", "SD", 14.40, 33.52), ("El Obeid", "SD", 13.18, 30.22),
    ("Nyala", "SD", 12.05, 24.88), ("Kadugli", "SD", 11.01, 29.72),
    ("Харків", "UA", 49.99, 36.23), ("Kharkov", "UA", 49.99, 36.23), ("Kiev", "UA", 50.45, 30.52),
    ("Бахмут", "UA", 48.59, 38.00), ("Artemivsk", "UA", 48.59, 38.00),
    ("Avdeevka", "UA", 48.14, 37.74), ("Ugledar", "UA", 47.78, 37.25),
    ("Chasov Yar", "UA", 48.59, 37.83), ("Slavyansk", "UA", 48.85, 37.61),
    ("Marioupol", "UA", 47.10, 37.55), ("Zaporozhye", "UA", 47.84, 35.14),
    ("Robotyne", "UA", 47.45, 35.84), ("Laukkaing", "MM", 23.69, 98.76),
    ("Akyab", "MM", 20.15, 92.90), ("Hsipaw", "MM", 22.62, 97.30),
    ("Maungdaw", "MM", 20.82, 92.37), ("Myawadi", "MM", 16.69, 98.51),
    ("Mrauk-U", "MM", 20.59, 93.19), ("Kitchanga", "CD", -1.23, 29.05),
    ("Rutchuru", "CD", -1.19, 29.45), ("Bunagana", "CD", -1.30, 29.60),
    ("Minova", "CD", -1.71, 29.02), ("Masisi", "CD", -1.40, 28.81),
    ("Bukavu", "CD", -2.51, 28.86), ("Tombouctou", "ML", 16.77, -3.01),
    ("Tinzaouaten", "ML", 19.95, 2.97), ("Ménaka", "ML", 15.92, 2.40),
    ("Djibo", "BF", 14.10, -1.63), ("Barsalogho", "BF", 13.41, -1.06),
    ("Tillabery", "NE", 14.21, 1.45), ("Mekele", "ET", 13.50, 39.47),
    ("Shire Inda Selassie", "ET", 14.10, 38.28), ("Gonder", "ET", 12.60, 37.46),
    ("Hodeida", "YE", 14.80, 42.95), ("الحديدة", "YE", 14.80, 42.95),
    ("Sa'dah", "YE", 16.94, 43.76), ("Deir Ezzor", "SY", 35.34, 40.14),
    ("Qamishlo", "SY", 37.05, 41.22), ("Soueïda", "SY", 32.71, 36.57),
    ("Ain al-Arab", "SY", 36.89, 38.35), ("Al-Hol camp", "SY", 36.37, 41.15),
    ("إدلب", "SY", 35.93, 36.63), ("Bent Jbeil", "LB", 33.12, 35.43),
    ("Khiyam", "LB", 33.33, 35.61), ("Naqoura", "LB", 33.12, 35.14),
    ("Shingal", "IQ", 36.32, 41.87), ("Mossoul", "IQ", 36.34, 43.13),
    ("Tel Afar", "IQ", 36.38, 42.45), ("Cité Soleil", "HT", 18.58, -72.33),
    ("Pétion-Ville", "HT", 18.51, -72.29), ("Mirebalais", "HT", 18.83, -72.10),
    ("Maiduguri", "NG", 11.85, 13.16), ("Gamboru Ngala", "NG", 12.37, 14.21),
    ("Chibok", "NG", 10.87, 12.85), ("Beletweyne", "SO", 4.74, 45.20),
    ("Las Anod", "SO", 8.48, 47.36), ("Muqdisho", "SO", 2.04, 45.34),
    ("Malakal", "SS", 9.53, 31.66), ("Bentiu", "SS", 9.26, 29.80), ("Bamenda", "CM", 5.96, 10.15),
    ("Mocimboa da Praia", "MZ", -11.35, 40.35), ("Macomia", "MZ", -12.25, 40.13),
    ("Spin Buldak", "AF", 31.01, 66.40), ("Lashkar Gah", "AF", 31.59, 64.37),
    ("Miranshah", "PK", 33.00, 70.07), ("Para Chinar", "PK", 33.90, 70.10),
    ("Tibu", "CO", 8.64, -72.73), ("Shushi", "AZ", 39.76, 46.75),
    ("Степанакерт", "AZ", 39.82, 46.75), ("Sebha", "LY", 27.04, 14.43),
    ("درنة", "LY", 32.76, 22.64), ("Adre", "TD", 13.47, 22.20), ("Ndele", "CF", 8.41, 20.65),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "country", "lat", "lon"),
    CONFLICT_SPELLINGS,
    ids=[row[0] for row in CONFLICT_SPELLINGS],
)
def test_conflict_spellings(
    gazetteer: Gazetteer, name: str, country: str, lat: float, lon: float
) -> None:
    fact = gazetteer.country(country)
    found, _ = read(gazetteer, name, fact.name)
    assert found.place is not None
    assert found.place.country == country
    assert distance_km(found.place.lon, found.place.lat, lon, lat) <= 25
    assert not found.place.source.startswith("fuzzy")


def test_a_container_is_found_in_the_full_name(gazetteer):
    queries = [NameQuery("a", "San José", container="Guaviare")]
    place = resolve_names(queries, gazetteer)["a"].place
    assert (place.name, place.country) == ("San José del Guaviare", "CO")


def test_a_government_that_acts_does_not_draw_a_border_twin_to_its_side(gazetteer):
    def country_of(*, acts):
        queries = [
            NameQuery("a", "Rafah", position=0),
            NameQuery("b", "Egypt", kind="country", position=1, acts=acts),
        ]
        return resolve_names(queries, gazetteer)["a"].place.country

    assert country_of(acts=True) == "PS"
    assert country_of(acts=False) == "EG"
