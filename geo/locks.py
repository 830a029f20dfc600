"""Locks on files: one process at a time, let go by the system when its holder ends."""

from __future__ import annotations

import contextlib
import time
from typing import IO, TYPE_CHECKING

from geo.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

POLL_S = 0.05
_SOON_S = 0.5


@contextlib.contextmanager
def hold(
    path: Path, *, patience_s: float, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold a lock file; a process that is killed lets go of it at once.

    Parameters
    ----------
    on_wait
        Called once if another process does not let go of it soon.

    Raises
    ------
    UnavailableError
        If another process holds it for longer than `patience_s`, or it can't be written.
    """
    start = time.monotonic()
    try:
        stream = path.open("a+", encoding="ascii")
    except OSError as error:
        raise UnavailableError(f"{path} can't be written: {error.strerror or error}") from error
    with stream:
        while not try_lock(stream):
            waited = time.monotonic() - start
            if on_wait and waited > _SOON_S:
                on_wait()
                on_wait = None
            if waited > patience_s:
                raise UnavailableError(
                    f"another civmap has held {path.name} for {patience_s:.0f} s; wait for it or "
                    "end it"
                )
            time.sleep(POLL_S)
        yield


try:
    import fcntl

    def try_lock(stream: IO[str]) -> bool:
        """Take an open file for this process until it is closed; False: another one has it."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

except ImportError:  # Windows
    import msvcrt

    def try_lock(stream: IO[str]) -> bool:
        """Take an open file for this process until it is closed; False: another one has it."""
        try:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
