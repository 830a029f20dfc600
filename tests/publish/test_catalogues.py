"""What describes a bundle, read by other programs, with the figures of the run everywhere."""

import hashlib
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import lxml.html
import pypdf
import pystac
import pytest
from frictionless import Package
from pmtiles.reader import MmapSource, Reader
from pystac.extensions.file import FileExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.table import TableExtension
from pystac.validation.stac_validator import JsonSchemaSTACValidator

from geo.errors import RunError, UnavailableError
from geo.run import Assessment
from maps.publish.formats.datapackage import write_datapackage
from maps.publish.formats.pmtiles import write_pmtiles
from maps.publish.formats.readme import write_readme
from maps.publish.publication import publish_run
from maps.publish.release import read_release

from .conftest import NUMBER

MARKING = (
    "Internal - not for distribution. Modelled, not observed. Not a forecast. Not for targeting."
)
# of what the extensions ask for, the part that an asset here can get wrong
EXTENSIONS = {
    "file/v2.1.0": {"file:size": {"type": "integer"}, "file:checksum": {"pattern": "^[a-f0-9]+$"}},
    "projection/v2.0.0": {
        "proj:code": {"type": ["string", "null"]},
        "proj:shape": {"type": "array", "minItems": 2, "maxItems": 2},
        "proj:transform": {"type": "array", "minItems": 6},
        "proj:bbox": {"type": "array", "minItems": 4, "maxItems": 4},
    },
    "table/v1.2.0": {
        "table:columns": {"items": {"required": ["name"]}, "minItems": 1},
        "table:row_count": {"type": "integer"},
    },
}


@pytest.fixture(scope="module")
def catalogue(bundle):
    return pystac.Catalog.from_file(str(bundle.folder / "stac/catalog.json"))


@pytest.fixture(scope="module")
def item(catalogue):
    (item,) = catalogue.get_items()
    return item


def read_tables(bundle):
    page = lxml.html.fromstring(bundle.path("map.html").read_text("utf-8"))
    return {
        table.getparent().get("aria-label"): [
            [" ".join(cell.text_content().split()) for cell in row.iterfind("*")]
            for row in table.iterfind("tbody/tr")
        ]
        for table in page.iter("table")
    }


def count(people):
    return f"{people:,}"


def test_stac_is_valid_with_no_network(catalogue, item):
    validator = JsonSchemaSTACValidator()
    for name, fields in EXTENSIONS.items():
        validator.schema_cache[f"https://stac-extensions.github.io/{name}/schema.json"] = {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": {"assets": {"additionalProperties": {"properties": fields}}},
        }
    assert catalogue.validate(validator=validator)
    assert len(item.validate(validator=validator)) == 1 + len(EXTENSIONS)


def test_stac_holds_itself(bundle, catalogue, item):
    assert catalogue.get_self_href() == str(bundle.folder / "stac/catalog.json")
    texts = [path.read_text("utf-8") for path in bundle.folder.glob("stac/**/*.json")]
    for text in texts:
        links = json.loads(text)["links"]
        assert all(link["href"].startswith((".", "..")) for link in links)
        assert str(bundle.folder) not in text
    assert item.get_root() is catalogue


def test_stac_has_every_file(bundle, item):
    hrefs = {asset.get_absolute_href() for asset in item.assets.values()}
    beside = {"stac", "datapackage.json"}
    files = {str(path) for path in bundle.folder.iterdir() if path.name not in beside}
    assert hrefs == files
    for asset in item.assets.values():
        path = Path(asset.get_absolute_href())
        if path.name in ("README.md", "manifest.json"):
            assert asset.roles == ["metadata"]
            continue
        file = FileExtension.ext(asset)
        assert file.size == path.stat().st_size
        assert file.checksum == "1220" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_stac_tells_grids_and_columns(bundle, item):
    import rasterio

    assets = {Path(asset.href).name: asset for asset in item.assets.values()}
    grid = ProjectionExtension.ext(assets[f"{NUMBER}_people.tif"])
    with rasterio.open(bundle.path("people.tif")) as dataset:
        assert grid.epsg == 4326
        assert grid.shape == list(dataset.shape)
        assert grid.transform == list(dataset.transform)[:6]
    assert assets[f"{NUMBER}_people.tif"].media_type == pystac.MediaType.COG
    table = TableExtension.ext(assets[f"{NUMBER}_zones.geojson"])
    assert [column.name for column in table.columns][:2] == ["zone_id", "label"]
    assert table.row_count == 6
    west, south, east, north = item.bbox
    assert 34 < west < east < 35
    assert 31 < south < north < 32
    assert item.datetime.isoformat() == "2024-02-24T00:00:00+00:00"


@pytest.mark.parametrize(
    ("told", "table", "key"),
    [("civmap:zones", "exposure", "zone_id"), ("civmap:units", "unit_people", "pcode")],
)
def test_stac_has_the_people_of_the_run(bundle, item, told, table, key):
    told = {
        name: (row["low"], row["best"], row["high"]) for name, row in item.properties[told].items()
    }
    assert told == bundle.people(table, key)
    assert len(told) == 6 - (key == "pcode")


def test_zone_without_data_has_null_and_not_zero(bundle, tmp_path):
    release = read_release(Assessment(bundle.run))
    zones = replace(release.layers[0], table=release.layers[0].table.copy())
    zones.table.loc[0, ["low", "best", "high"]] = None
    from maps.publish.formats.stac import write_stac

    write_stac(replace(release, layers=[zones]), tmp_path)
    told = json.loads((tmp_path / f"stac/{NUMBER}/item.json").read_text("utf-8"))
    first = told["properties"]["civmap:zones"]["E4-admin-PS0275"]
    assert first == {"low": None, "best": None, "high": None}
    assert told["properties"]["civmap:units"] == {}


def test_page_has_the_people_of_the_run(bundle):
    tables = read_tables(bundle)
    zones = tables["People living in each zone on 24 February 2024"]
    labels = dict(bundle.select("SELECT zone_id, label FROM zones"))
    shown = {row[0]: tuple(row[3:6]) for row in zones}
    assert shown == {
        labels[zone_id]: tuple(map(count, people))
        for zone_id, people in bundle.people("exposure", "zone_id").items()
    }
    parts = tables["The same people by administrative unit"]
    rows = bundle.select("SELECT zone_id, pcode, low, best, high FROM exposure_admin")
    assert sorted((row[0], row[2], *row[4:7]) for row in parts) == sorted(
        (labels[zone_id], pcode, *map(count, people)) for zone_id, pcode, *people in rows
    )


def test_sheet_has_the_people_of_the_run(bundle):
    text = " ".join(pypdf.PdfReader(bundle.path("map.pdf")).pages[0].extract_text().split())
    for zone_id, static, *people in bundle.select(
        "SELECT zone_id, static, low, best, high FROM exposure"
    ):
        assert " ".join(map(count, (static, *people))) in text, zone_id
    units = bundle.select("SELECT name, pcode, low, best, high FROM unit_people ORDER BY pcode")
    for name, pcode, *people in units:
        assert " ".join((name, pcode, *map(count, map(round, people)))) in text


def test_page_and_sheet_are_marked(bundle):
    page = bundle.path("map.html").read_text("utf-8")
    text = pypdf.PdfReader(bundle.path("map.pdf")).pages[0].extract_text()
    for each in (page, text):
        assert "Internal - not for distribution" in each
        assert "Not for targeting" in each


def test_page_and_sheet_of_a_public_run_say_so(bundle, tmp_path):
    from maps.publish.formats.page import write_page
    from maps.publish.formats.sheet import write_pdf
    from maps.publish.guard import Terms, guard_run

    path = guard_run(bundle.run, tmp_path / "run.duckdb", "public", Terms())
    release = read_release(Assessment(path))
    assert release.marking == "Modelled, not observed. Not a forecast. Not for targeting."
    write_page(release, tmp_path)
    write_pdf(release, tmp_path)
    page = lxml.html.fromstring((tmp_path / f"{NUMBER}_map.html").read_text("utf-8"))
    assert {line.text for line in page.iterfind(".//p[@class='profile']")} == {"Public"}
    text = pypdf.PdfReader(tmp_path / f"{NUMBER}_map.pdf").pages[0].extract_text()
    assert "Public\n" in text
    assert "not for distribution" not in text


def test_tiles_are_read_by_another_program(bundle):
    with bundle.path("zones.pmtiles").open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
        tile = reader.get(0, 0, 0)
    assert [layer["id"] for layer in metadata["vector_layers"]] == ["zones"]
    assert {"zone_id", "low", "best", "high"} <= set(metadata["vector_layers"][0]["fields"])
    assert MARKING in metadata["description"]
    assert header["max_zoom"] == 12
    assert tile
    (best,) = (
        each["values"]
        for each in metadata["tilestats"]["layers"][0]["attributes"]
        if each["attribute"] == "best"
    )
    people = bundle.people("exposure", "zone_id").values()
    assert best == sorted(each[1] for each in people)


PROGRAM = """#!{python}
import sys
from pathlib import Path
assert all(Path(name.split(":")[1]).exists() for name in sys.argv if "--named-layer" in name)
Path("all.pmtiles").write_text("\\n".join(sys.argv[1:]))
sys.exit({status})
"""


def put_program(folder, monkeypatch, status):
    program = folder / "bin" / "tippecanoe"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable, status=status))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


def test_several_layers_are_made_by_tippecanoe_where_it_is(bundle, tmp_path, monkeypatch):
    put_program(tmp_path, monkeypatch, 0)
    write_pmtiles(read_release(Assessment(bundle.run)), tmp_path)
    told = (tmp_path / f"{NUMBER}_layers.pmtiles").read_text("utf-8").splitlines()
    layers = [line.split("=")[1] for line in told if line.startswith("--named-layer")]
    assert layers == [f"{name}:{name}.geojson" for name in ("zones", "admin", "units", "events")]
    assert not any("/" in line for line in told if not line.startswith("--description"))


def test_tippecanoe_that_fails_is_told(bundle, tmp_path, monkeypatch):
    put_program(tmp_path, monkeypatch, 3)
    with pytest.raises(UnavailableError, match="tippecanoe failed with status 3"):
        write_pmtiles(read_release(Assessment(bundle.run)), tmp_path)


def test_data_package_is_valid(bundle):
    report = Package(str(bundle.folder / "datapackage.json")).validate()
    assert report.valid, report.to_summary()
    package = bundle.json("datapackage.json")
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {path.name for path in bundle.folder.glob(f"{NUMBER}*")}
    assert package["civmap:marking"] == MARKING
    for resource in package["resources"]:
        content = (bundle.folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


TABLE = "zone_id,label,kind,area_km2,low,best,high,static,as_of,lon,lat,mine\r\n"
HASHTAGS = "#loc+code,#loc,#loc+type,#geo,#low,#best,#high,#static,#date,#lon,#lat,#x\r\n"
ROW = "Z1,Rafah,disc,12.5,1,2,3,4,2024-02-24,34.2,31.2,x\r\nZ2,,disc,1,,,,,2024-02-24,,,\r\n"


@pytest.mark.parametrize("hashtags", ["", HASHTAGS], ids=["plain", "hashtags"])
def test_tables_are_read_by_their_schema(bundle, tmp_path, hashtags):
    name = f"{NUMBER}_zones.csv"
    (tmp_path / name).write_text(TABLE + hashtags + ROW, encoding="utf-8-sig", newline="")
    write_datapackage(read_release(Assessment(bundle.run)), tmp_path)
    package = Package(str(tmp_path / "datapackage.json"))
    assert package.validate().valid, package.validate().to_summary()
    first, second = package.resources[0].read_rows()
    assert (first["best"], first["area_km2"], str(first["as_of"])) == (2, 12.5, "2024-02-24")
    assert second["best"] is None
    # another table does not pass
    (tmp_path / name).write_text(TABLE + ROW.replace(",2,", ",many,"), encoding="utf-8-sig")
    write_datapackage(read_release(Assessment(bundle.run)), tmp_path)
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_workbooks_and_geoparquet_are_resources_too(bundle, tmp_path):
    import xlsxwriter

    release = read_release(Assessment(bundle.run))
    with xlsxwriter.Workbook(tmp_path / f"{NUMBER}_layers.xlsx") as workbook:
        workbook.add_worksheet("read me").write_row(3, 2, ["to read", "first"])
        for layer in release.layers:
            workbook.add_worksheet(layer.name).write_column(0, 0, ["best", 1, 2])
    release.layers[0].table.to_parquet(tmp_path / f"{NUMBER}_zones.parquet")
    write_datapackage(release, tmp_path)
    package = Package(str(tmp_path / "datapackage.json"))
    assert package.validate().valid, package.validate().to_summary()
    assert package.resources[0].read_rows() == [{"best": 1}, {"best": 2}]


def test_readme_says_what_has_to_be_known(bundle):
    text = (bundle.folder / "README.md").read_text("utf-8")
    assert MARKING in text
    assert "about 1.4 million people (1.3 million to 1.5 million)" in text
    assert "24 February 2024 (2024-02-24)" in text
    for (caution,) in bundle.select("SELECT text FROM cautions"):
        assert caution in text
    for name, licence in bundle.select("SELECT name, licence FROM sources"):
        assert name in text
        assert licence in text
    for path in bundle.folder.rglob("*.*"):
        if path.is_file() and path.name != "README.md":
            assert f"`{path.relative_to(bundle.folder)}`:" in text
    assert text.endswith("## Contact\n\ndesk@example.org\n")


def test_readme_without_a_contact_says_so(bundle, tmp_path):
    write_readme(read_release(Assessment(bundle.run)), tmp_path)
    assert (tmp_path / "README.md").read_text("utf-8").endswith("No contact was given.\n")


HOSTILE = "<script>x</script> [a](http://b) ![c](d) `e` *f* {{ 7*7 }} \u202e\n# head\n| g |"


def test_texts_of_others_are_no_marks_in_the_readme(bundle, tmp_path):
    release = read_release(Assessment(bundle.run))
    source = release.sources[0] | {"name": HOSTILE, "note": HOSTILE}
    caution = {"code": "x", "text": HOSTILE}
    hostile = replace(release, title=HOSTILE, headline=HOSTILE, contact=HOSTILE)
    write_readme(replace(hostile, sources=[source], cautions=[caution]), tmp_path)
    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.count("script") == 12
    assert not re.search(r"(?<!\\)(<|\[a|!\[|\{\{|\*f|\| g)", text)
    assert "\u202e" not in text
    assert "\n# head" not in text


def test_manifest_says_what_went_in(bundle):
    manifest = bundle.json("manifest.json")
    assert manifest["profile"] == "internal"
    assert manifest["released_by"] is None
    assert manifest["marking"] == MARKING
    assert manifest["seed"] == 0
    assert manifest["libraries"]["rasterio"]
    assert [each["part"] for each in manifest["inputs"]] == ["input"]
    assert re.fullmatch("[0-9a-f]{64}", manifest["inputs"][0]["sha256"])
    names = {file["name"] for file in manifest["outputs"]}
    files = [path for path in bundle.folder.rglob("*") if path.is_file()]
    assert names | {"manifest.json"} == {
        path.relative_to(bundle.folder).as_posix() for path in files
    }


def read_files(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_same_run_same_bytes(bundle, tmp_path):
    for folder in ("one", "two"):
        names = ["geojson", "stac", "datapackage"]
        publish_run(bundle.run, tmp_path / folder, profile="internal", formats=names)
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")
    publish_run(bundle.run, tmp_path / "three", profile="internal", formats=["cog", "pmtiles"])
    before, now = read_files(bundle.folder), read_files(tmp_path / "three")
    same = {name for name in now if now[name] == before[name]}
    assert now.keys() - same == {"README.md", "manifest.json"}  # which list other files
    assert len(same) == 10


def test_map_number_is_no_path(bundle, tmp_path):
    import duckdb

    path = tmp_path / "run.duckdb"
    shutil.copyfile(bundle.run, path)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE run SET value = '\"../../x\"' WHERE key = 'map_number'")
    with pytest.raises(RunError, match=r"map number '\.\./\.\./x'"):
        publish_run(path, tmp_path / "out", profile="internal", formats=["html"])
    assert not (tmp_path / "out").exists()
