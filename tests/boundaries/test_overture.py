"""Overture's divisions out of large files on a server on this machine, against DuckDB."""

import datetime as dt
import io
import random
import re
from dataclasses import replace

import duckdb
import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.boundaries.sources.overture import Overture
from geo.boundaries.unit_files import read_units
from geo.errors import UnavailableError
from geo.holdings import Holdings
from geo.offers import Area
from maps.cli import main
from tests.downloads import Parts, way
from tests.faults import FAULTS, Service, list_cases
from tests.services import Routes, dump

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = dt.date(2024, 2, 24)
PSE = Area("PSE", "PS", "Palestine")
STAC = "stac.overturemaps.org"
STORE = "overturemaps-us-west-2.s3.us-west-2.amazonaws.com"
RELEASE = "2026-09-23.1"
FOLDER = f"{STORE}/release/{RELEASE}/theme=divisions/type=division_area"
COLLECTION = f"{STAC}/{RELEASE}/divisions/division_area"
ROWS = 100  # of a row group
WHERE = {"PS": (34.3, 31.4), "IL": (34.8, 32.0), "JO": (36.0, 31.5), "FR": (2.0, 47.0)}


def make_row(number, country, kind, *, is_land=True):
    """Return a division: a coarse disc with many corners, as rows are large."""
    lon, lat = WHERE[country]
    rng = random.Random(number)  # noqa: S311 - no secret
    spot = shapely.Point(lon + rng.uniform(-0.05, 0.05), lat + rng.uniform(-0.05, 0.05))
    outline = spot.buffer(rng.uniform(0.01, 0.05), quad_segs=60)
    west, south, east, north = outline.bounds
    common = [("ar", f"اسم {number}"), ("en", f"Unit {number}")]
    return {
        "id": f"area-{number}",
        "division_id": f"division-{number}",
        "country": country,
        "subtype": kind,
        "is_land": is_land,
        "names": {"primary": f"اسم {number}", "common": common},
        "bbox": {"xmin": west, "ymin": south, "xmax": east, "ymax": north},
        "geometry": shapely.to_wkb(outline),
    }  # fmt: skip


SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "geometry": pa.binary(),
        "bbox": pa.struct({side: pa.float32() for side in ("xmin", "xmax", "ymin", "ymax")}),
        "country": pa.string(),
        "subtype": pa.string(),
        "is_land": pa.bool_(),
        "names": pa.struct(
            {"primary": pa.string(), "common": pa.map_(pa.string(), pa.string())}
        ),
        "division_id": pa.string(),
    }
)  # fmt: skip


def make_parquet(rows, schema=SCHEMA, **more):
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), stream, row_group_size=ROWS, **more)
    return stream.getvalue()


def list_rows():
    rows = [make_row(n, "FR", "county") for n in range(600)]
    rows += [make_row(n, "IL", "county") for n in range(600, 700)]
    rows += [make_row(n, "PS", "county", is_land=n % 10 > 0) for n in range(700, 730)]
    rows += [make_row(n, "PS", "region") for n in range(730, 733)]
    rows += [make_row(n, "JO", "county") for n in range(733, 900)]
    return rows


def make_item(name, box):
    return dump({"bbox": box, "assets": {"aws": {"href": f"https://{FOLDER}/{name}.parquet"}}})


@pytest.fixture(scope="module")
def body():
    return make_parquet(list_rows())


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server, body):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    links = [
        {"rel": "root", "href": f"https://{STAC}/catalog.json"},
        {"rel": "item", "href": "./00000/00000.json"},
        {"rel": "item", "href": f"https://{COLLECTION}/00001/00001.json"},
    ]
    found = Routes(
        {
            f"{STAC}/catalog.json": dump({"latest": RELEASE, "links": []}),
            f"{COLLECTION}/collection.json": dump({"links": links}),
            f"{COLLECTION}/00000/00000.json": make_item("part-0", [-80, -56, -34, 12]),
            f"{COLLECTION}/00001/00001.json": make_item("part-1", [-5, 29, 37, 51]),
            f"{FOLDER}/part-1.parquet": Parts(body),
        }
    )
    server.answers = [found]
    return found


def find(kind):
    offers = Overture().find(PSE, DAY, way())
    return next(each for each in offers if each.offer_id == f"{RELEASE}:{kind}")


@pytest.mark.parametrize(("kind", "level"), [("county", 2), ("region", 1)])
def test_rows_of_a_country_are_those_that_duckdb_finds(tmp_path, body, kind, level):
    fetched = Overture().fetch(find(kind), way())
    found = gpd.read_parquet(fetched.path)
    (tmp_path / "all.parquet").write_bytes(body)
    rows = duckdb.execute(
        "SELECT division_id, names.common['en'], hex(geometry) FROM read_parquet($1) "
        "WHERE country = 'PS' AND subtype = $2 AND is_land ORDER BY division_id",
        [str(tmp_path / "all.parquet"), kind],
    ).fetchall()
    assert len(rows) == {"county": 27, "region": 3}[kind]
    outlines = [each.hex().upper() for each in shapely.to_wkb(found.geometry)]
    assert list(zip(found["pcode"], found["name"], outlines, strict=True)) == rows
    assert set(found["admin_level"]) == {level}
    assert found.crs == "EPSG:4326"
    units, _ = read_units(fetched.path)
    assert len(units) == len(rows)
    assert set(units["country"]) == {"PS"}
    origin = fetched.holding.origin
    assert (origin.licence, origin.vintage) == ("ODbL 1.0", "2026-09-23")


def test_only_what_is_needed_is_read(routes, body):
    fetched = Overture().fetch(find("region"), way())
    sent = routes.pages[f"{FOLDER}/part-1.parquet"].sent
    assert sent < len(body) / 3
    assert 0 < fetched.transferred <= sent  # without the first block, by which it was met
    assert not any("part-0" in each for each in routes.asked)  # a file of another continent
    asked = len(routes.asked)
    again = Overture().fetch(find("region"), way(offline=True))
    assert (again.path, again.transferred) == (fetched.path, 0)
    Overture().fetch(find("county"), way())  # out of what is there already
    assert len(routes.asked) == asked


def test_statistics_that_are_missing_rule_nothing_out(routes):
    plain = make_parquet(list_rows(), write_statistics=False)
    routes.pages[f"{FOLDER}/part-1.parquet"] = Parts(plain)
    assert len(gpd.read_parquet(Overture().fetch(find("county"), way()).path)) == 27


def test_older_releases_tell_land_by_class(routes):
    names = ["class" if name == "is_land" else name for name in SCHEMA.names]
    schema = pa.schema(
        {
            new: pa.string() if new == "class" else SCHEMA.field(old).type
            for new, old in zip(names, SCHEMA.names, strict=True)
        }
    )
    rows = [row | {"class": "land" if row["is_land"] else "maritime"} for row in list_rows()[600:]]
    routes.pages[f"{FOLDER}/part-1.parquet"] = Parts(make_parquet(rows, schema))
    assert len(gpd.read_parquet(Overture().fetch(find("county"), way()).path)) == 27


def drop_column(name):
    rows = [{key: value for key, value in row.items() if key != name} for row in list_rows()]
    return make_parquet(rows, SCHEMA.remove(SCHEMA.get_field_index(name)))


ILL = {
    "columns": (
        lambda _: Parts(drop_column("division_id")),
        "changed: no column division_id",
    ),
    "cut": (lambda body: Parts(body[:-20]), "no whole Parquet file"),
    "broken": (lambda _: Parts(b"PAR1" + b"x" * 100_000), "no whole Parquet file"),
    "login": (lambda _: Parts(b"<html>Log in</html>"), "a web page, perhaps one to log in"),
    "no-parts": (lambda body: (200, body), "sends no parts of files"),
    "403": (lambda _: (403, b""), "refuses"),
    "404": (lambda _: (404, b""), "no such file"),
    "503": (lambda _: (503, b""), "status 503"),
    "nothing": (lambda _: Parts(make_parquet(list_rows()[:300])), "has no county of PSE"),
}


@pytest.mark.parametrize("ill", ILL)
def test_what_can_not_be_read_is_told_and_nothing_is_kept(routes, body, ill):
    make, words = ILL[ill]
    routes.pages[f"{FOLDER}/part-1.parquet"] = make(body)
    with pytest.raises(UnavailableError, match=words):
        Overture().fetch(find("county"), way())
    assert [each for each in Holdings().list_all() if each.origin.source == "overture"] == []


@pytest.mark.parametrize(
    ("at", "answer", "words"),
    [
        (f"{STAC}/catalog.json", {"links": []}, "a record has no latest"),
        (f"{STAC}/catalog.json", {"latest": "../x"}, "'../x' is no release"),
        (f"{COLLECTION}/collection.json", {"links": []}, "0 files of divisions"),
        (f"{COLLECTION}/00000/00000.json",
         {"bbox": [1], "assets": {"aws": {"href": "x"}}}, "a box"),
        (f"{COLLECTION}/00000/00000.json", {"bbox": [1, 2, 3, 4], "assets": {}}, "has no href"),
        (f"{COLLECTION}/00001/00001.json",
         {"bbox": [-5, 29, 37, 51], "assets": {"aws": {"href": "https://evil.example.com/x"}}},
         "evil.example.com, which is none of its hosts"),
    ],
)  # fmt: skip
def test_catalogue_that_changed_is_told(routes, at, answer, words):
    routes.pages[at] = dump(answer)
    with pytest.raises(UnavailableError, match=re.escape(words)):
        Overture().fetch(find("county"), way())


def test_file_that_becomes_another_one_is_told(routes, body):
    first, second = Parts(body), Parts(body[:-4] + b"PAR1", etag='"v2"')
    asked = []

    def change(handler):
        asked.append(handler.path)
        (first if len(asked) == 1 else second)(handler)

    routes.pages[f"{FOLDER}/part-1.parquet"] = change
    with pytest.raises(UnavailableError, match="became another file while it was read"):
        Overture().fetch(find("county"), way())
    routes.pages[f"{FOLDER}/part-1.parquet"] = second
    assert len(gpd.read_parquet(Overture().fetch(find("county"), way()).path)) == 27


OVERTURE = Service(
    "overture",
    ("--area", "PSE", "--offer", f"{RELEASE}:county", "--yes"),
    {f"{FOLDER}/part-1.parquet": b"x" * 30},
    f"{FOLDER}/part-1.parquet",
    kind="parquet",
    changed=b"x",
    in_parts=True,
)


@pytest.mark.parametrize(("service", "fault"), list_cases({"overture": OVERTURE}))
def test_fault_ends_in_the_right_file_or_a_clear_error(fault_bench, routes, body, service, fault):
    del service
    pages = routes.pages | {OVERTURE.at: body}
    told = replace(OVERTURE, pages=pages, changed=drop_column("division_id"))
    fault_bench.check(told, FAULTS[fault])


def test_map_with_overture(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ("--boundaries", "overture", "--displacement", "none", "--radius", "5", "--yes",
               "--accept-stale")  # fmt: skip
    assert main(["map", *options]) == 0
    assert "Overture Maps 2026-09-23.1" in capsys.readouterr().err
