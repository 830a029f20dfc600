"""Reports of ReliefWeb as the input of a map, spoken by a server on this machine."""

import datetime as dt
import json

import pytest

from geo.assessment import assess
from geo.errors import UnavailableError, UsageError
from geo.events.sources.reliefweb import ReliefWeb
from geo.holdings import Holdings
from geo.offers import Area
from geo.text.document import read_document
from maps.cli import main
from tests.downloads import way
from tests.services import Routes, dump

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DAY = dt.date(2024, 2, 24)
PSE = Area("PSE", "PS", "Palestine")
API = "api.reliefweb.int/v2/reports"
REPORT = f"{API}/4012345"
ALIAS = "https://reliefweb.int/report/occupied-palestinian-territory/a-flash-update"
NAME = "ngo-maps-of-nobody"
BODY = """## Highlights

* Shelling hit **Rafah** on Friday, [officials](https://example.org/a) said.
* Families fled <b>Khan Younis</b> & went to Al-Mawasi\\.

Strikes on Rafah killed civilians, the ministry said."""


def report(**changes):
    fields = {
        "id": 4012345,
        "title": "Flash Update #12, 20 January 2024",
        "body": BODY,
        "date": {"original": "2024-02-24T00:00:00+00:00", "created": "2024-02-26T09:00:00+00:00"},
        "source": [{"name": "An agency", "shortname": "AGENCY"}, {"name": "A ministry"}],
        "url_alias": ALIAS,
    }
    kept = {name: value for name, value in (fields | changes).items() if value is not None}
    return dump({"count": 1, "data": [{"id": "4012345", "fields": kept}]})


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    monkeypatch.setenv("CIVMAP_RELIEFWEB_APPNAME", NAME)
    monkeypatch.chdir(tmp_path)
    found = Routes({f"{REPORT}?appname={NAME}": report()})
    server.answers = [found]
    return found


def fetch(name="4012345"):
    return ReliefWeb().fetch(ReliefWeb().find_report(name, way()), way())


def test_report_becomes_a_page_with_its_day_and_publishers(tmp_path):
    fetched = fetch()
    document = read_document(fetched.path, limit_bytes=100_000)
    assert (document.date, document.date_source) == (dt.date(2024, 2, 24), "metadata")
    assert document.publisher == "AGENCY, A ministry"
    assert document.text.split("\n\n") == [
        "Flash Update #12, 20 January 2024",
        "Highlights",
        "Shelling hit Rafah on Friday, officials said.",
        "Families fled <b>Khan Younis</b> & went to Al-Mawasi.",
        "Strikes on Rafah killed civilians, the ministry said.",
    ]
    origin = fetched.holding.origin
    assert origin.licence == "belongs to its publisher; for reading only"
    assert (origin.attribution, origin.vintage) == ("AGENCY, A ministry", "2024-02-24")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or NAME.encode() not in path.read_bytes()


def test_map_of_a_report_is_of_its_day_and_names_it(capsys, tmp_path, server):
    options = ("--displacement", "none", "--radius", "2", "--accept-stale")
    assert main(["map", "reliefweb:4012345", *options]) == 0
    told = json.loads((tmp_path / "out/reliefweb-4012345/report.json").read_text())
    assert told["as_of"] == "2024-02-24"
    (article,) = [source for source in told["sources"] if source["source_id"] == "article"]
    assert article["licence"] == "belongs to its publisher; for reading only"
    assert article["url"] == f"https://{REPORT}"
    assert article["attribution"] == "AGENCY, A ministry"
    manifest = json.loads((tmp_path / "out/reliefweb-4012345/manifest.json").read_text())
    entry = next(each for each in manifest["inputs"] if each["part"] == "input")
    assert entry["origin"]["sha256"] == entry["sha256"]
    assert entry["origin"]["source"] == "reliefweb"
    capsys.readouterr()
    server.answers = [(500, b"")]
    assert main(["locate", "reliefweb:4012345", "--offline"]) == 0
    assert "Rafah" in capsys.readouterr().out
    run = assess(
        "reliefweb:4012345", offline=True, displacement="none", radius_km=2, accept_stale=True
    )
    assert run.facts["as_of"] == "2024-02-24"


@pytest.mark.parametrize("name", ["https://reliefweb.int/node/4012345", ALIAS])
def test_report_by_its_address(routes, name):
    found = dump({"data": [{"id": "4012345", "fields": {"id": 4012345}}]})
    routes.pages[API] = found
    assert fetch(name).path.name == "reliefweb_4012345.html"
    assert (len(routes.asked) == 2) is (name == ALIAS)


def test_report_that_nobody_knows(routes, capsys):
    routes.pages = {API: dump({"data": []})}
    with pytest.raises(UnavailableError, match="knows no report at https"):
        fetch(ALIAS)
    with pytest.raises(UnavailableError, match=r"\(404\).*Is 4012345 the number of a report"):
        fetch()
    assert main(["map", "reliefweb:"]) == 2
    assert "expected its number, such as 4012345" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["", "12a", "https://reliefweb.int/job/1", "../countries", "1" * 11]
)
def test_what_is_no_report_is_not_asked_for(routes, name):
    with pytest.raises(UsageError, match="expected its number"):
        ReliefWeb().find_report(name, way())
    assert routes.asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, b"no"), "only names that it approved: ask for one at .* set CIVMAP_RELIEFWEB_APP"),
        ((410, b"no"), r"ended\. ReliefWeb ends versions of its API \(version 1 is gone\)"),
        ((429, b"no"), "about 1,000 questions a day"),
        (report(body=None), "has no text of its own, only files"),
        (report(body="  "), "has no text of its own, only files"),
        (report(date=None), "a record has no date"),
        (dump({"data": {}}), "'data' is no list"),
        (dump({"data": []}), "a record has no title, date"),
        (dump({"reports": []}), "a record has no data"),
        (b"<html>Log in</html>", "a web page, perhaps one to log in"),
    ],
)
def test_what_is_no_article_is_told_and_not_kept(routes, answer, words):
    routes.pages = {REPORT: answer}
    with pytest.raises(UnavailableError, match=words):
        fetch()
    assert Holdings().list_all() == []


def test_without_a_name_it_says_how_to_get_one(monkeypatch, routes):
    monkeypatch.delenv("CIVMAP_RELIEFWEB_APPNAME")
    with pytest.raises(UnavailableError, match="set CIVMAP_RELIEFWEB_APPNAME to it"):
        fetch()
    assert routes.asked == []


def test_day_of_the_publisher_else_of_reliefweb_else_none(routes):
    assert fetch().holding.origin.vintage == "2024-02-24"
    for given, day in (({"created": "2024-02-26T09:00:00+00:00"}, "2024-02-26"), ({}, None)):
        Holdings().drop(Holdings().list_all()[0])
        for each in Holdings().list_all():
            Holdings().drop(each)
        routes.pages = {REPORT: report(date=given)}
        assert fetch().holding.origin.vintage == day


def test_reports_round_a_day_are_found(routes, capsys):
    near = {"title": "Near", "date": {"original": "2024-02-23T00:00:00+00:00"}, "source": []}
    far = {"title": "Far", "date": {"original": "2024-02-18T00:00:00+00:00"}}
    records = [{"id": "1", "fields": far}, {"id": "2", "fields": near}]
    routes.pages[API] = dump({"data": records})
    question = ("--area", "PSE", "--date", "2024-02-24", "--source", "reliefweb")
    assert main(["data", "find", *question]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  1. reliefweb 2: Near (publisher not told)"
    assert "1 days from the day" in lines[2]
    assert "reliefweb 1: Far" in "".join(lines)
    assert "filter%5Bconditions%5D%5B0%5D%5Bvalue%5D=pse" in routes.asked[0]
    assert "2024-02-17T00" in routes.asked[0]
    assert f"appname={NAME}" in routes.asked[0]
    kept = [each.origin.url for each in Holdings().list_all()]
    assert kept
    assert not any(NAME in url for url in kept)
