"""One address into the cache: fetched once, whole, checked, and kept with where it is from.

A download that broke off goes on where it stopped (Range with If-Range); one that can't goes from
the start. Two processes at once make one download. What does not turn out to be the right file
is never kept. When a source is down an old copy serves, and its age is told.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from geo import __version__
from geo.attempts import Pace, expect_failures, make_attempts
from geo.cache import cache_folder, keep, read_kept
from geo.content import check_content, check_sum
from geo.credentials import refuse_secret, scrub
from geo.errors import UnavailableError, UsageError
from geo.holdings import Holdings, clean_name
from geo.network import (
    check_url,
    is_listed,
    is_local,
    open_reply,
    read_wait,
)
from geo.statuses import AGAIN, AgainError, judge_status
from geo.turns import Turns
from geo.wanted import Fetched

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import urllib3

    from geo.holdings import Holding
    from geo.wanted import Wanted, Way

MIRROR = "CIVMAP_MIRROR"
"""Environment variable: an address that is asked in place of all hosts, as `<it>/<host>/<path>`."""

AGENT = f"civmap/{__version__}"
"""How servers are told who asks."""

_CHUNK = 262_144
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
"""`Content-Range`: first byte, last byte, bytes of the whole."""


def fetch_file(wanted: Wanted, way: Way) -> Fetched:
    """Return a file from the cache, or fetch it into the cache.

    Raises
    ------
    UsageError
        If its address may not be asked, or `CIVMAP_MIRROR` is no address.
    UnavailableError
        If it is not in the cache and can't be fetched, or is not what was asked for. Nothing is
        kept then but the beginning of a download that can go on.
    """
    holdings = Holdings()
    kept = holdings.find(wanted.origin.url)
    if kept and not way.offline and kept.age_days <= wanted.fresh_days:
        return Fetched(kept)
    if way.offline:
        if kept is None:
            raise UnavailableError(
                f"{label_wanted(wanted)} is not in the cache, and --offline forbids to fetch it; "
                "`civmap data list` shows what is"
            )
        old = kept.age_days > wanted.fresh_days
        return Fetched(kept, note=tell_age(kept, "--offline") if old else None)
    check_host(wanted)
    with holdings.hold(wanted.origin.url, on_wait=lambda: tell_wait(wanted, way)):
        kept = holdings.find(wanted.origin.url)  # another process may just have fetched it
        if kept and kept.age_days <= wanted.fresh_days:
            return Fetched(kept)
        try:
            return _Download(wanted, way, holdings, kept).run()
        except UnavailableError as error:
            if scrub(str(error)) != str(error):  # the server repeated what was sent
                raise UnavailableError(scrub(str(error))) from None
            if kept is None or not wanted.serves_old:
                raise
            return Fetched(kept, note=tell_age(kept, str(error)))


def tell_wait(wanted: Wanted, way: Way) -> None:
    """Say that another process is waited for."""
    if way.tell:
        way.tell(f"{label_wanted(wanted)}: another civmap is fetching it; this one waits")


def label_wanted(wanted: Wanted) -> str:
    """Return what messages call a file: never its query, where a token may stand."""
    parts = urlsplit(wanted.origin.url)
    return f"{wanted.origin.source}: {parts.hostname}{parts.path}"


def tell_age(kept: Holding, why: str) -> str:
    """Return what to know of a copy that could not be renewed."""
    return (
        f"{kept.path.name} is a copy of {kept.checked}, {kept.age_days} days old, which could not "
        f"be renewed: {why}"
    )


def check_host(wanted: Wanted) -> None:
    """Raise if the address, which a catalogue may have named, is on no host of the source."""
    parts = check_url(wanted.origin.url)
    if not is_listed(parts, wanted.hosts):
        raise UnavailableError(
            f"{wanted.origin.source} names a file on {parts.hostname}, which is none of its hosts "
            f"({', '.join(sorted(wanted.hosts))}); it was not asked"
        )


def find_address(url: str) -> str:
    """Return where an address is really asked: itself, or at the user's mirror.

    Raises
    ------
    UsageError
        If `CIVMAP_MIRROR` is no https address, or http address of this machine.
    """
    mirror = os.environ.get(MIRROR, "").strip()
    if not mirror:
        return url
    try:
        check_url(mirror)
    except UsageError as error:
        raise UsageError(f"{MIRROR}: {error}") from None
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}{query}"


def find_size(url: str, hosts: frozenset[str], way: Way) -> int | None:
    """Return the bytes of a file without fetching it; None if its server does not tell."""
    if way.offline or not is_listed(check_url(url), hosts):
        return None
    try:
        return ask_size(url, hosts, replace(way, manners=replace(way.manners, attempts=1)))
    except UnavailableError:
        return None  # the download itself will say why


def ask_size(url: str, hosts: frozenset[str], way: Way) -> int | None:
    """Return the bytes of a file that is there; None if its server does not tell how many.

    Raises
    ------
    UnavailableError
        If it is not there, which `geo.statuses.is_missing` tells, or its server can't be asked.
    """
    address, parts = find_address(url), urlsplit(url)
    label = f"{parts.hostname}{parts.path}"
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Range": "bytes=0-0"}
    silence_s, own = way.manners.silence_s, address != url

    def attempt() -> int | None:
        with (
            expect_failures(label, silence_s),
            open_reply(
                address, headers=headers, silence_s=silence_s, hosts=hosts, own=own
            ) as response,
        ):
            match = RANGE.fullmatch(response.headers.get("Content-Range", ""))
            length = response.headers.get("Content-Length") or ""
            if response.status == 206:
                return int(match[3]) if match and match[3] != "*" else None
            if response.status != 200:
                wait = read_wait(response.headers.get("Retry-After"))
                raise judge_status(response.status, label, wait)
            return int(length) if length.isdecimal() else None

    return make_attempts(attempt, way.manners)


def open_turns(address: str, way: Way, *, pause_s: float | None = None) -> Turns:
    """Return the turns at an address's host; at this machine's own there is no pause.

    `pause_s` is that between two of them; None: as the manners say.
    """
    host = urlsplit(address).hostname or ""
    return Turns(
        cache_folder("turns") / f"{clean_name(host)}.turn",
        pause_s=0.0 if is_local(host) else way.manners.pause_s if pause_s is None else pause_s,
        patience_s=way.manners.longest_wait_s + 30.0,
    )


class _Download:
    """One download, with its attempts."""

    def __init__(self, wanted: Wanted, way: Way, holdings: Holdings, kept: Holding | None) -> None:
        self._wanted, self._way, self._holdings, self._kept = wanted, way, holdings, kept
        self._url = wanted.origin.url
        self._part, self._notes = holdings.part(self._url), holdings.part_notes(self._url)
        self._label = label_wanted(wanted)
        self._address = find_address(self._url)
        self._turns = open_turns(self._address, way)
        self._transferred = 0

    def run(self) -> Fetched:
        """Try until the file is whole, or it is no use."""
        return make_attempts(self._attempt, self._way.manners, lambda: self._transferred)

    def _attempt(self) -> Fetched:
        """Ask once, for the whole file or the rest of it."""
        offset, version = self._find_beginning()
        silence = self._way.manners.silence_s
        with expect_failures(self._label, silence), ExitStack() as stack:
            with self._turns.take():
                response = stack.enter_context(self._open(offset, version))
                wait = read_wait(response.headers.get("Retry-After"))
                if response.status in AGAIN and wait is not None:
                    self._turns.pause(min(wait, self._way.manners.longest_wait_s))
            if response.status == 304 and self._kept:
                return Fetched(self._holdings.confirm(self._kept))
            total = self._begin(response, offset, version, wait)
            self._receive(response, total)
        return self._finish(response)

    def _open(
        self, offset: int, version: str | None
    ) -> AbstractContextManager[urllib3.BaseHTTPResponse]:
        address, form = self._address, None
        if self._wanted.as_form:
            address, _, query = address.partition("?")
            form = dict(parse_qsl(query))
        return open_reply(
            address,
            headers=self._make_headers(offset, version),
            silence_s=self._way.manners.silence_s,
            hosts=self._wanted.hosts,
            secret_headers=self._way.secret_headers,
            secret_query=self._way.secret_query,
            own=self._address != self._url,
            form=form,
        )

    def _make_headers(self, offset: int, version: str | None) -> dict[str, str]:
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        if offset and version:
            headers |= {"Range": f"bytes={offset}-", "If-Range": version}
        elif self._kept and self._kept.etag:
            headers["If-None-Match"] = self._kept.etag
        elif self._kept and self._kept.modified:
            headers["If-Modified-Since"] = self._kept.modified
        return headers

    def _find_beginning(self) -> tuple[int, str | None]:
        """Return how many bytes are there of an earlier attempt, and of which version."""
        notes = read_kept(self._notes)
        version = notes.get("version") if isinstance(notes, dict) else None
        try:
            size = self._part.stat().st_size
        except OSError:
            size = 0
        if not size or not isinstance(version, str) or notes.get("url") != self._url:
            self._holdings.forget_part(self._url)
            return 0, None
        return size, version

    def _begin(
        self,
        response: urllib3.BaseHTTPResponse,
        offset: int,
        version: str | None,
        wait: float | None,
    ) -> int | None:
        """Check the status; note the version; return the bytes of the whole file if it is told."""
        if response.status == 206:
            match = RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if (
                not offset
                or not match
                or int(match[1]) != offset
                or find_version(response) != version
            ):
                self._holdings.forget_part(self._url)
                raise AgainError(f"{self._label}: the server sent another part than was asked for")
            return None if match[3] == "*" else int(match[3])
        if response.status == 416:
            self._holdings.forget_part(self._url)
            raise AgainError(f"{self._label}: no such part (416)")
        if response.status != 200:
            raise judge_status(response.status, self._label, wait, self._wanted.meanings)
        # of a body that is packed on the way length and version are not those of the file
        packed = response.headers.get("Content-Encoding", "identity").lower() != "identity"
        length = "" if packed else response.headers.get("Content-Length") or ""
        total = int(length) if length.isdecimal() else None
        self._holdings.forget_part(self._url)
        self._check_size(total or 0)
        known = None if packed else find_version(response)
        keep(self._notes, {"url": self._url, "version": known})
        return total

    def _check_size(self, size: int) -> None:
        if size > self._wanted.limit_bytes:
            self._holdings.forget_part(self._url)
            raise UnavailableError(
                f"{self._label} has more than {self._wanted.limit_bytes:,} bytes, the most that is "
                "fetched of it"
            )
        free = shutil.disk_usage(self._part.parent).free
        if size > free:
            raise UnavailableError(
                f"{self._label} has {size:,} bytes, but only {free:,} are free where the cache is; "
                "set CIVMAP_CACHE to a folder on a larger disk"
            )

    def _receive(self, response: urllib3.BaseHTTPResponse, total: int | None) -> None:
        pace = Pace(self._label, self._way.manners)
        try:
            with self._part.open("ab", buffering=0) as stream:
                size = stream.tell()
                while piece := response.read1(_CHUNK):
                    stream.write(piece)
                    size += len(piece)
                    self._transferred += len(piece)
                    if size > self._wanted.limit_bytes:
                        self._check_size(size)
                    if self._way.show:
                        self._way.show(self._name, size, total)
                    pace.count(len(piece))
        except OSError as error:
            if isinstance(error, UnavailableError | TimeoutError | ConnectionError):
                raise
            raise UnavailableError(
                f"{self._part} can't be written: {error.strerror or error}"
            ) from error
        if total is not None and size != total:
            if size > total:
                self._holdings.forget_part(self._url)
            raise AgainError(f"{self._label} broke off after {size:,} of {total:,} bytes")

    @property
    def _name(self) -> str:
        given = self._wanted.name or urlsplit(self._url).path.rsplit("/", maxsplit=1)[-1]
        return clean_name(given)

    def _finish(self, response: urllib3.BaseHTTPResponse) -> Fetched:
        """Check the whole file and keep it; a wrong one is thrown away."""
        try:
            if self._way.secret_headers or self._way.secret_query:
                refuse_secret(self._part, self._label)
            check_content(self._part, self._wanted.kind, self._label)
            check_sum(self._part, self._wanted.checksum, self._label)
            if self._wanted.check:
                self._wanted.check(self._part)
        except BaseException:
            self._holdings.forget_part(self._url)
            raise
        holding = self._holdings.keep(
            self._part,
            self._name,
            self._wanted.origin,
            etag=read_header(response, "ETag"),
            modified=read_header(response, "Last-Modified"),
            mirror=urlsplit(self._address).hostname if self._address != self._url else None,
        )
        self._holdings.forget_part(self._url)
        return Fetched(holding, self._transferred)


def find_version(response: urllib3.BaseHTTPResponse) -> str | None:
    """Return what may stand in If-Range: a strong ETag, else the day of change; None: neither."""
    etag = read_header(response, "ETag")
    if etag and not etag.startswith("W/"):
        return etag
    return read_header(response, "Last-Modified")


def read_header(response: urllib3.BaseHTTPResponse, name: str) -> str | None:
    """Return a header that is kept; None also if it repeats a secret."""
    found: str | None = response.headers.get(name)
    return found if found is None or scrub(found) == found else None
