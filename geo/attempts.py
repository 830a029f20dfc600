"""Asking again: what may pass is tried a few times, further and further apart."""

from __future__ import annotations

import contextlib
import random
import time
from typing import TYPE_CHECKING, TypeVar

from geo.errors import UnavailableError
from geo.network import TransientError, UnreachableError
from geo.statuses import AgainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.wanted import Manners

    Result = TypeVar("Result")

_UNREACHABLE_WEIGHT = 2
_MOST_ATTEMPTS = 30  # also if each brings a little


def make_attempts(
    attempt: Callable[[], Result],
    manners: Manners,
    count_bytes: Callable[[], int] = lambda: 0,
) -> Result:
    """Return what an attempt gives, after as many as are needed.

    Parameters
    ----------
    attempt
        Raises `AgainError` if it may do better next time.
    count_bytes
        What came so far; each attempt that brings something gives new patience.

    Raises
    ------
    UnavailableError
        If it fails as often as the manners allow, or the server asks to be left alone too long.
    """
    failures, number = 0, 0
    while True:  # the last attempt returns or raises
        number += 1
        before = count_bytes()
        try:
            return attempt()
        except AgainError as error:
            failures = 1 if count_bytes() > before else failures + error.weight
            wait = error.wait_s
            told = f"{error}; asked {number} times" if number > 1 else str(error)
            advice = f". {error.advice}" if error.advice else ""
            if failures >= manners.attempts or number == _MOST_ATTEMPTS:
                raise UnavailableError(told + advice) from error
            if wait is not None and wait > manners.longest_wait_s:
                raise UnavailableError(
                    f"{told}; it asks to be left alone for {wait:.0f} s{advice}"
                ) from error
            chance = random.uniform(0.5, 1.5)  # noqa: S311 - no secret, only apart from others
            pause = manners.first_pause_s * 2 ** (failures - 1) * chance
            time.sleep(max(pause, wait or 0.0))


@contextlib.contextmanager
def expect_failures(label: str, silence_s: float) -> Iterator[None]:
    """Turn failures of the network that may pass into `AgainError`; `label` names the file."""
    try:
        yield
    except TimeoutError as error:
        raise AgainError(f"{label}: silent for {silence_s:g} s") from error
    except TransientError as error:
        weight = _UNREACHABLE_WEIGHT if isinstance(error, UnreachableError) else 1
        raise AgainError(f"{label}: {error}", weight=weight) from error


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
