"""A run of made-up people, places and files with all that a public bundle must not hold."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
import zlib

import numpy as np
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import box, mapping

import geo

WEST, SOUTH, CELL = 20.0, 10.0, 0.005
UNITS = {
    "TD01": ("Aqua", (20.0, 10.0, 20.2, 10.3)),
    "TD02": ("Borea", (20.2, 10.0, 20.3, 10.1)),
    "TD03": ("Cedra", (20.2, 10.1, 20.3, 10.2)),
    "TD04": ("Delta", (20.2, 10.2, 20.3, 10.3)),
}
# people at a cell: column, row from the north
VILLAGES = {(10, 10): 4321, (36, 30): 1284, (42, 45): 7, (44, 35): 6, (50, 36): 93, (45, 8): 5}
EVENTS = (20.20817, 10.14253), (20.21943, 10.07761)
SITE = (20.03317, 10.27119)
HOSPITAL = (20.05731, 10.21377)
SECRETS = (
    "Yorick-Brigade",  # an actor
    "the informant lives by the well",  # a note
    "Farmstead of Quillon",  # the table's own name of a place
    "tok_9f3c2a",  # a token in a link
    "Zebulon hospital",
    "Shelter of Omicron",
    "Hideout perimeter",  # the analyst's name of a zone
    "xylo_events",  # names of files
    "xylo_people",
    "QX-77",  # ids of events
)


def write_world(folder, *, types=("attack", "attack"), ids=("QX-771", "QX-772"), name=None):
    """Write the files of a run into a folder, and return the arguments of `geo.assess`."""
    grid = np.zeros((60, 60), dtype="float32")
    for (col, row), people in VILLAGES.items():
        grid[row, col] = people
    raster = folder / "xylo_people_2024.tif"
    profile = {"driver": "GTiff", "width": 60, "height": 60, "count": 1, "dtype": "float32"}
    transform = from_origin(WEST, SOUTH + 60 * CELL, CELL, CELL)
    with rasterio.open(raster, "w", crs="EPSG:4326", transform=transform, **profile) as out:
        out.write(grid, 1)
    rows = [
        f"{each},2024-03-0{number},{kind},{lon},{lat},Farmstead of Quillon,TD,"
        f"the informant lives by the well,Yorick-Brigade,https://x.example/?t=tok_9f3c2a,0.3"
        for number, (each, kind, (lon, lat)) in enumerate(zip(ids, types, EVENTS, strict=True), 1)
    ]
    events = folder / (name or "xylo_events.csv")
    head = "event_id,event_date,event_type,lon,lat,name,country,notes,actor1,source,precision_km"
    events.write_text("\n".join([head, *rows]) + "\n")
    units = folder / "xylo_units.geojson"
    units.write_text(
        _write_features(
            [
                ({"pcode": code, "name": title}, box(*bounds))
                for code, (title, bounds) in UNITS.items()
            ]
        )
    )
    zone = folder / "zone.geojson"
    zone.write_text(
        _write_features([({"name": "Hideout perimeter"}, box(20.17, 10.12, 20.28, 10.18))])
    )
    sites = folder / "sites.csv"
    sites.write_text(f"name,lon,lat,people\nShelter of Omicron,{SITE[0]},{SITE[1]},2000\n")
    facilities = folder / "facilities.csv"
    facilities.write_text(
        f"name,lon,lat,amenity\nZebulon hospital,{HOSPITAL[0]},{HOSPITAL[1]},hospital\n"
        "Zebulon hospital,20.2201,10.1502,hospital\n"
    )
    return {
        "source": events,
        "population": raster,
        "population_unit": "count",
        "boundaries": units,
        "zone": zone,
        "sites": sites,
        "facilities": facilities,
        "radius_km": [2.0, 5.0],
        "displacement": "none",
        "draws": 200,
        "offline": True,
        "accept_stale": True,
    }


def assess_many(folder):
    """Return a run of so many events that it has only what lies within reach of any of them."""
    given = write_world(folder) | {"sites": None, "radius_km": 2.0}
    rows = [
        f"QX-77{n},2024-03-01,{20.01 + n % 27 / 100},{10.02 + n // 27 / 100}" for n in range(600)
    ]
    given["source"].write_text("\n".join(["event_id,event_date,lon,lat", *rows]) + "\n")
    return geo.assess(given.pop("source"), **given)


def assess_world(folder, **changes):
    given = write_world(folder, **changes)
    return geo.assess(given.pop("source"), **given)


def _write_features(rows):
    features = [
        {"type": "Feature", "properties": tags, "geometry": mapping(shape)} for tags, shape in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def open_up(name, content):
    """Return the texts of a file, as bytes: its own, and those packed into it, any depth."""
    found = [content]
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for each in packed.namelist():
                found += [each.encode(), *open_up(each, packed.read(each))]
    elif content[:2] == b"\x1f\x8b":
        found += open_up(name, gzip.decompress(content))
    elif content[:4] == b"PAR1":
        import pyarrow.parquet as pq

        table = pq.read_table(io.BytesIO(content))
        found += [repr(table.to_pydict()).encode(), repr(table.schema.metadata).encode()]
    elif content[:15] == b"SQLite format 3":
        with sqlite3.connect(":memory:") as con:
            con.deserialize(content)
            found.append("\n".join(con.iterdump()).encode())
    elif content[:4] == b"%PDF":
        found += _inflate(content)
    return found


def _inflate(content):
    texts = []
    for part in content.split(b"stream\n")[1:]:
        try:
            texts.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return texts
