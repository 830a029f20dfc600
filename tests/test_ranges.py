"""A file read where it lies, against a server on this machine that does all that servers do."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import pytest_socket

from geo.blocks import BLOCK_BYTES, Blocks, list_notes
from geo.errors import ChangedError, UnavailableError, UsageError
from geo.part_server import NoPartsError
from geo.ranges import open_ranges
from tests.downloads import HOST, URL, Parts, want, way

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ROOT = Path(__file__).parents[1]
BODY = b"II*\0" + b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(60_000))  # 1.9 MB
K = BLOCK_BYTES


@pytest.fixture(autouse=True)
def parts(monkeypatch, tmp_path, server):
    monkeypatch.setenv("CIVMAP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CIVMAP_MIRROR", server.url)
    found = Parts(BODY)
    server.answers = [found]
    return found


def runs(cache):
    return sorted(path.name for path in (cache / "cache/files/parts").rglob("*.run"))


@pytest.mark.parametrize(
    ("offset", "size"),
    [(0, 4), (0, K), (1, K), (K - 1, 2), (5 * K, 3 * K), (len(BODY) - 3, 99), (len(BODY), 5),
     (len(BODY) + K, 5), (7 * K + 7, 0), (0, len(BODY))],
)  # fmt: skip
def test_what_is_read_is_what_is_there(offset, size):
    assert open_ranges(want(), way()).read(offset, size) == BODY[offset : offset + size]


def test_only_what_is_needed_is_sent_and_only_once(parts, tmp_path):
    file = open_ranges(want(), way())
    assert (file.size, file.name, parts.sent) == (len(BODY), "people.tif", K)
    assert file.read(10 * K, K) == BODY[10 * K : 11 * K]
    assert file.read(10 * K, 10) == BODY[10 * K : 10 * K + 10]
    assert (parts.sent, file.transferred, file.requests) == (2 * K, K, 1)
    again = open_ranges(want(), way())
    assert again.read(10 * K, K) == BODY[10 * K : 11 * K]
    assert (again.transferred, len(parts.asked)) == (0, 2)
    assert all(
        name.split("-")[1].removesuffix(".run") == hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "cache/files/parts").rglob("*.run")
        for name in [path.name]
    )


def test_neighbours_are_asked_for_at_once_and_small_gaps_with_them(parts):
    file = open_ranges(want(), way())
    file.fetch([(4 * K, 10), (3 * K + 5, 10), (7 * K, K), (20 * K, 1), (0, 1)])
    assert parts.asked[1:] == [f"bytes={3 * K}-{8 * K - 1}", f"bytes={20 * K}-{21 * K - 1}"]
    assert file.read(7 * K, 3) == BODY[7 * K : 7 * K + 3]
    assert len(parts.asked) == 3


def test_threads_at_once_ask_once(parts):
    file = open_ranges(want(), way())
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(file.read(9 * K, 2 * K))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [BODY[9 * K : 11 * K]] * 8
    assert len(parts.asked) == 2


def test_offline_needs_no_socket_and_tells_what_is_missing(parts):
    first = open_ranges(want(), way())
    first.read(3 * K, K)
    pytest_socket.disable_socket(allow_unix_socket=True)
    file = open_ranges(want(), way(offline=True))
    assert file.read(3 * K, K) == BODY[3 * K : 4 * K]
    assert file.to_record() == first.to_record()
    with pytest.raises(UnavailableError, match=r"people\.tif: a part that is needed is not in"):
        file.read(9 * K, 1)
    with pytest.raises(UnavailableError, match="nothing of it is in the cache, and --offline"):
        open_ranges(want(url=f"https://{HOST}/other.tif"), way(offline=True))
    assert len(parts.asked) == 2


def test_what_was_read_is_told_for_the_manifest():
    file = open_ranges(want(), way())
    file.fetch([(4 * K, K)])  # fetched, not read
    assert file.read(2 * K, 2 * K) == BODY[2 * K : 4 * K]
    record = file.to_record()
    lines = "".join(f"{n} {hashlib.sha256(BODY[n * K : n * K + K]).hexdigest()}\n" for n in (2, 3))
    assert record["parts"] == {
        "block_bytes": K,
        "blocks": 2,
        "bytes": 2 * K,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }
    assert (record["url"], record["etag"], record["size"]) == (URL, '"v1"', len(BODY))


@pytest.mark.parametrize("when", ["between reads", "between runs", "without a new tag"])
def test_file_that_changes_is_dropped(parts, tmp_path, when):
    file = open_ranges(want(), way())
    file.read(3 * K, K)
    parts.body = b"II*\0" + BODY[:3:-1] if when != "without a new tag" else BODY + b"more"
    parts.etag = '"v2"' if when != "without a new tag" else '"v1"'
    if when == "between runs":  # its notes are old: the server is asked
        file = open_ranges(want(fresh_days=-1), way())
        assert file.read(3 * K, K) == parts.body[3 * K : 4 * K]
        return
    assert file.read(3 * K, K) == BODY[3 * K : 4 * K]  # of one version
    with pytest.raises(ChangedError, match="became another file while it was read"):
        file.read(9 * K, 1)
    assert runs(tmp_path) == []
    with pytest.raises(ChangedError):  # and nothing of it is read any more
        file.read(9 * K, 1)
    assert open_ranges(want(), way()).read(9 * K, K) == parts.body[9 * K : 10 * K]


def test_parts_of_two_versions_are_never_mixed_by_two_runs(parts):
    """A run that began with the first version asks for no more once another run has the second."""
    first = open_ranges(want(), way())
    first.read(3 * K, K)
    parts.body, parts.etag = b"II*\0" + BODY[:3:-1], '"v2"'
    second = open_ranges(want(fresh_days=-1), way())
    second.read(9 * K, K)
    with pytest.raises(ChangedError):
        first.read(20 * K, K)
    assert open_ranges(want(), way()).read(9 * K, K) == parts.body[9 * K : 10 * K]


def test_old_notes_are_confirmed_and_parts_stay(parts):
    open_ranges(want(), way()).read(3 * K, K)
    file = open_ranges(want(fresh_days=-1), way())
    assert file.read(3 * K, K) == BODY[3 * K : 4 * K]
    assert (len(parts.asked), file.transferred, file.note) == (3, 0, None)


def test_server_that_is_down_leaves_what_is_kept(server):
    open_ranges(want(), way()).read(3 * K, K)
    server.answers = [(503, b"")]
    file = open_ranges(want(fresh_days=-1), way())
    assert "0 days old; whether they still stand could not be asked" in file.note
    assert file.read(3 * K, K) == BODY[3 * K : 4 * K]
    with pytest.raises(UnavailableError, match="503"):
        file.read(9 * K, 1)


def whole(handler):
    handler.send_response(200)
    handler.send_header("ETag", '"v1"')
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    handler.wfile.write(BODY)


def no_version(handler):
    Parts(BODY, etag='W/"weak"')(handler)


def of_unknown_size(handler):
    handler.send_response(206)
    handler.send_header("ETag", '"v1"')
    handler.send_header("Content-Range", f"bytes 0-{K - 1}/*")
    handler.send_header("Content-Length", str(K))
    handler.end_headers()
    handler.wfile.write(BODY[:K])


@pytest.mark.parametrize("answer", [whole, no_version, of_unknown_size, (416, b"")])
def test_server_that_sends_no_parts(server, tmp_path, answer):
    server.answers = [answer]
    with pytest.raises(NoPartsError):
        open_ranges(want(), way())
    assert runs(tmp_path) == []


def test_day_of_change_stands_for_a_tag(server):
    day = "Mon, 01 Jan 2024 00:00:00 GMT"
    server.answers = [Parts(BODY, etag=None, modified=day)]
    file = open_ranges(want(), way())
    assert file.notes.version == day
    assert file.read(5 * K, 9) == BODY[5 * K : 5 * K + 9]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, b""), "token or a login"), ((403, b""), "refuses"), ((404, b""), "no such file"),
        ((410, b""), "gone for good"), ((429, b""), "no more questions.*asked 3 times"),
        ((500, b""), "500.*asked 3 times"), ((503, b"", {"Retry-After": "3600"}), "left alone"),
        (lambda _: time.sleep(0.8), "silent for 0.5 s; asked 3 times"),
        (lambda h: h.wfile.write(b"\0\1 no HTTP\r\n\r\n"), "broke off"),
        ((302, b"", {"Location": "https://evil.example.com/"}), "redirects to"),
        (Parts(b"<!DOCTYPE html><title>Log in</title>"), "a web page, perhaps one to log in"),
        (Parts(b"version https://git-lfs.github.com/spec/v1\n"), "pointer of Git LFS"),
        (Parts(b"PK\3\4"), "is no TIFF"),
        ((416, b"", {"Content-Range": "bytes */0"}), "is empty"),
    ],
)  # fmt: skip
def test_what_a_server_does_wrong_is_told_and_nothing_is_kept(server, tmp_path, answer, words):
    server.answers = [answer]
    with pytest.raises(UnavailableError, match=words) as told:
        open_ranges(want(), way())
    assert told.value.exit_status == 4
    assert runs(tmp_path) == []


def other_part(handler):
    handler.send_response(206)
    handler.send_header("ETag", '"v1"')
    handler.send_header("Content-Range", f"bytes 0-9/{len(BODY)}")
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.wfile.write(b"0123456789")


def drip(handler):
    handler.send_response(206)
    handler.send_header("ETag", '"v1"')
    handler.send_header("Content-Range", f"bytes {9 * K}-{10 * K - 1}/{len(BODY)}")
    handler.send_header("Content-Length", str(K))
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("stop", [0, 1, K - 1, K, 2 * K + 5])
def test_part_that_breaks_off_goes_on_where_it_stopped(parts, stop):
    parts.ill = {2: parts.cut(stop)}
    file = open_ranges(want(), way())
    assert file.read(3 * K, 4 * K) == BODY[3 * K : 7 * K]
    assert parts.asked[2] == f"bytes={(3 + stop // K) * K}-{7 * K - 1}"
    assert file.transferred == stop + (4 - stop // K) * K


@pytest.mark.parametrize("answer", [other_part, lambda h: h.send_error(503)])
def test_fault_that_passes_is_asked_again(parts, answer):
    parts.ill = {2: answer}
    assert open_ranges(want(), way()).read(9 * K, K) == BODY[9 * K : 10 * K]


@pytest.mark.parametrize(
    ("answer", "words"),
    [(drip, "bytes a second are too slow"), (other_part, "another part than was asked for"),
     (lambda h: h.send_error(404), "no such file"), (lambda _: time.sleep(0.8), "silent")],
)  # fmt: skip
def test_fault_in_the_middle_is_told_and_stays(parts, answer, words):
    parts.ill = dict.fromkeys(range(2, 9), answer)
    file = open_ranges(want(), way())
    with pytest.raises(UnavailableError, match=words):
        file.read(9 * K, K)
    parts.ill = {}
    with file.open() as stream:
        assert stream.read(4) == b""  # as GDAL sees it
    with pytest.raises(UnavailableError, match=words):
        file.raise_failure()
    assert open_ranges(want(), way()).read(9 * K, K) == BODY[9 * K : 10 * K]


@pytest.mark.parametrize("change", [b"x", b""])
def test_part_that_was_changed_in_the_cache_is_fetched_anew(parts, tmp_path, change):
    open_ranges(want(), way()).read(9 * K, K)
    for path in (tmp_path / "cache/files/parts").rglob("9-*.run"):
        path.write_bytes(change + path.read_bytes()[len(change) or K // 2 :])
    assert open_ranges(want(), way()).read(9 * K, K) == BODY[9 * K : 10 * K]
    assert len(parts.asked) == 3


@pytest.mark.parametrize("notes", ["", "{}", '{"url": 1}', "[1]"])
def test_broken_notes_are_as_none(parts, tmp_path, notes):
    open_ranges(want(), way()).read(9 * K, K)
    (path,) = (tmp_path / "cache/files/parts").rglob("notes.json")
    path.write_text(notes)
    assert Blocks(URL).read_notes() is None
    assert list_notes() == []
    assert open_ranges(want(), way()).read(9 * K, K) == BODY[9 * K : 10 * K]
    assert len(parts.asked) == 4


def test_more_than_the_limit_is_not_fetched(parts):
    file = open_ranges(want(limit_bytes=3 * K), way())
    with pytest.raises(UnavailableError, match="more than 196,608 bytes of it are needed"):
        file.fetch([(3 * K, 9 * K)])
    assert parts.sent == K


def test_address_elsewhere_is_not_asked(parts):
    with pytest.raises(UnavailableError, match="none of its hosts"):
        open_ranges(want(url="https://evil.example.com/x.tif"), way())
    with pytest.raises(UsageError, match="expected https"):
        open_ranges(want(url="http://data.example.org/x.tif"), way())
    assert parts.asked == []


def test_file_is_read_only_and_alone():
    file = open_ranges(want(), way())
    with pytest.raises(UnavailableError, match="can only be read"):
        file.open("wb")
    with pytest.raises(FileNotFoundError):
        file.open_named("folder/people.tif.msk")
    with file.open_named("folder/people.tif") as stream:
        assert stream.seek(-4, os.SEEK_END) == len(BODY) - 4
        assert stream.seek(1, os.SEEK_CUR) == len(BODY) - 3
        assert stream.read() == BODY[-3:]
        assert stream.tell() == len(BODY)
        assert (stream.readable(), stream.seekable()) == (True, True)


READ = """
import sys
from geo.ranges import open_ranges
from geo.wanted import Way
from tests.downloads import want
file = open_ranges(want(), Way(tell=lambda text: print(text, file=sys.stderr)))
for start in range(0, file.size, 262_144):
    file.fetch([(start, 262_144)])
print(file.transferred, file.requests)
"""


def start():
    return subprocess.Popen(
        [sys.executable, "-c", READ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_at_once_fetch_each_part_once_and_tell_that_they_wait(parts, server):
    def slowly(handler):
        time.sleep(0.8 if len(parts.asked) == 2 else 0.0)  # longer than a process waits silently
        parts(handler)

    server.answers = [slowly]
    running = [start() for _ in range(3)]
    told = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert parts.sent == len(BODY)
    assert any("another civmap is fetching it; this one waits" in error for _, error in told)


def test_killed_reads_end_right_in_the_next_run(parts, server, tmp_path):
    for number in range(5):
        reached = threading.Event()

        def answer(handler, number=number, reached=reached):
            if len(parts.asked) > number % 2:
                reached.set()
                time.sleep(0.2)
            parts(handler)

        parts.asked.clear()
        server.answers = [answer]
        process = start()
        assert reached.wait(30)
        time.sleep(0.05 * (number % 2))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    server.answers = [parts]
    file = open_ranges(want(), way())
    assert file.read(0, len(BODY)) == BODY
    assert file.transferred < len(BODY) - K  # something was kept
    assert not [path for path in tmp_path.rglob("draft*") if path.stat().st_size > 4 * K]
