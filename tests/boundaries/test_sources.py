"""Publishers of boundaries, spoken by a server on this machine, with real answers if there."""

import datetime as dt
import json

import geopandas as gpd
import pytest
import shapely

from geo.boundaries import read_units
from geo.boundaries.countries import find_codes
from geo.boundaries.sources.cod_ab import CodAb, choose_member
from geo.boundaries.sources.geoboundaries import GeoBoundaries
from geo.boundaries.sources.natural_earth import NaturalEarth
from geo.errors import UnavailableError
from geo.holdings import Holdings
from geo.offers import Area
from tests.downloads import way
from tests.services import (
    HDX,
    UNITS,
    Routes,
    dump,
    hdx_dataset,
    hdx_page,
    make_shapefile,
    make_zip,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = dt.date(2024, 2, 24)
PSE = Area("PSE", "PS", "Palestine")
CAF = Area("CAF", "CF", "Central African Republic")


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    found = Routes()
    server.answers = [found]
    return found


# --- COD-AB -----------------------------------------------------------------------------------


def test_cod_ab_shapefile_becomes_units(routes, tmp_path):
    routes.pages = {
        hdx_page("cod-ab-pse"): hdx_dataset(
            "cod-ab-pse",
            ("pse_admbnda_adm1_2019.zip", "SHP"),
            ("pse_admbnda_adm2_2019.zip", "SHP"),
            ("pse_admbndl_admALL_2019.zip", "SHP"),
            ("pse_adminboundaries_tabulardata.xlsx", "XLSX"),
            caveats="Line one.\r\n\u202eLine two.",
        ),
        f"{HDX}/download/pse_admbnda_adm2_2019.zip": make_zip(**make_shapefile(tmp_path / "s")),
    }
    one, two = CodAb().find(PSE, DAY, way())
    assert (one.level, two.level, two.licence) == (1, 2, "CC BY-IGO")
    assert two.vintage == "2019-01-01 to 2024-03-31"
    assert "its publisher says: Line one. Line two." in two.traps
    fetched = CodAb().fetch(two, way())
    units, _ = read_units(fetched.path)
    assert dict(zip(units["pcode"], units["name"], strict=True)) == {
        "PS2520": "Khan Younis",
        "PS2525": "Rafah",
    }
    again = CodAb().fetch(two, way(offline=True))
    assert (again.path, again.transferred) == (fetched.path, 0)


def test_cod_ab_geojson_of_all_levels_gives_the_second(routes):
    new = UNITS.rename(columns=lambda name: name.lower().replace("_en", "_name"))
    levels = {
        "pse_admin1__geojson": b"{}",
        "pse_admin2__geojson": new.to_json().encode(),
        "pse_admin2points__geojson": b"{}",
        "pse_adminlines__geojson": b"{}",
    }
    name = "pse_admin_boundaries.geojson.zip"
    routes.pages = {
        hdx_page("cod-ab-pse"): hdx_dataset(
            "cod-ab-pse", (name, "GeoJSON"), ("pse_admin_boundaries.shp.zip", "SHP")
        ),
        f"{HDX}/download/{name}": make_zip(**levels),
    }
    (offer,) = CodAb().find(PSE, DAY, way())
    assert offer.offer_id == "all:geojson"
    units, _ = read_units(CodAb().fetch(offer, way()).path)
    assert list(units["name"]) == ["Khan Younis", "Rafah"]


def test_cod_ab_speaks_as_hdx_does(routes, shared_file, tmp_path):
    """The real answer for the Central African Republic, with its real outlines as a shapefile."""
    real = json.loads(shared_file("cod-ab-caf-fixture/dataset-cod-ab-caf.json").read_bytes())
    outlines = gpd.read_parquet(shared_file("cod-ab-caf-fixture/caf_admin2.parquet"))
    dates = [name for name in outlines.columns if name.startswith("valid")]
    members = make_shapefile(tmp_path / "s", outlines.drop(columns=dates), "caf_admbnda_adm2_v2")
    routes.pages = {hdx_page("cod-ab-caf"): dump({"success": True, "result": real})}
    offers = CodAb().find(CAF, DAY, way())
    assert [offer.level for offer in offers] == [0, 1, 2, 3, 4]
    assert (offers[2].size, offers[2].last_year) == (715203, 2024)
    routes.pages[offers[2].url.removeprefix("https://")] = make_zip(**members)
    units, _ = read_units(CodAb().fetch(offers[2], way()).path)
    assert len(units) == len(outlines)
    assert set(units["pcode"]) == set(outlines["adm2_pcode"])


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"readme__txt": b"x"}, "holds no outlines of level 2; it holds readme.txt"),
        ({f"pse_adm2__{end}": b"x" for end in ("shp", "shx", "dbf")}, "is no shapefile"),
        ({"pse_adm2__shp": b"\0\0\x27\x0a"}, "no .shx, .dbf"),
        ({"../pse_adm2__shp": b"x"}, "lies outside"),
    ],
)
def test_cod_ab_archive_without_outlines_is_told(routes, members, words):
    name = "pse_admbnda_adm2.zip"
    routes.pages = {
        hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", (name, "SHP")),
        f"{HDX}/download/{name}": make_zip(**members),
    }
    (offer,) = CodAb().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match=words):
        CodAb().fetch(offer, way())
    assert not [each for each in Holdings().list_all() if each.path.suffix == ".parquet"]


@pytest.mark.parametrize(
    ("end", "ruin"),
    [
        (".prj", lambda data: data[:40]),
        (".prj", lambda _: b"nonsense"),
        (".dbf", lambda data: data[:-30]),
        (".dbf", lambda _: b""),
        (".shp", lambda data: data[:150]),
        (".shx", lambda data: data[:-8]),
    ],
)
def test_cod_ab_shapefile_that_is_damaged_is_told(routes, tmp_path, end, ruin):
    members = make_shapefile(tmp_path / "s")
    name = f"pse_admbnda_adm2{end.replace('.', '__')}"
    members[name] = ruin(members[name])
    routes.pages = {
        hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", ("pse_adm2.zip", "SHP")),
        f"{HDX}/download/pse_adm2.zip": make_zip(**members),
    }
    (offer,) = CodAb().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match=r"no whole shapefile|has no CRS"):
        CodAb().fetch(offer, way())


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            dump({"success": True, "result": {"title": "x"}}),
            "no license_id, dataset_date, resources",
        ),
        (dump({"success": True, "result": []}), "no title"),
        (hdx_dataset("x", resources={}), "resources are no list"),
        (hdx_dataset("x", resources=[{"name": "x"}]), "no format, url"),
    ],
)
def test_cod_ab_catalogue_that_changed_is_told(routes, page, words):
    routes.pages = {hdx_page("cod-ab-pse"): page}
    with pytest.raises(UnavailableError, match=f"cod-ab: its catalogue was changed.*{words}"):
        CodAb().find(PSE, DAY, way())


def test_country_without_a_data_set_has_no_offers():
    assert CodAb().find(PSE, DAY, way()) == []


NAMES = [
    "a/x_admin0.shp",
    "a/x_admin1.shp",
    "a/x_admin2.shp",
    "a/x_admin3.shp",
    "x_admin2points.shp",
]


@pytest.mark.parametrize(
    ("names", "level", "member"),
    [
        (NAMES, None, "a/x_admin2.shp"),
        (NAMES, 3, "a/x_admin3.shp"),
        (NAMES[:2], None, "a/x_admin1.shp"),
        (NAMES[3:4], None, "a/x_admin3.shp"),
        (["x.shp"], 2, "x.shp"),
        (["caf_admbnda_adm2_200k_sigcaf_reach_itos_v2.shp"], 2,
         "caf_admbnda_adm2_200k_sigcaf_reach_itos_v2.shp"),
    ],
)  # fmt: skip
def test_member_of_a_level(names, level, member):
    assert choose_member(names, ".shp", level) == member


# --- geoBoundaries ----------------------------------------------------------------------------

GB = "www.geoboundaries.org/api/current/gbOpen/PSE"
FILE = "github.com/wmgeolab/geoBoundaries/raw/9469f09/releaseData/gbOpen/PSE/ADM2/x.geojson"


def layer(level):
    return {
        "boundaryISO": "PSE",
        "boundaryYearRepresented": "2021",
        "boundaryLicense": "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        "boundarySource": "Open Data Watch",
        "gjDownloadURL": f"https://{FILE.replace('ADM2', f'ADM{level}')}",
    }


def shapes():
    frame = gpd.GeoDataFrame(
        {"shapeID": ["1B", "2B"], "shapeName": ["A", "B"], "shapeISO": ["", ""]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )
    return frame.to_json().encode()


def test_geoboundaries_becomes_units(routes):
    routes.pages = {
        f"{GB}/ADM1/": dump([layer(1)]),
        f"{GB}/ADM2/": dump(layer(2)),
        FILE: shapes(),
    }
    one, two = GeoBoundaries().find(PSE, DAY, way())
    assert (one.level, two.level, two.vintage) == (1, 2, "2021")
    units, _ = read_units(GeoBoundaries().fetch(two, way()).path)
    assert list(units["pcode"]) == ["1B", "2B"]
    assert set(units["country"]) == {"PS"}


def test_geoboundaries_level_that_is_missing_is_left_out(routes):
    routes.pages = {f"{GB}/ADM1/": dump(layer(1))}
    assert [offer.level for offer in GeoBoundaries().find(PSE, DAY, way())] == [1]


def test_geoboundaries_pointer_of_lfs_is_told(routes):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    routes.pages = {f"{GB}/ADM2/": dump(layer(2)), FILE: pointer}
    (offer,) = GeoBoundaries().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match="pointer of Git LFS"):
        GeoBoundaries().fetch(offer, way())


# --- Natural Earth ----------------------------------------------------------------------------

NE = "naturalearth.s3.amazonaws.com/10m_cultural/ne_10m_admin_1_states_provinces.zip"


def test_natural_earth_gives_the_countrys_provinces(routes, tmp_path):
    frame = gpd.GeoDataFrame(
        {"iso_a2": ["PS", "EG"], "adm1_code": ["PSX-1", "EGY-1"], "name": ["Gaza", "Sinai"]},
        geometry=[shapely.box(34, 31, 35, 32), shapely.box(33, 30, 34, 31)],
        crs="EPSG:4326",
    )
    members = make_shapefile(tmp_path / "s", frame, "ne_10m_admin_1_states_provinces")
    routes.pages = {NE: make_zip(**members)}
    (offer,) = NaturalEarth().find(PSE, DAY, way())
    units, _ = read_units(NaturalEarth().fetch(offer, way()).path)
    assert list(units["name"]) == ["Gaza"]
    (other,) = NaturalEarth().find(CAF, DAY, way())
    with pytest.raises(UnavailableError, match="no provinces of CAF"):
        NaturalEarth().fetch(other, way())


@pytest.mark.parametrize("code", ["PS", "pse", " PSE "])
def test_codes_of_a_country(code):
    assert find_codes(code) == ("PS", "PSE")


@pytest.mark.parametrize("code", ["", "XX", "Palestine"])
def test_code_that_is_none(code):
    assert find_codes(code) is None
