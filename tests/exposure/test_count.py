import numpy as np
import pytest
import shapely

from geo.database.store import create_run
from geo.exposure.count import build_frame, count_people, load_grid, load_spans
from geo.exposure.discs import disc_spans
from geo.exposure.polygons import polygon_spans
from geo.people.grid import PopulationGrid
from geo.types import LonLat, Source

SOURCE = Source("made-up", "a grid made up for tests", "public domain")


def make_grid(people, cell=1.0):
    return PopulationGrid(
        grid_id="g",
        label="made up",
        source=SOURCE,
        population_date="2020",
        modelled="no",
        crs="EPSG:4326",
        west=0.0,
        north=len(people) * cell,
        cell_width=cell,
        cell_height=cell,
        people=np.array(people, dtype=np.float64),
    )


def count(con, grid, zones, units=None, scanlines=8):
    frame = build_frame(grid, scanlines)
    load_grid(con, grid, scanlines)
    shapes = {name: polygon_spans(frame, shape) for name, shape in zones.items()}
    units = {name: polygon_spans(frame, shape) for name, shape in (units or {}).items()}
    load_spans(con, frame, "g", shapes, units)
    return {(piece.zone_id, piece.pcode): piece for piece in count_people(con, "g", scanlines)}


@pytest.fixture
def con(tmp_path):
    with create_run(tmp_path / "run.duckdb") as connection:
        yield connection


THREE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize(
    ("zone", "people"),
    [
        pytest.param(shapely.box(0, 0, 3, 3), 45, id="everyone"),
        pytest.param(shapely.box(1, 1, 2, 2), 5, id="the middle cell"),
        pytest.param(shapely.box(0.5, 1, 2.5, 2), 2 + 5 + 3, id="half of the first and last"),
        pytest.param(shapely.box(0, 0.5, 3, 1.5), (4 + 5 + 6 + 7 + 8 + 9) / 2, id="halves of rows"),
        pytest.param(shapely.box(0, 0, 0.25, 0.25), 7 / 16, id="a sixteenth of a cell"),
    ],
)
def test_people_by_hand(con, zone, people):
    pieces = count(con, make_grid(THREE), {"z": zone})
    assert pieces["z", None].static == people


def test_parts_of_people_are_kept(con):
    grid = make_grid(np.full((10, 10), 0.99))
    pieces = count(con, grid, {"z": shapely.box(0, 0, 10, 10)})
    assert pieces["z", None].static == pytest.approx(99.0, abs=1e-4)


def test_cells_without_data_are_a_gap_not_a_zero(con):
    grid = make_grid([[1, np.nan], [0, 4]])
    piece = count(con, grid, {"z": shapely.box(0, 0, 2, 2)})["z", None]
    assert piece.static == 5
    # a cell of a degree at the equator; the one without data is the northern of the two rows
    assert piece.nodata_km2 == pytest.approx(12_305, rel=1e-3)
    assert piece.valid_km2 == pytest.approx(36_920, rel=1e-3)


def test_pieces_by_unit_add_up_exactly(con):
    rng = np.random.default_rng(3)
    grid = make_grid(rng.gamma(0.3, 50.0, (30, 30)), cell=0.1)
    units = {"P1": shapely.box(0, 0, 1.234, 3), "P2": shapely.box(1.234, 0, 2.1, 3)}
    zones = {"z": shapely.Point(1.5, 1.5).buffer(0.9)}
    cut = count(con, grid, zones, units)
    con.execute("DELETE FROM spans; DELETE FROM cells; DELETE FROM grids; DELETE FROM pieces")
    whole = count(con, grid, zones)["z", None]
    assert {pcode for _, pcode in cut} == {"P1", "P2", None}
    assert sum(piece.people_sum for piece in cut.values()) == whole.people_sum


def test_overlapping_units_count_nobody_twice(con):
    units = {"P1": shapely.box(0, 0, 2, 3), "P2": shapely.box(1, 0, 3, 3)}
    pieces = count(con, make_grid(THREE), {"z": shapely.box(0, 0, 3, 3)}, units)
    assert pieces["z", "P1"].static == 27
    assert pieces["z", "P2"].static == 18


def test_rings_and_discs_add_up_exactly(con):
    rng = np.random.default_rng(5)
    grid = make_grid(rng.gamma(0.3, 50.0, (200, 200)), cell=0.01)
    frame = build_frame(grid, 16)
    center = LonLat(1.0, 1.0)
    small, large = disc_spans(frame, center, 20.0), disc_spans(frame, center, 60.0)
    load_grid(con, grid, 16)
    zones = {"small": small, "large": large, "ring": large.difference(small)}
    load_spans(con, frame, "g", zones, {})
    sums = {piece.zone_id: piece.people_sum for piece in count_people(con, "g", 16)}
    assert sums["small"] + sums["ring"] == sums["large"]


def test_counting_is_the_same_on_one_thread_and_on_many(con):
    rng = np.random.default_rng(9)
    grid = make_grid(rng.gamma(0.3, 50.0, (100, 100)), cell=0.01)
    count(con, grid, {"z": shapely.Point(0.5, 0.5).buffer(0.4)})
    first = con.execute("SELECT * FROM pieces").fetchall()
    con.execute("DELETE FROM pieces; SET threads = 1")
    count_people(con, "g", 8)
    assert con.execute("SELECT * FROM pieces").fetchall() == first
