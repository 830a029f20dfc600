"""Publishers of data on people, spoken by a server on this machine, with real answers if there."""

import base64
import datetime as dt
import json
from collections import Counter
from dataclasses import replace

import pytest

from geo.errors import UnavailableError
from geo.holdings import Holdings
from geo.offers import Area
from geo.people.cod_ps import read_rows
from geo.people.facility_file import read_facilities
from geo.people.sources.cod_ps import CodPs
from geo.people.sources.dtm import Dtm
from geo.people.sources.hapi import Hapi
from geo.people.sources.hot import Hot
from geo.people.sources.worldpop import WorldPop
from geo.types import BBox
from tests.downloads import way
from tests.services import (
    DATA,
    HDX,
    HUB,
    Routes,
    dump,
    hdx_dataset,
    hdx_page,
    make_raster,
    make_zip,
    worldpop_pages,
    worldpop_record,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = dt.date(2024, 2, 24)
PSE = Area("PSE", "PS", "Palestine")
AFG = Area("AFG", "AF", "Afghanistan")
TCD = Area("TCD", "TD", "Chad")
RAFAH = BBox(34.24, 31.28, 34.26, 31.3)


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    found = Routes()
    server.answers = [found]
    return found


def page_of(url):
    return url.removeprefix("https://")


# --- WorldPop ---------------------------------------------------------------------------------


def test_worldpop_offers_the_days_year_of_each_kind(routes):
    routes.pages = worldpop_pages()
    offers = WorldPop().find(PSE, DAY, way())
    assert [offer.offer_id for offer in offers] == [
        "population:2024:constrained:100m",
        "population:2024:constrained:1000m",
        "population:2024:unconstrained:100m",
    ]
    first = offers[0]
    assert first.url == worldpop_record(2024)["files"][0]
    assert (first.licence, first.vintage, first.released) == ("CC BY 4.0", "2024", 2025)
    assert any("West Bank" in trap for trap in first.traps)
    assert any("alpha" in trap for trap in first.traps)
    assert f"{HUB}/pop/wpgp?iso3=PSE" not in routes.asked  # a release that is not known here


@pytest.mark.parametrize(
    ("day", "year"), [(dt.date(1999, 1, 1), "2015"), (dt.date(2050, 1, 1), "2030")]
)
def test_worldpop_gives_the_nearest_year(routes, day, year):
    routes.pages = worldpop_pages()
    assert {offer.vintage for offer in WorldPop().find(PSE, day, way())} == {year}


def test_worldpop_has_a_code_of_its_own_for_kosovo(routes):
    routes.pages = worldpop_pages([worldpop_record(2024, "KOS")], iso3="KOS")
    offers = WorldPop().find(Area("XKX", "XK", "Kosovo"), DAY, way())
    assert {offer.area for offer in offers} == {"XKX"}


def test_worldpop_takes_the_newest_release_of_a_kind(routes):
    routes.pages = worldpop_pages(aliases=("G2_CN_POP_R24B_100m", "G2_CN_POP_R25A_100m"))
    (offer,) = WorldPop().find(PSE, DAY, way())
    assert "release R25A" in offer.title


def test_worldpop_speaks_as_it_does(routes, shared_file):
    """Its real answers for Afghanistan: counts, and ages by sex."""
    counts = json.loads(
        shared_file("worldpop-rest/pop-g2-cn-pop-r25a-100m-iso3-afg.json").read_bytes()
    )
    ages = json.loads(
        shared_file("worldpop-rest/age-structures-g2-cn-age-r25a-3a-z-iso3-afg.json").read_bytes()
    )
    routes.pages = {
        f"{HUB}/pop": dump({"data": [{"alias": "G2_CN_POP_R25A_100m"}]}),
        f"{HUB}/age_structures": dump({"data": [{"alias": "G2_CN_Age_R25A_3a_z"}]}),
        f"{HUB}/pop/G2_CN_POP_R25A_100m?iso3=AFG": dump(counts),
        f"{HUB}/age_structures/G2_CN_Age_R25A_3a_z?iso3=AFG": dump(ages),
    }
    people, structure = WorldPop().find(AFG, DAY, way())
    assert people.url == (
        "https://data.worldpop.org/GIS/Population/Global_2015_2030/R2025A/2024/AFG/v1/100m/"
        "constrained/afg_pop_2024_CN_100m_R2025A_v1.tif"
    )
    assert structure.part == "ages"
    assert structure.url.endswith("afg_agesex_structures_2024_CN_100m_R2025A_v1.zip")
    assert "WP00839" in people.attribution


def test_worldpop_raster_is_read_as_any_other(routes, tmp_path):
    raster = make_raster(tmp_path / "x.tif")
    routes.pages = worldpop_pages() | {page_of(worldpop_record(2024)["files"][0]): raster}
    offer = WorldPop().find(replace(PSE, bbox=RAFAH), DAY, way())[0]
    fetched = WorldPop().fetch(offer, way())
    assert fetched.path.name == "pse_pop_2024_CN_100m_R2025A_v1.tif"
    assert fetched.path.read_bytes() == raster
    again = WorldPop().fetch(offer, way(offline=True))
    assert (again.path, again.transferred) == (fetched.path, 0)


def test_worldpop_raster_that_holds_only_the_west_bank_is_refused(routes, tmp_path):
    west_bank = make_raster(tmp_path / "x.tif", west=34.85)
    routes.pages = worldpop_pages() | {page_of(worldpop_record(2024)["files"][0]): west_bank}
    offer = WorldPop().find(replace(PSE, bbox=RAFAH), DAY, way())[0]
    with pytest.raises(
        UnavailableError, match=r"does not reach the places of this run \(it ends at"
    ):
        WorldPop().fetch(offer, way())
    assert [h for h in Holdings().list_all() if h.origin.source == "worldpop"] == []


@pytest.mark.parametrize("cut", [5_000, 700_000])
def test_worldpop_raster_that_was_cut_off_at_the_source_is_refused(routes, tmp_path, cut):
    raster = make_raster(tmp_path / "x.tif")[:cut]
    routes.pages = worldpop_pages() | {page_of(worldpop_record(2024)["files"][0]): raster}
    offer = WorldPop().find(PSE, DAY, way())[0]
    with pytest.raises(UnavailableError, match="cut off or no raster"):
        WorldPop().fetch(offer, way())


@pytest.mark.parametrize(
    ("page", "answer", "words"),
    [
        ("pop", {"data": []}, "none of its data sets under 'pop' is known"),
        ("pop", {"records": []}, "no list 'data'"),
        ("pop", [1], "no list 'data'"),
        ("pop", {"data": [{"name": "x"}]}, "a record has no alias"),
        ("pop/G2_CN_POP_R25A_100m?iso3=PSE", {"data": [{"id": "1"}]}, "no title, popyear, iso3"),
        ("pop/G2_CN_POP_R25A_100m?iso3=PSE",
         {"data": [worldpop_record(2024) | {"files": []}]}, "has no file or no year"),
        ("pop/G2_CN_POP_R25A_100m?iso3=PSE",
         {"data": [worldpop_record(2024) | {"popyear": "soon"}]}, "has no file or no year"),
    ],
)  # fmt: skip
def test_worldpop_catalogue_that_changed_is_told(routes, page, answer, words):
    routes.pages = worldpop_pages() | {f"{HUB}/{page}": dump(answer)}
    with pytest.raises(UnavailableError, match=f"worldpop: its catalogue was changed.*{words}"):
        WorldPop().find(PSE, DAY, way())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, b"<html>Maintenance</html>"), "a web page"),
        ((200, b'{"data": [{"alias'), "cut off or broken"),
        ((403, b""), "refuses"),
        ((404, b""), "no such file"),
    ],
)
def test_worldpop_catalogue_that_is_none_is_told(routes, answer, words):
    routes.pages = {f"{HUB}/pop": answer}
    with pytest.raises(UnavailableError, match=words):
        WorldPop().find(PSE, DAY, way())


def test_worldpop_file_elsewhere_is_not_fetched(routes):
    evil = worldpop_record(2024) | {"files": ["https://evil.example.com/x.tif"]}
    routes.pages = worldpop_pages([evil])
    offer = WorldPop().find(PSE, DAY, way())[0]
    with pytest.raises(UnavailableError, match=r"evil\.example\.com, which is none of its hosts"):
        WorldPop().fetch(offer, way())


def test_worldpop_ages_are_unpacked_to_a_folder(routes):
    record = worldpop_record(2024) | {"files": [f"https://{DATA}/AgeSex/pse_agesex.zip"]}
    routes.pages = worldpop_pages() | {
        f"{HUB}/age_structures/G2_CN_Age_R25A_3a_z?iso3=PSE": dump({"data": [record]}),
        f"{DATA}/AgeSex/pse_agesex.zip": make_zip(
            pse_f_00_2024_CN_100m_R2025A_v1__tif=b"II*\0a",
            pse_m_00_2024_CN_100m_R2025A_v1__tif=b"II*\0b",
            readme__txt=b"x",
        ),
    }
    offer = next(each for each in WorldPop().find(PSE, DAY, way()) if each.part == "ages")
    fetched = WorldPop().fetch(offer, way())
    folder = WorldPop().open_ages(fetched)
    assert sorted(path.name[:5] for path in folder.iterdir()) == ["pse_f", "pse_m"]
    assert WorldPop().open_ages(fetched) == folder


# --- COD-PS -----------------------------------------------------------------------------------


def test_cod_ps_offers_its_tables(routes):
    routes.pages = {
        hdx_page("cod-ps-pse"): hdx_dataset(
            "cod-ps-pse",
            ("pse_admpop_adm2_2023.csv", "CSV"),
            ("pse_admpop_adm1_2023.csv", "CSV"),
            ("pse_admpop_2023.xlsx", "XLSX"),
            ("notes.csv", "CSV"),
        ),
        f"{HDX}/download/pse_admpop_adm2_2023.csv": b"ADM2_PCODE,T_TL\nPS2525,267000\n",
    }
    offers = CodPs().find(PSE, DAY, way())
    assert {(offer.level, offer.vintage) for offer in offers} == {(1, "2023"), (2, "2023")}
    fetched = CodPs().fetch(offers[0], way())
    assert fetched.path.read_text() == "ADM2_PCODE,T_TL\nPS2525,267000\n"
    assert fetched.holding.origin.licence == "CC BY-IGO"


@pytest.mark.parametrize(
    ("notes", "census"),
    [
        ("General census 2003 and projected to 2015", 2003),
        ("Projected from the 2017 Population and Housing Census.", 2017),
        ("Census of 1984; estimates of 2019. The census (2009) was not finished", 2009),
        ("Population of 2023", None),
        ("The census is planned. In 2027 there may be one", None),
        ("", None),
    ],
)
def test_cod_ps_tells_the_census_that_its_notes_speak_of(routes, notes, census):
    table = ("pse_admpop_adm2_2023.csv", "CSV")
    routes.pages = {hdx_page("cod-ps-pse"): hdx_dataset("cod-ps-pse", table, notes=notes)}
    (offer,) = CodPs().find(PSE, DAY, way())
    assert offer.census == census


@pytest.mark.parametrize(
    ("country", "count"), [("caf", {(1, "2015"), (2, "2015"), (3, "2015")}),
                           ("cod", {(n, y) for n in (0, 1, 2) for y in ("2019", "2020")})],
)  # fmt: skip
def test_cod_ps_speaks_as_hdx_does(routes, shared_file, country, count):
    real = json.loads(shared_file(f"cod-ps/dataset-cod-ps-{country}.json").read_bytes())
    area = Area(country.upper(), "XX", country)
    routes.pages = {hdx_page(f"cod-ps-{country}"): dump({"success": True, "result": real})}
    offers = CodPs().find(area, DAY, way())
    assert {(offer.level, offer.vintage) for offer in offers} == count
    assert all("\n" not in trap for offer in offers for trap in offer.traps)


def test_cod_ps_table_is_one_that_can_be_read(routes, shared_file):
    real = shared_file("cod-ps/dataset-cod-ps-caf.json").read_bytes()
    table = shared_file("cod-ps/download-caf-admpop-adm2-2015-v2.csv").read_bytes()
    routes.pages = {hdx_page("cod-ps-caf"): real}
    (offer,) = [o for o in CodPs().find(Area("CAF", "CF", "CAR"), DAY, way()) if o.level == 2]
    routes.pages[page_of(offer.url)] = table
    fetched = CodPs().fetch(offer, way())
    text = fetched.path.read_text("cp1252")
    assert len(list(read_rows(fetched.path, text, [], Counter()))) > 60


def test_country_without_a_data_set_has_no_offers():
    assert CodPs().find(PSE, DAY, way()) == []


# --- IOM DTM and HAPI -------------------------------------------------------------------------

ROW = {
    "operation": "X",
    "admin2Pcode": "TD0704",
    "numPresentIdpInd": 5,
    "reportingDate": "2024-01-01",
}
LIST = "dtmapi.iom.int/v3/displacement/country-list"
ADMIN2 = "dtmapi.iom.int/v3/displacement/admin2?Admin0Pcode=TCD"


def test_dtm_sends_its_key_and_keeps_it_nowhere(routes, server, monkeypatch, tmp_path):
    monkeypatch.setenv("CIVMAP_DTM_KEY", "k3y-of-nobody")
    routes.pages = {
        LIST: dump({"result": [{"admin0Pcode": "TCD"}]}),
        ADMIN2: dump({"result": [ROW]}),
    }
    offers = Dtm().find(TCD, DAY, way())
    fetched = Dtm().fetch(offers[1], way())
    assert json.loads(fetched.path.read_bytes()) == {"result": [ROW]}
    assert all(h["Ocp-Apim-Subscription-Key"] == "k3y-of-nobody" for _, h, _ in server.requests)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"k3y-of-nobody" not in path.read_bytes()


def test_dtm_without_a_key_says_how_to_get_one():
    with pytest.raises(UnavailableError, match="set CIVMAP_DTM_KEY"):
        Dtm().find(TCD, DAY, way())


def test_dtm_speaks_as_it_does(routes, shared_file, monkeypatch):
    monkeypatch.setenv("CIVMAP_DTM_KEY", "x")
    real = shared_file("iom-dtm/displacement-admin2-admin0pcode-tcd.json").read_bytes()
    routes.pages = {
        LIST: shared_file("iom-dtm/displacement-country-list.json").read_bytes(),
        ADMIN2: real,
    }
    offers = Dtm().find(TCD, DAY, way())
    assert Dtm().fetch(offers[1], way()).path.read_bytes() == real
    assert Dtm().find(PSE, DAY, way()) == []  # IOM's list has no Palestine


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"result": []}, "holds no rows"),
        ({"data": []}, "has no result"),
        ({"result": [{"operation": "X"}]}, "no numPresentIdpInd, reportingDate"),
    ],
)
def test_dtm_answer_that_changed_is_told_and_not_kept(routes, monkeypatch, answer, words):
    monkeypatch.setenv("CIVMAP_DTM_KEY", "x")
    routes.pages = {LIST: dump({"result": [{"admin0Pcode": "TCD"}]}), ADMIN2: dump(answer)}
    offer = Dtm().find(TCD, DAY, way())[1]
    with pytest.raises(UnavailableError, match=words):
        Dtm().fetch(offer, way())
    assert [h for h in Holdings().list_all() if h.origin.source == "dtm"] == []


def idp(number):
    return {"location_code": "TCD", "population": number, "reference_period_start": "2024-01-01"}


IDPS = "hapi.humdata.org/api/v2/affected-people/idps?location_code=TCD&output_format=json&limit="


def test_hapi_pages_become_one_file(routes, server, monkeypatch):
    monkeypatch.setenv("CIVMAP_CONTACT", "maps@example.org")
    monkeypatch.setattr("geo.people.sources.hapi._PAGE", 2)
    for offset, rows in ((0, [idp(1), idp(2)]), (2, [idp(3), idp(4)]), (4, [idp(5)])):
        routes.pages[f"{IDPS}2&offset={offset}"] = dump({"data": rows})
    (offer,) = Hapi().find(TCD, DAY, way())
    fetched = Hapi().fetch(offer, way())
    rows = json.loads(fetched.path.read_bytes())["data"]
    assert [row["population"] for row in rows] == [1, 2, 3, 4, 5]
    sent = server.requests[0][1]["X-HDX-HAPI-APP-IDENTIFIER"]
    assert base64.b64decode(sent) == b"civmap:maps@example.org"
    assert "example.org" not in server.requests[0][0]
    server.answers = [(500, b"")]
    assert Hapi().fetch(offer, way(offline=True)).path == fetched.path


def test_hapi_page_that_is_missing_stops_it(routes, monkeypatch):
    monkeypatch.setenv("CIVMAP_CONTACT", "maps@example.org")
    monkeypatch.setattr("geo.people.sources.hapi._PAGE", 1)
    routes.pages = {f"{IDPS}1&offset=0": dump({"data": [idp(1)]})}
    (offer,) = Hapi().find(TCD, DAY, way())
    with pytest.raises(UnavailableError, match="404"):
        Hapi().fetch(offer, way())


@pytest.mark.parametrize("contact", ["", "nobody", "a:b@c.org", "https://example.org"])
def test_hapi_is_not_asked_by_nobody(monkeypatch, contact):
    monkeypatch.setenv("CIVMAP_CONTACT", contact)
    (offer,) = Hapi().find(TCD, DAY, way())
    with pytest.raises(UnavailableError, match="set CIVMAP_CONTACT"):
        Hapi().fetch(offer, way())


def test_hapi_without_rows_is_no_zero(routes, monkeypatch):
    monkeypatch.setenv("CIVMAP_CONTACT", "maps@example.org")
    routes.pages = {f"{IDPS}10000&offset=0": dump({"data": []})}
    (offer,) = Hapi().find(TCD, DAY, way())
    with pytest.raises(UnavailableError, match="no displaced people of TCD"):
        Hapi().fetch(offer, way())


# --- HOT --------------------------------------------------------------------------------------

HOT = "production-raw-data-api.s3.amazonaws.com/ISO3/PSE/hotosm_pse_health_facilities"


def hot_resources(*shapes):
    return [
        {"name": s, "format": "GeoJSON", "url": f"https://{HOT}_{s}_geojson.zip", "size": 5}
        for s in shapes
    ]


def feature(geometry, **tags):
    return {"type": "Feature", "properties": tags, "geometry": geometry}


def test_hot_joins_points_and_polygons(routes):
    ring = [[34.25, 31.3], [34.26, 31.3], [34.26, 31.31], [34.25, 31.3]]
    point = feature({"type": "Point", "coordinates": [34.25, 31.29]}, amenity="clinic", osm_id=1)
    area = feature({"type": "Polygon", "coordinates": [ring]}, amenity="hospital", osm_id=2)
    resources = hot_resources("points", "polygons")
    routes.pages = {
        hdx_page("hotosm_pse_health_facilities"): hdx_dataset("hot", resources=resources),
        f"{HOT}_points_geojson.zip": make_zip(p__geojson=dump({"features": [point]}), r__txt=b"x"),
        f"{HOT}_polygons_geojson.zip": make_zip(p__geojson=dump({"features": [area]})),
    }
    (offer,) = Hot().find(PSE, DAY, way())
    fetched = Hot().fetch(offer, way())
    found = [row.facility for row in read_facilities(fetched.path).rows]
    assert [(each.kind, round(each.lat, 2)) for each in found] == [
        ("health", 31.29),
        ("health", 31.3),
    ]
    assert offer.size == 10


def test_hot_newer_export_is_one_file(routes):
    point = feature({"type": "Point", "coordinates": [34.25, 31.29]}, amenity="clinic", osm_id=1)
    resources = hot_resources("points", "osm")
    routes.pages = {
        hdx_page("hotosm_pse_health_facilities"): hdx_dataset("hot", resources=resources),
        f"{HOT}_osm_geojson.zip": make_zip(p__geojson=dump({"features": [point]})),
    }
    (offer,) = Hot().find(PSE, DAY, way())
    fetched = Hot().fetch(offer, way())
    assert len(read_facilities(fetched.path).rows) == 1
    assert f"{HOT}_points_geojson.zip" not in routes.asked


def test_hot_speaks_as_it_does(routes, shared_file):
    real = shared_file(
        "hotosm-pse/hotosm_pse_health_facilities_points_geojson.geojson"
    ).read_bytes()
    page = hdx_dataset("hot", resources=hot_resources("points"))
    routes.pages = {
        hdx_page("hotosm_pse_health_facilities"): page,
        f"{HOT}_points_geojson.zip": make_zip(p__geojson=real, Readme__txt=b"x"),
    }
    (offer,) = Hot().find(PSE, DAY, way())
    rows = read_facilities(Hot().fetch(offer, way()).path).rows
    assert len(rows) == len(json.loads(real)["features"])


def test_hot_without_polygons_says_so(routes):
    page = hdx_dataset("hot", resources=hot_resources("points"))
    routes.pages = {hdx_page("hotosm_pse_health_facilities"): page}
    (offer,) = Hot().find(PSE, DAY, way())
    assert "only its points are there: facilities are missing" in offer.traps
