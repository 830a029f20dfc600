"""`civmap serve`: a run's release on a port of this machine until it is told to stop."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UnavailableError, UsageError
from geo.network import check_url, is_local
from geo.run import Assessment
from maps.distribution import INTERNAL, PUBLIC
from maps.publish.guard import Terms, guard_run
from maps.publish.release import read_release
from maps.run import find_run_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

_SILENCE_S = 30.0  # then a connection is closed


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a run is served, and what of it.

    Attributes
    ----------
    host, port
        Port 0: any that is free.
    profile
        None: internal on this machine alone, public where others may reach it.
    url
        Address that others know the server by, where it stands behind another one.
    """

    host: str = "127.0.0.1"
    port: int = 5000
    profile: str | None = None
    url: str | None = None
    terms: Terms = field(default_factory=Terms)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise UsageError(f"--port {self.port}: expected 0 to 65535")
        if self.profile not in {None, PUBLIC, INTERNAL}:
            raise UsageError(f"profile {self.profile!r}: expected {PUBLIC} or {INTERNAL}")
        if self.url is not None:
            check_url(self.url)

    @property
    def is_open(self) -> bool:
        """Whether others than this machine may reach it."""
        return not is_local(self.host) or self.url is not None

    @property
    def chosen_profile(self) -> str:
        """The profile that is served."""
        return self.profile or (PUBLIC if self.is_open else INTERNAL)


@contextlib.contextmanager
def open_server(run: Path | str, stand: Stand) -> Iterator[tuple[Any, str]]:
    """Give a server that is ready to serve, and its address; all it holds ends with the block.

    Raises
    ------
    InputError
        If the profile forbids it.
    UnavailableError
        If pygeoapi is not installed, the run is missing, or the port can't be had.
    """
    _find_pygeoapi()
    with _listen(stand) as listener, tempfile.TemporaryDirectory() as aside:
        target, profile = Path(aside) / "run.duckdb", stand.chosen_profile
        path = guard_run(find_run_database(run), target, profile, stand.terms)
        release = read_release(Assessment(path))
        host, port = listener.getsockname()[:2]
        own = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        url = (stand.url or own).rstrip("/")
        application = _make_application(release, url, internal=not stand.is_open)
        server = _make_server(listener, application)
        try:
            yield server, url
        finally:
            server.server_close()


def _find_pygeoapi() -> None:
    try:
        import pygeoapi  # noqa: F401 - only looked for
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "pygeoapi is not installed; run: pip install 'civmap[serve]'"
        ) from error


def _make_application(release: Any, url: str, *, internal: bool) -> WSGIApplication:
    from maps.serve.application import Application
    from maps.serve.configuration import make_configuration

    configuration = make_configuration(release, url)
    return Application(configuration, internal=internal and release.profile == INTERNAL)


def _listen(stand: Stand) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(
            stand.host, stand.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise UnavailableError(
            f"{stand.host} port {stand.port} can't be had: {error.strerror}; "
            "choose another with --port"
        ) from error


def _make_server(listener: socket.socket, application: WSGIApplication) -> Any:
    """Return a server with a thread a request, which says nothing of what it is made of."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        timeout = _SILENCE_S

        def version_string(self) -> str:
            return "civmap"

        def log(self, *_: Any) -> None:
            """Keep no list of who asked for what."""

    host, port = listener.getsockname()[:2]
    return make_server(
        host, port, application, threaded=True, request_handler=Handler, fd=listener.fileno()
    )
