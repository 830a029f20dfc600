"""Places at risk in several countries: what is fetched for each of them goes together."""

import csv
import datetime as dt
import json

import duckdb
import pytest
import shapely
from pyproj import Geod

from geo.areas_at_risk import CORNER, Spot, locate_countries_at_risk
from geo.named_data import choose_offers, obtain_named
from geo.offers import Area
from geo.people.sources.ghs_pop import GhsPop
from geo.settings import Settings, choose_displacement, choose_named
from maps.cli import main
from tests.downloads import way
from tests.services import (
    HDX,
    UNITS,
    dump,
    hdx_dataset,
    hdx_page,
    make_raster,
    make_shapefile,
    make_zip,
    worldpop_pages,
    worldpop_record,
)
from tests.test_data_command import Events, read_folder, routes  # noqa: F401 - as a fixture

DAY = dt.date(2024, 2, 24)
GEOD = Geod(ellps="WGS84")
IDPS = "hapi.humdata.org/api/v2/affected-people/idps"
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

RADIUS = "5"
# two in Palestine, one in Egypt near the border, which is at 34.0 east here
PLACES = {"a": (34.25, 31.29, "PS"), "b": (34.28, 31.27, "PS"), "c": (33.98, 31.2, "EG")}
MAP = ("map", "e.csv", "--population", "worldpop", "--boundaries", "cod-ab", "--displacement",
       "none", "--radius", RADIUS, "--accept-stale", "--as-of", "2024-02-24")  # fmt: skip


def add_egypt(pages, folder, *, north=31.6, people=7.0):
    """Egypt's raster ends at 34.0 east, where Palestine's begins here; its units overlap hers."""
    record = worldpop_record(2024, "EGY", title="Egypt")
    pages |= {key: page for key, page in worldpop_pages(iso3="EGY").items() if "iso3=EGY" in key}
    raster = make_raster(folder / "egypt.tif", 33.2, north, size=(400, 200), people=people)
    pages[record["files"][0].removeprefix("https://")] = raster
    units = UNITS.assign(
        ADM2_PCODE=["EG3401", "EG3402"], ADM2_EN=["Sheikh Zuweid", "Arish"], ADM1_PCODE="EG34",
        ADM1_EN="North Sinai", ADM0_PCODE="EG",
    )  # fmt: skip
    units = units.set_geometry([shapely.box(33.5, 31.1, 34.3, 31.4), shapely.box(33, 31, 33.5, 32)])
    pages |= {
        hdx_page("cod-ab-egy"): hdx_dataset("cod-ab-egy", ("egy_adm2.zip", "SHP")),
        f"{HDX}/download/egy_adm2.zip": make_zip(**make_shapefile(folder / "egy", units)),
    }


@pytest.fixture(autouse=True)
def events(tmp_path, routes):  # noqa: ARG001, F811 - the services are there
    rows = [f"{name},{lon},{lat},{country}" for name, (lon, lat, country) in PLACES.items()]
    (tmp_path / "e.csv").write_text("\n".join(["event_id,lon,lat,country", *rows]))


def read_out(folder):
    return [json.loads((folder / name).read_text()) for name in ("report.json", "manifest.json")]


def count_by_file(folder, name):
    """Return people within reach of each place by one country's raster alone."""
    out = folder / f"{name}.csv"
    command = ("expose", "e.csv", "--population", str(folder / name), "--radius", RADIUS)
    assert main([*command, "--unit", "count", "--out", str(out)]) == 0
    with out.open(newline="", encoding="utf-8-sig") as stream:
        return {row["event_id"]: float(row["people"] or 0) for row in csv.DictReader(stream)}


def read_units(path):
    """Return P-code, outline and area of the units of a run."""
    with duckdb.connect(str(path), read_only=True) as con:
        rows = con.execute("SELECT pcode, geometry, area_km2 FROM admin_units").fetchall()
    return [(pcode, shapely.from_wkb(bytes(shape)), area) for pcode, shape, area in rows]


def test_rasters_and_units_of_two_countries_go_together(tmp_path, routes, capsys):  # noqa: F811
    add_egypt(routes.pages, tmp_path)
    assert main([*MAP, "--out", "out"]) == 0
    told = capsys.readouterr().err
    assert "egy_pop_2024" in told
    assert "pse_pop_2024" in told
    report, manifest = read_out(tmp_path / "out")
    figures = {row["zone_id"]: row["static"] for row in report["exposure"]}
    own, hers = (count_by_file(tmp_path, name) for name in ("made.tif", "egypt.tif"))
    assert hers["a"] == 0
    assert min(own["c"], hers["c"]) > 500  # its disc lies in both
    for name in PLACES:
        assert figures[f"{name}-disc-5km"] == pytest.approx(own[name] + hers[name], abs=1)
    # units of two files overlap: nobody is counted in both
    with duckdb.connect(str(tmp_path / "out/run.duckdb"), read_only=True) as con:
        parts = con.execute(
            "SELECT zone_id, sum(static) FROM exposure_admin GROUP BY zone_id"
        ).fetchall()
    assert dict(parts) == pytest.approx(figures, abs=2)
    units = read_units(tmp_path / "out/run.duckdb")
    assert {pcode for pcode, _, _ in units} == {"PS2520", "PS2525", "EG3401"}
    whole = shapely.union_all([shape for _, shape, _ in units])
    assert whole.area == pytest.approx(sum(shape.area for _, shape, _ in units))
    for _, shape, area_km2 in units:  # also of those that were cut
        assert area_km2 == pytest.approx(
            abs(GEOD.geometry_area_perimeter(shape)[0]) / 1e6, rel=1e-3
        )
    codes = {warning["code"] for warning in report["warnings"]}
    assert "data-of-one-country" not in codes
    (raster,) = [each for each in manifest["inputs"] if each["part"] == "population"]
    urls = [each["url"] for each in raster["origin"]["joined"]]
    assert [url.rsplit("/", 1)[1][:3] for url in urls] == ["pse", "egy"]
    assert [each["part"] for each in manifest["inputs"]].count("boundaries") == 2


def test_several_countries_repeat_offline_bit_for_bit(tmp_path, routes, server):  # noqa: F811
    add_egypt(routes.pages, tmp_path)
    assert main([*MAP, "--out", "one"]) == 0
    server.answers = [(500, b"")]
    assert main([*MAP, "--out", "two", "--offline"]) == 0
    assert read_folder(tmp_path / "one") == read_folder(tmp_path / "two")


def test_country_that_a_source_lacks_is_told_and_modelled_coarsely(tmp_path):
    (tmp_path / "e.csv").write_text((tmp_path / "e.csv").read_text().replace("33.98", "33.8"))
    assert main([*MAP, "--out", "out"]) == 0
    report, _ = read_out(tmp_path / "out")
    told = [w["text"] for w in report["warnings"] if w["code"] == "data-of-one-country"]
    assert [text.partition(",")[0] for text in told] == [
        "worldpop gave no population for Egypt",
        "cod-ab gave no boundaries for Egypt",
    ]
    assert "population-coarse" in {warning["code"] for warning in report["warnings"]}
    (row,) = [row for row in report["exposure"] if row["zone_id"] == "c-disc-5km"]
    assert row["low"] < row["best"] / 1.5


def test_rasters_of_another_grid_are_not_joined(tmp_path, routes, capsys):  # noqa: F811
    add_egypt(routes.pages, tmp_path, north=31.6017)
    assert main([*MAP, "--out", "out"]) == 4
    assert "the rasters of PSE-EGY can't be joined" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_tables_of_displacement_of_all_countries_are_taken(tmp_path, routes, monkeypatch):  # noqa: F811
    monkeypatch.setenv("CIVMAP_CONTACT", "somebody@of-nobody.example.org")
    add_egypt(routes.pages, tmp_path)
    for iso3 in ("PSE", "EGY"):
        row = {"location_code": iso3, "population": 5, "reference_period_start": "2024-01-01"}
        page = f"{IDPS}?location_code={iso3}&output_format=json&limit=10000&offset=0"
        routes.pages[page] = dump({"data": [row]})
    settings = Settings(
        displacement=choose_displacement(["auto", "hapi"]), **choose_named(demography="cod-ps")
    )
    routes.pages |= {
        hdx_page("cod-ps-pse"): hdx_dataset("cod-ps-pse", ("pse_admpop_adm2_2023.csv", "CSV")),
        f"{HDX}/download/pse_admpop_adm2_2023.csv": b"ADM2_PCODE,T_TL\nPS2525,1\n",
    }
    events = Events(*(("threatened", code, lon, lat) for lon, lat, code in PLACES.values()))
    placed, obtained, cautions = obtain_named(settings, events, DAY, way())
    assert [getattr(each, "name", each) for each in placed.displacement] == [
        "auto", "hapi_idps_pse.json", "hapi_idps_egy.json",
    ]  # fmt: skip
    assert [(each.part, each.offer.area) for each in obtained] == [
        ("displacement", "PSE"), ("displacement", "EGY"), ("demography", "PSE"),
    ]  # fmt: skip
    (left_out,) = [each.text for each in cautions if each.code == "data-of-one-country"]
    assert left_out == (
        "Data (cod-ps) was fetched for Palestine only; places at risk in EG are not in it."
    )


def test_source_of_the_whole_earth_is_asked_once_for_all_places():
    countries = [Area("PSE", "PS", "Palestine"), Area("EGY", "EG", "Egypt")]
    spots = [Spot(lon, lat, country) for lon, lat, country in PLACES.values()]
    found, left = locate_countries_at_risk(spots)
    assert [area.iso3 for area in found] == [area.iso3 for area in countries]
    assert left == []
    offers, failures = choose_offers(GhsPop(), "population", found, spots, DAY, way())
    assert [offer.details["bbox"].west for offer in offers] == [33.98]
    assert failures == []


def test_source_whose_file_does_not_hold_all_places_gives_that_of_most_of_them():
    spots = [Spot(34.3, 31.3, "PS"), Spot(34.4, 31.4, "PS"), Spot(96.1, 21.9, "MM")]
    found, _ = locate_countries_at_risk(spots)
    offers, failures = choose_offers(GhsPop(), "population", found, spots, DAY, way())
    assert [offer.details["tiles"] for offer in offers] == [["R6_C22"]]
    (failure,) = failures
    assert failure.startswith("ghs-pop gave no population for Myanmar, and people at risk there")


def test_country_of_few_places_and_corners_of_boxes_are_left_out():
    many = [Spot(34.3, 31.4, "PS")] * 97 + [Spot(33.8, 31.1, "EG")] * 3
    corners = [Spot(34.8, 31.9, "IL", kind=CORNER)] * 50
    found, left = locate_countries_at_risk([*many, *corners])
    assert ([area.iso2 for area in found], left) == (["PS", "EG"], [])
    found, left = locate_countries_at_risk([*many[:97] * 2, many[-1]])
    assert ([area.iso2 for area in found], left) == (["PS"], ["EG"])
    whole = Spot(20.0, 15.0, "TD", kind="country")
    found, left = locate_countries_at_risk([*many[:2], whole])
    assert ([area.iso2 for area in found], left) == (["PS"], ["TD"])
    five = [Spot(0, 0, code) for code in ("ML", "ML", "NE", "BF", "TD", "SD")]
    found, left = locate_countries_at_risk(five)
    assert ([area.iso2 for area in found], left) == (["ML", "BF", "NE", "SD"], ["TD"])
