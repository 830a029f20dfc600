"""What all tests share: the network is blocked, and data of others where it is present."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import hypothesis
import pytest
import pytest_socket

from geo.places import open_gazetteer
from tests.faults import FaultBench
from tests.leaks import MARK, find_leaks

# what is to be quick is timed by tests of its own, alone, not one example beside other tests
hypothesis.settings.register_profile("civmap", deadline=None)
hypothesis.settings.load_profile("civmap")


@pytest.fixture(autouse=True)
def _no_network(request):
    """Only what drives a browser or has a server of its own opens sockets, to this machine."""
    markers = ("browser", "allow_hosts")
    if any(request.node.get_closest_marker(marker) for marker in markers):
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    """Whoever runs the tests may have real keys; and those of other tests are forgotten."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setattr("geo.credentials._handed_out", set())


_told = []  # by tests: where a key stands in what they printed or logged


def pytest_runtest_logreport(report):
    _told.extend(f"{report.nodeid}: {title}" for title, text in report.sections if MARK in text)


@pytest.fixture(scope="session", autouse=True)
def _no_key_is_left_anywhere(tmp_path_factory):
    """The last to be torn down: looks through all that the tests left."""
    yield
    assert [*_told, *find_leaks(tmp_path_factory.getbasetemp())] == []


@pytest.fixture(scope="session")
def gazetteer():
    """Return the built-in gazetteer, opened once."""
    with open_gazetteer() as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_file():
    """Return the path of real data that lies beside the repository, never in it, or skip."""

    def find(name):
        path = Path(__file__).parents[1].parent / "shared" / "data" / name
        if not path.exists():
            pytest.skip(f"{name} is not beside this checkout")
        return path

    return find


class LocalServer:
    """A server on this machine that gives the answers it is told to, and notes what is asked.

    An answer is (status, body), (status, body, headers), or a function that writes to the handler
    itself; the last answer is given again and again. Tests that use it are marked
    `allow_hosts(["127.0.0.1"])`.
    """

    def __init__(self):
        self.answers = [(200, b"[]")]
        self.requests = []  # path, headers, monotonic time
        self.forms = []  # bodies of what was posted
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers), time.monotonic()))
                answers = outer.answers
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if callable(answer):
                    answer(self)
                    return
                status, body, *more = answer
                self.send_response(status)
                for name, value in (more[0] if more else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                if not getattr(outer.answers[0], "reads_form", False):
                    self.form = self.rfile.read(int(self.headers["Content-Length"]))
                    outer.forms.append(self.form)
                self.do_GET()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a client that hangs up is expected
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server():
    with LocalServer() as running:
        yield running


@pytest.fixture
def fault_bench(server, tmp_path, monkeypatch, capsys, caplog):
    """Return where a source meets what servers do wrong: see `tests/faults.py`."""
    return FaultBench(server, tmp_path, monkeypatch, capsys, caplog)
