"""The sweep and the join give the same sums, however the work is cut up."""

import dataclasses
import functools
import stat

import numpy as np
import pyproj
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import RasterError, UnavailableError
from geo.exposure import chords, compiled
from geo.exposure.disc_set import Discs
from geo.exposure.discs import disc_area_km2, disc_spans, half_chord
from geo.exposure.each import count_each
from geo.exposure.plan import plan_tiles
from geo.exposure.spans import X_STEPS, Frame
from geo.people.tiles import PopulationFile, open_tiles
from geo.types import LonLat

sweep_each = functools.partial(count_each, join=False)
join_each = functools.partial(count_each, join=True)


def frame_of(path, scanlines=8, **options):
    with open_tiles(path, **options) as raster:
        at = raster.layout
    return Frame(
        at.crs, at.west, at.north, at.cell_width, at.cell_height, at.rows, at.cols, scanlines
    )


def discs_at(*places):
    lon, lat, radius = (np.array(column, dtype=float) for column in zip(*places, strict=True))
    return Discs(lon, lat, radius)


def same(one, other):
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in dataclasses.fields(one)
    )


@pytest.mark.parametrize("lat", [0.0, 31.3, -60.0, 75.0, 89.5, -90.0])
@pytest.mark.parametrize("radius_km", [0.5, 5.0, 500.0, 1000.0])
def test_chords_are_those_of_the_definition(lat, radius_km):
    reach = radius_km / 110.5
    lats = np.clip(np.linspace(lat - reach, lat + reach, 999), -90, 90)
    beta, sine, cosine = chords.parametric(np.array([lat]))
    ratio = chords.chord_ratio(
        *chords.parametric(lats), beta[0], sine[0], cosine[0], chords.target_arc(radius_km)
    )
    expected = half_chord(LonLat(0.0, lat), radius_km, lats)
    assert np.array_equal(ratio >= 0, ~np.isnan(expected))
    hit = ratio >= 0
    assert chords.ratio_degrees(ratio[hit]) == pytest.approx(expected[hit], rel=1e-10, abs=1e-13)


def test_chords_have_the_same_bits_in_numpy_and_compiled():
    kernels = compiled.load_kernels()
    rng = np.random.default_rng(4)
    ratio = np.concatenate([rng.random(2000), rng.random(2000) * 1e-6, [0, 0.25, 1, 2]])
    assert chords.ratio_degrees(ratio).tolist() == [kernels._degrees(value) for value in ratio]
    lines = chords.parametric(rng.uniform(-90, 90, 500))
    disc = [float(value[0]) for value in chords.parametric(np.array([40.0]))]
    table = np.column_stack(lines)
    expected = chords.chord_ratio(*lines, *disc, 0.05).tolist()
    assert [kernels._ratio(*line, *disc, 0.05) for line in table] == expected


place = st.tuples(
    st.one_of(st.floats(-180, 180), st.sampled_from([179.99, -179.99, 180.0, -180.0, 0.0])),
    st.one_of(st.floats(-90, 90), st.sampled_from([90.0, -90.0, 89.9, -89.5])),
    st.floats(0.5, 900),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 999),
    places=st.lists(place, min_size=1, max_size=6),
    shape=st.sampled_from([(18, 36, 10.0), (36, 72, 5.0), (40, 30, 2.0), (9, 60, 1.0)]),
    west=st.sampled_from([-180.0, 0.0, 150.0, -200.0 + 20.5]),
    north=st.sampled_from([90.0, 41.3]),
    tile=st.tuples(st.integers(1, 40), st.integers(1, 72)),
    scanlines=st.sampled_from([4, 7, 16]),
)
def test_sweep_and_join_agree_to_the_last_digit(
    write_count, seed, places, shape, west, north, tile, scanlines
):
    rows, cols, cell = shape
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.3, 5000.0, (rows, cols))
    values[rng.random((rows, cols)) < 0.2] = np.nan
    if cols * cell == 360.0 and west not in (-180.0, 0.0):
        west = -180.0
    path = write_count(
        values, west=west, north=max(north, rows * cell - 90), cell=cell, nodata=np.nan
    )
    frame, discs = frame_of(path, scanlines), discs_at(*places)
    swept = sweep_each(PopulationFile(path), frame, discs, workers=1)
    assert same(swept, join_each(PopulationFile(path), frame, discs))
    assert same(swept, sweep_each(PopulationFile(path), frame, discs, workers=2, tile_shape=tile))


def test_order_of_events_changes_nothing(write_count):
    rng = np.random.default_rng(8)
    path = write_count(rng.gamma(0.3, 50.0, (200, 200)), cell=0.05)
    frame = frame_of(path)
    discs = Discs(rng.uniform(9, 21, 300), rng.uniform(-6, 6, 300), rng.uniform(1, 90, 300))
    order = rng.permutation(300)
    whole, mixed = (
        sweep_each(PopulationFile(path), frame, discs),
        sweep_each(PopulationFile(path), frame, discs.take(order)),
    )
    assert np.array_equal(whole.people[order], mixed.people)
    assert np.array_equal(whole.coverage_fraction[order], mixed.coverage_fraction)


def test_a_larger_radius_never_exposes_fewer(write_count):
    rng = np.random.default_rng(2)
    path = write_count(rng.gamma(0.3, 50.0, (100, 100)), cell=0.05)
    radii = np.linspace(0.5, 300, 200)
    discs = Discs(np.full(200, 12.3), np.full(200, 2.1), radii)
    people = sweep_each(PopulationFile(path), frame_of(path), discs).integers()
    assert people == sorted(people)


def test_moving_the_raster_by_a_turn_changes_nothing(write_count):
    rng = np.random.default_rng(6)
    values = rng.gamma(0.3, 50.0, (80, 80))
    discs = discs_at((-179.75, 1.0, 60.0), (179.5, 2.0, 80.0), (-179.4, 0.0, 30.0))
    east = write_count(values, west=176.0, north=4.0, cell=0.0625, file="east_count.tif")
    one = sweep_each(PopulationFile(east), frame_of(east), discs)
    assert (one.people > 0).all()
    turned = dataclasses.replace(discs, lon=discs.lon + np.array([360.0, -360.0, 360.0]))
    assert same(one, sweep_each(PopulationFile(east), frame_of(east), turned))


def test_a_tenfold_raster_has_tenfold_people(write_count):
    values = np.random.default_rng(1).integers(0, 90, (60, 60))
    discs = discs_at((11.0, 3.0, 40.0), (12.2, 4.1, 77.0))
    sums = []
    for factor in (1, 10):
        path = write_count(
            values.astype(np.int32) * factor, cell=0.05, file=f"{factor}_count.tif", nodata=-1
        )
        sums.append(sweep_each(PopulationFile(path), frame_of(path), discs).integers())
    assert sums[1] == [10 * people for people in sums[0]]


def test_people_are_those_of_very_many_spans(write_count):
    """Within its edge a disc has the people of `disc_spans`, which `civmap map` counts."""
    values = np.random.default_rng(1).gamma(0.3, 50.0, (120, 120))
    path = write_count(values, cell=0.01)
    frame = frame_of(path, 4096)
    before = np.zeros((120, 121))
    np.cumsum(values, axis=1, out=before[:, 1:])
    values = np.column_stack([values, np.zeros(120)])
    for center, radius in ((LonLat(10.6, 4.5), 20.0), (LonLat(10.0, 4.0), 33.0)):
        columns = disc_spans(frame, center, radius).to_columns(frame)
        row, people = columns["row"], 0.0
        for end, sign in (("x0", -1), ("x1", 1)):
            col, part = np.divmod(columns[end], X_STEPS)
            people += sign * (before[row, col] + values[row, col] * part / X_STEPS).sum() / 4096
        sums = sweep_each(PopulationFile(path), frame, discs_at((center.lon, center.lat, radius)))
        assert sums.people == pytest.approx([people], rel=1e-6)


@pytest.mark.parametrize(
    ("center", "coverage"),
    [
        pytest.param((15.0, 0.0, 50.0), 1.0, id="inside"),
        pytest.param((10.0, 0.0, 50.0), 0.5, id="on the west edge"),
        pytest.param((20.0, 5.0, 50.0), 0.25, id="on a corner"),
        pytest.param((40.0, 5.0, 50.0), 0.0, id="elsewhere"),
    ],
)
def test_coverage_says_how_much_of_a_disc_the_raster_reaches(write_count, center, coverage):
    path = write_count(np.ones((100, 100)), cell=0.1)
    frame, discs = frame_of(path, 16), discs_at(center)
    sums = sweep_each(PopulationFile(path), frame, discs)
    assert sums.coverage_fraction[0] == pytest.approx(coverage, abs=2e-3)
    assert same(sums, join_each(PopulationFile(path), frame, discs))
    if coverage == 1.0:
        assert sums.coverage_fraction[0] == 1.0
        assert sums.area_km2[0] == pytest.approx(disc_area_km2(0.0, 50.0), rel=1e-3)


def test_cells_without_data_are_a_gap_not_a_zero(write_count):
    values = np.ones((100, 100), dtype=np.float32)
    values[:, :50] = -99999
    path = write_count(values, cell=0.1, nodata=-99999)
    sums = sweep_each(
        PopulationFile(path), frame_of(path, 16), discs_at((15.0, 0.0, 50.0), (12.0, 0.0, 50.0))
    )
    assert sums.nodata_fraction == pytest.approx([0.5, 1.0], abs=1e-6)
    assert sums.people[1] == 0
    assert sums.coverage_fraction.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_row12_discs_over_a_pole_count_the_whole_cap(write_count, pole):
    path = write_count(np.ones((180, 360)), west=-180.0, north=90.0)
    frame, discs = frame_of(path), discs_at(*((33.0, pole, radius) for radius in (50, 111, 222)))
    sums = sweep_each(PopulationFile(path), frame, discs)
    geod = pyproj.Geod(ellps="WGS84")
    edges = [geod.fwd(33.0, pole, 180.0 - pole - 90.0, r * 1e3)[1] for r in discs.radius_km]
    caps = [360.0 * (90.0 - abs(edge)) for edge in edges]
    assert sums.people[:2] == pytest.approx(caps[:2], rel=1e-6)
    assert sums.people[2] == pytest.approx(caps[2], rel=2e-5)  # what the distance is good to
    assert sums.coverage_fraction == pytest.approx(np.ones(3), abs=1e-9)
    assert same(sums, join_each(PopulationFile(path), frame, discs))


@pytest.mark.parametrize("lat", [0.0, 60.0, 84.0])
def test_row12_a_disc_across_the_date_line_is_that_of_anywhere_else(write_count, lat):
    """The same people, turned by 90 degrees: the same figures, to a millionth."""
    values = np.random.default_rng(3).gamma(0.3, 50.0, (180, 360))
    here = write_count(values, west=-180.0, north=90.0, file="here_count.tif")
    there = write_count(np.roll(values, 90, axis=1), west=-180.0, north=90.0, file="t_count.tif")
    sums = [
        sweep_each(PopulationFile(path), frame_of(path), discs_at((lon, lat, 300.0)))
        for path, lon in ((here, 179.6), (there, -90.4))
    ]
    assert sums[0].people == pytest.approx(sums[1].people, rel=1e-6)
    assert sums[0].people[0] > 0


@pytest.mark.parametrize(
    ("values", "profile"),
    [
        pytest.param(np.array([[1, 2], [3, 4]], np.uint8), {}, id="bytes"),
        pytest.param(np.array([[1, 2], [3, 255]], np.uint8), {"nodata": 255}, id="declared 255"),
        pytest.param(np.array([[1, 2], [3, -9]], np.int16), {"nodata": -9}, id="integers"),
        pytest.param(np.array([[1, 2], [3, np.nan]], np.float32), {"nodata": np.nan}, id="NaN"),
        pytest.param(np.array([[1, 2], [3, 4.5]]), {"south_up": True}, id="south-up"),
    ],
)
def test_every_type_and_nodata_is_read_as_the_join_reads_it(write_count, values, profile):
    path = write_count(values, **profile)
    frame, discs = frame_of(path), discs_at((11.0, 4.0, 90.0), (10.3, 4.4, 40.0))
    assert same(
        sweep_each(PopulationFile(path), frame, discs),
        join_each(PopulationFile(path), frame, discs),
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(-99999.0, "value -99999 in 1 cells", id="undeclared nodata"),
        pytest.param(np.inf, "value inf", id="infinite"),
        pytest.param(np.nan, "value nan", id="undeclared NaN"),
        pytest.param(1e15, "people a square kilometre", id="absurd"),
    ],
)
def test_values_that_cannot_be_people_stop_the_sweep(write_count, value, message):
    path = write_count(np.array([[1, 2], [3, value]], np.float32))
    with pytest.raises(RasterError, match=message):
        sweep_each(PopulationFile(path), frame_of(path), discs_at((11.5, 3.5, 40.0)))


def test_density_is_multiplied_by_the_area_of_the_cell(write_count):
    path = write_count(np.full((100, 100), 7.0), cell=0.1)
    frame = frame_of(path, 16, unit="density")
    sums = sweep_each(PopulationFile(path, "density"), frame, discs_at((15.0, 0.0, 100.0)))
    assert sums.people[0] == pytest.approx(7 * disc_area_km2(0.0, 100.0), rel=1e-3)


def test_only_the_cells_that_are_reached_are_read(write_count):
    path = write_count(np.ones((500, 500)), cell=0.01)
    frame, discs = frame_of(path), discs_at((12.0, 3.0, 2.0))
    (tile,) = plan_tiles(frame, discs.reach(frame), (250, 500))
    assert tile.cells < 12 * 12


def test_more_people_than_one_word_holds_are_counted(write_count):
    path = write_count(np.full((2, 2), 9.0e8), cell=10.0, west=0.0, north=10.0)
    frame, discs = frame_of(path, 4096), discs_at((10.0, 0.0, 900.0))
    sums = sweep_each(PopulationFile(path), frame, discs)
    assert sums.integers()[0] > 1 << 64
    assert same(sums, join_each(PopulationFile(path), frame, discs))
    share = disc_area_km2(0.0, 900.0) / (4 * 1.23e6)
    assert sums.people[0] == pytest.approx(4 * 9.0e8 * share, rel=0.01)


def test_compiled_code_is_kept_where_the_user_can_write(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = compiled._find_folder()
    assert folder.parent == tmp_path / "cache" / "civmap"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_folder_for_compiled_code_the_way_out_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "file"))
    with pytest.raises(UnavailableError, match="set NUMBA_CACHE_DIR"):
        compiled._find_folder()


@pytest.mark.parametrize("lon", [12.5, 12.56, 15.12])
def test_a_disc_over_several_tiles_is_joined_whole(write_count, lon):
    """Blocks of 256 cells: the raster has three tiles across."""
    rng = np.random.default_rng(12)
    values = rng.gamma(0.3, 50.0, (1300, 2600)).astype(np.float32)
    path = write_count(
        values, cell=0.002, tiled=True, blockxsize=256, blockysize=256, compress="deflate"
    )
    frame, discs = frame_of(path, 4), discs_at((lon, 3.6, 40.0), (12.05, 2.95, 9.0))
    with open_tiles(path) as raster:
        assert raster.tile_shape == (1024, 1024)
    joined = join_each(PopulationFile(path), frame, discs)
    assert same(joined, sweep_each(PopulationFile(path), frame, discs))
