"""Rasters: people per cell on the day, read back by other programs than wrote them."""

import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from rio_cogeo import cog_validate

from geo.run import Assessment
from maps.publish.raster import encode_cog, halve_sums, make_levels
from maps.publish.surfaces import date_surface
from maps.run import Surface

GRID = {"grid_id": "g", "crs": "EPSG:32636", "scanlines": 4}
CELL_M = 100.0
RASTERS = ("people.tif", "density.tif", "people_2.tif", "density_2.tif")


def make_surface(people, area_km2=None, **grid):
    """Return cells of 100 m in UTM; people are static."""
    people = np.array(people, dtype=float)
    area = np.full(people.shape, 0.01) if area_km2 is None else np.array(area_km2)
    return Surface(GRID | grid, people, area, 600_000.0, 3_450_000.0, CELL_M, CELL_M)


def make_unit(pcode, cols, rows, **people):
    """Return a unit of some columns and rows of the grid, which may be parts of cells."""
    from pyproj import Transformer

    x = [600_000.0 + CELL_M * col for col in cols]
    y = [3_450_000.0 - CELL_M * row for row in rows]
    to_degrees = Transformer.from_crs("EPSG:32636", "EPSG:4326", always_xy=True).transform
    box = shapely.box(x[0], y[1], x[1], y[0])
    geometry = shapely.transform(box, to_degrees, interleaved=False)
    area = (cols[1] - cols[0]) * (rows[1] - rows[0]) * 0.01
    return {"pcode": pcode, "geometry": geometry, "area_km2": area, **people}


def read(path, level=None):
    options = {} if level is None else {"overview_level": level}
    with rasterio.open(path, **options) as dataset:
        return dataset.read(1).astype(float)


def test_cells_of_a_unit_have_its_factor_and_their_part_of_the_land():
    # 100 residents become 150 people: the factor keeps 90, and 60 stay evenly on four cells
    unit = make_unit("A", (0, 2), (0, 2), static=100.0, best=150.0, factor=0.9)
    dated = date_surface(make_surface([[60, 40, 7], [0, 0, 7]]), [unit])
    expected = [[54 + 15, 36 + 15, 7], [15, 15, 7]]
    assert dated.surface.people == pytest.approx(np.array(expected), rel=2e-3)
    assert dated.surface.people.sum() == pytest.approx(150 + 14, rel=2e-4)
    assert dated.pcodes == ("A",)


def test_cell_in_two_units_has_the_part_of_each():
    # the middle column lies half in each; A is left by nine tenths, B doubles
    units = [
        make_unit("A", (0, 1.5), (0, 1), static=15.0, best=1.5, factor=0.1),
        make_unit("B", (1.5, 3), (0, 1), static=15.0, best=30.0, factor=2.0),
    ]
    people = date_surface(make_surface([[10, 10, 10]]), units).surface.people
    assert people == pytest.approx(np.array([[1, 0.5 + 10, 20]]), rel=2e-3)
    assert people.sum() == pytest.approx(31.5, rel=1e-9)


def test_unit_that_nobody_lived_in_has_its_people_on_its_land_with_data():
    unit = make_unit("A", (0, 3), (0, 1), static=0.0, best=90.0, factor=1.0)
    people = date_surface(make_surface([[0, np.nan, 0]]), [unit]).surface.people
    assert people == pytest.approx(np.array([[45, np.nan, 45]]), rel=2e-3, nan_ok=True)


def test_people_at_sites_are_spread_over_their_unit():
    # 20 of 120 are at a site that the run does not tell: factor 0.8 and 20 on the land
    unit = make_unit("A", (0, 2), (0, 1), static=100.0, best=120.0, factor=0.8)
    people = date_surface(make_surface([[100, 0]]), [unit]).surface.people
    assert people == pytest.approx(np.array([[80 + 20, 20]]), rel=2e-3)


def test_unit_that_the_cells_hold_in_part_stays_static():
    unit = make_unit("A", (0, 4), (0, 1), static=100.0, best=500.0, factor=5.0)
    dated = date_surface(make_surface([[10, 10]]), [unit])
    assert dated.surface.people.tolist() == [[10, 10]]
    assert dated.pcodes == ()


def test_unit_with_no_figure_stays_static():
    unit = make_unit("A", (0, 2), (0, 1), static=None, best=None, factor=None)
    assert date_surface(make_surface([[10, 20]]), [unit]).surface.people.tolist() == [[10, 20]]


def test_sums_of_four_cells():
    nan = np.nan
    cells = np.array([[1, 2, nan, nan], [3, 4, nan, nan], [nan, 5, 0, 0], [nan, nan, 0, nan]])
    assert halve_sums(cells) == pytest.approx(np.array([[10, nan], [5, 0]]), nan_ok=True)


@pytest.mark.parametrize("shape", [(1, 1), (256, 256), (257, 3), (300, 530)])
def test_every_overview_has_the_same_people(shape, tmp_path):
    numbers = np.random.default_rng(1)
    people = numbers.gamma(0.3, 40.0, shape)
    people[numbers.random(shape) < 0.3] = np.nan
    people[0, 0] = 1.0
    surface = make_surface(people)
    levels = make_levels(surface)
    path = tmp_path / "people.tif"
    bands = [each for each, _ in levels]
    path.write_bytes(encode_cog(surface, bands, "People", "persons", {"MARKING": "A < b & ü"}))
    assert cog_validate(path, strict=True) == (True, [], [])
    with rasterio.open(path) as dataset:
        assert dataset.crs.to_epsg() == 32636
        assert tuple(dataset.transform)[:6] == (CELL_M, 0, 600_000, 0, -CELL_M, 3_450_000)
        assert dataset.tags()["MARKING"] == "A < b & ü"
        assert np.isnan(dataset.nodata)
        overviews = dataset.overviews(1)
    assert overviews == [1 << level for level in range(1, len(levels))]
    full = read(path)[: shape[0], : shape[1]]
    assert full == pytest.approx(people, rel=1e-6, nan_ok=True)
    for level in range(len(overviews)):
        assert np.nansum(read(path, level)) == pytest.approx(np.nansum(people), rel=1e-6)
    assert encode_cog(surface, bands, "People", "persons", {"MARKING": "A < b & ü"}) == (
        path.read_bytes()
    )


@pytest.mark.parametrize("name", RASTERS)
def test_rasters_are_cloud_optimised_and_say_what_they_are(bundle, name):
    path = bundle.path(name)
    assert cog_validate(path, strict=True) == (True, [], [])
    with rasterio.open(path) as dataset:
        tags = dataset.tags()
        assert dataset.dtypes == ("float32",)
        assert dataset.compression.value == "DEFLATE"
    assert tags["MARKING"].startswith("Internal - not for distribution. Modelled, not observed.")
    assert tags["AS_OF"] == "2024-02-24"
    assert tags["SOURCE"].startswith("modelled")
    assert tags["LICENCE"]


def test_cells_add_up_to_the_units(bundle):
    people = read(bundle.path("people.tif"))
    ((total,),) = bundle.select("SELECT sum(best) FROM unit_people")
    assert total == 2_226_544
    assert np.nansum(people) == pytest.approx(total, abs=0.01)
    assert np.nanmin(people) >= 0
    for level in range(2):
        assert np.nansum(read(bundle.path("people.tif"), level)) == pytest.approx(total, abs=0.01)


def test_cells_are_the_source_s_own(bundle):
    ((west, north, width, rows, cols),) = bundle.select(
        "SELECT west, north, cell_width, rows, cols FROM grids WHERE grid_id = 'grid-1'"
    )
    with rasterio.open(bundle.path("people.tif")) as dataset:
        assert dataset.crs.to_epsg() == 4326
        assert dataset.transform.a == pytest.approx(width, rel=1e-12)
        assert (dataset.transform.c, dataset.transform.f) == (west, north)
        data = dataset.read(1)
    assert data.shape[0] - rows in range(4)  # padded for the overviews
    assert data.shape[1] - cols in range(4)
    assert np.isnan(data[rows:]).all()
    assert np.isnan(data[:, cols:]).all()
    cells = bundle.select("SELECT count(*) FROM cells WHERE grid_id = 'grid-1' AND people_fp >= 0")
    assert np.isfinite(data).sum() == cells[0][0]


@pytest.mark.parametrize(
    ("table", "key", "most"), [("zones", "zone_id", 0.004), ("units", "pcode", 0.01)]
)
def test_cells_of_a_zone_add_up_to_it(bundle, table, key, most):
    """A cell on the border of two units has one number, so units differ by what lies on it."""
    shapes = getattr(Assessment(bundle.run), table).dropna(subset=["best"])
    counted = exact_extract(
        str(bundle.path("people.tif")), shapes[[key, "geometry"]], "sum", output="pandas"
    )["sum"]
    off = abs(counted.to_numpy() / shapes["best"].to_numpy() - 1)
    assert off.max() < most
    if table == "zones":  # discs and rings
        assert off[shapes["kind"] != "admin"].max() < 0.0005


def test_density_is_people_by_area_at_every_level(bundle):
    areas = bundle.select("SELECT row, col, area_km2 FROM cells WHERE grid_id = 'grid-1'")
    for level in (None, 0, 1):
        people = read(bundle.path("people.tif"), level)
        density = read(bundle.path("density.tif"), level)
        area = np.full(read(bundle.path("people.tif")).shape, np.nan)
        for row, col, km2 in areas:
            area[row, col] = km2
        area[np.isnan(read(bundle.path("people.tif")))] = 0.0
        step = 1 if level is None else 2 << level
        rows, cols = (size // step for size in area.shape)
        area = area.reshape(rows, step, cols, step).sum(axis=(1, 3))
        there = np.isfinite(people)
        assert (np.isfinite(density) == there).all()
        assert density[there] == pytest.approx((people / np.where(area, area, 1))[there], rel=1e-5)


def test_picture_has_the_colours_of_the_page(bundle):
    from matplotlib.image import imread

    from maps.style import DENSITY_COLOURS, DENSITY_OPACITY

    seen = imread(bundle.path("density.png"))[..., :3].reshape(-1, 3)
    for colour in (DENSITY_COLOURS[0], DENSITY_COLOURS[-1]):
        rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        rgb = rgb * DENSITY_OPACITY + 1 - DENSITY_OPACITY
        assert (abs(seen - rgb).max(axis=1) < 0.006).sum() > 500
