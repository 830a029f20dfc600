"""Tables of very many events, made where they are needed."""

import csv

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

TYPES = ("Battles", "Explosions/Remote violence", "Protests")
WEST, SOUTH, SIDE = 36.0, 33.0, 2.0


def make_rows(count, seed=1, side=SIDE):
    """Events over some degrees; of ten, one is a venue and one is threatened."""
    rng = np.random.default_rng(seed)
    lon, lat = WEST + side * rng.random(count), SOUTH + side * rng.random(count)
    return [
        {
            "event_id": f"E{number}",
            "event_date": f"2024-0{1 + number % 9}-15",
            "event_type": TYPES[number % len(TYPES)],
            "location": f"Town {number % 50}",
            "lon": f"{lon[number]:.4f}",
            "lat": f"{lat[number]:.4f}",
            "role": {0: "venue", 1: "threatened"}.get(number % 10, "site"),
            "fatalities": number % 4,
            "notes": f"Note {number}",
        }
        for number in range(count)
    ]


def write_rows(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_raster(path, cells=240, side=SIDE, seed=2):
    """People per cell over the events, with gaps; it ends a little before them in the east."""
    rng = np.random.default_rng(seed)
    people = rng.gamma(0.5, 40.0, (cells, cells))
    people[rng.random(people.shape) < 0.05] = -9.0
    people[40:70, 40:70] = -9.0
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=cells, width=cells, dtype="float64",
        crs="EPSG:4326", nodata=-9.0,
        transform=from_origin(WEST - 0.1, SOUTH + side + 0.1, side / cells, side / cells),
    ) as target:  # fmt: skip
        target.write(people, 1)
        target.update_tags(units="count", year="2023")
    return path


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    return write_rows(tmp_path_factory.mktemp("table") / "events.csv", make_rows(700))


@pytest.fixture(scope="session")
def raster(tmp_path_factory):
    return write_raster(tmp_path_factory.mktemp("raster") / "people.tif")
