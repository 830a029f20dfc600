"""Every way in which a population raster can be wrong, for every way in which one is read.

Rows are those of the table of bad inputs that the names of these tests give.
"""

import struct

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import Affine

import geo
from geo.errors import InputError, RasterError, UsageError
from geo.people import RasterLimits, read_population
from geo.people.tiles import open_tiles
from geo.types import BBox

ALL = BBox(10, 2, 14, 5)
VALUES = np.arange(12, dtype=np.float32).reshape(3, 4)  # 10..14 E, 2..5 N
FINE = Affine(0.01, 0, 10, 0, -0.01, 5)


def read_map(path):
    read_population(path, ALL)


def read_tiles(path):
    with open_tiles(path) as raster:
        rows, cols = raster.tile_shape
        for row in range(0, raster.layout.rows, rows):
            for col in range(0, raster.layout.cols, cols):
                ends = min(row + rows, raster.layout.rows), min(col + cols, raster.layout.cols)
                raster.read_people(row, ends[0], col, ends[1])


def expose(path, count):
    events = pd.DataFrame({"lon": np.full(count, 12.0), "lat": np.full(count, 3.5)})
    geo.expose(events, population=path, radius_km=400)


def read_join(path):
    expose(path, 1)


def read_sweep(path):
    expose(path, 30)


@pytest.fixture(
    params=[read_map, read_tiles, read_join, read_sweep], ids=["map", "tiles", "join", "sweep"]
)
def read(request):
    """Read the whole raster in one of the ways there are."""
    return request.param


VRT = b"""<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/vsicurl/http://127.0.0.1:9/x.tif</SourceFilename></SimpleSource>
</VRTRasterBand></VRTDataset>"""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "no GeoTIFF, whatever its name says: it is empty", id="row14-empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(50), "no GeoTIFF", id="row14-PNG"),
        pytest.param(b"lon,lat,people\n1,2,3\n", "no GeoTIFF", id="row14-table"),
        pytest.param(b"II*\0" + bytes(40), "damaged or cut short", id="row14-first bytes only"),
        pytest.param(VRT, "no GeoTIFF", id="row15-VRT"),
        pytest.param(b"ncols 1\nnrows 1\n", "no GeoTIFF", id="row15-text grid"),
    ],
)
def test_other_files_named_tif_are_refused(read, tmp_path, content, message):
    path = tmp_path / "people_count.tif"
    path.write_bytes(content)
    with pytest.raises(RasterError, match=message):
        read(path)


@pytest.mark.parametrize("part", [0.2, 0.6, 0.98])
@pytest.mark.parametrize("compress", ["none", "deflate", "lzw", "zstd"])
def test_row14_truncated_files_are_refused(read, write_raster, compress, part):
    values = np.random.default_rng(1).random((300, 400)).astype(np.float32)
    path = write_raster(values, transform=FINE, compress=compress)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(RasterError, match="damaged or cut short"):
        read(path)


@pytest.mark.parametrize("tiled", [True, False], ids=["tiles", "strips"])
def test_row14_damage_that_shows_only_while_blocks_are_read(read, write_raster, tiled):
    values = np.random.default_rng(1).integers(0, 40, (300, 400)).astype(np.float32)
    blocks = {"tiled": True, "blockxsize": 128, "blockysize": 128} if tiled else {}
    path = write_raster(values, transform=FINE, compress="deflate", **blocks)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = np.random.default_rng(2).bytes(4000)
    path.write_bytes(bytes(data))
    with open_tiles(path):
        pass  # the head is whole
    with pytest.raises(RasterError, match="damaged or cut short"):
        read(path)


def patch_tags(path, **numbers):
    """Rewrite numbers of a little-endian TIFF's first directory, by tag."""
    tags = {256: numbers.get("cols"), 257: numbers.get("rows"), 278: numbers.get("strip")}
    data = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", data, at)
        if tags.get(tag):
            struct.pack_into("<HHII", data, at, tag, 4, 1, tags[tag])
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("rows", "cols", "message"),
    [
        pytest.param(900_000_000, 4, "at most 2,000,000 a side", id="side"),
        pytest.param(1_000_000, 1_000_000, "at most 200,000,000,000 cells", id="cells"),
    ],
)
def test_row16_small_files_that_declare_terabytes_are_refused(
    read, write_raster, rows, cols, message
):
    path = write_raster(VALUES)
    patch_tags(path, rows=rows, cols=cols)
    with pytest.raises(RasterError, match=f"declares {rows:,} rows.*{message}"):
        read(path)


def test_row16_blocks_larger_than_memory_should_hold_are_refused(read, write_raster):
    path = write_raster(VALUES, blockysize=3)
    patch_tags(path, rows=1_900_000, cols=100_000, strip=1_900_000)
    with pytest.raises(RasterError, match=r"blocks of 1,342 by 100,000 cells, 537 MB.*TILED=YES"):
        read(path)


def test_row16_too_many_bands_are_refused(read, write_raster):
    path = write_raster(np.zeros((1001, 2, 2), np.uint8))
    with pytest.raises(RasterError, match="1,001 bands; expected at most 1,000 bands"):
        read(path)


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"side": 3}, id="side"),
        pytest.param({"cells": 11}, id="cells"),
        pytest.param({"bands": 0}, id="bands"),
        pytest.param({"block_bytes": 40}, id="block"),
    ],
)
def test_row16_limits_can_be_set_and_raised_as_the_message_says(write_raster, limits):
    path = write_raster(VALUES)
    (name,) = limits
    with pytest.raises(RasterError, match=rf"raise it: limits=RasterLimits\({name}=") as caught:
        read_population(path, ALL, limits=RasterLimits(**limits))
    need = int(str(caught.value).split(f"{name}=")[1].rstrip(")"))
    assert read_population(path, ALL, limits=RasterLimits(**{name: need})).total == 66.0
    with open_tiles(path, limits=RasterLimits(**{name: need})) as raster:
        assert raster.read_people(0, 3, 0, 4).sum() == 66.0


def test_row16_sides_beyond_the_default_are_read_when_allowed(write_raster):
    path = write_raster(np.ones((1, 2_000_001), np.uint8), transform=Affine(1e-5, 0, 10, 0, -1, 5))
    with pytest.raises(RasterError, match="expected at most 2,000,000 a side"):
        read_map(path)
    limits = RasterLimits(side=3_000_000)
    assert read_population(path, BBox(10, 4, 10.001, 5), limits=limits).total == 100.0


def test_row16_too_many_cells_of_the_area_are_refused_before_reading(write_raster):
    path = write_raster(VALUES)
    with pytest.raises(RasterError, match="has 12 cells; at most 11 are loaded"):
        read_population(path, ALL, limit_cells=11)


@pytest.mark.parametrize(
    ("crs", "transform", "message"),
    [
        pytest.param(None, None, "no CRS; expected one, such as EPSG:4326.*gdal_edit", id="no CRS"),
        pytest.param(
            "EPSG:4326",
            Affine(100, 0, 600_000, 0, -100, 3_500_000),
            "are no degrees, but its CRS says so",
            id="metres called degrees",
        ),
        pytest.param(
            "EPSG:32636",
            Affine(0.01, 0, 34, 0, -0.01, 31),
            r"cells of 0\.01 m.*these look like degrees",
            id="degrees called metres",
        ),
        pytest.param(
            "EPSG:32636",
            Affine(1000, 0, 1e8, 0, -1000, 4e6),
            "lie nowhere on Earth in its CRS EPSG:32636",
            id="nowhere on Earth",
        ),
        pytest.param(
            "EPSG:4978", Affine(1, 0, 10, 0, -1, 5), "not on the Earth's surface", id="geocentric"
        ),
    ],
)
def test_row17_wrong_crs_is_refused(read, write_raster, crs, transform, message):
    path = write_raster(VALUES, crs=crs, transform=transform)
    with pytest.raises(RasterError, match=message):
        read(path)


FILLED = VALUES.copy()
FILLED[:, 2:] = np.nan  # where the tests put what stands for no data


def filled(value, dtype):
    values = np.where(np.isnan(FILLED), 0, FILLED).astype(dtype)
    values[np.isnan(FILLED)] = value
    return values


UNDECLARED = [
    ("float32", -99999),
    ("float32", -9999),
    ("float64", -200),
    ("float32", -3.4e38),
    ("float32", np.finfo("float32").min),
    ("float64", np.finfo("float64").min),
    ("float32", np.nan),
    ("float32", np.inf),
    ("int8", 127),
    ("int16", -1),
    ("int16", 32767),
    ("uint8", 255),
    ("uint16", 65535),
    ("int32", 2147483647),
    ("uint32", 4294967295),
    ("int64", np.iinfo("int64").max),
    ("uint64", np.iinfo("uint64").max),
    ("float32", 255),
    ("float32", 65535),
    ("float32", 32767),
    ("float32", 2147483647),
    ("float64", 2147483647),
    ("float64", 4294967295),
    ("int32", 65535),
    ("int16", 255),
]


@pytest.mark.parametrize(("dtype", "value"), UNDECLARED)
def test_row18_undeclared_nodata_stops(read, write_raster, dtype, value):
    path = write_raster(filled(value, dtype))
    with pytest.raises(RasterError, match=r"value \S+ in 6 cells .*-a_nodata .*--nodata="):
        read(path)


@pytest.mark.parametrize(("dtype", "value"), UNDECLARED)
def test_row18_the_way_out_works(write_raster, dtype, value):
    path = write_raster(filled(value, dtype))
    with pytest.raises(RasterError) as caught:
        read_map(path)
    nodata = float(str(caught.value).split("--nodata=")[1].split(";")[0])
    people = read_population(path, ALL, nodata=nodata).people
    assert np.array_equal(people, FILLED.astype(float), equal_nan=True)
    with open_tiles(path, nodata=nodata) as raster:
        assert np.array_equal(raster.read_people(0, 3, 0, 4), people, equal_nan=True)


@pytest.mark.parametrize(
    ("dtype", "declared", "value"),
    [
        pytest.param("float32", -9999, -99999, id="another"),
        pytest.param("float32", -3.4e38, np.finfo("float32").min, id="a rounding apart"),
        pytest.param("float64", -3.4028234663852886e38, -3.4e38, id="a rounding apart, double"),
        pytest.param("float32", -99999, np.nan, id="NaN beside a number"),
        pytest.param("float32", np.nan, -99999, id="a number beside NaN"),
        pytest.param("float32", -99999, 65535, id="converted"),
        pytest.param("uint16", 0, 65535, id="the largest beside zero"),
    ],
)
def test_row18_declared_nodata_that_does_not_fit_stops(read, write_raster, dtype, declared, value):
    path = write_raster(filled(value, dtype), nodata=declared)
    with pytest.raises(RasterError, match=r"value \S+ in 6 cells"):
        read(path)


def test_row18_nodata_declared_beyond_the_type_is_as_if_not_declared(read, write_raster):
    path = write_raster(filled(255, np.uint8), nodata=255)
    data = path.read_bytes()
    at = data.rindex(b"255\0")
    path.write_bytes(data[:at] + b"-99\0" + data[at + 4 :])
    with rasterio.open(path) as dataset:
        assert dataset.nodata is None
    with pytest.raises(RasterError, match="value 255 in 6 cells"):
        read(path)


@pytest.mark.parametrize("value", [-1.0, -0.5])
def test_row19_negative_people_stop(read, write_raster, value):
    values = VALUES.copy()
    values[1, 1] = value
    path = write_raster(values, nodata=-99999)
    with pytest.raises(RasterError, match=f"value {value:g} in 1 cells.*expected people"):
        read(path)


def test_row19_negative_people_by_the_offset_stop(read, write_raster):
    with pytest.raises(RasterError, match="scale and offset make negative people"):
        read(write_raster(VALUES, offset=-1.0))


def test_row19_more_people_than_there_is_room_for_stop(read, write_raster):
    values = VALUES.astype(np.float64)
    values[0, 0] = 1e12
    with pytest.raises(RasterError, match=r"value 1000000000000, or .* people a square kilometre"):
        read(write_raster(values))


@pytest.mark.parametrize(
    "transform",
    [
        pytest.param(Affine(1, 0.1, 10, 0.1, -1, 5), id="rotated"),
        pytest.param(Affine(-1, 0, 14, 0, -1, 5), id="mirrored"),
    ],
)
def test_row20_rotated_and_mirrored_are_refused_with_the_way_out(read, write_raster, transform):
    with pytest.raises(RasterError, match=r"rotated or mirrored.*gdalwarp -r sum"):
        read(write_raster(VALUES, transform=transform))


@pytest.mark.parametrize(
    ("transform", "order"),
    [
        pytest.param(Affine(1, 0, 10, 0, 1, 2), np.s_[::-1], id="south-up"),
        pytest.param(Affine(1, 0, 10, 0, -0.5, 5), np.s_[:], id="non-square"),
    ],
)
def test_row20_south_up_and_non_square_are_read(read, write_raster, transform, order):
    path = write_raster(VALUES, transform=transform)
    read(path)
    assert read_population(path, ALL).people.tolist() == VALUES[order].tolist()
    with open_tiles(path) as raster:
        assert raster.read_people(0, 3, 0, 4).tolist() == VALUES[order].tolist()
        assert raster.read_people(2, 3, 1, 3).tolist() == VALUES[order][2:3, 1:3].tolist()
        assert raster.read_raw(2, 3, 1, 3).tolist() == VALUES[order][2:3, 1:3].tolist()


@pytest.mark.parametrize(
    "dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
)
@pytest.mark.parametrize("nodata", [7, None])
def test_row21_integers_scale_and_offset_are_honoured(read, write_raster, dtype, nodata):
    """No data is declared by the raw value."""
    path = write_raster(VALUES.astype(dtype), scale=0.5, offset=10.0, nodata=nodata)
    read(path)
    expected = VALUES.astype(np.float64) * 0.5 + 10
    if nodata:
        expected[nodata == VALUES] = np.nan
    for people in (read_population(path, ALL).people, read_one_tile(path)):
        assert np.array_equal(people, expected, equal_nan=True)


def read_one_tile(path, **options):
    with open_tiles(path, **options) as raster:
        return raster.read_people(0, raster.layout.rows, 0, raster.layout.cols)


def test_row22_several_bands_must_be_named(read, write_raster):
    path = write_raster(np.stack([VALUES, VALUES + 100]), description="men")
    with pytest.raises(UsageError, match=r"2 bands \(1 men, 2\); name the one to read"):
        read(path)


@pytest.mark.parametrize("band", [2, "2", " 2 "])
def test_row22_a_band_is_named_by_its_number(write_raster, band):
    path = write_raster(np.stack([VALUES, VALUES + 100]), description="men")
    assert read_population(path, ALL, band=band).people[0, 0] == 100
    assert read_one_tile(path, band=band)[0, 0] == 100


@pytest.mark.parametrize("band", ["men", "Men", "MEN "])
def test_row22_a_band_is_named_by_its_name(write_raster, band):
    path = write_raster(np.stack([VALUES, VALUES + 100]), description="men")
    assert read_population(path, ALL, band=band).people[0, 1] == 1
    assert read_one_tile(path, band=band)[0, 1] == 1


@pytest.mark.parametrize("band", [0, 3, -1, "3", "women", "-1", ""])
def test_row22_a_band_that_there_is_not_is_refused(write_raster, band):
    path = write_raster(np.stack([VALUES, VALUES + 100]), description="men")
    with pytest.raises(UsageError, match=rf"band {band}; expected 1 to 2: 1 men, 2"):
        read_population(path, ALL, band=band)
    with (
        pytest.raises(UsageError, match=rf"band {band}; expected 1 to 2: 1 men, 2"),
        open_tiles(path, band=band),
    ):
        pass


def test_row23_the_unit_is_asked_for_where_nothing_says_it(read, write_raster):
    with pytest.raises(UsageError, match=r"say which with --unit count\|density"):
        read(write_raster(VALUES, "pop.tif"))


def test_every_refusal_is_an_error_of_the_input():
    assert issubclass(RasterError, InputError)
    assert (InputError.exit_status, UsageError.exit_status) == (3, 2)
