"""The only way to the network: one guarded GET, and turns that keep a host's limit.

Nothing here is called unless the user names an online source. https only, except to this
machine; redirects stay on their host; every reply has a limit in bytes and in seconds.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import math
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from geo.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_CHUNK = 65_536
_MOST_REDIRECTS = 3
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered: the status, the bytes, and how long it asks to be left alone.

    `retry_after_s` is None where the server doesn't say.
    """

    status: int
    body: bytes
    retry_after_s: float | None


def check_url(url: str) -> SplitResult:
    """Return the parts of an address that may be asked.

    Raises
    ------
    UsageError
        If it is no https address (http is allowed to this machine), or holds a user's name.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"address {url!r}: {error}; expected https://...") from None
    if parts.username or parts.password:
        raise UsageError(f"address of {host!r}: expected one without a user's name or password")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_local(host))):
        raise UsageError(
            f"address {url!r}: expected https://..., or http:// to this machine (localhost)"
        )
    return parts


def is_local(host: str | None) -> bool:
    """Tell whether a host name is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def fetch(
    url: str, *, headers: Mapping[str, str], timeout_s: float = 10.0, limit_bytes: int = 2_000_000
) -> Reply:
    """Return a server's reply to one GET; a reply with an error status is returned too.

    Parameters
    ----------
    url
        See `check_url`; redirects are followed on the same host and scheme only.
    timeout_s
        Seconds for the whole exchange, and for each silence in it.
    limit_bytes
        Largest body that is read.

    Raises
    ------
    UsageError
        If the address may not be asked.
    UnavailableError
        If the server can't be reached, is too slow, sends too much, or redirects elsewhere.
    """
    parts = check_url(url)
    handlers: list[urllib.request.BaseHandler] = [_SameHost(parts)]
    if is_local(parts.hostname):
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(*handlers)
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - checked above
    deadline = time.monotonic() + timeout_s
    try:
        try:
            response = opener.open(request, timeout=timeout_s)
        except urllib.error.HTTPError as error:
            response = error  # a reply as well
        with response:
            body = _read(response, deadline, limit_bytes, parts)
            wait = _read_wait(response.headers.get("Retry-After"))
            return Reply(response.status, body, wait)
    except UnavailableError:
        raise
    except TimeoutError as error:
        raise _too_slow(parts, timeout_s) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _too_slow(parts, timeout_s) from error
        if isinstance(error.reason, ssl.SSLError):
            raise UnavailableError(
                f"{parts.hostname}: no trusted connection: {error.reason}"
            ) from error
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise UnavailableError(f"{parts.hostname} can't be reached: {reason}") from error
    except (http.client.HTTPException, OSError) as error:
        raise UnavailableError(
            f"{parts.hostname} broke off: {type(error).__name__}: {error}"
        ) from error


def _read(
    response: http.client.HTTPResponse | urllib.error.HTTPError,
    deadline: float,
    limit_bytes: int,
    parts: SplitResult,
) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > limit_bytes:
            raise UnavailableError(
                f"{parts.hostname} sent more than {limit_bytes:,} bytes; expected a short answer"
            )
        if time.monotonic() > deadline:
            raise TimeoutError
    expected = response.headers.get("Content-Length") or ""
    if expected.isdecimal() and size < int(expected):
        raise UnavailableError(f"{parts.hostname} broke off after {size:,} of {expected} bytes")
    return b"".join(pieces)


def _read_wait(header: str | None) -> float | None:
    """Read `Retry-After`: seconds or a date; None if there is none or it makes no sense."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(tz=UTC)).total_seconds())


def _too_slow(parts: SplitResult, timeout_s: float) -> UnavailableError:
    return UnavailableError(f"{parts.hostname} gave no whole answer within {timeout_s:g} s")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects on one host and scheme, refuses all others."""

    max_redirections = _MOST_REDIRECTS

    def __init__(self, parts: SplitResult) -> None:
        self._origin = (parts.scheme, parts.hostname, parts.port)
        self._host = parts.hostname

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        target = urlsplit(newurl)
        if (target.scheme, target.hostname, target.port) != self._origin:
            raise UnavailableError(
                f"{self._host} redirects to {target.scheme}://{target.hostname}, which was not "
                "asked for; nothing was followed"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Turns:
    """Turns at one host: one request at a time, and a pause after each, across processes.

    Parameters
    ----------
    path
        A file that all processes of the user share; it holds the time of the next turn.
    pause_s
        Seconds from the end of a turn to the next.
    patience_s
        Most seconds to wait for a turn.
    """

    def __init__(self, path: Path, *, pause_s: float = 1.0, patience_s: float = 30.0) -> None:
        self._path = path
        self._pause_s = pause_s
        self._patience_s = patience_s
        self._next_pause_s = pause_s

    @contextlib.contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises
        ------
        UnavailableError
            If it would not come within the patience, or the file can't be written.
        """
        deadline = time.monotonic() + self._patience_s
        try:
            stream = self._path.open("a+", encoding="ascii")
        except OSError as error:
            raise UnavailableError(
                f"{self._path} can't be written: {error.strerror or error}; it keeps requests apart"
            ) from error
        with stream:
            _lock(stream, deadline, self._path)
            wait = _time_left(stream)
            if time.monotonic() + wait > deadline:
                raise UnavailableError(f"{self._path.stem} asked to be left alone for {wait:.0f} s")
            time.sleep(wait)
            self._next_pause_s = self._pause_s
            try:
                yield
            finally:
                stream.seek(0)
                stream.truncate()
                stream.write(f"{time.time() + self._next_pause_s:.3f}")
                stream.flush()

    def pause(self, seconds: float) -> None:
        """Make the pause after this turn longer, as the server asked."""
        self._next_pause_s = max(self._pause_s, min(seconds, 86_400.0))


def _time_left(stream: IO[str]) -> float:
    """Return the seconds until the next turn, by the clock; at most a day, whatever is on file."""
    stream.seek(0)
    try:
        left = float(stream.read(40) or 0) - time.time()
    except ValueError:
        return 1.0  # broken: as if someone had just asked
    return min(max(0.0, left), 86_400.0) if math.isfinite(left) else 1.0


def _lock(stream: IO[str], deadline: float, path: Path) -> None:
    """Take the file for this process until it is closed."""
    while not _try_lock(stream):
        if time.monotonic() > deadline:
            raise UnavailableError(f"another civmap has been asking {path.stem} all the time")
        time.sleep(_POLL_S)


try:
    import fcntl

    def _try_lock(stream: IO[str]) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

except ImportError:  # Windows
    import msvcrt

    def _try_lock(stream: IO[str]) -> bool:
        try:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
