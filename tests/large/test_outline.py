"""Outlines of many discs: near the exact union, over the date line, and of not too many corners."""

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon

from geo.boundaries import measure_area_km2
from geo.exposure.disc_set import Discs
from geo.exposure.discs import disc_area_km2, disc_outline
from geo.large.outline import outline_discs, simplify_outline
from geo.types import LonLat


def make(count, radius, lat=(33.0, 34.0), lon=(36.0, 37.0), seed=3):
    rng = np.random.default_rng(seed)
    return Discs(rng.uniform(*lon, count), rng.uniform(*lat, count), np.full(count, radius))


@pytest.mark.parametrize("lat", [(-0.5, 0.5), (33.0, 34.0), (64.0, 65.0)])
def test_outline_is_near_the_exact_union(lat):
    discs = make(200, 3.0, lat)
    outline, off_km = outline_discs(discs)
    places = zip(discs.lon, discs.lat, strict=True)
    exact = shapely.union_all([Polygon(disc_outline(LonLat(*at), 3.0)) for at in places])
    assert outline.is_valid
    assert measure_area_km2(outline) == pytest.approx(measure_area_km2(exact), rel=0.02)
    assert off_km < 1.0
    degrees = off_km / 111.2 / np.cos(np.radians(max(map(abs, lat))))
    assert exact.boundary.buffer(1.2 * degrees).covers(outline.boundary)


def test_discs_over_the_date_line_lie_on_both_sides():
    outline, _ = outline_discs(Discs(np.array([179.99, -179.9]), np.zeros(2), np.full(2, 20.0)))
    west, _, east, _ = outline.bounds
    assert (west, east) == (-180.0, 180.0)
    assert measure_area_km2(outline) < 2 * disc_area_km2(0.0, 20.0)
    assert outline.contains(shapely.Point(179.9, 0))
    assert outline.contains(shapely.Point(-179.8, 0))


def test_discs_far_apart_are_all_there():
    discs = make(300, 1.0, (-60.0, 60.0), (-170.0, 170.0))
    outline, _ = outline_discs(discs)
    shapely.prepare(outline)
    near = shapely.dwithin(outline, shapely.points(discs.lon, discs.lat), 0.2)
    assert near.all()


def test_simplifying_comes_to_an_end_and_leaves_no_part_out():
    discs = [shapely.Point(x, y).buffer(0.01) for x in range(40) for y in range(40)]
    simple, _ = simplify_outline(shapely.union_all(discs), 1e-4, 1000)
    assert len(shapely.get_parts(simple)) == 1600


def test_small_holes_are_filled_before_more_is_given_away():
    ring = shapely.box(0, 0, 10, 10)
    holes = [shapely.Point(x + 0.5, y + 0.5).buffer(0.001) for x in range(10) for y in range(10)]
    wide = shapely.box(4, 4, 6, 6)
    simple, _ = simplify_outline(ring.difference(shapely.union_all([*holes, wide])), 1e-4, 50)
    (part,) = shapely.get_parts(simple)
    assert shapely.get_num_interior_rings(part) == 1
