"""A raster read where it lies gives what the same file gives here, and is sent in part."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import pytest_socket
import rasterio
from rasterio.transform import from_origin

from geo.blocks import BLOCK_BYTES, list_notes
from geo.errors import CivmapError, RasterError, UnavailableError
from geo.holdings import Holdings
from geo.people import read_population
from geo.people.sources.in_parts import open_in_parts, pad_box
from geo.people.tiles import open_tiles
from geo.ranges import open_ranges
from geo.types import BBox
from maps.cli import main
from tests.downloads import HOST, Parts, want, way

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
URL = f"https://{HOST}/some/people_2020_count.tif"
RAFAH = BBox(34.2, 31.25, 34.35, 31.35)
LAYOUTS = {
    "cog": {"driver": "COG", "compress": "deflate", "blocksize": 256},
    "strips": {"driver": "GTiff", "compress": "deflate"},
    "tiles": {"driver": "GTiff", "tiled": True, "blockxsize": 128, "blockysize": 128},
    "pixel": {"driver": "GTiff", "tiled": True, "count": 2, "interleave": "pixel"},
    "sparse": {"driver": "GTiff", "tiled": True, "sparse_ok": True, "compress": "deflate"},
}


def write(path, side=1600, *, crs="EPSG:4326", corner=(33.6, 32.0), cell=1 / 1200, **layout):
    people = np.random.default_rng(3).random((side, side), dtype="float32")
    people[:, 900:1000] = -99999
    count = layout.get("count", 1)
    with rasterio.open(
        path, "w", **({"count": 1} | layout), height=side, width=side, dtype="float32",
        crs=crs, transform=from_origin(*corner, cell, cell), nodata=-99999,
    ) as dataset:  # fmt: skip
        for band in range(1, count + 1):
            if layout.get("sparse_ok"):  # some blocks are not in the file
                dataset.write(people[768:, 768:], 1, window=((768, side), (768, side)))
            else:
                dataset.write(np.where(people < 0, people, people * band), band)
        dataset.update_tags(unit="count")
    return path


@pytest.fixture
def serve_raster(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    monkeypatch.chdir(tmp_path)

    def serve(path):
        parts = Parts(path.read_bytes())
        server.answers = [parts]
        return parts

    return serve


@pytest.mark.parametrize("layout", LAYOUTS)
def test_window_is_the_same_and_little_is_sent(serve_raster, tmp_path, layout):
    path = write(tmp_path / "people_2020_count.tif", **LAYOUTS[layout])
    parts = serve_raster(path)
    file = open_ranges(want(url=URL), way())
    band = 2 if layout == "pixel" else None
    near, here = (read_population(each, RAFAH, band=band) for each in (file, path))
    assert np.array_equal(near.people, here.people, equal_nan=True)
    assert (near.west, near.north, near.crs, near.label, near.population_date) == (
        here.west, here.north, here.crs, here.label, here.population_date,
    )  # fmt: skip
    assert parts.sent < len(parts.body) * (0.3 if layout in ("strips", "sparse") else 0.2)
    assert len(parts.asked) <= 6


def test_projected_raster_is_read_as_well(serve_raster, tmp_path):
    path = write(
        tmp_path / "people_2020_count.tif", crs="ESRI:54009", corner=(3_050_000, 3_900_000),
        cell=100.0, **LAYOUTS["cog"],
    )  # fmt: skip
    parts = serve_raster(path)
    box = BBox(34.2, 31.5, 34.3, 31.6)
    near, here = (read_population(each, box) for each in (open_ranges(want(), way()), path))
    assert np.array_equal(near.people, here.people, equal_nan=True)
    assert near.crs == here.crs
    assert parts.sent < len(parts.body) / 4


def test_checks_are_those_of_a_file(serve_raster, tmp_path):
    path = write(tmp_path / "x.tif", **LAYOUTS["tiles"])
    body = path.read_bytes()
    bad = tmp_path / "bad.tif"
    bad.write_bytes(body[: len(body) // 2])  # cut off at the source
    serve_raster(bad)
    with pytest.raises(RasterError, match="damaged or cut short"):
        read_population(open_ranges(want(), way()), BBox(33.6, 30.7, 34.9, 32.0))
    vrt = tmp_path / "evil.tif"
    vrt.write_text("<VRTDataset rasterXSize='1' rasterYSize='1'/>")
    serve_raster(vrt)
    with pytest.raises(UnavailableError, match="is no TIFF"):
        open_ranges(want(url=URL), way())


def test_failure_while_a_raster_is_read_is_the_networks_not_the_rasters(serve_raster, tmp_path):
    path = write(tmp_path / "x.tif", **LAYOUTS["cog"])
    parts = serve_raster(path)
    file = open_ranges(want(), way())
    parts.ill = dict.fromkeys(range(2, 40), lambda handler: handler.send_error(404))
    with pytest.raises(UnavailableError, match=r"no such file \(404\)"):
        read_population(file, RAFAH, unit="count")
    parts.ill = {}
    file = open_ranges(want(), way())
    with pytest.raises(UnavailableError, match="404"), open_tiles(file) as raster:  # noqa: PT012
        parts.ill = dict.fromkeys(range(2, 40), lambda handler: handler.send_error(404))
        parts.asked.clear()
        parts.ill[1] = parts.ill[2]
        raster.read_people(100, 200, 100, 200)


def test_raster_is_fetched_whole_where_that_is_less_trouble(serve_raster, tmp_path):
    told = []
    quiet = way(tell=told.append)
    path = write(tmp_path / "x.tif", **LAYOUTS["cog"])
    parts = serve_raster(path)
    assert open_in_parts(want(), quiet, None, 5.0) is None  # all over the raster
    assert parts.asked == []
    assert open_in_parts(want(), quiet, BBox(33.7, 30.8, 34.8, 31.9), 5.0) is None
    assert told[-1].endswith("% of it is needed; the whole file is fetched")
    assert list_notes() == []
    file = open_in_parts(want(), quiet, RAFAH, 5.0)
    assert file.read(0, 4) == parts.body[:4]
    assert open_in_parts(want(), way(offline=True), RAFAH, 5.0) is not None
    small = write(tmp_path / "small.tif", side=300, **LAYOUTS["cog"])
    serve_raster(small)
    assert open_in_parts(want(url=URL), quiet, RAFAH, 5.0) is None


def test_box_with_a_margin():
    box = pad_box(BBox(34.0, 60.0, 34.0, 60.0), 111.0)
    assert (box.south, box.north) == (59.0, 61.0)
    assert (box.east - box.west) / 2 == pytest.approx(1 / np.cos(np.radians(61)))
    assert pad_box(BBox(-180, -90, 180, 90), 500) == BBox(-180, -90, 180, 90)


EVENTS = "event_id,lon,lat\na,34.25,31.29\nb,34.30,31.34\n"


def expose(*arguments):
    return main(["expose", "events.csv", "--radius", "2,5", *arguments])


def test_expose_at_an_address_gives_what_the_file_gives(serve_raster, tmp_path, capsys):
    path = write(tmp_path / "people_2020_count.tif", **LAYOUTS["cog"])
    parts = serve_raster(path)
    (tmp_path / "events.csv").write_text(EVENTS)
    assert expose("--population", path.name, "--out", "file.csv") == 0
    assert expose("--population", URL, "--out", "near.csv") == 0
    assert Path("near.csv").read_bytes() == Path("file.csv").read_bytes()
    assert parts.sent < len(parts.body) / 3
    assert "or the parts of it that are needed" in capsys.readouterr().err
    pytest_socket.disable_socket(allow_unix_socket=True)
    assert expose("--population", URL, "--out", "again.csv", "--offline") == 0
    assert Path("again.csv").read_bytes() == Path("file.csv").read_bytes()
    assert list(Holdings().list_all()) == []


def test_raster_that_changes_midway_is_begun_anew(serve_raster, tmp_path, capsys):
    path = write(tmp_path / "people_2020_count.tif", **LAYOUTS["cog"])
    parts = serve_raster(path)
    other = parts.body[:-5] + b"other"

    def change(handler):
        parts.body, parts.etag, parts.ill = other, '"v2"', {}
        parts(handler)

    parts.ill = {5: change}
    (tmp_path / "events.csv").write_text(EVENTS)
    assert expose("--population", URL, "--out", "near.csv") == 0
    assert "became another file while it was read" in capsys.readouterr().err
    assert expose("--population", path.name, "--out", "file.csv") == 0
    assert Path("near.csv").read_bytes() == Path("file.csv").read_bytes()
    ((notes, size),) = list_notes()
    assert (notes.etag, size % BLOCK_BYTES) == ('"v2"', 0)


@pytest.mark.usefixtures("serve_raster")
def test_server_without_parts_gives_the_whole_file_and_that_is_told(server, tmp_path, capsys):
    path = write(tmp_path / "people_2020_count.tif", **LAYOUTS["cog"])
    body = path.read_bytes()
    server.answers = [(200, body, {"ETag": '"v1"'})]
    (tmp_path / "events.csv").write_text(EVENTS)
    assert expose("--population", URL, "--out", "near.csv") == 0
    assert "its server sends no parts; the whole file is fetched" in capsys.readouterr().err
    assert expose("--population", path.name, "--out", "file.csv") == 0
    assert Path("near.csv").read_bytes() == Path("file.csv").read_bytes()
    assert [each.path.name for each in Holdings().list_all()] == [path.name]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("http://example.org/x.tif", 2, "expected https"),
        (f"{URL}?sig=k3y", 2, "without \\? and #"),
        ("https://user:pass@example.org/x.tif", 2, "without a user's name"),
        (URL, 4, "404"),
    ],
)
@pytest.mark.usefixtures("serve_raster")
def test_address_that_is_no_use(server, tmp_path, capsys, address, status, words):
    server.answers = [(404, b"")]
    (tmp_path / "events.csv").write_text(EVENTS)
    assert expose("--population", address, "--out", "x.csv") == status
    told = capsys.readouterr().err
    assert re.search(words, told)
    assert "k3y" not in told
    assert "pass@" not in told
    assert not Path("x.csv").exists()


def test_private_address_is_not_asked(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.csv").write_text(EVENTS)
    assert expose("--population", "https://169.254.169.254/x.tif", "--out", "x.csv") == 4
    assert "not one of the public network" in capsys.readouterr().err


def test_map_at_an_address_repeats_offline_bit_for_bit(serve_raster, tmp_path):
    path = write(tmp_path / "people_2020_count.tif", **LAYOUTS["cog"])
    parts = serve_raster(path)
    (tmp_path / "events.csv").write_text(EVENTS)
    arguments = ["--as-of", "2021-02-24", "--displacement", "none", "--accept-stale"]
    arguments += ["--radius", "2"]
    assert main(["map", "events.csv", "--population", URL, "--out", "near", *arguments]) == 0
    assert parts.sent < len(parts.body)
    manifest = json.loads(Path("near/manifest.json").read_text())
    (entry,) = [each for each in manifest["inputs"] if each["part"] == "population"]
    assert entry["sha256"] == entry["origin"]["parts"]["sha256"]
    assert (entry["name"], entry["origin"]["url"]) == (path.name, URL)
    assert (entry["origin"]["etag"], entry["origin"]["size"]) == ('"v1"', len(parts.body))
    report = json.loads(Path("near/report.json").read_text())
    assert URL in {source.get("url") for source in report["sources"]}
    pytest_socket.disable_socket(allow_unix_socket=True)
    offline = ["map", "events.csv", "--population", URL, *arguments, "--offline", "--out"]
    assert main([*offline, "again"]) == 0
    for name in ("report.json", "exposure.csv", "map.html", "layers.gpkg"):
        assert Path("near", name).read_bytes() == Path("again", name).read_bytes(), name
    again = json.loads(Path("again/manifest.json").read_text())
    assert again["inputs"] == manifest["inputs"]
    shutil.rmtree(tmp_path / "cache")
    assert main([*offline, "none"]) == 4


def test_parts_are_listed_and_cleared(serve_raster, tmp_path, capsys):
    path = write(tmp_path / "x.tif", **LAYOUTS["tiles"])
    serve_raster(path)
    read_population(open_ranges(want(url=URL), way()), RAFAH, unit="count")
    assert main(["data", "list"]) == 0
    told = capsys.readouterr()
    assert re.search(rf"example parts of {URL}: .* kB of \d+\.\d MB, 0 days old\n", told.out)
    assert "1 files, " in told.err
    assert main(["data", "list", "--json"]) == 0
    ((record),) = json.loads(capsys.readouterr().out)
    assert (record["url"], record["size"]) == (URL, path.stat().st_size)
    assert main(["data", "clear", "--source", "worldpop"]) == 0
    assert list_notes() != []
    assert main(["data", "clear", "--all", "--json"]) == 0
    assert list_notes() == []
    assert list((tmp_path / "cache").rglob("*.run")) == []


def test_errors_are_ours(serve_raster, tmp_path):
    path = write(tmp_path / "x.tif", **LAYOUTS["tiles"])
    serve_raster(path)
    file = open_ranges(want(), way())
    with pytest.raises(CivmapError, match="none of the area of interest"):
        read_population(file, BBox(0, 0, 1, 1), unit="count")
