"""The server, read back with programs of others: GDAL, OWSLib, and plain HTTP."""

import concurrent.futures
import io
import json
import re
import shutil
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request

import duckdb
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from owslib.ogcapi.coverages import Coverages
from owslib.ogcapi.features import Features
from werkzeug.test import Client

from geo.errors import UnavailableError, UsageError
from geo.run import Assessment
from maps.cli import main
from maps.serve import application
from maps.serve.server import Stand, open_server
from tests.serve.conftest import start_server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
FIGURES = ["low", "best", "high"]
RAFAH = (34.22, 31.22, 34.33, 31.35)


@pytest.fixture(scope="module")
def run(run_path):
    return Assessment(run_path)


def ask(url, path="", method="GET", **headers):
    """Return status, headers and body of an answer, whatever it is."""
    request = urllib.request.Request(url + path, method=method, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def get(url, path="", **headers):
    status, _, body = ask(url, path, **headers)
    assert status == 200, body
    return json.loads(body)


def list_ids(answer):
    return [feature["id"] for feature in answer["features"]]


def read_layer(url, layer, **options):
    return pyogrio.read_dataframe(f"OAPIF:{url}", layer=layer, **options)


def test_gdal_reads_the_same_people_in_zones(url, run):
    read = read_layer(url, "zones")
    assert read.crs == "OGC:CRS84"
    expected = run.zones
    assert read["zone_id"].tolist() == expected["zone_id"].tolist()
    for name in (*FIGURES, "static"):
        assert read[name].tolist() == expected[name].tolist()
    areas = [shapely.area(each.geometry.to_numpy()) for each in (read, expected)]
    assert np.allclose(*areas, rtol=1e-9)


def test_gdal_reads_the_same_people_in_units_and_parts(url, run):
    units = read_layer(url, "units").set_index("pcode")
    expected = run.units.set_index("pcode")
    assert units["best"].to_dict() == expected["best"].round().to_dict()
    parts = read_layer(url, "admin").groupby("zone_id")["best"].sum()
    assert parts.to_dict() == run.zones.set_index("zone_id")["best"].to_dict()


def test_gdal_reads_events_in_areas_without_a_pin(url, run):
    read = read_layer(url, "events").set_index("event_id")
    expected = run.events.set_index("event_id")
    assert sorted(read.index) == sorted(expected.index)
    for event_id, shape in read.geometry.items():
        assert (shape is None) == (expected.geometry[event_id] is None)
    assert read["role"].to_dict() == expected["role"].to_dict()


def test_gdal_reads_on_over_pages(url, run):
    read = read_layer(url, "admin", PAGE_SIZE="3")
    assert len(read) == len(run.exposure_admin) > 3


def test_owslib_reads_what_meets_a_box(url, run):
    client = Features(url)
    assert set(client.feature_collections()) == {"zones", "admin", "units", "events"}
    units = run.units
    box = shapely.box(*RAFAH)
    expected = units.loc[units.intersects(box), "pcode"].tolist()
    assert list_ids(client.collection_items("units", bbox=list(RAFAH))) == expected
    assert 0 < len(expected) < len(units)
    page = client.collection_items("units", limit=2, offset=1)
    assert list_ids(page) == units["pcode"].tolist()[1:3]
    assert page["numberMatched"] == len(units)
    item = client.collection_item("units", "PS0275")
    assert item["properties"]["best"] == 1_400_000
    fields = client.collection_queryables("zones")["properties"]
    assert fields["best"]["type"] == "integer"
    assert fields["as_of"]["format"] == "date"


def test_box_over_the_antimeridian_is_two_boxes(url):
    everything = get(url, "/collections/units/items")
    assert list_ids(get(url, "/collections/units/items?bbox=30,-90,-170,90")) == list_ids(
        everything
    )
    assert list_ids(get(url, "/collections/units/items?bbox=170,-90,-170,90")) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("best=1400000", ["E4-admin-PS0275"]),
        ("kind=admin&limit=5", ["E4-admin-PS0275"]),
        ("kind=nothing", []),
        ("kind=" + urllib.parse.quote("admin' OR '1'='1"), []),
        ("kind=" + urllib.parse.quote('admin"; DROP TABLE zones; --'), []),
    ],
)
def test_properties_are_compared_as_values(url, query, expected):
    assert list_ids(get(url, f"/collections/zones/items?{query}")) == expected


def test_sorting_is_by_each_key_in_turn(url, run):
    rows = run.zones.sort_values(["kind", "best"], ascending=[True, False])
    found = get(url, "/collections/zones/items?sortby=kind,-best")
    assert list_ids(found) == rows["zone_id"].tolist()


def test_columns_and_shapes_can_be_left_out(url):
    found = get(url, "/collections/zones/items?properties=zone_id,best&skipGeometry=true")
    assert all(set(each["properties"]) == {"zone_id", "best"} for each in found["features"])
    assert all(each["geometry"] is None for each in found["features"])
    hits = get(url, "/collections/zones/items?resulttype=hits")
    assert hits["features"] == []
    assert hits["numberMatched"] == len(found["features"])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2024-02-24", 6),
        ("2024-02-24T12:00:00Z", 6),
        ("2024-02-25", 0),
        ("2024-01-01/2024-12-31", 6),
        ("../2024-02-23", 0),
        ("2024-02-24/..", 6),
    ],
)
def test_times_are_days(url, asked, expected):
    found = get(url, f"/collections/zones/items?datetime={asked}")
    assert found["numberMatched"] == expected


def test_events_without_a_day_are_in_no_interval(url, run):
    dated = run.events["date"].notna().sum()
    found = get(url, "/collections/events/items?datetime=1900-01-01/2100-01-01")
    assert found["numberMatched"] == dated


def test_people_outside_of_units_have_an_identifier_and_no_pcode(url, run):
    rows = run.exposure_admin
    outside = rows[rows["pcode"].isna()]
    ids = list_ids(get(url, "/collections/admin/items"))
    assert len(set(ids)) == len(rows)
    for zone_id in outside["zone_id"]:
        assert f"{zone_id}.outside" in ids
    for each in ids:
        assert get(url, f"/collections/admin/items/{urllib.parse.quote(each)}")["id"] == each


def test_cells_add_up_to_the_people_of_the_units(url, run):
    client = Coverages(url)
    assert {"people", "density"} <= set(client.coverages())
    coverage = json.load(client.coverage("people"))
    values = coverage["ranges"]["people"]["values"]
    assert len(values) == np.prod(coverage["ranges"]["people"]["shape"])
    total = sum(value for value in values if value is not None)
    assert total == pytest.approx(run.units["best"].sum(), rel=1e-6)
    axis = coverage["domain"]["axes"]["x"]
    step = (axis["stop"] - axis["start"]) / (axis["num"] - 1)
    assert axis["start"] - step / 2 == pytest.approx(34.14)


def test_geotiff_has_the_same_cells_and_its_marking(url):
    status, headers, body = ask(url, "/collections/people/coverage?f=GTiff")
    assert status == 200
    assert headers["Content-Type"].startswith("image/tiff")
    values = get(url, "/collections/people/coverage")["ranges"]["people"]["values"]
    with rasterio.open(io.BytesIO(body)) as raster:
        cells = raster.read(1).astype(float).ravel()
        assert "Not for targeting." in raster.tags()["MARKING"]
        assert raster.units == ("persons per cell",)
    assert np.allclose(cells, np.array(values, dtype=float), equal_nan=True, rtol=0)


def test_cells_that_meet_a_box_are_given_whole(url):
    _, _, body = ask(url, "/collections/people/coverage?f=GTiff")
    with rasterio.open(io.BytesIO(body)) as raster:
        cells, transform = raster.read(1), raster.transform
    rows, cols = cells.shape
    west, south, east, north = RAFAH
    left, top = ~transform @ (west, north)
    right, bottom = ~transform @ (east, south)
    # brute force: a cell is in if its inside overlaps the box
    inside_x = [c for c in range(cols) if c + 1 > left + 1e-6 and c < right - 1e-6]
    inside_y = [r for r in range(rows) if r + 1 > top + 1e-6 and r < bottom - 1e-6]
    expected = cells[np.ix_(inside_y, inside_x)]
    box = ",".join(map(str, RAFAH))
    found = get(url, f"/collections/people/coverage?bbox={box}")["ranges"]["people"]
    assert found["shape"] == list(expected.shape)
    given = np.array(found["values"], dtype=float).reshape(expected.shape)
    assert np.allclose(given, expected, equal_nan=True, rtol=0)
    subset = Coverages(url).coverage("people", subset={"Long": (west, east), "Lat": (south, north)})
    assert json.load(subset)["ranges"]["people"] == found


WRONG = {
    "/nowhere": 404,
    "/processes": 404,
    "/collections/nothing": 404,
    "/collections/nothing/items": 404,
    "/collections/zones/items/nothing": 404,
    "/collections/nothing/coverage": 404,
    "/collections/..%2f..%2fetc/items": 404,
    "/?f=html": 406,
    "/openapi?f=html": 406,
    "/collections/zones/items?f=csv": 406,
    "/collections/zones/items?f=jsonld": 406,
    "/collections/zones/items?limit=0": 400,
    "/collections/zones/items?limit=x": 400,
    "/collections/zones/items?offset=-1": 400,
    "/collections/zones/items?bbox=1,2,3": 400,
    "/collections/zones/items?bbox=a,b,c,d": 400,
    "/collections/zones/items?datetime=yesterday": 400,
    "/collections/zones/items?best=many": 400,
    "/collections/zones/items?sortby=nothing": 400,
    "/collections/zones/items?properties=nothing": 400,
    "/collections/zones/items?knid=admin": 400,
    "/collections/zones/items?filter=best%3E1": 400,
    "/collections/zones/items?crs=http://www.opengis.net/def/crs/EPSG/0/3857": 400,
    "/collections/zones/coverage": 400,
    "/collections/people/items": 400,
    "/collections/people/coverage?bbox=0,0,1,1": 400,
    "/collections/people/coverage?bbox=34.3,31.2,34.2,31.3": 400,
    "/collections/people/coverage?subset=Long(x:y)": 400,
    "/collections/people/coverage?subset=z(1:2)": 400,
}


@pytest.mark.parametrize("path", WRONG)
def test_wrong_requests_are_told_in_json_and_tell_nothing(url, path):
    status, headers, body = ask(url, path)
    assert status == WRONG[path], body
    assert headers["Content-Type"] == "application/json"
    assert set(json.loads(body)) == {"code", "type", "description"}
    assert not re.search(rb"Traceback|site-packages|\.py\b|/tmp/|/home/|duckdb", body)
    assert headers["Server"] == "civmap"
    assert "X-Powered-By" not in headers


def test_answers_are_json_for_browsers_too(url):
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    assert get(url, "/collections", Accept=browser)["collections"]
    assert ask(url, "/", Accept="text/html")[0] == 406
    status, headers, _ = ask(url, "/collections/people/coverage", Accept="image/tiff")
    assert (status, headers["Content-Type"][:10]) == (200, "image/tiff")


def test_nothing_can_be_written(url):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(url, "/collections/zones/items", method=method)[0] == 405


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=x"}],
)
def test_internal_answers_this_machine_only(url, headers):
    status, _, body = ask(url, "/collections/zones/items", **headers)
    assert status == 403
    assert b"features" not in body


def test_landing_page_tells_title_licence_and_marking(url):
    page = get(url)
    assert page["title"] == "People at risk: Rafah, Palestine"
    assert "CC BY-IGO" in page["license"]
    assert page["marking"].endswith("Not for targeting.")
    for each in get(url, "/collections")["collections"]:
        assert "Not for targeting." in each["description"]
        assert ("temporal" in each["extent"]) == (each["id"] != "admin")


def test_all_links_lead_to_this_server_and_somewhere(url):
    addresses = set()

    def walk(part):
        if isinstance(part, dict):
            addresses.add(part.get("href"))
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                walk(each)

    walk([get(url), get(url, "/collections"), get(url, "/collections/zones/items?limit=1")])
    addresses.discard(None)
    assert len(addresses) > 20
    for address in addresses:
        assert address.startswith(url)
        assert ask(address)[0] == 200


def test_openapi_document_stands_by_itself(url):
    text = ask(url, "/openapi")[2].decode()
    assert text == ask(url, "/openapi")[2].decode()
    document = json.loads(text)
    for reference in re.findall(r'"\$ref": "([^"]*)"', text):
        assert reference.startswith("#/"), reference
        part = document
        for name in reference[2:].split("/"):
            part = part[name]
    assert "/collections/zones/items" in document["paths"]
    assert "/collections/people/coverage" in document["paths"]
    assert all(set(each) == {"get"} for each in document["paths"].values())
    assert "html" not in text.lower()
    assert document["info"]["termsOfService"].endswith("Not for targeting.")


def test_many_can_ask_at_once(url):
    paths = [
        "/collections/zones/items",
        "/collections/people/coverage?bbox=34.2,31.2,34.3,31.3",
    ] * 8
    alone = {path: ask(url, path)[2] for path in set(paths)}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for path, body in zip(paths, pool.map(lambda path: ask(url, path)[2], paths), strict=True):
            assert body == alone[path]


def test_port_that_is_taken_is_told(run_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", str(run_path), "--port", port]) == 4
    assert "choose another with --port" in capsys.readouterr().err


def test_wrong_options_are_told(run_path, tmp_path, capsys):
    assert main(["serve", str(run_path), "--port", "70000"]) == 2
    assert main(["serve", str(run_path), "--url", "ftp://x"]) == 2
    assert main(["serve", str(tmp_path / "nothing"), "--port", "0"]) != 0
    assert "Traceback" not in capsys.readouterr().err
    with pytest.raises(UsageError):
        Stand(profile="secret")


def test_profile_is_public_wherever_others_may_reach_it():
    assert Stand().chosen_profile == "internal"
    assert Stand("localhost").chosen_profile == "internal"
    assert Stand("::1").chosen_profile == "internal"
    assert Stand("0.0.0.0").chosen_profile == "public"  # noqa: S104
    assert Stand("192.0.2.1").chosen_profile == "public"
    assert Stand(url="https://maps.example.org").chosen_profile == "public"
    assert Stand("0.0.0.0", profile="internal").chosen_profile == "internal"  # noqa: S104


def test_public_profile_behind_another_server(run_path, caplog, monkeypatch):
    def fail(*_):
        raise RuntimeError("/home/someone/secret.py")

    base = "https://maps.example.org/risk"
    with open_server(run_path, Stand(port=0, url=base)) as (server, address):
        assert address == base
        client = Client(server.app)
        page = client.get("/", headers={"Host": "maps.example.org", "X-Forwarded-For": "192.0.2.1"})
        assert page.status_code == 200
        assert "Internal" not in page.text
        assert page.json["marking"].endswith("Not for targeting.")
        links = {link["rel"]: link["href"] for link in page.json["links"]}
        assert {"service-desc", "data", "conformance"} <= set(links)
        assert all(each.startswith(base) for each in links.values())
        monkeypatch.setitem(application._FUNCTIONS, "schema", fail)
        broken = client.get("/collections/zones/schema")
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert "secret" in caplog.text


def test_missing_library_is_told(run_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pygeoapi", None)
    with (
        pytest.raises(UnavailableError, match="pip install 'civmap"),
        open_server(run_path, Stand(port=0)),
    ):
        pass


def test_zone_without_people_has_no_figures_and_an_interrupt_ends_the_server(run_path, tmp_path):
    other = tmp_path / "run.duckdb"
    shutil.copyfile(run_path, other)
    with duckdb.connect(str(other)) as con:
        con.execute("DELETE FROM exposure WHERE zone_id = 'E4-disc-2km'")
    with start_server(other, signal.SIGINT) as address:
        found = get(address, "/collections/zones/items/E4-disc-2km")["properties"]
        assert [found[name] for name in FIGURES] == [None] * 3
        last = get(address, "/collections/zones/items?sortby=-best")["features"][-1]
        assert last["id"] == "E4-disc-2km"
