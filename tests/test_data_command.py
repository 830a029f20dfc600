"""`civmap data`, and names of sources where files are accepted: the whole way, no network."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date

import pytest

from geo.areas_at_risk import list_at_risk, locate_countries_at_risk
from geo.errors import InputError, UnavailableError
from geo.holdings import Holdings
from geo.named_data import obtain_named
from geo.offers import PARTS
from geo.settings import Settings, choose_displacement, choose_named, choose_populations
from maps.cli import main
from maps.data_command import make_agreement, write_size
from tests.downloads import way
from tests.services import (
    DATA,
    HDX,
    HUB,
    Routes,
    dump,
    hdx_dataset,
    hdx_page,
    make_raster,
    make_shapefile,
    make_zip,
    worldpop_pages,
    worldpop_record,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
UNITS_ZIP = "pse_admbnda_adm2_2023.zip"
RASTER = worldpop_record(2024)["files"][0]


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    for name in ("CIVMAP_DTM_KEY", "CIVMAP_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    found = Routes(worldpop_pages())
    found.pages |= {
        RASTER.removeprefix("https://"): make_raster(tmp_path / "made.tif", people=20.0),
        hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", (UNITS_ZIP, "SHP")),
        f"{HDX}/download/{UNITS_ZIP}": make_zip(**make_shapefile(tmp_path / "shape")),
    }
    server.answers = [found]
    return found


def ask(*arguments):
    return main(["data", *arguments])


QUESTION = ("--area", "PSE", "--date", "2024-02-24")


def test_find_ranks_and_says_why(capsys):
    assert ask("find", *QUESTION, "--part", "population", "--part", "boundaries") == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0] == "population for Palestine (PSE), 2024-02-24:"
    assert lines[1].startswith("  1. worldpop population:2024:constrained:100m: West Bank")
    assert "why: of 2024, the day's year; 100 m cells; CC BY 4.0" in lines[2]
    assert any("trap: its title says West Bank" in line for line in lines)
    assert "1. cod-ab 2:shp" in told.out


def test_find_as_json_names_who_was_not_asked(capsys, routes):
    routes.pages["www.geoboundaries.org/api/current/gbOpen/PSE/ADM1/"] = (403, b"")
    assert ask("find", *QUESTION, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert {"dtm", "geoboundaries"} <= told["not_asked"].keys()
    assert told["offers"][0]["offer_id"] == "population:2024:constrained:100m"
    assert told["offers"][0]["points"] == 0.0


def test_fetch_says_what_it_gets_and_prints_the_path(capsys, routes):
    assert ask("fetch", "worldpop", *QUESTION, "--part", "population") == 0
    told = capsys.readouterr()
    (kept,) = [h for h in Holdings().list_all() if h.origin.source == "worldpop"]
    assert told.out == f"{kept.path}\n"
    assert "will fetch West Bank - Spatial" in told.err
    size = write_size(kept.size)
    assert f"({size}, CC BY 4.0) from worldpop: https://data.worldpop.org/GIS/" in told.err
    asked = len(routes.asked)
    assert ask("fetch", "worldpop", *QUESTION, "--part", "population", "--offline") == 0
    assert capsys.readouterr().out == f"{kept.path}\n"
    assert len(routes.asked) == asked


def test_fetch_of_an_offer_by_its_name(capsys):
    assert ask("fetch", "cod-ab", *QUESTION, "--offer", "2:shp", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["licence"] == "CC BY-IGO"
    assert told["name"] == "pse_admbnda_adm2.parquet"
    assert ask("fetch", "cod-ab", *QUESTION, "--offer", "9") == 4
    assert "has no offer '9'" in capsys.readouterr().err


def test_list_info_and_clear(capsys, tmp_path):
    ask("fetch", "cod-ab", *QUESTION)
    ask("fetch", "worldpop", *QUESTION, "--part", "population")
    capsys.readouterr()
    assert ask("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(
        "worldpop PSE pse_pop_2024" in each and "0 days old, CC BY 4.0" in each for each in lines
    )
    assert ask("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    (raster,) = [each for each in listed if each["source"] == "worldpop"]
    assert ask("info", raster["sha256"][:10]) == 0
    assert f"url: {RASTER}" in capsys.readouterr().out
    assert ask("clear", "--older-than", "1") == 0
    assert capsys.readouterr().out.startswith("0 files")
    assert ask("clear", "--source", "worldpop") == 0
    assert "worldpop" not in {h.origin.source.split()[0] for h in Holdings().list_all()}
    assert Holdings().list_all()
    assert ask("clear", "--all") == 0
    assert Holdings().list_all() == []
    left = [path for path in (tmp_path / "cache/files").rglob("*") if path.is_file()]
    assert {path.suffix for path in left} <= {".lock"}


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["clear"], 2, "--older-than DAYS, or --all"),
        (["info", "nothing"], 2, "no source and no file in the cache"),
        (["find", "--area", "Gaza"], 2, "ISO 3166-1 code"),
        (["find", "--area", "PSE", "--date", "today"], 2, "YYYY-MM-DD"),
        (["fetch", "google", "--area", "PSE"], 2, "expected worldpop"),
        (["find", "--area", "PSE", "--offline", "--source", "worldpop"], 4, "--offline forbids"),
    ],
)
def test_wrong_calls(capsys, arguments, status, words):
    assert ask(*arguments) == status
    assert words in capsys.readouterr().err


def test_info_lists_the_sources(capsys):
    assert ask("info") == 0
    assert "worldpop (population, ages): people per 100 m" in capsys.readouterr().out


class Terminal:
    def __init__(self, answer):
        self.answer = answer

    def isatty(self):
        return True

    def readline(self):
        return self.answer


@pytest.mark.parametrize(
    ("answer", "yes", "agreed"),
    [("y\n", False, True), ("n\n", False, False), ("", False, False), ("", True, True)],
)
def test_on_a_terminal_it_asks(monkeypatch, answer, yes, agreed):
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert make_agreement(yes=yes)([]) is agreed


@pytest.mark.parametrize(
    ("size", "words"), [(5, "5 bytes"), (1500, "1.5 kB"), (2.5e6, "2.5 MB"), (3e9, "3.0 GB")]
)
def test_sizes_in_words(size, words):
    assert write_size(size) == words


# --- a map ------------------------------------------------------------------------------------

MAP = ("map", "--population", "worldpop", "--boundaries", "cod-ab", "--displacement", "none",
       "--radius", "5", "--accept-stale")  # fmt: skip


def test_map_fetches_what_it_names_and_repeats_bit_for_bit_offline(capsys, tmp_path, server):
    assert main([*MAP, "--out", "one"]) == 0
    told = capsys.readouterr().err
    assert "will fetch West Bank" in told
    assert "will fetch cod-ab-pse title, level 2 (1.0 kB, CC BY-IGO)" in told
    manifest = json.loads((tmp_path / "one/manifest.json").read_text())
    origins = {each["part"]: each.get("origin") for each in manifest["inputs"]}
    assert origins["input"] is None
    assert origins["population"]["url"] == RASTER
    assert origins["boundaries"]["source"] == "cod-ab"
    entry = next(each for each in manifest["inputs"] if each["part"] == "population")
    assert entry["origin"]["sha256"] == entry["sha256"]
    report = json.loads((tmp_path / "one/report.json").read_text())
    (raster,) = [s for s in report["sources"] if s["source_id"].startswith("population:")]
    assert (raster["licence"], raster["url"]) == ("CC BY 4.0", RASTER)
    assert any("West Bank" in warning["text"] for warning in report["warnings"])
    server.answers = [(500, b"")]
    assert main([*MAP, "--out", "two", "--offline"]) == 0
    assert read_folder(tmp_path / "one") == read_folder(tmp_path / "two")


def test_map_with_real_boundaries_of_palestine(capsys, tmp_path, routes, shared_file):
    """OCHA's own outlines, as they lie in its archive: Rafah is PS0275 there."""
    outlines = shared_file("cod-ab-pse/admin2.geojson").read_bytes()
    name = "pse_admin_boundaries.geojson.zip"
    routes.pages |= {
        hdx_page("cod-ab-pse"): hdx_dataset("cod-ab-pse", (name, "GeoJSON")),
        f"{HDX}/download/{name}": make_zip(pse_admin2__geojson=outlines, pse_admin1__geojson=b"{}"),
    }
    assert main([*MAP, "--out", "out"]) == 0
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert "PS0275" in json.dumps(report)
    assert "Rafah" in capsys.readouterr().out
    (kept,) = [h for h in Holdings().list_all() if h.path.name == "pse_admin2.geojson"]
    assert kept.path.read_bytes() == outlines


@pytest.mark.parametrize("named", [True, False])
def test_map_compares_the_raster_with_published_statistics(tmp_path, routes, named):
    """By `--demography`, or by what lies in the cache; Rafah has 1,250 cells of 20 people here."""
    table = "pse_admpop_adm2_2023.csv"
    routes.pages |= {
        hdx_page("cod-ps-pse"): hdx_dataset("cod-ps-pse", (table, "CSV")),
        f"{HDX}/download/{table}": b"ADM2_PCODE,T_TL,T_00_04\nPS2525,267000,40000\n",
    }
    if not named:
        assert ask("fetch", "cod-ps", *QUESTION) == 0
    options = ("--demography", "cod-ps") if named else ()
    assert main([*MAP, *options, "--out", "out"]) == 0
    report = json.loads((tmp_path / "out/report.json").read_text())
    (told,) = [each["text"] for each in report["warnings"] if each["code"] == "population-differs"]
    people = re.search(
        r"has ([\d,]+) people in .*units? at risk, for which .*\(2023\) has 267,000", told
    )
    assert abs(int(people[1].replace(",", "")) - 50 * 25 * 20) < 3000  # 0.2 by 0.1 degrees
    inputs = json.loads((tmp_path / "out/manifest.json").read_text())["inputs"]
    (entry,) = [each for each in inputs if each["name"] == table]
    assert entry["part"] == ("demography" if named else "published")
    assert entry["origin"]["source"] == "cod-ps"
    (source,) = [each for each in report["sources"] if table in each["name"]]
    assert source["licence"] == "CC BY-IGO"


def test_map_without_statistics_compares_nothing(tmp_path):
    assert main([*MAP, "--out", "out"]) == 0
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert "population-differs" not in {each["code"] for each in report["warnings"]}


def read_folder(folder):
    """Return the bytes of a run's files; DuckDB's own pages differ from run to run."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    digest = hashlib.sha256(files.pop("run.duckdb")).hexdigest()
    assert digest.encode() in files["manifest.json"]
    return files | {"manifest.json": files["manifest.json"].replace(digest.encode(), b"")}


def test_map_of_a_source_that_is_down_ends_with_4_and_writes_nothing(capsys, tmp_path, routes):
    routes.pages = {}
    assert main([*MAP, "--out", "out"]) == 4
    assert "no such file (404)" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_map_of_no_country_can_not_fetch(capsys, tmp_path):
    (tmp_path / "a.txt").write_text("Nothing happened anywhere. 24 February 2024.")
    assert main([*MAP[:1], "a.txt", *MAP[1:], "--out", "out"]) == 3
    assert "give files instead" in capsys.readouterr().err


def test_every_part_is_put_in_its_place(routes, monkeypatch):
    monkeypatch.setenv("CIVMAP_CONTACT", "maps@example.org")
    ages = f"{DATA}/AgeSex/pse_agesex.zip"
    hot = "production-raw-data-api.s3.amazonaws.com/hotosm_pse_health_osm_geojson.zip"
    idps = "hapi.humdata.org/api/v2/affected-people/idps"
    row = {"location_code": "PSE", "population": 5, "reference_period_start": "2024-01-01"}
    record = worldpop_record(2024) | {"files": [f"https://{ages}"]}
    resources = [{"name": "x", "format": "GeoJSON", "url": f"https://{hot}"}]
    routes.pages |= {
        f"{HUB}/age_structures/G2_CN_Age_R25A_3a_z?iso3=PSE": dump({"data": [record]}),
        ages: make_zip(pse_f_00_2024_CN_100m_R2025A_v1__tif=b"II*\0a"),
        hdx_page("cod-ps-pse"): hdx_dataset("cod-ps-pse", ("pse_admpop_adm2_2023.csv", "CSV")),
        f"{HDX}/download/pse_admpop_adm2_2023.csv": b"ADM2_PCODE,T_TL\nPS2525,1\n",
        hdx_page("hotosm_pse_health_facilities"): hdx_dataset("hot", resources=resources),
        hot: make_zip(x__geojson=dump({"features": []})),
        idps: dump({"data": [row]}),
    }
    settings = Settings(
        displacement=choose_displacement(["auto", "hapi"]),
        **choose_populations(["embedded", "worldpop"]),
        **choose_named("cod-ab", "cod-ps", "hot", ["worldpop", "mine.tif"]),
    )
    asked = []
    events = Events(("threatened", "PS", 34.25, 31.29))
    placed, obtained, _ = obtain_named(
        settings, events, date(2024, 2, 24), way(), lambda offers: asked.extend(offers) or True
    )
    inputs = {"events", "articles"}
    assert {offer.part for offer in asked} == set(PARTS) - inputs
    assert placed.boundaries.name == "pse_admbnda_adm2.parquet"
    assert placed.demography.name == "pse_admpop_adm2_2023.csv"
    assert placed.facilities.suffix == ".geojson"
    assert placed.population_model == "embedded"
    (other,) = placed.other_populations
    assert (other.source.name, other.unit) == ("pse_pop_2024_CN_100m_R2025A_v1.tif", "count")
    assert placed.displacement[0] == "auto"
    assert placed.displacement[1].name == "hapi_idps_pse.json"
    assert [each.path.name for each in placed.ages] == ["mine.tif", "pse_agesex.zip.unpacked"]
    assert len(obtained) == 6
    for each in Holdings().list_all():
        Holdings().drop(each)
    with pytest.raises(UnavailableError, match="nothing was fetched, as you said"):
        obtain_named(settings, events, date(2024, 2, 24), way(), lambda _: False)


class Events:
    """What `list_at_risk` needs of an event set."""

    def __init__(self, *told):
        self.events = [Event(role, str(n)) for n, (role, *_) in enumerate(told)]
        self.places = [Place(str(n), *more) for n, (_, *more) in enumerate(told)]


@dataclass
class Event:
    role: str
    place_id: str
    modality: str = "actual"


@dataclass
class Place:
    place_id: str
    country: str | None
    lon: float = 0.0
    lat: float = 0.0
    kind: str = "city"


def locate_run(events):
    """Return the country with most places at risk, and the codes of the others."""
    (first, *more), left = locate_countries_at_risk(list_at_risk(events))
    return first, [*(area.iso2 for area in more), *left]


def test_country_of_a_table_without_one_is_where_its_points_lie():
    told = [("site", None, 34.25, 31.29), ("site", None, 34.4, 31.5), ("site", None, 36.3, 33.5)]
    area, others = locate_run(Events(*told, ("site", None, -30.0, 0.0)))
    assert (area.iso3, others) == ("PSE", ["SY"])
    with pytest.raises(InputError, match="no place in a country"):
        locate_run(Events(("site", None, -30.0, 0.0)))


def test_country_of_a_run_is_that_of_most_places_at_risk():
    area, others = locate_run(
        Events(
            ("venue", "EG", 31.0, 30.0),
            ("venue", "EG", 31.2, 30.0),
            ("threatened", "PS", 34.25, 31.29),
            ("site", "PS", 34.4, 31.5),
            ("site", "PS", 99.0, 9.0, "country"),
            ("threatened", "LB", 35.5, 33.9),
        )
    )
    assert (area.iso3, others) == ("PSE", ["LB"])
    assert (area.bbox.west, area.bbox.south, area.bbox.east, area.bbox.north) == (
        34.25, 31.29, 34.4, 31.5,
    )  # fmt: skip


def test_what_is_past_or_denied_puts_no_country_at_risk():
    events = Events(
        ("threatened", "PS", 34.25, 31.29), ("site", "IL", 34.8, 32.0), ("site", "IL", 34.9, 32.0)
    )
    assert locate_run(events)[1] == ["PS"]
    events.events[1].modality, events.events[2].modality = "past", "denied"
    area, others = locate_run(events)
    assert (area.iso3, others) == ("PSE", [])


def test_without_places_at_risk_all_places_count():
    area, others = locate_run(Events(("venue", "EG", 31.0, 30.0)))
    assert (area.iso3, others) == ("EGY", [])
