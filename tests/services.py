"""Services on a server on this machine, asked by way of CIVMAP_MIRROR: `/<host>/<path>`."""

import io
import json
import zipfile
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import rasterio
import shapely

HUB = "hub.worldpop.org/rest/data"
DATA = "data.worldpop.org/GIS"
HDX = "data.humdata.org"


class Routes:
    """Answers by address, with or without its query; what is not there is a 404."""

    def __init__(self, pages=None):
        self.pages = dict(pages or {})
        self.asked = []

    def __call__(self, handler):
        whole = handler.path.lstrip("/")
        self.asked.append(whole)
        plain = urlsplit(f"//{whole}")
        found = self.pages.get(whole, self.pages.get(f"{plain.netloc}{plain.path}"))
        if callable(found):
            found(handler)
            return
        status, body = found if isinstance(found, tuple) else (200 if found else 404, found or b"")
        handler.send_response(status)
        handler.send_header("ETag", f'"{len(body)}"')
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def dump(value):
    return json.dumps(value).encode()


def make_zip(**members):
    """Return a zip archive; `a__tif` is the member `a.tif`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def make_raster(path, west=34.0, north=32.6, size=(400, 450), people=2.0):
    """Return a GeoTIFF of 0.004 degree cells, by default over Gaza and the West Bank."""
    rows, cols = size
    transform = rasterio.transform.from_origin(west, north, 0.004, 0.004)
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=1, dtype="float32",
        crs="EPSG:4326", transform=transform, nodata=-99999.0,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((1, rows, cols), people, dtype="float32"))
    return path.read_bytes()


def worldpop_record(year, iso3="PSE", cell="100m", how="CN", title="West Bank"):
    lower = iso3.lower()
    folder = f"Population/Global_2015_2030/R2025A/{year}/{iso3}/v1/{cell}"
    return {
        "id": "1",
        "title": f"{title} - Spatial Distribution of Population",
        "desc": "alpha version",
        "date": "2025-06-01",
        "popyear": str(year),
        "citation": "WorldPop 2025",
        "iso3": iso3,
        "files": [f"https://{DATA}/{folder}/{lower}_pop_{year}_{how}_{cell}_R2025A_v1.tif"],
        "license": "https://hub.worldpop.org/data/licence.txt",
    }


ALIASES = ("G2_CN_POP_R25A_100m", "G2_CN_POP_R25A_1km", "G2_UC_POP_R24B_100m", "wpgp")


def worldpop_pages(records=None, aliases=ALIASES, iso3="PSE"):
    """Return the catalogue of a country, whose years are 2015 to 2030."""
    years = range(2015, 2031)
    pages = {
        f"{HUB}/pop": dump({"data": [{"alias": alias, "name": "x"} for alias in aliases]}),
        f"{HUB}/age_structures": dump(
            {"data": [{"alias": "G2_CN_Age_R25A_3a_z"}, {"alias": "G2_CN_Age_R25A_100m"}]}
        ),
        f"{HUB}/age_structures/G2_CN_Age_R25A_3a_z?iso3={iso3}": dump({"data": []}),
    }
    for alias in aliases:
        how = "UC" if "_UC_" in alias else "CN"
        cell = "1km" if alias.endswith("1km") else "100m"
        own = records or [worldpop_record(year, iso3, cell, how) for year in years]
        pages[f"{HUB}/pop/{alias}?iso3={iso3}"] = dump({"data": own})
    return pages


UNITS = gpd.GeoDataFrame(
    {
        "ADM2_PCODE": ["PS2520", "PS2525"],
        "ADM2_EN": ["Khan Younis", "Rafah"],
        "ADM1_PCODE": ["PS02", "PS02"],
        "ADM1_EN": ["Gaza Strip", "Gaza Strip"],
        "ADM0_PCODE": ["PS", "PS"],
    },
    geometry=[shapely.box(34.24, 31.3, 34.4, 31.4), shapely.box(34.2, 31.2, 34.4, 31.3)],
    crs="EPSG:4326",
)


def make_shapefile(folder, frame=UNITS, name="pse_admbnda_adm2"):
    """Return the members of a shapefile by name."""
    folder.mkdir(exist_ok=True)
    frame.to_file(folder / f"{name}.shp")
    return {path.name.replace(".", "__"): path.read_bytes() for path in folder.glob(f"{name}.*")}


def hdx_dataset(name, *resources, **changes):
    """Return a data set as HDX's catalogue gives it."""
    record = {
        "name": name,
        "title": f"{name} title",
        "license_id": "cc-by-igo",
        "license_title": "Creative Commons Attribution for Intergovernmental Organisations",
        "cod_level": "cod-enhanced",
        "dataset_date": "[2019-01-01T00:00:00 TO 2024-03-31T23:59:59]",
        "dataset_source": "A ministry",
        "last_modified": "2024-04-01T00:00:00",
        "caveats": "",
        "resources": [
            {"name": name, "format": form, "url": f"https://{HDX}/download/{name}", "size": 1000}
            for name, form in resources
        ],
    }
    return dump({"success": True, "result": record | changes})


def hdx_page(name):
    return f"{HDX}/api/3/action/package_show?id={name}"
