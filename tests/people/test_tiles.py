"""Reading tile by tile: grids in any CRS, areas, masks, and the fast way of raw values."""

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from geo.errors import RasterError, UsageError
from geo.people import read_population
from geo.people.grid import band_areas_km2
from geo.people.tiles import MAX_DENSITY_KM2, open_tiles
from geo.types import BBox

GEOD = pyproj.Geod(ellps="WGS84")
MOLLWEIDE = Affine(1000, 0, 2_900_000, 0, -1000, 3_900_000)  # the eastern Mediterranean
UTM = Affine(100, 0, 600_000, 0, -100, 3_500_000)
MERCATOR = Affine(1000, 0, 0, 0, -1000, 8_400_000)  # 60 degrees north


def area_on_earth(crs, transform, row, col):
    """Area of a cell by geodesics between its corners, square kilometres."""
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    corners = [transform * (col + i, row + j) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
    lon, lat = to_degrees.transform(*zip(*corners, strict=True))
    return abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6


@pytest.mark.parametrize(
    ("crs", "transform", "plane", "ratio"),
    [
        pytest.param("ESRI:54009", MOLLWEIDE, 1.0, 0.997, id="Mollweide"),
        pytest.param("EPSG:32636", UTM, 0.01, 1.0005, id="UTM"),
        pytest.param("EPSG:3857", MERCATOR, 1.0, 0.251, id="web Mercator"),
        pytest.param("EPSG:2263", Affine(1000, 0, 1e6, 0, -1000, 2e5), 0.0929, 1.0, id="US feet"),
        pytest.param("EPSG:4326", Affine(0.5, 0, 10, 0, -0.5, 60), None, 1.0, id="WGS 84"),
        pytest.param("EPSG:4258", Affine(0.5, 0, 10, 0, -0.5, 60), None, 1.0, id="ETRS89"),
    ],
)
def test_density_is_multiplied_by_true_areas_ratios_are_of_plane_ones(
    write_raster, crs, transform, plane, ratio
):
    path = write_raster(np.full((20, 30), 50.0), "density.tif", crs=crs, transform=transform)
    with open_tiles(path) as raster:
        people = raster.read_people(4, 20, 10, 30)
        areas = raster.cell_areas_km2(4, 20)
        layout = raster.layout
    for row, col in ((4, 10), (12, 20), (19, 29)):
        true = area_on_earth(crs, transform, row, col)
        assert people[row - 4, col - 10] == pytest.approx(
            50 * true, rel=2e-3 if not plane else 1e-4
        )
        assert true == pytest.approx(ratio * (plane or areas[row - 4]), rel=5e-3)
    assert layout.is_geographic == (plane is None)
    assert layout.is_wgs84 == (crs == "EPSG:4326")
    if plane:
        assert areas == pytest.approx(np.full(16, plane), rel=1e-3)
        assert len(set(areas.tolist())) == 1


def test_a_geographic_grid_has_areas_off_the_grid_too(write_raster):
    with open_tiles(write_raster(np.ones((3, 4)))) as raster:
        areas = raster.cell_areas_km2(-2, 5)
    assert areas == pytest.approx(band_areas_km2(np.arange(7.0, -1.0, -1.0), 1.0))


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        pytest.param("ESRI:54009", MOLLWEIDE, id="Mollweide"),
        pytest.param("EPSG:32636", UTM, id="UTM"),
        pytest.param("EPSG:3857", MERCATOR, id="web Mercator"),
        pytest.param("EPSG:4258", Affine(0.5, 0, 10, 0, -0.5, 60), id="ETRS89"),
    ],
)
def test_counts_have_raw_rules_on_any_grid_and_limits_below_the_true_ones(
    write_raster, crs, transform
):
    values = np.arange(200, dtype=np.float32).reshape(100, 2)
    path = write_raster(values, crs=crs, transform=transform)
    with open_tiles(path) as raster:
        assert raster.find_raw_rules() is not None
        factors, most = raster.row_factors(10, 90)
        true = raster.layout.true_areas_km2(10, 90, 0, 2)
        assert raster.read_people(0, 100, 0, 2).tolist() == values.tolist()
    assert factors.tolist() == [1.0] * 80
    assert (most <= np.minimum(true.min(axis=1) * MAX_DENSITY_KM2, 1 << 30)).all()
    assert (most > 0.4 * np.minimum(true.min(axis=1) * MAX_DENSITY_KM2, 1 << 30)).all()


def test_density_on_a_projected_grid_has_no_raw_rules(write_raster):
    path = write_raster(np.ones((2, 2)), "density.tif", crs="ESRI:54009", transform=MOLLWEIDE)
    with open_tiles(path) as raster:
        assert raster.find_raw_rules() is None


def test_a_projected_cell_holds_no_more_people_than_its_true_area_has_room_for(write_raster):
    """At 60 degrees north a cell of a web Mercator kilometre is a quarter of one."""
    for people, fits in ((1.2e6, True), (1.3e6, False)):
        path = write_raster(np.full((2, 2), people), crs="EPSG:3857", transform=MERCATOR)
        with open_tiles(path) as raster:
            if fits:
                assert raster.read_people(0, 2, 0, 2)[0, 0] == people
            else:
                with pytest.raises(
                    RasterError, match=r"value 1300000, or 5,1.* a square kilometre"
                ):
                    raster.read_people(0, 2, 0, 2)


@pytest.mark.parametrize(
    ("people", "refused"), [pytest.param(0.0, False, id="nobody"), pytest.param(5.0, True, id="5")]
)
def test_density_beyond_the_projection_is_refused_where_there_is_any(write_raster, people, refused):
    values = np.full((2, 3), people)
    path = write_raster(
        values,
        "density.tif",
        crs="ESRI:54009",
        transform=Affine(1e5, 0, 17_900_000, 0, -1e5, 100_000),  # the last one of three is outside
    )
    with open_tiles(path) as raster:
        if refused:
            with pytest.raises(RasterError, match="beyond the reach of its projection"):
                raster.read_people(0, 2, 0, 3)
            assert raster.read_people(0, 2, 0, 1).min() > 0
        else:
            assert raster.read_people(0, 2, 0, 3).tolist() == values.tolist()


def test_a_mollweide_raster_of_the_world_is_read(write_raster):
    """Its corners lie nowhere on Earth."""
    values = np.ones((18, 36), dtype=np.float32)
    values[0, :10] = -200
    path = write_raster(
        values, crs="ESRI:54009", transform=Affine(1e6, 0, -18e6, 0, -1e6, 9e6), nodata=-200
    )
    with open_tiles(path) as raster:
        people = raster.read_people(0, 18, 0, 36)
        assert raster.layout.unit_m == 1.0
        assert not raster.layout.wraps
    assert np.isnan(people).sum() == 10
    grid = read_population(path, BBox(30, 30, 36, 33))
    assert grid.crs == "ESRI:54009"
    assert grid.total >= 1


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4258"])
@pytest.mark.parametrize(
    ("west", "cols", "wraps"), [(-180, 360, True), (0, 360, True), (-180, 359, False)]
)
def test_columns_that_go_once_round_the_earth_wrap(write_raster, crs, west, cols, wraps):
    path = write_raster(
        np.ones((1, cols), np.uint8), crs=crs, transform=Affine(1, 0, west, 0, -1, 5)
    )
    with open_tiles(path) as raster:
        assert raster.layout.wraps is wraps


def write_masked(path, mask, alpha, **profile):
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK="YES"),
        rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=2,
            width=2,
            count=2 if alpha else 1,
            dtype="uint8",
            crs="EPSG:4326",
            transform=Affine(1, 0, 10, 0, -1, 5),
            **profile,
        ) as dataset,
    ):
        dataset.write(np.array([[1, 2], [3, 4]], np.uint8), 1)
        if alpha:
            dataset.colorinterp = [ColorInterp.gray, ColorInterp.alpha]
            dataset.write(np.where(mask, 255, 0).astype(np.uint8), 2)
        else:
            dataset.write_mask(mask)
    return path


@pytest.mark.parametrize("alpha", [False, True], ids=["mask", "alpha"])
def test_masks_and_transparency_are_no_data(tmp_path, alpha):
    """The only band beside transparency needs no name."""
    mask = np.array([[True, False], [True, True]])
    path = write_masked(tmp_path / "people_count.tif", mask, alpha)
    expected = [[1, np.nan], [3, 4]]
    people = read_population(path, BBox(10, 3, 12, 5)).people
    assert np.array_equal(people, expected, equal_nan=True)
    with open_tiles(path) as raster:
        assert raster.find_raw_rules() is None
        assert np.array_equal(raster.read_people(0, 2, 0, 2), expected, equal_nan=True)
    if alpha:
        with (
            pytest.raises(UsageError, match="band 2; expected 1 to 2: 1"),
            open_tiles(path, band=2),
        ):
            pass


def test_nodata_beside_a_mask_is_no_data(tmp_path):
    mask = np.array([[True, False], [True, True]])
    path = write_masked(tmp_path / "people_count.tif", mask, alpha=False, nodata=3)
    people = read_population(path, BBox(10, 3, 12, 5)).people
    assert np.array_equal(people, [[1, np.nan], [np.nan, 4]], equal_nan=True)


def test_tiles_are_whole_blocks_but_no_more_than_can_be_held(write_raster):
    values, place = np.ones((4100, 4200), np.uint8), Affine(0.001, 0, 10, 0, -0.001, 5)
    blocks = {"tiled": True, "blockxsize": 512, "blockysize": 512}
    with open_tiles(write_raster(values, transform=place, **blocks)) as raster:
        assert raster.tile_shape == (1024, 1024)
    with open_tiles(write_raster(values, transform=place, blockysize=4100)) as raster:
        rows, cols = raster.tile_shape
    assert cols == 4200
    assert rows * cols <= 1 << 24


@pytest.mark.parametrize("year", [2007, 2015, 2020])
def test_real_worldpop_is_read_as_rasterio_reads_it(shared_file, year):
    path = shared_file(f"worldpop-1km-dominican/ppp_{year}_1km_Aggregated.tif")
    with rasterio.open(path) as dataset:
        plain = dataset.read(1, masked=True).astype(np.float64)
    grid = read_population(path, BBox(-72, 18, -71, 19))
    assert grid.total == plain.sum()
    assert grid.population_date == str(year)
    with open_tiles(path) as raster:
        rows, cols = raster.layout.rows, raster.layout.cols
        assert raster.unit == "count"
        assert raster.read_people(0, rows, 0, cols).sum() == plain.sum()
        rules = raster.find_raw_rules()
        assert rules is not None
        assert rules.nodata == np.float32(-3.4e38)
        assert np.array_equal(raster.read_raw(0, rows, 0, cols), plain.data)
