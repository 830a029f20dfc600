"""People in discs and polygons by ways that share nothing with the engine.

Brute force: the rows are cut into ever finer lines; on each, the ends of the disc are where the
true geodesic to its centre (Karney's, in PROJ) is as long as the radius. Lines are added until
three times as many change the disc's people by less than `OWN_ERROR`. exactextract: each disc as
a polygon of 720 points at the geodesic's end.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

GEOD = pyproj.Geod(ellps="WGS84")
OWN_ERROR = 1e-4
POINTS = 720
_FIRST_LINES = 1200
_A = 6_378_137.0
_B = 6_356_752.314245


def geodesic_half_chords(lat0, radius_m, lat):
    """Return degrees of longitude at which the geodesic's length is the radius, for each line.

    NaN: the parallel is nowhere so near; 180: it is everywhere nearer. Arrays of one shape.
    """
    parts = np.array_split(np.arange(len(lat)), max(1, len(lat) // 20_000))
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda part: _solve(lat0[part], radius_m[part], lat[part]), parts)
    return np.concatenate(list(found))


def _distance(lat0, lon, lat):
    zeros = np.zeros_like(lat)
    _, back, metres = GEOD.inv(zeros, lat0, lon, lat)
    return metres, np.radians(back)


def _solve(lat0, radius, lat):
    """Find the squared longitude at which the squared distance is that of the radius.

    The one is nearly a straight function of the other, so Newton's steps are few; they are kept
    within a bracket that every one of them narrows.
    """
    nearest, _ = _distance(lat0, np.zeros_like(lat), lat)
    chord = np.where(nearest < radius, 0.0, np.nan)
    polar = np.flatnonzero((nearest < radius) & (np.abs(lat0) + radius / 111_000 >= 89.9))
    farthest, _ = _distance(lat0[polar], np.full(len(polar), 180.0), lat[polar])
    chord[polar[farthest <= radius[polar]]] = 180.0
    left = np.flatnonzero(chord == 0.0)
    low, high = np.zeros(len(left)), np.full(len(left), math.pi**2)
    parallel = _A * np.cos(np.arctan(_B / _A * np.tan(np.radians(lat[left]))))
    with np.errstate(divide="ignore"):
        guess = (radius[left] ** 2 - nearest[left] ** 2) / (parallel * parallel)
    u = np.where(guess < high, guess, high / 2)
    for _ in range(60):
        lon = np.sqrt(u)
        metres, back = _distance(lat0[left], np.degrees(lon), lat[left])
        off = metres * metres - radius[left] ** 2
        done = np.abs(off) < 2e-9 * radius[left] ** 2
        chord[left[done]] = np.degrees(lon[done])
        if done.all():
            return chord
        low, high = np.where(off < 0, u, low), np.where(off < 0, high, u)
        slope = metres * parallel * np.abs(np.sin(back)) / lon  # first variation of length
        with np.errstate(divide="ignore", invalid="ignore"):
            step = u - off / slope
        u = np.where((step > low) & (step < high), step, (low + high) / 2)
        left, u, low, high, parallel = (part[~done] for part in (left, u, low, high, parallel))
    raise AssertionError("no longitude found")


def brute_force(world):
    """Return the people of a world's discs, and by how much the last refinement changed them."""
    count = len(world.lon)
    people, change = np.zeros(count), np.ones(count)
    totals = np.zeros((world.people.shape[0], world.people.shape[1] + 1))
    np.cumsum(np.nan_to_num(world.people), axis=1, out=totals[:, 1:])
    reach = world.radius_km * 1000 / 110_000
    across = np.maximum(2 * reach / world.cell, 1e-9)
    lines = np.maximum(2, np.ceil(_FIRST_LINES / across)).astype(int) * 3
    left = np.arange(count)
    while len(left):
        fine, coarse = _count(world, totals, left, lines[left])
        people[left] = fine
        change[left] = np.abs(fine - coarse) / fine
        left = left[~(change[left] < OWN_ERROR)]
        lines[left] *= 3
    return people, change


def _count(world, totals, discs, lines):
    """Return each disc's people on `lines` a row, and on a third of them."""
    rows = len(world.people)
    reach = world.radius_km[discs] * 1000 / 110_000
    first = np.floor((world.north - world.lat[discs] - reach) / world.cell).clip(0, rows)
    last = np.ceil((world.north - world.lat[discs] + reach) / world.cell).clip(0, rows)
    sizes = ((last - first) * lines).astype(int)
    disc = np.repeat(np.arange(len(discs)), sizes)
    line = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    row = first[disc].astype(int) + line // lines[disc]
    lat = world.north - (first[disc] + (line + 0.5) / lines[disc]) * world.cell
    which = discs[disc]
    chord = geodesic_half_chords(world.lat[which], world.radius_km[which] * 1000, lat)
    hit = ~np.isnan(chord)
    disc, line, row, chord, which = (part[hit] for part in (disc, line, row, chord, which))
    found = np.zeros(len(disc))
    for turn in (-360.0, 0.0, 360.0):
        # round the pole: -180..180 round the centre, in whichever turns, is the parallel once
        middle = world.lon[which] + turn - world.west
        x0, x1 = ((middle + side * chord) / world.cell for side in (-1, 1))
        found += _up_to(totals, world.people, row, x1) - _up_to(totals, world.people, row, x0)
    thirds = line % 3 == 1
    fine = np.bincount(disc, found / lines[disc], len(discs))
    coarse = np.bincount(disc[thirds], (3 * found / lines[disc])[thirds], len(discs))
    return fine, coarse


def _up_to(totals, people, row, x):
    """Return the people of a row west of a column coordinate."""
    x = np.clip(x, 0, people.shape[1])
    col = np.minimum(x.astype(int), people.shape[1] - 1)
    return totals[row, col] + (x - col) * np.nan_to_num(people[row, col])


def geodesic_polygon(lon, lat, radius_km):
    """Return a disc as a polygon of 720 points, longitudes running on past 180.

    One that holds a pole becomes the strip from its outline to the pole, -180 to 180.
    """
    bearings = np.arange(POINTS) * 360.0 / POINTS
    x, y, _ = GEOD.fwd(
        np.full(POINTS, lon), np.full(POINTS, lat), bearings, np.full(POINTS, radius_km * 1e3)
    )
    pole = math.copysign(90.0, lat)
    if GEOD.inv(lon, lat, lon, pole)[2] >= radius_km * 1e3:
        return shapely.Polygon(np.column_stack([lon + (x - lon + 180) % 360 - 180, y]))
    order = np.argsort(x)
    x, y = x[order], y[order]
    edge = np.interp(180.0, [x[-1], x[0] + 360], [y[-1], y[0]])
    ring = [(-180, pole), (-180, edge), *zip(x, y, strict=True), (180, edge), (180, pole)]
    return shapely.Polygon(ring)


def cut_to(world, polygon):
    """Return a polygon wrapped onto a world's raster: what lies on it, in one piece or more."""
    box = shapely.box(world.west, world.south, world.east, world.north)
    parts = [
        shapely.intersection(
            shapely.transform(polygon, lambda xy, t=turn: xy + np.array([t, 0.0])), box
        )
        for turn in (-360.0, 0.0, 360.0)
    ]
    return shapely.union_all([part for part in parts if part.area])


def extract(world, polygons):
    """Return the people of polygons by exactextract."""
    source = NumPyRasterSource(
        world.people, xmin=world.west, ymin=world.south, xmax=world.east, ymax=world.north,
        nodata=np.nan, srs_wkt="EPSG:4326",
    )  # fmt: skip
    frame = gpd.GeoDataFrame(geometry=[cut_to(world, shape) for shape in polygons], crs=4326)
    return exact_extract(source, frame, "sum", output="pandas")["sum"].to_numpy()


def cut_cells(world, polygon):
    """Return the people of a polygon, each cell by the area of what the polygon cuts out of it."""
    rows, cols = world.people.shape
    place = [world.west, world.north]
    shape = shapely.transform(polygon, lambda xy: (xy - place) / [world.cell, -world.cell])
    left, top, right, low = shape.bounds
    col, row = np.meshgrid(
        np.arange(max(0, math.floor(left)), min(cols, math.ceil(right))),
        np.arange(max(0, math.floor(top)), min(rows, math.ceil(low))),
    )
    col, row = col.ravel(), row.ravel()
    boxes = shapely.box(col, row, col + 1, row + 1)
    edge = shapely.boundary(shape)
    shapely.prepare([shape, edge])
    part = shapely.contains_xy(shape, col + 0.5, row + 0.5).astype(float)
    cut = shapely.intersects(edge, boxes)
    part[cut] = shapely.area(shapely.intersection(boxes[cut], shape))
    return float((np.nan_to_num(world.people)[row, col] * part).sum())


def count_holes(polygon):
    """Return the number of holes in a polygon's parts."""
    parts = shapely.get_parts(polygon)
    return int(shapely.get_num_interior_rings(parts[shapely.get_type_id(parts) == 3]).sum())
