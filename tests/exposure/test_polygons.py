import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from geo.boundaries import read_embedded_units
from geo.exposure.polygons import polygon_spans
from geo.exposure.spans import X_STEPS, Frame, Spans

GRID = Frame("EPSG:4326", 0.0, 3.0, 1.0, 1.0, rows=3, cols=3, scanlines=64)


def cells(frame, spans):
    """Part of each cell that the spans cover, shape (rows, cols)."""
    columns = spans.to_columns(frame)
    covered = np.zeros((frame.rows, frame.cols))
    for row, x0, x1 in zip(columns["row"], columns["x0"], columns["x1"], strict=True):
        for col in range(x0 // X_STEPS, -(-x1 // X_STEPS)):
            width = min(x1, (col + 1) * X_STEPS) - max(x0, col * X_STEPS)
            covered[row, col] += width / X_STEPS / frame.scanlines
    return covered


@pytest.mark.parametrize(
    ("polygon", "covered"),
    [
        pytest.param(
            shapely.box(0, 0, 3, 3), [[1, 1, 1], [1, 1, 1], [1, 1, 1]], id="the whole grid"
        ),
        pytest.param(
            shapely.box(0.5, 1, 2.25, 2),
            [[0, 0, 0], [0.5, 1, 0.25], [0, 0, 0]],
            id="parts of cells",
        ),
        pytest.param(
            shapely.box(1, 0.25, 2, 3), [[0, 1, 0], [0, 1, 0], [0, 0.75, 0]], id="part of a row"
        ),
        pytest.param(
            shapely.Polygon([(0, 0), (3, 0), (0, 3)]),
            [[0.5, 0, 0], [1, 0.5, 0], [1, 1, 0.5]],
            id="a triangle",
        ),
        pytest.param(
            shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2)),
            [[1, 1, 1], [1, 0, 1], [1, 1, 1]],
            id="a hole",
        ),
        pytest.param(shapely.box(5, 5, 6, 6), np.zeros((3, 3)), id="off the grid"),
        pytest.param(
            shapely.box(360, 2, 361, 3), [[1, 0, 0], [0, 0, 0], [0, 0, 0]], id="a turn to the east"
        ),
    ],
)
def test_cells_count_by_the_part_covered(polygon, covered):
    assert cells(GRID, polygon_spans(GRID, polygon)) == pytest.approx(np.array(covered), abs=1e-3)


def test_neighbours_neither_overlap_nor_leave_a_gap():
    units = read_embedded_units()
    frame = Frame("EPSG:4326", 34.1, 31.7, 3 / 3600, 3 / 3600, 700, 640, 4)
    parts = [polygon_spans(frame, geometry) for geometry in units.geometry]
    whole = Spans.empty()
    for part in parts:
        assert part.intersection(whole).steps == 0
        whole = whole.union(part)
    # one outline round the five is cut to the same spans, step by step
    union = polygon_spans(frame, units.union_all())
    assert whole.steps == union.steps
    assert union.difference(whole).steps == 0


def test_sums_agree_with_exactextract():
    rng = np.random.default_rng(7)
    values = rng.gamma(0.5, 200.0, (60, 60))
    frame = Frame("EPSG:4326", 20.0, 10.0, 0.05, 0.05, 60, 60, 32)
    source = NumPyRasterSource(values, xmin=20, ymin=7, xmax=23, ymax=10, srs_wkt=WGS84_WKT)
    for _ in range(20):
        center = rng.uniform((20.5, 7.5), (22.5, 9.5))
        angles = np.sort(rng.uniform(0, 2 * np.pi, 12))
        ring = center + rng.uniform(0.3, 0.5, (12, 1)) * np.column_stack(
            [np.cos(angles), np.sin(angles)]
        )
        polygon = shapely.make_valid(shapely.Polygon(ring))
        frame_ = gpd.GeoDataFrame(geometry=[polygon], crs="EPSG:4326")
        expected = exact_extract(source, frame_, "sum", output="pandas")["sum"][0]
        counted = (cells(frame, polygon_spans(frame, polygon)) * values).sum()
        assert counted == pytest.approx(expected, rel=2e-3)


WGS84_WKT = rasterio.crs.CRS.from_epsg(4326).to_wkt()


def test_polygon_on_a_projected_grid_lands_where_it_lies():
    utm = Frame("EPSG:32636", 600_000.0, 3_480_000.0, 100.0, 100.0, 400, 400, 4)
    box = gpd.GeoSeries([shapely.box(610_050, 3_450_000, 620_000, 3_460_000)], crs="EPSG:32636")
    spans = polygon_spans(utm, box.segmentize(500).to_crs("EPSG:4326").iloc[0])
    area_m2 = spans.steps / X_STEPS / utm.scanlines * 100.0 * 100.0
    assert area_m2 == pytest.approx(9_950 * 10_000, rel=1e-4)
