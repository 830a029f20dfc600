"""The one way to the network, against a server on this machine."""

import itertools
import threading
import time

import pytest

from geo.errors import UnavailableError, UsageError
from geo.network import Turns, check_url, fetch

local = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "//example.org",
        "https://",
        "https://user:secret@example.org/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "https://example.org:port/",
        "https://[::1/",
    ],
)
def test_address_that_may_not_be_asked_is_refused(url):
    with pytest.raises(UsageError, match="expected"):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/x", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:1/"]
)
def test_https_and_this_machine_may_be_asked(url):
    assert check_url(url).hostname


def test_refusal_names_no_password():
    with pytest.raises(UsageError) as refused:
        check_url("https://user:secret@example.org/")
    assert "secret" not in str(refused.value)


@local
def test_reply_with_its_headers(server):
    server.answers = [(200, b"[1]")]
    reply = fetch(server.url + "/x", headers={"User-Agent": "civmap/test (a@b.org)"})
    assert (reply.status, reply.body, reply.retry_after_s) == (200, b"[1]", None)
    (path, headers, _), *_ = server.requests
    assert (path, headers["User-Agent"]) == ("/x", "civmap/test (a@b.org)")


@local
@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_error_status_is_a_reply(server, status):
    server.answers = [(status, b"no", {"Retry-After": "7"})]
    reply = fetch(server.url, headers={})
    assert (reply.status, reply.body, reply.retry_after_s) == (status, b"no", 7.0)


@local
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(server, header, seconds):
    server.answers = [(429, b"", {"Retry-After": header})]
    assert fetch(server.url, headers={}).retry_after_s == seconds


@local
def test_redirect_on_the_host_is_followed(server):
    server.answers = [(302, b"", {"Location": "/there"}), (200, b"here")]
    assert fetch(server.url + "/a", headers={}).body == b"here"
    assert [path for path, *_ in server.requests] == ["/a", "/there"]


@local
@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2/",
        "http://example.org/",
        "https://127.0.0.1/",
        "//example.org/",
    ],
)
def test_redirect_elsewhere_is_refused(server, target):
    server.answers = [(302, b"", {"Location": target}), (200, b"never")]
    with pytest.raises(UnavailableError, match="redirects to"):
        fetch(server.url, headers={})
    assert len(server.requests) == 1


@local
def test_redirect_to_a_file_is_not_followed(server):
    server.answers = [(302, b"", {"Location": "file:///etc/hostname"})]
    assert fetch(server.url, headers={}).body == b""


@local
def test_redirects_without_end_end(server):
    server.answers = [(302, b"", {"Location": "/again"})]
    assert fetch(server.url, headers={}).status == 302
    assert len(server.requests) <= 5


@local
def test_huge_answer_is_cut_off(server):
    server.answers = [(200, b"x" * 100_001)]
    with pytest.raises(UnavailableError, match="more than 100,000 bytes"):
        fetch(server.url, headers={}, limit_bytes=100_000)
    assert len(fetch(server.url, headers={}, limit_bytes=100_001).body) == 100_001


def silent(_):
    time.sleep(1.0)


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


@local
@pytest.mark.parametrize("answer", [silent, drip])
def test_slow_answer_is_given_up_in_time(server, answer):
    server.answers = [answer]
    start = time.monotonic()
    with pytest.raises(UnavailableError, match=r"no whole answer within 0\.3 s"):
        fetch(server.url, headers={}, timeout_s=0.3)
    assert time.monotonic() - start < 1.0


def broken(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")


def nonsense(handler):
    handler.wfile.write(b"\x00\x01\x02 no HTTP\r\n\r\n")


@local
@pytest.mark.parametrize("answer", [broken, nonsense, lambda _: None])
def test_half_an_answer_is_no_answer(server, answer):
    server.answers = [answer]
    with pytest.raises(UnavailableError, match=r"broke off|can't be reached"):
        fetch(server.url, headers={})


@local
def test_nobody_there():
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1 can't be reached"):
        fetch("http://127.0.0.1:9/", headers={})


@local
def test_proxy_is_not_asked_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert fetch(server.url, headers={}).status == 200


def test_turns_are_apart_from_end_to_start(tmp_path):
    """Threads with files of their own stand for processes: a lock belongs to an open file."""
    times = []

    def ask():
        with Turns(tmp_path / "host.turn", pause_s=0.2).take():
            start = time.monotonic()
            time.sleep(0.05)
            times.append((start, time.monotonic()))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    gaps = [later[0] - earlier[1] for earlier, later in itertools.pairwise(times)]
    assert len(times) == 4
    assert min(gaps) >= 0.19


def test_pause_that_the_server_wants_holds_for_the_next(tmp_path):
    path = tmp_path / "host.turn"
    first = Turns(path, pause_s=0.0)
    with first.take():
        first.pause(60.0)
    with (
        pytest.raises(UnavailableError, match=r"host asked to be left alone for (60|59) s"),
        Turns(path, pause_s=0.0, patience_s=0.2).take(),
    ):
        pass


@pytest.mark.parametrize("content", ["", "soon", "nan", "-1e308", "\x00", "9" * 500])
def test_broken_file_of_turns_never_stops_asking_for_good(tmp_path, content):
    path = tmp_path / "host.turn"
    path.write_text(content)
    start = time.monotonic()
    try:
        with Turns(path, pause_s=0.0, patience_s=2.0).take():
            pass
    except UnavailableError:  # a time far ahead is at most a day
        assert content.startswith("9")
    assert time.monotonic() - start < 2.0


def test_turn_is_given_back_after_an_error(tmp_path):
    turns = Turns(tmp_path / "host.turn", pause_s=0.0)
    with pytest.raises(RuntimeError), turns.take():
        raise RuntimeError
    with turns.take():
        pass


def test_turn_without_a_place_to_keep_it(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UnavailableError, match="can't be written"),
        Turns(tmp_path / "file/x").take(),
    ):
        pass
