"""What servers do wrong, once for all sources: a matrix of faults and services.

A test names its services and lets each meet each fault:

    SERVICES = {"dtm": Service(source="dtm", arguments=(...), pages={...}, at=ADMIN2, ...)}

    @pytest.mark.parametrize(("service", "fault"), list_cases(SERVICES))
    def test_fault_ends_well(fault_bench, service, fault):
        fault_bench.check(SERVICES[service], FAULTS[fault])

with `pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])`. The fixture `fault_bench` (of
`tests/conftest.py`) fetches by `civmap data fetch` from a server on this machine: first from one
that is well, then in an empty cache from one with the fault at the address `at`, then from one
that is well again. Each fault ends in the same file as without it, or with exit status 4 and a
message that says what is wrong, nothing half-written; and afterwards the file can be had. No
secret stands in any file, message or log. To see the same of the page and manifest of a map, hand
`command=("map", ...)` to `FaultBench.run`.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.boundaries.countries import read_countries
from geo.holdings import Holdings
from geo.wanted import Manners, Way
from maps.cli import main
from tests.downloads import Parts
from tests.services import Routes, make_zip

QUICK = Manners(
    attempts=3, first_pause_s=0.01, longest_wait_s=0.6, silence_s=0.8, slow_s=0.2, pause_s=0.0
)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n" % 0
LOGIN = b"<!DOCTYPE html>\n<html><title>Sign in</title><form action=/login></form></html>"


@dataclass(frozen=True)
class Service:
    """A source as it answers when all is well, and where faults are put.

    Attributes
    ----------
    source
        Its name.
    arguments
        Of `civmap data fetch SOURCE`, or of `command`.
    pages
        Address (`host/path?query`) to body, as `tests.services.Routes` takes them.
    at
        The address, a key of `pages`, at which the fault is; its page must be bytes.
    kind
        What is there, as `geo.content` calls it.
    secrets
        Environment variables with made-up keys, at least 10 characters each.
    changed
        What `at` gives when its columns were changed; None: it has none.
    checked
        Whether the source knows a checksum of what is at `at`.
    guard
        Called with the handler before a page is given; it answers itself and returns True if it
        refuses, such as for a token that is missing.
    in_parts
        Whether the server sends parts of what is at `at`.
    command
        What fetches, if not `civmap data fetch SOURCE`: a command that prints the path of a file.
    """

    source: str
    arguments: tuple[str, ...]
    pages: Mapping[str, object]
    at: str
    kind: str = "json"
    secrets: Mapping[str, str] = field(default_factory=dict)
    changed: bytes | None = None
    checked: bool = False
    guard: Callable | None = None
    in_parts: bool = False
    command: tuple[str, ...] = ()

    @property
    def body(self):
        """What is at `at` when all is well."""
        return self.pages[self.at]


@dataclass(frozen=True)
class Fault:
    """What a server does wrong.

    Attributes
    ----------
    spoil
        Of a service, what the server answers at its address.
    words
        What the message must say, a regular expression; None: it ends in the right file.
    times
        How often it happens; None: always.
    fits
        Whether it can happen to a service.
    """

    spoil: Callable
    words: str | None
    times: int | None = None
    fits: Callable = lambda _: True


# --- answers ----------------------------------------------------------------------------------


def answer(status, body=b"", write=None, **headers):
    """Return what sends a status, headers (`Retry_After`) and a body, by `write` if given."""

    def send(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        (write or (lambda handler, body: handler.wfile.write(body)))(handler, body)

    return send


def _serve(service, body, write=None):
    """Return what serves a body as the service does, whole or in parts; `write` sends it."""
    if service.in_parts:
        return Parts(body, etag=f'"{len(body)}"', write=write)
    return answer(200, body, write=write)


def _break_off(service):
    def write(handler, body):
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.connection.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER: close with a reset

    return _serve(service, service.body, write)


def _drip(service):
    def write(handler, body):
        for byte in body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.03)

    return _serve(service, service.body, write)


def _keep_silent(_):
    def send(handler):
        del handler
        time.sleep(1.2)

    return send


def _cut(service):
    return _serve(service, service.body[: len(service.body) * 2 // 3])


def _cut_head(service):
    """A file of another kind under the right name."""
    return answer(200, make_zip(x__txt=b"x") if service.kind != "zip" else b"{}")


def _list_sent(handler, service):
    """Return what the client sent that is secret."""
    sent = handler.headers.get("Authorization", "")
    return [*service.secrets.values(), *([sent.removeprefix("Bearer ")] if sent else [])]


def _echo(status):
    def spoil(service):
        def send(handler):
            told = " ".join(_list_sent(handler, service)).encode()
            answer(status, told + b"\n" + service.body)(handler)

        return send

    return spoil


def _echo_inside(service):
    """A whole and right answer but for a key that stands in it."""

    def send(handler):
        found = json.loads(service.body)
        told = _list_sent(handler, service)
        found = {**found, "request": told} if isinstance(found, dict) else [*found, told]
        answer(200, json.dumps(found).encode())(handler)

    return send


def _echo_in_headers(service):
    def send(handler):
        told = "-".join(_list_sent(handler, service))
        answer(200, service.body, ETag=f'"{told}"', Last_Modified=told)(handler)

    return send


def _echo_in_redirect(service):
    def send(handler):
        told = "-".join(re.sub(r"\W", "", each) for each in _list_sent(handler, service))
        target = f"https://{_list_sent(handler, service)[0]}.example.com/{told}"
        answer(302, b"", Location=target)(handler)

    return send


def _has_secret(service):
    return bool(service.secrets)


def _always(status, words, **headers):
    return Fault(lambda _: answer(status, b"no", **headers), words)


def _once(status, **headers):
    return Fault(lambda _: answer(status, b"no", **headers), None, times=1)


FAULTS = {
    "401": _always(401, r"wants a token or a login \(401\)|refuses user and password"),
    "403": _always(403, r"refuses \(403\)|refuses user and password"),
    "404": _always(404, r"no such file \(404\)|has no "),
    "410": _always(410, r"gone for good \(410\)"),
    "418": _always(418, "status 418"),
    "429": _always(429, r"no more questions for now \(429\); asked 3 times"),
    "429-long": _always(429, "asks to be left alone for 3600 s", Retry_After="3600"),
    "429-once": _once(429, Retry_After="0"),
    "500": _always(500, "status 500; expected 200; asked 3 times"),
    "500-once": _once(500),
    "503": _always(503, "status 503; expected 200; asked 3 times"),
    "503-once": _once(503, Retry_After="0"),
    "silent": Fault(_keep_silent, "silent for 0.8 s; asked 3 times"),
    "silent-once": Fault(_keep_silent, None, times=1),
    "drip": Fault(_drip, "bytes a second are too slow", fits=lambda s: len(s.body) > 20),
    "reset": Fault(_break_off, "broke off"),
    "reset-once": Fault(_break_off, None, times=1),
    "empty": Fault(lambda _: answer(200), "is empty"),
    "login": Fault(lambda _: answer(200, LOGIN), "a web page, perhaps one to log in"),
    "pointer": Fault(lambda _: answer(200, LFS), "pointer of Git LFS"),
    "other-kind": Fault(
        _cut_head, "expected (JSON|a zip|a CSV|a GeoTIFF|text)|sends no parts"
    ),
    "cut": Fault(
        _cut, "cut off|broken|checksum|no whole", fits=lambda s: s.kind != "csv" or s.checked
    ),
    "checksum": Fault(
        lambda s: answer(200, s.body + b"\0"), "checksum .* but its publisher says",
        fits=lambda s: s.checked,
    ),
    "columns": Fault(
        lambda s: _serve(s, s.changed), "was changed|has no .*column",
        fits=lambda s: s.changed is not None,
    ),
    "echo-500": Fault(_echo(500), "status 500", fits=_has_secret),
    "echo-200": Fault(_echo(200), "repeats a key or token", fits=_has_secret),
    "echo-inside": Fault(
        _echo_inside, "repeats a key or token",
        fits=lambda s: bool(s.secrets) and s.kind == "json",
    ),
    "echo-headers": Fault(_echo_in_headers, None, times=1, fits=_has_secret),
    "echo-redirect": Fault(_echo_in_redirect, "redirects to", fits=_has_secret),
}  # fmt: skip


def list_cases(services):
    """Return pairs of names, of a service and a fault that fits it."""
    return [
        (name, fault)
        for name, service in services.items()
        for fault in FAULTS
        if FAULTS[fault].fits(service)
    ]


_WELL: dict[tuple, bytes] = {}
_OUTLINES: dict[tuple, object] = {}


def _read_countries(resolution, countries=None, bbox=None):
    key = (resolution, frozenset(countries or ()), bbox)
    if key not in _OUTLINES:
        _OUTLINES[key] = read_countries(resolution, countries=countries, bbox=bbox)
    return _OUTLINES[key]


# --- the bench --------------------------------------------------------------------------------


@dataclass
class Outcome:
    """How a command ended; `data` are the bytes of the file that it printed the path of."""

    status: int
    out: str
    err: str
    data: bytes | None


class FaultBench:
    """Lets sources meet faults; see the module. Its folder is `tmp_path`."""

    def __init__(self, server, tmp_path, monkeypatch, capsys, caplog):
        self._server, self._folder, self._monkeypatch = server, tmp_path, monkeypatch
        self._capsys, self._caplog = capsys, caplog
        self.told = ""
        monkeypatch.setenv("CIVMAP_MIRROR", server.url)
        for command in (
            "maps.data_command",
            "maps.map_command",
            "maps.expose_command",
            "maps.text_command",
        ):
            monkeypatch.setattr(f"{command}.make_way", lambda options: Way(options.offline, QUICK))
        for room in ("boundaries.countries", "sources"):  # the same outlines, decoded once
            monkeypatch.setattr(f"geo.{room}.read_countries", _read_countries)
        caplog.set_level("DEBUG")

    def check(self, service, fault):
        """Let a service meet a fault and look at the end of it."""
        self.set_secrets(service)
        well = self._fetch_well(service)
        self.use_cache("ill")
        ill = self.fetch(service, fault)
        if fault.words is None:
            assert (ill.status, ill.data) == (0, well), ill.err
        else:
            assert ill.status == 4, (ill.status, ill.err)
            assert re.search(fault.words, ill.err), ill.err
            assert "Traceback" not in ill.err
            assert ill.out == ""
            assert service.source not in {each.origin.source for each in Holdings().list_all()}
        self._check_cache()
        again = self.fetch(service)
        assert (again.status, again.data) == (0, well), again.err
        self._check_cache()
        self.check_secrets(service)

    def _fetch_well(self, service):
        """Return the file that a service gives when all is well; it is fetched once."""
        key = (service.source, service.at, service.arguments)
        if key not in _WELL:
            self.use_cache("well")
            well = self.fetch(service)
            assert well.status == 0, well.err
            assert well.data
            _WELL[key] = well.data
        return _WELL[key]

    def set_secrets(self, service):
        """Put a service's made-up keys where civmap looks for them."""
        for name, value in service.secrets.items():
            self._monkeypatch.setenv(name, value)

    def use_cache(self, name):
        """Have a cache of its own from here on."""
        self._monkeypatch.setenv("CIVMAP_CACHE", str(self._folder / name))

    def fetch(self, service, fault=None):
        """Return how `civmap data fetch` ends."""
        command = service.command or ("data", "fetch", service.source)
        return self.run(service, (*command, *service.arguments), fault)

    def run(self, service, command, fault=None):
        """Return how a command ends with a service that is well, or has a fault."""
        self._server.answers = [self._make_routes(service, fault)]
        self._capsys.readouterr()
        status = main(list(command))
        told = self._capsys.readouterr()
        self.told += told.out + told.err
        lines = told.out.splitlines()
        data = _read(Path(lines[-1])) if lines and status == 0 else None
        return Outcome(status, told.out, told.err, data)

    def check_secrets(self, service):
        """Look through every file, message and log for keys, and tokens that a guard gave out."""
        given = getattr(service.guard, "tokens", [])
        secrets = [value.encode() for value in (*service.secrets.values(), *given)]
        told = (self.told + self._caplog.text).encode()
        assert not [secret for secret in secrets if secret in told]
        for path in self._folder.rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            assert not [secret for secret in secrets if secret in data], path

    def _make_routes(self, service, fault):
        routes = Routes(service.pages)
        if service.in_parts:
            routes.pages[service.at] = _serve(service, service.body)
        if fault is not None:
            spoiled, left = fault.spoil(service), [fault.times]

            def meet(handler):
                if left[0] == 0:
                    _serve(service, service.body)(handler)
                    return
                if left[0] is not None:
                    left[0] -= 1
                spoiled(handler)

            routes.pages[service.at] = meet

        def serve(handler):
            if service.guard is None or not service.guard(handler):
                routes(handler)

        return serve

    def _check_cache(self):
        """What is kept is whole, and nothing else lies there but beginnings that can go on."""
        kept = {each.path: each.sha256 for each in Holdings().list_all()}
        files = {path for path in self._folder.rglob("objects/**/*") if path.is_file()}
        own = {path for path in files if path.is_relative_to(_find_cache())}
        loose = {path for path in own if path not in kept and ".unpacked" not in str(path)}
        assert loose == set()
        for path, digest in kept.items():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
        assert not list(_find_cache().rglob("*.draft"))


def _find_cache():
    return Path(os.environ["CIVMAP_CACHE"])


def _read(path):
    if path.is_dir():
        return b"".join(each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file())
    return path.read_bytes()
