"""Sources of people, boundaries, facilities and articles meet everything that servers do wrong."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.faults import FAULTS, Service, list_cases
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

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PSE = ("--area", "PSE", "--date", "2024-02-24", "--yes")
RASTER = worldpop_record(2024)["files"][0].removeprefix("https://")
HOT = "production-raw-data-api.s3.amazonaws.com/hotosm_pse_health_facilities_osm_geojson.zip"
LAYER = "raw.githubusercontent.com/wmgeolab/geoBoundaries/raw/abc/PSE_ADM1.geojson"
EARTH = "naturalearth.s3.amazonaws.com/10m_cultural/ne_10m_admin_1_states_provinces.zip"
OVERPASS = "overpass-api.de/api/interpreter"
SITES = "healthsites.io/api/v3/facilities/"
KEY, NAME = "0123-k3y-of-nobody", "ngo-maps-of-nobody"
SITES_PAGE = f"{SITES}?extent=34.0,31.1,35.7,32.7&output=geojson"
SITES_PAGE += f"&flat-properties=true&page={{}}&api-key={KEY}"
REPORT = f"api.reliefweb.int/v2/reports/4012345?appname={NAME}"
POINT = {"type": "Point", "coordinates": [34.25, 31.29]}
CLINIC = {"type": "Feature", "properties": {"amenity": "clinic"}, "geometry": POINT}
UNIT = {
    "type": "Feature",
    "properties": {"shapeID": "a1", "shapeName": "Gaza"},
    "geometry": shapely.geometry.mapping(shapely.box(34.2, 31.2, 34.5, 31.6)),
}


def make_services(folder):
    """Return each source as it answers when all is well; its files are made in a folder."""
    units = make_zip(**make_shapefile(folder / "units"))
    provinces = gpd.GeoDataFrame(
        {"iso_a2": ["PS"], "adm1_code": ["PSX-1"], "name": ["Gaza"]},
        geometry=[shapely.box(34.2, 31.2, 34.5, 31.6)],
        crs="EPSG:4326",
    )
    renamed = provinces.rename(columns={"adm1_code": "code"})
    layer = {
        "boundaryISO": "PSE",
        "boundaryYearRepresented": "2021",
        "boundaryLicense": "CC BY 4.0",
        "gjDownloadURL": f"https://{LAYER}",
    }
    hot = [{"name": "x", "format": "GeoJSON", "url": f"https://{HOT}", "size": 5}]
    fields = {"title": "T", "body": "Shells hit Rafah.", "date": {"original": "2024-02-24"}}
    report = {"id": "4012345", "fields": fields}
    return {
        "worldpop": Service(
            source="worldpop",
            arguments=(*PSE, "--part", "population"),
            pages=worldpop_pages() | {RASTER: make_raster(folder / "x.tif", size=(40, 45))},
            at=RASTER,
            kind="geotiff",
        ),
        "worldpop-catalogue": Service(
            source="worldpop",
            arguments=(*PSE, "--part", "population"),
            pages=worldpop_pages() | {RASTER: make_raster(folder / "x.tif", size=(40, 45))},
            at="hub.worldpop.org/rest/data/pop",
            changed=dump({"data": [{"name": "x"}]}),
        ),
        "cod-ab": Service(
            source="cod-ab",
            arguments=PSE,
            pages={
                hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", ("pse_adm2.zip", "SHP")),
                f"{HDX}/download/pse_adm2.zip": units,
            },
            at=f"{HDX}/download/pse_adm2.zip",
            kind="zip",
            changed=make_zip(**make_shapefile(folder / "plain", UNITS[["ADM2_EN", "geometry"]])),
        ),
        "cod-ab-catalogue": Service(
            source="cod-ab",
            arguments=PSE,
            pages={
                hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", ("pse_adm2.zip", "SHP")),
                f"{HDX}/download/pse_adm2.zip": units,
            },
            at=hdx_page("cod-ab-pse"),
            changed=dump({"success": True, "result": {"name": "cod-ab-pse"}}),
        ),
        "geoboundaries": Service(
            source="geoboundaries",
            arguments=PSE,
            pages={
                "www.geoboundaries.org/api/current/gbOpen/PSE/ADM1/": dump(layer),
                LAYER: dump({"type": "FeatureCollection", "features": [UNIT]}),
            },
            at=LAYER,
            changed=dump({"features": [UNIT | {"properties": {"name": "Gaza"}}]}),
        ),
        "natural-earth": Service(
            source="natural-earth",
            arguments=PSE,
            pages={EARTH: make_zip(**make_shapefile(folder / "earth", provinces, "ne_10m"))},
            at=EARTH,
            kind="zip",
            changed=make_zip(**make_shapefile(folder / "renamed", renamed, "ne_10m")),
        ),
        "cod-ps": Service(
            source="cod-ps",
            arguments=PSE,
            pages={
                hdx_page("cod-ps-pse"): hdx_dataset(
                    "cod-ps-pse", ("pse_admpop_adm2_2023.csv", "CSV")
                ),
                f"{HDX}/download/pse_admpop_adm2_2023.csv": b"ADM2_PCODE,T_TL\nPS2525,267000\n",
            },
            at=f"{HDX}/download/pse_admpop_adm2_2023.csv",
            kind="csv",
            changed=b"UNIT,T_TL\nPS2525,267000\n",
        ),
        "hot": Service(
            source="hot",
            arguments=PSE,
            pages={
                hdx_page("hotosm_pse_health_facilities"): hdx_dataset("hot", resources=hot),
                HOT: make_zip(x__geojson=dump({"features": [CLINIC]})),
            },
            at=HOT,
            kind="zip",
            changed=make_zip(x__geojson=dump({"rows": []})),
        ),
        "overpass": Service(
            source="overpass",
            arguments=PSE,
            pages={
                OVERPASS: dump(
                    {"elements": [{"type": "node", "id": 1, "lat": 31.2, "lon": 34.3,
                                   "tags": {"amenity": "clinic"}}]}
                )
            },
            at=OVERPASS,
            changed=dump({"elements": [{"type": "node", "id": 1}]}),
        ),
        "reliefweb": Service(
            source="reliefweb",
            arguments=(*PSE, "--offer", "4012345"),
            pages={
                "api.reliefweb.int/v2/reports": dump({"data": [report]}),
                REPORT: dump({"data": [report]}),
            },
            at=REPORT,
            secrets={"CIVMAP_RELIEFWEB_APPNAME": NAME},
            changed=dump({"data": [{"id": "4012345", "fields": {"name": "T"}}]}),
        ),
        "healthsites": Service(
            source="healthsites",
            arguments=PSE,
            pages={
                SITES_PAGE.format(1): dump({"features": [CLINIC]}),
                SITES_PAGE.format(2): dump({"features": [CLINIC, CLINIC]}),
                SITES_PAGE.format(3): dump({"features": []}),
            },
            at=SITES_PAGE.format(1),
            secrets={"CIVMAP_HEALTHSITES_KEY": KEY},
            changed=dump({"features": [{"type": "Feature"}]}),
        ),
    }  # fmt: skip


with tempfile.TemporaryDirectory() as made:
    SERVICES = make_services(Path(made))


# every source has gone by these; the rest are met by those of `tests/test_faults.py`
TOLD = ("401", "403", "404", "410", "429-long", "429-once", "500", "503", "drip", "reset",
        "reset-once", "login", "pointer", "cut", "checksum", "columns")  # fmt: skip
OF_CATALOGUES = ("403", "500", "login", "cut", "columns")
CASES = [
    (service, fault)
    for service, fault in list_cases(SERVICES)
    if fault.startswith("echo")
    or fault in (OF_CATALOGUES if service.endswith("-catalogue") else TOLD)
]


@pytest.mark.parametrize(("service", "fault"), CASES)
def test_fault_ends_in_the_right_file_or_a_clear_error(fault_bench, service, fault):
    fault_bench.check(SERVICES[service], FAULTS[fault])
