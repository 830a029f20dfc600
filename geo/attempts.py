"""Attempts: a server is asked again where a failure may pass, with growing pauses."""

from __future__ import annotations

import contextlib
import random
import re
import time
from typing import TYPE_CHECKING, TypeVar

from geo.errors import UnavailableError
from geo.network import TransientError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import urllib3

    from geo.wanted import Manners

Result = TypeVar("Result")

AGAIN = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may pass."""

RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
"""`Content-Range`: first byte, last byte, bytes of the whole."""

_UNREACHABLE_WEIGHT = 2
_MOST_ATTEMPTS = 30  # also if each brings a little


class AgainError(Exception):
    """An attempt failed in a way that may pass.

    `wait_s` is what the server asks for; `weight` for how many failures it counts.
    """

    def __init__(self, text: str, wait_s: float | None = None, *, weight: int = 1) -> None:
        super().__init__(text)
        self.wait_s, self.weight = wait_s, weight


def persist(attempt: Callable[[], Result], manners: Manners, progress: Callable[[], int]) -> Result:
    """Return what an attempt returns; make it again while it raises `AgainError`.

    Parameters
    ----------
    progress
        Returns the bytes that came so far: each piece of progress gives new patience.

    Raises
    ------
    UnavailableError
        If too many attempts in a row brought nothing, or the server wants too long a pause.
    """
    failures, number = 0, 0
    while True:  # the last attempt returns or raises
        number += 1
        before = progress()
        try:
            return attempt()
        except AgainError as error:
            failures = 1 if progress() > before else failures + error.weight
            wait = error.wait_s
            told = f"{error}; asked {number} times" if number > 1 else str(error)
            if failures >= manners.attempts or number == _MOST_ATTEMPTS:
                raise UnavailableError(told) from error
            if wait is not None and wait > manners.longest_wait_s:
                raise UnavailableError(
                    f"{told}; it asks to be left alone for {wait:.0f} s"
                ) from error
            chance = random.uniform(0.5, 1.5)  # noqa: S311 - no secret, only apart from others
            pause = manners.first_pause_s * 2 ** (failures - 1) * chance
            time.sleep(max(pause, wait or 0.0))


@contextlib.contextmanager
def told_as_passing(label: str, manners: Manners) -> Iterator[None]:
    """Turn failures of the connection into `AgainError`."""
    try:
        yield
    except TimeoutError as error:
        raise AgainError(f"{label}: silent for {manners.silence_s:g} s") from error
    except TransientError as error:
        weight = _UNREACHABLE_WEIGHT if isinstance(error, UnreachableError) else 1
        raise AgainError(f"{label}: {error}", weight=weight) from error


def judge_status(
    label: str, status: int, wait: float | None, meanings: Mapping[int, str] | None = None
) -> Exception:
    """Return what a status means that is not the one asked for: it may pass, or not.

    Parameters
    ----------
    meanings
        What to say of a status beside what is said of it anyway.
    """
    meaning = {
        401: "wants a token or a login (401)",
        403: "refuses (403): a token is missing or wrong, or it wants to know who asks",
        404: "has no such file (404): its catalogue may have changed",
        410: "says that it is gone for good (410): this way of asking was ended",
        429: "wants no more questions for now (429)",
    }.get(status, f"answered with status {status}; expected 200")
    more = (meanings or {}).get(status)
    text = f"{label}: the server {meaning}" + (f". {more}" if more else "")
    return AgainError(text, wait) if status in AGAIN else UnavailableError(text)


def find_version(response: urllib3.BaseHTTPResponse) -> str | None:
    """Return what may stand in If-Range: a strong ETag, else the day of change; None: neither."""
    etag: str | None = response.headers.get("ETag")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified")


class Pace:
    """The rate at which bytes come; one that is too slow to go on with ends the download."""

    def __init__(self, label: str, manners: Manners) -> None:
        self._label, self._manners = label, manners
        self._mark, self._since = time.monotonic(), 0

    def count(self, size: int) -> None:
        """Take account of bytes that came.

        Raises
        ------
        UnavailableError
            If they come too slowly, on the mean of `slow_s` seconds.
        """
        self._since += size
        passed = time.monotonic() - self._mark
        if passed <= self._manners.slow_s:
            return
        if self._since < self._manners.slowest_bytes_s * passed:
            raise UnavailableError(
                f"{self._label}: {self._since / passed:,.0f} bytes a second are too slow; what "
                "came is kept, and the next run goes on from there"
            )
        self._mark, self._since = time.monotonic(), 0
