"""What leaves the house: a run with all that must not, told as a public bundle."""

from __future__ import annotations

import json
import math
import re

import duckdb
import pytest
import shapely

from geo.database.store import fetch_records
from geo.errors import InputError
from geo.run import Assessment
from maps import RiskMap
from maps.publish.bundle_formats import FORMATS
from maps.publish.guard import Terms, guard_run
from maps.publish.publication import publish_run
from tests.publish.guarded import (
    EVENTS,
    HOSPITAL,
    SECRETS,
    SITE,
    UNITS,
    assess_many,
    assess_world,
    open_up,
)

COUNTED = {
    "exposure": ("low", "best", "high", "static"),
    "exposure_admin": ("low", "best", "high", "static"),
    "unit_people": ("low", "best", "high", "static", "displaced"),
    "people_groups": ("low", "best", "high"),
    "series": ("low", "best", "high", "static"),
    "series_units": ("low", "best", "high", "static"),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return assess_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def public(run, tmp_path_factory):
    target = tmp_path_factory.mktemp("public") / "run.duckdb"
    return Assessment(guard_run(run.path, target, "public", Terms()))


@pytest.fixture(scope="module")
def files(run, public, tmp_path_factory):
    """Return every file that is made of the public run, by name."""
    out = tmp_path_factory.mktemp("bundle") / "out"
    found = {path.name: path.read_bytes() for path in publish_run(run.path, out)}
    risk_map = RiskMap(public)
    found |= {"page.html": risk_map.to_html().encode(), "run.duckdb": public.path.read_bytes()}
    return found | {"sheet.pdf": risk_map.to_sheet("a4", "pdf")[0]}


def read(run, statement):
    with run.connect() as con:
        return fetch_records(con, statement)


def test_files_hold_nothing_that_is_held_back(run, files):
    assert len(files) >= len(FORMATS) + 3
    folder = str(run.path.parent).encode()
    words = [*(secret.encode() for secret in SECRETS), folder, b"/tmp/"]
    for name, content in files.items():
        for text in open_up(name, content):
            for word in words:
                assert word not in text, (name, word)


def test_database_and_page_would_be_found_out(run):
    """The scan is not blind: of the analyst's own run it finds what it looks for."""
    content = run.path.read_bytes() + RiskMap(run).to_html().encode()
    for secret in SECRETS[1:3]:
        assert secret.encode() in content


def test_files_hold_no_exact_position(run, files):
    """Not to about a hundred metres, in text; nor as binary numbers."""
    positions = [(at, _find_position(*at)) for at in (*EVENTS, SITE, HOSPITAL)]
    with run.connect() as con:  # the pattern is not blind
        rows = str(con.execute("SELECT lon, lat FROM places").fetchall()).encode()
    assert all(pattern.search(rows) for at, pattern in positions if at in EVENTS)
    for name, content in files.items():
        for text in open_up(name, content):
            for at, pattern in positions:
                assert not pattern.search(text), (name, at)
                assert shapely.to_wkb(shapely.Point(*at))[-16:] not in text, (name, at)


def _find_position(lon, lat):
    """Return a pattern of a position to three decimals, longitude or latitude first."""
    x, y = (re.escape(f"{math.floor(each * 1000) / 1000:.3f}").encode() for each in (lon, lat))
    apart = rb"\d*[^\d.]{1,20}"
    return re.compile(x + apart + y + b"|" + y + apart + x)


def test_discs_lie_round_coarse_positions(public):
    for zone in read(public, "SELECT * FROM zones WHERE kind IN ('disc', 'ring')"):
        assert zone["lon"] == round(zone["lon"], 2)
        assert zone["lat"] == round(zone["lat"], 2)
        centre = shapely.from_wkb(bytes(zone["geometry"])).centroid
        assert centre.distance(shapely.Point(zone["lon"], zone["lat"])) < 1e-4


def test_figures_are_tens_or_missing(public):
    missing = 0
    for table, columns in COUNTED.items():
        for row in read(public, f"SELECT * FROM {table}"):  # noqa: S608 - names of ours
            for column in columns:
                missing += row[column] is None
                assert row[column] is None or row[column] % 10 == 0
            if row.get("best") is not None:
                assert row["low"] <= row["best"] <= row["high"]
    assert missing


def test_totals_are_the_sums_of_parts(public):
    parts = read(public, "SELECT * FROM exposure_admin")
    checked = 0
    for row in read(public, "SELECT * FROM exposure WHERE best IS NOT NULL"):
        for key in ("best", "static"):
            told = [part[key] for part in parts if part["zone_id"] == row["zone_id"] and part[key]]
            assert row[key] == sum(told)
        checked += 1
    assert checked


def test_discs_are_the_sums_of_their_rings(public):
    rows = {row["zone_id"]: row["best"] for row in read(public, "SELECT * FROM exposure")}
    assert rows["E1-disc-5km"] == (rows["E1-disc-2km"] or 0) + (rows["E1-ring-2-5km"] or 0)


def test_villages_under_ten_are_withheld(run, public):
    units = {row["pcode"]: row for row in read(public, "SELECT * FROM unit_people")}
    true = {row["pcode"]: row for row in read(run, "SELECT * FROM unit_people")}
    assert {code for code, row in true.items() if 0 < round(row["best"]) < 10} == {"TD02", "TD04"}
    assert units["TD02"]["best"] is None
    assert units["TD02"]["factor"] is None
    assert units["TD03"]["best"] is not None


def test_cells_add_to_units_and_show_no_site(public):
    import numpy as np

    con = public.connect()
    cells = con.execute(
        "SELECT west + (col + 0.5) * cell_width AS lon, north - (row + 0.5) * cell_height AS lat, "
        "people_fp / 1048576 AS people FROM cells JOIN grids USING (grid_id)"
    ).df()
    units = {row["pcode"]: row for row in read(public, "SELECT * FROM unit_people")}
    for pcode, (_name, bounds) in UNITS.items():
        inside = shapely.contains_xy(shapely.box(*bounds), cells["lon"], cells["lat"])
        people = cells["people"][inside]
        if units[pcode]["static"] is None:
            assert np.isnan(people.astype(float)).all()
        elif len(people):
            assert people.sum() == pytest.approx(units[pcode]["static"], abs=0.01)
            unit = units[pcode]
            told = unit["factor"] * unit["static"] + unit["on_land"]
            assert told == pytest.approx(unit["best"])


def test_facilities_are_counts_by_unit(public):
    assert read(public, "SELECT * FROM facilities") == []
    assert read(public, "SELECT * FROM zone_facilities") == []
    rows = read(public, "SELECT * FROM unit_facilities")
    assert {(row["pcode"], row["kind"], row["total"]) for row in rows} == {("TD03", "health", 1)}


def test_names_are_the_units(public):
    events = read(public, "SELECT name, event_id FROM events JOIN places USING (place_id)")
    assert [(row["name"], row["event_id"]) for row in events] == [("Cedra", "E1"), ("Borea", "E2")]
    labels = {row["label"] for row in read(public, "SELECT label FROM zones")}
    assert {"Drawn zone 1", "Within 2 km of Cedra", "2 to 5 km from Borea"} <= labels


def test_page_says_what_is_withheld(files):
    page = files["page.html"].decode()
    assert "withheld: fewer than 10" in page
    assert "Facilities by administrative unit" in page
    assert re.search(r'<p class="profile">Public', page)


@pytest.mark.parametrize(
    "change",
    [
        {"types": ("Battles", "Riots"), "ids": ("TCD1", "TCD2")},
        {"types": ("Explosions/Remote violence", "attack")},
        {"name": "acled_chad.csv"},
    ],
)
def test_rows_that_may_not_be_passed_on(tmp_path, change):
    analysed = assess_world(tmp_path, **change)
    public = guard_run(analysed.path, tmp_path / "p.duckdb", "public", Terms())
    run = Assessment(public)
    assert not read(run, "SELECT * FROM events")
    assert not read(run, "SELECT * FROM places")
    assert {row["kind"] for row in read(run, "SELECT kind FROM zones")} == {"drawn"}
    assert read(run, "SELECT * FROM unit_people")
    codes = {row["code"] for row in read(run, "SELECT code FROM cautions")}
    assert "rows-not-passed-on" in codes
    RiskMap(run).to_html()


def test_licence_forbids(run, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(run.path.read_bytes())
    with duckdb.connect(str(copy)) as con:
        con.execute(
            "UPDATE sources SET licence = 'ACLED terms: rows may not be passed on' "
            "WHERE source_id = 'events'"
        )
    public = Assessment(guard_run(copy, tmp_path / "p.duckdb", "public", Terms()))
    assert not read(public, "SELECT * FROM events")


def test_class_high_needs_a_name(run, tmp_path):
    protocol = tmp_path / "protocol.toml"
    protocol.write_text('[layers]\nzones = "moderate"\nunits = "low"\nevents = "high"\n')
    with pytest.raises(InputError, match="--released-by"):
        guard_run(run.path, tmp_path / "a.duckdb", "public", Terms(protocol))
    named = Terms(protocol, released_by="A. Person")
    public = Assessment(guard_run(run.path, tmp_path / "b.duckdb", "public", named))
    assert public.facts["released_by"] == "A. Person"
    assert not read(public, "SELECT * FROM events")
    assert not read(public, "SELECT * FROM cells")
    counted = read(public, "SELECT * FROM unit_facilities")
    assert {(row["pcode"], row["kind"], row["total"]) for row in counted} == {
        ("TD02", "event", 1),
        ("TD03", "event", 1),
    }
    (text,) = [
        row["text"]
        for row in read(public, "SELECT * FROM cautions")
        if row["code"] == "layers-left-out"
    ]
    assert "density: no class is set for it" in text
    asked = Terms(protocol, ask=lambda reason: reason and "B. Person")
    public = Assessment(guard_run(run.path, tmp_path / "c.duckdb", "public", asked))
    assert public.facts["released_by"] == "B. Person"


def test_number_of_people_needs_a_name(run, tmp_path):
    protocol = tmp_path / "protocol.toml"
    protocol.write_text('named_from_people = 1000\n[layers]\nunits = "low"\n')
    with pytest.raises(InputError, match="1,000 people or more"):
        guard_run(run.path, tmp_path / "a.duckdb", "public", Terms(protocol))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[layers]\nzones = "secret"\n', "line 2: zones = 'secret'"),
        ('\n[layers]\nzonse = "low"\n', "line 3: no layer 'zonse'"),
        ('[layers]\nzones = "low\n', "line 2"),
        ("named_from = 3\n", "line 1"),
        ("", "is missing"),
    ],
)
def test_broken_protocol_is_told_with_its_line(run, tmp_path, text, message):
    protocol = tmp_path / "protocol.toml"
    protocol.write_text(text)
    with pytest.raises(InputError, match=re.escape(message)):
        guard_run(run.path, tmp_path / "a.duckdb", "public", Terms(protocol))


def test_earlier_release_of_the_same_run_is_no_danger(run, tmp_path):
    publish_run(run.path, tmp_path / "old")
    guard_run(run.path, tmp_path / "a.duckdb", "public", Terms(previous=(tmp_path / "old",)))


@pytest.mark.parametrize("change", [{"best": 1283.0}, {"best": None, "status": "withheld"}])
def test_earlier_release_that_isolates_people(run, tmp_path, change):
    publish_run(run.path, tmp_path / "old")
    (path,) = (tmp_path / "old").glob("*_units.geojson")
    units = json.loads(path.read_text())
    for unit in units["features"]:
        if unit["properties"]["pcode"] == "TD01":
            shown = unit["properties"]["best"]
            unit["properties"] |= change if change["best"] is None else {"best": shown + 7}
    path.write_text(json.dumps(units))
    (tmp_path / "old" / "manifest.json").unlink()  # it would tell that the file was changed
    with pytest.raises(InputError, match="units TD01 Aqua"):
        guard_run(run.path, tmp_path / "a.duckdb", "public", Terms(previous=(tmp_path / "old",)))


def test_earlier_release_is_as_its_manifest_says(run, tmp_path):
    publish_run(run.path, tmp_path / "old")
    (path,) = (tmp_path / "old").glob("*_zones.geojson")
    outputs = [{"name": path.name, "sha256": "0" * 64}]
    (tmp_path / "old" / "manifest.json").write_text(json.dumps({"outputs": outputs}))
    with pytest.raises(InputError, match="not what its manifest says"):
        guard_run(run.path, tmp_path / "a.duckdb", "public", Terms(previous=(tmp_path / "old",)))


def test_internal_run_is_whole(run, tmp_path):
    internal = Assessment(guard_run(run.path, tmp_path / "i.duckdb", "internal", Terms()))
    assert internal.facts["profile"] == "internal"
    assert read(internal, "SELECT * FROM events") == read(run, "SELECT * FROM events")


def test_very_many_events_are_told_by_unit(tmp_path):
    run = assess_many(tmp_path)
    public = Assessment(guard_run(run.path, tmp_path / "p.duckdb", "public", Terms()))
    assert not read(public, "SELECT * FROM events")
    assert "large" not in public.facts
    with public.connect() as con:
        assert not con.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_name = 'event_exposure'"
        ).fetchall()
    (zone,) = read(public, "SELECT * FROM zones WHERE kind = 'union'")
    units = shapely.union_all([shapely.box(*bounds) for _name, bounds in UNITS.values()])
    assert shapely.from_wkb(bytes(zone["geometry"])).difference(units).area < 1e-9
    assert zone["label"] == "Within 2 km of any event"
    assert public.facts["headline"]["zone_id"] == zone["zone_id"]
    assert "events-too-many" in {row["code"] for row in read(public, "SELECT * FROM cautions")}
    RiskMap(public).to_html()
