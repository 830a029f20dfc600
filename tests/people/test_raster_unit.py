"""Count or density: read from what the file says, never guessed."""

from pathlib import Path

import pytest

from geo.errors import RasterError, UsageError
from geo.people.raster_unit import find_unit


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hti_ppp_2020.tif", "count"),
        ("hti_ppp_2020_UNadj_constrained.tif", "count"),
        ("ppp_2020_1km_Aggregated.tif", "count"),
        ("pse_pop_2024_CN_100m_R2025A_v1.tif", "count"),
        ("afg_f_25_2024_CN_100m_R2025A_v1.tif", "count"),
        ("hti_pd_2020_1km.tif", "density"),
        ("GHS_POP_E2020_GLOBE_R2023A_54009_100_V1_0_R6_C22.tif", "count"),
        ("gpw_v4_population_count_rev11_2020_30_sec.tif", "count"),
        ("gpw_v4_population_density_rev11_2020_30_sec.tif", "density"),
        ("landscan-global-2022.tif", "count"),
        ("gpw-v4-population-count-rev11_2020_30_sec.tif", "count"),
        (
            "gpw_v4_population_density_adjusted_to_2015_unwpp_country_totals_rev11_2020_30_sec.tif",
            "density",
        ),
        ("GHS_POP_E2025_GLOBE_R2023A_4326_3ss_V1_0_R6_C22.tif", "count"),
        ("GHS_POP_P2030_GLOBE_R2022A_54009_1000_V1_0.tif", "count"),
        ("global_pop_2024_CN_1km_R2025A_UA_v1.tif", "count"),
        ("global_t_05_2024_CN_1km_R2025A_v1.tif", "count"),
        ("hrsl_general-latest.tif", "count"),
        ("cog_globallat_10_lon_-80_general-v1.5.4.tif", "count"),
        ("my_popdens.tif", "density"),
        ("people-count.tif", "count"),
    ],
)
def test_names_of_known_products(name, expected):
    assert find_unit(Path(name), {}, (None, None), None) == expected


@pytest.mark.parametrize(
    "name", ["pop.tif", "raster.tif", "account.tif", "condensed.tif", "GHS_BUILT.tif"]
)
def test_other_names_are_asked_for(name):
    with pytest.raises(UsageError, match=r"say which with --unit count\|density"):
        find_unit(Path(name), {}, (None, None), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("persons per cell", "count"),
        ("people/pixel", "count"),
        ("people", "count"),
        ("persons per square kilometre", "density"),
        ("people per sq. km", "density"),
        ("persons/km2", "density"),
        ("people km-2", "density"),
        ("inhabitants/km²", "density"),
    ],
)
def test_units(text, expected):
    path = Path("x.tif")
    assert find_unit(path, {}, (text, None), None) == expected
    assert find_unit(path, {"UNIT": text}, (None, None), None) == expected


def test_a_unit_goes_before_the_name():
    assert (
        find_unit(Path("hti_ppp_2020.tif"), {"units": "people/km2"}, (None, None), None)
        == "density"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Population density, 2020", "density"), ("Population count, 2020", "count")],
)
def test_descriptions(text, expected):
    assert find_unit(Path("x.tif"), {}, (None, text), None) == expected
    assert find_unit(Path("x.tif"), {"TITLE": text}, (None, None), None) == expected


def test_a_title_that_does_not_say_decides_nothing():
    with pytest.raises(UsageError, match="neither its tags nor its name say"):
        find_unit(Path("x.tif"), {"TITLE": "Population 2020"}, (None, None), None)


@pytest.mark.parametrize(
    "text", ["persons per hectare", "people/ha", "people per square mile", "people/m2"]
)
def test_other_areas_are_refused(text):
    with pytest.raises(RasterError, match="expected persons a cell or a square kilometre"):
        find_unit(Path("x.tif"), {}, (text, None), None)


def test_the_caller_decides():
    assert (
        find_unit(Path("hti_ppp_2020.tif"), {"UNIT": "people/ha"}, (None, None), "density")
        == "density"
    )
    with pytest.raises(UsageError, match="unit 'people': expected count or density"):
        find_unit(Path("x.tif"), {}, (None, None), "people")
