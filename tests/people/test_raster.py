"""Reading GeoTIFFs: windows, values, and every way in which they can be wrong."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.warp
from rasterio.transform import Affine

from geo.errors import RasterError, UnavailableError, UsageError
from geo.people import OutOfReachError, cell_areas_km2, read_population
from geo.people.tiles import open_tiles
from geo.types import BBox


def place(west, north, width, height):
    return Affine(width, 0, west, 0, -height, north)


VALUES = np.arange(12, dtype=np.float32).reshape(3, 4)  # 10..14 E, 2..5 N
ALL = BBox(10, 2, 14, 5)


def test_window_is_the_whole_cells_that_cover_the_box(write_raster):
    grid = read_population(write_raster(VALUES), BBox(11.2, 3.1, 12.3, 3.9))
    assert grid.people.tolist() == [[5.0, 6.0]]
    assert (grid.west, grid.north) == (11.0, 4.0)
    assert grid.crs == "EPSG:4326"
    assert grid.modelled == "no"
    assert grid.label == "people_count.tif"


def test_a_box_on_the_edges_of_cells_takes_no_more(write_raster):
    assert read_population(write_raster(VALUES), BBox(11, 3, 13, 4)).people.tolist() == [[5.0, 6.0]]


def test_a_position_takes_its_cell(write_raster):
    assert read_population(write_raster(VALUES), BBox(11, 3.5, 11, 3.5)).people.tolist() == [[5.0]]


def test_what_the_raster_does_not_reach_is_left_out(write_raster):
    grid = read_population(write_raster(VALUES), BBox(0, 0, 11, 3))
    assert grid.people.tolist() == [[8.0]]
    assert grid.bounds == BBox(10, 2, 11, 3)


def test_a_raster_elsewhere_is_out_of_reach(write_raster):
    with pytest.raises(
        OutOfReachError, match=r"covers 10, 2, 14, 5 .* none of the area of interest"
    ):
        read_population(write_raster(VALUES), BBox(50, 0, 51, 1))


def test_south_up_rows_are_turned(write_raster):
    path = write_raster(VALUES, transform=Affine(1, 0, 10, 0, 1, 2))
    grid = read_population(path, BBox(10, 2.5, 12, 4.5))
    assert grid.people.tolist() == [[8, 9], [4, 5], [0, 1]]
    assert grid.north == 5.0


def test_cells_need_not_be_square(write_raster):
    path = write_raster(VALUES, transform=Affine(0.5, 0, 10, 0, -2, 8))
    assert read_population(path, BBox(10.6, 2.5, 10.9, 3.5)).people.tolist() == [[9.0]]


@pytest.mark.parametrize(
    "transform",
    [
        pytest.param(Affine(1, 0.1, 10, 0.1, -1, 5), id="rotated"),
        pytest.param(Affine(-1, 0, 14, 0, -1, 5), id="mirrored"),
    ],
)
def test_rotated_and_mirrored_are_refused_with_the_way_out(write_raster, transform):
    with pytest.raises(RasterError, match=r"rotated or mirrored.*gdalwarp -r sum"):
        read_population(write_raster(VALUES, transform=transform), ALL)


def test_box_across_the_date_line_on_a_raster_of_the_world(write_raster):
    world = np.arange(360, dtype=np.float32)[None, :]
    path = write_raster(world, transform=place(-180, 1, 1, 1))
    grid = read_population(path, BBox(178, 0, 182, 1))
    assert grid.people.tolist() == [[358, 359, 0, 1]]
    assert grid.bounds == BBox(178, 0, 182, 1)


def test_box_round_greenwich_on_a_raster_from_0_to_360(write_raster):
    world = np.arange(360, dtype=np.float32)[None, :]
    path = write_raster(world, transform=place(0, 1, 1, 1))
    grid = read_population(path, BBox(-2, 0, 2, 1))
    assert grid.people.tolist() == [[358, 359, 0, 1]]
    assert grid.west == -2.0


def test_box_in_western_longitudes_on_a_part_of_0_to_360(write_raster):
    path = write_raster(VALUES, transform=place(285, 5, 1, 1))
    grid = read_population(path, BBox(-75, 4, -74, 5))
    assert grid.people.tolist() == [[0.0]]
    assert grid.west == -75.0


def test_density_becomes_persons_by_the_true_area(write_raster):
    path = write_raster(np.full((3, 4), 100.0), "density.tif")
    grid = read_population(path, ALL)
    areas = cell_areas_km2(grid)
    assert grid.people == pytest.approx(np.broadcast_to(100 * areas, (3, 4)))
    assert areas[0, 0] == pytest.approx(12_272, rel=1e-3)


def test_projected_raster_stays_in_its_crs(write_raster):
    values = np.arange(16, dtype=np.float64).reshape(4, 4)
    path = write_raster(values, crs="EPSG:32636", transform=place(600_000, 3_500_000, 1e4, 1e4))
    to_degrees = rasterio.warp.transform_bounds(
        "EPSG:32636", "EPSG:4326", 612_000, 3_482_000, 618_000, 3_488_000
    )
    grid = read_population(path, BBox(*to_degrees))
    assert grid.crs == "EPSG:32636"
    assert grid.people.tolist() == [[5.0]]
    assert (grid.west, grid.north) == (610_000, 3_490_000)


def test_projected_density_uses_the_true_area(write_raster):
    path = write_raster(
        np.full((2, 2), 10.0),
        "density.tif",
        crs="EPSG:3857",
        transform=place(0, 8_400_000, 1000, 1000),
    )
    grid = read_population(path, BBox(0, 59.9, 0.02, 60.1))
    assert grid.people == pytest.approx(10 * cell_areas_km2(grid))
    assert grid.people.max() < 2.6


def test_integers_scale_and_offset(write_raster):
    path = write_raster(np.array([[1, 2], [3, 4]], dtype=np.int16), scale=0.5, offset=10.0)
    assert read_population(path, BBox(10, 3, 12, 5)).people.tolist() == [[10.5, 11], [11.5, 12]]


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("float32", -99999.0),
        ("float32", -3.4e38),
        ("float64", np.nan),
        ("uint8", 255),
        ("int32", -2147483647),
    ],
)
def test_declared_nodata_is_no_data(write_raster, dtype, nodata):
    values = np.array([[1, 2]], dtype=dtype)
    values[0, 1] = nodata
    grid = read_population(write_raster(values, nodata=nodata), BBox(10, 4, 12, 5))
    assert grid.people[0, 0] == 1.0
    assert np.isnan(grid.people[0, 1])


@pytest.mark.parametrize(
    ("dtype", "value", "shown"),
    [
        ("float32", -99999, "-99999"),
        ("float32", -9999, "-9999"),
        ("float32", -3.4e38, r"-3\.4e\+38"),
        ("float32", np.nan, "nan"),
        ("float32", np.inf, "inf"),
        ("int16", -1, "-1"),
        ("uint8", 255, "255"),
        ("uint16", 65535, "65535"),
        ("int32", 2147483647, "2147483647"),
    ],
)
def test_undeclared_nodata_stops_the_run(write_raster, dtype, value, shown):
    values = np.array([[1, 2]], dtype=dtype)
    values[0, 1] = value
    with pytest.raises(RasterError, match=f"value {shown} in 1 cells.*gdal_edit.py -a_nodata"):
        read_population(write_raster(values), BBox(10, 4, 12, 5))


@pytest.mark.parametrize("value", [-99999.0, np.nan])
def test_nodata_can_be_declared_by_the_caller(write_raster, value):
    path = write_raster(np.array([[1.0, value]]))
    grid = read_population(path, BBox(10, 4, 12, 5), nodata=value)
    assert np.isnan(grid.people[0, 1])


def test_bad_values_outside_the_area_of_interest_are_no_concern(write_raster):
    path = write_raster(np.array([[1.0, -5.0]]))
    assert read_population(path, BBox(10, 4, 11, 5)).total == 1.0


def test_negative_people_by_the_offset_stop_the_run(write_raster):
    with pytest.raises(RasterError, match="scale and offset make negative people"):
        read_population(write_raster(VALUES, offset=-1.0), ALL)


def test_absurd_values_stop_the_run(write_raster):
    with pytest.raises(RasterError, match=r"value 1000000000000, or .* people a square kilometre"):
        read_population(write_raster(np.array([[1.0, 1e12]])), BBox(10, 4, 12, 5))


def test_several_bands_need_a_choice(write_raster):
    path = write_raster(np.stack([VALUES, VALUES + 100]), description="men")
    with pytest.raises(UsageError, match=r"2 bands \(1 men, 2\).*--band, by its number or name"):
        read_population(path, ALL)
    assert read_population(path, BBox(10, 4, 11, 5), band=2).total == 100.0
    with pytest.raises(UsageError, match="band 3; expected 1 to 2"):
        read_population(path, ALL, band=3)


def test_no_crs_is_refused(write_raster):
    with pytest.raises(RasterError, match=r"no CRS; expected one, such as EPSG:4326.*gdal_edit"):
        read_population(write_raster(VALUES, crs=None), ALL)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_position_is_refused(write_raster):
    path = write_raster(VALUES, transform=Affine.identity())
    with pytest.raises(RasterError, match="no position; expected the coordinates of a corner"):
        read_population(path, ALL)


def test_metres_that_are_called_degrees_are_refused(write_raster):
    path = write_raster(VALUES, transform=place(600_000, 3_500_000, 100, 100))
    with pytest.raises(RasterError, match="are no degrees, but its CRS says so"):
        read_population(path, ALL)


def test_complex_numbers_are_no_people(write_raster):
    with pytest.raises(RasterError, match="values of type complex64"):
        read_population(write_raster(VALUES.astype(np.complex64)), ALL)


def test_too_many_cells_are_refused_before_reading(write_raster):
    with pytest.raises(RasterError, match="has 12 cells; at most 11 are loaded"):
        read_population(write_raster(VALUES), ALL, limit_cells=11)


def test_missing_file_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match=r"none\.tif can't be read: No such file"):
        read_population(tmp_path / "none.tif", ALL)


def test_files_beside_the_raster_are_not_read(write_raster):
    path = write_raster(VALUES)
    Path(f"{path}.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1</NoDataValue></PAMRasterBand>'
        "</PAMDataset>"
    )
    assert not np.isnan(read_population(path, ALL).people).any()


def test_grids_of_one_raster_have_ids_of_their_own(write_raster):
    path = write_raster(VALUES)
    ids = {read_population(path, box).grid_id for box in (ALL, BBox(11, 3, 12, 4))}
    assert len(ids) == 2


def test_year_comes_from_tags_or_the_name(write_raster):
    assert read_population(write_raster(VALUES, "hti_ppp_2020.tif"), ALL).population_date == "2020"
    tagged = write_raster(VALUES, "x_count.tif", tags={"YEAR": "2015"})
    assert read_population(tagged, ALL).population_date == "2015"
    assert read_population(write_raster(VALUES, "count.tif"), ALL).population_date is None


@pytest.mark.parametrize(
    ("name", "unit", "crs", "place_", "dtype", "nodata", "year"),
    [
        pytest.param("hti_ppp_2020_UNadj.tif", "count", "EPSG:4326", None, "float32", -99999,
                     "2020", id="WorldPop"),
        pytest.param("pse_pop_2024_CN_100m_R2025A_v1.tif", "count", "EPSG:4326", None, "float32",
                     -99999, "2024", id="WorldPop R2025A"),
        pytest.param("hti_pd_2020_1km.tif", "density", "EPSG:4326", None, "float32", -99999,
                     "2020", id="WorldPop density"),
        pytest.param("GHS_POP_E2020_GLOBE_R2023A_54009_1000_V1_0_R6_C22.tif", "count",
                     "ESRI:54009", place(1_000_000, 500_000, 1000, 1000), "float64", -200,
                     "2020", id="GHS-POP Mollweide"),
        pytest.param("GHS_POP_E2025_GLOBE_R2023A_4326_3ss_V1_0_R6_C22.tif", "count",
                     "EPSG:4326", None, "float64", -200, "2025", id="GHS-POP 3 arc-seconds"),
        pytest.param("gpw_v4_population_count_rev11_2020_30_sec.tif", "count", "EPSG:4326", None,
                     "float32", -3.4028234663852886e38, "2020", id="GPW"),
        pytest.param("gpw_v4_population_density_adjusted_to_2015_unwpp_country_totals_rev11_2020_"
                     "30_sec.tif", "density", "EPSG:4326", None, "float32",
                     -3.4028230607370965e38, "2020", id="GPW density, adjusted"),
        pytest.param("landscan-global-2022.tif", "count", "EPSG:4326", None, "int32",
                     -2147483647, "2022", id="LandScan"),
        pytest.param("hrsl_general-latest.tif", "count", "EPSG:4326", None, "float64", np.nan,
                     None, id="HRSL"),
    ],
)  # fmt: skip
def test_known_products_are_read_by_their_conventions(
    write_raster, name, unit, crs, place_, dtype, nodata, year
):
    values = VALUES.astype(dtype)
    values[0, 0] = nodata
    path = write_raster(values, name, crs=crs, transform=place_, nodata=nodata)
    box = ALL if place_ is None else BBox(9.995, 4.03, 10.0, 4.035)
    grid = read_population(path, box)
    with open_tiles(path) as raster:
        people = raster.read_people(0, 3, 0, 4)
        areas = raster.layout.true_areas_km2(0, 3, 0, 4)
        rules = raster.find_raw_rules()
    factor = areas if unit == "density" else 1.0
    expected = np.where(np.arange(12).reshape(3, 4) == 0, np.nan, VALUES.astype(float)) * factor
    assert np.array_equal(people, expected, equal_nan=True)
    assert rules is not None
    assert grid.population_date == year
    assert grid.crs == crs
    if place_ is None:
        assert np.array_equal(grid.people, people, equal_nan=True)
