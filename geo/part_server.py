"""A server asked for parts of a file, by range requests that name the version they are of."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.attempts import Pace, expect_failures
from geo.blocks import BLOCK_BYTES, Notes
from geo.content import HEAD_BYTES, check_head
from geo.download import (
    AGENT,
    RANGE,
    find_address,
    find_version,
    label_wanted,
    open_turns,
    read_header,
)
from geo.errors import ChangedError, UnavailableError
from geo.holdings import today
from geo.network import open_reply, read_wait
from geo.statuses import AGAIN, AgainError, judge_status

if TYPE_CHECKING:
    import urllib3

    from geo.turns import Turns
    from geo.wanted import Wanted, Way

_CHUNK = 262_144


class NoPartsError(Exception):
    """A server sends no parts of a file, or does not say of which version they are."""


class PartServer:
    """A server that is asked for parts of a file."""

    def __init__(self, wanted: Wanted, way: Way) -> None:
        self._wanted, self._way = wanted, way
        self._label = label_wanted(wanted)
        self._url = wanted.origin.url
        self._turns: Turns | None = None
        self.transferred = self.requests = 0

    def meet(self, data: bytearray) -> Notes:
        """Ask for the first block into `data`; return of which version it is."""
        with expect_failures(self._label, self._way.manners.silence_s), ExitStack() as stack:
            response = self._open(stack, 0, BLOCK_BYTES, None)
            if response.status in (200, 416):
                if response.status == 416 and response.headers.get("Content-Range") == "bytes */0":
                    raise UnavailableError(f"{self._label} is empty")
                if response.status == 200:
                    check_head(response.read(HEAD_BYTES), self._wanted.kind, self._label)
                raise NoPartsError
            found = self._check_part(response, 0)
            version = find_version(response)
            if found is None or version is None:
                raise NoPartsError
            size = found[1]
            self._receive(response, min(size, BLOCK_BYTES), data)
        day = today().isoformat()
        address = find_address(self._url)
        return Notes(
            url=self._url,
            source=self._wanted.origin.source,
            size=size,
            version=version,
            etag=read_header(response, "ETag"),
            modified=read_header(response, "Last-Modified"),
            fetched=day,
            checked=day,
            mirror=urlsplit(address).hostname if address != self._url else None,
        )

    def ask(self, start: int, end: int, notes: Notes, data: bytearray) -> None:
        """Ask for bytes, the end exclusive, of a version into `data`, which may fall short."""
        if self.transferred + end - start > self._wanted.limit_bytes:
            raise UnavailableError(
                f"{self._label}: more than {self._wanted.limit_bytes:,} bytes of it are needed, "
                "the most that is fetched"
            )
        with expect_failures(self._label, self._way.manners.silence_s), ExitStack() as stack:
            response = self._open(stack, start, end, notes.version)
            if response.status in (200, 416):
                raise tell_change(self._wanted)
            found = self._check_part(response, start)
            if (found and found[1] != notes.size) or find_version(response) != notes.version:
                raise tell_change(self._wanted)
            if found is None or found[0] != end:
                raise AgainError(f"{self._label}: the server sent another part than was asked for")
            self._receive(response, end - start, data)

    def _open(
        self, stack: ExitStack, start: int, end: int, version: str | None
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a question for bytes; an error that may pass or not is raised."""
        address = find_address(self._url)
        self._turns = self._turns or open_turns(address, _without_pauses(self._way))
        headers = {
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",
            "Range": f"bytes={start}-{end - 1}",
        }
        if version:
            headers["If-Range"] = version
        self.requests += 1
        with self._turns.take():
            response = stack.enter_context(
                open_reply(
                    address,
                    headers=headers,
                    silence_s=self._way.manners.silence_s,
                    hosts=self._wanted.hosts,
                    secret_headers=self._way.secret_headers,
                    own=address != self._url,
                )
            )
            wait = read_wait(response.headers.get("Retry-After"))
            if response.status in AGAIN and wait is not None:
                self._turns.pause(min(wait, self._way.manners.longest_wait_s))
        if response.status not in (200, 206, 416):
            raise judge_status(response.status, self._label, wait)
        return response

    def _check_part(self, response: urllib3.BaseHTTPResponse, start: int) -> tuple[int, int] | None:
        """Return where a part that begins at `start` ends, and the whole file's size; None: no."""
        packed = response.headers.get("Content-Encoding", "identity").lower() != "identity"
        match = RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if packed or not match or match[3] == "*" or int(match[1]) != start:
            return None
        return int(match[2]) + 1, int(match[3])

    def _receive(self, response: urllib3.BaseHTTPResponse, size: int, data: bytearray) -> None:
        pace = Pace(self._label, self._way.manners)
        while piece := response.read1(_CHUNK):
            self.transferred += len(piece)
            data += piece
            if len(data) > size:
                data.clear()
                raise AgainError(f"{self._label}: the server sent more than was asked for")
            pace.count(len(piece))
        if len(data) < size:
            raise AgainError(f"{self._label} broke off after {len(data):,} of {size:,} bytes")


def tell_change(wanted: Wanted) -> ChangedError:
    """Return that a file became another one."""
    return ChangedError(
        f"{label_wanted(wanted)} became another file while it was read; what was kept of it was "
        "thrown away. Try it again"
    )


def _without_pauses(way: Way) -> Way:
    """Return a way that asks for part after part, as one download would go on."""
    return dataclasses.replace(way, manners=dataclasses.replace(way.manners, pause_s=0.0))
