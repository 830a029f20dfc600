"""GHS-POP and HRSL, spoken by a server on this machine with small made-up answers."""

import csv
import datetime as dt
from dataclasses import replace

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.transform import from_origin

from geo.errors import RasterError, UnavailableError
from geo.offers import Area, rank_offers
from geo.people import read_population
from geo.people.mosaic import join_rasters
from geo.people.sources.ghs_pop import GhsPop, list_tiles
from geo.people.sources.hrsl import Hrsl
from geo.types import BBox
from maps.cli import main
from tests.downloads import Parts, way
from tests.faults import FAULTS, Service, list_cases
from tests.services import Routes, make_zip

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = dt.date(2024, 2, 24)
RAFAH = BBox(34.24, 31.28, 34.26, 31.3)
PSE = Area("PSE", "PS", "Palestine", RAFAH)
GHS = "jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_POP_GLOBE_R2023A"
HRSL = "dataforgood-fb-data.s3.amazonaws.com/hrsl-cogs/hrsl_general"
TO_MOLLWEIDE = pyproj.Transformer.from_crs("EPSG:4326", "ESRI:54009", always_xy=True)


@pytest.fixture
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    monkeypatch.chdir(tmp_path)
    found = Routes()
    server.answers = [found]
    return found


# --- GHS-POP ----------------------------------------------------------------------------------


def ghs_page(tile, epoch=2025):
    name = f"GHS_POP_E{epoch}_GLOBE_R2023A_54009_100"
    return f"{GHS}/{name}/V1-0/tiles/{name}_V1_0_{tile}.zip"


def make_tile(folder, tile, people=2.0, *, cell=10_000.0, nodata=-200.0):
    """Return a tile's archive; its cells are 100 times as large as in truth."""
    row, col = (int(part[1:]) for part in tile.split("_"))
    corner = -18_041_000 + (col - 1) * 1e6, 9_000_000 - (row - 1) * 1e6
    side = int(1e6 / cell)
    values = np.full((side, side), people)
    values[0, 0] = nodata
    path = folder / "tile.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=side, width=side, count=1, dtype="float64",
        crs="ESRI:54009", transform=from_origin(*corner, cell, cell), nodata=nodata,
        compress="lzw",
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    name = f"GHS_POP_E2025_GLOBE_R2023A_54009_100_V1_0_{tile}.tif"
    return make_zip(**{name: path.read_bytes(), "GHSL_Data_Package_2023.pdf": b"%PDF"})


@pytest.mark.parametrize(
    ("lon", "lat", "tile"),
    [(34.25, 31.29, "R6_C22"), (8.68, 49.41, "R4_C19"), (36.8, -1.3, "R10_C22"),
     (121.0, 14.6, "R8_C30"), (-179.9, 0.0, "R9_C1"), (179.99, -0.3, "R10_C37")],
)  # fmt: skip
def test_tile_is_the_one_that_the_place_lies_on(lon, lat, tile):
    x, y = TO_MOLLWEIDE.transform(lon, lat)
    row, col = (int(part[1:]) for part in list_tiles(BBox(lon, lat, lon, lat))[0].split("_"))
    if tile != "R10_C37":  # 41 km beyond the 36th tile belong to it: there is no 37th
        assert f"R{row}_C{col}" == tile
        assert 0 <= x + 18_041_000 - (col - 1) * 1e6 <= 1e6
        assert 0 <= 9_000_000 - (row - 1) * 1e6 - y <= 1e6
    else:
        assert col == 36


def test_box_at_a_border_lies_on_two_tiles_and_across_the_date_line_on_none():
    edge, _ = TO_MOLLWEIDE.transform(34.25, 31.29)
    lon, lat = TO_MOLLWEIDE.transform(2_959_000, 3_700_000, direction="INVERSE")
    assert edge > 2_959_000
    assert list_tiles(BBox(lon, lat, lon, lat)) == ["R6_C21", "R6_C22"]
    with pytest.raises(UnavailableError, match="both sides of longitude 180"):
        list_tiles(BBox(179, -18, 181, -17))


@pytest.mark.parametrize(
    ("year", "epochs"),
    [(2024, [2020, 2025]), (2022, [2020]), (1950, [1975]), (2050, [2020, 2030]), (2002, [2000])],
)
def test_ghs_pop_offers_the_nearest_epoch_and_says_what_is_projected(year, epochs):
    offers = GhsPop().find(PSE, dt.date(year, 2, 24), way())
    assert sorted(offer.first_year for offer in offers) == epochs
    for offer in offers:
        projected = any("are projections" in trap for trap in offer.traps)
        assert projected == (offer.first_year > 2020)
        assert any("warped" in trap for trap in offer.traps)
        assert "CC BY 4.0" in offer.licence
        assert "Schiavina" in offer.attribution
    if year == 2024:
        ranked = rank_offers(offers, dt.date(year, 2, 24))
        assert [each.offer.first_year for each in ranked] == [2025, 2020]
        assert any("projected: made in 2023" in reason for reason in ranked[0].reasons)


def test_ghs_pop_tile_is_fetched_and_read(routes, tmp_path):
    routes.pages = {ghs_page("R6_C22"): make_tile(tmp_path, "R6_C22")}
    offer = max(GhsPop().find(PSE, DAY, way()), key=lambda each: each.first_year)
    fetched = GhsPop().fetch(offer, way())
    assert fetched.path.name == "GHS_POP_E2025_GLOBE_R2023A_54009_100_V1_0_R6_C22.tif"
    grid = read_population(fetched.path, RAFAH, unit="count")
    assert (grid.crs, grid.people.max(), grid.population_date) == ("ESRI:54009", 2.0, "2025")
    assert GhsPop().fetch(offer, way(offline=True)).path == fetched.path


def test_ghs_pop_tiles_on_both_sides_become_one(routes, tmp_path):
    lon, lat = TO_MOLLWEIDE.transform(2_959_000, 3_700_000, direction="INVERSE")
    area = replace(PSE, bbox=BBox(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01))
    tiles = {"R6_C21": 3.0, "R6_C22": 5.0}
    routes.pages = {ghs_page(t): make_tile(tmp_path, t, people) for t, people in tiles.items()}
    offer = max(GhsPop().find(area, DAY, way()), key=lambda each: each.first_year)
    assert "2 tiles" in offer.title
    path = GhsPop().fetch(offer, way()).path
    with rasterio.open(path) as dataset:
        assert (dataset.height, dataset.width, dataset.nodata) == (100, 200, -200.0)
        values = dataset.read(1)
    assert values[:, :100].sum() == 3.0 * 9_999 - 200
    assert values[:, 100:].sum() == 5.0 * 9_999 - 200
    del routes.pages[ghs_page("R6_C21")]
    routes.pages = dict(routes.pages)
    assert GhsPop().fetch(offer, way(offline=True)).path == path


def test_ghs_pop_tile_that_is_another_one_is_refused(routes, tmp_path):
    routes.pages = {ghs_page("R6_C22"): make_tile(tmp_path, "R6_C23")}
    offer = max(GhsPop().find(PSE, DAY, way()), key=lambda each: each.first_year)
    with pytest.raises(UnavailableError, match=r"does not reach the places .* in its projection"):
        GhsPop().fetch(offer, way())
    routes.pages = {ghs_page("R6_C22", 2020): make_zip(readme__txt=b"x")}
    offer = min(GhsPop().find(PSE, DAY, way()), key=lambda each: each.first_year)
    with pytest.raises(UnavailableError, match="it holds 0 rasters; expected one"):
        GhsPop().fetch(offer, way())


def test_ghs_pop_of_a_country_is_where_the_country_lies():
    offers = GhsPop().find(replace(PSE, bbox=None), DAY, way())
    assert offers[0].details["tiles"] == ["R6_C22"]
    with pytest.raises(UnavailableError, match=r"lies on \d+ tiles of 1,000 km; at most 4"):
        GhsPop().find(Area("RUS", "RU", "Russia"), DAY, way())
    with pytest.raises(UnavailableError, match="not known here"):
        GhsPop().find(Area("XXX", "QQ", "Nowhere"), DAY, way())


def test_expose_by_ghs_pop(routes, tmp_path, capsys):
    """A disc on cells of 10 km of 2 people each: the people a square kilometre are known."""
    routes.pages = {ghs_page("R6_C22"): make_tile(tmp_path, "R6_C22")}
    (tmp_path / "e.csv").write_text("event_id,lon,lat,event_date\na,34.25,31.29,2024-02-24\n")
    command = ["expose", "e.csv", "--population", "ghs-pop", "--radius", "20", "--out", "o.csv"]
    assert main(command) == 0
    told = capsys.readouterr().err
    assert "are projections" in told
    people = float((tmp_path / "o.csv").read_text().splitlines()[1].split(",")[2])
    assert people == pytest.approx(np.pi * 20**2 * 2 / 100, rel=0.005)  # Mollweide is equal-area
    assert main([*command, "--offline"]) == 0


def test_rasters_that_differ_are_not_joined(tmp_path):
    one = write_small(tmp_path / "a.tif", west=0.0)
    for name, changes in {
        "shifted": {"west": 0.35}, "larger": {"cell": 0.2}, "other": {"dtype": "int32"},
        "another": {"nodata": -1}, "projected": {"crs": "EPSG:32636"},
    }.items():  # fmt: skip
        other = write_small(tmp_path / f"{name}.tif", **({"west": 0.4} | changes))
        with pytest.raises(RasterError, match="to be joined with it"):
            join_rasters([one, other], tmp_path / "joined.tif")
    bare = write_small(tmp_path / "bare.tif", nodata=None)
    with pytest.raises(RasterError, match="declares no nodata"):
        join_rasters([bare, one], tmp_path / "joined.tif")


def write_small(path, west=0.0, cell=0.1, dtype="float32", nodata=-9, crs="EPSG:4326", people=1):
    with rasterio.open(
        path, "w", driver="GTiff", height=4, width=4, count=1, dtype=dtype, crs=crs,
        transform=from_origin(west, 1.0, cell, cell), nodata=nodata,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((1, 4, 4), people, dtype=dtype))
    return path


def test_rasters_that_overlap_or_lie_apart(tmp_path):
    paths = [
        write_small(tmp_path / "a.tif", west=0.0, people=1),
        write_small(tmp_path / "b.tif", west=0.2, people=2),
        write_small(tmp_path / "c.tif", west=0.8, people=3),
    ]
    join_rasters(paths, tmp_path / "joined.tif")
    with rasterio.open(tmp_path / "joined.tif") as dataset:
        assert dataset.read(1)[0].tolist() == [1, 1, 1, 1, 2, 2, -9, -9, 3, 3, 3, 3]


# --- HRSL -------------------------------------------------------------------------------------

CELL = 1 / 360  # ten times as large as in truth


def vrt(*tiles, head="<VRTDataset>"):
    """Return a virtual raster of tiles: name, west, north, in degrees."""
    sources = "".join(
        f'<ComplexSource><SourceFilename relativeToVRT="1">v1.5/{name}</SourceFilename>'
        f'<DstRect xOff="{(west + 180) / CELL}" yOff="{(70 - north) / CELL}" xSize="3600" '
        'ySize="3600"/></ComplexSource>'
        for name, west, north in tiles
    )
    place = f"<GeoTransform>-180.0, {CELL}, 0.0, 70.0, 0.0, -{CELL}</GeoTransform>"
    band = f'<VRTRasterBand dataType="Float64" band="1">{sources}</VRTRasterBand>'
    return f"{head}{place}{band}</VRTDataset>".encode()


TILE = "cog_globallat_30_lon_30_general-v1.5.4.tif"
LISTED = vrt((TILE, 30, 40), ("cog_globallat_20_lon_30_general-v1.5.2.tif", 30, 30))
PAGES = {f"{HRSL}/hrsl_general-latest.vrt": LISTED}


@pytest.fixture(scope="module")
def tile(tmp_path_factory):
    """A tile in which people live in Gaza and in nothing else, with noise so that it is large."""
    path = tmp_path_factory.mktemp("hrsl") / TILE
    values = np.full((3600, 3600), np.nan)
    rng = np.random.default_rng(1)
    values[3000:3240, 1440:1680] = rng.gamma(1.0, 3.0, (240, 240))  # 31 to 31.67 N, 34 to 34.67 E
    values[0:700, 0:700] = rng.random((700, 700))
    values[3060:3070, 1500:1510] = np.nan
    with rasterio.open(
        path, "w", driver="COG", height=3600, width=3600, count=1, dtype="float64",
        crs="EPSG:4326", transform=from_origin(30.0, 40.0, CELL, CELL), nodata=np.nan,
        compress="deflate", blocksize=256,
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    return path


def test_hrsl_offers_the_tile_that_its_list_names(routes):
    routes.pages = dict(PAGES)
    (offer,) = Hrsl().find(PSE, DAY, way())
    assert offer.url == f"https://{HRSL}/v1.5/{TILE}"
    assert (offer.offer_id, offer.licence, offer.resolution_m) == ("1.5.4", "CC BY 4.0", 30)
    assert any("no figure rather than zero" in trap for trap in offer.traps)
    assert Hrsl().find(replace(PSE, bbox=BBox(0, 0, 1, 1)), DAY, way()) == []
    with pytest.raises(UnavailableError, match="on 2 tiles of 10 degrees, which are not joined"):
        Hrsl().find(replace(PSE, bbox=BBox(34, 29.9, 34.1, 30.1)), DAY, way())
    with pytest.raises(UnavailableError, match="no files of countries"):
        Hrsl().find(replace(PSE, bbox=None), DAY, way())


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"<html>Sign in</html>", "a web page"),
        (b"{}", "is no XML"),
        (b"<VRTDataset/>", "no virtual raster"),
        (vrt(), "it lists no files"),
        (vrt((TILE, 30, 40), head="<!DOCTYPE x [<!ENTITY a 'b'>]><VRTDataset>"), "entities"),
        (LISTED[:300], "no virtual raster"),
        (LISTED.replace(b"DstRect", b"Rect"), "no virtual raster"),
        (LISTED.replace(b'xOff="', b'xOff="x'), "no virtual raster"),
    ],
)
def test_hrsl_list_that_is_none_is_told(routes, page, words):
    routes.pages = {f"{HRSL}/hrsl_general-latest.vrt": page}
    with pytest.raises(UnavailableError, match=words):
        Hrsl().find(PSE, DAY, way())


def test_hrsl_list_can_not_send_anywhere(routes):
    evil = LISTED.replace(b"v1.5/cog", b"https://evil.example.com/cog")
    routes.pages = {f"{HRSL}/hrsl_general-latest.vrt": evil}
    (offer,) = Hrsl().find(PSE, DAY, way())
    with pytest.raises(UnavailableError, match="none of its hosts"):
        Hrsl().fetch(offer, way())
    routes.pages = {f"{HRSL}/hrsl_general-latest.vrt": LISTED.replace(b"v1.5/cog", b"../../x/cog")}
    again = Hrsl().find(PSE, DAY, way(offline=True))
    assert again[0].url == offer.url  # kept for a month


def test_expose_by_hrsl_reads_parts_and_takes_nan_as_no_data(routes, tile, tmp_path, capsys):
    parts = Parts(tile.read_bytes())
    routes.pages = PAGES | {f"{HRSL}/v1.5/{TILE}": parts}
    (tmp_path / "e.csv").write_text("event_id,lon,lat\na,34.25,31.29\nb,34.18,31.49\n")
    command = ["expose", "e.csv", "--radius", "2", "--out"]
    assert main([*command, "near.csv", "--population", "hrsl"]) == 0
    assert "whole file" not in capsys.readouterr().err
    assert parts.sent < len(parts.body) / 3
    assert main([*command, "file.csv", "--population", str(tile), "--unit", "count"]) == 0
    assert (tmp_path / "near.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()
    with (tmp_path / "near.csv").open(newline="", encoding="utf-8-sig") as stream:
        inside, hole = csv.DictReader(stream)
    assert float(inside["nodata_fraction"]) == 0
    assert 0.3 < float(hole["nodata_fraction"]) < 1  # 10 by 10 cells, 2.6 by 3.1 km
    assert main([*command, "again.csv", "--population", "hrsl", "--offline"]) == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()


def test_hrsl_without_anybody_round_the_places_is_refused(routes, tile):
    routes.pages = PAGES | {f"{HRSL}/v1.5/{TILE}": Parts(tile.read_bytes())}
    (offer,) = Hrsl().find(replace(PSE, bbox=BBox(38.0, 35.0, 38.1, 35.1)), DAY, way())
    with pytest.raises(UnavailableError, match=r"nobody round the places.*it seems to lack"):
        Hrsl().fetch(offer, way())


# --- what servers do wrong --------------------------------------------------------------------


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    tiles = {ghs_page("R6_C22", year): make_tile(tmp_path_factory.mktemp("t"), "R6_C22")
             for year in (2020, 2025)}  # fmt: skip
    ask = ("--area", "PSE", "--date", "2022-02-24", "--yes")
    return {"ghs-pop": Service("ghs-pop", ask, tiles, ghs_page("R6_C22", 2020), kind="zip")}


@pytest.fixture(scope="module")
def hrsl(tile, tmp_path_factory):
    """HRSL as it answers when all is well, asked for people round two places."""
    folder = tmp_path_factory.mktemp("places")
    (folder / "e.csv").write_text("event_id,lon,lat\na,34.25,31.29\nb,34.18,31.49\n")
    ask = (str(folder / "e.csv"), "--population", "hrsl", "--radius", "2", "--yes",
           "--out", str(folder / "near.csv"))  # fmt: skip
    at = f"{HRSL}/v1.5/{TILE}"
    pages = PAGES | {at: tile.read_bytes()}
    return Service("hrsl", ask, pages, at, "geotiff", in_parts=True, command=("expose",))


CASES = {
    "ghs-pop": Service("ghs-pop", (), {"x": b"x" * 30}, "x", kind="zip"),
    "hrsl": Service("hrsl", (), {"x": b"x" * 30}, "x", kind="geotiff"),
}


@pytest.mark.parametrize(("service", "fault"), list_cases(CASES))
def test_fault_ends_well(fault_bench, services, hrsl, service, fault):
    fault_bench.check((services | {"hrsl": hrsl})[service], FAULTS[fault])
