"""What looks like no data that nobody declared, and what only seems to."""

import numpy as np
import pytest

from geo.errors import RasterError, UsageError
from geo.exposure import kernels
from geo.people import read_population
from geo.people.tiles import open_tiles
from geo.types import BBox

SIDE = 60
ALL = BBox(10, 5 - SIDE, 10 + SIDE, 5)


def thinning_out(dtype, seed=1, highest=70_000.0):
    """People as they are: few cells with many, no gap on the way."""
    rng = np.random.default_rng(seed)
    people = np.exp(rng.uniform(0, np.log(highest), (SIDE, SIDE)))
    return people.astype(dtype)


def read_both(path, **options):
    """Read a raster as a window, as a tile, and as the sweep's raw values; all must agree."""
    people = read_population(path, ALL, **options).people
    with open_tiles(path, **options) as raster:
        assert np.array_equal(raster.read_people(0, SIDE, 0, SIDE), people, equal_nan=True)
        rules = raster.find_raw_rules()
        assert rules is not None
        raw = np.ascontiguousarray(raster.read_raw(0, SIDE, 0, SIDE))
        factors, most = raster.row_factors(0, SIDE)
    totals = np.empty((SIDE, SIDE + 2), dtype=np.int64)
    gaps = np.empty((SIDE, SIDE + 2), dtype=np.int32)
    figures = (rules.nodata, rules.top, rules.nan_is_gap, rules.scale, rules.offset)
    strange = kernels.add_up_raw(raw, *figures, factors, most, totals, gaps)
    if not strange:
        assert totals[:, -1].sum() / (1 << 20) == pytest.approx(np.nansum(people))
        assert gaps[:, -1].sum() == np.isnan(people).sum()
    return people


@pytest.mark.parametrize("dtype", ["int16", "int32", "uint32", "float32", "float64"])
@pytest.mark.parametrize("value", [255, 32767, 65535])
def test_a_count_among_others_of_its_size_is_people(write_raster, dtype, value):
    top = min(70_000.0, np.iinfo(dtype).max - 1) if dtype.startswith("int") else 70_000.0
    people = thinning_out(dtype, highest=top)
    if value < top:
        people[7, 7:11] = value
    assert read_both(write_raster(people)).sum() == people.sum(dtype=np.float64)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_a_few_cells_of_255_people_far_above_all_others_are_people(write_raster, dtype):
    people = np.ones((SIDE, SIDE), dtype=dtype)
    people[3, 3:6] = 255
    assert read_both(write_raster(people))[3, 3] == 255


def test_a_plateau_of_another_value_is_people(write_raster):
    """Density that is spread evenly over a district, as GPW's is."""
    people = np.ones((SIDE, SIDE), dtype=np.float32)
    people[:30] = 65_000.5
    assert read_both(write_raster(people))[0, 0] == 65_000.5


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
@pytest.mark.parametrize("value", [255, 32767, 65535])
@pytest.mark.parametrize("highest", [100.0, 1_000.0, 70_000.0])
def test_a_fill_value_after_a_conversion_stops(write_raster, dtype, value, highest):
    people = thinning_out(dtype, highest=highest)
    people[:, :40] = value
    path = write_raster(people)
    with pytest.raises(RasterError, match=rf"value {value} in .*only \S+ with something from half"):
        read_population(path, ALL)
    with open_tiles(path) as raster:
        for read in (raster.read_people, raster.read_raw):
            with pytest.raises(RasterError, match=f"value {value} in "):
                read(0, SIDE, 0, SIDE)


@pytest.mark.parametrize("value", [32767, 65535, 2147483648])
def test_one_cell_of_a_large_fill_value_is_enough(write_raster, value):
    people = thinning_out(np.float32, highest=10_000.0)
    people[4, 4] = value
    with pytest.raises(RasterError, match=f"value {value} in 1 cells"):
        read_population(write_raster(people), ALL)


def test_a_tile_of_nothing_else_stops(write_raster):
    path = write_raster(np.full((SIDE, SIDE), 65535, np.float32))
    with pytest.raises(RasterError, match="value 65535 in 3,600 cells"):
        read_population(path, ALL)


def test_what_is_declared_is_not_suspected_nor_counted_as_near(write_raster):
    people = thinning_out(np.float32, highest=9_000.0)
    people[:, :40] = 65535
    found = read_both(write_raster(people, nodata=65535))
    assert np.isnan(found[:, :40]).all()
    people[:, :5] = 32767
    with pytest.raises(RasterError, match=r"value 32767 in 300 cells.*only 0 with"):
        read_population(write_raster(people, nodata=65535), ALL)


@pytest.mark.parametrize(
    ("dtype", "value"), [("uint8", 255), ("uint16", 65535), ("float32", 65535), ("int32", 255)]
)
def test_the_caller_can_say_that_it_is_people(write_raster, dtype, value):
    people = np.ones((SIDE, SIDE), dtype=dtype)
    people[:20] = value
    path = write_raster(people)
    with pytest.raises(RasterError, match="if it is people, --nodata=nan"):
        read_population(path, ALL)
    assert read_both(path, nodata=np.nan)[0, 0] == value


@pytest.mark.parametrize(
    ("dtype", "nodata", "range_"),
    [("uint8", -1, "uint8"), ("uint8", 256, "uint8"), ("int16", 2.5, "int16")],
)
def test_nodata_that_the_type_cannot_hold_is_refused(write_raster, dtype, nodata, range_):
    path = write_raster(np.ones((SIDE, SIDE), dtype=dtype))
    with pytest.raises(UsageError, match=f"nodata {nodata}: expected a value that .*{range_}"):
        read_population(path, ALL, nodata=nodata)
    with pytest.raises(UsageError, match=f"nodata {nodata}"), open_tiles(path, nodata=nodata):
        pass


@pytest.mark.parametrize("declared", [None, -99999.0, np.nan])
@pytest.mark.parametrize("given", [-1.0, np.nan])
def test_a_value_is_named_beside_the_declared_one(write_raster, declared, given):
    people = thinning_out(np.float32)
    people[0, 0] = given
    if declared is not None:
        people[0, 1] = declared
    path = write_raster(people, nodata=declared)
    if (declared, given) == (-99999.0, -1.0):  # two numbers are more than raw rules can say
        with open_tiles(path, nodata=given) as raster:
            assert raster.find_raw_rules() is None
            found = raster.read_people(0, SIDE, 0, SIDE)
    else:
        found = read_both(path, nodata=given)
    assert np.isnan(found).sum() == (1 if declared is None else 2)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_the_largest_of_64_bits_can_be_named(write_raster, dtype):
    people = np.ones((SIDE, SIDE), dtype=dtype)
    people[0] = np.iinfo(dtype).max
    path = write_raster(people)
    with pytest.raises(RasterError, match=f"value {np.iinfo(dtype).max} in 60 cells"):
        read_population(path, ALL)
    assert np.isnan(read_both(path, nodata=float(np.iinfo(dtype).max))[0]).all()


def test_nodata_is_a_raw_value_also_with_scale_and_offset(write_raster):
    people = np.array([[1, 2, 9]], dtype=np.uint8)
    path = write_raster(people, scale=2.0, offset=1.0, nodata=9)
    assert np.array_equal(
        read_population(path, BBox(10, 4, 13, 5)).people, [[3, 5, np.nan]], equal_nan=True
    )
