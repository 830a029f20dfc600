from __future__ import annotations

import base64
import math

import numpy as np
import pytest
from rasterio.io import MemoryFile
from rasterio.warp import transform

from maps.layers.picture import (
    NO_PEOPLE,
    NODATA,
    OUTSIDE,
    classify_density,
    encode_png,
    find_cell_centres,
    make_picture,
)
from maps.run import Surface

CELL = 0.05
PALETTE = {3: "#112233", 4: "#445566"}


def make_surface(west, north, rows=8, cols=6, crs="EPSG:4326", cell=CELL):
    people = np.ones((rows, cols))
    return Surface({"crs": crs}, people, np.ones((rows, cols)), west, north, cell, cell)


def read_png(picture):
    data = base64.b64decode(picture.url.removeprefix("data:image/png;base64,"))
    with MemoryFile(data) as file, file.open(driver="PNG") as image:
        return image.read(1), image.colormap(1)


def find_seen(picture, value):
    """Return the box in which a class is seen when Leaflet stretches the picture: degrees."""
    pixels, _colours = read_png(picture)
    rows, cols = np.nonzero(pixels == value)
    west, south, east, north = picture.bounds
    (left, right), (bottom, top) = transform("EPSG:4326", "EPSG:3857", [west, east], [south, north])
    height, width = pixels.shape
    x = [left + edge / width * (right - left) for edge in (cols.min(), cols.max() + 1)]
    y = [top + edge / height * (bottom - top) for edge in (rows.max() + 1, rows.min())]
    (west, east), (south, north) = transform("EPSG:3857", "EPSG:4326", x, y)
    return west, south, east, north


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("lat", [0, 15, 31, 33, 50, 55, 65, 78])
@pytest.mark.parametrize("size", [(8, 6), (100, 30)], ids=["small", "tall"])
def test_corners_of_known_cells_lie_within_half_a_cell(lat, size):
    rows, cols = size
    surface = make_surface(34.0, lat + CELL * rows / 2, rows, cols)
    for row, col in [(0, 0), (0, cols - 1), (rows - 1, 0), (rows // 2, cols // 2)]:
        classes = np.full((rows, cols), 3, dtype=np.uint8)
        classes[row, col] = 4
        seen = find_seen(make_picture(surface, classes, PALETTE), 4)
        west, north = surface.west + col * CELL, surface.north - row * CELL
        truth = (west, north - CELL, west + CELL, north)
        assert np.abs(np.subtract(seen, truth)).max() < CELL / 2


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_projected_grid_lies_within_half_a_cell():
    (x,), (y,) = transform("EPSG:4326", "EPSG:32636", [34.3], [31.3])
    surface = make_surface(x, y, 12, 10, "EPSG:32636", 1000.0)
    classes = np.full((12, 10), 3, dtype=np.uint8)
    classes[5, 4] = 4
    west, south, east, north = find_seen(make_picture(surface, classes, PALETTE), 4)
    lon, lat = find_cell_centres(surface)
    assert (west + east) / 2 == pytest.approx(lon[5, 4], abs=0.005)
    assert (south + north) / 2 == pytest.approx(lat[5, 4], abs=0.005)


def test_a_picture_stretched_in_degrees_would_be_misplaced():
    surface = make_surface(34.0, 65.0, 400, 4)
    classes = np.full((400, 4), 3, dtype=np.uint8)
    classes[200] = 4
    _west, south, _east, north = make_picture(surface, classes, PALETTE).bounds
    middle = (
        math.asinh(math.tan(math.radians(south))) + math.asinh(math.tan(math.radians(north)))
    ) / 2
    assert abs(math.degrees(math.atan(math.sinh(middle))) - (north + south) / 2) > CELL


def test_grid_across_the_date_line_keeps_its_place():
    surface = make_surface(179.9, 1.0, 4, 6)
    picture = make_picture(surface, np.full((4, 6), 3, dtype=np.uint8), PALETTE)
    assert picture.bounds == pytest.approx((179.9, 0.8, 180.2, 1.0))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_png_holds_classes_colours_and_transparency():
    classes = np.array([[0, 3], [4, 2]], dtype=np.uint8)
    data = encode_png(classes, PALETTE)
    with MemoryFile(data) as file, file.open(driver="PNG") as image:
        assert image.read(1).tolist() == [[0, 3], [4, 0]]
        assert image.colormap(1)[3] == (0x11, 0x22, 0x33, 255)
        assert image.colormap(1)[4] == (0x44, 0x55, 0x66, 255)
        assert image.colormap(1)[0][3] == 0


def test_classes_tell_no_data_from_nobody():
    density = np.array([[np.nan, 0.0, 100.0, 100.1, 9e9, np.nan]])
    surface = make_surface(0, 0, 1, 6)
    surface.area_km2[0, 5] = np.nan
    classes = classify_density(density, (100, 500), surface)
    assert classes.tolist() == [[NODATA, NO_PEOPLE, 3, 4, 5, OUTSIDE]]
