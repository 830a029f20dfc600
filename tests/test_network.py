"""The one way to the network, against a server on this machine."""

import io
import itertools
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from geo.errors import UnavailableError, UsageError
from geo.network import (
    RefusedAddressError,
    _manager,
    check_address,
    check_url,
    fetch,
    is_listed,
    open_reply,
)
from geo.turns import Turns

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


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_address_of_this_machine_or_a_private_network_is_refused(address):
    with pytest.raises(RefusedAddressError, match="not one of the public network"):
        check_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8"])
def test_public_address_is_taken(address):
    check_address(address)


@pytest.fixture
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_no_proxy")
@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"]])
def test_public_name_that_leads_inside_is_not_asked(monkeypatch, addresses):
    """The network is blocked here: an attempt to connect would be another error."""

    def resolve(*_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnavailableError, match=r"data\.example\.org is not asked: its address"):
        fetch("https://data.example.org/x", headers={})


@local
@pytest.mark.usefixtures("_no_proxy")
def test_name_inside_may_be_asked_if_the_user_named_it(server, monkeypatch):
    """It gets as far as TLS, which the server here does not speak."""
    port = int(server.url.rsplit(":", maxsplit=1)[1])

    def resolve(*_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnavailableError, match="no trusted connection"):
        fetch(f"https://maps.lan.example.org:{port}/x", headers={}, own=True)


@local
@pytest.mark.usefixtures("_no_proxy")
def test_name_that_changes_its_mind_between_look_and_connection(server, monkeypatch):
    """First a public address, then this machine: the peer of the connection is looked at too."""
    port = int(server.url.rsplit(":", maxsplit=1)[1])
    answers = iter(["8.8.8.8", "127.0.0.1"])

    def resolve(*_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnavailableError, match=r"its address 127\.0\.0\.1 is not one"):
        fetch(f"https://data.example.org:{port}/x", headers={})
    assert server.requests == []


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://a.org/x", True),
        ("https://A.org:444/x", True),
        ("https://b.a.org/x", False),
        ("https://a.org.evil.com/x", False),
        ("https://s3.example.com/bucket/x", True),
        ("https://s3.example.com/bucket2/x", False),
        ("https://s3.example.com/other/x", False),
        ("https://s3.example.com/bucket/../other/x", False),
        ("https://s3.example.com/bucket/%2E%2e/other/x", False),
    ],
)
def test_list_of_hosts(url, listed):
    assert is_listed(urlsplit(url), {"a.org", "s3.example.com/bucket/"}) is listed


def test_proxy_of_the_user_is_taken_for_the_network_only(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    there = _manager(urlsplit("https://data.example.org/x"))
    assert str(there.proxy) == "http://proxy.example.org:3128"
    assert _manager(urlsplit("https://localhost/x")).proxy is None


class FakeReply(io.BytesIO):
    def __init__(self, status, headers):
        super().__init__(b"body")
        self.status, self.headers = status, headers


def test_token_stays_with_the_host_it_is_for(monkeypatch):
    asked = []

    class Client:
        def __init__(self, parts, **_):
            self.parts = parts

        def request(self, _, url, *, headers, **__):
            asked.append((url, headers.get("Authorization")))
            there = self.parts.hostname == "files.example.com"
            return FakeReply(
                200 if there else 302, {} if there else {"Location": "https://files.example.com/f"}
            )

    monkeypatch.setattr("geo.network._manager", Client)
    with open_reply(
        "https://api.example.org/x",
        headers={},
        silence_s=1.0,
        hosts={"files.example.com"},
        secret_headers={"Authorization": "token"},
    ) as reply:
        assert reply.status == 200
    assert asked == [("https://api.example.org/x", "token"), ("https://files.example.com/f", None)]


@local
def test_token_of_the_query_goes_to_the_address_itself_only(server):
    server.answers = [(200, b"ok")]
    with open_reply(
        f"{server.url}/x?a=1", headers={}, silence_s=1.0, secret_query={"key": "a b&c"}
    ) as reply:
        assert reply.status == 200
    assert server.requests[0][0] == "/x?a=1&key=a+b%26c"
    server.answers = [(302, b"", {"Location": "https://files.example.com/x?key=a+b%26c"})]
    with (
        pytest.raises(UnavailableError, match="nothing was followed") as told,
        open_reply(
            f"{server.url}/x",
            headers={},
            silence_s=1.0,
            hosts={"files.example.com"},
            secret_query={"key": "a b&c"},
        ),
    ):
        pass
    assert "a b&c" not in str(told.value)


@local
def test_form_is_posted_and_follows_no_redirect(server):
    server.answers = [(307, b"", {"Location": "/elsewhere"})]
    with open_reply(f"{server.url}/x", headers={}, silence_s=1.0, form={"data": "a=b"}) as reply:
        assert reply.status == 307
    assert server.forms == [b"data=a%3Db"]
    assert [path for path, *_ in server.requests] == ["/x"]
    assert server.requests[0][1]["Content-Type"] == "application/x-www-form-urlencoded"


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
