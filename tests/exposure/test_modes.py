"""Zones combined: unions, shares, units, rings; parts add up to the whole, to the last digit."""

import dataclasses
import functools
import itertools

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from exactextract import exact_extract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.exposure.chords import chord_ratio, parametric, ratio_degrees
from geo.exposure.combination import NO_UNIT, Combination
from geo.exposure.disc_set import Discs
from geo.exposure.discs import disc_area_km2
from geo.exposure.each import count_each
from geo.exposure.join import join_zones
from geo.exposure.outlines import Outlines
from geo.exposure.polygons import polygon_spans
from geo.exposure.spans import X_STEPS, Spans, make_frame
from geo.exposure.sweep import sweep_zones
from geo.people.tiles import PopulationFile, open_tiles

sweep_each = functools.partial(count_each, join=False)
join_each = functools.partial(count_each, join=True)

LAWS = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SEEDS = st.integers(0, 10_000)


def frame_of(path, scanlines=8):
    with open_tiles(path) as raster:
        return make_frame(raster.layout, scanlines)


@pytest.fixture
def world(write_count):
    """Return a raster with gaps, its frame and discs that overlap, cross its edges and coincide."""

    def build(seed, *, count=25, radius=(5, 90), west=10.0, cell=0.05):
        rng = np.random.default_rng(seed)
        values = rng.gamma(0.3, 50.0, (90, 110))
        values[rng.random(values.shape) < 0.1] = np.nan
        path = write_count(values, west=west, cell=cell, nodata=np.nan)
        lon = west + rng.uniform(-0.5, 6.0, count).round(1)
        discs = Discs(lon, rng.uniform(0.0, 5.5, count).round(1), rng.uniform(*radius, count))
        return PopulationFile(path), frame_of(path), discs

    return build


def make_units(rng, box=(9.8, 0.3, 15.2, 4.9), count=12):
    """Cells of a Voronoi diagram within a box: neighbours share their edges."""
    x0, y0, x1, y1 = box
    points = shapely.MultiPoint(rng.uniform((x0, y0), (x1, y1), (count, 2)))
    cells = shapely.voronoi_polygons(points, extend_to=shapely.box(*box))
    cut = [cell.intersection(shapely.box(*box)) for cell in cells.geoms]
    return [unit for unit in cut if unit.area > 0]


def combine(mode, discs, classes=None, units=None):
    classes = np.zeros(len(discs), dtype=np.int64) if classes is None else classes
    return Combination(mode, classes, discs.lon, discs.lat, discs.radius_km, units)


def same(one, other):
    return (
        np.array_equal(one.owner, other.owner)
        and np.array_equal(one.unit, other.unit)
        and np.array_equal(one.sums.words, other.sums.words)
    )


def total(counted):
    return sum(counted.sums.integers())


def count_spans(population, frame, spans):
    """Sum up a span at a time, in Python's whole numbers."""
    with population.open() as raster:
        people = raster.read_people(0, frame.rows, 0, frame.cols)
    people_fp = np.rint(np.nan_to_num(people) * (1 << 20)).astype(np.int64)
    columns = spans.to_columns(frame)
    result = 0
    for row, x0, x1 in zip(columns["row"], columns["x0"], columns["x1"], strict=True):
        for col in range(x0 // X_STEPS, -(-x1 // X_STEPS)):
            width = min(x1, (col + 1) * X_STEPS) - max(x0, col * X_STEPS)
            result += int(people_fp[row, col]) * int(width)
    return result


def cut_disc(frame, discs, number):
    """Return the spans of a disc, in each turn that meets the grid, by numpy."""
    lon, beta, sine, cosine, arc = discs.on_frame(frame)[number]
    lines = np.arange(frame.lines)
    ratio = chord_ratio(*parametric(frame.line_y(lines)), beta, sine, cosine, arc)
    lines, ratio = lines[ratio >= 0], ratio[ratio >= 0]
    half = np.where(ratio < 1, ratio_degrees(ratio), 180.0)
    middle = np.where(ratio < 1, lon, frame.west + 180.0)
    spans = Spans.empty()
    for turn in (-360.0, 0.0, 360.0):
        x0, x1 = (frame.to_steps(middle + turn + side * half) for side in (-1, 1))
        start, end = lines * frame.stride + x0, lines * frame.stride + x1
        spans = spans.union(Spans.of(start[x1 > x0], end[x1 > x0]))
    return spans


@LAWS
@given(seed=SEEDS, mode=st.sampled_from(["each", "union", "nearest"]), admin=st.booleans())
def test_sweep_and_join_agree_however_the_work_is_cut_up(world, seed, mode, admin):
    population, frame, discs = world(seed)
    rng = np.random.default_rng(seed)
    units = Outlines.of(frame, make_units(rng)) if admin else None
    combination = combine(mode, discs, rng.integers(0, 3, len(discs)), units)
    joined = join_zones(population, frame, discs, combination)
    shape = (int(rng.integers(1, 90)), int(rng.integers(1, 110)))
    for workers, tile_shape in ((1, None), (2, shape)):
        swept = sweep_zones(
            population, frame, discs, combination, workers=workers, tile_shape=tile_shape
        )
        assert same(swept, joined)
    if mode == "each" and not admin:
        plain = sweep_each(population, frame, discs)
        assert plain.people == pytest.approx(joined.sums.people, rel=0.02, abs=20)
        assert plain.coverage_fraction == pytest.approx(joined.sums.coverage_fraction, abs=0.01)


@LAWS
@given(seed=SEEDS)
def test_a_union_is_that_of_the_spans(world, seed):
    population, frame, discs = world(seed, count=6)
    union = sweep_zones(population, frame, discs, combine("union", discs))
    spans = functools.reduce(Spans.union, (cut_disc(frame, discs, n) for n in range(len(discs))))
    assert union.sums.integers() == [count_spans(population, frame, spans)]


@LAWS
@given(seed=SEEDS)
def test_a_part_in_a_unit_is_the_intersection_of_spans(world, seed):
    population, frame, discs = world(seed, count=3)
    shapes = make_units(np.random.default_rng(seed), count=5)
    units = Outlines.of(frame, shapes)
    each = sweep_zones(population, frame, discs, combine("each", discs, units=units))
    for owner, unit, people in zip(each.owner, each.unit, each.sums.integers(), strict=True):
        spans = cut_disc(frame, discs, owner)
        if unit == NO_UNIT:
            rest = [polygon_spans(frame, shape) for shape in shapes]
            spans = functools.reduce(Spans.difference, rest, spans)
        else:
            spans = spans.intersection(polygon_spans(frame, shapes[unit]))
        assert people == count_spans(population, frame, spans)


@LAWS
@given(seed=SEEDS, even=st.booleans())
def test_shares_and_units_add_up_to_the_union(world, seed, even):
    population, frame, discs = world(seed, radius=(40, 40) if even else (5, 90))
    units = Outlines.of(frame, make_units(np.random.default_rng(seed)))
    union = sweep_zones(population, frame, discs, combine("union", discs))
    for mode, parts in itertools.product(("union", "nearest"), (None, units)):
        counted = sweep_zones(population, frame, discs, combine(mode, discs, units=parts))
        assert total(counted) == total(union)
        for figure in ("covered_km2", "nodata_km2", "area_km2"):
            parts_km2 = getattr(counted.sums, figure).sum()
            assert parts_km2 == pytest.approx(getattr(union.sums, figure).sum(), rel=1e-9)


@LAWS
@given(seed=SEEDS)
def test_a_union_is_never_more_than_the_sum_nor_fewer_than_the_largest(world, seed):
    population, frame, discs = world(seed)
    each = sweep_zones(population, frame, discs, combine("each", discs)).sums.integers()
    union = total(sweep_zones(population, frame, discs, combine("union", discs)))
    assert max(each) <= union <= sum(each)


@LAWS
@given(seed=SEEDS)
def test_a_share_is_never_more_than_the_disc(world, seed):
    population, frame, discs = world(seed)
    each = sweep_zones(population, frame, discs, combine("each", discs))
    share = sweep_zones(population, frame, discs, combine("nearest", discs))
    assert (share.sums.people <= each.sums.people * (1 + 1e-9) + 1e-9).all()


@LAWS
@given(seed=SEEDS, mode=st.sampled_from(["union", "nearest"]))
def test_a_larger_radius_never_exposes_fewer(world, seed, mode):
    population, frame, discs = world(seed)
    small = sweep_zones(population, frame, discs, combine(mode, discs))
    large = dataclasses.replace(discs, radius_km=discs.radius_km * 1.3)
    assert total(sweep_zones(population, frame, large, combine(mode, large))) >= total(small)


@LAWS
@given(seed=SEEDS, mode=st.sampled_from(["each", "union", "nearest"]))
def test_a_turn_round_the_earth_changes_nothing(write_count, seed, mode):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.3, 50.0, (40, 60))
    path = write_count(values, west=176.0, north=3.0, cell=0.125)
    population, frame = PopulationFile(path), frame_of(path)
    discs = Discs(rng.uniform(174, 186, 12), rng.uniform(-3, 4, 12), rng.uniform(5, 150, 12))
    turned = dataclasses.replace(discs, lon=discs.lon - 360.0 * rng.integers(-1, 2, 12))
    one = sweep_zones(population, frame, discs, combine(mode, discs))
    other = sweep_zones(population, frame, turned, combine(mode, discs))
    # the grid's middle is nearer than half a turn to every disc: sums are equal to the bit but for
    # what adding and taking 360 away does to a longitude's last ones
    assert other.sums.people == pytest.approx(one.sums.people, rel=1e-6)


@LAWS
@given(seed=SEEDS, mode=st.sampled_from(["union", "nearest"]))
def test_a_tenfold_raster_has_tenfold_people(write_count, seed, mode):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 90, (60, 60)).astype(np.int32)
    discs = Discs(rng.uniform(10, 13, 9), rng.uniform(2, 5, 9), rng.uniform(5, 90, 9))
    sums = []
    for factor in (1, 10):
        path = write_count(values * factor, cell=0.05, file=f"{factor}_count.tif", nodata=-1)
        counted = sweep_zones(PopulationFile(path), frame_of(path), discs, combine(mode, discs))
        sums.append(counted.sums.integers())
    assert sums[1] == [10 * people for people in sums[0]]


@LAWS
@given(seed=SEEDS)
def test_the_order_of_discs_changes_nothing(world, seed):
    population, frame, discs = world(seed)
    order = np.random.default_rng(seed).permutation(len(discs))
    mixed = discs.take(order)
    for mode in ("union", "nearest"):
        one = sweep_zones(population, frame, discs, combine(mode, discs))
        other = sweep_zones(population, frame, mixed, combine(mode, mixed))
        if mode == "union":
            assert same(one, other)
        else:  # discs at one place are taken in their order; all others by nearness alone
            places = np.unique(np.column_stack([discs.lon, discs.lat]), axis=0)
            if len(places) == len(discs):
                assert np.array_equal(one.sums.words[order], other.sums.words)


def test_people_go_to_the_nearest_event_that_reaches_them(write_count):
    """Against points in every cell and true geodesics."""
    rng = np.random.default_rng(5)
    values = rng.gamma(0.5, 20.0, (60, 60))
    path = write_count(values, west=24.0, north=62.0, cell=0.02)
    frame = frame_of(path, 64)
    lon, lat = rng.uniform(24.1, 25.1, 14), rng.uniform(60.9, 61.9, 14)
    fine = 8
    at = (np.arange(60 * fine) + 0.5) / fine * 0.02
    x, y = (each.ravel() for each in np.meshgrid(24.0 + at, 62.0 - at))
    people = np.repeat(np.repeat(values, fine, 0), fine, 1).ravel() / fine**2
    geod = pyproj.Geod(ellps="WGS84")
    ones = np.ones_like(x)
    km = np.array(
        [geod.inv(x, y, a * ones, b * ones)[2] / 1e3 for a, b in zip(lon, lat, strict=True)]
    )
    for radius in (np.full(14, 15.0), rng.uniform(3, 25, 14)):
        discs = Discs(lon, lat, radius)
        shares = sweep_zones(PopulationFile(path), frame, discs, combine("nearest", discs))
        reached = np.where(km <= radius[:, None], km, np.inf)
        nearest = np.where(np.isfinite(reached.min(axis=0)), reached.argmin(axis=0), -1)
        expected = np.array([people[nearest == number].sum() for number in range(14)])
        assert shares.sums.people == pytest.approx(expected, rel=0.02, abs=20)
        assert shares.sums.people.sum() == pytest.approx(expected.sum(), rel=1e-3)


def test_two_events_share_at_the_middle_between_them(write_count):
    path = write_count(np.ones((100, 200)), west=0.0, north=5.0, cell=0.05)
    discs = Discs(np.array([4.5, 5.5]), np.array([2.5, 2.5]), np.array([80.0, 80.0]))
    frame = frame_of(path)
    shares = sweep_zones(PopulationFile(path), frame, discs, combine("nearest", discs))
    left, right = shares.sums.people
    assert left == pytest.approx(right, rel=1e-6)
    union = sweep_zones(PopulationFile(path), frame, discs, combine("union", discs))
    assert left + right == pytest.approx(union.sums.people[0], rel=1e-12)


def test_a_union_over_a_pole_and_the_date_line_counts_everyone_once(write_count):
    path = write_count(np.ones((180, 360)), west=-180.0, north=90.0)
    discs = Discs(
        np.array([10.0, -170.0, 179.5, -179.5]), np.array([89.0, 88.0, 0.0, 0.0]), np.full(4, 400.0)
    )
    frame = frame_of(path, 64)
    counted = sweep_zones(PopulationFile(path), frame, discs, combine("union", discs))
    spans = functools.reduce(Spans.union, (cut_disc(frame, discs, n) for n in range(4)))
    assert counted.sums.integers() == [count_spans(PopulationFile(path), frame, spans)]
    assert counted.sums.coverage_fraction[0] == pytest.approx(1.0, abs=1e-9)
    shares = sweep_zones(PopulationFile(path), frame, discs, combine("nearest", discs))
    assert total(shares) == total(counted)


@pytest.mark.parametrize(("lon", "coverage"), [(10.0, 0.5), (10.5, 1.0), (9.0, 0.0), (20.0, 0.5)])
def test_coverage_of_a_union_says_how_much_the_raster_reaches(write_count, lon, coverage):
    path = write_count(np.ones((100, 100)), cell=0.1)
    discs = Discs(np.array([lon, lon]), np.array([0.0, 0.001]), np.array([40.0, 40.0]))
    for mode in ("union", "nearest"):
        counted = sweep_zones(PopulationFile(path), frame_of(path), discs, combine(mode, discs))
        assert counted.sums.coverage_fraction == pytest.approx(
            np.full(len(counted.owner), coverage), abs=2e-3
        )


def test_where_units_overlap_the_first_has_it(write_count):
    path = write_count(np.ones((100, 100)), cell=0.1)
    frame = frame_of(path)
    shapes = [shapely.box(12, -2, 14, 0), shapely.box(13, -2, 16, 0), shapely.box(40, 0, 41, 1)]
    discs = Discs(np.array([14.0]), np.array([-1.0]), np.array([300.0]))
    combination = combine("union", discs, units=Outlines.of(frame, shapes))
    counted = sweep_zones(PopulationFile(path), frame, discs, combination)
    assert counted.unit.tolist() == [0, 1, NO_UNIT]
    assert counted.sums.people[:2] == pytest.approx([400, 400], rel=1e-9)
    assert same(counted, join_zones(PopulationFile(path), frame, discs, combination))


def test_a_zone_off_the_grid_keeps_its_units(write_count):
    path = write_count(np.ones((10, 10)), cell=0.1)
    frame = frame_of(path, 64)
    discs = Discs(np.array([30.0]), np.array([0.0]), np.array([20.0]))
    combination = combine("each", discs, units=Outlines.of(frame, [shapely.box(29, -1, 30, 1)]))
    counted = sweep_zones(PopulationFile(path), frame, discs, combination)
    assert counted.unit.tolist() == [0, NO_UNIT]
    assert counted.sums.people.tolist() == [0.0, 0.0]
    assert counted.sums.coverage_fraction.tolist() == [0.0, 0.0]
    assert counted.sums.area_km2 == pytest.approx([628.3, 628.3], rel=2e-3)


@LAWS
@given(seed=SEEDS)
def test_polygons_are_counted_along_their_spans(write_count, seed):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.3, 50.0, (60, 80))
    path = write_count(values, cell=0.05)
    population, frame = PopulationFile(path), frame_of(path, 16)
    shapes = []
    for _ in range(5):
        center = shapely.Point(rng.uniform(9.8, 14.2), rng.uniform(1.8, 5.2))
        star = shapely.Polygon(
            [
                (center.x + r * np.cos(a), center.y + r * np.sin(a))
                for a, r in zip(
                    np.sort(rng.uniform(0, 6.283, 9)), rng.uniform(0.1, 1, 9), strict=True
                )
            ]
        )
        shapes.append(shapely.make_valid(star).difference(center.buffer(0.07)))
    outlines = Outlines.of(frame, shapes)
    combination = Combination("each", np.zeros(5, dtype=np.int64))
    counted = sweep_zones(population, frame, outlines, combination, tile_shape=(17, 23))
    expected = [count_spans(population, frame, polygon_spans(frame, shape)) for shape in shapes]
    assert counted.sums.integers() == expected
    assert same(counted, join_zones(population, frame, outlines, combination))


def test_a_polygon_as_wide_as_a_very_wide_strip_is_covered(write_count):
    """Steps along it, times a cell's area, are more than one word holds."""
    path = write_count(np.ones((4, 239_000)), west=-179.5, north=0.006, cell=0.0015)
    frame = frame_of(path)
    outlines = Outlines.of(frame, [shapely.box(-179.1, 0.001, 178.9, 0.005)])
    ways = (sweep_each, join_each)
    swept, joined = (count(PopulationFile(path), frame, outlines) for count in ways)
    assert np.array_equal(swept.words, joined.words)
    assert swept.people == pytest.approx([358.0 * 0.004 / 0.0015**2], rel=1e-6)
    assert swept.coverage_fraction.tolist() == [1.0]
    assert swept.covered_km2 == pytest.approx([358.0 * 0.004 * 111.32 * 110.574], rel=1e-3)


def test_a_polygon_across_the_date_line_meets_a_grid_of_either_turn(write_count):
    shapes = [shapely.box(179, -1, 181, 1), shapely.box(-181, -1, -179, 1)]
    for west in (170.0, 0.0, -180.0):
        cols = 20 if west == 170.0 else 360
        path = write_count(np.ones((10, cols)), west=west, north=5.0, file=f"{west}_count.tif")
        frame = frame_of(path)
        counted = sweep_zones(
            PopulationFile(path),
            frame,
            Outlines.of(frame, shapes),
            Combination("each", np.zeros(2, dtype=np.int64)),
        )
        assert counted.sums.people == pytest.approx([4.0, 4.0], rel=1e-9)
        assert counted.sums.coverage_fraction == pytest.approx([1.0, 1.0], rel=1e-9)


@pytest.mark.parametrize("crs", ["ESRI:54009", "EPSG:32636", "EPSG:3857"])
def test_discs_on_a_projected_grid_are_those_on_the_ground(write_count, crs):
    """Against exactextract on geodesic polygons of 720 corners, projected."""
    rng = np.random.default_rng(11)
    to_plane = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    west, north = to_plane.transform(33.0, 32.0)
    values = rng.gamma(0.5, 20.0, (400, 400))
    path = write_count(values, west=west, north=north, cell=650.0, crs=crs)
    frame = frame_of(path, 16)
    lon, lat = rng.uniform(33.4, 34.6, 40), rng.uniform(30.6, 31.6, 40)
    discs = Discs(lon, lat, rng.uniform(3, 30, 40))
    bearings = np.arange(720) / 2
    geod = pyproj.Geod(ellps="WGS84")
    polygons = []
    for x, y, radius in zip(lon, lat, discs.radius_km, strict=True):
        ring = geod.fwd(
            *(np.full(720, each) for each in (x, y)), bearings, np.full(720, radius * 1e3)
        )
        polygons.append(shapely.Polygon(np.column_stack(to_plane.transform(ring[0], ring[1]))))
    zones = gpd.GeoDataFrame(geometry=polygons, crs=crs)
    expected = exact_extract(str(path), zones, "sum", output="pandas")["sum"].to_numpy()
    outlines = Outlines.of_discs(frame, discs)
    for count in (sweep_zones, join_zones):
        found = count(PopulationFile(path), frame, outlines, combine("each", discs)).sums
        assert found.people == pytest.approx(expected, rel=2e-3)
        assert found.people.sum() == pytest.approx(expected.sum(), rel=5e-4)
        assert found.coverage_fraction == pytest.approx(np.ones(40), abs=1e-9)


def test_density_on_a_projected_grid_is_multiplied_by_the_true_area(write_count):
    to_plane = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    west, north = to_plane.transform(33.0, 61.0)
    path = write_count(
        np.full((300, 300), 7.0), west=west, north=north, cell=500.0, crs="EPSG:3857", file="d.tif"
    )
    population = PopulationFile(path, "density")
    with population.open() as raster:
        frame = make_frame(raster.layout, 32)
    discs = Discs(np.array([33.6]), np.array([60.6]), np.array([15.0]))
    outlines = Outlines.of_discs(frame, discs)
    found = sweep_zones(population, frame, outlines, combine("each", discs))
    assert found.sums.people[0] == pytest.approx(7 * disc_area_km2(60.6, 15.0), rel=1e-3)
