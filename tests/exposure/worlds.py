"""Made-up rasters with discs and polygons on them, for the tests of exactness.

A world is one raster of people and about seventeen discs of nearly one radius, so that the number
of scanlines is what the disc's own radius asks for. Cells run from 1 arc-second to 5 arc-minutes,
radii from 0.5 to 500 km, latitudes to 89 degrees. A disc is at most 130 cells in radius: 500 km
are counted on cells of 2.1 to 5 arc-minutes, 5 km on cells of 1 arc-second to 5 arc-minutes.
Every disc's centre lies where people live, as that of an event does, so that each has people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import rasterio
import shapely
from rasterio.transform import Affine

SECOND = 1 / 3600
CELLS = (1 * SECOND, 300 * SECOND)
RADII_KM = (0.5, 500.0)
MAX_LAT = 89.0
KM_PER_DEGREE = 111.2
MOST_CELLS = 130  # radius of a disc
_ROOM = 400_000  # cells of a raster
TEXTURES = ("even", "smooth", "patchy", "towns", "coast")


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A raster (persons per cell, NaN: no data) and discs on it."""

    name: str
    people: np.ndarray
    west: float
    north: float
    cell: float
    lon: np.ndarray
    lat: np.ndarray
    radius_km: np.ndarray

    @property
    def wraps(self):
        """Whether the raster goes round the Earth."""
        return round(self.people.shape[1] * self.cell, 6) == 360.0

    @property
    def east(self):
        return self.west + self.people.shape[1] * self.cell

    @property
    def south(self):
        return self.north - self.people.shape[0] * self.cell

    def write(self, path):
        """Write the raster to a GeoTIFF."""
        rows, cols = self.people.shape
        with rasterio.open(
            path, "w", driver="GTiff", count=1, height=rows, width=cols, dtype="float64",
            crs="EPSG:4326", nodata=np.nan,
            transform=Affine(self.cell, 0, self.west, 0, -self.cell, self.north),
        ) as dataset:  # fmt: skip
            dataset.write(self.people, 1)


def make_worlds(seed=20):
    """Yield 120 worlds with 2,000 discs: 150 over the date line, 150 over a pole, 1,700 elsewhere.

    Latitudes are drawn evenly.
    """
    rng = np.random.default_rng(seed)
    for number, (cell, radius) in enumerate(_pairs(rng, 100)):
        yield _anywhere(rng, number, cell, radius)
    for number, (cell, radius) in enumerate(_pairs(rng, 10)):
        yield _date_line(rng, number, cell, radius)
    for number in range(10):
        yield _pole(rng, number)


def _pairs(rng, count):
    """Yield cells and radii, each spread evenly on a logarithmic scale, that go together."""
    cells = np.geomspace(*CELLS, count)
    sizes = np.linspace(0, 1, count)
    sizes[1:-1] = rng.permutation(sizes[1:-1])  # 0.5 km on the smallest cells, 500 on the largest
    for cell, size in zip(cells, sizes, strict=True):
        largest = min(RADII_KM[1], MOST_CELLS * cell * KM_PER_DEGREE)
        yield cell, float(RADII_KM[0] * (largest / RADII_KM[0]) ** size)


def _anywhere(rng, number, cell, radius):
    # all latitudes alike, not all areas alike: the hard ones are at the poles
    middle = rng.uniform(-MAX_LAT, MAX_LAT)
    wide = 1 / math.cos(math.radians(min(abs(middle), MAX_LAT)))
    reach = radius / KM_PER_DEGREE / cell
    rows = int(np.clip(2.6 * reach + 20, 60, math.sqrt(_ROOM / wide)))
    cols = int(min(_ROOM / rows, max(60, 1.4 * rows * wide), 359 / cell))
    north = float(np.clip(middle + rows * cell / 2, rows * cell - 90, 90.0))
    west = rng.uniform(-180, 180 - cols * cell)
    return _populate(rng, f"anywhere {number}", (rows, cols), (west, north), cell, radius, 17)


def _date_line(rng, number, cell, radius):
    """Make a raster that runs past 180 degrees, or one that goes round the Earth."""
    if number % 2:
        cell = 360 / round(360 / max(cell, 60 * SECOND))
        radius = max(radius, 4 * cell * KM_PER_DEGREE)
    middle = rng.uniform(-75, 75)
    wide = 1 / math.cos(math.radians(middle))
    reach = radius / KM_PER_DEGREE / cell
    rows = int(np.clip(2.6 * reach + 20, 60, 600))
    north = min(90.0, middle + rows * cell / 2)
    lines = (north - rows * cell * 0.6, north - rows * cell * 0.4)
    if number % 2:
        shape, west = (rows, round(360 / cell)), (-180.0, 0.0)[number // 2 % 2]
    else:
        shape = (rows, int(min(_ROOM / rows, 3 * rows * wide)))
        west = 180.0 - shape[1] * cell * rng.uniform(0.4, 0.6)
    half = 0.9 * reach * cell * wide
    box = ((180 - half, lines[0]), (180 + half, lines[1]))
    return _populate(rng, f"date line {number}", shape, (west, north), cell, radius, 15, box)


def _pole(rng, number):
    """Make a cap that goes round the Earth; each disc holds the pole."""
    cell = 360 / round(360 / np.geomspace(60 * SECOND, CELLS[1], 10)[number])
    cols = round(360 / cell)
    far = float(np.clip(60 * cell, 1.5, 4.4))  # degrees to the pole, at most
    rows = int(2 * far / cell)
    lat, lon = rng.uniform(90 - far, MAX_LAT, 15), rng.uniform(-180, 180, 15)
    lat[0] = MAX_LAT
    radius = np.minimum((90 - lat) * 111.7 * rng.uniform(1.01, 1.3, 15), RADII_KM[1])
    density = _texture(rng, (rows, cols), TEXTURES[number % len(TEXTURES)])
    people = density * _areas_km2(90.0, cell, rows)
    if number % 2:
        south = -90 + rows * cell
        return World(f"pole {number}", people[::-1], -180.0, south, cell, lon, -lat, radius)
    return World(f"pole {number}", people, -180.0, 90.0, cell, lon, lat, radius)


def _populate(rng, name, shape, corner, cell, radius, count, box=None):
    """Fill a raster and put discs where people live; a few reach beyond its edges."""
    west, north = corner
    rows, cols = shape
    density = _texture(rng, shape, TEXTURES[rng.integers(len(TEXTURES))])
    people = density * _areas_km2(north, cell, rows)
    radii = np.clip(radius * rng.uniform(1.0, 1.25, count), *RADII_KM)
    radii[0] = radius
    if box is None:
        box = ((west, north - rows * cell), (west + cols * cell, north))
    lon, lat = np.empty(count), np.empty(count)
    for disc in range(count):
        while True:
            lon[disc], lat[disc] = rng.uniform(*box)
            col = math.floor((lon[disc] - west) / cell) % round(360 / cell)
            row = math.floor((north - lat[disc]) / cell)
            if (
                0 <= row < rows
                and 0 <= col < cols
                and people[row, col] > 0
                and abs(lat[disc]) <= MAX_LAT
            ):
                break
    return World(name, people, west, north, cell, (lon + 180) % 360 - 180, lat, radii)


def _areas_km2(north, cell, rows):
    """Return the area of a cell of each row on a sphere, as a column: near enough for people."""
    edges = np.sin(np.radians(np.clip(north - np.arange(rows + 1) * cell, -90, 90)))
    return ((edges[:-1] - edges[1:]) * math.radians(cell) * 6371.0**2)[:, None]


def _texture(rng, shape, kind):
    """Return persons per square kilometre, a hundred on average or a few hundred.

    `even`: cells that differ by a tenth. `smooth`: waves. `patchy`: two of three cells empty, the
    others skewed as settlements are. `towns`: single cells with up to a hundred times as many
    people as their neighbours, on a thin rural population. `coast`: no data beyond a shore.
    """
    rows, cols = shape
    row, col = np.ogrid[:rows, :cols]
    waves = np.exp(
        np.sin(row / 17.0 + rng.uniform(0, 6))
        + np.cos(col / 23.0 + rng.uniform(0, 6))
        + np.sin((row + col) / 41.0)
    )
    if kind == "even":
        return rng.uniform(90.0, 110.0, shape)
    if kind == "smooth":
        return 100 * waves
    if kind == "patchy":
        people = rng.gamma(0.3, 1000.0, shape)
        people[rng.random(shape) < 2 / 3] = 0.0
        return people
    people = 100 * waves * rng.gamma(2.0, 0.5, shape)
    if kind == "towns":
        return people * np.where(rng.random(shape) < 0.002, 100 * rng.random(shape), 1.0)
    people[np.broadcast_to(np.sin(row / 29.0 + 0.5) + np.cos(col / 37.0) < -0.7, shape)] = np.nan
    return people


def make_polygons(seed=21):
    """Yield 50 worlds of no discs, each with ten polygons: 500, of which 300 have holes.

    Rings go round a centre at a distance that waves, with 5 to 60 corners; every tenth polygon is
    a box with level edges, which scanlines meet worst; six of ten have one to three holes, and
    every tenth is of two parts. They are 2 to 60 cells high, on cells of
    1 arc-second to 5 arc-minutes at latitudes to 85 degrees; a few reach beyond the raster, and
    those on rasters that run past 180 degrees cross the date line.
    """
    rng = np.random.default_rng(seed)
    for number, cell in enumerate(np.geomspace(*CELLS, 50)):
        size = float(2 ** rng.uniform(1, 5.9))
        middle = rng.uniform(-84, 84)
        rows, cols = (int(max(40, 3 * size)),) * 2
        west = rng.uniform(-180, 180 - cols * cell)
        if number % 5 == 0:
            west = 180 - cols * cell / 2
        none = np.empty(0)
        people = _texture(rng, (rows, cols), TEXTURES[number % len(TEXTURES)])
        north = float(np.clip(middle + rows * cell / 2, rows * cell - 90, 90.0))
        people = people * _areas_km2(north, cell, rows)
        world = World(f"plots {number}", people, west, north, cell, none, none, none)
        yield world, [_plot(rng, world, size, index) for index in range(10)]


def _plot(rng, world, size, index):
    """Return a polygon, in degrees, whose first part has people at its centre."""
    rows, cols = world.people.shape
    while True:
        center = rng.uniform((0, 0), (cols, rows))
        if world.people[int(center[1]), int(center[0])] > 0:
            break
    shape = shapely.Polygon(_ring(rng, center, size / 2))
    if index % 10 == 7:
        half = rng.uniform(0.4, 1.0, 2) * size / 2
        shape = shapely.box(*(center - half), *(center + half))
    if index % 10 == 3:
        shape = shapely.union(shape, shapely.Polygon(_ring(rng, center + size, size / 3)))
    if index % 5 in (0, 2, 4):
        shape = _pierce(rng, shape, center, size)
    place = [world.west, world.north]
    return shapely.transform(shape, lambda xy: place + xy * [world.cell, -world.cell])


def _pierce(rng, shape, center, size):
    """Cut one to three holes, of which at least one lies wholly inside."""
    while True:
        pierced = shape
        for _ in range(rng.integers(1, 4)):
            spot = center + rng.uniform(-size / 8, size / 8, 2)
            pierced = shapely.difference(pierced, shapely.Polygon(_ring(rng, spot, size / 12)))
        if shapely.get_num_interior_rings(shapely.get_parts(pierced)).sum():
            return pierced


def _ring(rng, center, reach):
    """Return a ring that goes round its centre, its corners at about even angles."""
    corners = rng.integers(5, 61)
    angles = 2 * math.pi * (np.arange(corners) + rng.uniform(0, 0.8, corners)) / corners
    waves = 0.75 + 0.25 * np.sin(rng.integers(2, 6) * angles + rng.uniform(0, 6))
    away = reach * waves * rng.uniform(0.8, 1.0, corners)
    return center + np.column_stack([np.cos(angles), np.sin(angles)]) * away[:, None]
