"""Another country end to end: real boundaries and populations, a made-up table in IOM's form."""

import csv
import json

import numpy as np
import pytest
import rasterio
from rasterio.features import rasterize
from rasterio.transform import from_origin

import geo
from geo.boundaries import read_units
from tests.test_cli import civmap

MBOMOU = ("CF621", "CF622", "CF623", "CF624", "CF625")
BANGASSOU, BAKOUMA = "CF621", "CF625"
CELL = 0.02  # degrees

ARTICLE = (
    "BANGASSOU, 15 January 2021 - Rebels threatened on Friday to storm the town of Bangassou in "
    "the Central African Republic again. Thousands of people have fled their homes since the "
    "attack of 3 January. Talks were held in Bangui.\n"
)

# operation, assessment, round, day, P-code, reason, people; made up
ROWS = [
    ("Central African Republic conflict", "BA", 11, "2020-12-15", BANGASSOU, "Conflict", 9_000),
    ("Central African Republic conflict", "BA", 12, "2021-01-10", BANGASSOU, "Conflict", 14_000),
    ("Central African Republic conflict", "BA", 12, "2021-01-10", BANGASSOU, "Insecurity", 1_000),
    ("Central African Republic conflict", "SA", 12, "2021-01-10", BANGASSOU, "Conflict", 6_000),
    ("Central African Republic conflict", "BA", 12, "2021-01-10", BAKOUMA, "Conflict", 3_000),
    ("Central African Republic conflict", "BA", 12, "2021-01-10", "CF622", "Conflict", None),
    ("Central African Republic conflict", "BA", 12, "2021-01-10", "Not available", "Conflict", 80),
    ("Central African Republic conflict", "BA", 12, "2021-01-10", "CF711", "Conflict", 20_000),
    ("Central African Republic conflict", "BA", 13, "2021-02-20", BANGASSOU, "Conflict", 4_000),
    ("Floods on the Mbomou", "BA", 1, "2021-01-05", BANGASSOU, "Natural disaster", 2_000),
    ("Floods on the Mbomou", "BA", 1, "2021-01-05", "CF999", "Natural disaster", 70),
]


def make_record(operation, assessment, number, day, pcode, reason, people):
    return {
        "operation": operation,
        "admin0Name": "Central African Republic",
        "admin0Pcode": "CAF",
        "admin1Pcode": pcode[:4] if pcode[:2] == "CF" else "Not available",
        "admin2Pcode": pcode,
        "numPresentIdpInd": people,
        "reportingDate": f"{day}T00:00:00",
        "roundNumber": number,
        "displacementReason": reason,
        "idpOriginAdmin1Name": "Not available",
        "idpOriginAdmin1Pcode": "Not available",
        "assessmentType": assessment,
    }


def write_population(path, units, people):
    """Write the people of each unit, spread evenly over its cells."""
    west, south, east, north = units.total_bounds
    rows, cols = (int((north - south) / CELL) + 2, int((east - west) / CELL) + 2)
    place = from_origin(west - CELL / 2, north + CELL / 2, CELL, CELL)
    shapes = [(shape, number) for number, shape in enumerate(units.geometry, 1)]
    owner = rasterize(shapes, (rows, cols), transform=place, dtype="int32")
    cells = np.bincount(owner.ravel(), minlength=len(units) + 1)
    each = [-1.0, *(people[code] / cells[at] for at, code in enumerate(units["pcode"], 1))]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=1,
        height=rows,
        width=cols,
        dtype="float64",
        crs="EPSG:4326",
        transform=place,
        nodata=-1,
    ) as target:
        target.write(np.array(each)[owner], 1)


@pytest.fixture(scope="module")
def published(shared_file):
    """Return persons by P-code, from the common operational dataset of 2015."""
    people = {}
    path = shared_file("cod-ps/download-caf-admpop-adm2-2015-v2.csv")
    with path.open(encoding="latin-1") as stream:
        for row in csv.DictReader(stream):
            people[row["Adm2_Pcode"]] = people.get(row["Adm2_Pcode"], 0) + int(row["T_TL"])
    return people


@pytest.fixture(scope="module")
def boundaries(shared_file):
    return shared_file("cod-ab-caf-fixture/caf_admin2.parquet")


@pytest.fixture(scope="module")
def folder(boundaries, published, tmp_path_factory):
    """Return a folder with an article, a raster and a table of displaced people."""
    folder = tmp_path_factory.mktemp("caf")
    units, _ = read_units(boundaries)
    write_population(folder / "people_count_2015.tif", units, published)
    (folder / "bangassou.txt").write_text(ARTICLE)
    records = [make_record(*row) for row in ROWS]
    (folder / "dtm.json").write_text(json.dumps({"result": records, "isSuccess": True}))
    return folder


@pytest.fixture(scope="module")
def run(folder, boundaries):
    return geo.assess(
        folder / "bangassou.txt",
        population=folder / "people_count_2015.tif",
        boundaries=boundaries,
        displacement=folder / "dtm.json",
    )


@pytest.fixture(scope="module")
def units(run):
    return run.units.set_index("pcode")


def test_every_row_is_accounted_for(run):
    told = run.facts["displacement"]
    assert told["rows"] == len(ROWS) == sum(fate["rows"] for fate in told["fates"].values())
    assert {name: fate["rows"] for name, fate in told["fates"].items()} == {
        "used": 5,
        "superseded": 1,
        "later": 1,
        "beside": 1,
        "set aside": 3,
    }
    assert told["fates"]["set aside"]["reasons"] == {
        "admin2Pcode is missing": 1,
        "for a unit that is not in use": 1,
        "numPresentIdpInd is missing": 1,
    }
    assert told["checks"] == []


def test_the_prefecture_is_conserved(units, published):
    mbomou = units.loc[list(MBOMOU)]
    assert mbomou["best"].sum() == pytest.approx(mbomou["static"].sum(), abs=1e-6)
    assert mbomou["static"].sum() == pytest.approx(
        sum(published[code] for code in MBOMOU), rel=0.02
    )


def test_displaced_people_are_a_part_of_everyone(units):
    mbomou = units.loc[list(MBOMOU)]
    town = mbomou.loc[BANGASSOU]
    share = 1 - 18_000 / mbomou["static"].sum()  # of residents who were not displaced
    assert town["displaced"] == 15_000  # the last round on the day; neither 24,000 nor 21,000
    assert town["best"] == pytest.approx(15_000 + town["static"] * share)
    assert mbomou.loc[BAKOUMA, "displaced"] == 3_000
    assert mbomou["displaced"].isna().sum() == 3  # missing is not zero
    # no resident left and the flood displaced others; or all 3,000 in Bakouma are from here
    assert town["high"] == pytest.approx(
        town["static"] * 1.15 + 15_000 * 1.25 + 2_000 * 1.35, abs=2
    )
    assert town["low"] == pytest.approx(town["static"] * 0.85 - 3_000 * 1.25, abs=2)


def test_both_operations_are_shown(run):
    with run.connect() as con:
        found = con.execute(
            "SELECT operation, round, best, used FROM figures WHERE pcodes = ['CF621'] ORDER BY 1"
        ).fetchall()
    assert found == [
        ("Central African Republic conflict", 12, 15_000.0, True),
        ("Floods on the Mbomou", 1, 2_000.0, True),
    ]


def test_exposure_follows(run):
    exposure = run.exposure.merge(run.zones[["zone_id", "label", "pcode"]], on="zone_id")
    assert len(exposure)
    assert (exposure["best"] > exposure["static"]).all()  # more came to Bangassou than left it
    assert ((exposure["low"] <= exposure["best"]) & (exposure["best"] <= exposure["high"])).all()


def test_the_source_is_named(run):
    sources = run.sources.set_index("source_id")
    mine = sources[sources["name"].str.startswith("IOM DTM")]
    assert sorted(mine["name"]) == [
        "IOM DTM: displaced people, Central African Republic conflict, round 12",
        "IOM DTM: displaced people, Floods on the Mbomou, round 1",
    ]
    codes = set(run.cautions["code"])
    assert {"displacement-rows", "displaced-part"} <= codes


def test_the_command_makes_a_map_of_it(folder, boundaries, run):
    done = civmap(
        "map", "bangassou.txt", "--json", "--population", "people_count_2015.tif",
        "--boundaries", boundaries, "--displacement", "dtm.json", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert report["displacement"] == run.facts["displacement"]
    assert [row["best"] for row in report["exposure"]] == run.exposure["best"].tolist()
    assert "Of them displaced" in (folder / "out" / "bangassou" / "map.html").read_text("utf-8")
