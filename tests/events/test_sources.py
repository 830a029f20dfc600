"""Publishers of events, spoken by a server on this machine: what they give, and what it becomes."""

import datetime as dt
import json

import pytest

from geo.errors import UnavailableError, UsageError
from geo.events.countries import find_number, list_fips
from geo.events.sources.acled import Acled
from geo.events.sources.gdelt import Gdelt
from geo.events.sources.ucdp import Ucdp
from geo.events.table import read_table
from geo.holdings import Holdings
from geo.offers import Area
from maps.cli import main
from maps.publish.guard.licences import forbids_passing_on
from tests.downloads import way
from tests.event_services import (
    ACLED_PAGES,
    ACLED_SECRETS,
    DELETED_PAGES,
    GDELT_FILES,
    GDELT_SERVICE,
    GED,
    UCDP,
    UCDP_API,
    UCDP_FILE,
    UCDP_FILES,
    UCDP_SECRETS,
    TokenOffice,
    acled_event,
    acled_page,
    acled_pages,
    acled_service,
    deleted,
    gdelt_pages,
    gdelt_row,
    gdelt_zip,
    ged_event,
    read_rows,
    ucdp_page,
    ucdp_url,
    write_ged,
)
from tests.faults import FAULTS, answer
from tests.services import Routes, dump, make_raster, make_zip

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PSE = Area("PSE", "PS", "Palestine")
DAY = dt.date(2024, 2, 24)


@pytest.fixture(autouse=True)
def routes(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    for name in (*ACLED_SECRETS, *UCDP_SECRETS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    found = Routes()
    server.answers = [found]
    return found


def get(source, day=DAY, area=PSE, **changes):
    offer, *more = source.find(area, day, way(**changes))
    assert not more
    return source.fetch(offer, way(**changes))


# --- ACLED ------------------------------------------------------------------------------------


@pytest.fixture
def account(monkeypatch):
    for name, value in ACLED_SECRETS.items():
        monkeypatch.setenv(name, value)


def open_office(server, pages, office=None):
    """Serve ACLED's pages to those who have a token; return who gives it out."""
    office, routes = office or TokenOffice(), Routes(pages)
    server.answers = [lambda handler: office(handler) or routes(handler)]
    return office


def acled_in_pages(events, size=2):
    """Return the pages of events, `size` on each, and of no deletions."""
    pages = acled_pages()
    count = -(-len(events) // size)
    for number in range(count):
        rows = events[number * size : (number + 1) * size]
        pages[f"{ACLED_PAGES}{number + 1}"] = acled_page(rows, len(events))
    return pages | {f"{ACLED_PAGES}{count + 1}": acled_page([], 0)}


@pytest.mark.usefixtures("account")
def test_acled_pages_become_one_table_that_is_read_as_acled(server):
    events = [acled_event(n, notes=f'=1+{n}, "quoted"\nsecond line') for n in range(5)]
    open_office(server, acled_in_pages(events))
    fetched = get(Acled())
    assert fetched.path.name == "acled_pse_2024-02-11_2024-02-24.csv"
    rows = read_rows(fetched.path.read_bytes())
    assert rows == events
    found = read_table(fetched.path.read_bytes(), fetched.path.name)
    assert [event.fatalities for event in found.events] == [3] * 5
    (source,) = found.sources
    assert forbids_passing_on(source.licence)
    assert {each.origin.source for each in Holdings().list_all()} == {"acled"}  # pages are gone
    server.answers = [(500, b"")]
    assert get(Acled(), offline=True).path == fetched.path


@pytest.mark.usefixtures("account")
def test_acled_token_that_expires_is_renewed_once_by_refresh_and_then_by_password(server):
    events = [acled_event(n) for n in range(6)]
    office = open_office(server, acled_in_pages(events), TokenOffice(lives=2))
    assert len(read_rows(get(Acled()).path.read_bytes())) == 6
    # 4 pages of events and 2 of deletions, two for each token
    assert office.grants == ["password", "refresh_token", "refresh_token"]
    Holdings().sweep()
    for each in Holdings().list_all():
        Holdings().drop(each)
    office = open_office(server, acled_in_pages(events), TokenOffice(lives=2, refreshes=False))
    assert len(read_rows(get(Acled()).path.read_bytes())) == 6
    assert office.grants == ["password"] + ["refresh_token", "password"] * 2


@pytest.mark.usefixtures("account")
def test_acled_token_that_is_never_taken_is_an_error(server):
    office = open_office(server, acled_pages(), TokenOffice(lives=0))
    with pytest.raises(UnavailableError, match=r"wants a token or a login \(401\)"):
        get(Acled())
    assert office.grants == ["password", "refresh_token", "password"]


@pytest.mark.usefixtures("account")
def test_acled_wrong_password_is_told_without_it(server, monkeypatch):
    open_office(server, acled_pages())
    monkeypatch.setenv("CIVMAP_ACLED_PASSWORD", "wrong-w0rd-of-nobody")
    with pytest.raises(UnavailableError, match="refuses user and password") as told:
        get(Acled())
    assert "CIVMAP_ACLED_PASSWORD" in str(told.value)
    assert "w0rd" not in str(told.value)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(200, b"<html>Sign in</html>"), "a web page"),
        (answer(200, b'{"access_tok'), "cut off or broken"),
        (answer(200, b'{"token": "x"}'), "has no access_token"),
        (answer(404), r"no such file \(404\)"),
        (answer(410), r"gone for good \(410\)"),
        (answer(503), "status 503; expected 200; asked 3 times"),
        (answer(429, Retry_After="3600"), "left alone for 3600 s"),
        (answer(302, Location="https://evil.example.com/"), "status 302"),
        (lambda handler: handler.connection.close(), "broke off|silent"),
    ],
)
@pytest.mark.usefixtures("account")
def test_acled_office_that_is_ill_is_told(server, reply, words, tmp_path):
    server.answers = [reply]
    with pytest.raises(UnavailableError, match=words) as told:
        get(Acled())
    assert told.value.exit_status == 4
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"w0rd" not in path.read_bytes()


@pytest.mark.usefixtures("account")
def test_acled_password_goes_where_tokens_are_given_out_only(server):
    open_office(server, acled_pages())
    get(Acled())
    assert len(server.forms) == 1
    assert b"username=somebody%40of-nobody.example.org" in server.forms[0]
    assert not any("somebody" in str(request) for request in server.requests)


@pytest.mark.usefixtures("account")
def test_acled_leaves_out_what_was_deleted_since(server):
    events = [acled_event(1), acled_event(2), acled_event(3, timestamp="1709999999")]
    gone = [deleted(1), deleted(3), deleted(99)]  # 3 was put back later
    open_office(server, acled_pages(events, gone))
    rows = read_rows(get(Acled()).path.read_bytes())
    assert [row["event_id_cnty"] for row in rows] == ["PSE2", "PSE3"]


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({f"{ACLED_PAGES}1": acled_page([acled_event(1)], 7)}, "1 rows came, but .* 7"),
        ({f"{ACLED_PAGES}2": acled_page([acled_event(3)], 9)}, "changed while it was read"),
        ({f"{ACLED_PAGES}1": acled_page([], 0)}, "no events of PSE.*gets no single events"),
        ({f"{ACLED_PAGES}1": dump({"success": False, "status": 403})}, r"can't \(status 403\)"),
        ({f"{ACLED_PAGES}1": dump({"data": {}})}, "'data' is no list"),
        ({f"{ACLED_PAGES}1": dump({"count": 2, "data": []})}, "0 rows, but says 2"),
        ({f"{ACLED_PAGES}1": dump({"count": "x", "data": []})}, "count is no number"),
        ({f"{DELETED_PAGES}1": dump({"data": [{"id": 1}]})}, "no event_id_cnty"),
        ({f"{DELETED_PAGES}1": acled_page([deleted(1), deleted(2)])}, "no events of PSE"),
    ],
)
@pytest.mark.usefixtures("account")
def test_acled_answer_that_is_not_whole_is_told_and_not_kept(server, pages, words):
    open_office(server, acled_pages() | {f"{ACLED_PAGES}3": acled_page([], 0)} | pages)
    with pytest.raises(UnavailableError, match=words):
        get(Acled())
    assert "acled" not in {each.origin.source for each in Holdings().list_all()}


def test_acled_without_an_account_says_what_it_needs():
    with pytest.raises(UnavailableError, match="set CIVMAP_ACLED_EMAIL and CIVMAP_ACLED_PASSWORD"):
        Acled().find(PSE, DAY, way())


@pytest.mark.usefixtures("account")
def test_old_table_serves_when_the_service_is_down(server, tmp_path):
    open_office(server, acled_pages())
    fetched = get(Acled())
    for path in (tmp_path / "cache/files/index").glob("*.json"):
        record = json.loads(path.read_text()) | {"checked": "2024-03-01", "fetched": "2024-03-01"}
        path.write_text(json.dumps(record))
    server.answers = [(503, b"")]
    again = get(Acled())
    assert again.path == fetched.path
    assert "a copy of 2024-03-01" in again.note
    assert "status 503" in again.note


# --- UCDP -------------------------------------------------------------------------------------


def test_ucdp_pages_of_the_api_become_the_rows_in_the_country(server, monkeypatch):
    for name, value in UCDP_SECRETS.items():
        monkeypatch.setenv(name, value)
    server.answers = [Routes(UCDP.pages)]
    fetched = get(Ucdp())
    rows = read_rows(fetched.path.read_bytes())
    assert [row["id"] for row in rows] == ["1", "3"]  # 2 is in Israel, whose Gaza is for UCDP too
    sent = {headers["x-ucdp-access-token"] for _, headers, _ in server.requests if "gedevents/25"}
    assert sent == set(UCDP_SECRETS.values())
    found = read_table(fetched.path.read_bytes(), fetched.path.name)
    assert found.events[0].fatalities == 4
    assert found.sources[0].licence == "CC BY 4.0"


def test_ucdp_without_a_token_takes_the_files_that_anyone_may_fetch(routes):
    routes.pages = dict(UCDP_FILE.pages)
    (offer,) = Ucdp().find(PSE, DAY, way())
    assert offer.size == len(routes.pages[GED])
    assert offer.title == "UCDP events of Palestine, 2024-02-11 to 2024-02-24 (GED 25.1)"
    rows = read_rows(Ucdp().fetch(offer, way()).path.read_bytes())
    assert [row["id"] for row in rows] == ["1", "3"]
    asked = len(routes.asked)
    assert get(Ucdp(), offline=True).transferred == 0
    assert len(routes.asked) == asked


def test_ucdp_days_after_the_last_yearly_release_come_from_candidates(routes, monkeypatch):
    monkeypatch.setattr("geo.events.sources.ucdp.today", lambda: dt.date(2026, 4, 1))
    january = ged_event(7, date_start="2026-01-30", date_end="2026-01-30")
    december = ged_event(8, date_start="2024-12-30", date_end="2024-12-30")
    routes.pages = {
        f"{UCDP_FILES}/candidateged/GEDEvent_v26_0_1.csv": write_ged([january]),
        GED: make_zip(a__csv=write_ged([december])),
    }
    (offer,) = Ucdp(days=14).find(PSE, dt.date(2026, 2, 5), way())
    assert offer.details["versions"] == ["26.0.1"]
    assert "a part of the days is in no release yet (26.0.2)" in offer.traps
    assert any("provisional" in trap for trap in offer.traps)
    assert [r["id"] for r in read_rows(Ucdp().fetch(offer, way()).path.read_bytes())] == ["7"]
    # days in both: to the end of 2024 from GED 25.1, then the candidate
    routes.pages[f"{UCDP_FILES}/candidateged/GEDEvent_v25_0_1.csv"] = write_ged(
        [ged_event(9, date_start="2025-01-02", date_end="2025-01-02")]
    )
    fetched = get(Ucdp(), dt.date(2025, 1, 7))
    assert [row["id"] for row in read_rows(fetched.path.read_bytes())] == ["8", "9"]
    assert Ucdp().find(PSE, dt.date(2026, 3, 31), way()) == []  # no release yet


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({ucdp_url("25.1", 1): ucdp_page([], 1, 2, 3)}, "2 rows came, but .* 3"),
        ({ucdp_url("25.1", 1): ucdp_page([ged_event(3, date_start="x")], 1, 2, 3)}, "no days"),
        ({ucdp_url("25.1", 0): dump({"Result": []})}, "no TotalCount"),
        ({ucdp_url("25.1", 0): ucdp_page([]) }, "no events of PSE.*0 on these days"),
        ({f"{UCDP_API}/26.1?pagesize=1&page=0": (403, b"")}, r"refuses \(403\)"),
    ],
)  # fmt: skip
def test_ucdp_answer_that_is_not_whole_is_told(server, monkeypatch, pages, words):
    monkeypatch.setattr("geo.events.sources.ucdp.today", lambda: dt.date(2026, 4, 1))
    for name, value in UCDP_SECRETS.items():
        monkeypatch.setenv(name, value)
    server.answers = [Routes({**UCDP.pages, **pages})]
    with pytest.raises(UnavailableError, match=words):
        get(Ucdp())


def test_ucdp_file_of_another_version_is_read(routes, shared_file):
    """GED 19.1, real rows of Myanmar and Bangladesh, as of the yearly release."""
    routes.pages = {GED: shared_file("ucdp/download.zip").read_bytes()}
    area = Area("BGD", "BD", "Bangladesh")
    rows = read_rows(get(Ucdp(days=365), dt.date(2013, 12, 31), area).path.read_bytes())
    assert len(rows) > 20
    assert {row["country"] for row in rows} == {"Bangladesh"}


# --- GDELT ------------------------------------------------------------------------------------


def test_gdelt_keeps_what_was_done_in_the_country_on_the_day(routes):
    routes.pages = dict(GDELT_SERVICE.pages)
    fetched = get(Gdelt())
    rows = read_rows(fetched.path.read_bytes())
    # 3 is words, 5 lies in Israel, 6 is of last year, 7 and 9 are of other days' files
    assert [(row["globaleventid"], row["country"], row["lat"]) for row in rows] == [
        ("1", "PS", "31.287"),
        ("2", "PS", "31.287"),
        ("4", "PS", ""),  # put at the country
    ]
    found = read_table(fetched.path.read_bytes(), fetched.path.name)
    assert [event.event_id for event in found.events] == ["1", "2"]
    assert {event.fatalities for event in found.events} == {None}
    assert {place.precision_km for place in found.places} == {25.0}
    assert any(each.code == "leads-only" for each in found.cautions)
    assert any("1 of 3" in each.text or "longitude" in each.text for each in found.cautions)
    assert found.sources[0].licence.endswith("leads only")
    assert "fatalities" not in rows[0]
    assert not any(
        f"{day}.export" in asked for asked in routes.asked for day in ("20240223234500",)
    )


def test_gdelt_list_is_fetched_once_for_days_that_it_holds(routes):
    routes.pages = dict(GDELT_SERVICE.pages)
    get(Gdelt())
    get(Gdelt(days=2))
    assert sum(each.endswith("masterfilelist.txt") for each in routes.asked) == 1


def test_gdelt_days_are_few():
    assert Gdelt(days=3).find(PSE, DAY, way())
    for days in (0, 4):
        with pytest.raises(UsageError, match=rf"gdelt: {days} days; expected 1 to 3"):
            Gdelt(days=days).find(PSE, DAY, way())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"20240224000000": gdelt_zip("20240224000000", "a\tb")}, "a row has 2 columns"),
        ({"20240224000000": make_zip(a=b"x", b=b"y")}, "an archive with 2 files"),
        ({"20240224000000": gdelt_zip("20240224000000", gdelt_row(1, _53="IS"))}, "no leads"),
        ({"20240223000000": gdelt_zip("20240223000000", gdelt_row(1))}, "lists no files of"),
        (
            {f"20240224{n:06}": gdelt_zip("x", gdelt_row(n)) for n in range(97)},
            "lists 97 files .* at most 96 a day",
        ),
    ],
)
def test_gdelt_files_that_are_not_as_they_should_be_are_told(routes, files, words):
    late = {"20240225000000": GDELT_FILES["20240225000000"]}
    routes.pages = gdelt_pages(files | late)
    with pytest.raises(UnavailableError, match=words):
        get(Gdelt())
    assert "gdelt" not in {each.origin.source for each in Holdings().list_all()}


def test_codes_of_countries():
    assert list_fips("PS") == {"WE", "GZ"}
    assert list_fips("DE") == {"GM"}  # and GM is no Gambia's
    assert list_fips("UA") == {"UP"}
    assert (find_number("PSE"), find_number("AFG"), find_number("XKX")) == ("275", "004", None)


# --- a source's name in place of the input ----------------------------------------------------

MAP_ACLED = ("map", "acled", "--area", "PSE", "--as-of", "2024-02-24", "--displacement", "none",
             "--radius", "2", "--accept-stale", "--yes")  # fmt: skip


def map_acled(out, *more):
    return main([*MAP_ACLED, *more, "--out", out])


@pytest.mark.usefixtures("account")
def test_map_of_a_source_says_where_its_events_are_from_and_repeats_offline(
    server, tmp_path, capsys
):
    open_office(server, acled_pages())
    assert map_acled("one") == 0
    told = capsys.readouterr()
    assert "will fetch ACLED events of Palestine, 2024-02-11 to 2024-02-24" in told.err
    assert "terms forbid passing its rows on" in told.err
    report = json.loads((tmp_path / "one/report.json").read_text())
    (source,) = [each for each in report["sources"] if each["source_id"] == "events"]
    assert forbids_passing_on(source["licence"])
    assert source["attribution"].startswith("Armed Conflict")
    assert source["url"].startswith("https://acleddata.com/api/acled/read")
    entry = json.loads((tmp_path / "one/manifest.json").read_text())["inputs"][0]
    assert entry["part"] == "input"
    assert entry["origin"]["source"] == "acled"
    assert entry["origin"]["sha256"] == entry["sha256"]
    server.answers = [(500, b"")]
    assert map_acled("two", "--offline") == 0
    pages = [(tmp_path / out / "map.html").read_bytes() for out in ("one", "two")]
    assert pages[0] == pages[1]


def test_secrets_stand_in_no_page_manifest_log_or_message_of_a_map(fault_bench):
    """Also where the server repeats what it was sent, in every way that it can."""
    service = acled_service()
    for name in ("echo-500", "echo-200", "echo-inside", "echo-redirect", "echo-headers"):
        fault_bench.use_cache(name)
        fault_bench.set_secrets(service)
        ended = fault_bench.run(service, (*MAP_ACLED, "--out", name), FAULTS[name])
        assert ended.status == (0 if FAULTS[name].words is None else 4), ended.err
    assert service.guard.tokens
    fault_bench.check_secrets(service)


@pytest.mark.usefixtures("account")
def test_expose_takes_a_source_too(server, tmp_path, capsys):
    make_raster(tmp_path / "people.tif")
    open_office(server, acled_pages())
    arguments = ["expose", "acled", "--area", "PSE", "--as-of", "2024-02-24", "--population",
                 "people.tif", "--unit", "count", "--radius", "2", "--out", "out.csv"]  # fmt: skip
    assert main(arguments) == 0
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3
    assert "terms forbid passing its rows on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["acled"], 2, "for which country"),
        (["ucdp", "--area", "Gaza"], 2, "ISO 3166-1 code"),
        (["a.csv", "--area", "PSE"], 2, "--area and --days go with a source"),
        (["--days", "3"], 2, "--area and --days go with a source"),
        (["gdelt", "--area", "PSE", "--days", "9"], 2, "expected 1 to 3"),
        (["acled", "--area", "PSE", "--offline"], 4, "not in the cache, and --offline"),
        (["./acled"], 4, "No such file"),
    ],
)
def test_wrong_calls(capsys, arguments, status, words, tmp_path):
    assert main(["map", *arguments, "--out", "out"]) == status
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_file_that_is_called_as_a_source(tmp_path):
    (tmp_path / "acled").write_text("Shells fell on Rafah on 24 February 2024.")
    assert main(["map", "./acled", "--displacement", "none", "--accept-stale", "--out", "out"]) == 0


@pytest.mark.usefixtures("account")
def test_data_command_finds_and_fetches_events(server, capsys):
    open_office(server, acled_pages())
    question = ("--area", "PSE", "--date", "2024-02-24", "--part", "events")
    assert main(["data", "find", *question, "--days", "14", "--source", "acled"]) == 0
    assert "1. acled 2024-02-11_2024-02-24: ACLED events of Palestine" in capsys.readouterr().out
    assert main(["data", "fetch", "acled", *question, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["source"] == "acled"


# --- tables that are given as files -----------------------------------------------------------


def write_csv(*rows):
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]).encode()


@pytest.mark.parametrize(
    ("table", "licence"),
    [
        (write_csv(acled_event(1)), "ACLED terms: rows may not be passed on"),
        (write_ged([ged_event(1)]), "CC BY 4.0"),
        (b"lon,lat\n34.2,31.2\n", "of its publisher"),
    ],
)
def test_table_is_known_by_its_columns_and_carries_its_publishers_licence(table, licence):
    (source,) = read_table(table, "events.csv").sources
    assert source.licence == licence
    assert forbids_passing_on(source.licence) == ("ACLED" in licence)
