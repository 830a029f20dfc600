"""The only way to the network: guarded requests. See `geo.turns` for the pauses between them.

Nothing here is called unless the user names an online source. https only, except to this
machine; a name that resolves to this machine or to a private network is refused unless the user
named it as such; redirects stay on the hosts that were agreed on; every reply has a limit in bytes
and in seconds. No message holds a header or the query of an address: tokens travel there.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, urlencode, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from geo.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_CHUNK = 65_536
_CONNECT_S = 10.0
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

# at level debug it writes whole addresses, and so what stands in their query
logging.getLogger("urllib3").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered: the status, the bytes, and how long it asks to be left alone.

    `retry_after_s` is None where the server doesn't say.
    """

    status: int
    body: bytes
    retry_after_s: float | None


class TransientError(UnavailableError):
    """A failure that may pass: no connection, broken off; asking again is no nonsense."""


class UnreachableError(TransientError):
    """No connection at all, as without a network; asking often is of little use."""


class RefusedAddressError(Exception):
    """A host name resolves to an address that is not the public network's."""


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
    url: str,
    *,
    headers: Mapping[str, str],
    timeout_s: float = 10.0,
    limit_bytes: int = 2_000_000,
    own: bool = False,
    form: Mapping[str, str] | None = None,
) -> Reply:
    """Return a server's reply to one request; a reply with an error status is returned too.

    Parameters
    ----------
    url
        See `check_url`; redirects are followed on the same host and scheme only.
    timeout_s
        Seconds for the whole exchange, and for each silence in it.
    limit_bytes
        Largest body that is read.
    own
        The user named this host: it may lie in a private network.
    form
        What is sent, by POST; it goes to the address itself and follows no redirect. None: a GET.

    Raises
    ------
    UsageError
        If the address may not be asked.
    UnavailableError
        If the server can't be reached, is too slow, sends too much, or redirects elsewhere.
    """
    parts = check_url(url)
    deadline = time.monotonic() + timeout_s
    try:
        with open_reply(url, headers=headers, silence_s=timeout_s, own=own, form=form) as response:
            body = _read(response, deadline, limit_bytes, parts)
            return Reply(response.status, body, read_wait(response.headers.get("Retry-After")))
    except TimeoutError as error:
        raise UnavailableError(
            f"{parts.hostname} gave no whole answer within {timeout_s:g} s"
        ) from error


@contextlib.contextmanager
def open_reply(
    url: str,
    *,
    headers: Mapping[str, str],
    silence_s: float,
    hosts: Collection[str] | None = None,
    secret_headers: Mapping[str, str] | None = None,
    secret_query: Mapping[str, str] | None = None,
    own: bool = False,
    form: Mapping[str, str] | None = None,
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Open a server's reply to one request, whatever its status, to be read while it is open.

    Parameters
    ----------
    silence_s
        Longest silence, seconds; then `TimeoutError`.
    hosts
        Hosts that redirects may lead to, by https, see `is_listed`; None: the address's own
        origin only.
    secret_headers
        Sent to the address's own origin and never to where it redirects.
    secret_query
        The same, as parts of the query, for servers that want their tokens there.
    own
        The user named this host: it may lie in a private network; where it redirects may not.
    form
        What is sent, by POST; it goes to the address itself and follows no redirect. None: a GET.

    Raises
    ------
    UsageError
        If the address may not be asked.
    UnavailableError
        If the server can't be reached, breaks off (also while it is read), or redirects elsewhere.
    TimeoutError
        If it is silent for too long, also while it is read.
    """
    parts = first = check_url(url)
    if secret_query:
        url = f"{url}{'&' if first.query else '?'}{urlencode(secret_query)}"
    response: urllib3.BaseHTTPResponse | None = None
    try:
        with _told_as_ours(first.hostname or ""):
            for more in reversed(range(_MOST_REDIRECTS + 1)):
                same = _origin(parts) == _origin(first)
                sent = {**headers, **(secret_headers or {} if same else {})}
                if form is not None:
                    sent["Content-Type"] = "application/x-www-form-urlencoded"
                response = _manager(parts, own=own and same).request(
                    "GET" if form is None else "POST",
                    url,
                    body=None if form is None else urlencode(form).encode(),
                    headers=sent,
                    preload_content=False,
                    redirect=False,
                    retries=False,
                    timeout=urllib3.Timeout(connect=min(silence_s, _CONNECT_S), read=silence_s),
                )
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or not target or form is not None:
                    break
                target = urljoin(url, target)
                if urlsplit(target).scheme not in {"http", "https"}:
                    break
                _check_redirect(first, target, hosts, (secret_query or {}).values())
                if not more:
                    break
                response.close()
                url, parts = target, urlsplit(target)
            if response is not None:  # pragma: no branch - the loop ran
                yield response
    finally:
        if response is not None:
            response.close()


@contextlib.contextmanager
def _told_as_ours(host: str) -> Iterator[None]:
    """Turn the client's errors into ours; theirs hold whole addresses."""
    try:
        yield
    except urllib3.exceptions.SSLError as error:
        reason = getattr(error.args[0], "reason", None) or "no valid certificate"
        raise UnavailableError(f"{host}: no trusted connection: {reason}") from error
    except urllib3.exceptions.NewConnectionError as error:
        cause = error.__cause__ or error.__context__
        reason = getattr(cause, "strerror", None) or "no connection"
        raise UnreachableError(f"{host} can't be reached: {reason}") from error
    except (urllib3.exceptions.TimeoutError, TimeoutError) as error:
        raise TimeoutError from error
    except RefusedAddressError as error:
        raise UnavailableError(f"{host} is not asked: {error}") from error
    except urllib3.exceptions.ProxyError as error:
        raise UnavailableError(f"{host} can't be reached by way of the proxy") from error
    except (urllib3.exceptions.HTTPError, ConnectionError) as error:
        raise TransientError(f"{host} broke off: {type(error).__name__}") from error


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port


def _check_redirect(
    first: SplitResult, target: str, hosts: Collection[str] | None, secrets: Collection[str]
) -> None:
    """Raise if a redirect leads to where nobody agreed to go, or would take a token there."""
    parts = urlsplit(target)
    if _origin(parts) == _origin(first):
        return
    agreed = hosts is not None and parts.scheme == "https" and is_listed(parts, hosts)
    told = {value for values in parse_qs(parts.query).values() for value in values}
    if not agreed or parts.username or parts.password or told.intersection(secrets):
        raise UnavailableError(
            f"{first.hostname} redirects to {parts.scheme}://{parts.hostname}, which was not "
            "asked for; nothing was followed"
        )


def is_listed(parts: SplitResult, hosts: Collection[str]) -> bool:
    """Tell whether an address is on a list of hosts, some with the folder that alone is meant.

    An entry is `host`, or `host/folder/` where a host keeps the files of many.
    """
    path = parts.path.replace("\\", "/")
    if ".." in path.split("/") or "%2e" in path.lower():
        return False
    return any(
        f"{parts.hostname}{path}".startswith(each) if "/" in each else parts.hostname == each
        for each in hosts
    )


def _manager(parts: SplitResult, *, own: bool = False) -> urllib3.PoolManager:
    """Return a client for one address: direct and checked, by the user's proxy, or local."""
    if is_local(parts.hostname):
        return urllib3.PoolManager(num_pools=1)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, num_pools=1)  # which looks the name up itself
    return urllib3.PoolManager(num_pools=1) if own else _PublicManager(num_pools=1)


def check_address(address: str) -> None:
    """Raise `RefusedAddressError` if an IP address is this machine's or a private network's."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or found
    if not mapped.is_global or mapped.is_multicast:
        raise RefusedAddressError(f"its address {found} is not one of the public network")


def _check_host(host: str, port: int | None) -> None:
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        check_address(str(address[0]))


class _PublicHTTPSConnection(HTTPSConnection):
    """A connection to the public network: the name's addresses are looked at, then the peer's."""

    def _new_conn(self) -> socket.socket:
        with contextlib.suppress(socket.gaierror):  # told by the connection itself
            _check_host(self._dns_host, self.port)
        sock = super()._new_conn()
        try:
            check_address(str(sock.getpeername()[0]))
        except BaseException:
            sock.close()
            raise
        return sock


class _PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection


class _NoPool(HTTPConnectionPool):
    ConnectionCls = HTTPConnection

    def __init__(self, *_: Any, **__: Any) -> None:
        raise RefusedAddressError("it is asked by https only")


class _PublicManager(urllib3.PoolManager):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.pool_classes_by_scheme = {"https": _PublicHTTPSPool, "http": _NoPool}


def _read(
    response: urllib3.BaseHTTPResponse, deadline: float, limit_bytes: int, parts: SplitResult
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


def read_wait(header: str | None) -> float | None:
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
