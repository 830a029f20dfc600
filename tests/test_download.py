"""One address into the cache, against a server on this machine that does all that servers do."""

import contextlib
import datetime as dt
import gzip
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from geo.download import fetch_file, find_address, find_size
from geo.errors import UnavailableError, UsageError
from geo.holdings import Holdings, Origin, clean_name
from geo.wanted import Manners
from tests.downloads import HOST, QUICK, TIFF, URL, list_files, serve, want, way

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    server.answers = [serve(TIFF)]
    return tmp_path / "cache"


def make_old(cache, days=400):
    (path,) = (cache / "files/index").glob("*.json")
    record = json.loads(path.read_text())
    day = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=days)
    record["checked"] = record["fetched"] = day.isoformat()
    path.write_text(json.dumps(record))
    return day.isoformat()


def test_file_is_kept_by_its_content_with_where_it_is_from(server, cache):
    fetched = fetch_file(want(), way())
    digest = hashlib.sha256(TIFF).hexdigest()
    assert fetched.path == cache / "files/objects" / digest / "people.tif"
    assert fetched.path.read_bytes() == TIFF
    assert fetched.transferred == len(TIFF)
    (sidecar,) = (cache / "files/index").glob("*.json")
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    assert json.loads(sidecar.read_text()) == {
        "url": URL,
        "source": "example",
        "licence": "CC BY 4.0",
        "attribution": "Example",
        "vintage": "2024",
        "area": "PSE",
        "name": "people.tif",
        "sha256": digest,
        "size": len(TIFF),
        "fetched": today,
        "checked": today,
        "etag": '"v1"',
        "modified": None,
        "mirror": "127.0.0.1",
    }
    assert not list(cache.rglob("*.part"))
    assert server.requests[0][0] == f"/{HOST}/some/people.tif"


def test_second_time_nothing_is_asked(server):
    fetch_file(want(), way())
    again = fetch_file(want(), way())
    assert (again.transferred, again.note, len(server.requests)) == (0, None, 1)


def test_offline_uses_the_cache_and_never_asks(server, cache):
    with pytest.raises(UnavailableError, match=r"people\.tif is not in the cache, and --offline"):
        fetch_file(want(), way(offline=True))
    fetch_file(want(), way())
    day = make_old(cache)
    found = fetch_file(want(), way(offline=True))
    assert found.path.read_bytes() == TIFF
    assert f"a copy of {day}, 400 days old" in found.note
    assert len(server.requests) == 1


def test_old_copy_is_confirmed_without_a_download(server, cache):
    fetch_file(want(), way())
    make_old(cache)
    again = fetch_file(want(), way())
    assert server.requests[-1][1]["If-None-Match"] == '"v1"'
    assert (again.transferred, again.note, again.holding.age_days) == (0, None, 0)
    fetch_file(want(), way())
    assert len(server.requests) == 2


def test_old_copy_is_renewed_when_there_is_a_newer_one(server, cache):
    fetch_file(want(), way())
    make_old(cache)
    newer = TIFF[:1000]
    server.answers = [serve(newer, etag='"v2"')]
    assert fetch_file(want(), way()).path.read_bytes() == newer


@pytest.mark.parametrize("answer", [(503, b""), (404, b""), (200, b"<html>Log in</html>")])
def test_old_copy_serves_with_its_age_when_there_is_no_new_one(server, cache, answer):
    fetch_file(want(), way())
    day = make_old(cache, 45)
    server.answers = [answer]
    found = fetch_file(want(), way())
    assert found.path.read_bytes() == TIFF
    told = f"a copy of {day}, 45 days old, which could not be renewed: example: {HOST}"
    assert told in found.note


@pytest.mark.parametrize("ruin", [lambda p: p.write_bytes(b"x"), lambda p: p.unlink(),
                                  lambda p: p.write_bytes(TIFF[:-1] + b"\0\0"[:1])])  # fmt: skip
def test_copy_that_was_changed_is_dropped(server, ruin):
    ruin(fetch_file(want(), way()).path)
    assert Holdings().find(URL) is None
    assert fetch_file(want(), way()).path.read_bytes() == TIFF
    assert len(server.requests) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"sha256": "../x"}', "[" * 100_000])
def test_broken_sidecar_is_as_none(cache, content):
    fetch_file(want(), way())
    (sidecar,) = (cache / "files/index").glob("*.json")
    sidecar.write_text(content)
    assert fetch_file(want(), way()).transferred == len(TIFF)


# --- what servers do --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, b""), r"wants a token or a login \(401\)"),
        ((403, b""), r"refuses \(403\)"),
        ((404, b""), r"no such file \(404\)"),
        ((410, b""), r"gone for good \(410\)"),
        ((418, b""), "status 418"),
        ((200, b""), "is empty; expected a GeoTIFF"),
        ((200, b"<!DOCTYPE html><title>Sign in</title>"), "a web page, perhaps one to log in"),
        ((200, b"\xef\xbb\xbf\n <HTML>"), "a web page"),
        ((200, b"version https://git-lfs.github.com/spec/v1\noid x\n"), "pointer of Git LFS"),
        ((200, b"PK\3\4 a zip"), "is no TIFF; expected a GeoTIFF; it begins 'PK"),
        ((302, b"", {"Location": "https://evil.example.com/"}), "redirects to https://evil"),
        ((302, b"", {"Location": f"http://{HOST}/x"}), f"redirects to http://{HOST}"),
    ],
)
def test_what_is_no_use_is_told_at_once_and_nothing_is_kept(server, cache, answer, words):
    server.answers = [answer]
    with pytest.raises(UnavailableError, match=words) as told:
        fetch_file(want(), way())
    assert told.value.exit_status == 4
    assert len(server.requests) == 1
    assert [name for name in list_files(cache) if not name.endswith(".turn")] == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_a_few_times(server, status):
    server.answers = [(status, b"")]
    with pytest.raises(UnavailableError, match=rf"{status}.*; asked 3 times"):
        fetch_file(want(), way())
    assert len(server.requests) == 3
    server.answers = [(status, b""), serve(TIFF)]
    assert fetch_file(want(), way()).path.read_bytes() == TIFF


def test_retry_after_is_kept_to(server):
    server.answers = [(429, b"", {"Retry-After": "1"}), serve(TIFF)]
    fetch_file(want(), way())
    (_, _, first), (_, _, second) = server.requests
    assert second - first >= 0.95


def test_retry_after_that_is_too_long_ends_the_download(server):
    server.answers = [(503, b"", {"Retry-After": "3600"})]
    with pytest.raises(UnavailableError, match="asks to be left alone for 3600 s"):
        fetch_file(want(), way())
    assert len(server.requests) == 1


def silent(_):
    time.sleep(0.8)


def nonsense(handler):
    handler.wfile.write(b"\0\1 no HTTP\r\n\r\n")


def reset(handler):
    handler.connection.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER: close with a reset


@pytest.mark.parametrize("answer", [silent, reset, nonsense])
def test_no_answer_is_told(server, answer):
    server.answers = [answer]
    with pytest.raises(UnavailableError, match=rf"{HOST}/some/people\.tif: .*(silent|broke)"):
        fetch_file(want(), way())
    assert len(server.requests) == 3


def test_without_a_network_it_gives_up_soon(monkeypatch):
    monkeypatch.setenv("CIVMAP_MIRROR", "http://127.0.0.1:9")
    start = time.monotonic()
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 can't be reached.*asked 2 times"):
        fetch_file(want(), way())
    assert time.monotonic() - start < 1.0


def test_body_that_is_packed_on_the_way_is_unpacked(server):
    headers = {"Content-Encoding": "gzip"}
    server.answers = [serve(gzip.compress(TIFF), headers=headers)]
    assert fetch_file(want(), way()).path.read_bytes() == TIFF


@pytest.mark.parametrize("stop", [1, 100_000, len(TIFF) - 1])
def test_download_that_breaks_off_goes_on_where_it_stopped(server, stop):
    server.answers = [serve(TIFF, stop=stop), serve(TIFF)]
    fetched = fetch_file(want(), way())
    assert fetched.path.read_bytes() == TIFF
    assert fetched.transferred == len(TIFF)  # no byte twice
    assert server.requests[1][1]["Range"] == f"bytes={stop}-"


def test_each_piece_of_progress_gives_new_patience(server):
    server.answers = [*[serve(TIFF, stop=50_000)] * 5, serve(TIFF)]
    assert fetch_file(want(), way()).path.read_bytes() == TIFF
    assert len(server.requests) == 6


def test_next_run_goes_on(server):
    server.answers = [serve(TIFF, stop=100_000), (404, b"")]
    with pytest.raises(UnavailableError, match="404"):
        fetch_file(want(), way())
    server.answers = [serve(TIFF)]
    assert fetch_file(want(), way()).transferred == len(TIFF) - 100_000


def test_other_version_is_not_glued_to_the_first(server):
    other = b"II*\0" + TIFF[:4:-1]
    server.answers = [serve(TIFF, stop=100_000), serve(other, etag='"v2"')]
    assert fetch_file(want(), way()).path.read_bytes() == other


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_version_it_starts_again(server, etag):
    server.answers = [serve(TIFF, etag=etag, stop=100_000), serve(TIFF, etag=etag)]
    assert fetch_file(want(), way()).path.read_bytes() == TIFF
    assert "Range" not in server.requests[1][1]


def other_part(handler):
    handler.send_response(206)
    handler.send_header("ETag", '"v1"')
    handler.send_header("Content-Range", f"bytes 0-9/{len(TIFF)}")
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.wfile.write(b"0123456789")


@pytest.mark.parametrize("answer", [other_part, (416, b"")])
def test_part_that_was_not_asked_for_is_not_taken(server, answer):
    server.answers = [serve(TIFF, stop=100_000), answer, serve(TIFF)]
    assert fetch_file(want(), way()).path.read_bytes() == TIFF


def test_server_without_ranges_sends_all_again(server):
    server.answers = [serve(TIFF, stop=100_000, ranges=False), serve(TIFF, ranges=False)]
    assert fetch_file(want(), way()).path.read_bytes() == TIFF


def test_drip_is_given_up(server):
    server.answers = [serve(TIFF, chunk=1, pause_s=0.05)]
    start = time.monotonic()
    with pytest.raises(UnavailableError, match="bytes a second are too slow"):
        fetch_file(want(), way())
    assert time.monotonic() - start < 3.0


@pytest.mark.parametrize(
    ("checksum", "right"),
    [
        (f"sha256:{hashlib.sha256(TIFF).hexdigest()}", True),
        (f"md5:{hashlib.md5(TIFF, usedforsecurity=False).hexdigest().upper()}", True),
        (f"sha256:{'0' * 64}", False),
        (f"md5:{'0' * 32}", False),
    ],
)
def test_checksum_of_the_publisher(cache, checksum, right):
    if right:
        assert fetch_file(want(checksum=checksum), way()).transferred
        return
    with pytest.raises(UnavailableError, match="but its publisher says 0000"):
        fetch_file(want(checksum=checksum), way())
    assert not [name for name in list_files(cache) if not name.endswith(".turn")]


@pytest.mark.parametrize("told", [True, False])
def test_file_beyond_the_limit_is_not_fetched(server, cache, told):
    def untold(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(TIFF)

    server.answers = [serve(TIFF) if told else untold]
    with pytest.raises(UnavailableError, match="more than 200,000 bytes"):
        fetch_file(want(limit_bytes=200_000), way())
    assert not list(cache.rglob("*.part"))


def test_file_that_does_not_fit_on_the_disk_is_not_begun(monkeypatch):
    class Usage:
        free = 1000

    monkeypatch.setattr("geo.download.shutil.disk_usage", lambda _: Usage)
    with pytest.raises(UnavailableError, match=r"300,004 bytes, but only 1,000 are free.*CIVMAP_C"):
        fetch_file(want(), way())


def test_closer_look_throws_the_file_away(cache):
    def refuse(_):
        raise UnavailableError("it holds no Gaza")

    with pytest.raises(UnavailableError, match="no Gaza"):
        fetch_file(want(check=refuse), way())
    assert not [name for name in list_files(cache) if not name.endswith(".turn")]


def test_catalogue_can_not_send_anywhere(server):
    for url in ("https://evil.example.com/x.tif", "https://169.254.169.254/x"):
        with pytest.raises(UnavailableError, match="none of its hosts"):
            fetch_file(want(url=url), way())
    for url in ("http://data.example.org/x", "file:///etc/passwd", "/vsicurl/x"):
        with pytest.raises(UsageError, match="expected https"):
            fetch_file(want(url=url), way())
    assert server.requests == []


@pytest.mark.parametrize("mirror", ["http://example.org", "ftp://x", "x"])
def test_mirror_that_may_not_be_asked(monkeypatch, mirror):
    monkeypatch.setenv("CIVMAP_MIRROR", mirror)
    with pytest.raises(UsageError, match=r"CIVMAP_MIRROR.*https"):
        find_address(URL)


def test_progress_is_shown():
    seen = []
    fetch_file(want(), way(show=lambda *told: seen.append(told)))
    assert seen[-1] == ("people.tif", len(TIFF), len(TIFF))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_token_is_sent_and_stands_nowhere(server, cache, caplog):
    secret = "s3cr3t-of-nobody"  # noqa: S105 - nobody's
    server.answers = [(500, secret.encode()), (403, secret.encode())]
    with caplog.at_level(logging.DEBUG), pytest.raises(UnavailableError) as told:
        fetch_file(want(), way(secret_headers={"Authorization": f"Bearer {secret}"}))
    assert server.requests[0][1]["Authorization"] == f"Bearer {secret}"
    server.answers = [serve(TIFF)]
    with caplog.at_level(logging.DEBUG):
        fetch_file(want(), way(secret_headers={"Authorization": f"Bearer {secret}"}))
    assert secret not in str(told.value) + caplog.text
    for path in cache.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


def one_byte(handler):
    assert handler.headers["Range"] == "bytes=0-0"
    handler.send_response(206)
    handler.send_header("Content-Range", "bytes 0-0/123456")
    handler.send_header("Content-Length", "1")
    handler.end_headers()
    handler.wfile.write(b"I")


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (one_byte, 123_456),
        ((200, TIFF), len(TIFF)),  # a server without ranges: it is hung up on
        ((404, b"x"), None),
        (silent, None),
    ],
)
def test_size_is_found_without_a_download(server, cache, answer, size):
    server.answers = [answer]
    assert find_size(URL, frozenset({HOST}), way()) == size
    assert find_size("https://evil.example.com/x", frozenset({HOST}), way()) is None
    assert find_size(URL, frozenset({HOST}), way(offline=True)) is None
    assert len(server.requests) == 1
    assert not cache.exists()


# --- several processes, and their end ---------------------------------------------------------

FETCH = """
import sys
from geo.download import fetch_file
from tests.downloads import want, way
fetched = fetch_file(want(), way())
print(fetched.holding.sha256, fetched.transferred)
"""


def start():
    return subprocess.Popen(
        [sys.executable, "-c", FETCH],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_at_once_make_one_download(server):
    server.answers = [serve(TIFF, chunk=30_000, pause_s=0.02)]
    running = [start() for _ in range(3)]
    answers = sorted(process.communicate(timeout=60)[0].split() for process in running)
    assert [process.returncode for process in running] == [0, 0, 0]
    assert {digest for digest, _ in answers} == {hashlib.sha256(TIFF).hexdigest()}
    assert sorted(int(size) for _, size in answers) == [0, 0, len(TIFF)]
    assert len(server.requests) == 1


def holds(path, size):
    return path.exists() and path.stat().st_size >= size if size else True


NURSERY = """
import os, sys
from geo.download import fetch_file
from tests.downloads import want, way
for _ in sys.stdin:
    pid = os.fork()
    if not pid:
        fetch_file(want(), way())
        os._exit(0)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


class Nursery:
    """A process that has everything loaded, and of which others that fetch are made at once."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self._process.communicate()

    def start(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def kill(self, pid):
        """Kill a process, and wait until it has ended; it may have ended before, all right."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        assert int(self._process.stdout.readline()) in (0, signal.SIGKILL)


def kill_and_finish(server, cache, rounds, nursery):
    """Kill a download of 10 pieces after each number of pieces; the next run must end right.

    Half of the kills come while it waits for more, the others at any moment.
    """
    again = 0
    for number in range(rounds):
        pieces = number % 11
        enough, killed, waits = threading.Event(), threading.Event(), number % 2 == 0

        def answer(handler, pieces=pieces, enough=enough, killed=killed, waits=waits):
            body, step = TIFF, len(TIFF) // 10 + 1
            handler.send_response(200)
            handler.send_header("ETag", '"v1"')
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            for count in range(10):
                if count == pieces:
                    enough.set()
                    if waits:
                        killed.wait(10)
                handler.wfile.write(body[count * step : (count + 1) * step])
                handler.wfile.flush()
            enough.set()

        server.answers = [answer]
        pid = nursery.start()
        assert enough.wait(30)
        if waits and pieces < 10:  # it has all that was sent
            while not holds(Holdings().part(URL), pieces * (len(TIFF) // 10 + 1)):
                time.sleep(0.005)
        else:  # it may be anywhere
            time.sleep(0.002 * (number % 5))
        nursery.kill(pid)
        killed.set()
        kept = Holdings().find(URL)  # either nothing or the whole
        assert kept is None or kept.path.read_bytes() == TIFF
        server.answers = [serve(TIFF)]
        server.requests.clear()
        fetched = fetch_file(want(), way())
        assert fetched.path.read_bytes() == TIFF
        again += any("Range" in headers for _, headers, _ in server.requests)
        assert [n for n in list_files(cache / "files") if n.endswith((".part", ".notes"))] == []
        Holdings().drop(fetched.holding)
    return again


def test_killed_download_ends_right_in_the_next_run(server, cache):
    with Nursery() as nursery:
        again = kill_and_finish(server, cache, 50, nursery)
    assert again >= 20  # and it went on where it stopped


# --- small things -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.tif", "y.tif"),
        ("..", "file"),
        ("", "file"),
        (".hidden", "hidden"),
        ("a b\0c.tif", "a_b_c.tif"),
        ("x" * 500 + ".tif", "x" * 120 + ".tif"),
    ],
)
def test_names_stay_in_their_folder(name, clean):
    assert clean_name(name) == clean


def test_two_addresses_of_one_content_keep_it_until_both_go():
    first = fetch_file(want(), way()).holding
    second = fetch_file(want(url=f"https://{HOST}/other/people.tif"), way()).holding
    assert first.path == second.path
    Holdings().drop(first)
    assert second.path.read_bytes() == TIFF
    Holdings().drop(second)
    assert not second.path.exists()


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
from geo.download import fetch_file
from geo.errors import UnavailableError
from tests.downloads import want, way
try:
    fetch_file(want(), way())
except UnavailableError as error:
    print(error)
"""


def test_disk_that_takes_no_more_is_told_and_the_next_run_goes_on():
    done = subprocess.run(
        [sys.executable, "-c", FULL], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "can't be written: File too large" in done.stdout
    assert Holdings().find(URL) is None
    fetched = fetch_file(want(), way())
    assert fetched.path.read_bytes() == TIFF
    assert fetched.transferred == len(TIFF) - 100_000


def test_folder_that_can_not_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "file"))
    with pytest.raises(UnavailableError, match=r"can't be written.*CIVMAP_CACHE"):
        fetch_file(want(), way())


def test_defaults_are_patient():
    assert Manners().silence_s >= 30 > QUICK.silence_s
    assert Origin("u", "s").licence is None
