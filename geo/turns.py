"""Turns at a host: requests one at a time and apart, across all processes of a user."""

from __future__ import annotations

import contextlib
import math
import time
from typing import IO, TYPE_CHECKING

from geo.errors import UnavailableError
from geo.locks import POLL_S, try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
    while not try_lock(stream):
        if time.monotonic() > deadline:
            raise UnavailableError(f"another civmap has been asking {path.stem} all the time")
        time.sleep(POLL_S)
