"""Known sites and supposed moves through the whole way."""

import json
import struct

import pytest

import geo
from geo.errors import UsageError
from geo.people.gaza import STRIP_PEOPLE
from maps.cli import main

MOVE = "Rafah=Al-Mawasi+Khan Younis:0.5"


@pytest.fixture(scope="module")
def run():
    return geo.assess(moves=[MOVE])


def test_half_of_rafah_goes_to_the_coast_and_to_khan_younis(run):
    before, after = (table.set_index("zone_id") for table in (run.exposure, run.scenario))
    (zone_id,) = [each for each in before.index if "admin" in each]
    assert after.loc[zone_id, ["low", "best", "high"]].tolist() == [650_000, 700_000, 750_000]
    assert (before["best"] == geo.assess().exposure.set_index("zone_id")["best"]).all()
    # Al-Mawasi lies within 10 km of Rafah, the town of Khan Younis does too: fewer, but not half
    outer = next(each for each in after.index if "disc-10km" in each)
    assert 0.5 < after.loc[outer, "best"] / before.loc[outer, "best"] < 1
    inner = next(each for each in after.index if "disc-2km" in each)
    assert after.loc[inner, "best"] == pytest.approx(before.loc[inner, "best"] / 2, rel=0.01)


def test_people_of_the_strip_are_conserved(run):
    with run.connect() as con:
        units = dict(con.execute("SELECT pcode, best FROM scenario_units").fetchall())
        before = dict(con.execute("SELECT pcode, best FROM unit_people").fetchall())
    assert sum(units.values()) == sum(before.values()) == STRIP_PEOPLE
    assert units["PS0275"] == 700_000
    assert units["PS0270"] == before["PS0270"] + 700_000
    assert run.facts["moves"] == [
        {"from": "Rafah", "to": ["Al-Mawasi", "Khan Younis"], "share": 0.5}
    ]


def test_parts_still_add_up(run):
    rows = run.scenario.set_index("zone_id")["best"]
    name = {
        key: next(each for each in rows.index if key in each)
        for key in ("disc-2km", "disc-5km", "ring-2-5km", "ring-5-10km", "disc-10km")
    }
    assert rows[name["disc-2km"]] + rows[name["ring-2-5km"]] == rows[name["disc-5km"]]
    assert rows[name["disc-5km"]] + rows[name["ring-5-10km"]] == rows[name["disc-10km"]]


def test_nothing_supposed_is_no_scenario():
    run = geo.assess()
    assert run.scenario.empty
    assert run.facts["moves"] == []


@pytest.mark.parametrize(
    ("move", "message"),
    [
        ("Rafah", "expected FROM=TO:SHARE"),
        ("Atlantis=Rafah:0.5", "'Atlantis' is no unit"),
        ("Rafah=Atlantis:0.5", "'Atlantis' is no unit, drawn area"),
        ("Rafah=Gaza:0", "above 0 and at most 1"),
        ("Rafah=Gaza:150%", "above 0 and at most 1"),
        ("Rafah=Gaza:half", "above 0 and at most 1"),
        ("Rafah=Rafah:0.5", "stands twice"),
        ("Rafah=Gaza+PS0260:0.5", "stands twice"),
        ("Rafah=Cairo:0.5", "Cairo"),
    ],
)
def test_moves_that_can_not_be_read(move, message):
    with pytest.raises(UsageError, match=message):
        geo.assess(moves=[move])


def test_a_drawn_area_may_be_the_target(tmp_path):
    area = {
        "type": "Feature",
        "properties": {"name": "New site"},
        "geometry": {"type": "Polygon", "coordinates": [[[34.24, 31.34], [34.27, 31.34],
            [34.27, 31.36], [34.24, 31.36], [34.24, 31.34]]]},
    }  # fmt: skip
    path = tmp_path / "drawn.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [area]}))
    run = geo.assess(zone=path, moves=["PS0275=New site:25%"])
    before = run.exposure.set_index("zone_id")["best"]["drawn-1"]
    after = run.scenario.set_index("zone_id")["best"]["drawn-1"]
    # the drawn area straddles two governorates: those who move stay in the larger part of it
    assert after - before == pytest.approx(350_000, rel=0.02)


SITES = "name,lon,lat,people,date\nSecret school,34.2381753,31.3104297,200000,2024-02-20\n"


def test_known_sites_draw_people_to_them_and_no_output_shows_them(tmp_path):
    (tmp_path / "sites.csv").write_text(SITES + "Far,10,10,5,\nOld,34.25,31.29,9,2022-01-01\n")
    arguments = ["map", "--sites", str(tmp_path / "sites.csv"), "--out", str(tmp_path / "run")]
    assert main([*arguments, "--offline"]) == 0
    run = geo.Assessment(tmp_path / "run" / "run.duckdb")
    plain = geo.assess().exposure.set_index("zone_id")
    sited = run.exposure.set_index("zone_id")
    admin = next(each for each in sited.index if "admin" in each)
    assert sited.loc[admin, "best"] == plain.loc[admin, "best"] == 1_400_000
    # the site lies 4 km north-west of the town: more people between 2 and 5 km, fewer nearer
    ring = next(each for each in sited.index if "ring-2-5km" in each)
    inner = next(each for each in sited.index if "disc-2km" in each)
    assert sited.loc[ring, "best"] > plain.loc[ring, "best"] + 50_000
    assert sited.loc[inner, "best"] < plain.loc[inner, "best"]
    (text,) = run.cautions.loc[run.cautions["code"] == "sites", "text"]
    assert text == (
        "1 of 3 known sites are used as part of their unit's people; not used: site 2: in no unit; "
        "site 3: dated 2022-01-01."
    )
    for path in (tmp_path / "run").iterdir():
        data = path.read_bytes()
        assert b"Secret school" not in data, path.name
        for position in (34.2381753, 31.3104297):
            assert str(position).encode() not in data, path.name
            assert struct.pack("<d", position) not in data, path.name
    with run.connect() as con:
        kept = con.execute("SELECT zone_id FROM spans UNION SELECT zone_id FROM pieces").fetchall()
    assert not any("@" in zone_id for (zone_id,) in kept)


def test_moves_of_static_people():
    run = geo.assess(moves=[MOVE], displacement="none", accept_stale=True)
    with run.connect() as con:
        units = dict(con.execute("SELECT pcode, best FROM scenario_units").fetchall())
    assert units["PS0275"] == 275_267 - round(275_267 / 2)
    assert sum(units.values()) == STRIP_PEOPLE


def test_moves_of_units_that_no_zone_is_near_are_an_error(tmp_path):
    (tmp_path / "events.csv").write_text("event_id,lon,lat,event_date\n1,36.3,33.5,2024-02-24\n")
    with pytest.raises(UsageError, match="not counted together near any zone"):
        geo.assess(tmp_path / "events.csv", moves=[MOVE])
