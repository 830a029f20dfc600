"""The whole way, on the seed article and the bundled example."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

import geo
from geo.assessment import run_assessment
from geo.settings import Settings
from maps.publish import report as report_module
from maps.publish.report import build_report, dump_report

SCHEMA = json.loads(
    (Path(report_module.__file__).parent / "report.schema.json").read_text(encoding="utf-8")
)


def assess_to_report(source, folder, settings=None):
    run = run_assessment(source, settings or Settings(), folder / "run.duckdb")
    with run.connect() as con:
        return json.loads(dump_report(build_report(con)))


# the article that civmap was thought up from lies beside the repository, never in it
SEEDS = sorted((Path(__file__).parents[1].parent / "shared" / "seeds").glob("*.txt"))


@pytest.fixture(scope="module", params=[None, *SEEDS], ids=["example", *("seed" for _ in SEEDS)])
def report(request, tmp_path_factory):
    return assess_to_report(request.param, tmp_path_factory.mktemp("run"))


def places(report):
    return {place["place_id"]: place for place in report["places"]}


def found(report, role):
    by_id = places(report)
    events = [event for event in report["events"] if event["role"] == role]
    return {(by_id[e["place_id"]]["name"], by_id[e["place_id"]]["country"]) for e in events}


def zone_of(report, label):
    (zone,) = [zone for zone in report["zones"] if zone["label"].startswith(label)]
    (row,) = [row for row in report["exposure"] if row["zone_id"] == zone["zone_id"]]
    return zone, row


def test_report_is_of_its_schema(report):
    jsonschema.validate(report, SCHEMA)


def test_day_is_that_of_the_dateline(report):
    assert report["as_of"] == "2024-02-24"


def test_talks_are_told_from_the_threat(report):
    assert {("Paris", "FR"), ("Cairo", "EG")} <= found(report, "venue")
    assert found(report, "threatened") == {("Rafah", "PS")}
    assert found(report, "venue").isdisjoint({("Rafah", "PS")})


def test_gaza_is_the_strip_and_a_site(report):
    by_id = places(report)
    (gaza,) = {e["place_id"] for e in report["events"] if e["role"] == "site"}
    assert by_id[gaza]["kind"] == "region"
    assert by_id[gaza]["country"] == "PS"


def test_no_zone_outside_palestine(report):
    by_id = places(report)
    events = {event["event_id"]: event for event in report["events"]}
    assert report["zones"]
    for zone in report["zones"]:
        assert by_id[events[zone["event_id"]]["place_id"]]["country"] == "PS"


def test_governments_groups_and_persons_are_no_pins(report):
    by_id = places(report)
    pins = {by_id[event["place_id"]]["name"] for event in report["events"]}
    assert pins == {"Paris", "Cairo", "Gaza Strip", "Rafah"}
    for mention in report["mentions"]:
        if mention["text"] == "Washington":
            assert mention["role"] == "actor"
            assert by_id[mention["place_id"]]["country"] == "US"


def test_people_in_rafah_governorate(report):
    _, row = zone_of(report, "Rafah (administrative unit PS0275)")
    assert row["static"] == pytest.approx(275_267, rel=0.005)
    assert 1_300_000 <= row["best"] <= 1_500_000
    assert 1_000_000 <= row["low"] <= row["best"] <= row["high"] <= 1_700_000
    assert row["low"] < row["high"]
    assert row["density_km2"] == pytest.approx(row["best"] / 64.01, rel=0.02)


def test_governorates_add_to_the_strip(report):
    assert len(report["units"]) == 5
    assert sum(unit["best"] for unit in report["units"]) == 2_226_544
    assert sum(unit["static"] for unit in report["units"]) == pytest.approx(2_226_544, abs=0.5)


def test_rings_add_to_discs(report):
    disc = {r: zone_of(report, f"Within {r} km of Rafah")[1] for r in (2, 5, 10)}
    ring = {r: zone_of(report, f"{r} km from Rafah")[1] for r in ("2 to 5", "5 to 10")}
    for column in ("best", "static"):
        assert disc[2][column] + ring["2 to 5"][column] == disc[5][column]
        assert disc[5][column] + ring["5 to 10"][column] == disc[10][column]


def test_parts_by_unit_add_to_every_zone(report):
    for row in report["exposure"]:
        parts = [part for part in report["exposure_admin"] if part["zone_id"] == row["zone_id"]]
        assert sum(part["best"] for part in parts) == row["best"]
        assert sum(part["static"] for part in parts) == row["static"]


def test_every_located_event_has_a_density(report):
    by_id = places(report)
    for event in report["events"]:
        place = by_id[event["place_id"]]
        if place["kind"] == "region":
            assert place["density_km2"] is None
        else:
            assert place["density_km2"] > 0
            assert place["population_source"]


def test_static_run_has_the_static_figure(tmp_path):
    report = assess_to_report(None, tmp_path, Settings(displacement="none", accept_stale=True))
    _, row = zone_of(report, "Rafah (administrative unit PS0275)")
    assert row["best"] == row["static"] == 275_267
    assert row["low"] < row["best"] < row["high"]


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [
        pytest.param(date(2023, 10, 1), 275_267, 275_267, id="before the war"),
        pytest.param(date(2023, 12, 21), 680_000, 1_000_000, id="December"),
        pytest.param(date(2024, 5, 6), 1_100_000, 1_400_000, id="the day of the order"),
        pytest.param(date(2024, 6, 20), 50_000, 120_000, id="after most had left"),
    ],
)
def test_figures_follow_the_day(tmp_path, day, low, high):
    report = assess_to_report(None, tmp_path, Settings(as_of=day))
    _, row = zone_of(report, "Rafah (administrative unit PS0275)")
    assert low <= row["best"] <= high
    assert sum(unit["best"] for unit in report["units"]) == 2_226_544


def test_drawn_zone_over_the_strip_holds_everyone(tmp_path):
    box = {
        "type": "Feature",
        "properties": {"label": "The whole Strip"},
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [[34.19, 31.19], [34.6, 31.19], [34.6, 31.62], [34.19, 31.62], [34.19, 31.19]]
            ],
        },
    }
    path = tmp_path / "zone.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [box]}))
    report = assess_to_report(None, tmp_path, Settings(zone=path))
    zone, row = zone_of(report, "The whole Strip")
    assert row["best"] == 2_226_544
    assert report["headline"]["zone_id"] == zone["zone_id"]
    parts = [p for p in report["exposure_admin"] if p["zone_id"] == zone["zone_id"]]
    assert sum(p["best"] for p in parts if p["pcode"]) == 2_226_544


def test_run_from_python():
    run = geo.assess(as_of="2024-02-24", radius_km=3)
    assert run.facts["as_of"] == "2024-02-24"
    assert set(run.zones["kind"]) == {"admin", "disc"}
    assert run.zones.crs == "EPSG:4326"
    with run.connect() as con:
        (total,) = con.execute("SELECT sum(people_sum) FROM pieces").fetchone()
    assert total > 0


def test_sql_in_the_package_makes_the_number_again(tmp_path):
    """An analyst re-runs the join by hand on a copy of the run database."""
    import duckdb

    from geo.database.store import read_statement

    run = run_assessment(None, Settings(), tmp_path / "run.duckdb")
    with duckdb.connect(str(run.path)) as con:
        before = con.execute("SELECT * FROM pieces ORDER BY ALL").fetchall()
        con.execute("DELETE FROM pieces")
        for grid_id, scanlines in con.execute("SELECT grid_id, scanlines FROM grids").fetchall():
            con.execute(
                read_statement("exposure", "count_people"),
                {"grid_id": grid_id, "scanlines": scanlines},
            )
        assert con.execute("SELECT * FROM pieces ORDER BY ALL").fetchall() == before
