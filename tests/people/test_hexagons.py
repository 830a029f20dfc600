"""Hexagons of people as they come: all of a hexagon's people, where it lies, in cells made once."""

import gzip
import json
import subprocess
import sys
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

import geo
from geo.archives import ArchiveLimits, unpack_gzip
from geo.errors import RasterError, UnavailableError, UsageError
from geo.holdings import Holdings
from geo.people import OutOfReachError, hexagons, read_population
from geo.people.hexagons import find_cells
from geo.people.tiles import open_tiles
from geo.resources import hash_file
from geo.types import BBox

CIVMAP = Path(sys.executable).parent / "civmap"
NAME = "kontur_population_PS_20231101.gpkg"
EQUAL_AREA = "+proj=laea +lat_0=31.4 +lon_0=34.4 +units=m"
STEP = 1 / 1200
BOX = BBox(34.0, 31.0, 35.0, 32.0)
EAST, NORTH = 3_813_000.0, 3_660_000.0


def draw_hexagons(centres, radius=620.0):
    corners = np.radians(np.arange(0, 361, 60) + 30)
    ring = radius * np.column_stack([np.cos(corners), np.sin(corners)])
    return shapely.polygons(np.asarray(centres)[:, None, :] + ring[None])


def write_people(path, geometries, people, crs=3857, **options):
    table = {"h3": [f"8{n}" for n in range(len(geometries))], "population": people}
    frame = gpd.GeoDataFrame(table, geometry=list(geometries), crs=crs)
    frame.to_file(path, driver="GPKG", **options)
    return path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def kontur(tmp_path):
    """A thousand hexagons that touch, with gaps: Web Mercator, whole persons, as Kontur's are."""
    rng = np.random.default_rng(2)
    x, y = (each.ravel() for each in np.meshgrid(np.arange(-16.0, 17.0), np.arange(-16.0, 17.0)))
    centres = np.column_stack([EAST + 1073.87 * (x + y % 2 / 2), NORTH + 930.0 * y])
    hole = (x > 8) & (x < 15) & (y > 8) & (y < 15)
    centres = centres[~hole & (rng.random(len(centres)) < 0.9)]
    return write_people(
        tmp_path / NAME, draw_hexagons(centres), rng.integers(1, 4000, len(centres)).astype(float)
    )


def read_cells(path):
    with rasterio.open(find_cells(path)) as dataset:
        people = dataset.read(1).astype(float)
        x, y = np.meshgrid(np.arange(dataset.width) + 0.5, np.arange(dataset.height) + 0.5)
        lon, lat = dataset.transform * (x, y)
    return people, lon, lat


def find_owners(frame, lon, lat):
    """Return which polygon holds each place, by brute force; -1: none."""
    tree = shapely.STRtree(frame.to_crs(4326).geometry.to_numpy())
    place, polygon = tree.query(shapely.points(lon.ravel(), lat.ravel()), predicate="within")
    owners = np.full(lon.size, -1)
    owners[place] = polygon
    return owners.reshape(lon.shape)


def areas_km2(lat):
    """Return areas of cells of 3 arc-seconds at latitudes, from pyproj's geodesic."""
    import pyproj

    earth, half = pyproj.Geod(ellps="WGS84"), STEP / 2
    sides = np.unique(lat)
    areas = [
        abs(earth.polygon_area_perimeter(*zip((0, y - half), (STEP, y - half), (STEP, y + half),
                                              (0, y + half), strict=True))[0]) / 1e6
        for y in sides
    ]  # fmt: skip
    return np.asarray(areas)[np.searchsorted(sides, lat)]


def test_each_hexagon_keeps_its_people_in_the_cells_whose_centres_it_holds(kontur):
    frame = gpd.read_file(kontur)
    people, lon, lat = read_cells(kontur)
    owners = find_owners(frame, lon, lat)
    assert np.array_equal(np.isnan(people), owners < 0)
    held = np.bincount(owners[owners >= 0], weights=people[owners >= 0], minlength=len(frame))
    assert held == pytest.approx(frame["population"].to_numpy(), rel=1e-7)
    areas = areas_km2(lat)
    sizes = np.bincount(owners[owners >= 0], weights=areas[owners >= 0], minlength=len(frame))
    even = frame["population"].to_numpy()[owners] * areas / sizes[owners]
    assert people[owners >= 0] == pytest.approx(even[owners >= 0], rel=1e-6)


def test_it_is_read_by_its_own_name_day_and_checksum(kontur):
    grid = read_population(kontur, BOX)
    assert grid.total == pytest.approx(gpd.read_file(kontur)["population"].sum(), rel=1e-7)
    assert (grid.label, grid.population_date, grid.crs) == (NAME, "2023-11-01", "EPSG:4326")
    assert hash_file(kontur) in grid.source.note
    assert [each.code for each in grid.cautions] == ["population-polygons"]
    assert f"the {len(gpd.read_file(kontur)):,} polygons of {NAME}" in grid.cautions[0].text


def test_discs_have_the_people_of_the_parts_of_hexagons_in_them(kontur):
    """Beside an overlay of vectors on an equal area; what differs are cells on edges of hexagons.

    Within 1 per cent for 2 km, 0.3 for 5 km, also where neighbours have nothing in common, as here.
    """
    places = np.random.default_rng(3).uniform((34.2, 31.18), (34.3, 31.25), (6, 2))
    events = pd.DataFrame(
        {"event_id": range(6), "lon": places[:, 0], "lat": places[:, 1], "event_date": "2024-01-01"}
    )
    frame = gpd.read_file(kontur).to_crs(EQUAL_AREA)
    density = frame["population"] / frame.area
    table = geo.expose(events, population=kontur, radius_km=[2, 5])
    for radius, bound in ((2, 0.01), (5, 0.003)):
        found = table.loc[table["radius_km"] == radius, "people"].to_numpy()
        points = gpd.GeoSeries(gpd.points_from_xy(*places.T), crs=4326).to_crs(EQUAL_AREA)
        expected = [
            (frame.intersection(disc).area * density).sum()
            for disc in points.buffer(1000 * radius, quad_segs=256)
        ]
        assert found == pytest.approx(expected, rel=bound)
    assert table.attrs["cautions"][0][0] == "population-polygons"


def test_a_zone_without_a_hexagon_has_no_data_and_one_beyond_them_all_is_refused(kontur):
    hole = shapely.Point(EAST + 1073.87 * 12, NORTH + 930 * 11.5)
    lon, lat = gpd.GeoSeries([hole], crs=3857).to_crs(4326).get_coordinates().iloc[0]
    empty = pd.DataFrame({"event_id": [1], "lon": [lon], "lat": [lat]})
    table = geo.expose(empty, population=kontur, radius_km=1)
    assert table[["coverage_fraction", "nodata_fraction"]].iloc[0].tolist() == [1, 1]
    assert "population-gap" in dict(table.attrs["cautions"])
    assert np.isnan(read_population(kontur, BBox(lon, lat, lon + 0.005, lat + 0.005)).people).all()
    with pytest.raises(OutOfReachError, match=f"{NAME}: covers"):
        read_population(kontur, BBox(36.0, 31.0, 36.5, 31.5))


def test_cells_are_made_once_and_anew_for_another_file(kontur, monkeypatch):
    made = find_cells(kontur)
    first = made.read_bytes()
    hexagons._find_version.cache_clear()  # as in another run
    with monkeypatch.context() as patch:
        patch.setattr(hexagons, "write_cells", None)
        assert find_cells(kontur) == made
    made.unlink()
    assert find_cells(kontur).read_bytes() == first
    other = write_people(kontur.parent / "other.gpkg", draw_hexagons([(EAST, NORTH)]), [7])
    assert find_cells(other) != made
    assert read_population(other, BOX).total == pytest.approx(7)
    write_people(other, draw_hexagons([(EAST, NORTH)]), [8], layer="a")  # a second layer
    with pytest.raises(RasterError, match="2 layers"):
        find_cells(other)


def test_two_threads_at_once_make_one_raster(kontur, monkeypatch):
    made, write = [], hexagons.write_cells
    monkeypatch.setattr(
        hexagons, "write_cells", lambda *given: (made.append(given[1]), write(*given))
    )
    found = []
    threads = [threading.Thread(target=lambda: found.append(find_cells(kontur))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 1
    assert len(set(found)) == 1
    assert len(found) == 4
    folder = kontur.parent / "cache" / "files" / "index"
    assert {each.suffix for each in folder.iterdir()} == {".json", ".lock"}


def test_a_polygon_between_the_centres_of_cells_has_all_its_people_in_one_cell(tmp_path):
    corner = 34.25, 31.25  # a corner of cells
    tiny = shapely.box(corner[0] + 1e-5, corner[1] + 1e-5, corner[0] + 2e-5, corner[1] + 2e-5)
    around = shapely.box(34.24, 31.24, 34.26, 31.26)
    path = write_people(tmp_path / "tiny.gpkg", [around, tiny], [576, 5], crs=4326)
    people, lon, lat = read_cells(path)
    assert people.shape == (24, 24)
    row, col = np.unravel_index(people.argmax(), people.shape)
    assert people[row, col] == pytest.approx(people.min() + 5, rel=1e-3)
    assert abs(lon[row, col] - corner[0] - STEP / 2) < 1e-9
    assert abs(lat[row, col] - corner[1] - STEP / 2) < 1e-9


def test_holes_and_parts_and_edges_on_centres(tmp_path):
    """By hand: one edge runs through centres, which one of the two neighbours takes."""
    x, y = 34.0, 31.0
    left = shapely.box(x, y, x + 10.5 * STEP, y + 10 * STEP)
    right = shapely.box(x + 10.5 * STEP, y, x + 20 * STEP, y + 10 * STEP)
    hole = shapely.box(x + 2 * STEP, y + 2 * STEP, x + 5 * STEP, y + 5 * STEP)
    far = shapely.box(x + 30 * STEP, y, x + 31 * STEP, y + 1 * STEP)
    shapes = [shapely.MultiPolygon([left.difference(hole), far]), right]
    people, _, _ = read_cells(write_people(tmp_path / "a.gpkg", shapes, [50, 100], crs=4326))
    assert np.isfinite(people).sum() == 200 - 9 + 1
    assert people.shape == (10, 31)
    edge = 11 if abs(people[0, 10] - people[0, 0]) < 0.1 else 10
    left_people = np.nansum(people[:, :edge]) + np.nansum(people[:, 30])
    assert left_people == pytest.approx(50, rel=1e-6)
    assert np.nansum(people[:, edge:20]) == pytest.approx(100, rel=1e-6)


@pytest.mark.parametrize("how", ["mercator", "degrees"])
def test_a_hexagon_across_the_date_line_is_small(tmp_path, how):
    """Taveuni lies on it; its hexagons' corners have longitudes of both signs."""
    ring = np.array([(179.995, -16.85), (-179.995, -16.85), (-179.995, -16.86), (179.995, -16.86)])
    shapes = [shapely.Polygon(ring)]
    if how == "mercator":
        shapes = list(gpd.GeoSeries(shapes, crs=4326).to_crs(3857))
    path = write_people(
        tmp_path / "kontur_population_FJ_20231101.gpkg", shapes, [1440],
        crs=3857 if how == "mercator" else 4326,
    )  # fmt: skip
    for box in (BBox(179.9, -17, 180.1, -16), BBox(-180.1, -17, -179.9, -16)):
        grid = read_population(path, box)
        assert np.isfinite(grid.people).sum() == 12 * 12
        assert grid.total == pytest.approx(1440, rel=1e-6)
    half = read_population(path, BBox(179.9, -17, 180.0, -16))
    assert half.total == pytest.approx(720, rel=1e-6)


def test_long_edges_of_a_projection_bend_in_degrees(tmp_path):
    """What runs east in UTM is no parallel: cells are those that the shape holds in UTM.

    Its long edges would be off by up to 90 m, a row of cells, with vertices at their ends alone.
    """
    square = shapely.box(400_000, 6_900_000, 450_000, 6_904_000)
    path = write_people(tmp_path / "utm.gpkg", [square], [1e6], crs=32636)
    people, lon, lat = read_cells(path)
    places = gpd.GeoSeries(gpd.points_from_xy(lon.ravel(), lat.ravel()), crs=4326).to_crs(32636)
    inside = shapely.contains_xy(square, *places.get_coordinates().to_numpy().T)
    inside = inside.reshape(lon.shape)
    assert (np.isfinite(people) != inside).sum() <= 5
    assert np.nansum(people) == pytest.approx(1e6, rel=1e-6)


def test_what_comes_packed_is_unpacked_within_bounds(kontur, tmp_path):
    packed = tmp_path / f"{NAME}.gz"
    packed.write_bytes(gzip.compress(kontur.read_bytes()))
    grid = read_population(packed, BOX)
    assert grid.people.tobytes() == read_population(kontur, BOX).people.tobytes()
    assert (grid.label, grid.population_date) == (packed.name, "2023-11-01")
    assert hash_file(packed) in grid.source.note
    packed.write_bytes(packed.read_bytes()[:-2000])
    with pytest.raises(RasterError, match="can't be unpacked"):
        read_population(packed, BOX)
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(20_000_000)))
    with pytest.raises(UnavailableError, match=r"200 times"):
        unpack_gzip(bomb, tmp_path / "out")
    with pytest.raises(UnavailableError, match=r"more than 1,000 bytes"):
        unpack_gzip(bomb, tmp_path / "out2", ArchiveLimits(bytes_=1000))
    bomb.write_bytes(gzip.compress(kontur.read_bytes()[:200] + bytes(60_000_000)))
    with pytest.raises(RasterError, match=r"is not unpacked"):
        read_population(bomb, BOX)
    for damaged in (packed, bomb):  # what tests leave is opened and searched
        damaged.unlink()


SQUARE = shapely.box(34.2, 31.2, 34.3, 31.3)


@pytest.mark.parametrize(
    ("table", "geometry", "crs", "message"),
    [
        ({"people": [1]}, [SQUARE], 4326, r"without a column 'population'; it has people"),
        ({"population": ["many"]}, [SQUARE], 4326, r"'population' holds no numbers"),
        ({"population": [1, -1.0]}, [SQUARE] * 2, 4326, r"no people in column.*: 2$"),
        ({"population": [1, np.inf]}, [SQUARE] * 2, 4326, r"no people in column.*: 2$"),
        ({"population": [np.nan, 1]}, [SQUARE] * 2, 4326, r"no people in column.*: 1$"),
        ({"population": [1]}, [SQUARE], None, r"no CRS; expected one, such as EPSG:3857"),
        ({"population": [1]}, [SQUARE.centroid], 4326, r"without a polygon.*: 1$"),
        ({"population": [1, 2]}, [SQUARE, None], 4326, r"without a polygon.*: 2$"),
        ({"population": [1, 2]}, [SQUARE, shapely.Polygon()], 4326, r"without a polygon.*: 2$"),
        ({"population": [1]}, [shapely.box(3e6, 3e6, 4e6, 4e6)], 4326, r"row 1 reaches to 4e\+06"),
        ({"population": [1]}, [shapely.box(0, 0, 1, 1e12)], 3857, r"row 1 lies nowhere on Earth"),
        ({"population": [1]}, [shapely.Point(0, 0).buffer(1e6)], 3413, r"row 1 goes round a pole"),
        ({"population": []}, [], 3857, r"no polygons in it"),
    ],
)
def test_what_holds_no_people_is_refused_with_the_rows(tmp_path, table, geometry, crs, message):
    path = tmp_path / "wrong.gpkg"
    with pytest.warns(UserWarning, match="crs") if crs is None else pytest.MonkeyPatch.context():
        gpd.GeoDataFrame(table, geometry=geometry, crs=crs).to_file(path)
    with pytest.raises(RasterError, match=message):
        read_population(path, BOX)


def test_outlines_without_end_are_refused(tmp_path, monkeypatch):
    from geo.people import hexagon_cells, hexagon_file, hexagon_spans

    path = write_people(tmp_path / "a.gpkg", [SQUARE] * 2, [1, 2], crs=4326)
    for module, limit, message in (
        (hexagon_file, "_MOST_POLYGONS", "2 polygons; expected at most 1"),
        (hexagon_spans, "_MOST_CROSSINGS", "outlines far longer"),
        (hexagon_cells, "_MOST_CELLS", "more than 1 cells"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, limit, 1)
            with pytest.raises(RasterError, match=message):
                find_cells(path)
    assert read_population(path, BOX).total == pytest.approx(3, rel=1e-6)


def test_blocks_and_batches_join_without_a_seam(kontur, monkeypatch):
    from geo.people import hexagon_cells, hexagon_file

    whole = find_cells(kontur).read_bytes()
    people, _, _ = read_cells(kontur)
    with monkeypatch.context() as patch:
        patch.setattr(hexagons, "_METHOD", "other")
        patch.setattr(hexagon_file, "_BATCH", 37)
        patch.setattr(hexagon_cells, "_BLOCK_ROWS", 256)
        patch.setattr(hexagon_cells, "_BLOCK_COLS", 256)
        patch.setattr(hexagon_cells, "_CHUNK", 501)
        patch.setattr(hexagon_cells, "_PAINTED", 1000)
        hexagons._find_version.cache_clear()
        parts, _, _ = read_cells(kontur)
    hexagons._find_version.cache_clear()
    assert np.array_equal(people, parts, equal_nan=True)
    assert find_cells(kontur).read_bytes() == whole


@pytest.mark.parametrize("name", ["a!b;c?d#e%2f.gpkg", "a.zip", "zip:x.gpkg", "li\nne", "-x"])
def test_names_are_only_names(kontur, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    kontur.rename(tmp_path / name)
    grid = read_population(Path(name), BOX)
    assert grid.label == name
    assert grid.total > 0


def test_damaged_files_are_refused(kontur, tmp_path):
    data = kontur.read_bytes()
    cut = tmp_path / "cut.gpkg"
    for part in (0.05, 0.3, 0.5, 0.7, 0.9, 0.99):
        cut.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(RasterError, match=r"can't be read|damaged"):
            read_population(cut, BOX)
    cut.unlink()  # as above
    (tmp_path / "other.gpkg").write_bytes(data[:68] + b"ABCD" + data[72:])
    with pytest.raises(RasterError, match="a database of SQLite"):
        read_population(tmp_path / "other.gpkg", BOX)
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"II*\0"))
    with pytest.raises(RasterError, match="no GeoTIFF"):
        read_population(tmp_path / "x.gz", BOX)
    assert not list((tmp_path / "cache").rglob("*.tif"))
    index = tmp_path / "cache" / "files" / "index"
    (index / "tmp_of_one_that_was_killed").mkdir()
    Holdings().sweep()
    assert {each.suffix for each in index.iterdir()} == {".lock"}


def test_options_of_rasters_are_refused(kontur):
    with pytest.raises(UsageError, match="leave out the unit 'density'"):
        read_population(kontur, BOX, unit="density")
    with pytest.raises(UsageError, match="leave out nodata 0"):
        read_population(kontur, BOX, nodata=0)
    with pytest.raises(UsageError, match="band 2"):
        read_population(kontur, BOX, band=2)
    with open_tiles(kontur, unit="count", band=1) as raster:
        assert raster.unit == "count"


@pytest.fixture
def events(tmp_path):
    (tmp_path / "events.csv").write_text(
        "event_id,event_date,lon,lat,event_type,geo_precision\n"
        "A,2024-02-01,34.25,31.21,Shelling,1\nB,2024-02-02,34.24,31.2,Shelling,1\n"
    )
    return tmp_path / "events.csv"


def run_civmap(folder, *arguments):
    return subprocess.run(
        [CIVMAP, *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=True,
        timeout=120,
    )  # fmt: skip


def test_the_command_takes_it_for_a_map(kontur, events, tmp_path):
    options = ("--population", kontur, "--radius", "2", "--displacement", "none", "--offline")
    run_civmap(tmp_path, "map", events, *options, "--population", "coarse", "--out", "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    (given,) = [each for each in manifest["inputs"] if each["part"] == "population"]
    assert given == {"part": "population", "name": NAME, "sha256": hash_file(kontur)}
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert "population-polygons" in {each["code"] for each in report["warnings"]}
    rows = pd.read_csv(tmp_path / "out" / "exposure.csv")
    assert set(rows["population_source"].dropna()) == {NAME}
    assert set(rows["population_date"].dropna()) == {"2023-11-01"}
    assert "people_of_polygons" not in json.dumps(manifest) + json.dumps(report)
    assert str(tmp_path) not in json.dumps(manifest) + json.dumps(report)


def test_the_command_takes_it_for_a_table(kontur, events, tmp_path):
    options = ("--population", kontur, "--radius", "2")
    done = run_civmap(tmp_path, "expose", events, *options, "--out", "people.csv")
    assert f"polygons of {NAME} are spread evenly" in done.stderr
    listed = run_civmap(tmp_path, "data", "list").stdout
    assert "polygons - people_of_polygons_3s-1.tif" in listed
    assert "from a file of yours" in listed
    told = pd.read_csv(tmp_path / "people.csv")["people"]
    grid = geo.expose(events, population=kontur, radius_km=2)["people"]
    assert told.to_numpy() == pytest.approx(grid.to_numpy(), rel=1e-6)
