"""The world's countries, against Natural Earth's own file where it is present."""

import pytest
import shapely

from geo.boundaries import read_countries, read_land
from geo.errors import UsageError
from geo.types import BBox


@pytest.fixture(scope="module")
def world():
    return read_countries("50m")


@pytest.mark.parametrize("resolution", ["50m", "110m"])
def test_countries_are_valid_and_within_the_world(resolution):
    countries = read_countries(resolution)
    assert countries.geometry.is_valid.all()
    assert countries.total_bounds.tolist() == pytest.approx([-180, -90, 180, 83.6], abs=0.1)
    assert countries["country"].dropna().is_unique
    assert set(countries.geom_type) <= {"Polygon", "MultiPolygon"}
    codes = countries["country"].dropna().tolist()
    assert codes == sorted(codes)


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        pytest.param(34.30, 31.33, "PS", id="Gaza Strip"),
        pytest.param(21.2, 42.6, "XK", id="Kosovo"),
        pytest.param(45.0, 9.5, "SO", id="Somaliland"),
        pytest.param(33.4, 35.3, "CY", id="Northern Cyprus"),
        pytest.param(105.6, -10.5, "AU", id="Christmas Island"),
        pytest.param(-175.0, 66.8, "RU", id="Chukotka, beyond the date line"),
        pytest.param(178.0, -18.0, "FJ", id="Viti Levu"),
        pytest.param(0.0, -89.9, "AQ", id="South Pole"),
    ],
)
def test_places_lie_in_their_country(world, lon, lat, country):
    inside = world[shapely.contains_xy(world.geometry.values, lon, lat)]
    assert inside["country"].tolist() == [country]


def test_a_country_is_named_by_its_largest_part(world):
    names = world.set_index("country")["name"]
    assert [names["SO"], names["CY"], names["AU"]] == ["Somalia", "Cyprus", "Australia"]


def test_land_without_a_code_has_none(world):
    rows = world[world["country"].isna()]
    assert rows["name"].tolist() == ["Siachen Glacier"]
    assert rows["country"].tolist() == [None]


def test_only_what_is_wanted():
    assert read_countries("50m", countries=["HT", "DO"])["country"].tolist() == ["DO", "HT"]


def test_only_what_comes_near_a_box(world):
    near = set(read_countries("50m", bbox=BBox(34.2, 31.2, 34.6, 31.6))["country"])
    touching = world[world.intersects(shapely.box(34.2, 31.2, 34.6, 31.6))]
    assert set(touching["country"]) <= near
    assert "CO" not in near
    assert {"FJ"} <= set(read_countries("50m", bbox=BBox(179, -18, 181, -16))["country"])


def test_unknown_resolution_is_refused():
    with pytest.raises(UsageError, match="'10m': expected 50m or 110m"):
        read_countries("10m")


def test_land_is_the_countries_together(world):
    land = read_land("50m")
    assert land.is_valid
    assert land.area == pytest.approx(sum(shapely.area(world.geometry.values)), rel=1e-4)


def test_areas_are_those_of_natural_earth(world, shared_file):
    import geopandas as gpd

    original = gpd.read_file(shared_file("natural-earth/ne_50m_admin_0_countries.geojson"))
    original = original[original["ISO_N3"].astype(str).str.fullmatch(r"\d{3}")]
    areas = dict(zip(original["ISO_A2"], shapely.area(original.geometry.values), strict=True))
    ours = dict(zip(world["country"], shapely.area(world.geometry.values), strict=True))
    compared = [
        iso2
        for iso2, area in areas.items()
        if iso2 in ours and area > 1 and iso2 not in ("SO", "CY", "AU", "AQ")
    ]
    assert len(compared) > 150
    for iso2 in compared:
        assert ours[iso2] == pytest.approx(areas[iso2], rel=0.02), iso2
