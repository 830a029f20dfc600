"""Two grids on a common lattice: people by hand, by exactextract, and never lost."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from rasterio.transform import from_origin

from geo.exposure.lattice import Cells, share_lattice

NAN = np.nan


def make_cells(people, west=0.0, north=1.0, cell=0.1, crs="EPSG:4326"):
    return Cells(crs, west, north, cell, cell, np.array(people, dtype=np.float64))


def outline(cells):
    rows, cols = cells.people.shape
    return (
        cells.west,
        cells.north - rows * cells.cell_height,
        cells.west + cols * cells.cell_width,
        cells.north,
    )


def extract(cells, lattice):
    """People of a grid in each cell of a lattice, by exactextract."""
    west, south, east, north = outline(cells)
    source = NumPyRasterSource(
        cells.people, xmin=west, ymin=south, xmax=east, ymax=north, nodata=NAN, srs_wkt="EPSG:4326"
    )
    rows, cols = lattice.main.people.shape
    boxes = [
        shapely.box(
            lattice.west + col * lattice.cell_width,
            lattice.north - (row + 1) * lattice.cell_height,
            lattice.west + (col + 1) * lattice.cell_width,
            lattice.north - row * lattice.cell_height,
        )
        for row in range(rows)
        for col in range(cols)
    ]
    frame = gpd.GeoDataFrame(geometry=boxes, crs=4326)
    found = exact_extract(source, frame, "sum", output="pandas")["sum"]
    return found.fillna(0.0).to_numpy().reshape(rows, cols)


def test_finer_grid_is_summed_on_the_coarser_ones_cells():
    fine = make_cells([[1, 2, 3, 4], [5, 6, 7, 8]], cell=0.1)
    coarse = make_cells([[10, 20]], cell=0.2)
    lattice = share_lattice(fine, coarse)
    assert (lattice.west, lattice.north) == (0.0, 1.0)
    assert (lattice.cell_width, lattice.cell_height) == (0.2, 0.2)
    assert lattice.main.people.tolist() == [[1 + 2 + 5 + 6, 3 + 4 + 7 + 8]]
    assert lattice.other.people.tolist() == [[10, 20]]
    assert lattice.main.valid == pytest.approx(np.ones((1, 2)))


def test_cell_across_two_lattice_cells_is_shared_by_area():
    # the finer cell from 0.15 to 0.25 lies half in 0..0.2 and half in 0.2..0.4
    fine = make_cells([[8.0]], west=0.15, cell=0.1)
    coarse = make_cells([[10, 20]], cell=0.2)
    lattice = share_lattice(coarse, fine)
    assert lattice.other.people == pytest.approx(np.array([[4.0, 4.0]]))
    assert lattice.other.inside == pytest.approx(np.array([[0.125, 0.125]]))
    assert lattice.main.people.tolist() == [[10, 20]]


def test_no_data_is_no_zero():
    fine = make_cells([[NAN, NAN, 0, 0], [NAN, NAN, 0, NAN]], cell=0.1)
    coarse = make_cells([[10, NAN]], cell=0.2)
    lattice = share_lattice(coarse, fine)
    assert lattice.other.valid == pytest.approx(np.array([[0.0, 0.75]]))
    assert lattice.other.inside == pytest.approx(np.array([[1.0, 1.0]]))
    assert lattice.main.valid == pytest.approx(np.array([[1.0, 0.0]]))


def test_lattice_holds_both_grids():
    left = make_cells(np.full((2, 2), 1.0), west=0.0, north=1.0, cell=0.1)
    right = make_cells(np.full((2, 2), 1.0), west=0.4, north=0.9, cell=0.1)
    lattice = share_lattice(left, right)
    assert lattice.main.people.shape == (3, 6)
    assert lattice.main.people.sum() == 4
    assert lattice.other.people.sum() == 4
    assert lattice.other.inside[0].tolist() == [0.0] * 6


def test_small_cells_are_taken_together_to_half_a_kilometre():
    # at the equator 0.001 degrees are 111 m: five of them are 0.56 km, four 0.44 km
    grids = [make_cells(np.full((10, 10), 1.0), north=0.005, cell=0.001) for _ in range(2)]
    lattice = share_lattice(*grids)
    assert lattice.cell_width == pytest.approx(0.005)
    assert lattice.main.people == pytest.approx(np.full((2, 2), 25.0))


def test_date_line_is_crossed_by_the_nearer_turn():
    here = make_cells([[1, 2]], west=179.9, cell=0.1)
    there = make_cells([[3, 4]], west=-180.1, cell=0.1)
    lattice = share_lattice(here, there)
    assert lattice.main.people.tolist() == [[1, 2]]
    assert lattice.other.people == pytest.approx(np.array([[3, 4]]))


@pytest.mark.parametrize("cell", [0.0101, 0.0042, 0.0235])
def test_shifted_grid_agrees_with_exactextract(cell):
    rng = np.random.default_rng(4)
    people = rng.gamma(0.3, 100.0, (37, 41))
    people[rng.random(people.shape) < 0.1] = NAN
    other = make_cells(people, west=0.0137, north=0.9911, cell=cell)
    main = make_cells(rng.gamma(0.3, 100.0, (60, 60)), cell=0.02)
    lattice = share_lattice(main, other)
    for cells, share in ((main, lattice.main), (other, lattice.other)):
        assert share.people == pytest.approx(extract(cells, lattice), rel=1e-5, abs=1e-5)
        assert share.people.sum() == pytest.approx(np.nansum(cells.people))


@pytest.mark.parametrize("crs", ["EPSG:32636", "EPSG:3857", "EPSG:28191"])
def test_projected_grid_agrees_with_exact_polygons(crs):
    """Cells of 100 m in metres, on a lattice of 0.01 degrees: cut as polygons, one by one."""
    import pyproj

    rng = np.random.default_rng(5)
    forth = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    west, north = forth.transform(34.3, 31.4)
    fine = make_cells(rng.gamma(0.5, 20.0, (40, 40)), west, north, 100.0, crs)
    coarse = make_cells(np.full((8, 8), 5.0), west=34.28, north=31.42, cell=0.01)
    lattice = share_lattice(coarse, fine)
    assert lattice.crs == "EPSG:4326"
    assert lattice.other.people.sum() == pytest.approx(fine.people.sum())

    x = west + np.arange(41) * 100.0
    y = north - np.arange(41) * 100.0
    lon, lat = forth.transform(*np.meshgrid(x, y), direction="INVERSE")
    corner = np.stack([lon, lat], axis=-1)
    shapes = shapely.polygons(
        np.stack([corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]], axis=2)
    )
    rows, cols = lattice.main.people.shape
    for row in range(rows):
        for col in range(cols):
            left, top = lattice.west + col * 0.01, lattice.north - row * 0.01
            box = shapely.box(left, top - 0.01, left + 0.01, top)
            cut = shapely.area(shapely.intersection(shapes, box)) / shapely.area(shapes)
            exact = float((cut * fine.people).sum())
            assert lattice.other.people[row, col] == pytest.approx(exact, rel=0.01, abs=1.0)


def test_sum_resampling_of_gdal_agrees():
    """Another way to sum a finer grid on the lattice: rasterio's warp with `sum`."""
    from rasterio.warp import Resampling, reproject

    rng = np.random.default_rng(6)
    fine = make_cells(rng.gamma(0.5, 20.0, (50, 50)), west=0.013, north=0.987, cell=0.01)
    coarse = make_cells(np.full((20, 20), 5.0), cell=0.05)
    lattice = share_lattice(coarse, fine)
    warped = np.zeros_like(lattice.main.people)
    reproject(
        fine.people,
        warped,
        src_transform=from_origin(fine.west, fine.north, 0.01, 0.01),
        src_crs="EPSG:4326",
        dst_transform=from_origin(lattice.west, lattice.north, 0.05, 0.05),
        dst_crs=rasterio.crs.CRS.from_epsg(4326),
        resampling=Resampling.sum,
        tolerance=0.0,
    )
    assert lattice.other.people == pytest.approx(warped, rel=1e-6, abs=1e-6)
