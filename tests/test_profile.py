"""Who the people of a zone are, what they need, which facilities lie within: the whole way."""

import json

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
from rasterio.transform import from_origin

import geo
from geo.errors import RasterError, UsageError
from maps import RiskMap
from tests.test_cli import assert_refused, civmap

GROUPS = ("under_5", "under_18", "women_15_49", "over_64", "households")
NEEDS = ("water", "food", "toilets_first_days", "toilets", "covered_space", "health_units")
PERSONS_GROUPS = GROUPS[:-1]

GOMA = (
    "GOMA, 12 January 2025 - Rebels threatened on Sunday to storm the city of Goma in the "
    "Democratic Republic of the Congo.\n"
)
BANGASSOU = (
    "BANGASSOU, 15 January 2021 - Rebels threatened on Friday to storm the town of Bangassou in "
    "the Central African Republic again.\n"
)


def groups_of(run):
    """Return rows of people_groups beside the zone's people."""
    people = run.exposure[["zone_id", "low", "best", "high"]]
    return run.people_groups.merge(people, on="zone_id", suffixes=("", "_people"))


@pytest.fixture(scope="module")
def default():
    return geo.assess()


def test_every_zone_has_every_group_and_need(default):
    zones = list(default.zones["zone_id"])
    groups, needs = default.people_groups, default.needs
    assert list(zip(groups["zone_id"], groups["grp"], strict=True)) == [
        (zone, group) for zone in zones for group in GROUPS
    ]
    assert list(zip(needs["zone_id"], needs["need"], strict=True)) == [
        (zone, need) for zone in zones for need in NEEDS
    ]


@pytest.mark.parametrize(
    ("group", "share"),
    [
        ("under_5", 0.15),
        ("under_18", 0.47),
        ("women_15_49", 0.24),
        ("over_64", 0.03),
        ("households", 1 / 5.6),
    ],
)
def test_bundled_shares_of_the_strip(default, group, share):
    rows = groups_of(default)
    rows = rows[rows["grp"] == group]
    assert len(rows) == len(default.zones)
    for _, row in rows.iterrows():
        assert row["low"] == round(row["low_people"] * 0.8 * share)
        assert row["best"] == round(row["best_people"] * share)
        assert row["high"] == round(row["high_people"] * 1.2 * share)
    assert set(rows["basis"]) == {"territory"}
    (source_id,) = set(rows["source_id"])
    source = default.sources.set_index("source_id").loc[source_id]
    assert "to be verified" in source["note"].lower()
    assert "groups-unknown" not in set(default.cautions["code"])


def test_needs_follow_the_people(default):
    needs = default.needs.merge(default.exposure[["zone_id", "best"]], on="zone_id")
    for _, row in needs.iterrows():
        people = row["best_y"]
        expected = {
            "water": 15 * people,
            "food": 2_100 * people,
            "toilets_first_days": int(np.ceil(people / 50)),
            "toilets": int(np.ceil(people / 20)),
            "covered_space": 3.5 * people,
            "health_units": int(np.ceil(people / 10_000)),
        }[row["need"]]
        assert row["best_x"] == expected
        assert row["standard"].startswith("Sphere Handbook 2018")


def test_bundled_facilities_are_counted_by_geodesics(default):
    facilities = [("crossing", 34.2592, 31.2486), ("health", 34.2933, 31.3481)]
    zones = default.zones.set_index("zone_id")
    counted = default.zone_facilities.set_index(["zone_id", "kind"])["total"]
    geod = pyproj.Geod(ellps="WGS84")
    for zone_id, zone in zones[zones["kind"] == "disc"].iterrows():
        for kind, lon, lat in facilities:
            km = geod.inv(zone["lon"], zone["lat"], lon, lat)[2] / 1000
            assert counted.get((zone_id, kind), 0) == (km <= zone["radius_km"])


def test_unknown_elsewhere_and_told_once(tmp_path):
    article = tmp_path / "goma.txt"
    article.write_text(GOMA)
    run = geo.assess(article, offline=True)
    assert len(run.zones) > 1
    assert set(run.people_groups["basis"]) == {"unknown"}
    assert run.people_groups[["low", "best", "high", "share"]].isna().all(axis=None)
    (text,) = run.cautions.query("code == 'groups-unknown'")["text"]
    assert "unknown, not zero" in text
    assert run.zone_facilities.empty
    page = RiskMap(run).to_html()
    assert "no share is known here" in page
    given = geo.assess(article, offline=True, household_size=4)
    rows = groups_of(given).query("grp == 'households'")
    assert (rows["best"] == (rows["best_people"] / 4).round()).all()
    assert set(rows["basis"]) == {"given"}
    (text,) = given.cautions.query("code == 'groups-unknown'")["text"]
    assert "household" not in text.split("there are")[0]


def write_raster(path, values):
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=40, width=40, dtype="float64",
        crs="EPSG:4326", transform=from_origin(34.1, 31.5, 0.01, 0.01), nodata=-1,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return a folder of rasters round Rafah: a fifth are under 5 in the west, two fifths east."""
    folder = tmp_path_factory.mktemp("world")
    rng = np.random.default_rng(5)
    everyone = rng.gamma(2, 50, (40, 40))
    share = np.where(np.arange(40) < 20, 0.2, 0.4)[None, :]
    write_raster(folder / "people_count_2020.tif", everyone)
    write_raster(folder / "children.tif", everyone * share)
    write_raster(folder / "too_many.tif", everyone * 1.5)
    ages = folder / "ages"
    ages.mkdir()
    # WorldPop's bands, women and men alike: 12 of 100 in the first, 8 in the next, the rest older
    for sex in "fm":
        for age in (0, 1, *range(5, 85, 5)):
            part = {0: 0.12, 1: 0.08, 80: 0.05}.get(age, 0.05)
            write_raster(ages / f"pse_{sex}_{age}_2020.tif", everyone * part / 2)
    for side, west, east in (("west", 34.12, 34.28), ("east", 34.32, 34.48)):
        ring = [[west, 31.12], [east, 31.12], [east, 31.48], [west, 31.48], [west, 31.12]]
        feature = {"type": "Feature", "properties": {"label": side}}
        feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
        collection = {"type": "FeatureCollection", "features": [feature]}
        (folder / f"{side}.geojson").write_text(json.dumps(collection))
    return folder


@pytest.mark.parametrize(("side", "share"), [("west", 0.2), ("east", 0.4)])
@pytest.mark.parametrize("total", [True, False])
def test_share_is_that_of_the_zone(world, side, share, total):
    ages = [f"under_5={world / 'children.tif'}"]
    if total:
        ages.append(f"total={world / 'people_count_2020.tif'}")
    run = geo.assess(
        population=world / "people_count_2020.tif",
        displacement="none",
        zone=world / f"{side}.geojson",
        ages=ages,
        accept_stale=True,  # static people, where many are known to have fled
    )
    row = groups_of(run).query("zone_id == 'drawn-1' and grp == 'under_5'").iloc[0]
    assert row["share"] == pytest.approx(share, rel=1e-4)
    assert row["basis"] == "zone"
    assert row["low"] == pytest.approx(row["low_people"] * 0.9 * share, abs=1)
    assert row["best"] == pytest.approx(row["best_people"] * share, abs=1)
    assert row["high"] == pytest.approx(row["high_people"] * 1.1 * share, abs=1)
    other = groups_of(run).query("zone_id == 'drawn-1' and grp == 'over_64'").iloc[0]
    assert other["basis"] == "unknown"  # most people here are in no unit with a known share


def test_folder_of_rasters_tells_all_groups(world):
    run = geo.assess(zone=world / "west.geojson", ages=[world / "ages"])
    rows = run.people_groups.query("zone_id == 'drawn-1'").set_index("grp")
    everyone = 0.12 + 0.08 + 16 * 0.05
    assert rows["share"]["under_5"] == pytest.approx(0.2 / everyone)
    assert rows["share"]["under_18"] == pytest.approx((0.2 + 0.1 + 0.03) / everyone)
    assert rows["share"]["women_15_49"] == pytest.approx(7 * 0.05 / 2 / everyone)
    assert rows["share"]["over_64"] == pytest.approx(4 * 0.05 / everyone)
    assert set(rows["basis"][list(PERSONS_GROUPS)]) == {"zone"}
    assert set(rows["share_date"][list(PERSONS_GROUPS)]) == {"2020"}
    # the zones round Rafah lie on the rasters too; the people of the day are not the rasters'
    inputs = [each["name"] for each in run.facts["inputs"]]
    assert "pse_f_0_2020.tif" in inputs
    assert run.facts["parameters"]["ages"] == ["ages"]


def test_rasters_that_do_not_fit_are_refused(world):
    with pytest.raises(UsageError, match="total=FILE"):
        geo.assess(ages=[f"under_5={world / 'children.tif'}"])
    with pytest.raises(RasterError, match="more people than there are"):
        geo.assess(
            zone=world / "west.geojson",
            ages=[
                f"under_5={world / 'too_many.tif'}",
                f"total={world / 'people_count_2020.tif'}",
            ],
        )


def test_zone_beyond_the_rasters_has_the_next_best_share(world, tmp_path):
    article = tmp_path / "goma.txt"
    article.write_text(GOMA)
    run = geo.assess(article, offline=True, ages=[world / "ages"])
    assert set(run.people_groups["basis"]) == {"unknown"}
    codes = list(run.cautions["code"])
    assert codes.count("ages-out-of-reach") == 1


def test_central_african_republic_by_unit(shared_file, tmp_path):
    table = shared_file("cod-ps/download-caf-admpop-adm2-2015-v2.csv")
    article = tmp_path / "bangassou.txt"
    article.write_text(BANGASSOU)
    run = geo.assess(
        article,
        offline=True,
        boundaries=shared_file("cod-ab-caf-fixture/caf_admin2.parquet"),
        demography=table,
    )
    frame = pd.read_csv(table, encoding="latin-1").groupby("Adm2_Pcode")
    sums = frame[["T_TL", "Enfants_00_18"]].sum()
    share = (sums["Enfants_00_18"] * 18 / 19 / sums["T_TL"]).rename("unit_share")
    parts = run.exposure_admin.merge(share, left_on="pcode", right_index=True)
    rows = groups_of(run).query("grp == 'under_18'")
    assert len(rows) == len(run.zones) > 1
    told = 0
    for _, row in rows.iterrows():
        mine = parts[parts["zone_id"] == row["zone_id"]]
        if mine["best"].sum() < 0.9 * row["best_people"]:  # across the river is another country
            assert row["basis"] == "unknown"
            continue
        told += 1
        expected = (mine["best"] * mine["unit_share"]).sum() / mine["best"].sum()
        assert row["share"] == pytest.approx(expected)
        assert row["best"] == round(row["best_people"] * row["share"])
        assert (row["basis"], row["share_date"]) == ("unit", "2015")
    assert told >= 3
    others = run.people_groups.query("grp != 'under_18'")
    assert set(others["basis"]) == {"unknown"}  # ages 0-18, 19-59, 60+ tell nothing else


HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def facilities(tmp_path):
    """Return a CSV: a clinic, a school and a shelter by the centre of Rafah, one elsewhere."""
    path = tmp_path / "=facilities.csv"
    rows = [
        "name,amenity,lon,lat",
        f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",clinic,34.2512,31.2863',
        "A school,school,34.2513,31.2864",
        "A shelter,shelter,34.2514,31.2865",
        "Far away,clinic,35.2514,32.2865",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_facilities_of_a_file(facilities):
    run = geo.assess(facilities=facilities)
    disc = next(zone for zone in run.zones["zone_id"] if "disc-5km" in zone)
    rows = run.zone_facilities
    rows = rows[rows["zone_id"] == disc].set_index("kind")["total"]
    # the bundled crossing stays, since the file has none; the bundled hospitals do not
    assert rows.to_dict() == {"health": 1, "school": 1, "crossing": 1}
    told = run.facts["facilities"]
    assert told["rows"] == 4
    assert {fate: found["rows"] for fate, found in told["fates"].items()} == {
        "used": 2,
        "outside": 1,
        "unusable": 1,
    }
    assert "facility-rows" in set(run.cautions["code"])
    page = RiskMap(run).to_html()
    assert HOSTILE not in page
    assert "<script>alert(1)" not in page
    assert "alert(1)" in page  # shown as text
    assert "A school" not in page  # counted, not drawn
    assert "Schools listed" in page
    assert "A shelter" not in page


def test_command_makes_the_same_report_twice(facilities, tmp_path):
    outputs = [
        civmap("map", "--json", "--facilities", facilities, "--household-size", "5", cwd=tmp_path)
        for _ in range(2)
    ]
    assert outputs[0].returncode == 0, outputs[0].stderr.decode()
    assert outputs[0].stdout == outputs[1].stdout
    report = json.loads(outputs[0].stdout)
    assert report["facilities"]["rows"] == 4
    assert {row["basis"] for row in report["people_groups"]} == {"territory", "given"}


@pytest.mark.parametrize(
    ("option", "text", "status", "message"),
    [
        ("--demography", "ADM2_PCODE,T_TL,T_00_04\nX1,a,b\n", 3, "2 faults"),
        ("--demography", "name\nx\n", 3, "no column of P-codes"),
        ("--facilities", "name\nx\n", 3, "no column lon"),
        ("--ages", "x", 2, "its name gives no ages"),
        ("--household-size", None, 2, "household size 0.0"),
        ("--facilities", None, 4, "nowhere.csv"),
        ("--ages", None, 4, "nowhere.csv"),
    ],
)
def test_bad_input_is_refused(tmp_path, option, text, status, message):
    path = tmp_path / "file.csv"
    if text is None:
        path = "0" if option == "--household-size" else tmp_path / "nowhere.csv"
    else:
        path.write_text(text)
    out = tmp_path / "out"
    assert_refused(civmap("map", "--out", out, option, path, cwd=tmp_path), status, message, out)
