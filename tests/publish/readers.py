"""Each vector and table format read back with another program than wrote it, as plain rows."""

import csv
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from xml.etree import ElementTree as ET

import openpyxl
import pyarrow.parquet as pq

from maps.publish.layers import LAYERS
from tests.publish.flatgeobuf_reader import read_flatgeobuf

KML = {"kml": "http://www.opengis.net/kml/2.2"}


def drop(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def read_geopackage(bundle, layer):
    with closing(sqlite3.connect(find(bundle, "layers.gpkg"))) as con:
        con.row_factory = sqlite3.Row
        rows = con.execute(f'SELECT * FROM "{layer}" ORDER BY fid')  # noqa: S608
        return [drop(dict(row), "fid", "geom") for row in rows]


def read_geojson(bundle, layer):
    collection = json.loads(find(bundle, f"{layer}.geojson").read_text("utf-8"))
    return [each["properties"] for each in collection["features"]]


def read_fgb(bundle, layer):
    rows = read_flatgeobuf(find(bundle, f"{layer}.fgb"))[3]
    return [drop(row, "positions") for row in rows]


def read_parquet(bundle, layer):
    table = pq.read_table(find(bundle, f"{layer}.parquet"))
    return table.drop_columns(["geometry", "bbox"]).to_pylist()


def read_placemarks(bundle, layer):
    with zipfile.ZipFile(find(bundle, "layers.kmz")) as archive:
        root = ET.fromstring(archive.read("doc.kml"))  # noqa: S314 - our own file
    (folder,) = (each for each in root.iter(f"{{{KML['kml']}}}Folder") if each[0].text == layer)
    return folder.findall("kml:Placemark", KML)


def read_kmz(bundle, layer):
    return [
        {each.get("name"): each[0].text or "" for each in mark.findall(".//kml:Data", KML)}
        for mark in read_placemarks(bundle, layer)
    ]


def read_csv(bundle, layer):
    with find(bundle, f"{layer}.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        return [{name: value or None for name, value in row.items()} for row in rows]


def read_xlsx(bundle, layer):
    book = openpyxl.load_workbook(find(bundle, "layers.xlsx"), read_only=True)
    with closing(book):
        head, *rows = book[layer].iter_rows(values_only=True)
        return [dict(zip(head, map(unescape, row), strict=True)) for row in rows]


def unescape(value):
    """Read `_x000D_` as the control that it stands for, as Excel does and openpyxl does not."""
    if not isinstance(value, str):
        return value
    return re.sub("_x(00[01][0-9A-F]|005F|FFF[EF])_", lambda found: chr(int(found[1], 16)), value)


READERS = {
    "geopackage": read_geopackage,
    "geojson": read_geojson,
    "flatgeobuf": read_fgb,
    "geoparquet": read_parquet,
    "kmz": read_kmz,
    "csv": read_csv,
    "xlsx": read_xlsx,
}
WITHOUT_TYPES = ("csv", "kmz")


def find(bundle, ending):
    (path,) = bundle.glob(f"*_{ending}")
    return path


def read_people(kind, bundle, layer, *keys):
    """Return the people of each row by some of its cells; whole where a format has types."""
    columns = [column.name for column in LAYERS[layer][1] if column.kind == "people"]
    people = {}
    for row in READERS[kind](bundle, layer):
        figures = [row.get(name) for name in columns]
        if kind in WITHOUT_TYPES:
            figures = [value and int(value) for value in figures]
        assert all(value is None or type(value) is int for value in figures)
        people[tuple(row.get(key) for key in keys)] = tuple(figures)
    return people
