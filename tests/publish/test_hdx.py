"""HDX: what it is told, checked offline, and sent to a CKAN on this machine."""

import json
import shutil
import time

import duckdb
import pytest

from geo.assessment import run_assessment
from geo.errors import InputError, UnavailableError, UsageError
from geo.settings import Settings
from maps.cli import main
from maps.publish import publication
from maps.publish.guard import guard_run
from maps.publish.hdx import library
from maps.publish.hdx.licence import choose_licence
from maps.publish.hdx.submission import Submission, find_site
from maps.publish.hdx.upload import upload_bundle
from maps.publish.verify import verify_folder
from tests.ckan import KEY, MAINTAINER, ORGANISATION, Ckan, answer, fail, hang_up, refuse

DATASET = "civmap-pse001-exposure-rafah-20240224"
NAMES = ("--hdx-organisation", "a-relief-agency", "--hdx-maintainer", "a-person")
STAYS = {"hdx.json", "manifest.json", "README.md"}
local = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.duckdb"
    run_assessment(None, Settings(), path)
    return path


def let_out(path, target, profile, _):
    shutil.copyfile(path, target)
    with duckdb.connect(str(target)) as con:
        con.execute("INSERT OR REPLACE INTO run VALUES ('profile', ?)", [json.dumps(profile)])
        con.execute("CREATE TABLE unit_facilities (pcode TEXT, name TEXT, kind TEXT, total BIGINT)")
    return target


def draw(_, path):
    path.write_bytes(b"\x89PNG a picture")


@pytest.fixture(autouse=True)
def _public(monkeypatch):
    """Let the run out as it is: what the guard holds back has tests of its own."""

    monkeypatch.setattr(publication, "guard_run", let_out)
    monkeypatch.setattr("maps.page.RiskMap.save", draw)
    monkeypatch.setenv("CIVMAP_HDX_KEY", KEY)
    for name in ("HDX_KEY", "HDX_URL", "HDX_SITE"):
        monkeypatch.setenv(name, "of-another-program")


@pytest.fixture
def ckan(server):
    site = Ckan(server.url)
    server.answers = [site]
    return site


def publish(run, out, *options):
    formats = ["--format", "geojson"]
    return main(["publish", str(run), "--out", str(out), "--hdx", *NAMES, *options, *formats])


def read_all(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_dry_run_writes_what_hdx_wants_and_touches_no_network(run, tmp_path, capsys):
    assert publish(run, tmp_path / "out", "--dry-run", "--offline") == 0
    told = json.loads((tmp_path / "out" / "hdx.json").read_bytes())
    dataset = told["dataset"]
    assert dataset["name"] == DATASET
    assert dataset["title"] == "People at risk: Rafah, Palestine"
    assert dataset["groups"] == [{"name": "pse"}]
    assert dataset["dataset_date"] == "[2024-02-24T00:00:00 TO 2024-02-24T23:59:59]"
    assert dataset["data_update_frequency"] == "-2"
    assert dataset["methodology"] == "Other"
    assert dataset["subnational"] == "1"
    assert dataset["private"] is False
    assert "cod_level" not in dataset
    assert dataset["license_id"] == "hdx-multi"
    assert "OCHA COD-AB State of Palestine v01" in dataset["license_other"]
    assert "Not for targeting." in dataset["caveats"]
    assert "has no population data" in dataset["caveats"]
    assert "Negotiators race the clock" not in dataset["dataset_source"]
    assert {tag["name"] for tag in dataset["tags"]} == set(library.TAGS)
    files = {each["name"]: each["format"] for each in dataset["resources"]}
    assert files["PSE001_exposure_rafah_20240224_zones.geojson"] == "geojson"
    assert told["showcase"]["image_url"] in files
    printed = capsys.readouterr().out
    assert main(["verify", str(tmp_path / "out")]) == 0
    assert set(told["not_uploaded"]) == {"README.md"}
    assert all(f"would be sent: {name}" in printed for name in files)
    assert KEY not in json.dumps(told) + printed


def test_dry_run_of_what_the_guard_lets_out(run, tmp_path, monkeypatch):
    monkeypatch.setattr(publication, "guard_run", guard_run)
    assert publish(run, tmp_path / "out", "--dry-run", "--offline") == 0
    told = json.loads((tmp_path / "out" / "hdx.json").read_bytes())
    assert told["dataset"]["name"] == DATASET
    assert "Negotiators" not in json.dumps(told)  # the article's own words
    assert verify_folder(tmp_path / "out") > 0


def test_dry_run_gives_the_same_bytes(run, tmp_path):
    for name in ("one", "two"):
        assert publish(run, tmp_path / name, "--dry-run") == 0
    assert read_all(tmp_path / "one") == read_all(tmp_path / "two")


def test_texts_of_others_are_shown_as_written(run, tmp_path):
    hostile = tmp_path / "hostile.duckdb"
    shutil.copyfile(run, hostile)
    with duckdb.connect(str(hostile)) as con:
        text = "<script>a</script> [x](javascript:1)\n# big"
        con.execute("INSERT INTO cautions VALUES ('x', ?)", [text])
    assert publish(hostile, tmp_path / "out", "--dry-run") == 0
    caveats = json.loads((tmp_path / "out" / "hdx.json").read_bytes())["dataset"]["caveats"]
    assert r"- \<script\>a\</script\> \[x\](javascript:1) \# big" in caveats


def test_internal_bundle_is_refused_before_anything_is_written(run, tmp_path, capsys):
    assert publish(run, tmp_path / "out", "--profile", "internal", "--dry-run") == 3
    assert "does not leave the house" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError):
        publication.publish_run(
            run, tmp_path / "out", profile="internal", submission=Submission("a", "b")
        )


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--dry-run"], 2, "--dry-run goes with --hdx"),
        (["--hdx"], 2, "--hdx-organisation"),
        (["--hdx", *NAMES, "--offline"], 2, "--offline forbids it"),
        (["--hdx", *NAMES, "--hdx-site", "http://example.org"], 2, "expected https://"),
        (["--hdx", *NAMES, "--hdx-site", "https://example.org/x"], 2, "--hdx-site"),
        (["--hdx", *NAMES, "--hdx-name", "Not A Slug"], 2, "--hdx-name"),
        (["--hdx", *NAMES, "--hdx-map-url", "ftp://x"], 2, "expected https://"),
    ],
)
def test_wrong_options_are_told(run, tmp_path, capsys, options, status, message):
    assert main(["publish", str(run), "--out", str(tmp_path / "out"), *options]) == status
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_missing_key_is_told_before_any_work(run, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("CIVMAP_HDX_KEY")
    assert publish(run, tmp_path / "out") == 4
    assert "set CIVMAP_HDX_KEY to it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_missing_library_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "hdx.api.configuration", None)
    with (
        pytest.raises(UnavailableError, match="pip install"),
        library.open_library("http://127.0.0.1"),
    ):
        pass


def test_sites_by_name():
    assert find_site("prod") == "https://data.humdata.org"
    assert find_site("http://127.0.0.1:5000/") == "http://127.0.0.1:5000"
    with pytest.raises(UsageError):
        find_site("production")


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["CC BY 4.0", "public domain", "published figures, cited"], {"license_id": "cc-by"}),
        (["CC BY-IGO"], {"license_id": "cc-by-igo"}),
        (["public domain"], {"license_id": "cc-by"}),
        (
            ["ODbL 1.0", "CC BY 4.0"],
            {"license_id": "hdx-multi", "license_other": "0: ODbL 1.0; 1: CC BY 4.0"},
        ),
        (
            ["public domain; rows of others: ODbL"],
            {"license_id": "hdx-other", "license_other": "0: public domain; rows of others: ODbL"},
        ),
        (["all mine"], {"license_id": "hdx-other", "license_other": "0: all mine"}),
    ],
)
def test_licence_is_what_those_of_the_sources_leave(licences, expected):
    sources = [{"name": str(i), "licence": text} for i, text in enumerate(licences)]
    assert choose_licence(sources) == expected


@pytest.fixture(scope="module")
def checked(run, tmp_path_factory):
    """A bundle that a dry run made."""
    out = tmp_path_factory.mktemp("checked") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publication, "guard_run", let_out)
        patch.setattr("maps.page.RiskMap.save", draw)
        assert publish(run, out, "--dry-run") == 0
    return out


@pytest.fixture
def bundle(checked, ckan, tmp_path):
    """The bundle, meant for the site on this machine."""
    out = tmp_path / "bundle"
    shutil.copytree(checked, out)
    told = json.loads((out / "hdx.json").read_bytes())
    (out / "hdx.json").write_text(json.dumps(told | {"site": ckan.url}))
    return out


def fail_to_upload(folder, key=KEY):
    with pytest.raises(UnavailableError) as failure:
        upload_bundle(folder, key)
    assert key not in str(failure.value)
    return str(failure.value)


@local
def test_upload_makes_data_set_files_and_showcase(run, tmp_path, ckan, capsys, caplog):
    caplog.set_level("DEBUG")
    out = tmp_path / "out"
    assert publish(run, out, "--hdx-site", ckan.url) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == f"{ckan.url}/dataset/{DATASET}"
    dataset = ckan.datasets[DATASET]
    assert dataset["owner_org"] == ORGANISATION["id"]
    assert dataset["maintainer"] == MAINTAINER["id"]
    sent = {each["name"]: ckan.files[each["id"]] for each in dataset["resources"]}
    assert sent == {name: body for name, body in read_all(out).items() if name not in STAYS}
    (showcase,) = ckan.showcases.values()
    assert showcase["image_url"].endswith("_map.png")
    assert ckan.pairs == {(dataset["id"], showcase["id"])}
    assert KEY not in printed.out + printed.err + caplog.text
    assert not any(KEY.encode() in body for body in read_all(out).values())


@local
def test_second_upload_updates_what_is_there(run, tmp_path, ckan):
    out = tmp_path / "out"
    assert publish(run, out, "--hdx-site", ckan.url) == 0
    ids = {each["name"]: each["id"] for each in ckan.datasets[DATASET]["resources"]}
    old = ckan.datasets[DATASET]["resources"][0]
    old_hash = old["hash"]
    other = tmp_path / "other.duckdb"
    shutil.copyfile(run, other)
    with duckdb.connect(str(other)) as con:
        con.execute("UPDATE exposure_admin SET best = best + 1")
        con.execute("UPDATE cautions SET text = 'changed'")
    ckan.datasets[DATASET]["resources"].append(
        {"id": "stale", "name": "held_back.csv", "format": "csv", "url": "http://x/held_back.csv"}
    )
    ckan.asked.clear()
    assert publish(other, out, "--hdx-site", ckan.url) == 0
    (dataset,) = ckan.datasets.values()
    assert {each["name"]: each["id"] for each in dataset["resources"]} == ids
    assert old["hash"] != old_hash
    assert ckan.files[old["id"]] == (out / old["name"]).read_bytes()
    assert dataset["caveats"].endswith("- changed")
    assert "package_create" not in ckan.asked
    assert "ckanext_showcase_update" in ckan.asked
    assert len(ckan.showcases) == len(ckan.pairs) == 1


@local
def test_data_set_of_others_is_not_overwritten(run, tmp_path, ckan, capsys):
    ckan.datasets["theirs"] = {"id": "1", "name": "theirs", "resources": []}
    assert publish(run, tmp_path / "out", "--hdx-site", ckan.url, "--hdx-name", "theirs") == 4
    assert "civmap did not make" in capsys.readouterr().err
    assert ckan.datasets["theirs"] == {"id": "1", "name": "theirs", "resources": []}


FAULTS = {
    "wrong key": ("vocabulary_show", lambda h: fail(h, 403, "Authorization Error", message="no")),
    "401": ("vocabulary_show", refuse(401)),
    "not found": ("organization_show", lambda h: fail(h, 404, "Not Found Error", message="no")),
    "refused": (
        "package_create",
        lambda h: fail(h, 409, "Validation Error", license_id=["Unknown licence", KEY]),
    ),
    "500": ("package_create", refuse(500)),
    "503": ("package_create", refuse(503)),
    "page of HTML": ("package_create", refuse(200)),
    "odd JSON": ("package_create", lambda h: answer(h, 200, {"success": True, "result": []})),
    "redirect": ("package_create", refuse(302)),
    "silence": ("package_create", lambda _: time.sleep(0.6)),
    "broken off": ("package_revise", hang_up),
    "showcase": ("ckanext_showcase_create", refuse(500)),
}
TOLD = {
    "wrong key": ("refuses the key in CIVMAP_HDX_KEY", "nothing was sent"),
    "401": ("refuses the key in CIVMAP_HDX_KEY", "nothing was sent"),
    "not found": ("knows no --hdx-organisation 'a-relief-agency'", "nothing was sent"),
    "refused": ("license_id: ['Unknown licence', '...']", f"nothing of {DATASET}"),
    "500": ("answered 500", f"nothing of {DATASET}"),
    "503": ("answered 503", f"nothing of {DATASET}"),
    "page of HTML": ("not HDX's", f"nothing of {DATASET}"),
    "odd JSON": ("not HDX's", f"nothing of {DATASET}"),
    "redirect": ("answered 302", f"nothing of {DATASET}"),
    "silence": ("no answer in time", f"nothing of {DATASET}"),
    "broken off": ("broke off", "as in the bundle: none; not there, or of an earlier release: PSE"),
    "showcase": ("answered 500", "the data set and its files are at http"),
}


@local
@pytest.mark.parametrize("case", FAULTS)
def test_failed_upload_leaves_the_bundle_and_says_what_is_there(bundle, ckan, monkeypatch, case):
    monkeypatch.setattr(library, "_TIMEOUTS_S", (2.0, 0.3))
    action, fault = FAULTS[case]
    ckan.faults[action] = fault
    before = read_all(bundle)
    told = fail_to_upload(bundle)
    assert all(text in told for text in TOLD[case])
    assert "The bundle itself is whole" in told
    ckan.faults.clear()
    assert upload_bundle(bundle, KEY).endswith(DATASET)  # again, and nothing is left half done
    resources = ckan.datasets[DATASET]["resources"]
    assert {each["name"] for each in resources} == set(before) - STAYS
    assert all(ckan.files[each["id"]] == before[each["name"]] for each in resources)
    assert read_all(bundle) == before


@local
def test_failed_upload_by_the_command(run, tmp_path, ckan, capsys):
    ckan.faults["package_create"] = refuse(503)
    assert publish(run, tmp_path / "out", "--hdx-site", ckan.url) == 4
    printed = capsys.readouterr()
    assert "answered 503" in printed.err
    assert "Traceback" not in printed.err
    assert KEY not in printed.out + printed.err
    assert len(printed.out.splitlines()) == len(read_all(tmp_path / "out"))


@local
def test_site_that_goes_away_leaves_what_is_there_unknown(bundle, ckan):
    def go_away(handler):
        ckan.faults["package_show"] = hang_up
        hang_up(handler)

    ckan.faults["package_create"] = go_away
    assert "is not known" in fail_to_upload(bundle)


@local
def test_wrong_key_reaches_nothing(bundle, ckan):
    assert "refuses the key" in fail_to_upload(bundle, "another-key")
    assert ckan.asked == ["vocabulary_show"]


@local
def test_topic_that_hdx_dropped_is_told(bundle, ckan):
    ckan.topics = ("geodata",)
    assert "knows no topic 'affected population'" in fail_to_upload(bundle)
    assert not ckan.datasets


@local
def test_only_the_site_is_asked_and_what_is_meant_for_other_programs_is_not_read(bundle, ckan):
    upload_bundle(bundle, KEY)
    assert {headers["Authorization"] for headers in ckan.headers} == {KEY}
    assert {headers["User-Agent"].partition("/")[0] for headers in ckan.headers} == {"civmap"}


@local
def test_library_asks_no_other_site(ckan):
    from hdx.api.configuration import Configuration

    with library.open_library("http://127.0.0.1:1", KEY):
        session = Configuration.read().get_session()
        with pytest.raises(UnavailableError, match="asked for 127"):
            session.get(ckan.url)
    assert not ckan.asked
